# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:prepare_buurten`: a layer as published to the canonical table."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import GeometryError
from . import styling
from .base import WijkMixAlgorithm, described
from .labels import aliases
from .mapping import MAPPING, mapping_parameter, read_mapping


class PrepareBuurten(WijkMixAlgorithm):
    """Reads CBS spellings, missing codes and percentages; says per row what it did not use."""

    NAME = "prepare_buurten"
    INPUT = "INPUT"
    YEAR = "YEAR"
    TABLE = "TABLE"
    OUTPUT = "OUTPUT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Prepare buurten (canonical table)")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Turns a CBS buurten layer into one table with dwelling counts per tenure, whatever "
            "the year and the "
            "spelling of its columns: the maps of 2013 to 2025, StatLine (OData 3 and 4), the KWB "
            "workbook, squares and postcodes. Missing codes become NULL, percentages become "
            "counts, and the field quality "
            "says per row what was not used and why.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.INPUT,
                    translate("WijkMix", "Buurten (polygons or table)"),
                    [QgsProcessing.SourceType.TypeVector],
                ),
                translate("WijkMix", "A layer or table of CBS buurten as published."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.YEAR,
                    translate("WijkMix", "Year"),
                    optional=True,
                    minValue=1995,
                    maxValue=2100,
                ),
                translate("WijkMix", "Empty: the year in the layer."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.TABLE,
                    translate("WijkMix", "Table with key figures, joined by buurt code"),
                    [QgsProcessing.SourceType.TypeVector],
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "A CSV, workbook sheet or layer with the figures, where the polygons have "
                    "none: StatLine or the KWB, as downloaded. What does not match is listed with "
                    "the likely reason.",
                ),
            )
        )
        self.addParameter(mapping_parameter())
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                self.OUTPUT, translate("WijkMix", "Canonical buurten")
            )
        )

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        from ..wijkmix_plugin.tables import cbs, squares, statline

        source = self.source(parameters, self.INPUT, context)
        if QgsWkbTypes.geometryType(source.wkbType()) == QgsWkbTypes.GeometryType.LineGeometry:
            raise GeometryError(
                "Layer {name} holds lines. Give polygons, points or a table of buurten.",
                "Laag {name} bevat lijnen. Geef vlakken, punten of een tabel van buurten.",
                name=source.sourceName(),
            )
        mapping = read_mapping(self.parameterAsString(parameters, MAPPING, context))
        names = source.fields().names()
        table = self.parameterAsSource(parameters, self.TABLE, context)
        told = table is not None or statline.long_fields(names) or squares.are_squares(names)
        if not told:
            cbs.detect_columns(names, mapping)

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        from ..wijkmix_plugin.policy import catalogue
        from ..wijkmix_plugin.tables import cbs

        source = self.source(parameters, self.INPUT, context)
        mapping = read_mapping(self.parameterAsString(parameters, MAPPING, context))
        indicators = catalogue.load().indicators
        drawn = source.wkbType() != QgsWkbTypes.Type.NoGeometry
        used = cbs.used_columns(source.fields().names(), mapping, indicators)
        frame = self._read(source, used, drawn, feedback)
        if parameters.get(self.TABLE):
            table = self.source(parameters, self.TABLE, context)
            # All of it: its codes may stand in a column of any name.
            beside = self._read(table, None, False, feedback)
            frame, notes = cbs.join_table(frame, beside, mapping)
            for item in notes:
                self.note(feedback, item.text, warning=item.severity == "warning")
        year = parameters.get(self.YEAR)
        canonical = cbs.to_canonical(
            frame,
            year=None if year is None else self.parameterAsInt(parameters, self.YEAR, context),
            mapping=mapping,
            keep=[c for c in frame.columns if c in indicators],
        )
        for item in canonical.notes:
            self.note(feedback, item.text, warning=item.severity == "warning")
        names = aliases()
        results = self.save(
            parameters,
            context,
            feedback,
            {self.OUTPUT: (canonical.frame, source.sourceCrs())},
        )
        label = QCoreApplication.translate("WijkMix", "Canonical buurten")
        look = styling.PostProcessor(styling.plain, aliases=names)
        styling.load(context, results[self.OUTPUT], "", [(label, 0, look)])
        return results

    def _read(self, source: Any, names: list[str] | None, drawn: bool, feedback: Any) -> Any:
        """Read a source; of StatLine's long table no more than the rows that are used."""
        import pandas as pd

        from ..wijkmix_plugin.tables import statline

        fields = statline.long_fields(source.fields().names())
        if not fields:
            return qgis_io.read(source, names, geometry=drawn, feedback=feedback)
        parts, chunk = [], pd.DataFrame({name: [] for name in fields})
        for columns, _, _ in qgis_io.stream(source, fields, points=False, feedback=feedback):
            chunk = pd.DataFrame(columns)
            parts.append(statline.wanted(chunk))
        found = pd.concat(parts, ignore_index=True) if parts else chunk
        # Where nothing is used, what there is for the message that says so.
        return found if len(found) else chunk
