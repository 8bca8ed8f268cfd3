# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:candidate_flags`: the flags again, by other thresholds, and how firmly they stand."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingFeatureSource,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import GeometryError, TableError, Text
from . import styling
from .base import described, language
from .labels import aliases
from .policy_algorithm import PolicyAlgorithm

if TYPE_CHECKING:
    import pandas as pd

    from ..wijkmix_plugin.policy.catalogue import Catalogue


# Units without codes of buurten are finer than a buurt below this: an assumption, 1 hectare.
SMALL_M2 = 10_000
BUURT = r"BU\d{8}"
INTERNAL = Text(
    "for internal use: the units are finer than a buurt (parcels, addresses, blocks), and a "
    "published candidate can drive prices up. Publish per buurt.",
    "intern gebruik: de eenheden zijn fijner dan een buurt (percelen, adressen, blokken), en een "
    "gepubliceerde kandidaat kan prijzen opdrijven. Publiceer per buurt.",
)


class CandidateFlags(PolicyAlgorithm):
    """A table with indicators in; the three flags, their reasons and their robustness out."""

    NAME = "candidate_flags"
    OUTPUT = "OUTPUT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Candidate flags")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Says of every buurt whether it is a candidate for further study (restructuring, "
            "densification, land acquisition), with every condition, its value and its threshold, "
            "and in how many variants the flag stays when the thresholds move by 20 per cent (4/6: "
            "in four of the six that can be evaluated with the figures of that buurt). "
            "Thresholds are assumptions; a missing column makes a condition unknown, never false. "
            "The input is a table with indicators, such as the output of the scan; add columns of "
            "your own (free_capacity, owner_public, owner_market, share_earlypostwar, "
            "share_poor_label, condition_flag) to answer more conditions. Only fields that WijkMix "
            "knows are kept. Medians of a gemeente come from the rows of this input.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.INPUT,
                    translate("WijkMix", "Buurten with indicators"),
                    [QgsProcessing.SourceType.TypeVector],
                ),
                translate(
                    "WijkMix",
                    "Polygons, points or a table with fields named as the indicators: div_tenure, "
                    "lq_corp, moran_corp, dw_per_ha and others.",
                ),
            )
        )
        self.add_policy_parameters()
        self.addParameter(
            QgsProcessingParameterFeatureSink(self.OUTPUT, translate("WijkMix", "Flags"))
        )
        self.add_flag_outputs()

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        from ..wijkmix_plugin.policy import catalogue

        source = self.source(parameters, self.INPUT, context)
        if QgsWkbTypes.geometryType(source.wkbType()) == Qgis.GeometryType.Line:
            raise GeometryError(
                "Layer {name} holds lines. Give polygons, points or a table of buurten.",
                "Laag {name} bevat lijnen. Geef vlakken, punten of een tabel van buurten.",
                name=source.sourceName(),
            )
        asked = _asked(catalogue.load())
        if not set(asked) & set(source.fields().names()) - {"vulnerable"}:
            raise TableError(
                "Layer {name} has none of the fields that the flags look at: {fields}. Run the "
                "scan on the buurten first and give its output, or add these fields.",
                "Laag {name} heeft geen van de velden waar de vlaggen naar kijken: {fields}. "
                "Voer eerst de scan uit op de buurten en geef de uitvoer daarvan, of voeg deze "
                "velden toe.",
                name=source.sourceName(),
                fields=", ".join(asked),
            )
        self.check_policy(source, parameters, context)

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        # Here and not in the run: a layer of the project may only be asked in the main thread.
        layer = self.parameterAsVectorLayer(parameters, self.INPUT, context)
        self._origin = qgis_io.origin(layer) or {}
        return True

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        import pandas as pd

        from ..wijkmix_plugin import scan
        from ..wijkmix_plugin.policy import catalogue, flags, indicators
        from ..wijkmix_plugin.policy.conditions import BASIS

        shipped = catalogue.load()
        names = aliases()
        source = self.source(parameters, self.INPUT, context)
        thresholds = self.thresholds(parameters, context)
        drawn = source.wkbType() != QgsWkbTypes.Type.NoGeometry
        frame = qgis_io.read(source, _kept(source, names), geometry=drawn, feedback=feedback)
        feedback.setProgress(40)
        origin = self._origin
        own = self.add_own_rule(frame, parameters, context, feedback)
        frame = indicators.clean(frame, shipped)
        rule = _stated(own, "vulnerable" in frame, origin)
        proxy = scan.add_vulnerable(frame, shipped, thresholds)
        rule = rule or proxy
        verdicts = flags.evaluate_flags(frame, shipped, parameters=thresholds)
        verdicts["flag_companions"] = flags.companions(verdicts, shipped)
        result = pd.concat(
            [
                frame,
                verdicts,
                flags.robustness(frame, shipped, parameters=thresholds),
            ],
            axis=1,
        )
        feedback.setProgress(80)
        self._tell(result, shipped, rule, feedback)
        provenance = {
            **origin,
            "title": "WijkMix candidate flags",
            "source": source.sourceName(),
            "date": datetime.date.today().isoformat(),
            "thresholds": shipped.thresholds(thresholds),
            "thresholds_basis": BASIS,
            "vulnerable_rule": {"en": rule.en, "nl": rule.nl},
            "versions": scan.versions(),
            "catalogue_version": shipped.version,
            "crs": source.sourceCrs().authid(),
        }
        provenance.pop("internal", None)  # of the input, whose units may be others
        if _finer_than_buurt(frame, source):
            provenance["internal"] = {"en": INTERNAL.en, "nl": INTERNAL.nl}
            self.note(
                feedback,
                Text("The result is {what}", "De uitkomst is voor {what}").format(what=INTERNAL),
                warning=True,
            )
        self.record(provenance, parameters, context)
        results = self.save(
            parameters, context, feedback, {self.OUTPUT: (result, source.sourceCrs())}
        )
        self._load(context, results[self.OUTPUT], provenance, names, source)
        return {**results, **self.count_flags(result)}

    def _tell(self, result: pd.DataFrame, shipped: Catalogue, rule: Text, feedback: Any) -> None:
        """Say which rule held, what no column answers, and what belongs with the flags found."""
        lang = language()
        self.note(
            feedback,
            Text(f"Vulnerable area: {rule.en}.", f"Kwetsbaar gebied: {rule.nl}."),
        )
        absent = [
            shipped.indicators[name]["label"][lang]
            for name in _asked(shipped)
            if name not in result or result[name].isna().all()
        ]
        if absent:
            self.note(
                feedback,
                Text(
                    "No data, so conditions on these are unknown: {names}.",
                    "Geen gegevens, dus voorwaarden hierop zijn onbekend: {names}.",
                ).format(names="; ".join(absent)),
            )
        for flag in shipped.candidate_flags:
            if self.count_flags(result).get(f"N_{flag.upper()}"):
                self.note(
                    feedback,
                    Text(
                        "{flag}: never present this flag without {companions}.",
                        "{flag}: toon deze vlag nooit zonder {companions}.",
                    ).format(
                        flag=shipped.candidate_flags[flag]["short"][lang],
                        companions="; ".join(
                            f"{entry['nr']} {entry['label'][lang]}"
                            for entry in shipped.companions(flag)
                        ),
                    ),
                )

    def _load(
        self,
        context: Any,
        destination: str,
        provenance: dict[str, Any],
        names: dict[str, str],
        source: QgsProcessingFeatureSource,
    ) -> None:
        """Show the flags as views on one layer; a table or points as they are."""
        translate = QCoreApplication.translate

        def look(style: Any, **more: Any) -> styling.PostProcessor:
            return styling.PostProcessor(style, provenance, aliases=names, **more)

        group = translate("WijkMix", "WijkMix flags: {source}")
        if "internal" in provenance:
            group = translate("WijkMix", "WijkMix flags, internal use: {source}")
        group = group.format(source=source.sourceName())
        views = [(translate("WijkMix", "Flags"), 0, look(styling.plain))]
        if QgsWkbTypes.geometryType(source.wkbType()) == Qgis.GeometryType.Polygon:
            views = self.flag_views(look)
        styling.load(context, destination, group, views)


def _finer_than_buurt(frame: pd.DataFrame, source: QgsProcessingFeatureSource) -> bool:
    """Tell whether units are parcels, addresses or blocks: by their codes, else by their size."""
    if "buurt_code" in frame:
        codes = frame["buurt_code"].dropna().astype(str)
        if len(codes) and codes.str.fullmatch(BUURT).all():
            return bool(codes.duplicated().any())
    kind = QgsWkbTypes.geometryType(source.wkbType())
    if kind == Qgis.GeometryType.Point:
        return True
    if kind != Qgis.GeometryType.Polygon or not qgis_io.in_metres(source.sourceCrs()):
        return False
    return bool(frame["geometry"].area.median() < SMALL_M2)


def _stated(own: Text | None, there: bool, origin: dict[str, Any]) -> Text | None:
    """Say where the column `vulnerable` comes from; None where it has yet to be derived."""
    if own is not None:
        return own
    if not there:
        return None
    recorded = origin.get("vulnerable_rule")
    if isinstance(recorded, dict) and {"en", "nl"} <= set(recorded):
        return Text(str(recorded["en"]), str(recorded["nl"]))
    return Text(
        "the field vulnerable of the layer; the rule behind it is not recorded",
        "het veld vulnerable van de laag; de regel daarachter is niet vastgelegd",
    )


def _asked(shipped: Catalogue) -> list[str]:
    """Return the indicators that the flags look at, in their order."""
    from ..wijkmix_plugin.policy.catalogue import FLAGS

    return list(
        dict.fromkeys(
            condition.indicator
            for flag in FLAGS
            for clause in shipped.flag_clauses(flag)
            for condition in clause
        )
    )


def _kept(source: QgsProcessingFeatureSource, names: dict[str, str]) -> list[str]:
    """Return the fields to read: what WijkMix knows, but no older flags and no forbidden data."""
    from ..wijkmix_plugin.policy.conditions import check_columns

    known = [n for n in source.fields().names() if n in names and not n.startswith("flag_")]
    return [n for n in known if n not in check_columns(known)]
