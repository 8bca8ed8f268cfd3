# SPDX-License-Identifier: GPL-2.0-or-later
"""The Dutch interface is complete, and QGIS loads what the translator wrote."""

from __future__ import annotations

import re
import string
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

I18N = Path(__file__).resolve().parent.parent.parent / "i18n"


@pytest.fixture(scope="module")
def messages() -> list[tuple[str, str, str, ET.Element]]:
    """(context, source, Dutch, element) of every text."""
    return [
        (
            context.findtext("name"),
            message.findtext("source"),
            message.findtext("translation") or "",
            message.find("translation"),
        )
        for context in ET.parse(I18N / "wijkmix_nl.ts").iter("context")
        for message in context.iter("message")
    ]


def test_nothing_is_unfinished(messages: list) -> None:
    assert len(messages) > 50
    unfinished = [
        source
        for _, source, dutch, element in messages
        if not dutch.strip() or element.get("type") is not None
    ]
    assert unfinished == []


def test_there_is_one_context(messages: list) -> None:
    """Another one means that a text is looked up where the tools did not file it."""
    assert {context for context, *_ in messages} == {"WijkMix"}


def test_the_places_for_values_are_kept(messages: list) -> None:
    def places(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)

    different = [
        (source, dutch) for _, source, dutch, _ in messages if places(source) != places(dutch)
    ]
    assert different == []


def test_the_dutch_has_an_alt_key_only_where_the_english_has_one(messages: list) -> None:
    """In the panel it would take a key from the menus of QGIS."""
    assert [dutch for _, source, dutch, _ in messages if "&" in dutch and "&" not in source] == []


@pytest.mark.parametrize(
    "title", ["Local Moran clusters", "Segregation indices", "Compare two years"]
)
def test_a_text_names_an_algorithm_as_the_toolbox_does(messages: list, title: str) -> None:
    dutch = {source: dutch for _, source, dutch, _ in messages}
    named = [source for source in dutch if title in source and source != title]
    assert named
    assert [source for source in named if dutch[title] not in dutch[source]] == []


# What the Dutch does not say, and what it says instead.
ONE_WORD = {
    r"je|jij|jou|jouw|jullie": "u, uw",
    r"patch|patches": "vlek",
    r"polygo(on|nen)": "vlak",
    r"canoniek|canonieke|genormaliseerd|genormaliseerde": "voorbereid",
    r"kolomkoppeling": "kolomtoewijzing",
    r"Moran's I|Moran I": "Morans I",
    r"toevalsgetal": "startgetal",
    r"significant cluster": "significante cluster",
    r"plugins?|pluginbeheer|pluginbeheerder": "plug-in, as QGIS",
    r"gereedschapskist": "Toolbox",
    r"het log": "het logboek",
    r"geloof": "religie",
}


@pytest.mark.parametrize("other", ONE_WORD)
def test_the_dutch_has_one_word_for_one_thing(messages: list, other: str) -> None:
    guide = I18N.parent / "docs" / "handleiding.md"
    lines = [dutch for *_, dutch, _ in messages] + guide.read_text(encoding="utf-8").splitlines()
    word = re.compile(rf"\b({other})\b", re.IGNORECASE)
    assert [line for line in lines if word.search(line)] == [], f"say: {ONE_WORD[other]}"


def test_qt_finds_every_text_in_the_compiled_file(messages: list) -> None:
    """The .qm is as new as the .ts."""
    qtcore = pytest.importorskip("qgis.PyQt.QtCore")
    application = qtcore.QCoreApplication.instance() or qtcore.QCoreApplication([])
    translator = qtcore.QTranslator()
    assert translator.load(str(I18N / "wijkmix_nl.qm"))
    application.installTranslator(translator)
    try:
        different = [
            source
            for context, source, dutch, _ in messages
            if qtcore.QCoreApplication.translate(context, source) != dutch
        ]
    finally:
        application.removeTranslator(translator)
    assert different == []
