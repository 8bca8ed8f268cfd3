# SPDX-License-Identifier: GPL-2.0-or-later
"""The view "Scale": at which scale the mix around a buurt is, and whether blocks are uniform.

It reads tables and geometry only while it is visible.
"""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer
from qgis.PyQt.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from . import scale_data, scan_layer, texts
from .charts import Bar, MixBars
from .page import heading, paragraph
from .profile_panel import ProfileChart
from .scale_data import LEVELS, Spectrum
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
        self.head = _label()
        self.bars = MixBars(colours=_Colours(), words=level_words)
        self.bars.setAccessibleName(translate("WijkMix", "Scale spectrum"))
        self.numbers = _label()
        self.around = _label()
        self.chart = ProfileChart(x_label=translate("WijkMix", "distance (m)"))
        self.chart.setAccessibleName(translate("WijkMix", "Diversity against distance"))
        self.notes = _label()
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
        found = _Found(layer, unit, table, origin)
        self.head.setText(found.heading())
        self._show_spectra(found)
        self.numbers.setText(found.numbers() + found.missing() + found.mosaic())
        self.numbers.show()
        self._show_around(found, layer, feature, values)

    def _show_spectra(self, found: _Found) -> None:
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

    def _show_around(self, found: _Found, layer: Any, feature: Any, values: dict[str, Any]) -> None:
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
    def _around_words(around: Any, values: dict[str, Any], found: _Found) -> str:
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


class _Found:
    """What can be said about one buurt with the tables that are in the project."""

    def __init__(
        self, layer: QgsVectorLayer, unit: Unit, table: ScanTable, origin: dict[str, Any]
    ) -> None:
        self.unit, self.table, self.origin = unit, table, origin
        self.had_blocks = origin.get("variant") == "block"
        self.filtered = bool(layer.subsetString())
        self.wijk: dict[str, Any] = {}
        wijken = scale_data.sibling(layer, ("wijk_code", "mosaic_buurt"))
        if wijken is not None and unit.wijk:
            self.wijk = next(iter(scale_data.rows(wijken, "wijk_code", unit.wijk)), {})
        indices = scale_data.sibling(layer, ("area", "index", "bandwidth", "value"))
        rows = scale_data.rows(indices, "area", unit.gemeente) if indices is not None else []
        whole = scale_data.rows(indices, "area", "all") if indices is not None else []
        self.profile = scale_data.profile_of_layer(whole)
        # Shares of blocks only where the table of the wijken is there to tell the rest.
        self.blocks = self.had_blocks and "mosaic_block" in self.wijk
        if self.blocks:
            spectra = [scale_data.from_wijk_row(self.wijk), scale_data.from_index_rows(rows)]
            if not spectra[1].shares:
                spectra = spectra[:1] if indices is None else spectra
        else:
            spectra = [
                scale_data.of_wijk(table.wijken.get(unit.wijk)),
                scale_data.of_gemeente(table, unit.gemeente),
            ]
        translate = QCoreApplication.translate
        titles = [
            translate("WijkMix", "Wijk {code}").format(code=unit.wijk or texts.NONE),
            translate("WijkMix", "Gemeente {name}").format(name=scale_data.gemeente_of(unit)),
        ]
        self.areas: list[tuple[str, Spectrum]] = list(zip(titles, spectra, strict=False))

    def heading(self) -> str:
        translate = QCoreApplication.translate
        lines = [f"<b>{esc(translate('WijkMix', 'At which scale is the mix?'))}</b>"]
        if self.blocks:
            name = (self.origin.get("parameters") or {}).get("blocks_layer")
            said = translate("WijkMix", "Variant: blocks")
            if isinstance(name, str) and name:
                said = translate("WijkMix", "Variant: blocks ({layer})").format(layer=name)
            if self.origin.get("blocks_are_squares"):
                said += " · " + translate(
                    "WijkMix",
                    "squares of CBS, a proxy for blocks",
                )
        else:
            said = translate("WijkMix", "Variant: buurten")
        lines.append(esc(said))
        if self.filtered:
            lines.append(
                esc(
                    translate(
                        "WijkMix",
                        "The layer is filtered: what follows is about the buurten that are left.",
                    )
                )
            )
        return "<p>" + "<br>".join(lines) + "</p>"

    def numbers(self) -> str:
        """Return the shares as a table: a row per level, a column per area."""
        translate = QCoreApplication.translate
        present = [n for n in LEVELS if any(n in area.shares for _, area in self.areas)]
        if not present:
            return paragraph(self._no_shares())
        short = [translate("WijkMix", "Wijk"), translate("WijkMix", "Gemeente")]
        heads = "".join(f'<td align="right"><b>{esc(s)}</b></td>' for s in short[: len(self.areas)])
        body = [f"<tr><td></td>{heads}</tr>"]
        for name in present:
            cells = "".join(
                f'<td align="right">{esc(percent(100 * area.shares[name], 1))}</td>'
                if name in area.shares
                else f'<td align="right">{texts.NONE}</td>'
                for _, area in self.areas
            )
            body.append(f"<tr><td>{esc(level_words(name))}</td>{cells}</tr>")
        table = f'<table style="font-size:small" cellpadding="2">{"".join(body)}</table>'
        return table + (paragraph(self._no_shares()) if not self.areas[0][1].shares else "")

    def _no_shares(self) -> str:
        """Say why the wijk has no spectrum."""
        translate = QCoreApplication.translate
        if not self.unit.wijk:
            return translate(
                "WijkMix",
                "This buurt has no code of a wijk, so there is no wijk to split. Give the layer a "
                "field with the code of the wijk.",
            )
        if self.blocks and self.wijk.get("mosaic_block") is None:
            return translate(
                "WijkMix",
                "No block in this wijk has enough dwellings with known tenure; give finer or "
                "fuller blocks.",
            )
        mix = self.table.wijken.get(self.unit.wijk)
        if mix is None or not mix.total:
            return translate("WijkMix", "No buurt of this wijk has figures of tenure.")
        return translate(
            "WijkMix",
            "This wijk is hardly mixed (diversity below {limit}): there is next to nothing to "
            "divide over levels.",
        ).format(limit=number(scale_data.HARDLY_MIXED, 2))

    def missing(self) -> str:
        """Say which levels are missing and how to get them."""
        translate = QCoreApplication.translate
        if self.blocks and len(self.areas) > 1:
            return ""
        if self.blocks:
            return paragraph(
                translate(
                    "WijkMix",
                    "The spectrum of the gemeente is in the table of segregation indices, which is "
                    "not in the project: add it from the results of the scan, or run it again.",
                )
            )
        if self.had_blocks:
            return paragraph(
                translate(
                    "WijkMix",
                    "This scan had blocks, but its table of wijken is not in the project: add it "
                    "from the results of the scan, or run the scan again.",
                )
            )
        return paragraph(
            translate(
                "WijkMix",
                "With buurten only, insight 9 (uniform blocks in a mixed wijk) cannot be tested: a "
                "clear mosaic of blocks (0.33) can show next to nothing on buurten (0.01). To test "
                "it, choose a layer of blocks under Run scan, All options: squares of CBS, PC6 "
                "areas, or complexes. What buurten can show is above and below.",
            )
        )

    def mosaic(self) -> str:
        """Return the mosaic index of the wijk, its class with the limits, and the patch."""
        translate = QCoreApplication.translate
        title = heading(translate("WijkMix", "Mosaic of the wijk"))
        if not self.blocks:
            area = self.areas[0][1]
            if "spectrum_buurt" not in area.shares or area.diversity is None:
                return ""
            value = number(area.shares["spectrum_buurt"] * area.diversity, 3)
            return title + paragraph(
                translate("WijkMix", "Mosaic index, buurt variant: {value} (0-1)").format(
                    value=value
                )
            )
        row = self.wijk
        if row.get("mosaic_block") is None:
            return ""
        lines = [
            translate(
                "WijkMix",
                "Mosaic index, block variant: {value}; by chance {chance}, beyond chance "
                "{beyond} (z {z}); buurt variant {buurt}.",
            ).format(
                value=number(row["mosaic_block"], 3),
                chance=number(row.get("mosaic_expected"), 3),
                beyond=number(row.get("mosaic_corrected"), 3),
                z=number(row.get("mosaic_z"), 1),
                buurt=number(row.get("mosaic_buurt"), 3),
            ),
            self._class(row.get("mosaic_class")),
            translate("WijkMix", "{n} blocks with {dwellings} dwellings of known tenure.").format(
                n=number(row.get("n_blocks")), dwellings=number(row.get("block_dwellings"))
            ),
        ]
        return title + "".join(paragraph(line) for line in lines if line) + self._patch()

    def _class(self, kind: Any) -> str:
        from ..report.charts import MOSAIC_LABELS

        translate = QCoreApplication.translate
        if kind not in MOSAIC_LABELS:
            return translate("WijkMix", "No class: there is one block, nothing to compare.")
        chosen = self.origin.get("parameters") or {}
        return translate(
            "WijkMix",
            "Class: {name}. Limits (assumptions): one-sided below diversity {one}; mosaic from H "
            "{mosaic} beyond chance, finely mixed up to {fine}.",
        ).format(
            name=texts.both(MOSAIC_LABELS[kind]),
            one=texts.exact(chosen.get("limit_diversity")),
            mosaic=texts.exact(chosen.get("limit_mosaic")),
            fine=texts.exact(chosen.get("limit_fine")),
        )

    def _patch(self) -> str:
        translate = QCoreApplication.translate
        row = self.wijk
        known = [theta for theta in scale_data.THETAS if row.get(f"patch_size_{theta}") is not None]
        if not known:
            if row.get("mixed_dwellings") is not None:
                return paragraph(
                    translate("WijkMix", "No block has a dominant tenure, so there is no patch.")
                )
            return paragraph(
                translate(
                    "WijkMix",
                    "The size of uniform patches needs blocks that are polygons; these are points.",
                )
            )
        sizes = ", ".join(
            translate("WijkMix", "{n} at {share}").format(
                n=number(row[f"patch_size_{theta}"]), share=percent(theta)
            )
            for theta in known
        )
        lines = [
            translate(
                "WijkMix",
                "Uniform patch in which the average dwelling stands, in dwellings, by the share "
                "from which a tenure dominates a block (assumption): {sizes}.",
            ).format(sizes=sizes)
        ]
        if isinstance(row.get("mixed_dwellings"), float):
            lines.append(
                translate(
                    "WijkMix", "In blocks without dominant tenure ({share}): {n} dwellings."
                ).format(
                    n=number(row["mixed_dwellings"]),
                    share=percent(
                        100 * float((self.origin.get("parameters") or {}).get("theta", 0.8))
                    ),
                )
            )
        if isinstance(row.get("edge_contrast"), float):
            lines.append(
                translate(
                    "WijkMix",
                    "Contrast at borders between blocks: {value} (0 alike, 1 opposite).",
                ).format(value=number(row["edge_contrast"], 2))
            )
        return "".join(paragraph(line) for line in lines)


class _Colours(dict):
    """The colours of the levels, read from the report's when first asked for."""

    def __missing__(self, key: str) -> str:
        from ..report.charts import LEVEL_COLOURS

        self.update(LEVEL_COLOURS)
        return LEVEL_COLOURS[key]


def level_words(name: str) -> str:
    """Return the words for a part of the spectrum."""
    from ..report.charts import LEVEL_LABELS

    return texts.both(LEVEL_LABELS[name])


def _label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    label.setMinimumWidth(100)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    return label
