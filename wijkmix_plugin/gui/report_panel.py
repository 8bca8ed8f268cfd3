# SPDX-License-Identifier: GPL-2.0-or-later
"""Make a report of the scan that is shown: of one buurt, of its wijk or of the whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from qgis.core import (
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from .. import dependencies, qgis_io
from ..errors import Cancelled
from . import scale_data, scan_layer, texts
from .instruments_panel import LAW_CHECKS
from .job import Job, Rows
from .labels import label
from .picker import narrow
from .scan_layer import ScanTable, Unit
from .stored_page import project_entry

SCOPES = ("buurt", "wijk", "whole")


class Shown(NamedTuple):
    """What the panel shows: the layer of a scan, its table and one buurt."""

    layer: QgsVectorLayer | None = None
    table: ScanTable | None = None
    unit: Unit | None = None


class Report(NamedTuple):
    """A finished report: a name for its file, and its page."""

    name: str
    html: str


class Read(NamedTuple):
    """A scan out of its layer, with the decisions of the project."""

    result: Any
    decided: Any


@dataclass
class Asked:
    """What a report is made of: taken at once in the main thread, and read in any other.

    Attributes
    ----------
    scope : one of SCOPES.
    name : what the report is about, for its file.
    rows : of the layer of the scan.
    blocks : of the tables of wijken and of indices that the run wrote, None where they have gone.
    decided : the entries of the project, in the order of `decisions.read`.
    """

    scope: str
    name: str
    lang: str
    table: ScanTable | None
    unit: Unit | None
    rows: Rows
    blocks: list[Rows | None]
    origin: dict[str, Any] | None
    loaded: Any
    decided: tuple[str, ...]
    transform_context: Any
    day: str


def report_name(shown: Shown, scope: str) -> str:
    """Return what a report is about, for its file."""
    layer, _, unit = shown
    if scope == "whole" or unit is None:
        return f"WijkMix {layer.name() if layer is not None else ''}"
    code = unit.code if scope == "buurt" else unit.wijk
    name = unit.name or code if scope == "buurt" else code
    return f"WijkMix {name} {code}" if name != code else f"WijkMix {code}"


def ask(shown: Shown, scope: str) -> Asked:
    """Take what a report needs of the layer, which is there, and of the project as they are now."""
    layer, table, unit = shown
    origin = qgis_io.origin(layer)
    marks = (scale_data.WIJK_MARKS, scale_data.INDEX_MARKS)
    tables = [scale_data.sibling(layer, found) for found in marks]
    return Asked(
        scope=scope if unit is not None else "whole",
        name=report_name(shown, scope),
        lang=texts.language(),
        table=table,
        unit=unit,
        rows=Rows(layer),
        blocks=[None if found is None else Rows(found) for found in tables],
        origin=origin,
        loaded=scan_layer.loaded(table, origin),
        decided=tuple(project_entry(key) for key in ("goals", "worklist", "scenario", LAW_CHECKS)),
        transform_context=QgsProject.instance().transformContext(),
        day=date.today().isoformat(),
    )


def read(asked: Asked, *, tables: bool, job: Any = None) -> Read:
    """Read the layer of a scan, with the goals and the worklist of the project.

    Raises
    ------
    WijkMixError
        What is missing, or that `job` was cancelled.
    """
    from ..report import decisions, restore

    frame = asked.table.frame if asked.table is not None else None
    if frame is None:
        with qgis_io.many_small_objects():
            frame = qgis_io.read(
                asked.rows,
                crs=qgis_io.metric_crs(asked.rows),
                transform_context=asked.transform_context,
                feedback=job,
            )
    if asked.table is not None:
        asked.table.frame = frame
    goals, worklist, scenario, checks = asked.decided
    decided = decisions.read(goals, worklist, asked.loaded, scenario, checks)
    wijken, indices = (
        None if rows is None else qgis_io.read(rows, geometry=False, feedback=job)
        for rows in asked.blocks
    )
    if wijken is not None and "mosaic_block" not in wijken:
        wijken = None
    go_on(job)
    result = restore.restore(frame, asked.origin, tables=tables, blocks=(wijken, indices))
    result.provenance["made"] = asked.day
    go_on(job)
    return Read(result, decided)


def make(asked: Asked, catalogue: Any, job: Any = None) -> Report:
    """Make a report from the layer of a scan.

    Raises
    ------
    WijkMixError
        What is missing, or that `job` was cancelled.
    """
    from ..report import html, place

    unit, lang = asked.unit, asked.lang
    result, decided = read(asked, tables=asked.scope == "whole", job=job)
    if asked.scope == "whole" or unit is None:
        page = html.render_scan(result, catalogue, lang=lang, project=decided)
    else:
        code = unit.code if asked.scope == "buurt" else unit.wijk
        page = place.render_place(result, catalogue, code, asked.scope, lang=lang, project=decided)
    go_on(job)
    return Report(asked.name, page)


def go_on(job: Any) -> None:
    """Raise Cancelled where the job was stopped."""
    if job is not None and job.isCanceled():
        raise Cancelled


def file_name(name: str) -> str:
    """Return a name that every file system takes."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f\s]+', " ", name).strip(" .")[:120] or "WijkMix"


class ReportPanel(QWidget):
    """What the report is about, and what to do with it."""

    closed = pyqtSignal()
    layout_added = pyqtSignal(object)

    def __init__(self, catalogue: Any, shown: Callable[[], Shown]) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self.catalogue = catalogue
        self._shown = shown
        self.scopes = {
            "buurt": QRadioButton(),
            "wijk": QRadioButton(),
            "whole": QRadioButton(translate("WijkMix", "The whole scan")),
        }
        self.group = QButtonGroup(self)
        self._wanted = "buurt"
        self.open_button = QPushButton(translate("WijkMix", "Open the report"))
        self.html_button = QPushButton(translate("WijkMix", "Save as HTML…"))
        self.pdf_button = QPushButton(translate("WijkMix", "Save as PDF…"))
        self.theme = narrow(QComboBox())
        self.theme.setAccessibleName(translate("WijkMix", "Map of the print layout"))
        theme_label = label(translate("WijkMix", "Map of the print layout"), self.theme)
        self.layout_button = QPushButton(translate("WijkMix", "Print layout…"))
        self.layout_button.setToolTip(
            translate(
                "WijkMix",
                "Adds two A4 sheets to the project: of the buurt, or an atlas of every buurt with "
                "a flag in the wijk or the scan",
            )
        )
        self.back = QPushButton(translate("WijkMix", "Back"))
        self.message = label(selectable=True)
        self.message.setAccessibleName(translate("WijkMix", "Message"))
        self.job: Job | None = None
        self._then: Callable[[Any], None] | None = None
        self.working = QWidget()
        bar = QProgressBar()
        bar.setRange(0, 0)  # how long it takes is not known
        bar.setAccessibleName(translate("WijkMix", "Working on the report"))
        self.stop_button = QPushButton(translate("WijkMix", "Stop"))
        row = QHBoxLayout(self.working)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(bar, 1)
        row.addWidget(self.stop_button)
        self.working.hide()
        layout = QVBoxLayout(self)
        layout.addWidget(self.message)  # on top: below the buttons it may lie out of sight
        layout.addWidget(self.working)
        layout.addWidget(label(translate("WijkMix", "Report of")))
        for button in self.scopes.values():
            self.group.addButton(button)
            layout.addWidget(button)
        layout.addWidget(
            label(
                translate(
                    "WijkMix",
                    "Made from the layer as it is now, with the goals and the worklist of this "
                    "project. Nothing is sent anywhere.",
                )
            )
        )
        self.buttons = [self.open_button, self.pdf_button, self.html_button]
        for button in self.buttons:
            layout.addWidget(button)
        layout.addWidget(theme_label)
        layout.addWidget(self.theme)
        layout.addWidget(self.layout_button)
        layout.addWidget(self.back)
        self.buttons.append(self.layout_button)
        layout.addStretch()
        self.group.buttonClicked.connect(self._scope_clicked)
        self.open_button.clicked.connect(self._open)
        self.html_button.clicked.connect(self._save_html)
        self.pdf_button.clicked.connect(self._save_pdf)
        self.layout_button.clicked.connect(self.add_layout)
        self.stop_button.clicked.connect(self._stop)
        self.back.clicked.connect(self.closed)
        self.refresh()

    def refresh(self) -> None:
        """Name the buurt and wijk that are shown, and offer what can be made."""
        translate = QCoreApplication.translate
        layer, _, unit = self._shown()
        buurt, wijk, whole = (self.scopes[name] for name in SCOPES)
        buurt.setText(
            translate("WijkMix", "Buurt {name}").format(name=_plain(unit.name or unit.code))
            if unit is not None
            else translate("WijkMix", "A buurt: choose one first")
        )
        wijk.setText(
            translate("WijkMix", "Wijk {code}").format(code=_plain(unit.wijk))
            if unit is not None and unit.wijk
            else translate("WijkMix", "Its wijk")
        )
        buurt.setEnabled(unit is not None and bool(unit.code))
        wijk.setEnabled(unit is not None and bool(unit.wijk))
        whole.setEnabled(layer is not None)
        usable = [name for name in SCOPES if self.scopes[name].isEnabled()] or ["whole"]
        self.scopes[self._wanted if self._wanted in usable else usable[0]].setChecked(True)
        self._list_themes(layer)
        missing = dependencies.message()
        ready = layer is not None and self.catalogue is not None and missing is None
        for button in self.buttons:
            button.setEnabled(ready and self.job is None)
        if self.job is None:
            self.say("" if missing is None else texts.both(missing))

    def _list_themes(self, layer: QgsVectorLayer | None) -> None:
        """Offer the views on the scan for the map, and keep the one that was chosen."""
        from .print_layout import views

        chosen = self.theme.currentData()
        found = views(layer) if layer is not None else []
        if [v.id() for v in found] == [self.theme.itemData(k) for k in range(self.theme.count())]:
            return
        self.theme.clear()
        for view in found:
            self.theme.addItem(view.name(), view.id())
        place = self.theme.findData(chosen)
        if place < 0 and layer is not None:
            place = self.theme.findData(layer.id())
        self.theme.setCurrentIndex(max(place, 0))

    def _scope_clicked(self) -> None:
        self._wanted = self.scope

    @property
    def scope(self) -> str:
        return next((name for name, button in self.scopes.items() if button.isChecked()), "whole")

    def say(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    # -- making ----------------------------------------------------------------------------

    def start(self, work: Callable[[Asked, Job], Any], then: Callable[[Any], None]) -> None:
        """Make something of what is shown now, in the background; then show what was made."""
        if self.job is not None:
            return
        shown = self._shown()
        if shown.layer is None:
            self.say(QCoreApplication.translate("WijkMix", "There is no scan to report on."))
            return
        asked = ask(shown, self.scope)
        name = asked.name
        self.say(QCoreApplication.translate("WijkMix", "Working on: {name}").format(name=name))
        self.job = Job(name, lambda job: work(asked, job), self._ended)
        self._then = then
        self.working.show()
        self.refresh()
        self.job.start()

    def close_down(self) -> None:
        """Stop what is being made and hear no more of it."""
        if self.job is not None:
            self.job.finish()
            self.job = None

    def _stop(self) -> None:
        if self.job is not None:
            self.job.cancel()

    def _ended(self, job: Job) -> None:
        then, self.job, self._then = self._then, None, None
        self.working.hide()
        self.refresh()
        if job.isCanceled() and not job.written:
            self.say(
                QCoreApplication.translate("WijkMix", "The report was stopped; nothing was made.")
            )
        elif job.problem:
            self.say(job.problem)
        elif then is not None:
            then(job.made)

    def _open(self) -> None:
        catalogue = self.catalogue
        name = file_name(report_name(self._shown(), self.scope))
        # In a folder that QGIS takes away when it closes.
        path = Path(QgsProcessingUtils.generateTempFilename(f"{name}.html"))

        def work(asked: Asked, job: Job) -> Path:
            from ..report.files import write_whole

            report = make(asked, catalogue, job)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, report.html.encode("utf-8"))
            return path

        self.start(work, lambda path: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))))

    def open_whole(self) -> None:
        """Open the report of the whole scan."""
        self.scopes["whole"].setChecked(True)
        self._scope_clicked()
        self._open()

    def _save_html(self) -> None:
        self.save("html", lambda report, _lang: report.html.encode("utf-8"))

    def add_layout(self) -> None:
        """Add a print layout to the project, and open it where there is a window for it."""
        from . import print_layout

        theme = QgsProject.instance().mapLayer(self.theme.currentData() or "")
        if not scan_layer.is_scan_layer(theme):
            self.say(QCoreApplication.translate("WijkMix", "There is no scan to report on."))
            return
        catalogue, view, flag = self.catalogue, theme.id(), print_layout.flag_of(theme)

        def work(asked: Asked, job: Job) -> Any:
            unit = asked.unit
            result, decided = read(asked, tables=False, job=job)
            return print_layout.prepare(
                result,
                catalogue,
                decided,
                asked.lang,
                flag,
                buurt=unit.code if asked.scope == "buurt" and unit is not None else "",
                wijk=unit.wijk if asked.scope == "wijk" and unit is not None else "",
            )

        def then(prepared: Any) -> None:
            theme = QgsProject.instance().mapLayer(view)
            if theme is None:  # removed meanwhile
                self.say(QCoreApplication.translate("WijkMix", "There is no scan to report on."))
                return
            layout = print_layout.add(prepared, theme)
            self.say(
                QCoreApplication.translate("WijkMix", "Print layout added: {name}").format(
                    name=layout.name()
                )
            )
            self.layout_added.emit(layout)

        self.start(work, then)

    def _save_pdf(self) -> None:
        from .pdf import render

        self.save("pdf", lambda report, lang: render(report.html, lang))

    def save(self, kind: str, content: Callable[[Report, str], bytes]) -> None:
        """Ask for a place, and put the report there."""
        translate = QCoreApplication.translate
        name = report_name(self._shown(), self.scope)
        path, _ = QFileDialog.getSaveFileName(
            self,
            translate("WijkMix", "Save the report"),
            f"{file_name(name)}.{kind}",
            f"{kind.upper()} (*.{kind})",
        )
        if not path:
            return
        if Path(path).suffix.lower() != f".{kind}":
            path += f".{kind}"
        catalogue = self.catalogue

        def work(asked: Asked, job: Job) -> str:
            from ..report.files import write_whole

            made = content(make(asked, catalogue, job), asked.lang)
            go_on(job)
            write_whole(Path(path), made)
            job.written = path
            return path

        self.start(
            work,
            lambda path: self.say(translate("WijkMix", "Written to {path}").format(path=path)),
        )


def _plain(text: str) -> str:
    """Return a text in which "&" is no shortcut."""
    return text.replace("&", "&&")
