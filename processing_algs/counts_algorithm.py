# SPDX-License-Identifier: GPL-2.0-or-later
"""What the algorithms on counts per unit share: groups, a total, areas, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
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
from ..wijkmix_plugin.errors import Cancelled, GeometryError, TableError, Text
from .base import WijkMixAlgorithm, described, local, reason_parameter

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Units named in a message; a longer list is not read.
NAMED = 5
READ = 15.0  # percent of the progress when everything is read


@dataclass
class Counts:
    """What was read: the arguments of the measures."""

    frame: pd.DataFrame
    values: np.ndarray
    groups: list[str]
    total: np.ndarray | None
    area: np.ndarray | None
    units: Sequence[object]


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
        fields = source.fields()
        for name in [*counted, area] if area else counted:
            if fields.lookupField(name) < 0:
                raise TableError(
                    "Layer {layer} has no field {name}. Its fields are: {fields}.",
                    "Laag {layer} heeft geen veld {name}. De velden zijn: {fields}.",
                    layer=source.sourceName(),
                    name=name,
                    fields=", ".join(fields.names()),
                )
        # QGIS finds a field whatever its capitals.
        places = [fields.lookupField(name) for name in counted]
        for name, place in zip(counted, places, strict=True):
            if places.count(place) > 1:
                raise TableError(
                    "Field {name} is chosen twice. Choose each group once, and as the total a "
                    "field that is no group.",
                    "Veld {name} is twee keer gekozen. Kies elke groep een keer, en als totaal "
                    "een veld dat geen groep is.",
                    name=name,
                )
            if not fields.field(place).isNumeric():
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
        import numpy as np

        from ..wijkmix_plugin.measures.mix import refuse_impossible_counts

        source = self.source(parameters, self.INPUT, context)
        groups = self.names(parameters, self.GROUPS, context)
        total = self._field(parameters, self.TOTAL, context)
        area = self._field(parameters, self.AREA_FIELD, context)
        name = _naming_field(source, groups)
        wanted = [n for n in (*groups, total, area, name) if n]
        frame = qgis_io.read(
            source, dict.fromkeys(wanted), geometry=geometry, feedback=feedback, until=READ
        )
        if not len(frame):
            raise TableError(
                "Layer {name} gives no rows. Choose another layer, or take off its filter or "
                "selection.",
                "Laag {name} geeft geen rijen. Kies een andere laag, of haal het filter of de "
                "selectie weg.",
                name=source.sourceName(),
            )
        # A column without a single value says nothing of its kind.
        counted = {n: frame[n].astype(float).to_numpy() for n in (*groups, total) if n}
        units = _Names(frame[name].tolist()) if name else range(1, len(frame) + 1)
        if feedback.isCanceled():
            raise Cancelled
        if total:
            refuse_impossible_counts(counted[total][:, None], [total], units)
        result = Counts(
            frame,
            np.column_stack([counted[n] for n in groups]),
            groups,
            counted[total] if total else None,
            _labels(frame[area]) if area else None,
            units,
        )
        self._say_what_is_left_out(result, counted, feedback)
        return result

    def _say_what_is_left_out(
        self, counts: Counts, counted: dict[str, np.ndarray], feedback: Any
    ) -> None:
        """Warn of units without a count in one of the fields `counted`, people or an area."""
        import numpy as np

        missing = {name: np.isnan(values) for name, values in counted.items()}
        empty = np.logical_or.reduce(list(missing.values()))
        people = counts.values.sum(axis=1) if counts.total is None else counts.total
        nobody = ~empty & (people == 0)
        nowhere = np.zeros(len(empty), dtype=bool)
        if counts.area is not None:
            nowhere = ~empty & ~nobody & np.equal(counts.area, None)
        for rows, text in (
            (
                empty,
                Text(
                    "Left out, because a count is empty: {n} of {all} units ({names}); fields: "
                    "{fields}. Fill in what is known and run again.",
                    "Weggelaten, omdat een aantal leeg is: {n} van {all} eenheden ({names}); "
                    "velden: {fields}. Vul in wat bekend is en voer opnieuw uit.",
                ),
            ),
            (
                nobody,
                Text(
                    "Left out, because the total is 0: {n} of {all} units ({names}). That is right "
                    "where nothing stands; else correct the counts.",
                    "Weggelaten, omdat het totaal 0 is: {n} van {all} eenheden ({names}). Dat is "
                    "goed waar niets staat; verbeter anders de aantallen.",
                ),
            ),
            (
                nowhere,
                Text(
                    "Without an area: {n} of {all} units ({names}). They count in no area by "
                    "itself; fill in the area to take them along.",
                    "Zonder gebied: {n} van {all} eenheden ({names}). Ze tellen in geen gebied "
                    "afzonderlijk mee; vul het gebied in om ze mee te nemen.",
                ),
            ),
        ):
            places = np.flatnonzero(rows)
            if len(places):
                names = ", ".join(str(counts.units[i]) for i in places[:NAMED])
                more = ", …" if len(places) > NAMED else ""
                fields = ", ".join(name for name, holes in missing.items() if holes.any())
                told = text.format(n=len(places), all=len(rows), names=names + more, fields=fields)
                self.note(feedback, told, warning=True)

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


class _Names(Sequence[Any]):
    """What messages call each unit: its name, with its row where others have that too.

    A million names are compared only when a message asks for one.
    """

    def __init__(self, names: Sequence[object]) -> None:
        self._names = names

    @cached_property
    def _alike(self) -> bool:
        known = [name for name in self._names if name is not None]
        return len(set(known)) < len(known)

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, row: Any) -> Any:
        name = self._names[row]
        if name is None:
            return row + 1
        return f"{name} (#{row + 1})" if self._alike else name


def _labels(column: pd.Series) -> np.ndarray:
    """Return area labels: None for NULL and "", and a whole number without its decimals."""
    import numpy as np

    labels = column.to_numpy(dtype=object, copy=True)
    if column.dtype.kind == "f":
        whole = ((column % 1 == 0) & (column.abs() < 2.0**63)).to_numpy()
        labels[whole] = column[whole].astype(np.int64).to_numpy(dtype=object)
    labels[column.isna().to_numpy() | np.equal(labels, "")] = None
    return labels
