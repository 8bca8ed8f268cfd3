# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:scenario`: a table of actions to the stock, the indices and the balance they give."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputString,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import PolicyError, TableError
from . import styling
from .base import WijkMixAlgorithm, described, language, local, report_parameter
from .labels import aliases

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CODE = "buurt_code"
MADE_OF = ("year", "dwellings", "n_unknown", "n_koop", "n_corp", "n_overig", "n_huur", "quality")


class Scenario(WijkMixAlgorithm):
    """A canonical table and actions in; what they do to the stock out. No forecast."""

    NAME = "scenario"
    INPUT = "INPUT"
    ACTIONS = "ACTIONS"
    SEGMENT_MAP = "SEGMENT_MAP"
    FINGERPRINT = "FINGERPRINT"
    GOALS = "GOALS"
    COMPANIONS = "COMPANIONS"
    MONITORING = "MONITORING"
    SEED = "SEED"
    OUTPUT = "OUTPUT"
    INDICES = "INDICES"
    BALANCE = "BALANCE"
    TESTS = "TESTS"
    PAIRS = "PAIRS"
    FLAGS = "FLAGS"
    REPORT = "REPORT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Scenario")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "What does a plan do to the stock? Every action (sloop, nieuwbouw, verkoop, inponden, "
            "transformatie, aankoop) names a unit, a year, a segment and a number of dwellings. "
            "Out come the stock per unit and year; every index before and after at the levels of "
            "buurt, wijk and gemeente, on the same boundaries; the balance of what goes in "
            "vulnerable areas and what comes back elsewhere, with the pairs of losses and gains; "
            "whether new dwellings are there before old ones go; and, with a scan as the stock, "
            "which candidate flags appear or vanish. A scenario changes stock only: it forecasts "
            "no income, no behaviour and no removals.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        vector = [QgsProcessing.SourceType.TypeVector]
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.INPUT, translate("WijkMix", "Stock (canonical buurten)"), vector
                ),
                translate(
                    "WijkMix",
                    "From Prepare buurten or from a scan; a scan knows which areas are vulnerable.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.ACTIONS, translate("WijkMix", "Actions (table)"), vector
                ),
                translate(
                    "WijkMix",
                    "Columns unit (buurt code), year, action, segment, n and occupied (yes, no or "
                    "empty). The segment of verkoop, inponden and aankoop is that of the dwellings "
                    "before.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.SEGMENT_MAP,
                    translate("WijkMix", "Segments and their tenure (JSON)"),
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    'Empty is our assumption: {"sociaal": "corp", "midden": "overig", "duur huur": '
                    '"overig", "betaalbaar koop": "koop", "duur koop": "koop"}.',
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.FINGERPRINT,
                    translate("WijkMix", "Fingerprint of the stock the actions were made on"),
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "As an earlier run gave it. Where the stock has been edited since, the run "
                    "says so.",
                ),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.GOALS,
                    translate("WijkMix", "Goals of the project (JSON)"),
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "For the report, as the panel keeps them in the project. Empty: every question "
                    "and step is printed as not answered, and the scenario is called incomplete.",
                ),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.COMPANIONS,
                    translate("WijkMix", "Domains of the chosen measures per unit (JSON)"),
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Without a social and an economic measure for every unit with an action the "
                    'scenario is called incomplete. For example {"BU03630000": ["sociaal", '
                    '"economisch"]}. The panel takes them from the worklist.',
                ),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.MONITORING,
                    translate("WijkMix", "Measuring plan (JSON)"),
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "For the report: the start, the years after it and the indicators, such as "
                    '{"start": 2026, "years": [0, 5, 10], "indicators": ["share_corp"]}. The panel '
                    "fills it in; empty prints our suggestion, labelled as an assumption.",
                ),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.SEED, translate("WijkMix", "Random seed"), defaultValue=12345, minValue=0
                ),
                translate("WijkMix", "The same seed gives the same numbers, to the last digit."),
                advanced=True,
            )
        )
        for name, text in (
            (self.OUTPUT, translate("WijkMix", "Stock per unit and year")),
            (self.INDICES, translate("WijkMix", "Indices before and after")),
            (self.BALANCE, translate("WijkMix", "Balance of losses and gains")),
            (self.TESTS, translate("WijkMix", "New before demolition and three groups")),
        ):
            self.addParameter(QgsProcessingParameterFeatureSink(name, text))
        for name, text in (
            (self.PAIRS, translate("WijkMix", "Pairs of losses and gains")),
            (self.FLAGS, translate("WijkMix", "Flags that appear or vanish")),
        ):
            self.addParameter(
                QgsProcessingParameterFeatureSink(
                    name, text, QgsProcessing.SourceType.TypeVector, optional=True
                )
            )
        self.addParameter(report_parameter())
        self.addOutput(
            QgsProcessingOutputString("NOTES", translate("WijkMix", "What to know first"))
        )
        self.addOutput(
            QgsProcessingOutputString(
                self.FINGERPRINT, translate("WijkMix", "Fingerprint of the stock")
            )
        )

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        from ..wijkmix_plugin.policy import scenario

        scenario.read_segments(self.parameterAsString(parameters, self.SEGMENT_MAP, context))
        self._monitoring(parameters, context)
        self._companions(parameters, context)
        for name, wanted in (
            (self.INPUT, (CODE, "dwellings", "n_koop")),
            (self.ACTIONS, scenario.COLUMNS[:5]),
        ):
            source = self.source(parameters, name, context)
            for field in wanted:
                if source.fields().lookupField(field) < 0:
                    raise TableError(
                        "{layer} has no column {name}. {what} needs: {wanted}; it has: {fields}.",
                        "{layer} heeft geen kolom {name}. {what} vraagt: {wanted}; er zijn: "
                        "{fields}.",
                        layer=source.sourceName(),
                        name=field,
                        what=self.parameterDefinition(name).description(),
                        wanted=", ".join(wanted),
                        fields=", ".join(source.fields().names()),
                    )

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        # Here and not in the run: a layer of the project may only be asked in the main thread.
        layer = self.parameterAsVectorLayer(parameters, self.INPUT, context)
        self._origin = qgis_io.origin(layer) or {}
        self._credit = "" if layer is None else "; ".join(layer.metadata().rights())
        return True

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        from ..wijkmix_plugin import scan
        from ..wijkmix_plugin.policy import catalogue
        from ..wijkmix_plugin.policy.scenario_run import run_scenario, settings_of
        from ..wijkmix_plugin.report.scenario import render_scenario

        project = self._project(parameters, context)
        shipped = catalogue.load()
        source = self.source(parameters, self.INPUT, context)
        drawn = source.wkbType() != QgsWkbTypes.Type.NoGeometry
        frame = qgis_io.read(source, _wanted(source, shipped), geometry=drawn, feedback=feedback)
        result = run_scenario(
            frame,
            self._actions(parameters, context, feedback),
            shipped,
            segment_map=self.parameterAsString(parameters, self.SEGMENT_MAP, context),
            place=self._middles(frame, source) if drawn else None,
            settings=settings_of(self._origin, shipped),
            made_on=self.parameterAsString(parameters, self.FINGERPRINT, context),
            goals=None if project is None else project.goals,
            companions=self._companions(parameters, context),
            seed=self.parameterAsInt(parameters, self.SEED, context),
            progress=feedback.setProgress,
            cancelled=feedback.isCanceled,
        )
        for text, warns in result.notes:
            self.note(feedback, text, warning=warns)
        result.provenance.update(
            source=self._named(source),
            attribution=self._credit,
            date=datetime.date.today().isoformat(),
            made=datetime.datetime.now().isoformat(timespec="milliseconds"),
            notes=[{"en": text.en, "nl": text.nl} for text, warns in result.notes if warns],
            vulnerable_rule=self._origin.get("vulnerable_rule"),
            versions=scan.versions(),
            catalogue_version=shipped.version,
            crs=source.sourceCrs().authid() if drawn else None,
        )
        report = self.parameterAsFileOutput(parameters, self.REPORT, context)
        page = ""
        if report:
            plan = self._monitoring(parameters, context)
            if project is not None:
                project = replace(project, loaded=_loaded(frame))
            page = render_scenario(
                result, shipped, lang=language(), monitoring=plan, project=project
            )
        self.record(result.provenance, parameters, context)
        results = self._save(parameters, context, feedback, result, source)
        if report:
            self.write_text(Path(report), page)
            results[self.REPORT] = report
        told = "\n".join(local(text) for text, warns in result.notes if warns)
        return {**results, self.FINGERPRINT: result.fingerprint, "NOTES": told}

    def _monitoring(self, parameters: dict[str, Any], context: Any) -> Any:
        """Return the measuring plan that was given, None where there is none."""
        from ..wijkmix_plugin.policy import actions

        text = self.parameterAsString(parameters, self.MONITORING, context).strip()
        if not text:
            return None
        try:
            record = json.loads(text)
        except ValueError:
            record = None
        if isinstance(record, dict):
            record = {"start": 0, "years": [], "indicators": [], "chosen": True, **record}
        found = actions.read_monitoring(record)
        if found is None:
            raise PolicyError(
                "The measuring plan is not a JSON object with start, years (0 to 100) and "
                "indicators: {text}.",
                "Het meetplan is geen JSON-object met start, years (0 tot 100) en indicators: "
                "{text}.",
                text=text[:200],
            )
        return found

    def _project(self, parameters: dict[str, Any], context: Any) -> Any:
        """Return the goals that were given as a report takes them, None where there are none."""
        from ..wijkmix_plugin.report import decisions

        text = self.parameterAsString(parameters, self.GOALS, context)
        return decisions.read(text, "") if text.strip() else None

    def _companions(self, parameters: dict[str, Any], context: Any) -> Any:
        """Return the domains of the chosen measures by unit, None where nothing was given."""
        text = self.parameterAsString(parameters, self.COMPANIONS, context).strip()
        if not text:
            return None
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict) or not all(
            isinstance(names, list) and all(isinstance(name, str) for name in names)
            for names in found.values()
        ):
            raise PolicyError(
                "The chosen measures are not a JSON object of unit codes with a list of domains "
                "each: {text}.",
                "De gekozen maatregelen zijn geen JSON-object van codes met elk een lijst van "
                "domeinen: {text}.",
                text=text[:200],
            )
        return found

    def _actions(self, parameters: dict[str, Any], context: Any, feedback: Any) -> pd.DataFrame:
        from ..wijkmix_plugin.policy import scenario

        table = self.source(parameters, self.ACTIONS, context)
        fields = [n for n in scenario.COLUMNS if table.fields().lookupField(n) >= 0]
        return qgis_io.read(table, fields, geometry=False, feedback=feedback)

    def _save(
        self, parameters: dict[str, Any], context: Any, feedback: Any, result: Any, source: Any
    ) -> dict[str, Any]:
        """Write the tables, with notes in the language of QGIS, and load them in words."""
        from ..wijkmix_plugin.policy import catalogue, scenario_checks, scenario_words

        lang = language()
        outputs = {
            self.OUTPUT: result.units,
            self.INDICES: result.indices.assign(
                note=[scenario_words.note(v, lang) or None for v in result.indices["note"]]
            ),
            self.BALANCE: result.balance,
            self.TESTS: scenario_words.localised(result.tests, scenario_checks.AIM, lang),
            self.PAIRS: result.pairs,
            self.FLAGS: _flag_table(result.flags, catalogue.load(), lang),
        }
        labels = {**aliases(), **_aliases()}
        results = self.save(
            parameters,
            context,
            feedback,
            {
                name: (found, source.sourceCrs() if "geometry" in found else None)
                for name, found in outputs.items()
            },
        )
        last = max(result.after)
        group = QCoreApplication.translate("WijkMix", "WijkMix scenario: {source}")
        group = group.format(source=self._named(source))
        for number, (name, destination) in enumerate(results.items()):
            title = self.parameterDefinition(name).description()
            style = styling.in_words(styling.plain)
            if name == self.OUTPUT and "geometry" in result.units:
                title = f"{title}: {last}"
                style = styling.in_words(styling.planned(last))
            # With which table it is, the panel finds what belongs together in any project.
            record = {**result.provenance, "table": name}
            look = styling.PostProcessor(style, record, aliases=labels)
            styling.load(context, destination, group, [(title, 10 - number, look)])
        return results

    def _named(self, source: Any) -> str:
        """Return what was scanned: a scan calls its views after what they show."""
        return str(self._origin.get("source") or source.sourceName())

    def _middles(self, frame: pd.DataFrame, source: Any) -> np.ndarray | None:
        """Return a point inside each unit in metres; None where the layer is not in metres."""
        import numpy as np
        import shapely

        if not qgis_io.in_metres(source.sourceCrs()):
            return None
        middle = shapely.point_on_surface(frame["geometry"].to_numpy())
        return np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])


def _wanted(source: Any, shipped: Any) -> list[str]:
    """Return what a scenario reads: the stock and indicators, never forbidden data."""
    from ..wijkmix_plugin.policy import conditions, scenario_run

    there = source.fields().names()
    known = [*scenario_run.IDENTITY, *MADE_OF, "land_ha", "households"]
    own = [n for n in there if n in shipped.indicators or n.startswith("flag_")]
    apart = ("flag_reasons", "flag_companions", *conditions.check_columns(own))
    own = [n for n in own if n not in apart]
    return [n for n in there if n in known or n in own]


def _loaded(frame: pd.DataFrame) -> Any:
    """Return at which level the stock is, for the warnings of the goal sheet."""
    from ..wijkmix_plugin.policy.goal_sheet import Loaded, level_of

    wijken = frame["wijk_code"].nunique() if "wijk_code" in frame else 0
    return Loaded(level_of(map(str, frame[CODE])), wijken)


def _flag_table(found: pd.DataFrame | None, shipped: Any, lang: str) -> pd.DataFrame:
    """Return the flags that differ, the conditions that flipped in words, and the companions."""
    import pandas as pd

    from ..wijkmix_plugin.policy import scenario_flags
    from ..wijkmix_plugin.policy.flags import RAISED, companions_of

    if found is None:
        found = pd.DataFrame(columns=scenario_flags.COLUMNS)
    told = [scenario_flags.conditions_text(c, shipped).get(lang) for c in found["conditions"]]
    beside = [
        companions_of([flag], shipped) if now in RAISED else None
        for flag, now in zip(found["flag"], found["after"], strict=True)
    ]
    return found.assign(
        conditions=pd.Series(told, index=found.index, dtype=object),
        flag_companions=pd.Series(beside, index=found.index, dtype=object),
    )


def _aliases() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "segment": translate("WijkMix", "Segment"),
        "status": translate("WijkMix", "Status"),
        "test": translate("WijkMix", "Test"),
        "level": translate("WijkMix", "Level"),
        "moment": translate("WijkMix", "Before or after"),
        "change_dwellings": translate("WijkMix", "Change: dwellings"),
        "change_n_koop": translate("WijkMix", "Change: owner-occupied dwellings"),
        "change_n_corp": translate("WijkMix", "Change: corporation dwellings"),
        "change_n_overig": translate("WijkMix", "Change: other rental dwellings"),
        "change_n_huur": translate("WijkMix", "Change: rented dwellings"),
        "change_share_koop": translate("WijkMix", "Change: share owner-occupied (points)"),
        "change_share_corp": translate("WijkMix", "Change: share corporation (points)"),
        "change_share_overig_huur": translate("WijkMix", "Change: share other rental (points)"),
        "change_share_huur": translate("WijkMix", "Change: share rental (points)"),
        "before": translate("WijkMix", "Before"),
        "after": translate("WijkMix", "After"),
        "change": translate("WijkMix", "Change"),
        "composition": translate("WijkMix", "Part that composition explains"),
        "unevenness": translate("WijkMix", "Part that unevenness explains"),
        "gained": translate("WijkMix", "Gained since the start"),
        "lost": translate("WijkMix", "Lost since the start"),
        "net": translate("WijkMix", "Gained less lost"),
        "balance": translate("WijkMix", "Gained outside less lost in vulnerable areas"),
        "lag_years": translate("WijkMix", "Longest wait for what comes back (years)"),
        "distance_km": translate("WijkMix", "Distance to what comes back (km; mean)"),
        "before_low": translate("WijkMix", "Before: lower bound, rounding"),
        "before_high": translate("WijkMix", "Before: upper bound, rounding"),
        "after_low": translate("WijkMix", "After: lower bound, rounding"),
        "after_high": translate("WijkMix", "After: upper bound, rounding"),
        "low": translate("WijkMix", "Change: lower end (95%, with rounding)"),
        "high": translate("WijkMix", "Change: upper end (95%, with rounding)"),
        "loss_unit": translate("WijkMix", "Buurt of the loss"),
        "loss_year": translate("WijkMix", "Year of the loss"),
        "gain_unit": translate("WijkMix", "Buurt of the gain"),
        "gain_year": translate("WijkMix", "Year of the gain"),
        "n": translate("WijkMix", "Dwellings"),
        "flag": translate("WijkMix", "Flag"),
        "conditions": translate("WijkMix", "Conditions that flipped"),
    }
