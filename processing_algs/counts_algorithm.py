# SPDX-License-Identifier: GPL-2.0-or-later
"""What the algorithms on counts per unit share: groups, a total, areas, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingFeatureSource,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import GeometryError, TableError, Text
from .base import WijkMixAlgorithm, described, local, reason_parameter

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Units named in a message; a longer list is not read.
NAMED = 5


@dataclass
class Counts:
    """What was read: the arguments of the measures."""

    frame: pd.DataFrame
    values: np.ndarray
    groups: list[str]
    total: np.ndarray | None
    area: np.ndarray | None
    units: list[object]


class CountsAlgorithm(WijkMixAlgorithm):
    """An algorithm on fields with counts of groups."""

    INPUT = "INPUT"
    GROUPS = "GROUPS"
    TOTAL = "TOTAL"
    AREA_FIELD = "AREA_FIELD"

    def add_count_parameters(self, area_help: str) -> None:
        """Add the input, its groups, the total and the area field."""
        translate = QCoreApplication.translate
        numeric = QgsProcessingParameterField.DataType.Numeric
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.INPUT,
                    translate("WijkMix", "Units (polygons, points or table)"),
                    [QgsProcessing.SourceType.TypeVector],
                ),
                translate("WijkMix", "One row per unit (buurt, block, square), with counts."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterField(
                    self.GROUPS,
                    translate("WijkMix", "Groups: fields with counts"),
                    parentLayerParameterName=self.INPUT,
                    type=numeric,
                    allowMultiple=True,
                ),
                translate(
                    "WijkMix",
                    "Numbers of dwellings, households or people per group, not percentages: "
                    "for example n_koop, n_corp and n_overig. A unit with an empty count is left "
                    "out.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterField(
                    self.TOTAL,
                    translate("WijkMix", "Total (field)"),
                    parentLayerParameterName=self.INPUT,
                    type=numeric,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Everybody in the unit; empty: the sum of the groups. Needed with one group, "
                    "which is then compared with the rest.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterField(
                    self.AREA_FIELD,
                    translate("WijkMix", "Areas (field)"),
                    parentLayerParameterName=self.INPUT,
                    optional=True,
                ),
                area_help,
            )
        )
        self.addParameter(reason_parameter())

    def checkParameterValues(self, parameters: dict[str, Any], context: Any) -> tuple[bool, str]:
        # QGIS would only say that the value is incorrect.
        source = self.parameterAsSource(parameters, self.INPUT, context)
        if source is not None and not self.names(parameters, self.GROUPS, context):
            return False, local(_no_group(source).text)
        return super().checkParameterValues(parameters, context)

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        source = self.source(parameters, self.INPUT, context)
        if QgsWkbTypes.geometryType(source.wkbType()) == Qgis.GeometryType.Line:
            raise GeometryError(
                "Layer {name} holds lines. Give polygons, points or a table with counts per unit.",
                "Laag {name} bevat lijnen. Geef vlakken, punten of een tabel met aantallen per "
                "eenheid.",
                name=source.sourceName(),
            )
        groups = self.names(parameters, self.GROUPS, context)
        total = self._field(parameters, self.TOTAL, context)
        area = self._field(parameters, self.AREA_FIELD, context)
        if not groups:
            raise _no_group(source)
        counted = [*groups, total] if total else groups
        for name in [*counted, area] if area else counted:
            if source.fields().lookupField(name) < 0:
                raise TableError(
                    "Layer {layer} has no field {name}. Its fields are: {fields}.",
                    "Laag {layer} heeft geen veld {name}. De velden zijn: {fields}.",
                    layer=source.sourceName(),
                    name=name,
                    fields=", ".join(source.fields().names()),
                )
        for name in counted:
            if counted.count(name) > 1:
                raise TableError(
                    "Field {name} is chosen twice. Choose each group once, and as the total a "
                    "field that is no group.",
                    "Veld {name} is twee keer gekozen. Kies elke groep een keer, en als totaal "
                    "een veld dat geen groep is.",
                    name=name,
                )
            if not source.fields().field(name).isNumeric():
                raise TableError(
                    "Field {name} holds text, not counts. Choose a numeric field, or make one "
                    "with the field calculator: to_int({name}).",
                    "Veld {name} bevat tekst, geen aantallen. Kies een getalveld, of maak er een "
                    "met de veldberekening: to_int({name}).",
                    name=name,
                )
        if len(groups) == 1 and not total:
            raise TableError(
                "There is one group ({name}) and no total, so there is nothing to compare it with. "
                "Choose the total, or a second group.",
                "Er is een groep ({name}) en geen totaal, dus er is niets om mee te vergelijken. "
                "Kies het totaal, of een tweede groep.",
                name=groups[0],
            )

    def counts(
        self, parameters: dict[str, Any], context: Any, feedback: Any, *, geometry: bool
    ) -> Counts:
        """Read what the measures need, and say which units they cannot use."""
        source = self.source(parameters, self.INPUT, context)
        groups = self.names(parameters, self.GROUPS, context)
        total = self._field(parameters, self.TOTAL, context)
        area = self._field(parameters, self.AREA_FIELD, context)
        name = _naming_field(source, groups)
        wanted = [n for n in (*groups, total, area, name) if n]
        frame = qgis_io.read(source, dict.fromkeys(wanted), geometry=geometry, feedback=feedback)
        # A column without a single value says nothing of its kind.
        values = frame[groups].astype(float).to_numpy()
        called = frame[name].tolist() if name else range(1, len(frame) + 1)
        result = Counts(
            frame,
            values,
            groups,
            frame[total].astype(float).to_numpy() if total else None,
            _labels(frame[area]) if area else None,
            [unit if unit is not None else row + 1 for row, unit in enumerate(called)],
        )
        self._say_what_is_left_out(result, feedback)
        return result

    def _say_what_is_left_out(self, counts: Counts, feedback: Any) -> None:
        import numpy as np

        empty = np.isnan(counts.values).any(axis=1)
        people = counts.values.sum(axis=1)
        if counts.total is not None:
            empty |= np.isnan(counts.total)
            people = counts.total
        nobody = ~empty & (people == 0)
        for rows, text in (
            (
                empty,
                Text(
                    "Left out, because a count is empty: {n} of {all} units ({names}).",
                    "Weggelaten, omdat een aantal leeg is: {n} van {all} eenheden ({names}).",
                ),
            ),
            (
                nobody,
                Text(
                    "Left out, because the total is 0: {n} of {all} units ({names}).",
                    "Weggelaten, omdat het totaal 0 is: {n} van {all} eenheden ({names}).",
                ),
            ),
        ):
            places = np.flatnonzero(rows)
            if len(places):
                names = ", ".join(str(counts.units[i]) for i in places[:NAMED])
                more = ", …" if len(places) > NAMED else ""
                self.note(
                    feedback,
                    text.format(n=len(places), all=len(rows), names=names + more),
                    warning=True,
                )

    def _field(self, parameters: dict[str, Any], name: str, context: Any) -> str:
        return self.parameterAsString(parameters, name, context) or ""


def _no_group(source: QgsProcessingFeatureSource) -> TableError:
    return TableError(
        "No group is chosen. Choose at least one field with counts; the numeric fields of {name} "
        "are: {fields}.",
        "Er is geen groep gekozen. Kies minstens een veld met aantallen; de getalvelden van "
        "{name} zijn: {fields}.",
        name=source.sourceName(),
        fields=", ".join(f.name() for f in source.fields() if f.isNumeric()) or "-",
    )


def _naming_field(source: QgsProcessingFeatureSource, groups: Sequence[str]) -> str:
    """Return the field that names a unit in messages: the first with text, or ""."""
    for field in source.fields():
        if not field.isNumeric() and field.name() not in groups and "date" not in field.typeName():
            return field.name()
    return ""


def _labels(column: pd.Series) -> np.ndarray:
    """Return area labels: None for NULL, and a whole number without its decimals."""
    import numpy as np

    labels = np.empty(len(column), dtype=object)
    for row, value in enumerate(column):
        if value is None or value != value:
            labels[row] = None
        elif isinstance(value, float) and value.is_integer():
            labels[row] = int(value)
        else:
            labels[row] = value
    return labels
