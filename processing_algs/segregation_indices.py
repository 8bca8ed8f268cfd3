# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:segregation_indices`: how unevenly groups are spread, for all units and per area."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsProcessingFeatureSource,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import Cancelled, GeometryError, MeasureError, Text, listed
from . import styling
from .base import described, local
from .counts_algorithm import READ, Counts, CountsAlgorithm
from .labels import aliases, index_aliases

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NONE, BOOTSTRAP, ALLOCATION, PERCENTAGES, FIVES = range(5)


class SegregationIndices(CountsAlgorithm):
    """Counts in; one row per index, area and set of groups out."""

    NAME = "segregation_indices"
    BANDWIDTHS = "BANDWIDTHS"
    KERNEL = "KERNEL"
    INFERENCE = "INFERENCE"
    REPLICATES = "REPLICATES"
    SEED = "SEED"
    OUTPUT = "OUTPUT"
    AREAS = "AREAS"
    PROFILE = "PROFILE"
    COMPARE = "COMPARE"
    COMPARISON = "COMPARISON"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Segregation indices")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Computes how unevenly groups are spread over units: dissimilarity, Gini, Theil's H, "
            "isolation and many others, for all units together and for each area by itself; each "
            "group against the rest and against each other group, and all groups at once. "
            "Polygons add the indices of land and of neighbours; bandwidths in metres add the "
            "indices of surroundings (Reardon and O'Sullivan 2004). Choose what to know of the "
            "certainty: an interval, what pure chance would give for units of this size, or what "
            "rounded figures leave open. Two of the areas can be compared: the difference of each "
            "index that has a bootstrap interval, and what part of it composition and unevenness "
            "explain. A value that cannot be is empty, and the note says why. The formulas and "
            "their sources are in docs/methods.md.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        self.add_count_parameters(
            translate(
                "WijkMix",
                "Adds the indices of each area by itself, for example the gemeente code.",
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.BANDWIDTHS,
                    translate("WijkMix", "Bandwidths in metres"),
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Separated by commas, for example 250, 500, 1000, 2000. How far the "
                    "surroundings of a unit reach; measured from a point inside it.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterEnum(
                    self.KERNEL,
                    translate("WijkMix", "How surroundings weigh"),
                    options=[
                        translate("WijkMix", "Everything within the bandwidth alike"),
                        translate("WijkMix", "Less with distance, straight down (triangular)"),
                        translate("WijkMix", "Less with distance, bell-shaped (gaussian)"),
                    ],
                    defaultValue=0,
                ),
                translate("WijkMix", "The unit itself always counts in full."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterEnum(
                    self.INFERENCE,
                    translate("WijkMix", "Certainty"),
                    options=[
                        translate("WijkMix", "None"),
                        translate("WijkMix", "Bootstrap interval (95%)"),
                        translate("WijkMix", "Against pure chance (random allocation)"),
                        translate("WijkMix", "Bounds for rounded percentages"),
                        translate("WijkMix", "Bounds for counts rounded to fives"),
                    ],
                    defaultValue=0,
                ),
                translate(
                    "WijkMix",
                    "Bootstrap fills low and high, but not for indices of land, neighbours and "
                    "surroundings, nor for the bias-corrected D. Random "
                    "allocation deals all people over the units, whose land, neighbours and "
                    "surroundings stay, and fills expected, z and p (two-sided) of every index; "
                    "a whole country with five bandwidths takes about a minute. The bounds "
                    "fill low and high for counts that were made from whole percentages, or that "
                    "were rounded to multiples of five, as CBS publishes them.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.REPLICATES,
                    translate("WijkMix", "Replicates"),
                    defaultValue=999,
                    minValue=2,
                ),
                translate("WijkMix", "Of the bootstrap or the random allocation."),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.SEED,
                    translate("WijkMix", "Random seed"),
                    defaultValue=12345,
                    minValue=0,
                ),
                translate("WijkMix", "The same seed gives the same numbers, to the last digit."),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.COMPARE,
                    translate("WijkMix", "Two areas to compare"),
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Two values of the areas field with a comma (or semicolon) between, for "
                    "example GM0599, GM0363: from the first to the second. Choose an output for "
                    "the difference too.",
                ),
                advanced=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(self.OUTPUT, translate("WijkMix", "Indices"))
        )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSink(
                    self.AREAS,
                    translate("WijkMix", "Indices, one row per area"),
                    optional=True,
                    createByDefault=False,
                ),
                translate(
                    "WijkMix",
                    "The same values with a column per index, to join to a layer of the areas.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSink(
                    self.PROFILE,
                    translate("WijkMix", "Distance profile"),
                    optional=True,
                    createByDefault=False,
                ),
                translate("WijkMix", "Index against bandwidth, to draw as a line."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSink(
                    self.COMPARISON,
                    translate("WijkMix", "Difference between two areas"),
                    optional=True,
                    createByDefault=False,
                ),
                translate(
                    "WijkMix",
                    "The indices of each group against the rest and of all groups in both areas, "
                    "the difference with a bootstrap interval (95%), and its parts from "
                    "composition and from unevenness, which add up to it. Not those of two groups, "
                    "of land, neighbours and surroundings, and the bias-corrected D.",
                ),
            )
        )

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        super().check(parameters, context)
        source = self.source(parameters, self.INPUT, context)
        if self._bandwidths(parameters, context):
            _check_metres(source)
        kind = self.parameterAsEnum(parameters, self.INFERENCE, context)
        if kind in (PERCENTAGES, FIVES) and self._field(parameters, self.TOTAL, context):
            raise MeasureError(
                "The bounds for rounded figures are those of groups that are everybody together. "
                "Leave the total empty, and choose all groups.",
                "De grenzen voor afgeronde cijfers gelden voor groepen die samen iedereen zijn. "
                "Laat het totaal leeg, en kies alle groepen.",
            )
        self._check_comparison(parameters, context)

    def _check_comparison(self, parameters: dict[str, Any], context: Any) -> None:
        """Refuse a comparison of which not all is known."""
        two = self._two(parameters, context)
        asked = parameters.get(self.COMPARISON) is not None
        if not two and not asked:
            return
        if not self._field(parameters, self.AREA_FIELD, context):
            raise MeasureError(
                "A comparison is of two areas, and no field with areas is chosen. Choose it, or "
                "leave the comparison out.",
                "Een vergelijking gaat over twee gebieden, en er is geen veld met gebieden "
                "gekozen. Kies dat veld, of laat de vergelijking weg.",
            )
        if len(set(two)) != 2 or len(two) != 2:
            raise MeasureError(
                'Two areas are compared, and "{text}" is not two. Give two values of field {field} '
                "with a comma or semicolon between.",
                'Een vergelijking gaat over twee gebieden, en "{text}" zijn er geen twee. Geef '
                "twee waarden van veld {field} met een komma of puntkomma ertussen.",
                text=self.parameterAsString(parameters, self.COMPARE, context),
                field=self._field(parameters, self.AREA_FIELD, context),
            )
        if not asked:
            raise MeasureError(
                "Areas {one} and {two} are to be compared, but the result has no place. Choose an "
                "output for the difference between two areas (COMPARISON).",
                "Voor de vergelijking van gebieden {one} en {two} is geen uitvoer gekozen. Kies "
                "een uitvoer voor het verschil tussen twee gebieden (COMPARISON).",
                one=two[0],
                two=two[1],
            )

    def _two(self, parameters: dict[str, Any], context: Any) -> list[str]:
        """Return the areas to compare, as they were written."""
        text = self.parameterAsString(parameters, self.COMPARE, context) or ""
        parts = text.split(";" if ";" in text else ",")
        return [part.strip() for part in parts if part.strip()]

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        from ..wijkmix_plugin.measures import segregation

        source = self.source(parameters, self.INPUT, context)
        bandwidths = self._bandwidths(parameters, context)
        kind = QgsWkbTypes.geometryType(source.wkbType())
        metric = qgis_io.in_metres(source.sourceCrs())
        land = kind == Qgis.GeometryType.Polygon and metric
        if kind == Qgis.GeometryType.Polygon and not metric:
            self.note(
                feedback,
                Text(
                    "The layer is not in metres, so the indices of land and borders are left out. "
                    "Reproject it, for example to EPSG:28992.",
                    "De laag is niet in meters, dus de indices van grond en grenzen ontbreken. "
                    "Herprojecteer hem, bijvoorbeeld naar EPSG:28992.",
                ),
                warning=True,
            )
        drawn = land or bool(bandwidths)
        counts = self.counts(parameters, context, feedback, geometry=drawn)
        geometry = counts.frame["geometry"].to_numpy() if drawn else None
        feedback.setProgress(READ)
        two = _rows_of(counts, self._two(parameters, context))
        table = segregation.indices(
            counts.values,
            counts.groups,
            total=counts.total,
            area=counts.area,
            pairs=True,
            geometry=geometry,
            bandwidths=bandwidths,
            kernel=self._kernel(parameters, context),
            units=counts.units,
            progress=lambda percent: feedback.setProgress(READ + 0.35 * percent),
            cancelled=feedback.isCanceled,
        )
        end = 75.0 if two else 95.0
        table = self._infer(table, counts, geometry, parameters, context, feedback, end)
        if feedback.isCanceled():
            raise Cancelled
        names = {**aliases(), **index_aliases(), **_aliases()}
        tables = {self.OUTPUT: table.assign(area=table["area"].astype(str))}
        if two:
            tables[self.COMPARISON] = self._compare(two, counts, parameters, context, feedback, end)
        reason = self.reason(parameters, context)
        if reason is not None:
            for frame in tables.values():
                frame["note"] = [
                    "; ".join(filter(None, (note, local(reason)))) for note in frame["note"]
                ]
        if parameters.get(self.AREAS) is not None:
            tables[self.AREAS] = segregation.wide(table)
        if parameters.get(self.PROFILE) is not None:
            tables[self.PROFILE] = segregation.profile(table)
        for name in (self.AREAS, self.PROFILE):
            if name in tables:
                tables[name]["area"] = tables[name]["area"].astype(str)
        results = self.save(
            parameters,
            context,
            feedback,
            {name: (frame, None) for name, frame in tables.items()},
        )
        for name, label in (
            (self.OUTPUT, QCoreApplication.translate("WijkMix", "Segregation indices")),
            (self.AREAS, QCoreApplication.translate("WijkMix", "Segregation indices per area")),
            (self.PROFILE, QCoreApplication.translate("WijkMix", "Distance profile")),
            (
                self.COMPARISON,
                QCoreApplication.translate("WijkMix", "Difference between two areas"),
            ),
        ):
            if name in results:
                look = styling.PostProcessor(styling.plain, aliases=names)
                styling.load(context, results[name], "", [(label, 0, look)])
        return results

    def _infer(
        self,
        table: pd.DataFrame,
        counts: Counts,
        geometry: np.ndarray | None,
        parameters: dict[str, Any],
        context: Any,
        feedback: Any,
        end: float,
    ) -> pd.DataFrame:
        """Fill in the chosen certainty; `end` is the progress when that is done."""
        kind = self.parameterAsEnum(parameters, self.INFERENCE, context)
        steps = {
            "progress": lambda percent: feedback.setProgress(50 + (end - 50) * percent / 100),
            "cancelled": feedback.isCanceled,
        }
        if kind in (PERCENTAGES, FIVES):
            from ..wijkmix_plugin.measures import rounding

            fives = kind == FIVES
            return rounding.rounding_interval(
                table,
                counts.values,
                counts.groups,
                step=0.0 if fives else 1.0,
                count_error=rounding.FIVES if fives else 0.0,
                area=counts.area,
                **steps,
            )
        if kind == NONE:
            return table
        from ..wijkmix_plugin.measures import inference

        arguments = {
            "total": counts.total,
            "area": counts.area,
            "replicates": self.parameterAsInt(parameters, self.REPLICATES, context),
            "seed": self.parameterAsInt(parameters, self.SEED, context),
            **steps,
        }
        if kind == BOOTSTRAP:
            return inference.bootstrap(table, counts.values, counts.groups, **arguments)
        return inference.random_allocation(
            table,
            counts.values,
            counts.groups,
            geometry=geometry,
            kernel=self._kernel(parameters, context),
            **arguments,
        )

    def _compare(
        self,
        two: dict[str, np.ndarray],
        counts: Counts,
        parameters: dict[str, Any],
        context: Any,
        feedback: Any,
        start: float,
    ) -> pd.DataFrame:
        """Return the differences between two areas; `two` holds their rows."""
        from ..wijkmix_plugin.measures import change

        (one, first), (other, second) = two.items()
        totals = [None if counts.total is None else counts.total[rows] for rows in (first, second)]
        found = change.compare(
            counts.values[first],
            counts.values[second],
            counts.groups,
            total_first=totals[0],
            total_second=totals[1],
            replicates=self.parameterAsInt(parameters, self.REPLICATES, context),
            seed=self.parameterAsInt(parameters, self.SEED, context),
            progress=lambda percent: feedback.setProgress(start + (95 - start) * percent / 100),
            cancelled=feedback.isCanceled,
        )
        found.insert(0, "area_second", other)
        found.insert(0, "area_first", one)
        return found

    def _kernel(self, parameters: dict[str, Any], context: Any) -> str:
        """Return what the core calls the chosen kernel."""
        number = self.parameterAsEnum(parameters, self.KERNEL, context)
        return ("step", "triangular", "gaussian")[number]

    def _bandwidths(self, parameters: dict[str, Any], context: Any) -> list[float]:
        """Return the distances in the text, in order and each once."""
        text = self.parameterAsString(parameters, self.BANDWIDTHS, context)
        found = []
        for part in text.replace(";", ",").split(","):
            if not part.strip():
                continue
            try:
                value = float(part)
            except ValueError:
                value = math.nan
            if not (math.isfinite(value) and value > 0):
                raise MeasureError(
                    "The bandwidth {value} is not a distance. Give metres above 0, separated by "
                    "commas and with a point for decimals: 250, 500, 1000.",
                    "De bandbreedte {value} is geen afstand. Geef meters boven 0, gescheiden door "
                    "komma's en met een punt voor decimalen: 250, 500, 1000.",
                    value=part.strip(),
                )
            found.append(value)
        return sorted(set(found))


def _rows_of(counts: Counts, two: list[str]) -> dict[str, np.ndarray]:
    """Return per area to compare which units are in it, or raise for one that is not there."""
    import numpy as np

    if not two or counts.area is None:
        return {}
    labels = np.array(["" if label is None else str(label) for label in counts.area])
    people = counts.values.sum(axis=1) if counts.total is None else counts.total
    usable = (people > 0) & ~np.isnan(counts.values).any(axis=1)
    found = {name: np.flatnonzero(labels == name) for name in two}
    for name, rows in found.items():
        if not len(rows):
            raise MeasureError(
                "There is no area {name} to compare. The areas are: {areas}.",
                "Er is geen gebied {name} om te vergelijken. De gebieden zijn: {areas}.",
                name=name,
                areas=listed(label for label in np.unique(labels) if label),
            )
        if not usable[rows].any():
            raise MeasureError(
                "Area {name} cannot be compared: in each of its {n} units a count is empty or the "
                "total is 0. Choose another area, or correct these.",
                "Gebied {name} is niet te vergelijken: bij elk van de {n} eenheden is een aantal "
                "leeg of het totaal 0. Kies een ander gebied, of verbeter deze.",
                name=name,
                n=len(rows),
            )
    return found


def _aliases() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "area_first": translate("WijkMix", "First area"),
        "area_second": translate("WijkMix", "Second area"),
        "first": translate("WijkMix", "Value in the first area"),
        "second": translate("WijkMix", "Value in the second area"),
        "difference": translate("WijkMix", "Second less first"),
        "composition": translate("WijkMix", "Part that composition explains"),
        "unevenness": translate("WijkMix", "Part that unevenness explains"),
    }


def _check_metres(source: QgsProcessingFeatureSource) -> None:
    """Refuse bandwidths on a layer that has no place or no metres."""
    if source.wkbType() == QgsWkbTypes.Type.NoGeometry:
        raise GeometryError(
            "Bandwidths need to know where units are, and {name} is a table without geometry. "
            "Give polygons or points, or leave the bandwidths empty.",
            "Bandbreedtes vragen waar eenheden liggen, en {name} is een tabel zonder geometrie. "
            "Geef vlakken of punten, of laat de bandbreedtes leeg.",
            name=source.sourceName(),
        )
    qgis_io.check_crs(source)
    crs = source.sourceCrs()
    if not qgis_io.in_metres(crs):
        raise GeometryError(
            "Layer {name} is not in metres ({crs}), so a bandwidth in metres means nothing there. "
            "Reproject it first, for example to EPSG:28992 (RD New).",
            "Laag {name} is niet in meters ({crs}), dus een bandbreedte in meters zegt daar niets. "
            "Herprojecteer hem eerst, bijvoorbeeld naar EPSG:28992 (RD New).",
            name=source.sourceName(),
            crs=crs.authid(),
        )
