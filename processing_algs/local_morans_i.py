# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:local_morans_i`: clusters and outliers of any number, on any layer."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import GeometryError, MeasureError, TableError, Text
from . import styling
from .base import WijkMixAlgorithm, described, local, reason_parameter
from .labels import aliases

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from ..wijkmix_plugin.measures.neighbours import Neighbours

QUEEN, ROOK, NEAREST, WITHIN = range(4)
# Whole numbers by which CBS marks a missing figure. Other large negative numbers may be real here.
CBS_CODES = (-99995, -99997, -99999, -99999999)


class LocalMoransI(WijkMixAlgorithm):
    """A field in; the same features with local Moran's I, p, q and cluster out."""

    NAME = "local_morans_i"
    INPUT = "INPUT"
    FIELD = "FIELD"
    BASE = "BASE"
    WITH_FIELD = "WITH_FIELD"
    NEIGHBOURS = "NEIGHBOURS"
    K = "K"
    DISTANCE = "DISTANCE"
    TOLERANCE = "TOLERANCE"
    JOIN_ISLANDS = "JOIN_ISLANDS"
    PERMUTATIONS = "PERMUTATIONS"
    P_VALUE = "P_VALUE"
    CORRECTION = "CORRECTION"
    ALPHA = "ALPHA"
    SEED = "SEED"
    OUTPUT = "OUTPUT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Local Moran clusters")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Shows where high values lie among high ones (HH), low among low (LL), and where a "
            "unit differs from its surroundings (HL, LH), as far as that is more than chance. "
            "The p-value comes from random draws of neighbours, and q corrects it for the number "
            "of units tested. Units without a value and units without neighbours are named, not "
            "tested, and count in nobody's surroundings.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.INPUT,
                    translate("WijkMix", "Units (polygons or points)"),
                    [QgsProcessing.SourceType.TypeVectorAnyGeometry],
                ),
                translate("WijkMix", "Any layer with a number per unit."),
            )
        )
        for name, text, advice, optional in (
            (
                self.FIELD,
                translate("WijkMix", "Field"),
                translate("WijkMix", "The number to look at; with a base: the count of cases."),
                False,
            ),
            (
                self.BASE,
                translate("WijkMix", "Base: field with the total"),
                translate(
                    "WijkMix",
                    "Looks at the field as a part of this total, and takes into account that the "
                    "share of a small unit is less certain (empirical Bayes, Assuncao and Reis "
                    "1999).",
                ),
                True,
            ),
            (
                self.WITH_FIELD,
                translate("WijkMix", "Second field"),
                translate(
                    "WijkMix",
                    "Compares the field of each unit with this field of its neighbours "
                    "(bivariate).",
                ),
                True,
            ),
        ):
            field = QgsProcessingParameterField(
                name,
                text,
                parentLayerParameterName=self.INPUT,
                type=QgsProcessingParameterField.DataType.Numeric,
                optional=optional,
            )
            self.addParameter(described(field, advice, advanced=name == self.WITH_FIELD))
        self._add_neighbour_parameters()
        self._add_test_parameters()
        self.addParameter(reason_parameter())
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                self.OUTPUT, translate("WijkMix", "Local Moran clusters")
            )
        )
        for name, text in (
            ("GLOBAL_I", translate("WijkMix", "Global Moran's I")),
            ("GLOBAL_P", translate("WijkMix", "Global Moran's I: p-value (two-sided)")),
            ("N_USED", translate("WijkMix", "Units tested")),
            ("N_ISLANDS", translate("WijkMix", "Units without neighbours")),
            ("N_EXCLUDED", translate("WijkMix", "Units without a value")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, text))

    def _add_neighbour_parameters(self) -> None:
        translate = QCoreApplication.translate
        double = QgsProcessingParameterNumber.Type.Double
        integer = QgsProcessingParameterNumber.Type.Integer
        self.addParameter(
            described(
                QgsProcessingParameterEnum(
                    self.NEIGHBOURS,
                    translate("WijkMix", "Neighbours"),
                    [
                        translate("WijkMix", "Units that share a border or a corner (queen)"),
                        translate("WijkMix", "Units that share a border (rook)"),
                        translate("WijkMix", "The nearest K"),
                        translate("WijkMix", "Units within a distance"),
                    ],
                    defaultValue=QUEEN,
                ),
                translate("WijkMix", "Distances run between the centres of the units."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.K, translate("WijkMix", "K"), integer, 6, minValue=1
                ),
                translate("WijkMix", "For the nearest K: how many."),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.DISTANCE,
                    translate("WijkMix", "Distance in metres"),
                    double,
                    optional=True,
                    minValue=0,
                ),
                translate("WijkMix", "For units within a distance."),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.TOLERANCE,
                    translate("WijkMix", "Tolerance in metres"),
                    double,
                    0.0,
                    minValue=0,
                ),
                translate(
                    "WijkMix",
                    "Borders no further apart than this count as shared. Useful where borders "
                    "were simplified apart from each other, such as between gemeenten.",
                ),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterBoolean(
                    self.JOIN_ISLANDS,
                    translate("WijkMix", "Join islands to the nearest unit"),
                    defaultValue=False,
                ),
                translate("WijkMix", "Otherwise a unit without neighbours is not tested."),
                advanced=True,
            )
        )

    def _add_test_parameters(self) -> None:
        translate = QCoreApplication.translate
        double = QgsProcessingParameterNumber.Type.Double
        integer = QgsProcessingParameterNumber.Type.Integer
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.PERMUTATIONS,
                    translate("WijkMix", "Permutations"),
                    integer,
                    99_999,
                    minValue=1,
                    maxValue=2_000_000_000,
                ),
                translate(
                    "WijkMix",
                    "Random draws of neighbours. The log says how many units would get another "
                    "label with another seed, and when more draws are needed.",
                ),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterEnum(
                    self.P_VALUE,
                    translate("WijkMix", "p-value"),
                    [
                        translate("WijkMix", "Two-sided: unusually high or low surroundings"),
                        translate("WijkMix", "Directed: one tail, as GeoDa and esda report"),
                    ],
                    defaultValue=0,
                ),
                translate(
                    "WijkMix", "The two-sided p is twice the directed one; use it to conclude."
                ),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterEnum(
                    self.CORRECTION,
                    translate("WijkMix", "Correction for many tests"),
                    [
                        translate("WijkMix", "None: the label looks at p"),
                        translate("WijkMix", "False discovery rate: the label looks at q"),
                    ],
                    defaultValue=1,
                ),
                translate(
                    "WijkMix",
                    "Without correction one unit in twenty gets a label by chance alone "
                    "(Benjamini and Hochberg 1995).",
                ),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.ALPHA,
                    translate("WijkMix", "Significance level"),
                    double,
                    0.05,
                    minValue=0,
                    maxValue=1,
                ),
                translate("WijkMix", "A cluster is labelled when q (or p) is at most this."),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.SEED, translate("WijkMix", "Seed"), integer, 12_345, minValue=0
                ),
                translate("WijkMix", "The same seed gives the same result."),
                advanced=True,
            )
        )

    # -- what can be refused before the run

    def checkParameterValues(self, parameters: dict[str, Any], context: Any) -> tuple[bool, str]:
        # QGIS would only say that the value is incorrect.
        if self.parameterAsSource(parameters, self.INPUT, context) is not None:
            try:
                self._check_fields(parameters, context)
            except TableError as error:
                return False, local(error.text)
        return super().checkParameterValues(parameters, context)

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        self._check_fields(parameters, context)
        source = self.source(parameters, self.INPUT, context)
        kind = self.parameterAsEnum(parameters, self.NEIGHBOURS, context)
        polygons = QgsWkbTypes.geometryType(source.wkbType()) == Qgis.GeometryType.Polygon
        if kind in (QUEEN, ROOK) and not polygons:
            raise GeometryError(
                "Layer {name} holds no polygons, so there are no shared borders. Choose the "
                "nearest K or a distance.",
                "Laag {name} bevat geen vlakken, dus er zijn geen gedeelde grenzen. Kies de "
                "dichtstbijzijnde K of een afstand.",
                name=source.sourceName(),
            )
        k = self.parameterAsInt(parameters, self.K, context)
        count = source.featureCount()
        if kind == NEAREST and 0 <= count <= k:
            raise GeometryError(
                "{k} nearest neighbours were asked, and layer {name} has {n} units. Choose K below "
                "{n}.",
                "Er zijn {k} dichtstbijzijnde buren gevraagd, en laag {name} heeft {n} eenheden. "
                "Kies K kleiner dan {n}.",
                k=k,
                name=source.sourceName(),
                n=count,
            )
        distance = self.parameterAsDouble(parameters, self.DISTANCE, context)
        if kind == WITHIN and not (parameters.get(self.DISTANCE) is not None and distance > 0):
            raise GeometryError(
                "Neighbours within a distance need the distance (DISTANCE), in metres, above 0.",
                "Buren binnen een afstand vragen de afstand (DISTANCE), in meters, boven 0.",
            )
        tolerance = self.parameterAsDouble(parameters, self.TOLERANCE, context)
        if kind in (NEAREST, WITHIN) or tolerance > 0:
            qgis_io.check_crs(source)
            # Feet are converted, and the nearest are the nearest in (web) Mercator too.
            crs = source.sourceCrs()
            if crs.isGeographic() or (kind != NEAREST and qgis_io.is_mercator(crs)):
                raise GeometryError(
                    "Layer {name} is not in metres ({crs}), so a distance in metres means nothing "
                    "there. Reproject it first (in the Netherlands to RD New, EPSG:28992).",
                    "Laag {name} is niet in meters ({crs}), dus een afstand in meters zegt daar "
                    "niets. Zet hem eerst om (in Nederland naar RD New, EPSG:28992).",
                    name=source.sourceName(),
                    crs=source.sourceCrs().authid(),
                )

    def _check_fields(self, parameters: dict[str, Any], context: Any) -> None:
        source = self.source(parameters, self.INPUT, context)
        fields = source.fields()
        numeric = [field.name() for field in fields if field.isNumeric()]
        for name in (self.FIELD, self.BASE, self.WITH_FIELD):
            chosen = self.parameterAsString(parameters, name, context)
            if (chosen or name == self.FIELD) and chosen not in numeric:
                raise TableError(
                    "{parameter}: layer {layer} has no number field {name}. Its number fields are: "
                    "{fields}.",
                    "{parameter}: laag {layer} heeft geen getalveld {name}. De getalvelden zijn: "
                    "{fields}.",
                    parameter=self.parameterDefinition(name).description(),
                    layer=source.sourceName(),
                    name=chosen or "-",
                    fields=", ".join(numeric) or "-",
                )

    # -- the run

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        import numpy as np
        import pandas as pd

        from ..wijkmix_plugin.measures import local_moran

        source = self.source(parameters, self.INPUT, context)
        chosen = {
            name: self.parameterAsString(parameters, name, context)
            for name in (self.FIELD, self.BASE, self.WITH_FIELD)
        }
        frame = qgis_io.read(source, {c for c in chosen.values() if c}, feedback=feedback)
        features = self.features(parameters, self.INPUT, context, feedback)
        feedback.setProgress(10)
        shapes = frame.geometry.to_numpy()
        drawn = ~(frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
        columns = {
            name: self._numbers(frame[field].to_numpy(float), field, feedback)
            for name, field in chosen.items()
            if field
        }
        used = drawn & np.all([np.isfinite(column) for column in columns.values()], axis=0)
        if self.BASE in columns:
            # Without population there is no rate, so such a unit is nobody's neighbour either.
            used &= (columns[self.BASE] != 0) | (columns[self.FIELD] != 0)
        near = self._neighbours(
            parameters, context, shapes, used, source, cancelled=feedback.isCanceled
        )
        self._describe(near, used, drawn, feedback)
        feedback.setProgress(20)
        sides = self.parameterAsEnum(parameters, self.P_VALUE, context)
        correction = self.parameterAsEnum(parameters, self.CORRECTION, context)
        try:
            result = local_moran.local_moran(
                np.where(used, columns[self.FIELD], np.nan),
                near,
                base=columns.get(self.BASE),
                with_values=columns.get(self.WITH_FIELD),
                permutations=self.parameterAsInt(parameters, self.PERMUTATIONS, context),
                p_value=("two-sided", "directed")[sides],
                correction=("none", "fdr")[correction],
                alpha=self.parameterAsDouble(parameters, self.ALPHA, context),
                seed=self.parameterAsInt(parameters, self.SEED, context),
                progress=lambda done: feedback.setProgress(20 + 0.6 * done),
                cancelled=feedback.isCanceled,
            )
        except MeasureError as error:
            raise MeasureError(
                "Layer {layer}, {fields}: {problem}",
                "Laag {layer}, {fields}: {problem}",
                layer=source.sourceName(),
                fields=", ".join(
                    f"{self.parameterDefinition(name).description()} {field}"
                    for name, field in chosen.items()
                    if field
                ),
                problem=error.text,
            ) from error
        for text in result.notes:
            self.note(feedback, text, warning=text in result.warnings)
        names = {**aliases(), **_aliases()}
        beside = pd.DataFrame(
            {
                "moran_i": result.i,
                "moran_lag": result.lag,
                "moran_p": result.p,
                "moran_q": result.q,
                "moran_cluster": result.cluster,
                "n_neighbours": np.where(result.cluster == "nodata", np.nan, result.n_neighbours),
            }
        )
        origin = self.record(self._origin(parameters, context, source, result), parameters, context)
        destination = self.save_beside(
            parameters, context, feedback, self.OUTPUT, source, features, beside
        )
        look = styling.PostProcessor(
            styling.moran_cluster("moran_cluster"),
            origin,
            aliases=names,
            counts=True,
        )
        label = QCoreApplication.translate("WijkMix", "Local Moran clusters: {field}")
        styling.load(context, destination, "", [(label.format(field=chosen[self.FIELD]), 0, look)])
        overall = result.overall
        return {
            self.OUTPUT: destination,
            "GLOBAL_I": overall.i,
            # A number output holds no NULL, and NaN would be read as a number.
            **({"GLOBAL_P": overall.p} if overall.p == overall.p else {}),
            "N_USED": result.n_used,
            "N_ISLANDS": result.n_islands,
            "N_EXCLUDED": result.n_excluded,
        }

    def _numbers(self, values: np.ndarray, field: str, feedback: Any) -> np.ndarray:
        import numpy as np

        coded = np.isin(values, CBS_CODES)
        if coded.any():
            self.note(
                feedback,
                Text(
                    "Field {field}: {n} units hold a CBS code for a missing figure (such as "
                    "{code:.0f}) and are left out.",
                    "Veld {field}: {n} eenheden hebben een CBS-code voor een ontbrekend cijfer "
                    "(zoals {code:.0f}) en doen niet mee.",
                ).format(field=field, n=int(coded.sum()), code=values[coded][0]),
                warning=True,
            )
        return np.where(coded, np.nan, values)

    def _neighbours(
        self,
        parameters: dict[str, Any],
        context: Any,
        shapes: np.ndarray,
        used: np.ndarray,
        source: Any,
        *,
        cancelled: Callable[[], bool],
    ) -> Neighbours:
        from qgis.core import QgsUnitTypes

        from ..wijkmix_plugin.measures import neighbours

        metre = QgsUnitTypes.fromUnitToUnitFactor(
            Qgis.DistanceUnit.Meters, source.sourceCrs().mapUnits()
        )
        return neighbours.find(
            shapes,
            neighbours.KINDS[self.parameterAsEnum(parameters, self.NEIGHBOURS, context)],
            k=self.parameterAsInt(parameters, self.K, context),
            distance=self.parameterAsDouble(parameters, self.DISTANCE, context) * metre,
            tolerance=self.parameterAsDouble(parameters, self.TOLERANCE, context) * metre,
            join=self.parameterAsBoolean(parameters, self.JOIN_ISLANDS, context),
            mask=used,
            cancelled=cancelled,
        )

    def _describe(
        self, near: Neighbours, used: np.ndarray, drawn: np.ndarray, feedback: Any
    ) -> None:
        """Tell how the units hang together."""
        import numpy as np

        if not drawn.all():
            self.note(
                feedback,
                Text(
                    "{n} units have no geometry and are left out.",
                    "{n} eenheden hebben geen geometrie en doen niet mee.",
                ).format(n=int((~drawn).sum())),
                warning=True,
            )
        if not used.any():
            return
        k = near.n_neighbours[used]
        parts = len(np.unique(near.components()[used]))
        self.note(
            feedback,
            Text(
                "{n} units with {mean:.1f} neighbours on average (at most {most}); {islands} "
                "without neighbours; {parts} connected parts.",
                "{n} eenheden met gemiddeld {mean:.1f} buren (hoogstens {most}); {islands} zonder "
                "buren; {parts} samenhangende delen.",
            ).format(
                n=int(used.sum()),
                mean=float(k.mean()),
                most=int(k.max()),
                islands=int((k == 0).sum()),
                parts=parts,
            ),
        )

    def _origin(
        self, parameters: dict[str, Any], context: Any, source: Any, result: Any
    ) -> dict[str, Any]:
        """Return where the numbers come from, for the layer's properties."""
        from ..wijkmix_plugin.measures.neighbours import KINDS
        from ..wijkmix_plugin.scan import versions

        return {
            "title": "WijkMix local Moran",
            "source": source.sourceName(),
            "date": datetime.date.today().isoformat(),
            "parameters": {
                "field": self.parameterAsString(parameters, self.FIELD, context),
                "base": self.parameterAsString(parameters, self.BASE, context) or None,
                "with_field": self.parameterAsString(parameters, self.WITH_FIELD, context) or None,
                "neighbours": KINDS[self.parameterAsEnum(parameters, self.NEIGHBOURS, context)],
                "k": self.parameterAsInt(parameters, self.K, context),
                "distance": self.parameterAsDouble(parameters, self.DISTANCE, context),
                "tolerance": self.parameterAsDouble(parameters, self.TOLERANCE, context),
                "join_islands": self.parameterAsBoolean(parameters, self.JOIN_ISLANDS, context),
                "p_value": self.parameterAsEnum(parameters, self.P_VALUE, context),
                "correction": self.parameterAsEnum(parameters, self.CORRECTION, context),
            },
            "seed": result.seed,
            "permutations": result.permutations,
            "alpha": result.alpha,
            "moran": {
                "n_used": result.n_used,
                "n_islands": result.n_islands,
                "n_excluded": result.n_excluded,
                "global_i": result.overall.i,
                "notes": [{"en": text.en, "nl": text.nl} for text in result.notes],
            },
            "versions": versions(),
        }


def _aliases() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "moran_i": translate("WijkMix", "Local Moran's I"),
        "moran_lag": translate("WijkMix", "Mean of the neighbours (standard deviations)"),
        "moran_p": translate("WijkMix", "p-value"),
        "moran_q": translate("WijkMix", "q-value (FDR)"),
        "moran_cluster": translate("WijkMix", "Local Moran cluster"),
    }
