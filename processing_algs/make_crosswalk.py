# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:make_crosswalk`: from the outlines of two years to the table that compares them."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import TableError, Text
from . import styling
from .base import WijkMixAlgorithm, described


class MakeCrosswalk(WijkMixAlgorithm):
    """Two years of polygons in; which part of every unit lies in which unit out."""

    NAME = "make_crosswalk"
    FIRST = "FIRST"
    SECOND = "SECOND"
    DWELLINGS = "DWELLINGS"
    OUTPUT = "OUTPUT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Make a crosswalk of two years")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Lays the outlines of two years over each other and gives the table that Compare two "
            "years takes: from, to, weight (part of the dwellings) and basis. With dwellings as "
            "points the weights count these; without, they are parts of the area, which assumes "
            "that dwellings stand evenly over it. Units that keep their code and area are left "
            "out. Draw both years at the same scale: parts under 2% of the area are taken for two "
            "drawings of one border. Look at the table before you use it; it is your statement.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        polygon = [QgsProcessing.SourceType.TypeVectorPolygon]
        for name, text in (
            (self.FIRST, translate("WijkMix", "First year")),
            (self.SECOND, translate("WijkMix", "Second year")),
        ):
            self.addParameter(
                described(
                    QgsProcessingParameterFeatureSource(name, text, polygon),
                    translate("WijkMix", "CBS buurten as published, or as prepared."),
                )
            )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.DWELLINGS,
                    translate("WijkMix", "Dwellings (points)"),
                    [QgsProcessing.SourceType.TypeVectorPoint],
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "For example BAG addresses. Only their places are read, none of their fields.",
                ),
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                self.OUTPUT,
                translate("WijkMix", "Crosswalk"),
                QgsProcessing.SourceType.TypeVector,
            )
        )

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        for name in (self.FIRST, self.SECOND):
            source = self.source(parameters, name, context)
            qgis_io.check_crs(source)
            self._fields(source)
        if parameters.get(self.DWELLINGS):
            qgis_io.check_crs(self.source(parameters, self.DWELLINGS, context))

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        from ..wijkmix_plugin.tables import redrawn

        second = self.source(parameters, self.SECOND, context)
        crs = qgis_io.metric_crs(second)
        one, two = (
            self._units(self.source(parameters, name, context), crs, context, feedback)
            for name in (self.FIRST, self.SECOND)
        )
        feedback.setProgress(20)
        area = redrawn.shared_area(one, two)
        feedback.setProgress(50)
        dwellings = None
        if parameters.get(self.DWELLINGS):
            chunks = qgis_io.stream(
                self.source(parameters, self.DWELLINGS, context),
                [],
                points=True,
                crs=crs,
                transform_context=context.transformContext(),
                feedback=feedback,
            )
            dwellings, outside = redrawn.shared_dwellings(one, two, ((x, y) for _, x, y in chunks))
            self.note(
                feedback,
                Text(
                    "{n} dwellings were counted; {outside} lie outside one of the years.",
                    "{n} woningen zijn geteld; {outside} liggen buiten een van de jaren.",
                ).format(n=int(dwellings.amount.sum()), outside=outside),
            )
        frame, notes = redrawn.crosswalk(one, two, area, dwellings)
        for item in notes:
            self.note(feedback, item.text, warning=item.severity == "warning")
        translate = QCoreApplication.translate
        names = {
            "from": translate("WijkMix", "Code in the first year"),
            "to": translate("WijkMix", "Code in the second year"),
            "weight": translate("WijkMix", "Part of the dwellings (0-1)"),
            "basis": translate("WijkMix", "Weight by dwellings or by area"),
        }
        results = self.save(parameters, context, feedback, {self.OUTPUT: (frame, None)})
        look = styling.PostProcessor(styling.plain, aliases=names)
        label = translate("WijkMix", "Crosswalk")
        styling.load(context, results[self.OUTPUT], "", [(label, 0, look)])
        return results

    def _fields(self, source: Any) -> dict[str, str]:
        """Return role -> field of what a crosswalk looks at."""
        from ..wijkmix_plugin.errors import listed
        from ..wijkmix_plugin.tables.columns import detect

        names = source.fields().names()
        found = detect(names).columns
        if "buurt_code" not in found:
            raise TableError(
                "Layer {layer} has no field with buurt codes that is recognised. Run Prepare "
                "buurten on it first. Its fields are: {fields}.",
                "Laag {layer} heeft geen veld met buurtcodes dat wordt herkend. Voer er eerst "
                "Buurten voorbereiden op uit. De velden zijn: {fields}.",
                layer=source.sourceName(),
                fields=listed(names),
            )
        return {r: found[r] for r in ("buurt_code", "boundary_change", "year") if r in found}

    def _units(self, source: Any, crs: Any, context: Any, feedback: Any) -> Any:
        from ..wijkmix_plugin.tables.join import WATER_CODE

        fields = self._fields(source)
        frame = qgis_io.read(
            source,
            fields.values(),
            crs=crs,
            transform_context=context.transformContext(),
            feedback=feedback,
        )
        frame = frame.rename(columns={name: role for role, name in fields.items()})
        # Water has no dwellings, and one channel has it and another has not.
        water = frame["buurt_code"].astype(str).str.match(WATER_CODE)
        return frame[~water].reset_index(drop=True)
