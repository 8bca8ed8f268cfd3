# SPDX-License-Identifier: GPL-2.0-or-later
"""The zip that ships passes the gate of plugins.qgis.org, and the gate can fail."""

from __future__ import annotations

import configparser
import importlib.util
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# A key of the kind that detect-secrets knows, put together here so that it is none itself.
SECRET = "AKIA" + "Q7ZM4XPLD2WVT6KB"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        f"wijkmix_{name}", ROOT / "scripts" / f"{name}.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


gate = load("gate")
package = load("package")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package.build(ROOT, tmp_path_factory.mktemp("zip") / "wijkmix.zip")


@pytest.fixture
def changed(built: Path, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that copies the zip with files added, replaced (text) or dropped (None)."""

    def make(changes: dict[str, str | None], mode: int = 0o100644) -> Path:
        target = tmp_path / "changed.zip"
        with zipfile.ZipFile(built) as old, zipfile.ZipFile(target, "w") as new:
            for entry in old.infolist():
                # Of the plugin itself only what the checks look at: the scanners stay quick.
                looked_at = entry.filename.count("/") == 1 or entry.filename.endswith(".svg")
                if looked_at and entry.filename not in changes:
                    new.writestr(entry, old.read(entry))
            for name, text in changes.items():
                if text is not None:
                    entry = zipfile.ZipInfo(name)
                    entry.external_attr = mode << 16
                    new.writestr(entry, text)
        return target

    return make


def metadata() -> str:
    return (ROOT / "metadata.txt").read_text(encoding="utf-8")


def test_the_zip_passes(built: Path) -> None:
    assert gate.problems(built) == []


def test_the_copy_without_changes_passes(changed: Callable[..., Path]) -> None:
    """What the tests below find is what they put in."""
    assert gate.problems(changed({})) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("wijkmix/bad.py", "def f(x):\n    assert x\n", "B101"),
        ("wijkmix/bad.py", "assert True  # nosec\n", "B101"),
        ("wijkmix/bad.py", "import subprocess\n", "B404"),
        ("wijkmix/bad.py", "try:\n    f()\nexcept Exception:\n    pass\n", "B110"),
        ("wijkmix/bad.py", "import random\nx = random.random()\n", "B311"),
        ("wijkmix/bad.py", "import xml.etree.ElementTree\n", "B405"),
        ("wijkmix/bad.py", "def f(:\n", "syntax error"),
        ("wijkmix/bad.py", f'key = "{SECRET}"\n', "AWS Access Key"),
        ("wijkmix/notes.md", f"key {SECRET}\n", "AWS Access Key"),
        ("wijkmix/.hidden", "x", "hidden"),
        ("wijkmix/.git/config", "x", "forbidden folder"),
        ("wijkmix/__pycache__/a.pyc", "x", "forbidden folder"),
        ("wijkmix/run.sh", "x", "suspects"),
        ("wijkmix/tests/test_a.py", "", "does not ship"),
        ("wijkmix/../outside.py", "", "leads out"),
        ("other/__init__.py", "", "not one folder"),
        ("stray.txt", "x", "not one folder"),
        ("wijkmix/LICENSE", None, "LICENSE: missing"),
        ("wijkmix/__init__.py", None, "__init__.py: missing"),
        ("wijkmix/metadata.txt", None, "metadata.txt: missing"),
        ("wijkmix/metadata.txt", metadata().replace("version=", "version=50% of "), "metadata.txt"),
        ("wijkmix/metadata.txt", "[other]\nname=x\n", "general"),
        *(
            (
                "wijkmix/metadata.txt",
                metadata().replace(f"\n{key}=", f"\nx_{key}="),
                f"{key} is missing",
            )
            for key in gate.REQUIRED
        ),
        ("wijkmix/metadata.txt", metadata().replace("homepage=https://", "homepage="), "homepage"),
        ("wijkmix/metadata.txt", metadata().replace("author=", "author=a/"), "slash"),
        ("wijkmix/metadata.txt", metadata().replace("icon=", "icon=no"), "icon"),
    ],
)
def test_the_gate_fails(
    changed: Callable[..., Path], name: str, text: str | None, expected: str
) -> None:
    found = gate.problems(changed({name: text}))
    assert any(expected in problem for problem in found), found


def test_the_gate_fails_on_an_executable_file(changed: Callable[..., Path]) -> None:
    found = gate.problems(changed({"wijkmix/tool.py": "x = 1\n"}, mode=0o100755))
    assert found == ["wijkmix/tool.py: executable"]


def test_the_gate_fails_on_what_is_no_zip(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("no zip")
    assert gate.problems(tmp_path / "a.zip")


def test_the_gate_fails_where_a_scanner_does_not_run(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no_such_scanner"):
        gate.run_json([sys.executable, "-m", "no_such_scanner"], tmp_path)


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    once, again = (package.build(ROOT, tmp_path / name) for name in ("once.zip", "again.zip"))
    assert once.read_bytes() == again.read_bytes()


def test_a_stray_file_stops_the_package(tmp_path: Path) -> None:
    for name in package.FOLDERS:
        (tmp_path / name).mkdir()
    (tmp_path / "resources" / "notes.docx").write_text("x")
    with pytest.raises(ValueError, match=r"notes\.docx"):
        list(package.files(tmp_path))
    target = tmp_path / "out.zip"
    with pytest.raises(OSError, match=r"__init__\.py"):  # nothing of the plugin is here
        package.build(tmp_path, target)
    assert not target.exists()
    assert list(tmp_path.glob("*.part")) == []


def test_the_zip_holds_what_the_plugin_needs_and_no_more(built: Path) -> None:
    names = set(zipfile.ZipFile(built).namelist())
    assert {
        "wijkmix/__init__.py",
        "wijkmix/metadata.txt",
        "wijkmix/LICENSE",
        "wijkmix/requirements.txt",
        "wijkmix/wijkmix_plugin/plugin.py",
        "wijkmix/processing_algs/provider.py",
        "wijkmix/resources/icons/wijkmix.svg",
        "wijkmix/i18n/wijkmix_nl.qm",
    } <= names
    tops = {name.split("/")[1] for name in names}
    assert tops == {*package.FILES, *package.FOLDERS}


def test_every_shipped_source_file_names_its_licence(built: Path) -> None:
    archive = zipfile.ZipFile(built)
    bare = [
        name
        for name in archive.namelist()
        if name.endswith(".py")
        and not archive.read(name).startswith(b"# SPDX-License-Identifier: GPL-2.0-or-later")
    ]
    assert bare == []


class TestMetadata:
    """What QGIS, its plugin manager and qpip read."""

    @pytest.fixture
    def general(self) -> configparser.SectionProxy:
        parser = configparser.ConfigParser()
        parser.optionxform = str
        parser.read_string(metadata())
        return parser["general"]

    def test_versions(self, general: configparser.SectionProxy) -> None:
        assert general["qgisMinimumVersion"] == "3.40"
        assert general["qgisMaximumVersion"] == "4.99"
        assert "supportsQt6" not in general  # obsolete: the maximum version says it

    def test_processing_and_dependencies(self, general: configparser.SectionProxy) -> None:
        assert general["hasProcessingProvider"] == "yes"
        assert general["plugin_dependencies"] == "qpip"

    def test_both_languages(self, general: configparser.SectionProxy) -> None:
        assert "neighbourhood" in general["about"]
        assert "gemengde wijk" in general["about"]
        assert general["description[nl]"]

    def test_the_changelog_knows_the_version(self, general: configparser.SectionProxy) -> None:
        version = general["version"]
        assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
        assert general["changelog"].startswith(version)


def test_qpip_can_read_the_requirements() -> None:
    """As qpip does, line by line; and without numpy or scipy, which it could replace."""
    from packaging.requirements import Requirement

    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = {
        item.name: str(item.specifier)
        for item in (Requirement(line) for line in lines if line and not line.startswith("#"))
    }
    assert found == {
        "geopandas": ">=1.0",
        "shapely": ">=2.0",
        "libpysal": ">=4.12",
        "esda": ">=2.7",
    }


def test_pb_tool_ships_the_same_files(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from pb_tool.pb_tool import cli; cli()", "deploy"),
            *("--plugin_path", str(tmp_path), "--no-confirm", "--no-docs"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ERROR" not in done.stdout, done.stdout
    deployed = {
        path.relative_to(tmp_path / "wijkmix")
        for path in (tmp_path / "wijkmix").rglob("*")
        if path.is_file() and not path.name.endswith(package.PASSING)
    }
    assert deployed == set(package.files(ROOT))
