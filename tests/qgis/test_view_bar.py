# SPDX-License-Identifier: GPL-2.0-or-later
"""The buttons above the views of the panel."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QTabWidget, QVBoxLayout, QWidget
from wijkmix.wijkmix_plugin.gui.view_bar import ViewBar

NAMES = ("Mix", "Vlaggen", "Instrumenten", "Clusters", "Schaal", "Plan", "Bron")


@pytest.fixture
def views():
    page = QWidget()
    layout = QVBoxLayout(page)
    tabs = QTabWidget()
    for name in NAMES:
        tabs.addTab(QWidget(), name)
    bar = ViewBar(tabs)
    layout.addWidget(bar)
    layout.addWidget(tabs, 1)
    yield page, bar, tabs
    page.deleteLater()


@pytest.mark.parametrize("width", [200, 360, 800])
def test_every_view_is_in_sight_at_any_width(views, width):
    page, bar, _ = views
    page.resize(width, 500)
    page.show()
    QApplication.processEvents()
    places = [button.geometry() for button in bar.buttons()]
    assert len(places) == len(NAMES)
    assert all(bar.rect().contains(place) for place in places)
    assert not any(a.intersects(b) for n, a in enumerate(places) for b in places[n + 1 :])
    rows = len({place.top() for place in places})
    assert rows == 1 if width == 800 else rows > 1


def test_buttons_and_views_follow_each_other(views):
    _, bar, tabs = views
    bar.buttons()[3].click()
    assert tabs.currentIndex() == 3
    tabs.setCurrentIndex(5)
    assert [button.isChecked() for button in bar.buttons()] == [n == 5 for n in range(len(NAMES))]


def test_arrow_keys_go_from_view_to_view(views):
    page, bar, tabs = views
    page.show()
    QApplication.setActiveWindow(page)
    bar.buttons()[0].setFocus()
    QTest.keyClick(bar.buttons()[0], Qt.Key.Key_Right)
    QTest.keyClick(bar.buttons()[1], Qt.Key.Key_Space)
    assert tabs.currentIndex() == 1
