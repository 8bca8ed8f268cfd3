# SPDX-License-Identifier: GPL-2.0-or-later
"""Make a report of the scan that is shown: of one buurt, of its wijk or of the whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices, QGuiApplication
from qgis.PyQt.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from .. import dependencies, qgis_io
from ..errors import WijkMixError
from . import scale_data, scan_layer, texts
from .instruments_panel import LAW_CHECKS
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


def read(shown: Shown, *, tables: bool) -> Read:
    """Read the layer of a scan, with the goals and the worklist of the project.

    Raises
    ------
    WijkMixError
        What is missing.
    """
    from ..report import decisions, restore

    layer = shown.layer
    origin = qgis_io.origin(layer)
    project = QgsProject.instance()
    context = QgsProcessingContext()
    context.setProject(project)
    source = QgsProcessingFeatureSource(layer, context)
    frame = shown.table.frame if shown.table is not None else None
    if frame is None:
        with qgis_io.many_small_objects():
            frame = qgis_io.read(
                source, crs=qgis_io.metric_crs(source), transform_context=project.transformContext()
            )
    if shown.table is not None:
        shown.table.frame = frame
    loaded = scan_layer.loaded(shown.table, origin)
    decided = decisions.read(
        project_entry("goals"),
        project_entry("worklist"),
        loaded,
        project_entry("scenario"),
        project_entry(LAW_CHECKS),
    )
    blocks = _of_blocks(layer)
    result = restore.restore(frame, origin, tables=tables, blocks=blocks)
    result.provenance["made"] = date.today().isoformat()
    return Read(result, decided)


def _of_blocks(layer: QgsVectorLayer) -> tuple[Any, Any]:
    """Return the tables of wijken and of indices that the run wrote, None where they have gone."""
    found = []
    context = QgsProcessingContext()
    for marks in (scale_data.WIJK_MARKS, scale_data.INDEX_MARKS):
        table = scale_data.sibling(layer, marks)
        source = None if table is None else QgsProcessingFeatureSource(table, context)
        found.append(None if source is None else qgis_io.read(source, geometry=False))
    wijken, indices = found
    return (wijken if wijken is not None and "mosaic_block" in wijken else None), indices


def make(shown: Shown, catalogue: Any, scope: str) -> Report:
    """Make a report from the layer of a scan.

    Raises
    ------
    WijkMixError
        What is missing.
    """
    from ..report import html, place

    layer, _, unit = shown
    result, decided = read(shown, tables=scope == "whole")
    lang = texts.language()
    if scope == "whole" or unit is None or layer is None:
        name = f"WijkMix {layer.name() if layer is not None else ''}"
        return Report(name, html.render_scan(result, catalogue, lang=lang, project=decided))
    code = unit.code if scope == "buurt" else unit.wijk
    page = place.render_place(result, catalogue, code, scope, lang=lang, project=decided)
    name = unit.name or code if scope == "buurt" else code
    return Report(f"WijkMix {name} {code}" if name != code else f"WijkMix {code}", page)


def file_name(name: str) -> str:
    """Return a name that every file system takes."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", name).strip(" .")[:120] or "WijkMix"


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
        layout = QVBoxLayout(self)
        layout.addWidget(self.message)  # on top: below the buttons it may lie out of sight
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
            button.setEnabled(ready)
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

    def report(self) -> Report | None:
        """Make the report, or say why there is none."""
        shown = self._shown()
        if shown.layer is None:
            self.say(QCoreApplication.translate("WijkMix", "There is no scan to report on."))
            return None
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            return make(shown, self.catalogue, self.scope)
        except WijkMixError as error:
            self.say(texts.both(error.text))
            return None
        finally:
            QGuiApplication.restoreOverrideCursor()

    def _open(self) -> None:
        report = self.report()
        if report is None:
            return
        # In a folder that QGIS takes away when it closes.
        path = Path(QgsProcessingUtils.generateTempFilename(f"{file_name(report.name)}.html"))
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.write(path, report.html.encode("utf-8")):
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def open_whole(self) -> None:
        """Open the report of the whole scan."""
        self.scopes["whole"].setChecked(True)
        self._scope_clicked()
        self._open()

    def _save_html(self) -> None:
        self.save("html", lambda report: report.html.encode("utf-8"))

    def add_layout(self) -> None:
        """Add a print layout to the project, and open it where there is a window for it."""
        from . import print_layout

        shown = self._shown()
        theme = QgsProject.instance().mapLayer(self.theme.currentData() or "")
        if shown.layer is None or not scan_layer.is_scan_layer(theme):
            self.say(QCoreApplication.translate("WijkMix", "There is no scan to report on."))
            return
        unit, scope = shown.unit, self.scope
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            result, decided = read(shown, tables=False)
            layout = print_layout.add(
                result,
                self.catalogue,
                decided,
                theme,
                buurt=unit.code if scope == "buurt" and unit is not None else "",
                wijk=unit.wijk if scope == "wijk" and unit is not None else "",
            )
        except WijkMixError as error:
            self.say(texts.both(error.text))
            return
        finally:
            QGuiApplication.restoreOverrideCursor()
        self.say(
            QCoreApplication.translate("WijkMix", "Print layout added: {name}").format(
                name=layout.name()
            )
        )
        self.layout_added.emit(layout)

    def _save_pdf(self) -> None:
        from .pdf import render

        self.save("pdf", lambda report: render(report.html, texts.language()))

    def save(self, kind: str, content: Callable[[Report], bytes]) -> None:
        """Ask for a place, and put the report there."""
        report = self.report()
        if report is None:
            return
        translate = QCoreApplication.translate
        path, _ = QFileDialog.getSaveFileName(
            self,
            translate("WijkMix", "Save the report"),
            f"{file_name(report.name)}.{kind}",
            f"{kind.upper()} (*.{kind})",
        )
        if not path:
            return
        if Path(path).suffix.lower() != f".{kind}":
            path += f".{kind}"
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            done = self.write(Path(path), content(report))
        except WijkMixError as error:
            self.say(texts.both(error.text))
            return
        finally:
            QGuiApplication.restoreOverrideCursor()
        if done:
            self.say(translate("WijkMix", "Written to {path}").format(path=path))

    def write(self, path: Path, content: bytes) -> bool:
        """Write a file whole, or say why not."""
        from ..report.files import write_whole

        try:
            write_whole(path, content)
        except WijkMixError as error:
            self.say(texts.both(error.text))
            return False
        self.say("")
        return True


def _plain(text: str) -> str:
    """Return a text in which "&" is no shortcut."""
    return text.replace("&", "&&")
