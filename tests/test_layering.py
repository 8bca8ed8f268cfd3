# SPDX-License-Identifier: GPL-2.0-or-later
"""The rooms of the house and the arrows between them, read from the syntax tree.

An import linter wants an installed root package; here the repository root is the package, so the
rules are checked on the files themselves.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ("wijkmix_plugin", "processing_algs")

# Who may import whom. A room may always import itself.
MAY_IMPORT = {
    "errors": set(),
    "tables": {"errors"},
    "measures": {"errors"},
    "policy": {"errors", "measures", "tables"},
    "report": {"errors", "policy", "measures", "tables"},
    "scan": {"errors", "tables", "measures", "policy"},
    "dependencies": {"errors"},
    "qgis_io": {"errors"},
    "gui": {
        *("errors", "dependencies", "qgis_io", "report", "policy", "measures", "tables"),
        *("processing_algs",),
    },
    "processing_algs": {
        *("errors", "dependencies", "qgis_io", "scan", "report", "policy", "measures", "tables"),
    },
    "plugin": {"gui", "processing_algs", "qgis_io", "dependencies", "errors"},
    "__init__": {"plugin"},
}
KNOWS_QGIS = {"plugin", "qgis_io", "gui", "processing_algs"}
# The bridge alone turns shapes of QGIS into those of the core and back.
WKB = {"asWkb", "fromWkb", "to_wkb", "from_wkb"}
# Rooms that QGIS imports when the plugin loads, or that must work with no library installed.
LOADS_BARE = KNOWS_QGIS | {"__init__", "errors", "dependencies"}
QGIS = {"qgis", "processing", "PyQt5", "PyQt6", "osgeo"}
NETWORK = {"urllib", "http", "socket", "ssl", "requests", "ftplib", "smtplib", "asyncio"}
STDLIB_ONLY = {
    *("wijkmix_plugin/policy/catalogue.py", "wijkmix_plugin/policy/conditions.py"),
    "wijkmix_plugin/policy/explain.py",
    *(
        f"wijkmix_plugin/policy/{name}.py"
        for name in ("actions", "goals", "scenario_words", "stored", "worklist")
    ),
}
# Slow to import, so only inside the functions that need them.
LAZY = {"libpysal", "esda", "scipy", "sklearn"}
THIRD_PARTY = LAZY | {"numpy", "pandas", "geopandas", "shapely", "pyproj"}


def room_of(module: str) -> str:
    """Return the room of a dotted module name inside the package ("" is the root itself)."""
    parts = module.split(".")
    if parts[0] == "wijkmix_plugin":
        return parts[1] if len(parts) > 1 else ""
    return parts[0]


def imports(tree: ast.Module, module: str) -> Iterator[tuple[str, int, bool, bool]]:
    """Yield (name, line, inside the package, at module level) for every import."""
    package = module.split(".")[:-1]
    typing_only = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    lazy = {
        child
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        at_load = node not in lazy and node not in typing_only
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, False, at_load
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0:
                yield node.module or "", node.lineno, False, at_load
                continue
            base = package[: len(package) - node.level + 1]
            if node.module:
                yield ".".join([*base, node.module]), node.lineno, True, at_load
                if node.module != "wijkmix_plugin":
                    continue
                base = [*base, node.module]
            # `from . import x` and `from ..wijkmix_plugin import x` name the room in x.
            for alias in node.names:
                yield ".".join([*base, alias.name]), node.lineno, True, at_load


def violations(root: Path) -> list[str]:
    """Return every import that the design does not allow, with its place and the reason."""
    found = []
    files = [root / "__init__.py"]
    files += sorted(path for folder in SHIPPED for path in (root / folder).rglob("*.py"))
    for path in files:
        name = path.relative_to(root).as_posix()
        module = name.removesuffix(".py").replace("/", ".")
        room = room_of(module.removesuffix(".__init__"))
        if path.name == "__init__.py" and room in ("", "wijkmix_plugin"):
            room = "__init__"
        tree = ast.parse(path.read_text(encoding="utf-8"), name)
        if room not in MAY_IMPORT:
            found.append(f"{name}: no room of the design is called {room!r}")
            continue
        if room in KNOWS_QGIS - {"qgis_io"}:
            found += [
                f"{name}:{node.lineno}: {node.attr}: only qgis_io knows WKB"
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and node.attr in WKB
            ]
        for target, line, inside, at_load in imports(tree, module):
            top = target.split(".")[0]
            where = f"{name}:{line}: {target}"
            if inside:
                other = room_of(target)
                if other and other != room and other not in MAY_IMPORT[room]:
                    found.append(f"{where}: {room} may not import {other}")
                continue
            if top in ("wijkmix", *SHIPPED):
                found.append(f"{where}: import inside the plugin relatively")
            if top in QGIS and room not in KNOWS_QGIS:
                found.append(f"{where}: {room} is free of QGIS")
            if top in ("PyQt5", "PyQt6"):
                found.append(f"{where}: Qt comes from qgis.PyQt, for Qt 5 and Qt 6")
            if top in NETWORK and at_load:
                found.append(f"{where}: no network module at load")
            if top in THIRD_PARTY and at_load and room in LOADS_BARE:
                found.append(f"{where}: the plugin loads without libraries; import it where used")
            if top in THIRD_PARTY and name in STDLIB_ONLY:
                found.append(f"{where}: the dock uses this file with no library installed")
            if top in LAZY and at_load:
                found.append(f"{where}: slow to import; import it where used")
    return found


def test_every_import_follows_the_design() -> None:
    assert violations(ROOT) == []


def test_every_room_of_the_design_is_there() -> None:
    rooms = {
        path.stem
        for path in (ROOT / "wijkmix_plugin").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert rooms - {"__init__"} <= set(MAY_IMPORT)
    assert {"tables", "measures", "policy", "report", "gui", "errors", "plugin"} <= rooms


@pytest.mark.parametrize(
    ("path", "line", "reason"),
    [
        ("wijkmix_plugin/measures/mix.py", "from ..tables import cbs", "may not import tables"),
        ("wijkmix_plugin/measures/mix.py", "from .. import policy", "may not import policy"),
        ("wijkmix_plugin/tables/cbs.py", "from ..measures.mix import entropy", "may not import"),
        ("wijkmix_plugin/report/html.py", "from ..gui import dock", "may not import gui"),
        ("wijkmix_plugin/errors.py", "from .tables import roles", "may not import tables"),
        ("wijkmix_plugin/measures/mix.py", "from qgis.core import QgsProject", "free of QGIS"),
        ("wijkmix_plugin/scan.py", "def f():\n    import processing", "free of QGIS"),
        ("wijkmix_plugin/gui/dock.py", "from PyQt5.QtCore import Qt", "from qgis.PyQt"),
        ("wijkmix_plugin/plugin.py", "import numpy as np", "loads without libraries"),
        ("processing_algs/scan.py", "from geopandas import GeoDataFrame", "loads without"),
        (
            "processing_algs/scan.py",
            "try:\n    import esda\nexcept ImportError: esda = None",
            "slow",
        ),
        ("processing_algs/scan.py", "from wijkmix.wijkmix_plugin import scan", "relatively"),
        ("processing_algs/scan.py", "import processing_algs.base", "relatively"),
        ("wijkmix_plugin/tables/pdok.py", "from urllib.request import urlopen", "network"),
        ("wijkmix_plugin/measures/mix.py", "import scipy.stats", "slow to import"),
        ("wijkmix_plugin/policy/catalogue.py", "def f():\n    import numpy", "no library"),
        ("wijkmix_plugin/helpers.py", "import json", "no room of the design"),
        ("wijkmix_plugin/gui/near.py", "def f(shape):\n    return shape.asWkb()", "knows WKB"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, path: str, line: str, reason: str) -> None:
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(line + "\n")
    found = violations(tmp_path)
    assert found, f"not found: {line}"
    assert any(reason in item for item in found), found


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("wijkmix_plugin/measures/mix.py", "import numpy\nfrom ..errors import MeasureError"),
        ("wijkmix_plugin/measures/local_moran.py", "def f():\n    import esda"),
        (
            "processing_algs/scan.py",
            "def f():\n    import pandas\n    from ..wijkmix_plugin import scan",
        ),
        ("processing_algs/scan.py", "from qgis.core import QgsProject\nfrom . import base"),
        (
            "wijkmix_plugin/gui/dock.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas",
        ),
        ("wijkmix_plugin/plugin.py", "from ..processing_algs.provider import WijkMixProvider"),
    ],
)
def test_an_allowed_import_passes(tmp_path: Path, path: str, line: str) -> None:
    (tmp_path / "__init__.py").write_text("from .wijkmix_plugin.plugin import WijkMixPlugin\n")
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(line + "\n")
    assert violations(tmp_path) == []
