# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:surroundings_profile`: what lies around every unit, within distances and in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import TableError, Text
from . import styling
from .base import described
from .blocks_algorithm import AREAS_OR_POINTS, Blocks, BlocksAlgorithm, has_fields, labels
from .mosaic import radii


class SurroundingsProfile(BlocksAlgorithm):
    """Units with counts in; their surroundings at every scale, and indices per scale, out."""

    NAME = "surroundings_profile"
    RADII = "RADII"
    NEAREST = "NEAREST"
    AREA_FIELD = "AREA_FIELD"
    AREAS = "AREAS"
    AREAS_FIELD = "AREAS_FIELD"
    OUTPUT = "OUTPUT"
    PROFILE = "PROFILE"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Surroundings profile")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Describes the mix around every unit without administrative borders: of all dwellings "
            "within distances, and of the nearest numbers of dwellings. All dwellings at the last "
            "distance count. The fields mixed_from_r and mixed_from_k hold the first scale at "
            "which no class holds 80 per cent. The profile sets Theil's H and dissimilarity of "
            "those surroundings against the scale. Of a polygon a point inside it counts. Near "
            "the edge of the input, surroundings miss what lies outside. With administrative areas "
            "it also says what their borders hide: the mix of the area of a unit against that of "
            "as many nearest dwellings around it.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        self.add_block_parameters(AREAS_OR_POINTS, translate("WijkMix", "Units with counts"))
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.RADII,
                    translate("WijkMix", "Radii in metres (empty = none)"),
                    defaultValue="100,250,500,1000,2000",
                    optional=True,
                ),
                translate("WijkMix", "Distances, with commas between."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.NEAREST,
                    translate("WijkMix", "Nearest dwellings (empty = none)"),
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Numbers of dwellings, with commas between; usual are 12, 25, 50, 100, 200, "
                    "400, 800, 1600, 3200, 6400, 12800, 25600, 51200.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterField(
                    self.AREA_FIELD,
                    translate("WijkMix", "Area of each unit: field (or give a layer below)"),
                    parentLayerParameterName=self.INPUT,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "The code of the buurt or wijk, to see what its border hides. Empty: no areas.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.AREAS,
                    translate("WijkMix", "Areas, for example buurten (polygons)"),
                    [QgsProcessing.SourceType.TypeVectorPolygon],
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Where the units have no code. A unit belongs to the area that holds most of "
                    "it.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterField(
                    self.AREAS_FIELD,
                    translate("WijkMix", "Field with the code of the area in that layer"),
                    parentLayerParameterName=self.AREAS,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Polygons with the same code are one area. Empty: each is an area by itself.",
                ),
            )
        )
        self.add_least()
        self.addParameter(
            QgsProcessingParameterFeatureSink(self.OUTPUT, translate("WijkMix", "Surroundings"))
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                self.PROFILE,
                translate("WijkMix", "Profile over scales"),
                QgsProcessing.SourceType.TypeVector,
                optional=True,
            )
        )

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        area = self.parameterAsString(parameters, self.AREA_FIELD, context)
        self.check_blocks(parameters, context, fields=[area] if area else [])
        qgis_io.check_crs(self.source(parameters, self.INPUT, context))
        areas = self.parameterAsSource(parameters, self.AREAS, context)
        code = self.parameterAsString(parameters, self.AREAS_FIELD, context)
        if (area and areas is not None) or (code and areas is None):
            raise TableError(
                "Give the area of each unit in one way: a field of the units (AREA_FIELD), or a "
                "layer of polygons (AREAS) with its field (AREAS_FIELD).",
                "Geef het gebied van elke eenheid op een manier: een veld van de eenheden "
                "(AREA_FIELD), of een laag met vlakken (AREAS) met het veld daarvan (AREAS_FIELD).",
            )
        if areas is not None:
            qgis_io.check_crs(areas)
            has_fields(areas, [code] if code else [])
        distances, numbers = self._scales(parameters, context)
        if not distances and not numbers and not area and areas is None:
            raise TableError(
                "No scale is given. Give radii in metres, numbers of nearest dwellings, or both.",
                "Er is geen schaal opgegeven. Geef afstanden in meters, aantallen dichtstbijzijnde "
                "woningen, of beide.",
            )

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        import geopandas as gpd
        import numpy as np
        import pandas as pd

        from ..wijkmix_plugin.measures import spatial, surroundings

        area = self.parameterAsString(parameters, self.AREA_FIELD, context)
        read = self.blocks(parameters, context, feedback, fields=[area] if area else [])
        shapes = read.frame["geometry"].to_numpy()
        least = self.parameterAsInt(parameters, self.MIN_DWELLINGS, context)
        distances, numbers = self._scales(parameters, context)
        units, scales = surroundings.profile(
            spatial.representative_points(shapes),
            read.counts,
            read.groups,
            radii=distances,
            dwellings=numbers,
            least=least,
            areas=self._areas(parameters, context, feedback, read, area),
            told=lambda text: self.note(feedback, text),
            progress=lambda part: feedback.setProgress(10 + 0.8 * part),
            cancelled=feedback.isCanceled,
        )
        small = read.counts.sum(axis=1) < least
        self.note(
            feedback,
            Text(
                "{n} units hold fewer than {least} dwellings: they count in the surroundings of "
                "others, and their own numbers are not shown; nor is what holds fewer around a "
                "unit.",
                "{n} eenheden hebben minder dan {least} woningen: ze tellen mee in de omgeving van "
                "andere, en hun eigen aantallen worden niet getoond; ook niet wat er rond een "
                "eenheid minder heeft.",
            ).format(n=int(small.sum()), least=least),
        )
        hidden = np.where(small[:, None], np.nan, read.counts)
        counts = pd.DataFrame(hidden, columns=read.groups)
        frame = gpd.GeoDataFrame(pd.concat([counts, units], axis=1), geometry=shapes)
        names = _aliases(read.groups, distances, numbers)
        results = self.save(
            parameters,
            context,
            feedback,
            {self.OUTPUT: (frame, read.crs), self.PROFILE: (scales, None)},
        )
        translate = QCoreApplication.translate
        for output, name, order in (
            (self.OUTPUT, translate("WijkMix", "Surroundings"), 1),
            (self.PROFILE, translate("WijkMix", "Profile over scales (table)"), 0),
        ):
            if output in results:
                look = styling.PostProcessor(styling.plain, aliases=names)
                styling.load(context, results[output], "", [(name, order, look)])
        return results

    def _areas(
        self, parameters: dict[str, Any], context: Any, feedback: Any, read: Blocks, field: str
    ) -> Any:
        """Return the area of every unit; None where no areas are given."""
        import numpy as np

        if not parameters.get(self.AREAS):
            return labels(read.frame[field]) if field else None
        code = self.parameterAsString(parameters, self.AREAS_FIELD, context)
        around = qgis_io.read(
            self.source(parameters, self.AREAS, context),
            [code] if code else [],
            crs=read.crs,
            transform_context=context.transformContext(),
            feedback=feedback,
        )
        numbered = np.array([str(i + 1) for i in range(len(around))], dtype=object)
        codes = {"area": labels(around[code]) if code else numbered}
        return self.located(around, codes, read, feedback)["area"]

    def _scales(self, parameters: dict[str, Any], context: Any) -> tuple[list[float], list[int]]:
        texts = [self.parameterAsString(parameters, n, context) for n in (self.RADII, self.NEAREST)]
        distances = radii(texts[0]) if texts[0].strip() else []
        try:
            parts = texts[1].replace(";", ",").split(",")
            numbers = sorted({int(part) for part in parts if part.strip()})
        except ValueError:
            numbers = [0]
        if numbers and numbers[0] < 1:
            raise TableError(
                "The numbers of nearest dwellings are {text}; give whole numbers of 1 or more, "
                "with commas between: 12,50,200.",
                "De aantallen dichtstbijzijnde woningen zijn {text}; geef hele getallen van 1 of "
                "meer, met komma's ertussen: 12,50,200.",
                text=texts[1],
            )
        return distances, numbers


def _aliases(
    groups: Sequence[str], distances: Sequence[float], numbers: Sequence[float]
) -> dict[str, str]:
    translate = QCoreApplication.translate
    names = {}
    for prefix, scales, diversity, share in (
        (
            "r",
            distances,
            translate("WijkMix", "Diversity within {scale} m (0-1)"),
            translate("WijkMix", "Share within {scale} m (%): {group}"),
        ),
        (
            "k",
            numbers,
            translate("WijkMix", "Diversity of the {scale} nearest dwellings (0-1)"),
            translate("WijkMix", "Share of the {scale} nearest dwellings (%): {group}"),
        ),
    ):
        for number in scales:
            scale = f"{number:g}"
            names[f"div_{prefix}{scale}"] = diversity.format(scale=scale)
            for group in groups:
                name = group.removeprefix("n_")
                names[f"share_{name}_{prefix}{scale}"] = share.format(scale=scale, group=name)
    return names | {
        "mixed_from_r": translate("WijkMix", "Smallest radius in which no class holds 80% (m)"),
        "mixed_from_k": translate("WijkMix", "Fewest dwellings of which no class holds 80%"),
        "div_area": translate("WijkMix", "Diversity of the unit's area (0-1)"),
        "div_same": translate("WijkMix", "Diversity of as many nearest dwellings (0-1)"),
        "border_hides": translate("WijkMix", "Area minus as many nearest dwellings"),
        "scale": translate("WijkMix", "Scale (metres or dwellings)"),
        "kind": translate("WijkMix", "Kind of scale"),
        "theil_h": translate("WijkMix", "Theil's H of surroundings"),
        "dissimilarity": translate("WijkMix", "Dissimilarity of surroundings (all groups)"),
        "mean_diversity": translate("WijkMix", "Mean diversity of surroundings (0-1)"),
        "n_units": translate("WijkMix", "Number of units"),
    }
