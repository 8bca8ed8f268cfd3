# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:local_segregation`: every unit against its reference area."""

from __future__ import annotations

from typing import Any

from qgis.core import Qgis, QgsProcessingParameterFeatureSink, QgsWkbTypes
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin.errors import Text
from . import styling
from .counts_algorithm import Counts, CountsAlgorithm
from .labels import aliases

# Below this a composition is about separate homes: an assumption, as in the other algorithms.
FEW = 10


class LocalSegregation(CountsAlgorithm):
    """Counts in; the same units with location quotients, diversity and their part of D out."""

    NAME = "local_segregation"
    OUTPUT = "OUTPUT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Local segregation")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Describes every unit against its reference area: location quotients (1 = as the "
            "area), entropy and diversity, the chance that two dwellings of the unit differ "
            "(simpson), how far its composition is from that of the area (local_divergence), and "
            "its part of the dissimilarity of each group (the parts of an area add up to D). All "
            "fields of the input stay. Diversity says how mixed a unit is, not whether that is "
            "good.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        self.add_count_parameters(
            translate(
                "WijkMix",
                "The reference area of each unit, for example its gemeente; empty: all units "
                "together.",
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                self.OUTPUT, translate("WijkMix", "Local segregation")
            )
        )

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        from ..wijkmix_plugin.measures import segregation

        source = self.source(parameters, self.INPUT, context)
        counts = self.counts(parameters, context, feedback, geometry=False)
        features = self.features(parameters, self.INPUT, context, feedback, part=0.15)
        columns = segregation.local_indices(
            counts.values,
            counts.groups,
            total=counts.total,
            area=counts.area,
            units=counts.units,
            cancelled=feedback.isCanceled,
        )
        self._warn_of_few(counts, feedback)
        feedback.setProgress(40)
        names = {**aliases(), **_aliases(counts.groups)}
        destination = self.save_beside(
            parameters, context, feedback, self.OUTPUT, source, features, columns
        )
        self._load(context, destination, counts.groups, names, source)
        return {self.OUTPUT: destination}

    def _warn_of_few(self, counts: Counts, feedback: Any) -> None:
        """Warn of units so small that their composition tells of separate homes.

        They stay: without them the parts of D would not add up to it.
        """
        total = counts.values.sum(axis=1) if counts.total is None else counts.total
        few = int(((total > 0) & (total < FEW)).sum())
        if few:
            self.note(
                feedback,
                Text(
                    "{n} of {all} units hold fewer than {least}: their composition tells of "
                    "separate homes or people. Publish these rows only where the figures are "
                    "public already; a list of your own is counted with a least number by Count "
                    "dwellings per area.",
                    "{n} van {all} eenheden tellen er minder dan {least}: hun samenstelling zegt "
                    "iets over afzonderlijke woningen of mensen. Publiceer deze rijen alleen als "
                    "de cijfers al openbaar zijn; Woningen tellen per gebied telt een eigen lijst "
                    "met een ondergrens.",
                ).format(n=few, all=len(total), least=FEW),
                warning=True,
            )

    def _load(
        self,
        context: Any,
        destination: str,
        groups: list[str],
        names: dict[str, str],
        source: Any,
    ) -> None:
        """Show polygons as diversity and as a location quotient per group; other layers plain."""
        translate = QCoreApplication.translate

        def look(style: Any, *, visible: bool = True) -> styling.PostProcessor:
            return styling.PostProcessor(style, aliases=names, visible=visible)

        views = [(translate("WijkMix", "Local segregation"), 0, look(styling.plain))]
        if QgsWkbTypes.geometryType(source.wkbType()) == Qgis.GeometryType.Polygon:
            views = [(translate("WijkMix", "Diversity"), 0, look(styling.diversity))]
            views += [
                (
                    translate("WijkMix", "Location quotient: {group}").format(group=group),
                    number + 1,
                    look(styling.location_quotient(f"lq_{group}"), visible=number == 0),
                )
                for number, group in enumerate(groups)
            ]
        group = translate("WijkMix", "Local segregation: {source}")
        styling.load(context, destination, group.format(source=source.sourceName()), views)


def _aliases(groups: list[str]) -> dict[str, str]:
    translate = QCoreApplication.translate
    quotient = translate("WijkMix", "Location quotient: {group}")
    part = translate("WijkMix", "Part of the dissimilarity: {group}")
    return {
        "entropy": translate("WijkMix", "Entropy (nats)"),
        "diversity": translate("WijkMix", "Diversity (0-1)"),
        "simpson": translate("WijkMix", "Chance that two differ (0-1)"),
        "local_divergence": translate("WijkMix", "Local divergence from the reference area"),
        **{f"lq_{name}": quotient.format(group=name) for name in groups},
        **{f"d_share_{name}": part.format(group=name) for name in groups},
    }
