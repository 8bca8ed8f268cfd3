# SPDX-License-Identifier: GPL-2.0-or-later
"""The distance profile: a segregation index against the bandwidth of the surroundings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from qgis.core import QgsFeatureRequest, QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QRectF, QSize, Qt, QTimer
from qgis.PyQt.QtGui import QPainter
from qgis.PyQt.QtSvg import QSvgRenderer
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from . import texts
from .picker import narrow
from .scan_layer import LAYER_SIGNALS, plain

# What `segregation_indices` writes, in its table of indices and in that of the profile.
MARKS = ("area", "index", "group", "bandwidth", "value")
# How the algorithm calls all units, all groups, and everybody else.
ALL = "all"
REST = "rest"


@dataclass(frozen=True)
class Row:
    """One index at one distance."""

    area: str
    index: str
    group: str
    bandwidth: float
    value: float


def is_profile(layer: QgsMapLayer | None) -> bool:
    """Tell whether a layer is a table of indices with a row that has a distance."""
    if (
        not isinstance(layer, QgsVectorLayer)
        or not layer.isValid()
        or any(layer.fields().lookupField(name) < 0 for name in MARKS)
    ):
        return False
    request = QgsFeatureRequest().setFilterExpression('"bandwidth" IS NOT NULL').setLimit(1)
    return next(layer.getFeatures(request), None) is not None


def read_rows(layer: QgsVectorLayer) -> list[Row]:
    """Read the rows with a distance; pairs of groups are left out, they would hide the groups."""
    names = [*MARKS, "versus"]
    places = [layer.fields().lookupField(name) for name in names]
    request = QgsFeatureRequest()
    request.setSubsetOfAttributes([p for p in places if p >= 0])
    rows = []
    for feature in layer.getFeatures(request):
        held = feature.attributes()
        area, index, group, bandwidth, value, versus = (
            plain(held[p]) if 0 <= p < len(held) else None for p in places
        )
        if not _is_number(bandwidth) or versus not in (None, "", REST):
            continue
        rows.append(
            Row(
                *("" if part is None else str(part) for part in (area, index, group)),
                float(bandwidth),
                float(value) if _is_number(value) else math.nan,
            )
        )
    return rows


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


class ProfilePanel(QWidget):
    """Choosers for table, area and index, and a line per group."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        translate = QCoreApplication.translate
        self._rows: list[Row] = []
        self._connections: list[tuple[Any, Any]] = []
        self._layer_connections: list[tuple[Any, Any]] = []
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(150)
        self._stale.timeout.connect(self._read_again)
        title = QLabel(f"<b>{texts.esc(translate('WijkMix', 'Distance profile'))}</b>")
        self.note = QLabel()
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.table = narrow(QComboBox())
        self.area = narrow(QComboBox())
        self.index = narrow(QComboBox())
        self.choosers = QWidget()
        form = QFormLayout(self.choosers)
        form.setContentsMargins(0, 0, 0, 0)
        for text, box in (
            (translate("WijkMix", "Table"), self.table),
            (translate("WijkMix", "Area"), self.area),
            (translate("WijkMix", "Index"), self.index),
        ):
            box.setAccessibleName(text)
            form.addRow(text, box)
        self.chart = ProfileChart()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(title)
        layout.addWidget(self.note)
        layout.addWidget(self.choosers)
        layout.addWidget(self.chart)
        self.table.activated.connect(self._refresh)
        self.area.activated.connect(self._draw)
        self.index.activated.connect(self._draw)

    # -- only while visible ----------------------------------------------------------------

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._refresh()

    def hideEvent(self, event) -> None:
        super().hideEvent(event)
        self.close_down()

    def close_down(self) -> None:
        self._stale.stop()
        for held in (self._connections, self._layer_connections):
            for signal, slot in held:
                signal.disconnect(slot)
            held.clear()

    def _read_again(self) -> None:
        if self.isVisible():
            self._refresh()

    def _edited(self, *_details: Any) -> None:
        self._stale.start()

    def _layers_going(self, layer_ids: list[str]) -> None:
        """Let go of the table while it still exists."""
        if self.table.currentData() in layer_ids:
            for signal, slot in self._layer_connections:
                signal.disconnect(slot)
            self._layer_connections.clear()
        self._stale.start()

    def _refresh(self, _place: int = 0) -> None:
        """List the tables of the project and read the chosen one."""
        self.close_down()
        project = QgsProject.instance()
        tables = [layer for layer in project.mapLayers().values() if is_profile(layer)]
        tables.sort(key=lambda layer: (layer.name().casefold(), layer.id()))
        self._hold(self._connections, project.layersAdded, self._edited)
        self._hold(self._connections, project.layersWillBeRemoved, self._layers_going)
        _fill(self.table, [(layer.name(), layer.id()) for layer in tables])
        layer = project.mapLayer(self.table.currentData() or "")
        self._rows = read_rows(layer) if layer is not None else []
        if layer is not None:
            for name in (*LAYER_SIGNALS, "nameChanged"):
                self._hold(self._layer_connections, getattr(layer, name), self._edited)
        _fill(self.area, [(_area(key), key) for key in _unique(r.area for r in self._rows)])
        _fill(self.index, [(_index(key), key) for key in _unique(r.index for r in self._rows)])
        self.choosers.setVisible(bool(tables))
        self._draw()

    @staticmethod
    def _hold(held: list[tuple[Any, Any]], signal: Any, slot: Any) -> None:
        signal.connect(slot)
        held.append((signal, slot))

    # -- the chart -------------------------------------------------------------------------

    def series(self) -> tuple[list[float], dict[str, list[float]]]:
        """Return the distances, and per group the values of the chosen index and area."""
        rows = [
            row
            for row in self._rows
            if row.area == self.area.currentData() and row.index == self.index.currentData()
        ]
        distances = sorted({row.bandwidth for row in rows})
        found = {(row.group, row.bandwidth): row.value for row in rows}
        return distances, {
            _group(group): [found.get((group, d), math.nan) for d in distances]
            for group in _unique(row.group for row in rows)
        }

    def _draw(self, _place: int = 0) -> None:
        translate = QCoreApplication.translate
        distances, series = self.series()
        if not self.table.count():
            self.note.setText(
                translate(
                    "WijkMix",
                    "Run the algorithm Segregation indices with bandwidths, and its table is drawn "
                    "here: how far does segregation reach?",
                )
            )
        elif not any(math.isfinite(v) for values in series.values() for v in values):
            self.note.setText(
                translate("WijkMix", "This index has no value here. Choose another area or index.")
            )
        else:
            self.note.setText("")
        drawn = not self.note.text()
        self.note.setVisible(not drawn)
        self.chart.setVisible(drawn)
        if drawn:
            self.chart.show_lines(distances, series, self.index.currentText())


class ProfileChart(QWidget):
    """The chart of the report, on paper of its own in light and dark."""

    def __init__(self, parent: QWidget | None = None, *, x_label: str = "") -> None:
        super().__init__(parent)
        self._x_label = x_label or QCoreApplication.translate("WijkMix", "bandwidth (m)")
        self._lines: tuple[list[float], dict[str, list[float]], str] | None = None
        self._picture = QSvgRenderer(self)
        self._drawn: QSize | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(160)
        self.setAccessibleName(QCoreApplication.translate("WijkMix", "Distance profile"))

    def sizeHint(self) -> QSize:
        lines = len(self._lines[1]) if self._lines is not None else 1
        return QSize(320, 200 + 16 * lines)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def show_lines(
        self, distances: list[float], series: dict[str, list[float]], title: str
    ) -> None:
        self._lines, self._drawn = (distances, series, title), None
        said = [
            f"{name}: "
            + ", ".join(
                f"{texts.number(d)} m {texts.number(v, 3)}"
                for d, v in zip(distances, values, strict=True)
            )
            for name, values in series.items()
        ]
        self.setAccessibleDescription("; ".join(said))
        self.setToolTip("<br>".join(texts.esc(line) for line in said))
        self.updateGeometry()
        self.update()

    def svg(self) -> str:
        """Return the chart for the present size."""
        from ..report.charts import profile_line

        if self._lines is None:
            return ""
        distances, series, title = self._lines
        return profile_line(
            distances,
            series,
            lang=texts.language(),
            x_label=self._x_label,
            y_label=title,
            title=title,
            # Distances are mostly doubled; 0, the index without surroundings, has no logarithm.
            logarithmic=bool(distances) and distances[0] > 0,
            width=self.width(),
            height=self.height(),
        )

    def paintEvent(self, _event) -> None:
        if self._drawn != self.size():
            self._picture.load(self.svg().encode("utf-8"))
            self._drawn = self.size()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        if self._picture.isValid():
            self._picture.render(painter, QRectF(self.rect()))
        painter.end()


def _fill(box: QComboBox, choices: list[tuple[str, str]]) -> None:
    """Offer choices and keep the present one where it is still there."""
    present = box.currentData()
    box.clear()
    for label, key in choices:
        box.addItem(label, key)
    keys = [key for _, key in choices]
    box.setCurrentIndex(keys.index(present) if present in keys else (0 if keys else -1))


def _unique(keys: Any) -> list[str]:
    return list(dict.fromkeys(keys))


def _area(key: str) -> str:
    return QCoreApplication.translate("WijkMix", "All units together") if key == ALL else key


def _group(key: str) -> str:
    if key == ALL:
        return QCoreApplication.translate("WijkMix", "All groups")
    tenure = key.removeprefix("n_")
    return texts.tenure(tenure) if tenure in ("koop", "corp", "overig", "huur") else key


def _index(key: str) -> str:
    """Return the words for an index of surroundings."""
    return {
        "spatial_theil_h": QCoreApplication.translate("WijkMix", "Theil's H of surroundings"),
        "spatial_dissimilarity": QCoreApplication.translate(
            "WijkMix", "Dissimilarity of surroundings"
        ),
        "spatial_relative_diversity": QCoreApplication.translate(
            "WijkMix", "Relative diversity of surroundings"
        ),
    }.get(key, key)
