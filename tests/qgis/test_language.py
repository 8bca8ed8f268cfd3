# SPDX-License-Identifier: GPL-2.0-or-later
"""WijkMix speaks the language that QGIS shows, however that was chosen."""

from __future__ import annotations

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication
from wijkmix.wijkmix_plugin import qgis_io
from wijkmix.wijkmix_plugin.plugin import WijkMixPlugin


@pytest.fixture
def shown(qgis_app):
    """Return a function that makes QGIS show a language, as `qgis --lang` does."""
    yield QgsApplication.setTranslation
    QgsApplication.setTranslation("")


@pytest.mark.parametrize(
    ("code", "expected"), [("nl", "nl"), ("nl_NL", "nl"), ("en_US", "en"), ("C", "en")]
)
def test_the_language_is_the_one_that_qgis_shows(shown, code, expected, monkeypatch):
    monkeypatch.setattr(QgsApplication, "locale", lambda: "en" if expected == "nl" else "nl")
    shown(code)
    assert qgis_io.language() == expected


def test_without_a_window_the_locale_tells(shown, monkeypatch):
    monkeypatch.setattr(QgsApplication, "locale", lambda: "nl")
    assert qgis_io.language() == "nl"


def test_a_dialog_says_once_that_a_parameter_is_optional(provider):
    # QGIS puts "[optional]" behind the label of each optional parameter.
    for algorithm in provider.algorithms():
        for parameter in algorithm.parameterDefinitions():
            assert "optional" not in parameter.description().lower(), (
                algorithm.id(),
                parameter.name(),
            )


def test_a_dutch_window_gets_the_dutch_texts(shown):
    shown("nl")
    plugin = WijkMixPlugin(None)
    plugin._translate()
    assert QCoreApplication.translate("WijkMix", "yes") == "ja"
    plugin.unload()
    assert QCoreApplication.translate("WijkMix", "yes") == "yes"
