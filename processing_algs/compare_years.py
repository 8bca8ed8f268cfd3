# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:compare_years`: what changed between two years, unit by unit and in all."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingParameterExpression,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import MeasureError, TableError, Text
from . import styling
from .base import WijkMixAlgorithm, described, language, reason_parameter, report_parameter
from .labels import aliases, index_aliases

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CODE = "buurt_code"
WIJK = "wijk_code"
STADSDEEL = "stadsdeel"  # of the user: CBS has none
# As prepare_buurten writes them: with and without the split of rental.
CLASSES = (("n_koop", "n_corp", "n_overig"), ("n_koop", "n_huur"))
CROSSWALK = ("from", "to", "weight")


class CompareYears(WijkMixAlgorithm):
    """Two canonical tables in; change per unit, per class of area and per index out."""

    NAME = "compare_years"
    FIRST = "FIRST"
    SECOND = "SECOND"
    CROSSWALK = "CROSSWALK"
    TREATED = "TREATED"
    GROUPS = "GROUPS"
    SEED = "SEED"
    OUTPUT = "OUTPUT"
    WATERBED = "WATERBED"
    INDICES = "INDICES"
    REPORT = "REPORT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Compare two years")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Compares two years of the same buurten, as Prepare buurten writes them: the change of "
            "every unit with an interval for small numbers and rounded percentages, clusters of "
            "change, the change of every index with the part that composition alone explains, and "
            "the waterbed table: the treated areas, the ring around them, the rest of their wijken "
            "(and stadsdelen) and the rest, adding up to the change of the whole. The tables "
            "count; they say nothing of what caused what. Units with other boundaries need a "
            "crosswalk; without one their codes are named and nothing is compared.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        vector = [QgsProcessing.SourceType.TypeVector]
        for name, text, advice, optional in (
            (
                self.FIRST,
                translate("WijkMix", "First year"),
                translate("WijkMix", "With buurt_code and counts per tenure, such as n_koop."),
                False,
            ),
            (
                self.SECOND,
                translate("WijkMix", "Second year"),
                translate(
                    "WijkMix",
                    "As the first; polygons for clusters and for the ring. With a field stadsdeel "
                    "the waterbed table also has the rest of the stadsdelen.",
                ),
                False,
            ),
            (
                self.CROSSWALK,
                translate("WijkMix", "Crosswalk"),
                translate(
                    "WijkMix",
                    "A table with from (code in the first year), to (code in the second) and "
                    "weight (part of the dwellings, 0-1), for units that were redrawn. A field "
                    "basis with the word area marks weights that are parts of the area.",
                ),
                True,
            ),
        ):
            self.addParameter(
                described(
                    QgsProcessingParameterFeatureSource(name, text, vector, optional=optional),
                    advice,
                )
            )
        self.addParameter(
            described(
                QgsProcessingParameterExpression(
                    self.TREATED,
                    translate("WijkMix", "Treated areas"),
                    parentLayerParameterName=self.SECOND,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "A field or expression on the second year. Unknown counts as not treated.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterField(
                    self.GROUPS,
                    translate("WijkMix", "Groups: fields with counts"),
                    parentLayerParameterName=self.SECOND,
                    type=QgsProcessingParameterField.DataType.Numeric,
                    allowMultiple=True,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Fields that both years have. Empty: the tenures of the canonical table.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.SEED,
                    translate("WijkMix", "Random seed"),
                    defaultValue=12345,
                    minValue=0,
                ),
                translate("WijkMix", "The same seed gives the same numbers, to the last digit."),
                advanced=True,
            )
        )
        self.addParameter(reason_parameter())
        for name, text in (
            (self.OUTPUT, translate("WijkMix", "Change per unit")),
            (self.WATERBED, translate("WijkMix", "Waterbed table")),
            (self.INDICES, translate("WijkMix", "Change of indices")),
        ):
            self.addParameter(QgsProcessingParameterFeatureSink(name, text))
        self.addParameter(report_parameter())

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        groups = self.names(parameters, self.GROUPS, context)
        for name in (self.FIRST, self.SECOND):
            self._check_fields(self.source(parameters, name, context), [CODE, *groups])
        if parameters.get(self.CROSSWALK):
            source = self.source(parameters, self.CROSSWALK, context)
            self._check_fields(source, list(CROSSWALK))
        text = self._treated(parameters, context)
        if text:
            second = self.source(parameters, self.SECOND, context)
            qgis_io.fields_in(second, text)
            if QgsWkbTypes.geometryType(second.wkbType()) != Qgis.GeometryType.Polygon:
                raise TableError(
                    "The ring around treated areas needs polygons, and {name} has none. Give the "
                    "second year as polygons, or leave the treated areas empty.",
                    "De ring rond behandelde gebieden vraagt vlakken, en die heeft {name} niet. "
                    "Geef het tweede jaar als vlakken, of laat de behandelde gebieden leeg.",
                    name=second.sourceName(),
                )

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        # Here and not in the run: a layer of the project may only be asked in the main thread.
        layers = (
            self.parameterAsVectorLayer(parameters, name, context)
            for name in (self.FIRST, self.SECOND)
        )
        rights = [right for layer in layers if layer for right in layer.metadata().rights()]
        self._credit = "; ".join(dict.fromkeys(right for right in rights if right))
        return True

    def _treated(self, parameters: dict[str, Any], context: Any) -> str:
        # Not parameterAsExpression: that gives "" for what it cannot read.
        return self.parameterAsString(parameters, self.TREATED, context).strip()

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        import numpy as np

        from ..wijkmix_plugin.measures import change, neighbours, waterbed
        from ..wijkmix_plugin.measures.local_moran import local_moran
        from ..wijkmix_plugin.policy.indicators import yes_or_no
        from ..wijkmix_plugin.tables.crosswalk import on_equal_boundaries, other_areas
        from ..wijkmix_plugin.tables.roles import NUMBERS
        from ..wijkmix_plugin.tables.values import number_columns

        source = self.source(parameters, self.SECOND, context)
        drawn = QgsWkbTypes.geometryType(source.wkbType()) == Qgis.GeometryType.Polygon
        asked = self.names(parameters, self.GROUPS, context)
        before = self.source(parameters, self.FIRST, context)
        both_drawn = (
            drawn and QgsWkbTypes.geometryType(before.wkbType()) == Qgis.GeometryType.Polygon
        )
        one = qgis_io.read(
            before,
            geometry=both_drawn,
            crs=source.sourceCrs() if both_drawn else None,
            transform_context=context.transformContext(),
            feedback=feedback,
        )
        # Asked for again: the layer may have gone while the other was read.
        again = self.source(parameters, self.SECOND, context)
        two = qgis_io.read(again, geometry=drawn, feedback=feedback)
        one, two = (number_columns(year, [*NUMBERS, *asked]) for year in (one, two))
        treated_by = self._treated(parameters, context) if drawn else ""
        if treated_by:
            again = self.source(parameters, self.SECOND, context)
            answers = yes_or_no(qgis_io.evaluate(again, treated_by, context, feedback), treated_by)
        groups = asked or _tenures(one, two)
        crosswalk = None
        if parameters.get(self.CROSSWALK):
            table = self.source(parameters, self.CROSSWALK, context)
            names = [n for n in (*CROSSWALK, "basis") if table.fields().lookupField(n) >= 0]
            crosswalk = qgis_io.read(table, names, geometry=False, feedback=feedback)
        second = two[groups].astype(float).to_numpy()
        others, notes = other_areas(one, two)
        first, more = on_equal_boundaries(
            one[groups].astype(float).to_numpy(),
            one[CODE].tolist(),
            two[CODE].tolist(),
            crosswalk,
            other_areas=others,
            empty=[*_water(one), *_water(two)],
        )
        told: list[tuple[Text, bool]] = [(note, True) for note in (*notes, *more)]
        told += _order(one, two)
        columns = waterbed.unit_change(first, second, groups)
        known = np.isfinite(first).all(axis=1) & np.isfinite(second).all(axis=1)
        told += _left_out(known)
        feedback.setProgress(15)
        seed = self.parameterAsInt(parameters, self.SEED, context)
        classes = np.full(len(two), waterbed.REST, dtype=object)
        if drawn:
            near = neighbours.contiguity(two["geometry"].to_numpy(), mask=known)
            subject = "n_corp" if "n_corp" in groups else groups[0]
            columns["moran_cluster"] = None
            columns["moran_group"] = subject
            try:
                columns["moran_cluster"] = local_moran(
                    columns[f"share_change_{subject}"].to_numpy(),
                    near,
                    seed=seed,
                    progress=lambda percent: feedback.setProgress(15 + 0.4 * percent),
                    cancelled=feedback.isCanceled,
                ).cluster
            except MeasureError as error:
                # Nothing changed anywhere, or too few units: no clusters, but all the rest stands.
                told.append((error.text, True))
            if treated_by:
                wijken, boroughs = (
                    two[n].tolist() if n in two else None for n in (WIJK, STADSDEEL)
                )
                around = neighbours.contiguity(two["geometry"].to_numpy())
                treated = np.array([answer is True for answer in answers], dtype=bool)
                classes = waterbed.area_classes(treated, around, wijken, boroughs)
        columns["area_class"] = classes
        indices = change.compare(
            first,
            second,
            groups,
            same_units=True,
            seed=seed,
            progress=lambda percent: feedback.setProgress(55 + 0.4 * percent),
            cancelled=feedback.isCanceled,
        )
        _widen_for_rounding(indices, first, second, (one, two), groups, seed, feedback)
        for note, warns in told:
            self.note(feedback, note, warning=warns)
        reason = self.reason(parameters, context)  # said before the run, printed here
        told += [(reason, True)] if reason is not None else []
        names = {**aliases(), **index_aliases(), **_aliases(groups)}
        kept = two[[*_kept(two), "geometry"] if drawn else _kept(two)]
        output = kept.assign(**{name: columns[name] for name in columns})
        table = waterbed.waterbed(first, second, groups, classes)
        report = self.parameterAsFileOutput(parameters, self.REPORT, context)
        page = ""
        if report:
            from ..wijkmix_plugin import scan
            from ..wijkmix_plugin.policy import catalogue
            from ..wijkmix_plugin.report.years import Years, render_years

            origin = {
                "title": "WijkMix compare years",
                "source": f"{before.sourceName()}; {source.sourceName()}",
                "attribution": self._credit,
                "date": datetime.date.today().isoformat(),
                "treated": treated_by,
                "seed": seed,
                "versions": scan.versions(),
            }
            extra = {n: two[n] for n in ("dwellings", "quality") if n in two}
            found = Years(
                output.assign(**extra),
                groups,
                _year_of(one),
                _year_of(two),
                table,
                indices,
                bool(treated_by),
                told,
                origin,
            )
            page = render_years(found, catalogue.load(), lang=language())
        results = self.save(
            parameters,
            context,
            feedback,
            {
                self.OUTPUT: (output, source.sourceCrs() if drawn else None),
                self.WATERBED: (table, None),
                self.INDICES: (indices, None),
            },
        )
        for name, destination in results.items():
            clusters = name == self.OUTPUT and drawn
            style = styling.moran_cluster("moran_cluster") if clusters else styling.plain
            style = styling.in_words(style)
            title = self.parameterDefinition(name).description()
            look = styling.PostProcessor(style, aliases=names)
            styling.load(context, destination, "", [(title, 0, look)])
        if report:
            self.write_text(Path(report), page)
            results[self.REPORT] = report
        return results

    def _check_fields(self, source: Any, wanted: list[str]) -> None:
        for name in wanted:
            if source.fields().lookupField(name) < 0:
                raise TableError(
                    "Layer {layer} has no field {name}. Run Prepare buurten on it first, or choose "
                    "fields that it has: {fields}.",
                    "Laag {layer} heeft geen veld {name}. Voer er eerst Buurten voorbereiden op "
                    "uit, of kies velden die er zijn: {fields}.",
                    layer=source.sourceName(),
                    name=name,
                    fields=", ".join(source.fields().names()),
                )


def _widen_for_rounding(
    table: pd.DataFrame,
    first: np.ndarray,
    second: np.ndarray,
    years: tuple[pd.DataFrame, pd.DataFrame],
    groups: list[str],
    seed: int,
    feedback: Any,
) -> None:
    """Let the intervals hold what was rounded off, in each year by itself."""
    import numpy as np

    from ..wijkmix_plugin.measures import rounding

    known = np.isfinite(first).all(axis=1) & np.isfinite(second).all(axis=1)
    draws = []
    for number, (counts, year) in enumerate(zip((first, second), years, strict=True)):
        base = counts.sum(axis=1)
        if number == 1 and "dwellings" in year:  # of the first, redrawn units have only the sums
            base = year["dwellings"].astype(float).to_numpy()
        base = rounding.rounded_base(counts, base)
        base = np.zeros(len(counts)) if base is None else base
        draws.append(
            rounding.draws(
                counts[known],
                base[known],
                groups,
                seed=[seed, number],
                cancelled=feedback.isCanceled,
            )
        )
    rounding.widen(table, draws[1] - draws[0], "difference")


def _left_out(known: np.ndarray) -> list[tuple[Text, bool]]:
    """Say how many units one of the years has no figures of."""
    left = int((~known).sum())
    text = Text(
        "Left out, because one of the years has no figures: {n} of {all} units.",
        "Weggelaten, omdat een van de jaren geen cijfers heeft: {n} van {all} eenheden.",
    )
    return [(text.format(n=left, all=len(known)), True)] if left else []


def _year_of(frame: pd.DataFrame) -> int | None:
    """Return the year of a table, the last where it has several; None where it tells none."""
    import pandas as pd

    years = pd.to_numeric(frame["year"], errors="coerce").dropna() if "year" in frame else []
    return int(max(years)) if len(years) else None


def _order(one: pd.DataFrame, two: pd.DataFrame) -> list[tuple[Text, bool]]:
    """Say so where the first year is not before the second."""
    first, second = _year_of(one), _year_of(two)
    if first is None or second is None or first < second:
        return []
    text = Text(
        "The first year ({first}) is not before the second ({second}): every change is counted "
        "from the first to the second.",
        "Het eerste jaar ({first}) ligt niet voor het tweede ({second}): elke verandering is "
        "gerekend van het eerste naar het tweede.",
    )
    return [(text.format(first=first, second=second), True)]


def _water(frame: pd.DataFrame) -> list[str]:
    """Return the codes of water, which one channel has and another has not."""
    if "quality" not in frame:
        return []
    return [str(code) for code in frame.loc[frame["quality"] == "water", CODE]]


def _tenures(one: pd.DataFrame, two: pd.DataFrame) -> list[str]:
    """Return the finest tenures that both years have figures of, for as many units as any.

    A year that splits the rental dwellings is added up where the other does not.
    """

    def has(year: pd.DataFrame, name: str) -> bool:
        return name in year and bool(year[name].notna().any())

    def known(names: tuple[str, ...]) -> int:
        if any(name not in year for year in (one, two) for name in names):
            return 0
        return min(int(year[list(names)].notna().all(axis=1).sum()) for year in (one, two))

    for year, other in ((one, two), (two, one)):
        split = all(name in year for name in CLASSES[0])
        if split and has(other, "n_huur") and not has(year, "n_huur"):
            year["n_huur"] = year["n_corp"].astype(float) + year["n_overig"].astype(float)
    # A source that splits rental in a few gemeenten only is a source of two classes.
    best = max(CLASSES, key=known)
    if known(best):
        return list(best)
    raise TableError(
        "The two years have no tenures in common: {wanted}, or {otherwise}. Run Prepare buurten on "
        "both, or choose the groups.",
        "De twee jaren hebben geen eigendomsklassen gemeen: {wanted}, of {otherwise}. Voer op "
        "beide Buurten voorbereiden uit, of kies de groepen.",
        wanted=", ".join(CLASSES[0]),
        otherwise=", ".join(CLASSES[1]),
    )


def _kept(two: pd.DataFrame) -> list[str]:
    wanted = (CODE, "buurt_name", WIJK, STADSDEEL, "gemeente_code", "gemeente_name", "year")
    return [name for name in wanted if name in two]


def _aliases(groups: list[str]) -> dict[str, str]:
    translate = QCoreApplication.translate
    result = {
        "area_class": translate("WijkMix", "Class of area"),
        STADSDEEL: translate("WijkMix", "Stadsdeel"),
        "moran_cluster": translate("WijkMix", "Local Moran cluster of the change"),
        "moran_group": translate("WijkMix", "Group of the cluster"),
        "before": translate("WijkMix", "First year"),
        "after": translate("WijkMix", "Second year"),
        "first": translate("WijkMix", "First year"),
        "second": translate("WijkMix", "Second year"),
        "share_before": translate("WijkMix", "Share in the first year (%)"),
        "share_after": translate("WijkMix", "Share in the second year (%)"),
        "change": translate("WijkMix", "Change"),
        "difference": translate("WijkMix", "Change"),
        "composition": translate("WijkMix", "Part that composition explains"),
        "unevenness": translate("WijkMix", "Part that unevenness explains"),
    }
    for prefix, text in (
        ("n_change", translate("WijkMix", "Change in dwellings: {group}")),
        ("share_change", translate("WijkMix", "Change of the share (points): {group}")),
        ("low", translate("WijkMix", "Lower end of that change: {group}")),
        ("high", translate("WijkMix", "Upper end of that change: {group}")),
    ):
        result.update({f"{prefix}_{group}": text.format(group=group) for group in groups})
    return result
