# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import copy
import json

import pytest
from wijkmix.wijkmix_plugin.policy import catalogue as policy


@pytest.fixture(scope="session")
def catalogue():
    return policy.load()


@pytest.fixture
def data(catalogue):
    """The shipped data, to be broken at will."""
    return copy.deepcopy(catalogue.data)


@pytest.fixture(scope="session")
def schema():
    return json.loads((policy.FOLDER / "catalogue.schema.json").read_text(encoding="utf-8"))
