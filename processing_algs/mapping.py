# SPDX-License-Identifier: GPL-2.0-or-later
"""The parameter with the user's own choice of columns, shared by what reads key figures."""

from __future__ import annotations

import json

from qgis.core import QgsProcessingParameterString
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin.errors import PolicyError, TableError
from .base import described

MAPPING = "MAPPING"
# By name: Processing makes it where a dialog is shown, and nothing else needs it.
WIDGET = f"{__name__.split('.', 1)[0]}.wijkmix_plugin.gui.mapping_widget.MappingWrapper"


def mapping_parameter(*, advanced: bool = False) -> QgsProcessingParameterString:
    """Return the parameter; its widget has a button that opens the columns of the input."""
    translate = QCoreApplication.translate
    definition = QgsProcessingParameterString(
        MAPPING, translate("WijkMix", "Own column mapping (JSON)"), optional=True
    )
    definition.setMetadata({"widget_wrapper": {"class": WIDGET}})
    return described(
        definition,
        translate(
            "WijkMix",
            'Role to field, for example {"share_koop": "koop_pct"}; wins over what is recognised.',
        ),
        advanced=advanced,
    )


def read_mapping(text: str) -> dict[str, str] | None:
    """Return role -> field; None where nothing is given.

    Raises
    ------
    TableError
        The text is no JSON object of texts.
    PolicyError
        A field looks like data that may reach no flag.
    """
    from ..wijkmix_plugin.policy.conditions import check_columns

    if not text:
        return None
    try:
        mapping = json.loads(text)
    except ValueError as error:
        mapping = str(error)
    if not isinstance(mapping, dict) or not all(isinstance(v, str) for v in mapping.values()):
        raise TableError(
            "The column mapping is not a JSON object of role and field: {text}. Write for "
            "example {example}.",
            "De kolomtoewijzing is geen JSON-object van rol en veld: {text}. Schrijf "
            "bijvoorbeeld {example}.",
            text=text,
            example='{"share_koop": "koop_pct"}',
        )
    forbidden = check_columns(mapping.values())
    if forbidden:
        raise PolicyError(
            "The column mapping takes {names}, which looks like data on origin, religion, health, "
            "police or benefits of persons. That may reach no figure of WijkMix. Choose another "
            "field.",
            "De kolomtoewijzing neemt {names}, en dat lijken gegevens over herkomst, religie, "
            "gezondheid, politie of uitkeringen van personen. Die komen in geen enkel cijfer van "
            "WijkMix. Kies een ander veld.",
            names=", ".join(forbidden),
        )
    return mapping
