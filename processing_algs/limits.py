# SPDX-License-Identifier: GPL-2.0-or-later
"""The limits between the four mosaic classes as parameters: assumptions that a user can change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingParameterNumber
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin.errors import TableError
from .base import WijkMixAlgorithm, described

if TYPE_CHECKING:
    from ..wijkmix_plugin.measures.mosaic import Limits

THETA = "THETA"
LIMITS = ("LIMIT_DIVERSITY", "LIMIT_MOSAIC", "LIMIT_FINE")


def add_limits(algorithm: WijkMixAlgorithm) -> None:
    """Add the three limits, and the share from which a tenure dominates a block."""
    translate = QCoreApplication.translate
    for name, text, default, low in (
        (THETA, translate("WijkMix", "Dominant tenure from share (assumption)"), 0.8, 0.51),
        (
            LIMITS[0],
            translate("WijkMix", "One-sided: diversity of the wijk below (assumption)"),
            0.5,
            0.0,
        ),
        (
            LIMITS[1],
            translate("WijkMix", "Mosaic: H beyond chance from (assumption)"),
            0.6,
            0.0,
        ),
        (
            LIMITS[2],
            translate("WijkMix", "Finely mixed: H beyond chance up to (assumption)"),
            0.2,
            0.0,
        ),
    ):
        algorithm.addParameter(
            described(
                QgsProcessingParameterNumber(
                    name,
                    text,
                    QgsProcessingParameterNumber.Type.Double,
                    defaultValue=default,
                    minValue=low,
                    maxValue=1.0,
                ),
                translate(
                    "WijkMix",
                    "An assumption of WijkMix: the sources give no limit. What is chosen is stored "
                    "with the layer.",
                ),
                advanced=True,
            )
        )


def limits_of(
    algorithm: WijkMixAlgorithm, parameters: dict[str, Any], context: Any
) -> tuple[Limits, float]:
    """Return the limits and the theta that were chosen.

    Raises
    ------
    TableError
        The limit of finely mixed is not below that of mosaic.
    """
    from ..wijkmix_plugin.measures.mosaic import Limits

    limits = Limits(*(algorithm.parameterAsDouble(parameters, name, context) for name in LIMITS))
    if limits.fine >= limits.mosaic:
        raise TableError(
            "The limit of finely mixed ({fine}) must be below that of mosaic ({mosaic}).",
            "De grens van fijn gemengd ({fine}) moet onder die van mozaïek ({mosaic}) liggen.",
            fine=limits.fine,
            mosaic=limits.mosaic,
        )
    return limits, algorithm.parameterAsDouble(parameters, THETA, context)


def recorded(limits: Limits, theta: float) -> dict[str, float]:
    """Return what of it is stored with a layer."""
    return {
        "limit_diversity": limits.diversity,
        "limit_mosaic": limits.mosaic,
        "limit_fine": limits.fine,
        "theta": theta,
    }
