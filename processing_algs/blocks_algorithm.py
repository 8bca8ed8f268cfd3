# SPDX-License-Identifier: GPL-2.0-or-later
"""What the algorithms about scale share: fine units with dwellings per tenure, in any spelling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import GeometryError, TableError, Text
from .base import WijkMixAlgorithm, described, reason_parameter

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# What a layer of units stands for, by the fields that tell (in lower case), and how it is called.
OWN = Text("own units", "eigen eenheden")
FACES = Text("faces between streets", "vlakken tussen straten")
PROXIES = (
    ({"block", "n_panden"}, FACES),
    ({"crs28992res100m"}, Text("squares of 100 m", "vierkanten van 100 m")),
    ({"c28992r100"}, Text("squares of 100 m", "vierkanten van 100 m")),
    ({"crs28992res500m"}, Text("squares of 500 m", "vierkanten van 500 m")),
    ({"c28992r500"}, Text("squares of 500 m", "vierkanten van 500 m")),
    ({"postcode6"}, Text("PC6 areas", "PC6-gebieden")),
    ({"pc6"}, Text("PC6 areas", "PC6-gebieden")),
    ({"postcode4"}, Text("PC4 areas", "PC4-gebieden")),
    ({"pc4"}, Text("PC4 areas", "PC4-gebieden")),
)
# The canonical count fields, widest split first.
CANONICAL = (("n_koop", "n_corp", "n_overig"), ("n_koop", "n_huur"))


@dataclass
class Blocks:
    """What was read: the units, their counts and what those are called, and what units they are."""

    frame: pd.DataFrame
    counts: np.ndarray
    groups: list[str]
    crs: Any
    units: Text = OWN


class BlocksAlgorithm(WijkMixAlgorithm):
    """An algorithm on fine units (squares, blocks, complexes, addresses) with dwellings."""

    INPUT = "INPUT"
    GROUPS = "GROUPS"
    MIN_DWELLINGS = "MIN_DWELLINGS"

    def add_block_parameters(self, types: list[Any], what: str) -> None:
        """Add the units and their groups."""
        translate = QCoreApplication.translate
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(self.INPUT, what, types),
                translate(
                    "WijkMix",
                    "The finest units you have: CBS squares of 100 m, PC6 areas, blocks, "
                    "complexes of a corporation, addresses. Squares and PC6 areas are a proxy for "
                    "blocks.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterField(
                    self.GROUPS,
                    translate("WijkMix", "Groups: fields with counts (empty = recognise)"),
                    parentLayerParameterName=self.INPUT,
                    type=QgsProcessingParameterField.DataType.Numeric,
                    allowMultiple=True,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Dwellings per tenure class. Empty: n_koop, n_corp and n_overig; n_koop and "
                    "n_huur; or the columns of CBS squares as published, as owner-occupied and "
                    "rental.",
                ),
            )
        )
        self.addParameter(reason_parameter())

    def add_least(self) -> None:
        """Add the least number of dwellings that is shown."""
        translate = QCoreApplication.translate
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.MIN_DWELLINGS,
                    translate("WijkMix", "Least dwellings that are shown"),
                    QgsProcessingParameterNumber.Type.Integer,
                    defaultValue=10,
                    minValue=1,
                    maxValue=10_000,
                ),
                translate("WijkMix", "Less is empty. The default is an assumption."),
                advanced=True,
            )
        )

    def check_blocks(
        self, parameters: dict[str, Any], context: Any, *, fields: Iterable[str] = ()
    ) -> None:
        """Refuse what cannot be read."""
        source = self.source(parameters, self.INPUT, context)
        if QgsWkbTypes.geometryType(source.wkbType()) == Qgis.GeometryType.Line:
            raise GeometryError(
                "Layer {name} holds lines. Give polygons, points or a table with counts.",
                "Laag {name} bevat lijnen. Geef vlakken, punten of een tabel met aantallen.",
                name=source.sourceName(),
            )
        groups = self._groups(parameters, context, source)
        has_fields(source, fields)
        if groups is not None:
            check_fields(source, groups)

    def blocks(
        self,
        parameters: dict[str, Any],
        context: Any,
        feedback: Any,
        *,
        fields: Iterable[str] = (),
        geometry: bool = True,
    ) -> Blocks:
        """Read the units, with these fields as well; counts of CBS squares are worked out."""
        from ..wijkmix_plugin.measures.mix import refuse_impossible_counts
        from ..wijkmix_plugin.tables import squares
        from ..wijkmix_plugin.tables.columns import square_fields

        source = self.source(parameters, self.INPUT, context)
        groups = self._groups(parameters, context, source)
        crs = qgis_io.metric_crs(source) if geometry else source.sourceCrs()
        needed = groups
        if groups is None:
            found = square_fields(source.fields().names())
            needed = [found[role] for role in squares.ROLES if role in found]
        frame = qgis_io.read(
            source,
            dict.fromkeys([*needed, *fields]),
            geometry=geometry,
            crs=crs if geometry else None,
            transform_context=context.transformContext(),
            feedback=feedback,
        )
        if groups is None:
            table, notes = squares.square_counts(frame)
            for note in notes:
                self.note(feedback, note)
        else:
            table = frame[groups].astype(float)
        values = table.to_numpy(dtype=float)
        refuse_impossible_counts(values, list(table.columns), range(1, len(values) + 1))
        units = proxy(source.fields().names())
        if units is not OWN:
            self.note(
                feedback,
                Text(
                    "The units are {en}: a proxy for blocks of buildings.",
                    "De eenheden zijn {nl}: een benadering van bouwblokken.",
                ).format(en=units.en, nl=units.nl),
            )
        return Blocks(frame, values, list(table.columns), crs, units)

    def located(
        self, areas: pd.DataFrame, codes: dict[str, np.ndarray], read: Blocks, feedback: Any
    ) -> dict[str, np.ndarray]:
        """Return the codes of the area around every unit, per level; None where there is none."""
        import numpy as np
        import pandas as pd
        import shapely

        from ..wijkmix_plugin.measures import mosaic

        shapes = shapely.make_valid(areas["geometry"].to_numpy())
        # Polygons with the same codes at every level are one area.
        number, keys = pd.factorize(pd.MultiIndex.from_arrays([*codes.values()]))
        outlines = [shapely.union_all(shapes[number == i]) for i in range(len(keys))]
        found = mosaic.assign(read.frame["geometry"].to_numpy(), np.array(outlines, dtype=object))
        self.note(
            feedback,
            Text(
                "{outside} of {n} units lie in no area, or for more than half outside all, and "
                "are left out; {straddles} straddle two or more and went to the one that holds "
                "most of their area.",
                "{outside} van {n} eenheden liggen in geen gebied, of voor meer dan de helft "
                "buiten alle, en tellen niet mee; {straddles} liggen in twee of meer en zijn "
                "ingedeeld bij dat met het grootste deel van hun oppervlak.",
            ).format(
                outside=int((found.parent < 0).sum()),
                n=len(read.frame),
                straddles=int(found.straddles.sum()),
            ),
        )
        first = np.unique(number, return_index=True)[1]
        return {
            name: np.append(column[first], None)[found.parent] for name, column in codes.items()
        }

    def _groups(self, parameters: dict[str, Any], context: Any, source: Any) -> list[str] | None:
        """Return the count fields; None for CBS squares."""
        from ..wijkmix_plugin.tables import squares

        names = self.names(parameters, self.GROUPS, context)
        if names:
            return names
        present = source.fields().names()
        for canonical in CANONICAL:
            if set(canonical) <= set(present):
                return list(canonical)
        if squares.are_squares(present):
            return None
        raise TableError(
            "No groups are chosen, and layer {layer} has neither n_koop, n_corp and n_overig, nor "
            "n_koop and n_huur, nor the columns of CBS squares ({squares}). Choose the fields "
            "with counts; it has: {fields}.",
            "Er zijn geen groepen gekozen, en laag {layer} heeft geen n_koop, n_corp en n_overig, "
            "geen n_koop en n_huur, en niet de kolommen van CBS-vierkanten ({squares}). Kies de "
            "velden met aantallen; er zijn: {fields}.",
            layer=source.sourceName(),
            squares=", ".join(squares.FIELDS),
            fields=", ".join(present),
        )


def proxy(names: Iterable[str]) -> Text:
    """Return what the units of a layer with these fields are: a proxy for blocks, or one's own."""
    present = {name.lower() for name in names}
    return next((text for fields, text in PROXIES if fields <= present), OWN)


def has_fields(source: Any, names: Iterable[str]) -> None:
    """Refuse a field that the layer does not have."""
    present = source.fields().names()
    for name in names:
        if name not in present:
            raise TableError(
                "Layer {layer} has no field {name}. Its fields are: {fields}.",
                "Laag {layer} heeft geen veld {name}. De velden zijn: {fields}.",
                layer=source.sourceName(),
                name=name,
                fields=", ".join(present),
            )


def check_fields(source: Any, groups: list[str]) -> None:
    """Refuse count fields that are not there, are no numbers, or are fewer than two."""
    has_fields(source, groups)
    for name in groups:
        if not source.fields().field(name).isNumeric():
            raise TableError(
                "Field {name} holds text, not counts. Choose a numeric field.",
                "Veld {name} bevat tekst, geen aantallen. Kies een getalveld.",
                name=name,
            )
    twice = sorted({name for name in groups if groups.count(name) > 1})
    if twice:
        raise TableError(
            "Group {name} is given twice; choose each field once.",
            "Groep {name} is twee keer opgegeven; kies elk veld een keer.",
            name=", ".join(twice),
        )
    if len(groups) < 2:
        raise TableError(
            "One group ({name}) cannot be mixed. Choose the count fields of all classes.",
            "Een groep ({name}) kan niet gemengd zijn. Kies de velden met aantallen van alle "
            "klassen.",
            name=", ".join(groups),
        )


def labels(column: pd.Series) -> np.ndarray:
    """Return codes as text, None for NULL; a whole number loses its decimals."""
    from ..wijkmix_plugin.tables import values

    return values.text(column)


VECTOR = [QgsProcessing.SourceType.TypeVector]
AREAS_OR_POINTS = [
    QgsProcessing.SourceType.TypeVectorPolygon,
    QgsProcessing.SourceType.TypeVectorPoint,
]
