# SPDX-License-Identifier: GPL-2.0-or-later
"""What is kept in a project as versioned JSON: written in ASCII, read without trust."""

from __future__ import annotations

import json
from typing import Any

from ..errors import PolicyError, Text

VERSION = 1
MAX_TEXT = 20_000  # characters of one answer or note; some ten printed pages
MAX_LINE = 500  # characters of a name
NEWER = Text(
    "This was written by a newer WijkMix (version {found}; this one knows {known}). It is shown "
    "as far as it can be read, cannot be changed here and stays in the project untouched. Update "
    "the plugin to go on.",
    "Dit is geschreven door een nieuwere WijkMix (versie {found}; deze kent {known}). Het wordt "
    "getoond voor zover het te lezen is, is hier niet te wijzigen en blijft onaangeroerd in het "
    "project staan. Werk de plug-in bij om verder te gaan.",
)
BROKEN = Text(
    "What the project holds here cannot be read: {reason}. It stays in the project untouched and "
    "cannot be changed here. Open an earlier copy of the project file.",
    "Wat het project hier bewaart, is niet te lezen: {reason}. Het blijft onaangeroerd in het "
    "project staan en is hier niet te wijzigen. Open een eerdere kopie van het projectbestand.",
)


def dumps(data: dict[str, Any], version: int = VERSION) -> str:
    """Write as JSON in ASCII: no sign in it can spoil the XML of a project file."""
    return json.dumps({"version": version, **data}, ensure_ascii=True, sort_keys=True)


def loads(text: str, known: int = VERSION) -> tuple[dict[str, Any], Text | None]:
    """Read what `dumps` wrote, in any version up to the one that is known.

    Returns
    -------
    The content, empty where it cannot be read; and why it may not be written over, None if it may.
    """
    if not text.strip():
        return {}, None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        return {}, BROKEN.format(reason=str(error) or type(error).__name__)
    if not isinstance(data, dict):
        return {}, BROKEN.format(reason="JSON, {}")
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        return {}, BROKEN.format(reason=f"version = {str(version)[:40]!r}")
    if version > known:
        return data, NEWER.format(found=version, known=known)
    return data, None


def misfit(field: str) -> Text:
    """Say that a field does not hold what it should."""
    return BROKEN.format(reason=field)


def text(value: Any) -> str:
    """Return a string that can be shown and written: half a surrogate pair becomes "?"."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def check_length(value: str, limit: int, what: Text) -> str:
    """Return the text where it fits.

    Raises
    ------
    PolicyError
        It is longer than `limit` characters.
    """
    if len(value) <= limit:
        return text(value)
    raise PolicyError(
        "{what}: {n} characters are too many; at most {limit} are kept. Shorten the text, or refer "
        "to a document. What was kept before is unchanged.",
        "{what}: {n} tekens is te veel; er passen er hoogstens {limit}. Kort de tekst in of "
        "verwijs naar een document. Wat al was bewaard, is niet veranderd.",
        what=what,
        n=len(value),
        limit=limit,
    )
