# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:swap_bound`: the least number of dwellings to swap for a chosen dissimilarity."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterExpression,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import MeasureError, TableError
from . import styling
from .base import WijkMixAlgorithm, described, language, local, report_parameter

IDENTITY = ("buurt_code", "buurt_name", "wijk_code", "gemeente_code", "gemeente_name", "quality")


class SwapBound(WijkMixAlgorithm):
    """Counts in; the change per unit of the smallest swap out."""

    NAME = "swap_bound"
    INPUT = "INPUT"
    GROUP = "GROUP"
    TOTAL = "TOTAL"
    TARGET_D = "TARGET_D"
    MAX_DWELLINGS = "MAX_DWELLINGS"
    MAX_SHARE = "MAX_SHARE"
    RECEIVERS = "RECEIVERS"
    CAPACITY = "CAPACITY"
    RELEASED = "RELEASED"
    INTEGER = "INTEGER"
    OUTPUT = "OUTPUT"
    REPORT = "REPORT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Smallest swap (lower bound)")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "How many dwellings would have to differ in tenure for the dissimilarity D to reach a "
            "chosen value, or how low D can get with a given number? Every unit keeps its number "
            "of dwellings and the group its total, so every dwelling that leaves the group is made "
            "up for by one elsewhere. This is an arithmetical lower bound for discussion, not a "
            "plan: it knows no costs, leases or residents. Many swaps are equally small; this one "
            "asks of every unit the same part of what it can do. A target that the limits put out "
            "of reach gives the lowest D they allow, and STATUS says so.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.INPUT,
                    translate("WijkMix", "Units (polygons, points or table)"),
                    [QgsProcessing.SourceType.TypeVector],
                ),
                translate("WijkMix", "One row per unit (buurt, block, square), with counts."),
            )
        )
        for name, text, advice in (
            (
                self.GROUP,
                translate("WijkMix", "Group: field with counts"),
                translate("WijkMix", "Dwellings of the group per unit, for example n_corp."),
            ),
            (
                self.TOTAL,
                translate("WijkMix", "Total: field with counts"),
                translate("WijkMix", "All dwellings of the unit, the group among them."),
            ),
        ):
            field = QgsProcessingParameterField(
                name,
                text,
                parentLayerParameterName=self.INPUT,
                type=QgsProcessingParameterField.DataType.Numeric,
            )
            self.addParameter(described(field, advice))
        double = QgsProcessingParameterNumber.Type.Double
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.TARGET_D,
                    translate("WijkMix", "Dissimilarity to reach (0-1)"),
                    double,
                    optional=True,
                    minValue=0,
                    maxValue=1,
                ),
                translate("WijkMix", "Give this, or the number of dwellings: one of the two."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.MAX_DWELLINGS,
                    translate("WijkMix", "Most dwellings that may leave the group"),
                    double,
                    optional=True,
                    minValue=0,
                ),
                translate("WijkMix", "As many join the group elsewhere."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.MAX_SHARE,
                    translate("WijkMix", "Largest part of a unit that may change (0-1)"),
                    double,
                    defaultValue=1.0,
                    minValue=0,
                    maxValue=1,
                ),
                translate("WijkMix", "0.1: at most a tenth of the dwellings of each unit."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterExpression(
                    self.RECEIVERS,
                    translate("WijkMix", "Where the group may grow"),
                    parentLayerParameterName=self.INPUT,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "A field or expression, for example NOT vulnerable. Unknown counts as no. "
                    "Empty: everywhere.",
                ),
            )
        )
        for name, text, advice in (
            (
                self.CAPACITY,
                translate("WijkMix", "Capacity: most dwellings of the group to add"),
                translate("WijkMix", "A field with numbers per unit. Unknown counts as none."),
            ),
            (
                self.RELEASED,
                translate("WijkMix", "Dwellings of the group that are released"),
                translate(
                    "WijkMix",
                    "A field with the dwellings of the group that are vacant or for which a new "
                    "one has been delivered. No more than these leave the group, so nothing "
                    "occupied is demolished before new is delivered. Unknown counts as none.",
                ),
            ),
        ):
            field = QgsProcessingParameterField(
                name,
                text,
                parentLayerParameterName=self.INPUT,
                type=QgsProcessingParameterField.DataType.Numeric,
                optional=True,
            )
            self.addParameter(described(field, advice))
        self.addParameter(
            described(
                QgsProcessingParameterBoolean(
                    self.INTEGER, translate("WijkMix", "Whole dwellings only"), defaultValue=False
                ),
                translate("WijkMix", "Counts made from percentages are fractions; changes can be."),
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(self.OUTPUT, translate("WijkMix", "Smallest swap"))
        )
        self.addParameter(report_parameter())
        for name, text in (
            ("D_BEFORE", translate("WijkMix", "Dissimilarity before")),
            ("D_AFTER", translate("WijkMix", "Dissimilarity after")),
            ("MOVED", translate("WijkMix", "Dwellings that leave the group")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, text))
        self.addOutput(QgsProcessingOutputString("STATUS", translate("WijkMix", "Status")))

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        source = self.source(parameters, self.INPUT, context)
        for name in (self.GROUP, self.TOTAL, self.CAPACITY, self.RELEASED):
            field = self.parameterAsString(parameters, name, context)
            if not field and name in (self.CAPACITY, self.RELEASED):
                continue
            place = source.fields().lookupField(field)
            if place < 0:
                raise TableError(
                    "Layer {layer} has no field {name}. Its fields are: {fields}.",
                    "Laag {layer} heeft geen veld {name}. De velden zijn: {fields}.",
                    layer=source.sourceName(),
                    name=field,
                    fields=", ".join(source.fields().names()),
                )
            if not source.fields().field(place).isNumeric():
                raise TableError(
                    "Field {name} holds text, not counts. Choose a numeric field, or make one "
                    "with the field calculator: to_int({name}).",
                    "Veld {name} bevat tekst, geen aantallen. Kies een getalveld, of maak er een "
                    "met de veldberekening: to_int({name}).",
                    name=field,
                )
        if sum(self._given(parameters, name) for name in (self.TARGET_D, self.MAX_DWELLINGS)) != 1:
            raise MeasureError(
                "Give either a target for D or a number of dwellings: one of the two.",
                "Geef een doel voor D of een aantal woningen: een van de twee.",
            )
        # Not parameterAsExpression: that gives "" for what it cannot read.
        text = self.parameterAsString(parameters, self.RECEIVERS, context).strip()
        if text:
            qgis_io.fields_in(source, text)

    def _given(self, parameters: dict[str, Any], name: str) -> bool:
        # A model or a script may hand on an empty text for a number that is not given.
        return parameters.get(name) not in (None, "")

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        import numpy as np
        import pandas as pd

        from ..wijkmix_plugin.measures.swap import swap_bound
        from ..wijkmix_plugin.policy.indicators import yes_or_no

        source = self.source(parameters, self.INPUT, context)
        group = self.parameterAsString(parameters, self.GROUP, context)
        total = self.parameterAsString(parameters, self.TOTAL, context)
        capacity, released = (
            self.parameterAsString(parameters, name, context)
            for name in (self.CAPACITY, self.RELEASED)
        )
        report = self.parameterAsFileOutput(parameters, self.REPORT, context)
        drawn = report and QgsWkbTypes.geometryType(source.wkbType()) == Qgis.GeometryType.Polygon
        read = [name for name in (group, total, capacity, released) if name]
        if report:
            read += [name for name in IDENTITY if source.fields().lookupField(name) >= 0]
        frame = qgis_io.read(source, dict.fromkeys(read), geometry=bool(drawn), feedback=feedback)
        features = self.features(parameters, self.INPUT, context, feedback)

        def counts(name: str) -> Any:
            return frame[name].astype(float).to_numpy() if name else None

        text = self.parameterAsString(parameters, self.RECEIVERS, context).strip()
        receivers = None
        if text:
            units = self.source(parameters, self.INPUT, context)
            answers = yes_or_no(qgis_io.evaluate(units, text, context, feedback), text)
            receivers = np.array([answer is True for answer in answers], dtype=bool)

        def asked(name: str) -> float | None:
            if not self._given(parameters, name):
                return None
            return self.parameterAsDouble(parameters, name, context)

        found = swap_bound(
            counts(group),
            counts(total),
            target=asked(self.TARGET_D),
            dwellings=asked(self.MAX_DWELLINGS),
            max_share=self.parameterAsDouble(parameters, self.MAX_SHARE, context),
            receivers=receivers,
            capacity=counts(capacity),
            released=counts(released),
            whole=self.parameterAsBool(parameters, self.INTEGER, context),
        )
        for place, note in enumerate(found.notes):
            self.note(feedback, note, warning=place > 0 and not found.reached)
        change = f"change_{group}"
        columns = pd.DataFrame(
            {change: found.change, "limit": found.limit, "shadow_price": found.price}
        )
        translate = QCoreApplication.translate
        names = {
            change: translate("WijkMix", "Change in {group} (lower bound, not a plan)").format(
                group=group
            ),
            "limit": translate("WijkMix", "Limit that holds this unit back"),
            "shadow_price": translate("WijkMix", "Less D for one more dwelling of room"),
        }
        page = self._page(frame, found, parameters, context, source) if report else ""
        destination = self.save_beside(
            parameters, context, feedback, self.OUTPUT, source, features, columns
        )
        look = styling.PostProcessor(styling.in_words(styling.plain), aliases=names)
        title = translate("WijkMix", "Smallest swap: lower bound, not a plan")
        styling.load(context, destination, "", [(title, 0, look)])
        status = "" if found.reached else "infeasible: "
        if report:
            self.write_text(Path(report), page)
        return {
            **({self.REPORT: report} if report else {}),
            self.OUTPUT: destination,
            "D_BEFORE": found.before,
            "D_AFTER": found.after,
            "MOVED": found.moved,
            "STATUS": (status or "optimal: ") + " ".join(local(note) for note in found.notes),
        }

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        # Here and not in the run: a layer of the project may only be asked in the main thread.
        layer = self.parameterAsVectorLayer(parameters, self.INPUT, context)
        self._credit = "" if layer is None else "; ".join(layer.metadata().rights())
        return True

    def _page(
        self, frame: Any, found: Any, parameters: dict[str, Any], context: Any, source: Any
    ) -> str:
        """Return the report of a swap."""
        from ..wijkmix_plugin import scan
        from ..wijkmix_plugin.policy import catalogue
        from ..wijkmix_plugin.report.swap import SwapResult, render_swap

        limits = {
            self.parameterDefinition(name).description(): str(parameters[name])
            for name in (self.MAX_SHARE, self.RECEIVERS, self.CAPACITY, self.RELEASED)
            if parameters.get(name) not in (None, "")
        }
        group = self.parameterAsString(parameters, self.GROUP, context)
        total = self.parameterAsString(parameters, self.TOTAL, context)
        origin = {
            "title": "WijkMix smallest swap",
            "source": source.sourceName(),
            "attribution": self._credit,
            "date": datetime.date.today().isoformat(),
            "group": group,
            "total": total,
            "limits": limits,
            "versions": scan.versions(),
        }
        if "dwellings" not in frame:
            frame = frame.assign(dwellings=frame[total])
        result = SwapResult(frame, found, group, origin)
        return render_swap(result, catalogue.load(), lang=language())
