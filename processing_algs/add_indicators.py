# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:add_indicators`: land, dwellings, plans and scores of one's own to figures per buurt."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import Cancelled, GeometryError, TableError, Text
from . import dwelling_rows, styling
from .base import WijkMixAlgorithm, described, local
from .labels import aliases

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from ..wijkmix_plugin.tables.added import Added


class AddIndicators(WijkMixAlgorithm):
    """Buurten and layers of the user in; the same buurten with indicators of the catalogue out."""

    NAME = "add_indicators"
    INPUT = "INPUT"
    LAND = "LAND"
    OWNER_FIELD = "OWNER_FIELD"
    OWNER_MAP = "OWNER_MAP"
    LAND_DATE = "LAND_DATE"
    LAND_AREA = "LAND_AREA"
    LAND_KNOWN = "LAND_KNOWN"
    DWELLINGS = "DWELLINGS"
    BUILD_YEAR = "BUILD_YEAR"
    LABEL = "LABEL"
    MIN_DWELLINGS = "MIN_DWELLINGS"
    PLANS = "PLANS"
    PLAN_DWELLINGS = "PLAN_DWELLINGS"
    PLAN_STATUS = "PLAN_STATUS"
    PLAN_COUNTED = "PLAN_COUNTED"
    LEEFBAAROMETER = "LEEFBAAROMETER"
    LBM_CODE = "LBM_CODE"
    LBM_SCORES = "LBM_SCORES"
    LBM_VERSION = "LBM_VERSION"
    LBM_YEAR = "LBM_YEAR"
    OUTPUT = "OUTPUT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Add indicators from own data")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Makes, from layers of your own, the indicators that CBS data do not hold and that the "
            "flags ask for: who owns the land (owner_public, owner_market), early post-war "
            "dwellings and poor energy labels (share_earlypostwar, share_poor_label), and building "
            "capacity (free_capacity). Scores of the Leefbaarometer can be put beside them. Every "
            "layer is optional. The output is your layer with these fields added; scan it next. "
            "Where a figure cannot be given the field is empty, and a field with _note says why. "
            "What is an assumption is called so, here and in the log.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        vector = [QgsProcessing.SourceType.TypeVector]
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.INPUT, translate("WijkMix", "Buurten"), vector
                ),
                translate(
                    "WijkMix",
                    "CBS buurten as published, as prepared, or with a scan. For the Leefbaarometer "
                    "alone a table will do.",
                ),
            )
        )
        self._add_land()
        self._add_dwellings()
        self._add_plans()
        self._add_leefbaarometer()
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                self.OUTPUT, translate("WijkMix", "Buurten with own indicators")
            )
        )
        for name, text in (
            ("N_LAND", translate("WijkMix", "Buurten with shares of land")),
            ("N_YEARS", translate("WijkMix", "Buurten with a share of early post-war dwellings")),
            ("N_LABELS", translate("WijkMix", "Buurten with a share of poor labels")),
            ("N_CAPACITY", translate("WijkMix", "Buurten with a building capacity")),
            ("N_SCORES", translate("WijkMix", "Buurten with scores of the Leefbaarometer")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, text))

    def _add_land(self) -> None:
        translate = QCoreApplication.translate
        self._add_layer(
            self.LAND,
            translate("WijkMix", "Land by owner (polygons or points)"),
            translate(
                "WijkMix",
                "For example parcels of the Kadaster (BRK) or the land register of the gemeente. "
                "Land that the layer does not have counts as of an unknown owner, water too.",
            ),
        )
        self._add_field(
            self.OWNER_FIELD,
            translate("WijkMix", "Class of owner (field)"),
            translate(
                "WijkMix",
                "Classes are gemeente, corporatie, markt, particulier, overig and onbekend. Take a "
                "field with a class, not with names of people.",
            ),
            self.LAND,
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.OWNER_MAP,
                    translate("WijkMix", "Owner values and their classes (JSON)"),
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    'For example {"Woonstad": "corporatie", "BV": "markt", "": "onbekend"}. Common '
                    "Dutch words are known (woningcorporatie, projectontwikkelaar, Gemeente X, "
                    "waterschap). A value without a class counts as unknown and is named in the "
                    "log.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterDateTime(
                    self.LAND_DATE,
                    translate("WijkMix", "Date of the land data"),
                    QgsProcessingParameterDateTime.Type.Date,
                    optional=True,
                ),
                translate("WijkMix", "Land changes hands; the date stands with the result."),
            )
        )
        self._add_field(
            self.LAND_AREA,
            translate("WijkMix", "Area in square metres (field, for points)"),
            translate(
                "WijkMix",
                "Needed where land is given as points. All of it counts in the buurt of the point "
                "(assumption).",
            ),
            self.LAND,
            advanced=True,
        )
        self._add_number(
            self.LAND_KNOWN,
            translate("WijkMix", "Least land with a known owner (%)"),
            translate(
                "WijkMix",
                "Of the area of the buurt. With less there is no share. The limit is an "
                "assumption.",
            ),
            90,
            0,
            100,
        )

    def _add_dwellings(self) -> None:
        translate = QCoreApplication.translate
        self._add_layer(
            self.DWELLINGS,
            translate("WijkMix", "Dwellings with build year or label (points)"),
            translate(
                "WijkMix",
                "For example BAG verblijfsobjecten that are dwellings (woonfunctie), with the "
                "bouwjaar of their pand and the label of EP-Online. One row per dwelling.",
            ),
        )
        self._add_field(
            self.BUILD_YEAR,
            translate("WijkMix", "Build year (field)"),
            translate(
                "WijkMix",
                "Gives the share of 1945 to 1975, both included, of dwellings of a known year. 0, "
                "1005 and 9999 are unknown.",
            ),
            self.DWELLINGS,
        )
        self._add_field(
            self.LABEL,
            translate("WijkMix", "Energy label (field)"),
            translate(
                "WijkMix",
                "Gives the share of E, F and G of dwellings with a label, A++++ to G.",
            ),
            self.DWELLINGS,
        )
        self._add_number(
            self.MIN_DWELLINGS,
            translate("WijkMix", "Fewest known dwellings for a share"),
            translate("WijkMix", "Buurten with fewer get no share."),
            10,
            1,
        )

    def _add_plans(self) -> None:
        translate = QCoreApplication.translate
        self._add_layer(
            self.PLANS,
            translate("WijkMix", "Plan inventory (polygons or points)"),
            translate(
                "WijkMix",
                "Plans with their number of dwellings. A plan that lies in several buurten is "
                "divided by area (assumption). A buurt without a plan has a capacity of 0, in a "
                "gemeente that has a plan; in another gemeente it is unknown (assumption).",
            ),
        )
        self._add_field(
            self.PLAN_DWELLINGS,
            translate("WijkMix", "Dwellings in the plan (field)"),
            translate("WijkMix", "Where it is empty, the capacity of the buurt is unknown."),
            self.PLANS,
        )
        self._add_field(
            self.PLAN_STATUS,
            translate("WijkMix", "Status of the plan (field)"),
            translate("WijkMix", "Without it every plan counts."),
            self.PLANS,
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.PLAN_COUNTED,
                    translate("WijkMix", "Statuses that count (comma-separated)"),
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Empty: all but those that say built, being built or withdrawn (gerealiseerd, "
                    "opgeleverd, in aanbouw, vervallen, ingetrokken and the like; assumption). The "
                    "log tells what was counted.",
                ),
                advanced=True,
            )
        )

    def _add_leefbaarometer(self) -> None:
        translate = QCoreApplication.translate
        self._add_layer(
            self.LEEFBAAROMETER,
            translate("WijkMix", "Leefbaarometer per buurt (table or layer)"),
            translate(
                "WijkMix",
                "Scores are put beside the buurten and make no flag by themselves. The total holds "
                "figures on the housing stock: a rule on tenure that rests on it partly measures "
                "itself.",
            ),
        )
        self._add_field(
            self.LBM_CODE,
            translate("WijkMix", "Code of the buurt in the Leefbaarometer (field)"),
            translate("WijkMix", "Of the same year of buurten as the layer."),
            self.LEEFBAAROMETER,
        )
        self._add_field(
            self.LBM_SCORES,
            translate("WijkMix", "Scores to add (fields)"),
            translate("WijkMix", "Each keeps its own name, behind lbm and the year: lbm2022_fys."),
            self.LEEFBAAROMETER,
            several=True,
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.LBM_VERSION,
                    translate("WijkMix", "Version of the Leefbaarometer"),
                    optional=True,
                ),
                translate("WijkMix", "For example 3.0. Versions cannot be compared."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.LBM_YEAR,
                    translate("WijkMix", "Year of the Leefbaarometer"),
                    optional=True,
                    minValue=2000,
                    maxValue=2100,
                ),
                translate("WijkMix", "The year that the scores are of, not that of publication."),
            )
        )

    def _add_layer(self, name: str, text: str, advice: str) -> None:
        vector = [QgsProcessing.SourceType.TypeVector]
        layer = QgsProcessingParameterFeatureSource(name, text, vector, optional=True)
        self.addParameter(described(layer, advice))

    def _add_field(
        self,
        name: str,
        text: str,
        advice: str,
        layer: str,
        *,
        several: bool = False,
        advanced: bool = False,
    ) -> None:
        field = QgsProcessingParameterField(
            name,
            text,
            parentLayerParameterName=layer,
            allowMultiple=several,
            optional=True,
        )
        self.addParameter(described(field, advice, advanced=advanced))

    def _add_number(
        self, name: str, text: str, advice: str, default: int, low: int, high: int | None = None
    ) -> None:
        limits = {"minValue": low} | ({} if high is None else {"maxValue": high})
        number = QgsProcessingParameterNumber(name, text, defaultValue=default, **limits)
        self.addParameter(described(number, advice, advanced=True))

    # -- what can be refused before the run

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        from ..wijkmix_plugin.tables import land, plans

        buurten = self.source(parameters, self.INPUT, context)
        given = [name for name in self._needs() if self._is_given(parameters, name)]
        if not given:
            raise TableError(
                "No layer of your own is given, so there is nothing to add. Choose land, "
                "dwellings, plans or the Leefbaarometer.",
                "Er is geen eigen laag gegeven, dus er valt niets toe te voegen. Kies grond, "
                "woningen, plannen of de Leefbaarometer.",
            )
        for name in given:
            self._check_layer(parameters, name, context)
        if set(given) - {self.LEEFBAAROMETER}:
            if QgsWkbTypes.geometryType(buurten.wkbType()) != Qgis.GeometryType.Polygon:
                raise GeometryError(
                    "Layer {name} holds no polygons, so nothing lies in its buurten. Choose the "
                    "buurten as polygons.",
                    "Laag {name} bevat geen vlakken, dus er ligt niets in de buurten. Kies de "
                    "buurten als vlakken.",
                    name=buurten.sourceName(),
                )
            qgis_io.check_crs(buurten)
        if self.LEEFBAAROMETER in given and "buurt_code" not in self._roles(buurten):
            raise TableError(
                "Layer {layer} has no field with buurt codes that is recognised. Run Prepare "
                "buurten on it first. Its fields are: {fields}.",
                "Laag {layer} heeft geen veld met buurtcodes dat wordt herkend. Voer er eerst "
                "Buurten voorbereiden op uit. De velden zijn: {fields}.",
                layer=buurten.sourceName(),
                fields=", ".join(buurten.fields().names()),
            )
        land.read_map(self.parameterAsString(parameters, self.OWNER_MAP, context))
        counted = self.parameterAsString(parameters, self.PLAN_COUNTED, context)
        status = self.parameterAsString(parameters, self.PLAN_STATUS, context)
        if plans.read_statuses(counted) and not status and self.PLANS in given:
            raise TableError(
                "The statuses that count are given ({counted}), but not which field of the plans "
                "holds the status. Choose the field.",
                "De statussen die meetellen zijn gegeven ({counted}), maar niet in welk veld van "
                "de plannen de status staat. Kies het veld.",
                counted=counted,
            )

    def _needs(self) -> dict[str, tuple[tuple[str, ...], bool]]:
        """Return layer -> the parameters that it needs, and whether all of them or one."""
        return {
            self.LAND: ((self.OWNER_FIELD,), True),
            self.DWELLINGS: ((self.BUILD_YEAR, self.LABEL), False),
            self.PLANS: ((self.PLAN_DWELLINGS,), True),
            self.LEEFBAAROMETER: (
                (self.LBM_CODE, self.LBM_SCORES, self.LBM_VERSION, self.LBM_YEAR),
                True,
            ),
        }

    def _is_given(self, parameters: dict[str, Any], name: str) -> bool:
        return parameters.get(name) not in (None, "", [])

    def _check_layer(self, parameters: dict[str, Any], name: str, context: Any) -> None:
        from ..wijkmix_plugin.tables.dwellings import person_columns

        source = self.source(parameters, name, context)
        needed, every = self._needs()[name]
        absent = [n for n in needed if not self._is_given(parameters, n)]
        if absent if every else len(absent) == len(needed):
            raise TableError(
                "Layer {layer} is given, but not: {absent}. Fill in.",
                "Laag {layer} is gegeven, maar niet: {absent}. Vul dat in.",
                layer=source.sourceName(),
                absent="; ".join(self.parameterDefinition(n).description() for n in absent),
            )
        for definition in self.parameterDefinitions():
            if (
                not isinstance(definition, QgsProcessingParameterField)
                or definition.parentLayerParameterName() != name
            ):
                continue
            for field in self._fields(parameters, definition.name(), context):
                if source.fields().lookupField(field) < 0:
                    raise TableError(
                        "Layer {layer} has no field {field}. Its fields are: {fields}.",
                        "Laag {layer} heeft geen veld {field}. De velden zijn: {fields}.",
                        layer=source.sourceName(),
                        field=field,
                        fields=", ".join(source.fields().names()),
                    )
                if person_columns([field], areas=name == self.LEEFBAAROMETER):
                    raise TableError(
                        "Field {name} is about a person, and is not read. Choose a field with a "
                        "class.",
                        "Veld {name} gaat over een persoon en wordt niet gelezen. Kies een veld "
                        "met een klasse.",
                        name=field,
                    )
        if name == self.LEEFBAAROMETER:
            return
        kind = QgsWkbTypes.geometryType(source.wkbType())
        fits = {Qgis.GeometryType.Point, Qgis.GeometryType.Polygon}
        if kind not in fits:
            raise GeometryError(
                "Layer {layer} holds no points or polygons, so it cannot be placed in buurten.",
                "Laag {layer} bevat geen punten of vlakken, dus ze is niet in buurten te plaatsen.",
                layer=source.sourceName(),
            )
        qgis_io.check_crs(source)
        if (
            name == self.LAND
            and kind == Qgis.GeometryType.Point
            and not self._is_given(parameters, self.LAND_AREA)
        ):
            raise TableError(
                "Layer {layer} holds points, which have no area. Choose the field with the square "
                "metres of each, or a layer of polygons.",
                "Laag {layer} bevat punten, en die hebben geen oppervlakte. Kies het veld met de "
                "vierkante meters van elk, of een laag met vlakken.",
                layer=source.sourceName(),
            )

    def _fields(self, parameters: dict[str, Any], name: str, context: Any) -> list[str]:
        return [f for f in self.parameterAsStrings(parameters, name, context) if f]

    def _field(self, parameters: dict[str, Any], name: str, context: Any) -> str | None:
        return next(iter(self._fields(parameters, name, context)), None)

    def _roles(self, buurten: Any) -> dict[str, str]:
        from ..wijkmix_plugin.tables.columns import detect

        return detect(buurten.fields().names()).columns

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        # Here and not in the run: a layer of the project may only be asked in the main thread.
        layer = self.parameterAsVectorLayer(parameters, self.INPUT, context)
        self._origin = qgis_io.origin(layer) or {}
        self._behind = {
            name: self.behind(parameters, name, context)
            for name in (self.INPUT, self.LAND, self.DWELLINGS, self.PLANS, self.LEEFBAAROMETER)
        }
        return True

    # -- the run

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        import pandas as pd

        from ..wijkmix_plugin import scan
        from ..wijkmix_plugin.tables.added import OWN_DATA

        buurten = self.source(parameters, self.INPUT, context)
        roles = self._roles(buurten)
        wanted = [roles[r] for r in ("buurt_code", "gemeente_code") if r in roles]
        crs = qgis_io.metric_crs(buurten)
        drawn = buurten.wkbType() != QgsWkbTypes.Type.NoGeometry
        frame = qgis_io.read(
            buurten,
            wanted,
            geometry=drawn,
            crs=crs if drawn else None,
            transform_context=context.transformContext(),
            feedback=feedback,
        )
        features = self.features(parameters, self.INPUT, context, feedback)
        qgis_io.check_read(self._behind[self.INPUT], parameters[self.INPUT], len(frame))
        if "buurt_code" in roles:
            _check_codes(frame[roles["buurt_code"]], buurten)
        areas = frame["geometry"].to_numpy() if drawn else None
        made: dict[str, Added] = {}
        steps = {
            self.LAND: lambda: self._land(parameters, context, feedback, areas, crs),
            self.DWELLINGS: lambda: self._dwellings(parameters, context, feedback, areas, crs),
            self.PLANS: lambda: self._plans(
                parameters,
                context,
                feedback,
                areas,
                crs,
                frame[roles["gemeente_code"]] if "gemeente_code" in roles else None,
            ),
            self.LEEFBAAROMETER: lambda: self._scores(
                parameters, context, feedback, frame[roles["buurt_code"]]
            ),
        }
        for name, step in steps.items():
            if self._is_given(parameters, name):
                made[name] = step()
                if feedback.isCanceled():
                    raise Cancelled
        columns = pd.concat([found.frame for found in made.values()], axis=1)
        for name in columns:
            if name.endswith("_note"):
                columns[name] = [None if t is None else local(t) for t in columns[name]]
        for found in made.values():
            for item in found.notes:
                self.note(feedback, item.text, warning=item.severity == "warning")
            for text in found.record:
                if text not in [item.text for item in found.notes]:
                    self.note(feedback, text)
        self._tell_of_input(feedback, buurten, columns)
        labels = {**aliases(), **_own_labels(columns)}
        record = {name: [t._asdict() for t in found.record] for name, found in made.items()}
        before = self._origin.get(OWN_DATA)
        provenance = {
            **self._origin,
            "title": "WijkMix own indicators",
            "source": buurten.sourceName(),
            "date": datetime.date.today().isoformat(),
            OWN_DATA: {**(before if isinstance(before, dict) else {}), **record},
            "versions": scan.versions(),
            "crs": buurten.sourceCrs().authid(),
        }
        self.record(provenance, parameters, context)
        results = {
            self.OUTPUT: self.save_beside(
                parameters, context, feedback, self.OUTPUT, buurten, features, columns
            )
        }
        look = styling.PostProcessor(styling.plain, provenance, aliases=labels)
        title = self.parameterDefinition(self.OUTPUT).description()
        styling.load(context, results[self.OUTPUT], "", [(title, 0, look)])
        return {**results, **_numbers(columns)}

    def _read(
        self,
        parameters: dict[str, Any],
        name: str,
        context: Any,
        feedback: Any,
        fields: list[str | None],
        crs: Any = None,
    ) -> pd.DataFrame:
        """Read the fields that are chosen, and the shapes where a system is given."""
        source = self.source(parameters, name, context)
        frame = qgis_io.read(
            source,
            dict.fromkeys(f for f in fields if f),
            geometry=crs is not None,
            crs=crs,
            transform_context=context.transformContext(),
            feedback=feedback,
        )
        qgis_io.check_read(self._behind[name], parameters[name], len(frame))
        if not len(frame):
            raise TableError(
                "Layer {layer} is empty.", "Laag {layer} is leeg.", layer=source.sourceName()
            )
        return frame

    def _land(
        self, parameters: dict[str, Any], context: Any, feedback: Any, areas: Any, crs: Any
    ) -> Added:
        from ..wijkmix_plugin.tables import land

        owner = self._field(parameters, self.OWNER_FIELD, context)
        size = self._field(parameters, self.LAND_AREA, context)
        frame = self._read(parameters, self.LAND, context, feedback, [owner, size], crs)
        when = self.parameterAsDateTime(parameters, self.LAND_DATE, context)
        if not when.isValid():
            self.note(
                feedback,
                Text(
                    "The date of the land data is not given, so nobody can tell how old they are.",
                    "De datum van de grondgegevens is niet opgegeven; hoe oud ze zijn, is dus niet "
                    "te zien.",
                ),
                warning=True,
            )
        return land.shares(
            areas,
            frame["geometry"].to_numpy(),
            frame[owner],
            land.read_map(self.parameterAsString(parameters, self.OWNER_MAP, context)),
            layer=self.source(parameters, self.LAND, context).sourceName(),
            date=when.toString("yyyy-MM-dd") if when.isValid() else None,
            sizes=frame[size] if size else None,
            least_known=self.parameterAsDouble(parameters, self.LAND_KNOWN, context),
            check=lambda: _stop(feedback),
        )

    def _dwellings(
        self, parameters: dict[str, Any], context: Any, feedback: Any, areas: Any, crs: Any
    ) -> Added:
        import numpy as np

        from ..wijkmix_plugin.tables.added import no_overlap
        from ..wijkmix_plugin.tables.building_stock import BuildingStock
        from ..wijkmix_plugin.tables.points_in_areas import PointsInAreas, cells_for

        source = self.source(parameters, self.DWELLINGS, context)
        year = self._field(parameters, self.BUILD_YEAR, context)
        label = self._field(parameters, self.LABEL, context)
        finder = PointsInAreas(areas, cells=cells_for(source.featureCount()))
        stock = BuildingStock(len(areas))
        rows = dwelling_rows.Rows(
            self._behind[self.DWELLINGS],
            parameters[self.DWELLINGS],
            source,
            list(dict.fromkeys(f for f in (year, label) if f)),
            True,
            crs,
            context.transformContext(),
            feedback,
        )
        x, y = np.zeros(0), np.zeros(0)
        for columns, x, y in dwelling_rows.chunks(rows):
            stock.add(
                finder.find(x, y, check=lambda: _stop(feedback)),
                columns[year] if year else None,
                columns[label] if label else None,
            )
        if not stock.inside:
            raise no_overlap(source.sourceName(), x, y)
        return stock.result(
            layer=source.sourceName(),
            minimum=self.parameterAsInt(parameters, self.MIN_DWELLINGS, context),
        )

    def _plans(
        self,
        parameters: dict[str, Any],
        context: Any,
        feedback: Any,
        areas: np.ndarray,
        crs: Any,
        gemeenten: pd.Series | None,
    ) -> Added:
        from ..wijkmix_plugin.tables import plans

        amount = self._field(parameters, self.PLAN_DWELLINGS, context)
        status = self._field(parameters, self.PLAN_STATUS, context)
        frame = self._read(parameters, self.PLANS, context, feedback, [amount, status], crs)
        return plans.capacity(
            areas,
            frame["geometry"].to_numpy(),
            frame[amount],
            layer=self.source(parameters, self.PLANS, context).sourceName(),
            statuses=frame[status] if status else None,
            counted=plans.read_statuses(
                self.parameterAsString(parameters, self.PLAN_COUNTED, context)
            ),
            gemeenten=gemeenten,
            check=lambda: _stop(feedback),
        )

    def _scores(
        self, parameters: dict[str, Any], context: Any, feedback: Any, codes: pd.Series
    ) -> Added:
        from ..wijkmix_plugin.tables import liveability

        code = self._field(parameters, self.LBM_CODE, context) or ""
        fields = self._fields(parameters, self.LBM_SCORES, context)
        table = self._read(parameters, self.LEEFBAAROMETER, context, feedback, [code, *fields])
        return liveability.scores(
            codes,
            table,
            code,
            fields,
            layer=self.source(parameters, self.LEEFBAAROMETER, context).sourceName(),
            version=self.parameterAsString(parameters, self.LBM_VERSION, context).strip(),
            year=self.parameterAsInt(parameters, self.LBM_YEAR, context),
        )

    def _tell_of_input(self, feedback: Any, buurten: Any, columns: pd.DataFrame) -> None:
        """Say what of the input is replaced, and what of it does not know the new figures."""
        fields = buurten.fields().names()
        gone = [name for name in fields if name in columns]
        if gone:
            self.note(
                feedback,
                Text(
                    "Fields of the layer that these figures replace: {names}.",
                    "Velden van de laag die door deze cijfers worden vervangen: {names}.",
                ).format(names=", ".join(gone)),
            )
        if any(name.startswith("flag_") for name in fields):
            self.note(
                feedback,
                Text(
                    "The layer has flags, which were made without these figures. Scan the output, "
                    "or run Candidate flags on it, to make them again.",
                    "De laag heeft vlaggen, en die zijn zonder deze cijfers gemaakt. Scan de "
                    "uitvoer, of voer er Vlaggen voor kandidaten op uit, om ze opnieuw te maken.",
                ),
                warning=True,
            )


def _check_codes(column: pd.Series, buurten: Any) -> None:
    """Refuse buurten that occur twice: of half a buurt, no share means anything."""
    import pandas as pd

    from ..wijkmix_plugin.errors import listed
    from ..wijkmix_plugin.tables.values import text

    codes = pd.Series(text(column), dtype=object).dropna()
    twice = codes[codes.duplicated()].unique()
    if len(twice):
        raise TableError(
            "{n} buurt codes occur more than once in layer {layer}: {codes}. Dissolve the buurten "
            "by their code first.",
            "{n} buurtcodes komen meer dan eens voor in laag {layer}: {codes}. Voeg de buurten "
            "eerst samen op hun code.",
            n=len(twice),
            layer=buurten.sourceName(),
            codes=listed(twice, 10),
        )


def _stop(feedback: Any) -> None:
    if feedback.isCanceled():
        raise Cancelled


def _numbers(columns: pd.DataFrame) -> dict[str, int]:
    """Return in how many buurten each figure is there; nothing of what was not asked."""
    of = {
        "N_LAND": "owner_public",
        "N_YEARS": "share_earlypostwar",
        "N_LABELS": "share_poor_label",
        "N_CAPACITY": "free_capacity",
        "N_SCORES": "lbm_version",
    }
    return {key: int(columns[name].notna().sum()) for key, name in of.items() if name in columns}


def _own_labels(columns: pd.DataFrame) -> dict[str, str]:
    """Return the aliases of what stands beside the indicators."""
    translate = QCoreApplication.translate
    names = {
        "land_unknown": translate("WijkMix", "Land of an unknown owner (%)"),
        "land_date": translate("WijkMix", "Date of the land data"),
        "land_note": translate("WijkMix", "Why there is no share of land"),
        "year_known": translate("WijkMix", "Dwellings with a known build year"),
        "year_unknown": translate("WijkMix", "Dwellings without a known build year"),
        "label_known": translate("WijkMix", "Dwellings with an energy label"),
        "label_unknown": translate("WijkMix", "Dwellings without an energy label"),
        "stock_note": translate("WijkMix", "Why there is no share of dwellings"),
        "plan_note": translate("WijkMix", "Why there is no building capacity"),
        "lbm_version": translate("WijkMix", "Version and year of the Leefbaarometer"),
    }
    for name in columns:
        if name.startswith("lbm") and name not in names:
            year, _, score = name.removeprefix("lbm").partition("_")
            names[name] = f"Leefbaarometer {year}: {score}"
    return names
