# SPDX-License-Identifier: GPL-2.0-or-later
"""Are the libraries there and new enough, and if not: what does the user do."""

from __future__ import annotations

import sys
from importlib import util
from pathlib import Path

from .errors import Text

# The floors are what Debian 13 ships; each line stands in requirements.txt as well (a test compares
# them).
REQUIRED = {
    "geopandas": (1, 0),
    "shapely": (2, 0),
    "libpysal": (4, 12),
    "esda": (2, 7),
}


def _version(name: str) -> tuple[int, ...]:
    """Return the leading numbers of an installed version, () where it cannot be read."""
    from importlib import metadata  # only when asked: it takes a fifth of the plugin's load

    try:
        parts = metadata.version(name).split(".")
    except metadata.PackageNotFoundError:
        return ()
    numbers = []
    for part in parts:
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


def missing() -> list[str]:
    """Return the libraries that are absent or too old, as pip requirements; imports none."""
    wanted = []
    for name, floor in REQUIRED.items():
        version = _version(name)
        if util.find_spec(name) is None or (version and version[:2] < floor):
            wanted.append(f"{name}>={'.'.join(map(str, floor))}")
    return wanted


def install_command() -> str:
    """Return one line to paste in the OSGeo4W shell or a terminal.

    It pins numpy, scipy and pyproj to the versions that QGIS runs on: another numpy beside GDAL
    breaks `osgeo.gdal_array`, and with it much of QGIS. On Linux a wheel of shapely calls the GEOS
    that QGIS has loaded, which for shapely 2.1 may be too old.
    """
    from importlib import metadata

    pins = [
        f"{name}=={metadata.version(name)}"
        for name in ("numpy", "scipy", "pyproj")
        if util.find_spec(name) is not None and _version(name)
    ]
    if sys.platform == "linux":
        pins.append("shapely<2.1")
    # In QGIS on Windows sys.executable is qgis-bin.exe; the OSGeo4W shell has its own python.
    python = "python" if sys.platform == "win32" else Path(sys.executable).name
    if not python.startswith("python"):
        python = "python3"
    return f"{python} -m pip install --user " + " ".join(
        f'"{item}"' for item in (*missing(), *pins)
    )


def message() -> Text | None:
    """Say which libraries are missing and what to do; None where all are there."""
    wanted = missing()
    if not wanted:
        return None
    return Text(
        "WijkMix needs these Python libraries, which are missing or too old: {names}. Run this in "
        "the OSGeo4W shell (Windows) or a terminal and restart QGIS; it leaves the libraries that "
        "QGIS runs on as they are: {command} Where you have no shell, the plugin QPIP from the "
        "plugin manager offers to install them.",
        "WijkMix heeft deze Python-bibliotheken nodig, die ontbreken of te oud zijn: {names}. Voer "
        "dit uit in de OSGeo4W-shell (Windows) of een terminal en start QGIS opnieuw; het laat de "
        "bibliotheken waar QGIS op draait zoals ze zijn: {command} Hebt u geen shell, dan biedt de "
        "plug-in QPIP (via Plug-ins beheren en installeren) de installatie aan.",
    ).format(names=", ".join(wanted), command=install_command())
