# SPDX-License-Identifier: GPL-2.0-or-later
"""View 1: the tenure mix of a buurt beside its wijk, its gemeente and the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from . import texts
from .charts import Bar, MixBars
from .labels import html_label
from .scan_layer import Mix, ScanTable, Unit
from .texts import esc, number, percent


class MixPanel(QScrollArea):
    """Bars, then the numbers behind them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.head = html_label()
        self.bars = MixBars()
        self.bars.setAccessibleName(QCoreApplication.translate("WijkMix", "Tenure mix"))
        self.numbers = html_label()
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.addWidget(self.head)
        layout.addWidget(self.bars)
        layout.addWidget(self.numbers)
        layout.addStretch()
        self.setWidget(inside)

    def show_message(self, body: str) -> None:
        self.head.setText(body)
        self.bars.hide()
        self.numbers.hide()

    def show_unit(
        self,
        catalogue: Any,
        unit: Unit,
        values: dict[str, Any],
        table: ScanTable,
        origin: dict[str, Any] | None,
        *,
        filtered: bool,
    ) -> None:
        own = Mix()
        known = [values.get(f"n_{name}") for name in table.classes]
        own.add(
            tuple(float(n) for n in known)
            if all(isinstance(n, (int, float)) for n in known)
            else None,
            values.get("n_unknown") or 0.0,
        )
        areas = [
            Area(self._title(unit), QCoreApplication.translate("WijkMix", "Buurt"), own),
            *surroundings(unit, table),
        ]
        self.bars.show_bars(
            table.classes,
            [
                Bar(area.title, _dwellings(area.mix) if area.mix.shares else "", area.mix.shares)
                for area in areas
            ],
        )
        self.head.setText(self._heading(unit, values, table, filtered))
        self.numbers.setText(
            self._counts(areas, table.classes)
            + self._measures(values, table.classes, origin, catalogue)
        )
        self.bars.show()
        self.numbers.show()

    @staticmethod
    def _title(unit: Unit) -> str:
        return unit.name or unit.code

    def _heading(self, unit: Unit, values: dict[str, Any], table: ScanTable, filtered: bool) -> str:
        translate = QCoreApplication.translate
        place = [unit.code]
        if unit.wijk:
            place.append(translate("WijkMix", "wijk {code}").format(code=unit.wijk))
        if unit.gemeente_name or unit.gemeente:
            place.append(unit.gemeente_name or unit.gemeente)
        if isinstance(values.get("year"), (int, float)):
            place.append(str(int(values["year"])))
        lines = [f"<b>{esc(self._title(unit))}</b><br>{esc(' · '.join(place))}"]
        remark = texts.quality(values.get("quality"))
        if remark:
            lines.append("⚠ " + esc(remark))
        if len(table.classes) == 2:
            lines.append(
                esc(
                    translate(
                        "WijkMix",
                        "Two classes: this table knows owner-occupied and rented only. Corporation "
                        "and private rental cannot be told apart.",
                    )
                )
            )
        if filtered:
            lines.append(
                esc(
                    translate(
                        "WijkMix",
                        "The layer is filtered: wijk, gemeente and whole are summed over the "
                        "buurten that are left.",
                    )
                )
            )
        return "".join(f'<p style="margin:2px 0 6px 0">{line}</p>' for line in lines)

    def _counts(self, areas: list[Area], classes: tuple[str, ...]) -> str:
        """Return shares with the counts under them: a row per class, a column per area."""
        translate = QCoreApplication.translate
        mixes = [area.mix for area in areas]
        rows = ["".join(["<td></td>", *(_cell(f"<b>{esc(area.short)}</b>") for area in areas)])]
        for place, name in enumerate(classes):
            cells = [
                _cell(f"{esc(percent(mix.shares[place], 1))}<br>{esc(number(mix.counts[place]))}")
                if mix.shares
                else _cell(texts.NONE)
                for mix in mixes
            ]
            rows.append(f"<td>{esc(texts.tenure(name))}</td>" + "".join(cells))
        for label, values in (
            (
                translate("WijkMix", "Ownership unknown (not in the shares)"),
                [number(mix.unknown) if mix.shares else texts.NONE for mix in mixes],
            ),
            (
                translate("WijkMix", "Diversity (0 one class, 1 all equal)"),
                [number(mix.diversity, 2) for mix in mixes],
            ),
            (
                translate("WijkMix", "Buurten with figures"),
                [
                    translate("WijkMix", "{used} of {n}").format(
                        used=number(mix.units - mix.without), n=number(mix.units)
                    )
                    if mix.units > 1
                    else ""
                    for mix in mixes
                ],
            ),
        ):
            rows.append(
                f"<td>{esc(label)}</td>" + "".join(_cell(esc(v) if v else "") for v in values)
            )
        table = "".join(f"<tr>{row}</tr>" for row in rows)
        return f'<table style="font-size:small" cellspacing="0" cellpadding="2">{table}</table>'

    def _measures(
        self,
        values: dict[str, Any],
        classes: tuple[str, ...],
        origin: dict[str, Any] | None,
        catalogue: Any,
    ) -> str:
        translate = QCoreApplication.translate
        reference = (origin or {}).get("reference")
        against = {
            "gemeente": translate("WijkMix", "the gemeente"),
            "all": translate("WijkMix", "the whole scan"),
        }.get(reference, translate("WijkMix", "the reference area of the scan"))
        lines = []
        for name in classes:
            quotient = values.get(f"lq_{name}")
            if isinstance(quotient, (int, float)):
                lines.append(
                    translate(
                        "WijkMix", "{tenure}: {value} times the share in {area} (location quotient)"
                    ).format(tenure=texts.tenure(name), value=number(quotient, 2), area=against)
                )
        divergence = values.get("local_divergence")
        if isinstance(divergence, (int, float)):
            lines.append(
                translate(
                    "WijkMix", "Local divergence from {area}: {value} (0 = the same mix)"
                ).format(area=against, value=number(divergence, 3))
            )
        measures = "".join(f"<li>{esc(line)}</li>" for line in lines)
        return (
            "<p><b>"
            + esc(translate("WijkMix", "Compared with {area}").format(area=against))
            + "</b></p>"
            f'<ul style="margin-left:14px; margin-top:2px; -qt-list-indent:0">{measures}</ul>'
            if lines
            else ""
        ) + self._cluster(values, classes, catalogue)

    def _cluster(self, values: dict[str, Any], classes: tuple[str, ...], catalogue: Any) -> str:
        translate = QCoreApplication.translate
        field = "moran_huur" if "huur" in classes else "moran_corp"
        what = (
            translate("WijkMix", "share of rented dwellings")
            if "huur" in classes
            else translate("WijkMix", "share of corporation rental")
        )
        if field not in values:
            return ""
        label = values[field]
        lines = [
            translate("WijkMix", "Local Moran cluster: {label}").format(
                label=texts.label(catalogue, "clusters", label or "nodata")
            ),
            translate("WijkMix", "Tested: {what} of this buurt and of its {n} neighbours").format(
                what=what, n=number(values.get("n_neighbours"))
            ),
        ]
        if isinstance(values.get(f"{field}_p"), (int, float)):
            lines.append(
                translate(
                    "WijkMix",
                    "{p}; adjusted for the number of buurten tested (FDR): {q}",
                ).format(
                    p=texts.p_value("p", values[f"{field}_p"]),
                    q=texts.p_value("q", values.get(f"{field}_q")),
                )
            )
        else:
            del lines[1]
        return (
            f"<p><b>{esc(lines[0])}</b>"
            + "".join(f"<br>{esc(line)}" for line in lines[1:])
            + "</p>"
        )


@dataclass
class Area:
    """One column of the table and one bar: a title, a short one, a mix."""

    title: str
    short: str
    mix: Mix


def surroundings(unit: Unit, table: ScanTable) -> list[Area]:
    """Return the wijk, the gemeente and the whole of a buurt."""
    translate = QCoreApplication.translate
    areas = []
    if unit.wijk in table.wijken:
        title = translate("WijkMix", "Wijk {code}").format(code=unit.wijk)
        areas.append(Area(title, translate("WijkMix", "Wijk"), table.wijken[unit.wijk]))
    one = len(table.gemeenten) == 1
    if unit.gemeente in table.gemeenten:
        title = (
            translate("WijkMix", "Gemeente {name} (whole layer)")
            if one
            else translate("WijkMix", "Gemeente {name}")
        ).format(name=unit.gemeente_name or unit.gemeente)
        areas.append(Area(title, translate("WijkMix", "Gemeente"), table.gemeenten[unit.gemeente]))
    if not one or unit.gemeente not in table.gemeenten:
        areas.append(
            Area(translate("WijkMix", "Whole layer"), translate("WijkMix", "Whole"), table.whole)
        )
    return areas


def _dwellings(mix: Mix) -> str:
    return QCoreApplication.translate("WijkMix", "{n} dwellings").format(n=number(mix.total))


def _cell(body: str) -> str:
    return f'<td align="right">{body}</td>'
