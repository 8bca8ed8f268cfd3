# SPDX-License-Identifier: GPL-2.0-or-later
"""What the view "Scale" says in words and numbers about one buurt, its wijk and its gemeente."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication

from . import scale_data, texts
from .page import heading, paragraph
from .scale_data import LEVELS, Spectrum
from .scan_layer import ScanTable, Unit
from .texts import esc, number, percent


def _rows(lines: list[tuple[str, str, str]]) -> str:
    return "".join(
        f'<tr><td>{esc(name)}</td><td align="right">{esc(d)}</td>'
        f'<td align="right">{esc(h)}</td></tr>'
        for name, d, h in lines
    )


class Found:
    """What can be said about one buurt with the tables that are in the project."""

    def __init__(
        self, layer: QgsVectorLayer, unit: Unit, table: ScanTable, origin: dict[str, Any]
    ) -> None:
        self.unit, self.table, self.origin = unit, table, origin
        self.had_blocks = origin.get("variant") == "block"
        self.filtered = bool(layer.subsetString())
        self.wijk: dict[str, Any] = {}
        wijken = scale_data.sibling(layer, scale_data.WIJK_MARKS)
        if wijken is not None and unit.wijk:
            self.wijk = next(iter(scale_data.rows(wijken, "wijk_code", unit.wijk)), {})
        indices = scale_data.sibling(layer, scale_data.INDEX_MARKS)
        rows = scale_data.rows(indices, "area", unit.gemeente) if indices is not None else []
        whole = scale_data.rows(indices, "area", "all") if indices is not None else []
        self.profile = scale_data.profile_of_layer(whole)
        self.sheet = scale_data.sheet(rows, whole)
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
        title = translate("WijkMix", "At which scale is the mix?")
        lines = [f"<b>{esc(title)}</b>"]
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
                "it, choose a layer of blocks under Run scan: squares of CBS, PC6 areas, or "
                "complexes. What buurten can show is above and below.",
            )
        )

    def every_scale(self) -> str:
        """Return D and H at every level of the gemeente and H by distance, as the scan wrote it."""
        translate = QCoreApplication.translate
        sheet = self.sheet
        if not sheet.levels:
            return ""
        words = {
            "wijk": translate("WijkMix", "Wijken"),
            "buurt": translate("WijkMix", "Buurten"),
            "block": translate("WijkMix", "Blocks"),
        }
        lines = [
            (words[level], number(d, 3), number(h, 3)) for level, (d, h) in sheet.levels.items()
        ]
        body = _rows(lines)
        around = [
            (translate("WijkMix", "Buurten within {radius} m"), self.profile),
            (translate("WijkMix", "Blocks within {radius} m"), sheet.blocks),
        ]
        lines = [
            (name.format(radius=number(r)), texts.NONE, number(h, 3))
            for name, found in around
            for r, h in sorted(found.items())
        ]
        if lines:
            whole = esc(translate("WijkMix", "H of surroundings, whole layer"))
            body += f'<tr><td colspan="3"><b>{whole}</b></td></tr>' + _rows(lines)
        head = '<tr><td></td><td align="right"><b>D</b></td><td align="right"><b>H</b></td></tr>'
        table = f'<table style="font-size:small" cellpadding="2">{head}{body}</table>'
        title = heading(
            translate("WijkMix", "The same index at every scale: {area}").format(
                area=scale_data.gemeente_of(self.unit)
            )
        )
        return title + table + self._every_scale_words()

    def _every_scale_words(self) -> str:
        from ..report.charts import TENURE_LABELS

        translate = QCoreApplication.translate
        first, second = (
            texts.both(TENURE_LABELS[name]).lower() if name in TENURE_LABELS else name
            for name in self.sheet.pair
        )
        said = translate(
            "WijkMix",
            "D sets {first} against {second}, H all classes. From coarse to fine D never falls, "
            "for it counts the same dwellings; where it rises, the difference lies inside the "
            "coarser units.",
        ).format(first=first, second=second)
        if min([0.0, *self.profile.values(), *self.sheet.blocks.values()]) < 0:
            said += " " + translate("WijkMix", "Read an H below 0 as 0.")
        if self.sheet.ratio is None:
            return paragraph(said)
        grain = translate(
            "WijkMix",
            "Grain: H within 1000 m is {ratio} times H within 100 m; near 1 coarse, near 0 fine "
            "(distances: an assumption).",
        ).format(ratio=number(self.sheet.ratio, 2))
        return paragraph(said) + paragraph(grain)

    def mosaic(self) -> str:
        """Return the mosaic index of the wijk, its class with the limits, and the patch."""
        translate = QCoreApplication.translate
        buurt_variant = translate("WijkMix", "Mosaic index (0-1), buurt variant")
        row = self.wijk
        if not self.blocks:
            area = self.areas[0][1]
            if "spectrum_buurt" not in area.shares or area.diversity is None:
                return ""
            value = number(area.shares["spectrum_buurt"] * area.diversity, 3)
            lines = [(buurt_variant, value)]
        elif row.get("mosaic_block") is None:
            return ""
        else:
            beyond = number(row.get("mosaic_corrected"), 3)
            if isinstance(row.get("mosaic_z"), float):
                beyond += f" (z {number(row['mosaic_z'], 1)})"
            lines = [
                (
                    translate("WijkMix", "Mosaic index (0-1), block variant"),
                    number(row["mosaic_block"], 3),
                ),
                (
                    translate("WijkMix", "by chance (dwellings shuffled)"),
                    number(row.get("mosaic_expected"), 3),
                ),
                (translate("WijkMix", "beyond chance"), beyond),
                *self._panden(),
                (buurt_variant, number(row.get("mosaic_buurt"), 3)),
                (translate("WijkMix", "Class"), self._class(row.get("mosaic_class"))),
                (translate("WijkMix", "Number of blocks"), number(row.get("n_blocks"))),
                (
                    translate("WijkMix", "Dwellings in the blocks that count"),
                    number(row.get("block_dwellings")),
                ),
                *self._patch(),
            ]
        body = "".join(
            f'<tr><td>{esc(name)}</td><td align="right">{esc(value)}</td></tr>'
            for name, value in lines
        )
        table = f'<table style="font-size:small" cellpadding="2">{body}</table>'
        title = heading(translate("WijkMix", "Mosaic of the wijk"))
        return title + table + (self._reading() if self.blocks else "")

    def _panden(self) -> list[tuple[str, str]]:
        """Return the second null model, where the blocks came as rows per building."""
        translate = QCoreApplication.translate
        row = self.wijk
        if not isinstance(row.get("mosaic_corrected_panden"), float):
            return []
        beyond = number(row["mosaic_corrected_panden"], 3)
        if isinstance(row.get("mosaic_z_panden"), float):
            beyond += f" (z {number(row['mosaic_z_panden'], 1)})"
        return [
            (
                translate("WijkMix", "by chance (whole panden shuffled)"),
                number(row.get("mosaic_expected_panden"), 3),
            ),
            (translate("WijkMix", "beyond chance of panden"), beyond),
        ]

    @staticmethod
    def _class(kind: Any) -> str:
        from ..report.charts import MOSAIC_LABELS

        if kind in MOSAIC_LABELS:
            return texts.both(MOSAIC_LABELS[kind])
        return QCoreApplication.translate("WijkMix", "none: one block, nothing to compare")

    def _patch(self) -> list[tuple[str, str]]:
        """Return the size of patches and the contrast at borders; blocks as points have neither."""
        translate = QCoreApplication.translate
        row = self.wijk
        if not self._polygons():
            return []
        label = translate("WijkMix", "Uniform patch at {share} (dwellings)")
        lines = [
            (label.format(share=percent(theta)), number(row.get(f"patch_size_{theta}")))
            for theta in scale_data.THETAS
        ]
        theta = self.origin.get("parameters", {}).get("theta")
        mixed = translate("WijkMix", "Dwellings in blocks where no tenure holds {share}")
        lines.append(
            (
                mixed.format(share=percent(100 * theta if theta else None)),
                number(row.get("mixed_dwellings")),
            )
        )
        contrast = translate("WijkMix", "Contrast at borders (0 alike, 1 opposite)")
        return [*lines, (contrast, number(row.get("edge_contrast"), 2))]

    def _polygons(self) -> bool:
        return isinstance(self.wijk.get("mixed_dwellings"), (int, float))

    def _reading(self) -> str:
        """Say what the class and the patch rest on."""
        translate = QCoreApplication.translate
        chosen = self.origin.get("parameters") or {}
        limits = translate(
            "WijkMix",
            "Limits of the class (assumptions): one-sided below diversity {one}; else mosaic from "
            "H {mosaic} beyond chance, finely mixed up to {fine}. No class is better than another.",
        ).format(
            one=texts.exact(chosen.get("limit_diversity")),
            mosaic=texts.exact(chosen.get("limit_mosaic")),
            fine=texts.exact(chosen.get("limit_fine")),
        )
        patch = (
            translate(
                "WijkMix",
                "Patch: the dwellings in touching blocks in which the same tenure holds that share "
                "(assumption), around the average dwelling; an en dash: no block has such a "
                "tenure.",
            )
            if self._polygons()
            else translate(
                "WijkMix",
                "The size of uniform patches needs blocks that are polygons; these are points.",
            )
        )
        chance = translate(
            "WijkMix",
            "A building of a corporation is uniform by construction, so against shuffled dwellings "
            "nearly every wijk stands out; whole panden are the stricter test. It needs blocks as "
            "rows per building, with the fields blok and pand.",
        )
        return paragraph(chance) + paragraph(limits) + paragraph(patch)


def level_words(name: str) -> str:
    """Return the words for a part of the spectrum."""
    from ..report.charts import LEVEL_LABELS

    return texts.both(LEVEL_LABELS[name])
