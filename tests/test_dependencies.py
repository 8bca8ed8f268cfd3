# SPDX-License-Identifier: GPL-2.0-or-later
"""What a user without the libraries is told; the command leaves QGIS alone."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest
from wijkmix.wijkmix_plugin import dependencies

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def nothing_installed(monkeypatch):
    real = dependencies.util.find_spec
    monkeypatch.setattr(
        dependencies.util,
        "find_spec",
        lambda name: None if name in dependencies.REQUIRED else real(name),
    )


def test_with_the_libraries_there_is_nothing_to_say():
    assert dependencies.missing() == []
    assert dependencies.message() is None


@pytest.mark.usefixtures("nothing_installed")
def test_every_missing_library_is_named_as_in_requirements():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert dependencies.missing() == [x for x in lines if x and not x.startswith("#")]
    for text in dependencies.message():
        assert all(name in text for name in dependencies.REQUIRED)


@pytest.mark.usefixtures("nothing_installed")
def test_the_command_pins_what_qgis_runs_on(monkeypatch):
    command = dependencies.install_command()
    for name in ("numpy", "scipy", "pyproj"):
        assert f'"{name}=={metadata.version(name)}"' in command
    monkeypatch.setattr(dependencies.sys, "platform", "linux")
    assert '"shapely<2.1"' in dependencies.install_command()
    monkeypatch.setattr(dependencies.sys, "platform", "win32")
    assert '"shapely<2.1"' not in dependencies.install_command()


@pytest.mark.usefixtures("nothing_installed")
def test_the_command_stands_before_the_plugin_that_cannot_pin():
    for text in dependencies.message():
        assert text.index("pip install") < text.index("QPIP")
