# SPDX-License-Identifier: GPL-2.0-or-later
"""What is written about one buurt and its neighbours under the Moran scatterplot."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from qgis.core import QgsFeature, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication

from . import scan_layer, texts
from .moran_layer import MoranTable, Point
from .page import paragraph
from .texts import esc, number


class NeighbourText:
    """Writes for one layer; made for one use, so that it never outlives the layer."""

    def __init__(
        self,
        layer: QgsVectorLayer,
        table: MoranTable,
        catalogue: Any,
        name_of: Callable[[int], str],
    ) -> None:
        self._layer = layer
        self._table = table
        self._catalogue = catalogue
        self._name = name_of

    def render(self, feature: QgsFeature, near: list[QgsFeature], problem: str) -> str:
        """Return what is known of a buurt; `problem` is why its neighbours are not."""
        translate = QCoreApplication.translate
        names = self._table.fields
        values = scan_layer.record(self._layer, feature)
        point = self._table.by_fid.get(feature.id())
        label = texts.label(self._catalogue, "clusters", values.get(names.cluster) or "nodata")
        own = values.get(names.value) if names.value else None
        shares = self._values(near, point)
        known = [share for share in shares if share is not None]
        lines = [f"<b>{esc(self._name(feature.id()))}</b>: {esc(label)}"]
        if isinstance(own, (int, float)):
            lines.append(
                esc(
                    translate("WijkMix", "Own value {own}, mean of its neighbours {mean}").format(
                        own=self._value(own),
                        mean=self._value(sum(known) / len(known) if known else None),
                    )
                )
            )
        if point is not None:
            lines.append(
                esc(
                    translate(
                        "WijkMix", "In standard deviations: own {z}, neighbours {lag}; local I {i}"
                    ).format(
                        z=number(point.z, 2),
                        lag=number(point.lag, 2),
                        i=number(values.get(names.i), 2),
                    )
                )
            )
        if isinstance(values.get(names.p), (int, float)):
            said = [texts.p_value("p", values[names.p])]
            if isinstance(values.get(names.q), (int, float)):
                said.append(texts.p_value("q (FDR)", values[names.q]))
            lines.append(esc(", ".join(said)))
        return (
            "<p>"
            + "<br>".join(lines)
            + "</p>"
            + self._neighbour_list(near, shares, values.get("n_neighbours"), problem)
        )

    def _values(self, near: list[QgsFeature], point: Point | None) -> list[float | None]:
        """Return the shares of the neighbours; where the layer has none, their deviations.

        Those are only shown where their mean is the lag: the test may have been of two variables.
        """
        if self._table.fields.value:
            found = [scan_layer.plain(one.attribute(self._table.fields.value)) for one in near]
            return [float(v) if isinstance(v, (int, float)) else None for v in found]
        points = [self._table.by_fid.get(one.id()) for one in near]
        known = [other.z for other in points if other is not None]
        mean = sum(known) / len(known) if known else math.nan
        if point is None or not abs(mean - point.lag) < 1e-6:
            return [None] * len(near)
        return [other.z if other is not None else None for other in points]

    def _neighbour_list(
        self, near: list[QgsFeature], shares: list[float | None], tested: Any, problem: str
    ) -> str:
        translate = QCoreApplication.translate
        if problem:
            said = translate("WijkMix", "The neighbours cannot be found: {reason}")
            return paragraph(said.format(reason=problem))
        if not near:
            return paragraph(translate("WijkMix", "No neighbour with a value."))
        said = translate("WijkMix", "Neighbours with a value: {n}").format(n=number(len(near)))
        remark = ""
        if isinstance(tested, (int, float)) and int(tested) != len(near):
            remark = paragraph(
                translate(
                    "WijkMix",
                    "The test used {n} neighbours. The list shows those in the layer as it is "
                    "now; another choice of neighbours, a filter or an edit makes the difference.",
                ).format(n=number(tested))
            )
        order = sorted(
            zip(near, shares, strict=True),
            key=lambda pair: (
                math.inf if pair[1] is None else -pair[1],
                self._name(pair[0].id()),
            ),
        )
        lines = [
            f'<a href="buurt:{one.id()}">{esc(self._name(one.id()))}</a>'
            + (f" {esc(self._value(share))}" if share is not None else "")
            for one, share in order
        ]
        rows = "".join(f"<li>{line}</li>" for line in lines)
        style = "margin-left:14px; margin-top:2px; -qt-list-indent:0"
        return f'<p><b>{esc(said)}</b></p>{remark}<ul style="{style}">{rows}</ul>'

    def _value(self, value: float | None) -> str:
        """Write a value of the variable: shares are percentages."""
        if self._table.fields.value.startswith("share_"):
            return texts.percent(value, 1)
        return number(value, 2)
