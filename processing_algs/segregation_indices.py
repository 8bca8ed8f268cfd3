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
from ..wijkmix_plugin.errors import GeometryError, MeasureError, Text
from . import styling
from .base import described, local
from .counts_algorithm import READ, Counts, CountsAlgorithm
from .labels import aliases, index_aliases

if TYPE_CHECKING:
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
            "rounded percentages leave open. A value that cannot be is empty, and the note says "
            "why. The formulas and their sources are in docs/methods.md.",
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
                    "Bootstrap fills low and high. Random allocation deals all people over the "
                    "units and fills expected, z and p (two-sided). The bounds fill low and high "
                    "for counts that were made from whole percentages, or that were rounded to "
                    "multiples of five, as CBS publishes them.",
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
        feedback.setProgress(READ)
        table = segregation.indices(
            counts.values,
            counts.groups,
            total=counts.total,
            area=counts.area,
            pairs=True,
            geometry=counts.frame["geometry"].to_numpy() if drawn else None,
            bandwidths=bandwidths,
            kernel=("step", "triangular", "gaussian")[
                self.parameterAsEnum(parameters, self.KERNEL, context)
            ],
            units=counts.units,
            progress=lambda percent: feedback.setProgress(READ + 0.35 * percent),
            cancelled=feedback.isCanceled,
        )
        table = self._infer(table, counts, parameters, context, feedback)
        reason = self.reason(parameters, context)
        if reason is not None:
            table["note"] = [
                "; ".join(filter(None, (note, local(reason)))) for note in table["note"]
            ]
        names = {**aliases(), **index_aliases()}
        tables = {self.OUTPUT: table.assign(area=table["area"].astype(str))}
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
        ):
            if name in results:
                look = styling.PostProcessor(styling.plain, aliases=names)
                styling.load(context, results[name], "", [(label, 0, look)])
        return results

    def _infer(
        self,
        table: pd.DataFrame,
        counts: Counts,
        parameters: dict[str, Any],
        context: Any,
        feedback: Any,
    ) -> pd.DataFrame:
        """Fill in the chosen certainty."""
        kind = self.parameterAsEnum(parameters, self.INFERENCE, context)
        steps = {
            "progress": lambda percent: feedback.setProgress(50 + 0.45 * percent),
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

        simulate = inference.bootstrap if kind == BOOTSTRAP else inference.random_allocation
        return simulate(
            table,
            counts.values,
            counts.groups,
            total=counts.total,
            area=counts.area,
            replicates=self.parameterAsInt(parameters, self.REPLICATES, context),
            seed=self.parameterAsInt(parameters, self.SEED, context),
            **steps,
        )

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
