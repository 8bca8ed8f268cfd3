# SPDX-License-Identifier: GPL-2.0-or-later
"""The built zip in a real QGIS: install, load, open, unload, load again; also without libraries.

Each session is a QGIS of its own, with a window on a virtual screen and a fresh profile.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SESSION = Path(__file__).with_name("install_cycle_session.py")
LIBRARIES = ("geopandas", "shapely", "libpysal", "esda")
BROUGHT_ALONG = ("pandas", "scipy", "sklearn", "pyproj", "pyogrio", "numba")
GONE = {
    "provider": [],
    "menu": 0,
    "toolbar": 0,
    "actions": 0,
    "docks": 0,
    "dutch": False,
    "map tool": False,
    "modules": [],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spec = importlib.util.spec_from_file_location("package", ROOT / "scripts" / "package.py")
    package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    return package.build(ROOT, tmp_path_factory.mktemp("zip") / "wijkmix.zip")


def run_session(built: Path, folder: Path, *, locale: str, blocked: tuple[str, ...]) -> dict:
    """Install the zip into a fresh profile, run the session in QGIS, return its facts."""
    for program in ("qgis", "xvfb-run"):
        if shutil.which(program) is None:
            reason = f"{program} is not installed"
            if os.environ.get("CI", "").lower() == "true":
                pytest.fail(reason)
            pytest.skip(reason)
    profile = folder / "profiles" / "default"
    (profile / "QGIS").mkdir(parents=True)
    (profile / "QGIS" / "QGIS3.ini").write_text(
        f"[locale]\noverrideFlag=true\nuserLocale={locale}\n"
        "[PythonPlugins]\nprocessing=true\n[qgis]\ncheckVersion=false\n"
    )
    with zipfile.ZipFile(built) as archive:
        archive.extractall(profile / "python" / "plugins")
    facts = folder / "facts.json"
    libraries = {
        str(Path(importlib.util.find_spec(name).origin).parent.parent) for name in LIBRARIES
    }
    environment = {
        key: value
        for key, value in os.environ.items()
        # Compiled modules are part of how fast an installed plugin loads.
        if not key.startswith(("QGIS_", "PYTHON", "WIJKMIX_"))
    } | {
        "HOME": str(folder),
        "QT_QPA_PLATFORM": "xcb",
        "PYTHONPATH": os.pathsep.join(libraries),
        "PYTHONNOUSERSITE": "1",
        "WIJKMIX_FACTS": str(facts),
        "WIJKMIX_BLOCK": ",".join(blocked),
    }
    done = subprocess.run(
        [
            *("xvfb-run", "-a", "-s", "-screen 0 1400x900x24", "qgis", "--nologo"),
            *("--noversioncheck", "--profiles-path", str(folder), "--code", str(SESSION)),
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert facts.exists(), f"QGIS left no facts: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return json.loads(facts.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dutch(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A Dutch QGIS with the libraries."""
    folder = tmp_path_factory.mktemp("dutch")
    return run_session(built, folder, locale="nl_NL", blocked=())


@pytest.fixture(scope="module")
def bare(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """An English QGIS with none of the libraries."""
    folder = tmp_path_factory.mktemp("bare")
    return run_session(built, folder, locale="en_US", blocked=LIBRARIES + BROUGHT_ALONG)


@pytest.fixture(params=["dutch", "bare"])
def session(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.getfixturevalue(request.param)


def test_nothing_went_wrong(session: dict[str, Any]) -> None:
    assert "traceback" not in session, session["traceback"]
    errors = [
        text
        for tag, text in session["log"]
        if tag == "WijkMix" or "Traceback" in text or "wijkmix" in text.lower()
    ]
    assert errors == []


def test_it_is_not_there_before(session: dict[str, Any]) -> None:
    """What the other tests find comes from the plugin that they load."""
    assert session["before"] == session["before"] | GONE


@pytest.mark.parametrize("moment", ["loaded", "loaded again"])
def test_loading_shows_the_plugin(session: dict[str, Any], moment: str) -> None:
    found = session[moment]
    assert {"wijkmix:scan", "wijkmix:prepare_buurten"} <= set(found["provider"])
    assert (found["menu"], found["toolbar"], found["actions"]) == (1, 1, 1)
    assert found["docks"] == 0, "the dock waits for its first use"


@pytest.mark.parametrize("moment", ["opened", "opened again"])
def test_the_button_opens_the_dock_with_the_instruments(
    session: dict[str, Any], moment: str
) -> None:
    found = session[moment]
    assert found["docks"] == 1
    assert found["visible"]
    assert found["checked"]
    assert found["instruments"] >= 58


@pytest.mark.parametrize("moment", ["unloaded", "unloaded again"])
def test_unloading_leaves_nothing_behind(session: dict[str, Any], moment: str) -> None:
    expected = GONE | {"canvas items": session["before"]["canvas items"]}
    assert session[moment] == expected


def test_a_dutch_qgis_speaks_dutch(dutch: dict[str, Any], bare: dict[str, Any]) -> None:
    assert dutch["loaded"]["dutch"]
    assert dutch["loaded again"]["dutch"]
    assert not bare["loaded"]["dutch"]


def test_loading_imports_no_library_and_no_network(session: dict[str, Any]) -> None:
    # Other plugins may have imported some, then their absence from "heavy at load" proves nothing.
    assert {"pandas", "geopandas", "libpysal", "esda"}.isdisjoint(session["there already"])
    assert session["heavy at load"] == []
    assert session["network at load"] == []


def test_it_loads_within_50_ms(
    session: dict[str, Any], record_property: Any, capsys: pytest.CaptureFixture
) -> None:
    """Median of reloads in one QGIS: import, registration and buttons."""
    median = statistics.median(session["later loads"])
    record_property("first load, ms", round(session["first load"], 1))
    record_property("median load, ms", round(median, 1))
    with capsys.disabled():
        print(f"\n  first load {session['first load']:.1f} ms, later loads {median:.1f} ms")
    assert median < 50


def test_with_the_libraries_every_algorithm_can_run(dutch: dict[str, Any]) -> None:
    assert dutch["can execute"]
    assert all(ok for ok, _ in dutch["can execute"].values()), dutch["can execute"]
    assert "pip install" not in dutch["opened"]["texts"]


def test_without_them_every_algorithm_says_what_to_do(
    dutch: dict[str, Any], bare: dict[str, Any]
) -> None:
    assert bare["can execute"].keys() == dutch["can execute"].keys()
    for name, (ok, reason) in bare["can execute"].items():
        assert not ok, name
        for library in LIBRARIES:
            assert library in reason, name
        assert "pip install" in reason, name
        assert "numpy==" in reason, "the command keeps the numpy of QGIS"


def test_without_them_the_dock_says_so(bare: dict[str, Any]) -> None:
    for library in LIBRARIES:
        assert library in bare["opened"]["texts"]
