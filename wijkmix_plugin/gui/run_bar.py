# SPDX-License-Identifier: GPL-2.0-or-later
"""The strip above the views: a message that can be closed, and the progress of a scan that runs."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from . import texts
from .run_scan import ScanRun


class RunBar(QWidget):
    """Starts a run, shows how far it is, and says how it ended."""

    # The run has ended; the id of its buurten layer, "" where there is none.
    ended = pyqtSignal(str)
    # The report of the run is asked for; the path of what the run wrote.
    report_asked = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        translate = QCoreApplication.translate
        self.run: ScanRun | None = None
        self._report = ""
        self.notice = QFrame()
        self.notice.setFrameShape(QFrame.Shape.StyledPanel)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.report_button = QPushButton(translate("WijkMix", "Open the report"))
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setAccessibleName(translate("WijkMix", "Close this message"))
        column = QVBoxLayout()
        column.addWidget(self.text)
        column.addWidget(self.report_button, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self.notice)
        row.setContentsMargins(6, 4, 4, 4)
        row.addLayout(column, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.running = QWidget()
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setAccessibleName(translate("WijkMix", "Progress of the scan"))
        self.stop_button = QPushButton(translate("WijkMix", "Stop"))
        row = QHBoxLayout(self.running)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.progress, 1)
        row.addWidget(self.stop_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.notice)
        layout.addWidget(self.running)
        self.notice.hide()
        self.running.hide()
        close.clicked.connect(self.notice.hide)
        self.stop_button.clicked.connect(self._stop)
        self.report_button.clicked.connect(lambda: self.report_asked.emit(self._report))

    def say(self, text: str, report: str = "") -> None:
        """Show a message; with the path of a report it has a button to open that."""
        self._report = report
        self.text.setText(text)
        self.report_button.setVisible(bool(report))
        self.notice.show()

    def start(self, run: ScanRun) -> None:
        self.run = run
        run.progressed.connect(self._progressed)
        run.ended.connect(self._ended)
        self.progress.setValue(0)
        self.running.show()
        self.notice.hide()
        run.start()

    def close_down(self) -> None:
        """Stop a run that is still going and hear no more of it."""
        if self.run is not None:
            self.run.progressed.disconnect(self._progressed)
            self.run.ended.disconnect(self._ended)
            self.run.finish()
            self.run = None

    def _progressed(self, percent: float) -> None:
        self.progress.setValue(int(percent))

    def _stop(self) -> None:
        if self.run is not None:
            self.run.cancel()

    def _ended(self, ok: bool, results: dict[str, Any], problem: str) -> None:
        translate = QCoreApplication.translate
        self.run = None
        self.running.hide()
        if not ok:
            self.say(problem or translate("WijkMix", "The scan failed; see the log messages."))
            self.ended.emit("")
            return
        text = translate(
            "WijkMix",
            "Scan ready: {n} buurten, {used} with usable figures. Candidates, provisional ones "
            "included: restructuring {a}, densification {b}, land acquisition {c}.",
        ).format(
            n=texts.number(results.get("N_BUURTEN")),
            used=texts.number(results.get("N_USED")),
            a=texts.number(results.get("N_HERSTRUCTURERING")),
            b=texts.number(results.get("N_VERDICHTING")),
            c=texts.number(results.get("N_GRONDVERWERVING")),
        )
        self.say(text, report=str(results.get("REPORT") or ""))
        self.ended.emit(str(results.get("OUTPUT") or ""))
