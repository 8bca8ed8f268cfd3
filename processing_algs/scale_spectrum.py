# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:scale_spectrum`: at which scale the mix is."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterField,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin.errors import TableError
from . import styling
from .blocks_algorithm import VECTOR, BlocksAlgorithm, labels


class ScaleSpectrum(BlocksAlgorithm):
    """Fine units with codes of their areas in; one row per area and level out."""

    NAME = "scale_spectrum"
    LEVELS = "LEVELS"
    GROUP = "GROUP"
    VERSUS = "VERSUS"
    OUTPUT = "OUTPUT"

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
                    "nest in the one before; the unit itself comes last without being named.",
                ),
                multiple=True,
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
        self.addParameter(
            QgsProcessingParameterFeatureSink(self.OUTPUT, translate("WijkMix", "Scale spectrum"))
        )
        self.addOutput(
            QgsProcessingOutputNumber("N_EXCLUDED", translate("WijkMix", "Units left out"))
        )

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        levels = self.names(parameters, self.LEVELS, context)
        if not levels:
            raise TableError(
                "No level is chosen. Choose the fields with area codes, coarse to fine, for "
                "example wijk_code and buurt_code.",
                "Er is geen niveau gekozen. Kies de velden met gebiedscodes, van grof naar fijn, "
                "bijvoorbeeld wijk_code en buurt_code.",
            )
        self.check_blocks(parameters, context, fields=levels)

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        from ..wijkmix_plugin.measures import scale

        levels = self.names(parameters, self.LEVELS, context)
        read = self.blocks(parameters, context, feedback, fields=levels, geometry=False)
        feedback.setProgress(40)
        spectrum = scale.scale_spectrum(
            read.counts,
            read.groups,
            {name: labels(read.frame[name]) for name in levels},
            group=self.parameterAsString(parameters, self.GROUP, context) or None,
            versus=self.parameterAsString(parameters, self.VERSUS, context) or None,
        )
        for note in spectrum.notes:
            self.note(feedback, note)
        feedback.setProgress(80)
        names = _aliases()
        results = self.save(
            parameters, context, feedback, {self.OUTPUT: (spectrum.table, None, names)}
        )
        name = QCoreApplication.translate("WijkMix", "Scale spectrum (table)")
        look = styling.PostProcessor(styling.plain, aliases=names)
        styling.load(context, results[self.OUTPUT], "", [(name, 0, look)])
        return {**results, "N_EXCLUDED": spectrum.n_excluded}


def described_field(
    name: str, text: str, advice: str, *, multiple: bool = False
) -> QgsProcessingParameterField:
    """Return a field of INPUT as a parameter; an optional one unless several are asked."""
    definition = QgsProcessingParameterField(
        name,
        text,
        parentLayerParameterName=BlocksAlgorithm.INPUT,
        allowMultiple=multiple,
        optional=not multiple,
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
    }
