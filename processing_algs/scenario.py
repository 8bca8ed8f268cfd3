# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:scenario`: a table of actions to the stock, the indices and the balance they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import TableError
from . import styling
from .base import WijkMixAlgorithm, described
from .labels import aliases

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CODE = "buurt_code"
IDENTITY = ("buurt_code", "buurt_name", "wijk_code", "gemeente_code", "gemeente_name")


class Scenario(WijkMixAlgorithm):
    """A canonical table and actions in; what they do to the stock out. No forecast."""

    NAME = "scenario"
    INPUT = "INPUT"
    ACTIONS = "ACTIONS"
    SEGMENT_MAP = "SEGMENT_MAP"
    SEED = "SEED"
    OUTPUT = "OUTPUT"
    INDICES = "INDICES"
    BALANCE = "BALANCE"
    TESTS = "TESTS"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Scenario")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "What does a plan do to the stock? Every action (sloop, nieuwbouw, verkoop, inponden, "
            "transformatie, aankoop) names a unit, a year, a segment and a number of dwellings. "
            "Out come the stock per unit and year; every index before and after at the levels of "
            "buurt, wijk and gemeente, on the same boundaries; the balance of what goes in "
            "vulnerable areas and what comes back elsewhere; and whether new dwellings are there "
            "before old ones go. A scenario changes stock only: it forecasts no income, no "
            "behaviour and no removals.",
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

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        from ..wijkmix_plugin.policy import scenario

        scenario.read_segments(self.parameterAsString(parameters, self.SEGMENT_MAP, context))
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

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        from ..wijkmix_plugin.policy import scenario
        from ..wijkmix_plugin.policy.indicators import yes_or_no

        source = self.source(parameters, self.INPUT, context)
        drawn = source.wkbType() != QgsWkbTypes.Type.NoGeometry
        names = source.fields().names()
        classes = scenario.THREE
        identity = [name for name in IDENTITY if name in names]
        wanted = [*identity, "year", "dwellings", "n_unknown", "vulnerable"]
        wanted += [f"n_{tenure}" for tenure in (*scenario.THREE, "huur")]
        frame = qgis_io.read(
            source, [n for n in wanted if n in names], geometry=drawn, feedback=feedback
        )
        if not all(f"n_{t}" in frame and frame[f"n_{t}"].notna().any() for t in classes):
            classes = scenario.TWO
        absent = [f"n_{tenure}" for tenure in classes if f"n_{tenure}" not in frame]
        if absent:
            raise TableError(
                "{layer} lacks the counts {absent}. Run Prepare buurten on it first.",
                "{layer} mist de aantallen {absent}. Voer er eerst Buurten voorbereiden op uit.",
                layer=source.sourceName(),
                absent=", ".join(absent),
            )
        table = self.source(parameters, self.ACTIONS, context)
        fields = [n for n in scenario.COLUMNS if table.fields().lookupField(n) >= 0]
        actions = qgis_io.read(table, fields, geometry=False, feedback=feedback)
        segments = scenario.read_segments(
            self.parameterAsString(parameters, self.SEGMENT_MAP, context)
        )
        years = frame["year"].tolist() if "year" in frame else []
        base, assumed = scenario.base_year(years, actions["year"].tolist())
        codes = [str(code) for code in frame[CODE]]
        plan = scenario.read_plan(actions, codes, segments, classes, base)
        counts = frame[[f"n_{tenure}" for tenure in classes]].astype(float).to_numpy()
        after = scenario.stock(counts, plan, codes, classes, base)
        self.note(feedback, scenario.SAYS)
        for note in [*assumed, *plan.notes]:
            self.note(feedback, note, warning=True)
        vulnerable = None
        if "vulnerable" in frame:
            vulnerable = yes_or_no(frame["vulnerable"].tolist(), "vulnerable")
        if vulnerable is None or all(v is None for v in vulnerable):
            vulnerable = None
            self.note(feedback, scenario.NO_RULE, warning=True)
        indices = scenario.index_table(
            frame,
            counts,
            after,
            classes,
            seed=self.parameterAsInt(parameters, self.SEED, context),
            progress=feedback.setProgress,
            cancelled=feedback.isCanceled,
        )
        kept = [*identity, *(n for n in ("dwellings", "n_unknown", "geometry") if n in frame)]
        units = scenario.unit_table(frame[kept], counts, after, classes, base)
        outputs = {
            self.OUTPUT: units,
            self.INDICES: indices,
            self.BALANCE: scenario.balance_table(
                plan, segments, vulnerable, base, self._middles(frame, source) if drawn else None
            ),
            self.TESTS: scenario.tests_of(
                plan,
                after,
                classes,
                frame["dwellings"].astype(float).to_numpy(),
                frame["wijk_code"].tolist() if "wijk_code" in frame else None,
                base,
            ),
        }
        labels = {**aliases(), **_aliases()}
        results = self.save(
            parameters,
            context,
            feedback,
            {
                name: (found, source.sourceCrs() if "geometry" in found else None, labels)
                for name, found in outputs.items()
            },
        )
        last = max(after)
        for name, destination in results.items():
            title = self.parameterDefinition(name).description()
            style = styling.plain
            if name == self.OUTPUT and drawn:
                title, style = f"{title}: {last}", styling.planned(last)
            look = styling.PostProcessor(style, aliases=labels)
            styling.load(context, destination, "", [(title, 0, look)])
        return results

    def _middles(self, frame: pd.DataFrame, source: Any) -> np.ndarray | None:
        """Return a point inside each unit in metres; None in degrees, where distance has none."""
        import numpy as np
        import shapely

        if source.sourceCrs().isGeographic():
            return None
        middle = shapely.point_on_surface(frame["geometry"].to_numpy())
        return np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])


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
        "distance_km": translate("WijkMix", "Mean distance to what comes back (km)"),
    }
