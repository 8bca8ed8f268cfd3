# SPDX-License-Identifier: GPL-2.0-or-later
"""Maps the repository root to the package `wijkmix`, whatever the clone is called."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run of CI: a rare one is found at a desk, not by another change.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI", "").lower() == "true" else "desk")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


if "wijkmix" not in sys.modules:
    spec = importlib.util.spec_from_file_location(
        "wijkmix", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["wijkmix"] = package
    spec.loader.exec_module(package)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real Dutch data; its absence is a skip here and a failure in CI."""
    if not (SHARED / "data").is_dir():
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("the folder ../shared with the real data is missing, and CI=true")
        pytest.skip("the folder ../shared with the real Dutch data is not beside this clone")
    return SHARED
