# SPDX-License-Identifier: GPL-2.0-or-later
"""The plan of a project: what mixing is for, and which buurten somebody wants to study."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QTabWidget

from .goals_page import GoalsPage, project_goals
from .worklist_page import WorklistPage

__all__ = ["PlanPanel", "project_goals"]


class PlanPanel(QTabWidget):
    """Goals and worklist of the project that is open."""

    def __init__(self, catalogue: Any, changed: Callable[[], None]) -> None:
        super().__init__()
        self._changed = changed
        self.set_catalogue(catalogue)

    def set_catalogue(self, catalogue: Any) -> None:
        """Build both pages on a catalogue: another one may ask other questions."""
        translate = QCoreApplication.translate
        place = max(self.currentIndex(), 0)
        # Texts that were refused are nowhere else.
        drafts = [dict(self.widget(n).drafts) for n in range(self.count())]
        for old in [self.widget(n) for n in range(self.count())]:
            self.removeTab(self.indexOf(old))
            old.deleteLater()
        self.goals = GoalsPage(catalogue, self._changed)
        self.worklist = WorklistPage(catalogue)
        self.addTab(self.goals, translate("WijkMix", "Goals"))
        self.addTab(self.worklist, translate("WijkMix", "Worklist"))
        self.setCurrentIndex(place)
        for page, kept in zip((self.goals, self.worklist), drafts, strict=False):
            page.drafts.update(kept)
        self.goals.reload()
        self.worklist.reload()

    def reload(self, *_details: Any) -> None:
        """Read the project again: another one was opened, or this one closed."""
        self.goals.forget()
        self.worklist.forget()
