# SPDX-License-Identifier: GPL-2.0-or-later
"""A file that is there whole or not at all: written beside its place, then put there at once."""

from __future__ import annotations

import csv
import errno
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..errors import OutputError, Text

_FULL = Text("the disk is full", "de schijf is vol")
_DENIED = Text("you may not write there", "u mag daar niet schrijven")
_ABSENT = Text("the folder does not exist", "de map bestaat niet")
_FOLDER = Text("that is a folder", "dat is een map")
_REASONS = {
    errno.ENOSPC: _FULL,
    getattr(errno, "EDQUOT", errno.ENOSPC): _FULL,
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EROFS: _DENIED,
    errno.ENOENT: _ABSENT,
    errno.ENOTDIR: _ABSENT,
    errno.EISDIR: _FOLDER,
}


def write_whole(path: Path | str, content: bytes) -> None:
    """Write a file; what stood there before stays until the new one is complete.

    Raises
    ------
    OutputError
        The file cannot be written: where, why, and what to do. Nothing half-written is left.
    """
    target = Path(path)
    part = target.with_name(f".wijkmix-{os.getpid()}.part")
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # a full disk may show only here
        part.replace(target)
    except OSError as error:
        _remove(part)
        reason = _REASONS.get(error.errno or 0, Text(str(error), str(error)))
        raise OutputError(
            "The file {path} was not written: {why_en}. What stood there is unchanged. Choose "
            "another place, or close the program that has the file open.",
            "Het bestand {path} is niet geschreven: {why_nl}. Wat er stond, is niet veranderd. "
            "Kies een andere plek, of sluit het programma dat het bestand open heeft.",
            path=str(target),
            why_en=reason.en,
            why_nl=reason.nl,
        ) from error


def write_csv(
    path: Path | str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> None:
    """Write a table whole or not at all, for a spreadsheet as well as for a program.

    Raises
    ------
    OutputError
        The file cannot be written, as with `write_whole`.
    """
    text = io.StringIO(newline="")
    # A spreadsheet that splits at semicolons does not split inside quotes.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([row[name] for name in columns] for row in rows)
    # Without the mark at its start Excel takes the letters for those of Windows: "CoÃ¶peratie".
    write_whole(path, text.getvalue().encode("utf-8-sig"))


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return  # the folder itself is gone or closed: the first error says so
