# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:surroundings_profile`: what lies around every unit, within distances and in numbers."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import TableError
from . import styling
from .base import described
from .blocks_algorithm import AREAS_OR_POINTS, BlocksAlgorithm
from .mosaic import radii


class SurroundingsProfile(BlocksAlgorithm):
    """Units with counts in; their surroundings at every scale, and indices per scale, out."""

    NAME = "surroundings_profile"
    RADII = "RADII"
    NEAREST = "NEAREST"
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
            "the edge of the input, surroundings miss what lies outside.",
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
        self.check_blocks(parameters, context)
        qgis_io.check_crs(self.source(parameters, self.INPUT, context))
        distances, numbers = self._scales(parameters, context)
        if not distances and not numbers:
            raise TableError(
                "No scale is given. Give radii in metres, numbers of nearest dwellings, or both.",
                "Er is geen schaal opgegeven. Geef afstanden in meters, aantallen dichtstbijzijnde "
                "woningen, of beide.",
            )

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        import geopandas as gpd
        import pandas as pd

        from ..wijkmix_plugin.measures import spatial, surroundings

        read = self.blocks(parameters, context, feedback)
        shapes = read.frame["geometry"].to_numpy()
        distances, numbers = self._scales(parameters, context)
        units, scales = surroundings.profile(
            spatial.representative_points(shapes),
            read.counts,
            read.groups,
            radii=distances,
            dwellings=numbers,
            told=lambda text: self.note(feedback, text),
            progress=lambda part: feedback.setProgress(10 + 0.8 * part),
            cancelled=feedback.isCanceled,
        )
        counts = pd.DataFrame(read.counts, columns=read.groups)
        frame = gpd.GeoDataFrame(pd.concat([counts, units], axis=1), geometry=shapes)
        names = _aliases()
        results = self.save(
            parameters,
            context,
            feedback,
            {self.OUTPUT: (frame, read.crs, names), self.PROFILE: (scales, None, names)},
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


def _aliases() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "mixed_from_r": translate("WijkMix", "No class holds 80 % from this radius on (m)"),
        "mixed_from_k": translate("WijkMix", "No class holds 80 % from so many dwellings on"),
        "scale": translate("WijkMix", "Scale (metres or dwellings)"),
        "kind": translate("WijkMix", "Kind of scale"),
        "theil_h": translate("WijkMix", "Theil's H of surroundings"),
        "dissimilarity": translate("WijkMix", "Dissimilarity of surroundings (all groups)"),
        "mean_diversity": translate("WijkMix", "Mean diversity of surroundings (0-1)"),
        "n_units": translate("WijkMix", "Number of units"),
    }
