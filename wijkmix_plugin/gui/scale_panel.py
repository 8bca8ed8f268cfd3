# SPDX-License-Identifier: GPL-2.0-or-later
"""The view "Scale": at which scale the mix around a buurt is, and whether blocks are uniform.

It reads tables and geometry only while it is visible.
"""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer
from qgis.PyQt.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from . import scale_data, scan_layer
from .charts import Bar, MixBars
from .labels import html_label
from .page import heading, paragraph
from .profile_panel import ProfileChart
from .scale_data import LEVELS
from .scale_text import Found, level_words
from .scan_layer import ScanTable, Unit
from .texts import esc, number, percent


class ScalePanel(QScrollArea):
    """The spectrum of wijk and gemeente, the mosaic index, and the mix against distance."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        translate = QCoreApplication.translate
        self._layer_id = ""
        self._table: ScanTable | None = None
        self._unit: Unit | None = None
        self._message = ""
        self._shown: tuple[Any, ...] | None = None  # what the widgets now show
        self._connections: list[tuple[Any, Any]] = []
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(150)
        self._stale.timeout.connect(self._read_again)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(translate("WijkMix", "Scale of the mix"))
        self.head = html_label()
        self.bars = MixBars(colours=_Colours(), words=level_words)
        self.bars.setAccessibleName(translate("WijkMix", "Scale spectrum"))
        self.numbers = html_label()
        self.around = html_label()
        self.around.setContentsMargins(0, 8, 0, 0)
        self.chart = ProfileChart(x_label=translate("WijkMix", "distance (m)"))
        self.chart.setAccessibleName(translate("WijkMix", "Diversity against distance"))
        self.notes = html_label()
        inside = QWidget()
        layout = QVBoxLayout(inside)
        for widget in (self.head, self.bars, self.numbers, self.around, self.chart, self.notes):
            layout.addWidget(widget)
        layout.addStretch()
        self.setWidget(inside)

    # -- what the dock tells ---------------------------------------------------------------

    def set_scan(self, layer: QgsVectorLayer | None, table: ScanTable | None) -> None:
        """Take another scan, or the same one read again."""
        self._layer_id = layer.id() if layer is not None else ""
        self._table = table
        self._shown = None

    def show_unit(self, unit: Unit | None, message: str = "") -> None:
        """Show a buurt; without one, what to do first."""
        self._unit, self._message = unit, message
        if self.isVisible():
            self._refresh()

    def close_down(self) -> None:
        """Leave nothing behind: signals, timer, what was read."""
        self._leave()
        self._layer_id, self._table, self._unit, self._shown = "", None, None, None

    # -- only while visible ----------------------------------------------------------------

    def showEvent(self, event) -> None:
        super().showEvent(event)
        project = QgsProject.instance()
        if not self._connections:
            for signal in (project.layersAdded, project.layersRemoved):
                signal.connect(self._tables_changed)
                self._connections.append((signal, self._tables_changed))
        # Tables may have come or gone while this was hidden.
        self._shown = None
        self._refresh()

    def hideEvent(self, event) -> None:
        super().hideEvent(event)
        self._leave()

    def _leave(self) -> None:
        self._stale.stop()
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._connections.clear()

    def _tables_changed(self, *_details: Any) -> None:
        self._shown = None
        self._stale.start()

    def _read_again(self) -> None:
        if self.isVisible():
            self._refresh()

    # -- showing ---------------------------------------------------------------------------

    def _refresh(self) -> None:
        layer = QgsProject.instance().mapLayer(self._layer_id) if self._layer_id else None
        unit, table = self._unit, self._table
        feature = layer.getFeature(unit.fid) if layer is not None and unit is not None else None
        if layer is None or unit is None or table is None or not feature.isValid():
            self._shown = None
            self.head.setText(self._message)
            for widget in (self.bars, self.numbers, self.around, self.chart, self.notes):
                widget.hide()
            return
        if self._shown == (layer.id(), unit.fid):
            return
        self._shown = (layer.id(), unit.fid)
        values = scan_layer.record(layer, feature)
        origin = scan_layer.provenance(layer) or {}
        found = Found(layer, unit, table, origin)
        self.head.setText(found.heading())
        self._show_spectra(found)
        self.numbers.setText(
            found.numbers() + found.missing() + found.every_scale() + found.mosaic()
        )
        self.numbers.show()
        self._show_around(found, layer, feature, values)

    def _show_spectra(self, found: Found) -> None:
        present = tuple(
            name for name in LEVELS if any(name in area.shares for _, area in found.areas)
        )
        bars = [
            Bar(
                title,
                ""
                if area.diversity is None
                else QCoreApplication.translate("WijkMix", "diversity {value}").format(
                    value=number(area.diversity, 2)
                ),
                tuple(100 * area.shares[name] if name in area.shares else None for name in present)
                if area.shares
                else None,
            )
            for title, area in found.areas
        ]
        self.bars.show_bars(present, bars)
        self.bars.setVisible(bool(bars))

    def _show_around(self, found: Found, layer: Any, feature: Any, values: dict[str, Any]) -> None:
        translate = QCoreApplication.translate
        around = scale_data.around_buurt(layer, feature, found.table.classes)
        lines = {
            translate("WijkMix", "Around the blocks of this buurt"): scale_data.around_blocks(
                values
            ),
            translate("WijkMix", "Around this buurt, of buurten"): around.diversity
            if around is not None
            else {},
            translate("WijkMix", "H of surroundings, whole layer"): found.profile,
        }
        lines = {name: line for name, line in lines.items() if line}
        name = found.unit.name or found.unit.code
        title = translate("WijkMix", "Around {name}").format(name=name)
        self.around.setText(heading(title) + self._around_words(around, values, found))
        self.around.show()
        self.chart.setVisible(bool(lines))
        self.notes.setVisible(bool(lines))
        if not lines:
            return
        distances = sorted({distance for line in lines.values() for distance in line})
        series = {
            key: [line.get(distance, float("nan")) for distance in distances]
            for key, line in lines.items()
        }
        self.chart.show_lines(distances, series, translate("WijkMix", "diversity, H (0-1)"))
        # Each line in words has its own distances only.
        said = [
            f"{key}: " + ", ".join(f"{number(d)} m {number(v, 2)}" for d, v in sorted(line.items()))
            for key, line in lines.items()
        ]
        self.chart.setAccessibleDescription("; ".join(said))
        self.chart.setToolTip("<br>".join(esc(line) for line in said))
        self.notes.setText(
            paragraph(
                translate(
                    "WijkMix",
                    "A line that rises says that other tenures lie within that distance; a flat "
                    "one, that a large area is much the same. H tells how much surroundings of "
                    "that size differ from each other. At the edge of the layer surroundings miss "
                    "what lies outside. The distances are an assumption.",
                )
            )
        )

    @staticmethod
    def _around_words(around: Any, values: dict[str, Any], found: Found) -> str:
        """Say up to which distance one tenure dominates; or why nothing can be drawn."""
        translate = QCoreApplication.translate
        if around is None:
            return paragraph(
                translate(
                    "WijkMix",
                    "The surroundings cannot be drawn: this buurt has no shape, or the layer is "
                    "not in metres. Run the scan on polygons; its result is in metres.",
                )
            )
        if not around.largest:
            return paragraph(
                translate(
                    "WijkMix",
                    "No buurt within {far} m has figures, so there is nothing to draw.",
                ).format(far=number(max(scale_data.RADII)))
            )
        known = [values.get(f"n_{name}") for name in found.table.classes]
        own = (
            max(known) / sum(known)
            if all(isinstance(n, (int, float)) for n in known) and sum(known) > 0
            else None
        )
        mixed = [r for r, share in around.largest.items() if share < scale_data.DOMINANT - 1e-12]
        limit = percent(100 * scale_data.DOMINANT)
        if own is not None and own < scale_data.DOMINANT - 1e-12:
            text = translate(
                "WijkMix", "In the buurt itself no tenure holds {limit} (assumption)."
            ).format(limit=limit)
        elif mixed:
            text = translate(
                "WijkMix",
                "The smallest circle in which no tenure holds {limit} (assumption) has a radius of "
                "{radius} m.",
            ).format(radius=number(mixed[0]), limit=limit)
        else:
            text = translate(
                "WijkMix", "Up to {radius} m one tenure holds {limit} or more (assumption)."
            ).format(radius=number(max(around.largest)), limit=limit)
        return paragraph(text)


class _Colours(dict):
    """The colours of the levels, read from the report's when first asked for."""

    def __missing__(self, key: str) -> str:
        from ..report.charts import LEVEL_COLOURS

        self.update(LEVEL_COLOURS)
        return LEVEL_COLOURS[key]
