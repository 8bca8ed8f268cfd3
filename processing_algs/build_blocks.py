# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:build_blocks`: streets and panden to blocks with dwellings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import GeometryError, TableError, Text
from . import styling
from .base import described
from .blocks_algorithm import CANONICAL, BlocksAlgorithm, check_fields

if TYPE_CHECKING:
    import numpy as np


class BuildBlocks(BlocksAlgorithm):
    """Streets and panden in; the faces between streets, with their panden and dwellings, out."""

    NAME = "build_blocks"
    STREETS = "STREETS"
    PANDEN = "PANDEN"
    DWELLINGS = "DWELLINGS"
    DWELLING_GROUPS = "DWELLING_GROUPS"
    OUTPUT = "OUTPUT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Build blocks from streets and panden")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Makes blocks of the faces that streets enclose and that hold at least one pand: a "
            "proxy for blocks of buildings, for the mosaic index, the scale spectrum and "
            "surroundings. Streets are centre lines (NWB) or areas of roads (BGT). A pand in two "
            "faces goes to the one with most of its area. Dwellings per class come from fields of "
            "the panden or from points (verblijfsobjecten, complexes) with counts; without either "
            "the blocks can be filled with the tool that counts dwellings per area. Blocks below "
            "the least number of dwellings keep their panden and show no counts. Dead ends enclose "
            "nothing; gaps between streets are not closed.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        kinds = QgsProcessing.SourceType
        for name, text, types, optional, advice in (
            (
                self.STREETS,
                translate("WijkMix", "Streets (centre lines or areas of roads)"),
                [kinds.TypeVectorLine, kinds.TypeVectorPolygon],
                False,
                translate(
                    "WijkMix",
                    "NWB wegvakken, or BGT wegdelen. Leave out back paths and cycle paths through "
                    "a block, or they cut it in two.",
                ),
            ),
            (
                self.PANDEN,
                translate("WijkMix", "Panden (polygons)"),
                [kinds.TypeVectorPolygon],
                False,
                translate("WijkMix", "BAG panden."),
            ),
            (
                self.DWELLINGS,
                translate("WijkMix", "Dwellings: points with counts"),
                [kinds.TypeVectorPoint],
                True,
                translate(
                    "WijkMix",
                    "For example verblijfsobjecten with 1 in the field of their tenure. A point "
                    "goes to the block of the pand it lies in, else to the block around it.",
                ),
            ),
        ):
            definition = QgsProcessingParameterFeatureSource(name, text, types, optional=optional)
            self.addParameter(described(definition, advice))
        for name, text, parent in (
            (
                self.GROUPS,
                translate("WijkMix", "Fields of the panden with dwellings per class"),
                self.PANDEN,
            ),
            (
                self.DWELLING_GROUPS,
                translate("WijkMix", "Fields of the points with dwellings per class"),
                self.DWELLINGS,
            ),
        ):
            self.addParameter(
                described(
                    QgsProcessingParameterField(
                        name,
                        text,
                        parentLayerParameterName=parent,
                        type=QgsProcessingParameterField.DataType.Numeric,
                        allowMultiple=True,
                        optional=True,
                    ),
                    translate(
                        "WijkMix",
                        "Empty: n_koop, n_corp and n_overig, or n_koop and n_huur, where the layer "
                        "has them.",
                    ),
                )
            )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.MIN_DWELLINGS,
                    translate("WijkMix", "Least dwellings in a block"),
                    QgsProcessingParameterNumber.Type.Integer,
                    defaultValue=10,
                    minValue=1,
                    maxValue=10_000,
                ),
                translate(
                    "WijkMix", "Smaller blocks show no counts; the default is an assumption."
                ),
                advanced=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(self.OUTPUT, translate("WijkMix", "Blocks"))
        )

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        streets = self.source(parameters, self.STREETS, context)
        panden = self.source(parameters, self.PANDEN, context)
        dwellings = self.parameterAsSource(parameters, self.DWELLINGS, context)
        shape = QgsWkbTypes.geometryType
        for source, kinds, what in (
            (streets, (Qgis.GeometryType.Line, Qgis.GeometryType.Polygon), ("lines", "lijnen")),
            (panden, (Qgis.GeometryType.Polygon,), ("polygons", "vlakken")),
            (dwellings, (Qgis.GeometryType.Point,), ("points", "punten")),
        ):
            if source is None:
                continue
            if shape(source.wkbType()) not in kinds:
                raise GeometryError(
                    "Layer {name} holds another kind of geometry than is needed here: {needed}.",
                    "Laag {name} bevat een ander soort geometrie dan hier nodig is: {nodig}.",
                    name=source.sourceName(),
                    needed=what[0],
                    nodig=what[1],
                )
            qgis_io.check_crs(source)
        if dwellings is None:
            if self.names(parameters, self.DWELLING_GROUPS, context):
                raise TableError(
                    "Fields of points are chosen, but no layer of points with dwellings is given.",
                    "Er zijn velden van punten gekozen, maar er is geen laag met woningen als "
                    "punten opgegeven.",
                )
            self._chosen(parameters, context, self.GROUPS, panden)
        else:
            if self.names(parameters, self.GROUPS, context):
                raise TableError(
                    "Give the dwellings in one way: fields of the panden (GROUPS) or a layer of "
                    "points (DWELLINGS).",
                    "Geef de woningen op een manier: velden van de panden (GROUPS) of een laag met "
                    "punten (DWELLINGS).",
                )
            if not self._chosen(parameters, context, self.DWELLING_GROUPS, dwellings):
                raise TableError(
                    "Layer {name} has no n_koop, n_corp and n_overig, nor n_koop and n_huur. "
                    "Choose the fields with dwellings per class.",
                    "Laag {name} heeft geen n_koop, n_corp en n_overig, en geen n_koop en n_huur. "
                    "Kies de velden met woningen per klasse.",
                    name=dwellings.sourceName(),
                )

    def _chosen(
        self, parameters: dict[str, Any], context: Any, name: str, source: Any
    ) -> list[str]:
        """Return the count fields of a layer, chosen or recognised; none where it has none."""
        groups = self.names(parameters, name, context)
        if groups:
            check_fields(source, groups)
            return groups
        present = set(source.fields().names())
        return next((list(fields) for fields in CANONICAL if set(fields) <= present), [])

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        import geopandas as gpd
        import numpy as np

        from ..wijkmix_plugin.measures import street_blocks
        from ..wijkmix_plugin.measures.spatial import representative_points

        sources = {
            name: self.parameterAsSource(parameters, name, context)
            for name in (self.STREETS, self.PANDEN, self.DWELLINGS)
        }
        crs = qgis_io.metric_crs(sources[self.PANDEN])

        def read(name: str, fields: list[str]) -> Any:
            return qgis_io.read(
                self.source(parameters, name, context),
                fields,
                crs=crs,
                transform_context=context.transformContext(),
                feedback=feedback,
            )

        streets = read(self.STREETS, [])["geometry"].to_numpy()
        by_point = sources[self.DWELLINGS] is not None
        which = (self.DWELLINGS, self.DWELLING_GROUPS) if by_point else (self.PANDEN, self.GROUPS)
        groups = self._chosen(parameters, context, which[1], sources[which[0]])
        panden = read(self.PANDEN, [] if by_point else groups)
        held = read(self.DWELLINGS, groups) if by_point else panden
        feedback.setProgress(30)
        built = street_blocks.build(
            streets,
            panden["geometry"].to_numpy(),
            held[groups].to_numpy(dtype=float) if groups else None,
            places=representative_points(held["geometry"].to_numpy()) if by_point else None,
            cancelled=feedback.isCanceled,
        )
        for note in built.notes:
            self.note(feedback, note)
        feedback.setProgress(80)
        columns: dict[str, Any] = {
            "block": np.array([str(i + 1) for i in range(len(built.shapes))], dtype=object),
            "n_panden": built.n_panden.astype(float),
            "built_m2": built.built,
        }
        if built.counts is not None:
            least = self.parameterAsInt(parameters, self.MIN_DWELLINGS, context)
            counts, columns["quality"] = self._enough(built.counts, least, feedback)
            columns |= {name: counts[:, k] for k, name in enumerate(groups)}
        frame = gpd.GeoDataFrame(columns, geometry=built.shapes)
        names = _aliases()
        results = self.save(parameters, context, feedback, {self.OUTPUT: (frame, crs)})
        name = QCoreApplication.translate("WijkMix", "Blocks (faces between streets, a proxy)")
        look = styling.PostProcessor(styling.plain, aliases=names)
        styling.load(context, results[self.OUTPUT], "", [(name, 0, look)])
        return results

    def _enough(
        self, counts: np.ndarray, least: int, feedback: Any
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return counts without those of small blocks, and why a block has none."""
        import numpy as np

        total = counts.sum(axis=1)
        small = total < least - 1e-9
        why = np.where(small, "suppressed", np.where(np.isnan(total), "unknown", "ok"))
        empty = total == 0
        why = np.where(empty, "no dwellings", why).astype(object)
        self.note(
            feedback,
            Text(
                "{n} blocks with fewer than {least} dwellings show no counts; {empty} have none.",
                "{n} blokken met minder dan {least} woningen laten geen aantallen zien; {empty} "
                "hebben er geen.",
            ).format(n=int((small & ~empty).sum()), least=least, empty=int(empty.sum())),
        )
        return np.where((small & ~empty)[:, None], np.nan, counts), why


def _aliases() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "block": translate("WijkMix", "Block (face between streets)"),
        "n_panden": translate("WijkMix", "Number of panden"),
        "built_m2": translate("WijkMix", "Area of the panden (m2)"),
        "quality": translate("WijkMix", "Why there are no counts"),
    }
