# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:scale_spectrum`: at which scale the mix is."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import TableError, Text
from . import styling
from .base import described, language, report_parameter
from .blocks_algorithm import VECTOR, BlocksAlgorithm, has_fields, labels


class ScaleSpectrum(BlocksAlgorithm):
    """Fine units with codes of their areas in; one row per area and level out."""

    NAME = "scale_spectrum"
    LEVELS = "LEVELS"
    AREAS = "AREAS"
    AREAS_LEVELS = "AREAS_LEVELS"
    OFFICIAL = "OFFICIAL"
    GROUP = "GROUP"
    VERSUS = "VERSUS"
    OUTPUT = "OUTPUT"
    REPORT = "REPORT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Scale spectrum")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Splits the diversity of every area over the levels inside it: how much is the "
            "difference between wijken, between buurten inside wijken, between blocks inside "
            "buurten, and how much is mixed inside the blocks (the row within). The shares of an "
            "area add up to 1. Theil's H, dissimilarity and the variance ratio stand beside them "
            "per level. Areas are summed from the units given. The numbers describe; there is no "
            "level that is best.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        self.add_block_parameters(VECTOR, translate("WijkMix", "Finest units"))
        self.addParameter(
            described_field(
                self.LEVELS,
                translate("WijkMix", "Levels: fields with area codes, coarse to fine"),
                translate(
                    "WijkMix",
                    "For example gemeente_code, wijk_code, buurt_code, in that order. Each must "
                    "nest in the one before; the unit itself comes last without being named. "
                    "Where the units have no codes, choose a layer of areas and its fields below.",
                ),
                multiple=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.AREAS,
                    translate("WijkMix", "Areas of the finest level, for example buurten"),
                    VECTOR,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Where the units have no codes: polygons with the codes of all levels; a unit "
                    "belongs to the area that holds most of it. With official totals also a table.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterField(
                    self.AREAS_LEVELS,
                    translate("WijkMix", "Levels: fields of the areas, coarse to fine"),
                    parentLayerParameterName=self.AREAS,
                    allowMultiple=True,
                    optional=True,
                ),
                translate("WijkMix", "In place of fields of the units."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterField(
                    self.OFFICIAL,
                    translate("WijkMix", "Official number of dwellings (field of the areas)"),
                    parentLayerParameterName=self.AREAS,
                    type=QgsProcessingParameterField.DataType.Numeric,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Areas are summed from units; the gap with this total is given for each.",
                ),
            )
        )
        for name, text in (
            (self.GROUP, translate("WijkMix", "Group of dissimilarity and variance ratio")),
            (self.VERSUS, translate("WijkMix", "Group that dissimilarity sets against it")),
        ):
            self.addParameter(
                described_field(
                    name,
                    text,
                    translate(
                        "WijkMix",
                        "One of the groups. Empty: corporation rental where there is such a "
                        "field, against the first other group.",
                    ),
                )
            )
        self.add_least()
        self.addParameter(
            QgsProcessingParameterFeatureSink(self.OUTPUT, translate("WijkMix", "Scale spectrum"))
        )
        self.addParameter(report_parameter())
        self.addOutput(
            QgsProcessingOutputNumber("N_EXCLUDED", translate("WijkMix", "Units left out"))
        )

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        levels = self._levels(parameters, context)
        if not levels:
            raise TableError(
                "No level is chosen. Choose the fields with area codes, coarse to fine, for "
                "example wijk_code and buurt_code.",
                "Er is geen niveau gekozen. Kies de velden met gebiedscodes, van grof naar fijn, "
                "bijvoorbeeld wijk_code en buurt_code.",
            )
        areas = self.parameterAsSource(parameters, self.AREAS, context)
        official = self.parameterAsString(parameters, self.OFFICIAL, context)
        of_areas = self.names(parameters, self.AREAS_LEVELS, context)
        if areas is None:
            if official or of_areas:
                raise TableError(
                    "A field of areas is chosen ({name}), but no layer of areas is given.",
                    "Er is een veld van gebieden gekozen ({name}), maar geen laag met gebieden.",
                    name=official or of_areas[0],
                )
            self.check_blocks(parameters, context, fields=levels)
            return
        self.check_blocks(parameters, context)
        has_fields(areas, [*levels, *([official] if official else [])])
        source = self.source(parameters, self.INPUT, context)
        if of_areas and self.names(parameters, self.LEVELS, context):
            raise TableError(
                "Give the levels in one way: fields of the units (LEVELS) or of the areas "
                "(AREAS_LEVELS).",
                "Geef de niveaus op een manier: velden van de eenheden (LEVELS) of van de gebieden "
                "(AREAS_LEVELS).",
            )
        if of_areas or self._by_place(source, levels):
            for layer in (source, areas):
                if layer.wkbType() == QgsWkbTypes.Type.NoGeometry:
                    raise TableError(
                        "Layer {name} has no places, and the units do not have all of the fields "
                        "{levels}. Give layers with geometry, or units with these codes.",
                        "Laag {name} heeft geen plekken, en de eenheden hebben niet alle velden "
                        "{levels}. Geef lagen met geometrie, of eenheden met deze codes.",
                        name=layer.sourceName(),
                        levels=", ".join(levels),
                    )
                qgis_io.check_crs(layer)

    def _levels(self, parameters: dict[str, Any], context: Any) -> list[str]:
        own = self.names(parameters, self.LEVELS, context)
        return own or self.names(parameters, self.AREAS_LEVELS, context)

    def _by_place(self, source: Any, levels: list[str]) -> bool:
        """Tell whether units get their codes from the areas they lie in."""
        return not set(levels) <= set(source.fields().names())

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        import pandas as pd

        from ..wijkmix_plugin.measures import scale
        from ..wijkmix_plugin.policy import catalogue
        from ..wijkmix_plugin.report.spectrum import SpectrumResult, render_spectrum
        from ..wijkmix_plugin.scan import versions
        from ..wijkmix_plugin.tables import values

        levels = self._levels(parameters, context)
        areas = self.parameterAsSource(parameters, self.AREAS, context)
        official = self.parameterAsString(parameters, self.OFFICIAL, context)
        source = self.source(parameters, self.INPUT, context)
        chosen = bool(self.names(parameters, self.AREAS_LEVELS, context))
        place = areas is not None and (chosen or self._by_place(source, levels))
        read = self.blocks(
            parameters, context, feedback, fields=[] if place else levels, geometry=place
        )
        if areas is not None:
            around = qgis_io.read(
                self.source(parameters, self.AREAS, context),
                dict.fromkeys([*levels, *([official] if official else [])]),
                geometry=place,
                crs=read.crs if place else None,
                transform_context=context.transformContext(),
                feedback=feedback,
            )
            known = {name: labels(around[name]) for name in levels}
        if place:
            codes = self.located(around, known, read, feedback)
        else:
            codes = {name: labels(read.frame[name]) for name in levels}
        feedback.setProgress(40)
        group = self.parameterAsString(parameters, self.GROUP, context) or None
        versus = self.parameterAsString(parameters, self.VERSUS, context) or None
        spectrum = scale.scale_spectrum(read.counts, read.groups, codes, group=group, versus=versus)
        for note in spectrum.notes:
            self.note(feedback, note)
        least = self.parameterAsInt(parameters, self.MIN_DWELLINGS, context)
        table = spectrum.table
        small = table["n_total"] < least - 1e-9
        if small.any():
            shown = ["area", "area_level", "level", "n_total"]
            table = table.copy()
            table.loc[small, [name for name in table if name not in shown]] = float("nan")
            self.note(
                feedback,
                Text(
                    "{n} areas hold fewer than {least} dwellings and show no composition.",
                    "{n} gebieden hebben minder dan {least} woningen en laten geen samenstelling "
                    "zien.",
                ).format(
                    n=len(table.loc[small, ["area_level", "area"]].drop_duplicates()), least=least
                ),
            )
        if official:
            totals = values.numbers(around[official]).values
            columns, note = scale.against_official(table, totals, known)
            self.note(feedback, note)
            table = pd.concat([table, columns], axis=1)
        feedback.setProgress(80)
        report = self.parameterAsFileOutput(parameters, self.REPORT, context)
        page = ""
        if report:
            origin: dict[str, Any] = {
                "title": "WijkMix",
                "date": datetime.date.today().isoformat(),
                "source": source.sourceName(),
                "groups": ", ".join(read.groups),
                "levels": ", ".join(levels),
                "contrast": ", ".join(scale.pair(read.groups, group, versus)),
                "excluded": str(spectrum.n_excluded),
                "versions": versions(),
            }
            reason = self.reason(parameters, context)
            if reason is not None:
                origin["reason"] = {"en": reason.en, "nl": reason.nl}
            told = SpectrumResult(table, levels, origin)
            page = render_spectrum(told, catalogue.load(), lang=language())
        names = _aliases()
        results = self.save(parameters, context, feedback, {self.OUTPUT: (table, None)})
        if report:
            self.write_text(Path(report), page)
            results[self.REPORT] = report
        name = QCoreApplication.translate("WijkMix", "Scale spectrum (table)")
        look = styling.PostProcessor(styling.plain, aliases=names)
        styling.load(context, results[self.OUTPUT], "", [(name, 0, look)])
        return {**results, "N_EXCLUDED": spectrum.n_excluded}


def described_field(
    name: str, text: str, advice: str, *, multiple: bool = False
) -> QgsProcessingParameterField:
    """Return a field of INPUT as an optional parameter."""
    definition = QgsProcessingParameterField(
        name,
        text,
        parentLayerParameterName=BlocksAlgorithm.INPUT,
        allowMultiple=multiple,
        optional=True,
    )
    definition.setHelp(advice)
    return definition


def _aliases() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "area": translate("WijkMix", "Area"),
        "area_level": translate("WijkMix", "Level of the area"),
        "level": translate("WijkMix", "Level"),
        "entropy": translate("WijkMix", "Mean entropy at this level (nats)"),
        "between": translate("WijkMix", "Diversity that this level adds (nats)"),
        "share": translate("WijkMix", "Share of the area's diversity (0-1)"),
        "theil_h": translate("WijkMix", "Theil's H"),
        "dissimilarity": translate("WijkMix", "Dissimilarity of two groups"),
        "multigroup_dissimilarity": translate("WijkMix", "Dissimilarity of all groups"),
        "variance_ratio": translate("WijkMix", "Variance ratio of the group"),
        "n_units": translate("WijkMix", "Number of areas at this level"),
        "n_total": translate("WijkMix", "Total count"),
        "official_total": translate("WijkMix", "Official number of dwellings"),
        "gap": translate("WijkMix", "Summed from units minus official"),
    }
