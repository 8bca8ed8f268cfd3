# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the scan from the dock: a compact form, and the run in the background."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsMapLayer,
    QgsMessageLog,
    QgsProcessing,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
)
from qgis.gui import QgsFieldExpressionWidget, QgsMapLayerComboBox
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, QObject, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from .. import dependencies
from . import mapping, scan_layer, texts
from .labels import label

ALGORITHM = "wijkmix:scan"
DOWNLOAD = "wijkmix:download_buurten"


class RunFeedback(QgsProcessingFeedback):
    """Remembers the errors that were reported, to show them when the run has ended."""

    def __init__(self) -> None:
        super().__init__(False)
        self.errors: list[str] = []

    def reportError(self, error: str, fatalError: bool = False) -> None:
        self.errors.append(error)
        super().reportError(error, fatalError)


class ScanRun(QObject):
    """One run in the background; belongs to the task manager, as its task does."""

    progressed = pyqtSignal(float)
    # ok, the results, what went wrong
    ended = pyqtSignal(bool, dict, str)

    def __init__(self, algorithm: Any, parameters: dict[str, Any]) -> None:
        super().__init__(QgsApplication.taskManager())
        self._algorithm = algorithm
        self._parameters = parameters
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._context.setTransformContext(QgsProject.instance().transformContext())
        self.feedback = RunFeedback()
        self._context.setFeedback(self.feedback)
        self._task: QgsProcessingAlgRunnerTask | None = None

    def check(self) -> str:
        """Return why the run is refused, "" where it may start."""
        ok, reason = self._algorithm.canExecute()
        if ok:
            ok, reason = self._algorithm.checkParameterValues(self._parameters, self._context)
        return "" if ok else reason

    def start(self) -> None:
        self._task = QgsProcessingAlgRunnerTask(
            self._algorithm, self._parameters, self._context, self.feedback
        )
        self._task.setDescription(self._algorithm.displayName())
        self._task.progressChanged.connect(self.progressed)
        self._task.executed.connect(self._executed)
        # What is worked out on one project has no business in the next.
        QgsProject.instance().aboutToBeCleared.connect(self.cancel)
        QgsApplication.taskManager().addTask(self._task)

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def finish(self, milliseconds: int = 10_000) -> None:
        """Stop and wait for the end: the task still calls code that is about to be unloaded."""
        if self._task is None:
            return
        loop = QEventLoop()
        self.ended.connect(loop.quit)
        QTimer.singleShot(milliseconds, loop.quit)
        self.cancel()
        if self._task is not None:  # one that still waited for its turn has ended already
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def _executed(self, ok: bool, results: dict[str, Any]) -> None:
        self._task = None
        QgsProject.instance().aboutToBeCleared.disconnect(self.cancel)
        if ok and not self.feedback.isCanceled():
            from processing.gui.Postprocessing import handleAlgorithmResults

            handleAlgorithmResults(self._algorithm, self._context, self.feedback, self._parameters)
            self.ended.emit(True, dict(results), "")
        elif self.feedback.isCanceled():
            # The results still name layers then; they may be half-filled and are not looked at.
            self.ended.emit(
                False,
                {},
                QCoreApplication.translate("WijkMix", "The run was stopped; nothing was added."),
            )
        else:
            self.ended.emit(False, {}, why(self.feedback.errors))
        self.deleteLater()


def why(errors: list[str]) -> str:
    """Return why a run failed; a traceback goes to the log, and its last line to the user."""
    text = "\n".join(errors).strip()
    if "Traceback (most recent call last)" not in text:
        return text
    QgsMessageLog.logMessage(text, "WijkMix", Qgis.MessageLevel.Critical)
    return QCoreApplication.translate(
        "WijkMix", "The run failed unexpectedly: {reason}. See the log messages, tab WijkMix."
    ).format(reason=text.splitlines()[-1])


class RunPanel(QWidget):
    """The few choices that a first scan needs; everything else is in the Processing dialog."""

    started = pyqtSignal(object)
    closed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        translate = QCoreApplication.translate
        self.layers = QgsMapLayerComboBox()
        self.layers.setFilters(Qgis.LayerFilter.PolygonLayer)
        self.layers.setAccessibleName(translate("WijkMix", "CBS buurten (polygon layer)"))
        self.layers.setMinimumContentsLength(8)
        self.layers.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.blocks = QgsMapLayerComboBox()
        kinds = Qgis.LayerFilter.PolygonLayer | Qgis.LayerFilter.PointLayer
        self.blocks.setFilters(Qgis.LayerFilters(kinds))
        self.blocks.setAllowEmptyLayer(True, translate("WijkMix", "none: buurten only"))
        self.blocks.setCurrentIndex(0)  # the empty choice; setLayer(None) shows no line at all
        self.blocks.setAccessibleName(translate("WijkMix", "Blocks (optional)"))
        self.blocks.setToolTip(
            translate(
                "WijkMix",
                "Squares of CBS, PC6 areas, complexes or addresses with tenure counts. They show "
                "whether a mixed wijk is mixed inside its blocks.",
            )
        )
        self.blocks.setMinimumContentsLength(8)
        self.blocks.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.block_map = QCheckBox(translate("WijkMix", "Also a map of the blocks"))
        self.block_map.setToolTip(
            translate(
                "WijkMix",
                "How much more mixed the surroundings of every block are than the block itself: "
                "one style per distance, to switch between.",
            )
        )
        self.download = QPushButton(translate("WijkMix", "Download from PDOK…"))
        self.columns = QPushButton(translate("WijkMix", "Columns…"))
        self.columns.setToolTip(translate("WijkMix", "Which column of the layer is what"))
        self.columns_note = label(small=True)
        self._mapping: dict[str, str] = {}
        self.gemeente = QLineEdit()
        self.gemeente.setPlaceholderText(
            translate("WijkMix", "empty = all; else names or codes, with commas")
        )
        self.reference = QComboBox()
        self.reference.addItems(
            [translate("WijkMix", "its gemeente"), translate("WijkMix", "the whole layer")]
        )
        self.vulnerable = QgsFieldExpressionWidget()
        self.vulnerable.setAllowEmptyFieldName(True)
        self.vulnerable.setAccessibleName(
            translate("WijkMix", "Vulnerable area: field or expression")
        )
        proxy = label(
            translate(
                "WijkMix",
                "True for the buurten that your own policy calls vulnerable, or a list of their "
                "codes (BU…, WK…, GM…). Left empty, WijkMix uses the share of low-income "
                "households as a stand-in where the layer has it. "
                "That is an assumption and is labelled so; without it, vulnerability is unknown.",
            ),
            small=True,
        )
        other = label(
            translate(
                "WijkMix",
                "The rest stays at its default: 99,999 permutations, two-sided, FDR at 0.05, all "
                "thresholds as in the catalogue. The result is a temporary layer group.",
            ),
            small=True,
        )
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(translate("WijkMix", "CBS buurten (polygon layer)"), self.layers)
        beside = QHBoxLayout()
        beside.addWidget(self.download)
        beside.addWidget(self.columns)
        beside.addStretch()
        form.addRow(beside)
        form.addRow(self.columns_note)
        form.addRow(translate("WijkMix", "Gemeente"), self.gemeente)
        form.addRow(translate("WijkMix", "Blocks (optional)"), self.blocks)
        form.addRow(self.block_map)
        form.addRow(translate("WijkMix", "Compare each buurt with"), self.reference)
        form.addRow(translate("WijkMix", "Vulnerable area (field or expression)"), self.vulnerable)
        form.addRow(proxy)
        form.addRow(other)
        self.problem = label(selectable=True)
        self.problem.hide()
        self.go = QPushButton(translate("WijkMix", "Run"))
        self.go.setDefault(True)
        self.options = QPushButton(translate("WijkMix", "All options…"))
        self.back = QPushButton(translate("WijkMix", "Back"))
        buttons = QHBoxLayout()
        buttons.addWidget(self.go)
        buttons.addWidget(self.options)
        buttons.addStretch()
        buttons.addWidget(self.back)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addLayout(buttons)
        layout.addStretch()
        self.layers.layerChanged.connect(self._layer_changed)
        self.blocks.layerChanged.connect(self._blocks_changed)
        self.go.clicked.connect(self.run)
        self.options.clicked.connect(self._all_options)
        self.download.clicked.connect(self._download)
        self.columns.clicked.connect(self._choose_columns)
        self.back.clicked.connect(self.closed)
        self._layer_changed(self.layers.currentLayer())
        self._blocks_changed(self.blocks.currentLayer())

    def prepare(self) -> None:
        """Get ready to be shown: what can be scanned, no old message."""
        self._say("")
        message = dependencies.message()
        self.go.setEnabled(message is None)
        if message is not None:
            self._say(texts.both(message))
        every = list(QgsProject.instance().mapLayers().values())
        own = [x for x in every if scan_layer.is_scan_layer(x)]
        maps = [x for x in every if scan_layer.is_block_map(x)]
        self.layers.setExceptedLayerList([*own, *maps])
        self.blocks.setExceptedLayerList(own)
        self.layers.setFocus()

    def parameters(self) -> dict[str, Any]:
        layer, blocks = self.layers.currentLayer(), self.blocks.currentLayer()
        return {
            "INPUT": layer.id() if layer is not None else None,
            "BLOCKS": blocks.id() if blocks is not None else None,
            "GEMEENTE": self.gemeente.text().strip(),
            "REFERENCE": self.reference.currentIndex(),
            "VULNERABLE": self.vulnerable.asExpression(),
            "MAPPING": mapping.as_text(self._mapping),
        }

    def run(self) -> None:
        """Check the choices and start; what is wrong is said here, before anything runs."""
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(ALGORITHM)
        if algorithm is None:
            self._say(
                QCoreApplication.translate(
                    "WijkMix",
                    "The algorithm wijkmix:scan is not there. Enable the plugins Processing and "
                    "WijkMix in the plugin manager.",
                )
            )
            return
        if self.layers.currentLayer() is None:
            self._say(
                QCoreApplication.translate(
                    "WijkMix",
                    "Add a polygon layer of CBS buurten to the project first, or download one.",
                )
            )
            return
        project = QgsProject.instance()
        parameters = self.parameters()
        wanted = ["OUTPUT", "WIJKEN", "INDICES"]
        if self.block_map.isEnabled() and self.block_map.isChecked():
            wanted.append("BLOCKS_OUT")
        for name in wanted:
            parameters[name] = QgsProcessingOutputLayerDefinition(
                QgsProcessing.TEMPORARY_OUTPUT, project
            )
        parameters["REPORT"] = QgsProcessing.TEMPORARY_OUTPUT
        run = ScanRun(algorithm, parameters)
        QgsApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            problem = run.check()
        finally:
            QgsApplication.restoreOverrideCursor()
        self._say(problem)
        if problem:
            run.deleteLater()
            return
        self.started.emit(run)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _layer_changed(self, layer: QgsMapLayer | None) -> None:
        self.vulnerable.setLayer(layer)
        self.vulnerable.setField("")
        self.columns.setEnabled(layer is not None)
        self._mapping = mapping.recall(self._names())
        self._tell_columns()

    def _blocks_changed(self, layer: QgsMapLayer | None) -> None:
        self.block_map.setEnabled(layer is not None)

    def _names(self) -> list[str]:
        layer = self.layers.currentLayer()
        return layer.fields().names() if layer is not None else []

    def _tell_columns(self) -> None:
        names = self._names()
        self.columns_note.setText(mapping.summary(names, self._mapping) if names else "")
        self.columns_note.setVisible(bool(names))

    def _choose_columns(self) -> None:
        """Show which column is what; the choice holds for this run and is remembered."""
        values = mapping.samples(self.layers.currentLayer())
        chosen = mapping.choose(self._names(), values, self._mapping, self)
        if chosen is not None:
            self._mapping = chosen
            self._tell_columns()
            self._say("")

    def _all_options(self) -> None:
        from qgis import processing

        parameters = {key: value for key, value in self.parameters().items() if value}
        processing.execAlgorithmDialog(ALGORITHM, parameters)
        self.closed.emit()

    def _download(self) -> None:
        """Open the dialog of the download, and choose the layer that it loads."""
        from qgis import processing

        gemeente = self.gemeente.text().strip()
        project = QgsProject.instance()
        before = set(project.mapLayers())
        processing.execAlgorithmDialog(DOWNLOAD, {"GEMEENTE": gemeente})
        for key in set(project.mapLayers()) - before:
            self.layers.setLayer(project.mapLayer(key))
