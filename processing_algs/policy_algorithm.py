# SPDX-License-Identifier: GPL-2.0-or-later
"""What the algorithms that make flags share: thresholds, and the rule for vulnerable areas."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingFeatureSource,
    QgsProcessingOutputNumber,
    QgsProcessingParameterExpression,
    QgsProcessingParameterFile,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import PolicyError, Text
from . import styling
from .base import WijkMixAlgorithm, described

if TYPE_CHECKING:
    import pandas as pd


class PolicyAlgorithm(WijkMixAlgorithm):
    """An algorithm whose flags rest on thresholds and on what counts as vulnerable."""

    INPUT = "INPUT"
    VULNERABLE = "VULNERABLE"
    PARAMETERS = "PARAMETERS"

    def add_policy_parameters(self) -> None:
        """Add the two parameters that steer flags."""
        translate = QCoreApplication.translate
        self.addParameter(
            described(
                QgsProcessingParameterExpression(
                    self.VULNERABLE,
                    translate("WijkMix", "Vulnerable area: field or expression"),
                    parentLayerParameterName=self.INPUT,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "True for the buurten that your own policy calls vulnerable; or a list of "
                    "their codes, or of wijken or gemeenten (BU…, WK…, GM…). Empty: a field named "
                    "vulnerable, else "
                    "a low-income proxy where the layer has the column, labelled as an assumption, "
                    "else unknown.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterFile(
                    self.PARAMETERS,
                    translate("WijkMix", "Own thresholds (JSON file)"),
                    extension="json",
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Overrides thresholds of the flags, which are assumptions, for example "
                    '{"lq_high": 1.8}.',
                ),
                advanced=True,
            )
        )

    def add_flag_outputs(self) -> None:
        """Add the numbers of candidates, provisional ones included."""
        translate = QCoreApplication.translate
        for name, label in (
            ("N_HERSTRUCTURERING", translate("WijkMix", "Candidates: restructuring")),
            ("N_VERDICHTING", translate("WijkMix", "Candidates: densification")),
            ("N_GRONDVERWERVING", translate("WijkMix", "Candidates: land acquisition")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, label))

    def count_flags(self, frame: pd.DataFrame) -> dict[str, int]:
        """Return the values of those outputs."""
        from ..wijkmix_plugin.policy.flags import FLAGS, RAISED

        return {
            f"N_{flag.upper()}": int(frame[f"flag_{flag}"].isin(RAISED).sum()) for flag in FLAGS
        }

    def flag_views(
        self, look: Callable[..., styling.PostProcessor]
    ) -> list[tuple[str, int, styling.PostProcessor]]:
        """Return the views of the three flags on an output, as `styling.load` takes them."""
        translate = QCoreApplication.translate
        labels = {
            "grondverwerving": translate("WijkMix", "Land acquisition: candidates for study"),
            "verdichting": translate("WijkMix", "Densification: candidates for study"),
            "herstructurering": translate("WijkMix", "Restructuring: candidates for study"),
        }
        return [
            (label, order, look(styling.flag(name), counts=True))
            for order, (name, label) in enumerate(labels.items(), start=41)
        ]

    def check_policy(
        self, source: QgsProcessingFeatureSource, parameters: dict[str, Any], context: Any
    ) -> None:
        """Refuse thresholds and expressions that cannot work, before the run.

        Raises
        ------
        PolicyError
            A threshold is wrong, or `VULNERABLE` reads data that may never reach a flag.
        TableError
            `VULNERABLE` cannot be read or names a field that the layer does not have.
        """
        from ..wijkmix_plugin.policy import vulnerable
        from ..wijkmix_plugin.policy.conditions import check_columns

        self.thresholds(parameters, context)
        text = self._rule(parameters, context)
        if not text or vulnerable.codes(text) is not None:
            return
        forbidden = check_columns(qgis_io.fields_in(source, text))
        if forbidden:
            raise PolicyError(
                "Vulnerable ({text}) reads {names}: data on origin, religion, health, police or "
                "benefits of persons, which WijkMix keeps out of every flag. Use another rule.",
                "Kwetsbaar ({text}) leest {names}: gegevens over herkomst, religie, gezondheid, "
                "politie of uitkeringen van personen, die WijkMix buiten elke vlag houdt. "
                "Gebruik een andere regel.",
                text=text,
                names=", ".join(forbidden),
            )

    def _rule(self, parameters: dict[str, Any], context: Any) -> str:
        # Not parameterAsExpression: that gives "" for what it cannot read, and the rule would be
        # left aside without a word.
        return self.parameterAsString(parameters, self.VULNERABLE, context).strip()

    def thresholds(self, parameters: dict[str, Any], context: Any) -> dict[str, Any]:
        """Return the user's own thresholds, checked; {} where the defaults hold."""
        from ..wijkmix_plugin.policy import catalogue

        path = self.parameterAsFile(parameters, self.PARAMETERS, context)
        if not path:
            return {}
        try:
            values = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise PolicyError(
                "The thresholds in {path} cannot be read: {reason}. Give a JSON file such as "
                "{example}.",
                "De drempelwaarden in {path} zijn niet te lezen: {reason}. Geef een JSON-bestand "
                "zoals {example}.",
                path=path,
                reason=str(error),
                example='{"lq_high": 1.8}',
            ) from error
        return catalogue.load().check_thresholds(values)

    def add_own_rule(
        self,
        frame: pd.DataFrame,
        parameters: dict[str, Any],
        context: Any,
        feedback: Any,
        code: str = "buurt_code",
    ) -> Text | None:
        """Set the column `vulnerable` by the user's rule; return that in words, None without one.

        `code` is the column of the frame with the code of the buurt.
        """
        from ..wijkmix_plugin.policy import vulnerable
        from ..wijkmix_plugin.policy.indicators import yes_or_no

        text = self._rule(parameters, context)
        if not text:
            return None
        wanted = vulnerable.codes(text)
        fields: list[str] = []
        if wanted is not None:
            if code not in frame:
                raise PolicyError(
                    "Vulnerable is given as a list of codes, and the layer has no field {code} "
                    "with the code of the buurt. Give a field or an expression.",
                    "Kwetsbaar is gegeven als lijst met codes, en de laag heeft geen veld {code} "
                    "met de code van de buurt. Geef een veld of een expressie.",
                    code=code,
                )
            found = vulnerable.by_list(wanted, frame[code].tolist())
        else:
            source = self.source(parameters, self.INPUT, context)
            fields = qgis_io.fields_in(source, text)
            found = yes_or_no(qgis_io.evaluate(source, text, context, feedback), text)
        frame["vulnerable"] = found
        frame["vulnerable"] = frame["vulnerable"].astype(object)
        warning = vulnerable.circular(fields)
        if warning is not None:
            self.note(feedback, warning, warning=True)
        return vulnerable.stated(text, fields)
