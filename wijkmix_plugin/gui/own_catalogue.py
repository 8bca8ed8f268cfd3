# SPDX-License-Identifier: GPL-2.0-or-later
"""A catalogue of the user's own on top of the shipped one, remembered in the QGIS profile.

In the profile and not in the project: it is the knowledge of an organisation, in a file on its own
disk, and a project from somebody else must not change what is said of the law on this screen.
"""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QFileDialog, QWidget

from ..errors import PolicyError
from ..policy import catalogue
from ..policy.catalogue import Catalogue
from . import texts

SETTING = "WijkMix/own_catalogue"


def path() -> str:
    """Return the file that is remembered, "" where there is none."""
    return str(QgsSettings().value(SETTING, "", type=str) or "")


def load() -> Catalogue:
    """Return the catalogue with the user's own on top, as far as that can be used.

    Raises
    ------
    PolicyError
        The shipped catalogue cannot be read.
    """
    return catalogue.load(override=path() or None)


def ask(parent: QWidget) -> str:
    """Ask for a file; "" where the user changed his mind."""
    found, _ = QFileDialog.getOpenFileName(
        parent,
        QCoreApplication.translate("WijkMix", "Own catalogue"),
        str(Path(path()).parent) if path() else "",
        "JSON (*.json)",
    )
    return found


def use(file: str) -> tuple[Catalogue | None, str]:
    """Read a file and remember it; or return None and why it is not used."""
    try:
        found = catalogue.extended(catalogue.load().data, file)
    except PolicyError as error:
        return None, QCoreApplication.translate(
            "WijkMix", "{file} is not used, and everything stays as it was. {reason}"
        ).format(file=Path(file).name, reason=texts.both(error.text))
    QgsSettings().setValue(SETTING, file)
    return found, ""


def forget() -> None:
    """Go back to the shipped catalogue."""
    QgsSettings().remove(SETTING)


def notice(found: Catalogue) -> str:
    """Say which catalogue is read, where it is not the shipped one alone."""
    if found.warnings:
        return "\n".join(map(texts.both, found.warnings))
    file = found.meta.get("own")
    if not file:
        return ""
    return QCoreApplication.translate(
        "WijkMix",
        "With your own catalogue {file}: what it changes is marked. The flags of a scan follow the "
        "shipped one.",
    ).format(file=Path(str(file)).name)
