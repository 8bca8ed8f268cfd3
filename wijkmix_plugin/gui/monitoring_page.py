# SPDX-License-Identifier: GPL-2.0-or-later
"""When a plan is measured, and by what: kept in the project, printed in the report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QSpinBox, QVBoxLayout

from ..errors import PolicyError, Text
from ..policy import actions
from ..policy.actions import Monitoring, Scenario
from . import texts
from .labels import label
from .stored_page import StoredPage, steady

ID_ROLE = Qt.ItemDataRole.UserRole
UNCHOSEN = 1999  # the lowest value of the field, shown as a word


class MonitoringPage(StoredPage):
    """Years after the start, and indicators of the catalogue to tick."""

    key = "scenario"

    def __init__(self, catalogue: Any) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self._catalogue = catalogue
        self.assumed = label("", small=True)
        self.start = steady(QSpinBox())
        self.start.setRange(UNCHOSEN, actions.LAST_YEAR)
        self.start.setSpecialValueText(translate("WijkMix", "not chosen"))
        self.start.setAccessibleName(translate("WijkMix", "Start of the measuring"))
        self.years = QLineEdit()
        self.years.setAccessibleName(translate("WijkMix", "Years after the start"))
        self.moments = label("")
        self.indicators = QListWidget()
        self.indicators.setAccessibleName(translate("WijkMix", "Indicators to measure"))
        self.indicators.setMinimumHeight(160)
        self.indicators.setWordWrap(True)
        self.indicators.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.indicators.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.addWidget(self.assumed)
        layout.addWidget(label(translate("WijkMix", "Start of the measuring"), self.start))
        layout.addWidget(self.start)
        layout.addWidget(label(translate("WijkMix", "Years after the start"), self.years))
        layout.addWidget(self.years)
        layout.addWidget(self.moments)
        layout.addWidget(label(translate("WijkMix", "Indicators to measure"), self.indicators))
        layout.addWidget(self.indicators, 1)
        self.start.editingFinished.connect(self._save)
        self.years.editingFinished.connect(self._save)
        self.indicators.itemChanged.connect(lambda *_: self._save())

    def set_catalogue(self, catalogue: Any) -> None:
        """Offer the indicators of another catalogue."""
        self._catalogue = catalogue
        self.reload()

    def read(self) -> tuple[Scenario, Text | None]:
        return actions.loads(self.raw())

    def reload(self) -> None:
        found, problem = self.read()
        self.say(texts.both(problem))
        self.body.setEnabled(problem is None)
        plan = found.monitoring
        if not self.in_use(self.start):
            self.start.setValue(plan.start or UNCHOSEN)
        if not self.in_use(self.years):
            self.years.setText(", ".join(map(str, plan.years)))
        self.indicators.blockSignals(True)
        self.indicators.clear()
        known = self._catalogue.indicators
        for name in dict.fromkeys([*plan.indicators, *known]):
            text = texts.both(known[name]["label"]) if name in known else name
            row = QListWidgetItem(text)
            row.setToolTip(texts.tip(text))
            row.setData(ID_ROLE, name)
            row.setCheckState(
                Qt.CheckState.Checked if name in plan.indicators else Qt.CheckState.Unchecked
            )
            self.indicators.addItem(row)
        self.indicators.blockSignals(False)
        self._say_plan(plan)

    def _say_plan(self, plan: Monitoring) -> None:
        self.assumed.setText("" if plan.chosen else texts.both(actions.SUGGESTED))
        self.assumed.setVisible(not plan.chosen)
        moments = ", ".join(map(str, plan.moments()))
        self.moments.setText(
            QCoreApplication.translate("WijkMix", "Measured in: {years}").format(years=moments)
            if moments
            else ""
        )

    def _save(self) -> None:
        found, problem = self.read()
        old = found.monitoring
        rows = (self.indicators.item(i) for i in range(self.indicators.count()))
        chosen = tuple(r.data(ID_ROLE) for r in rows if r.checkState() == Qt.CheckState.Checked)
        start = self.start.value()
        try:
            years = actions.read_years(self.years.text())
        except PolicyError as error:
            self.say(texts.both(error.text))
            return
        new = Monitoring(start if start > UNCHOSEN else 0, years, chosen, True)
        if problem is not None or replace(old, chosen=True) == new:
            self.say(texts.both(problem))
            return
        if self.change(lambda now: actions.dumps(replace(now, monitoring=new))):
            self._say_plan(new)
