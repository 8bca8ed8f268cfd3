# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:aggregate_dwellings`: a list of dwellings to counts per area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import Cancelled, GeometryError, TableError, Text, WijkMixError
from . import dwelling_rows, styling
from .base import WijkMixAlgorithm, described, local
from .labels import aliases

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from ..wijkmix_plugin.tables.dwellings import Counted


class _Asked(NamedTuple):
    """What a run is asked: `shapes` and `names` are of the areas, `chosen` are fields by use."""

    source: Any
    areas: Any
    shapes: np.ndarray | None
    names: np.ndarray
    code: str | None
    chosen: dict[str, str]
    classes: dict[str, str]
    list_left: bool


class AggregateDwellings(WijkMixAlgorithm):
    """Points or codes in, dwellings per tenure and area out; nothing of persons, nothing small."""

    NAME = "aggregate_dwellings"
    DWELLINGS = "DWELLINGS"
    TENURE = "TENURE"
    TENURE_MAP = "TENURE_MAP"
    AREAS = "AREAS"
    AREA_CODE = "AREA_CODE"
    CODE = "CODE"
    DWELLING_ID = "DWELLING_ID"
    COMPLEX = "COMPLEX"
    ADDRESSES = "ADDRESSES"
    ADDRESS_CODE = "ADDRESS_CODE"
    MIN_DWELLINGS = "MIN_DWELLINGS"
    OUTPUT = "OUTPUT"
    UNMATCHED = "UNMATCHED"

    def __init__(self) -> None:
        super().__init__()
        self._stand_ins: dict[str, Any] = {}

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Count dwellings per area")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Counts your own list of dwellings per tenure and per buurt, block or own polygon. A "
            "dwelling is placed by its point, by the code of its area, or by the code of its BAG "
            "address where you give the addresses as well. What is not counted is listed with the "
            "reason. Only the fields that you choose are read: columns about persons are in no "
            "output. Areas with fewer dwellings than the minimum are not shown, nor what they "
            "could be worked out from.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        vector = [QgsProcessing.SourceType.TypeVector]
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.DWELLINGS, translate("WijkMix", "Dwellings (points or table)"), vector
                ),
                translate("WijkMix", "One row per dwelling."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterField(
                    self.TENURE,
                    translate("WijkMix", "Tenure (field)"),
                    parentLayerParameterName=self.DWELLINGS,
                ),
                translate("WijkMix", "The field that says who owns or lets the dwelling."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.TENURE_MAP,
                    translate("WijkMix", "Tenure values and their classes (JSON)"),
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    'For example {"KW": "koop", "SH": "corp", "PH": "overig", "": "unknown"}; "" '
                    "is an empty cell. A value without a class stops the run, and all of them are "
                    "listed.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.AREAS,
                    translate("WijkMix", "Areas (polygons, or a table of codes)"),
                    vector,
                ),
                translate("WijkMix", "Buurten, blocks or polygons of your own."),
            )
        )
        self._add_field(
            self.AREA_CODE,
            translate("WijkMix", "Code of the area (field)"),
            translate("WijkMix", "A code of its own for every area."),
            self.AREAS,
            optional=False,
        )
        self._add_field(
            self.CODE,
            translate("WijkMix", "Code in the list of dwellings (field)"),
            translate(
                "WijkMix",
                "The code of the area, or of the address where addresses are given. Empty: by "
                "point; for a table, the field with the name of the area's code.",
            ),
            self.DWELLINGS,
        )
        self._add_field(
            self.DWELLING_ID,
            translate("WijkMix", "Identifier of the dwelling (field)"),
            translate(
                "WijkMix",
                "For example the BAG verblijfsobject: a dwelling that occurs again counts once.",
            ),
            self.DWELLINGS,
        )
        self._add_field(
            self.COMPLEX,
            translate("WijkMix", "Complex (field)"),
            translate("WijkMix", "Complexes that lie in several areas are reported."),
            self.DWELLINGS,
        )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.ADDRESSES,
                    translate("WijkMix", "Addresses (points)"),
                    vector,
                    optional=True,
                ),
                translate(
                    "WijkMix", "For example BAG verblijfsobjecten, to place dwellings by code."
                ),
                advanced=True,
            )
        )
        self._add_field(
            self.ADDRESS_CODE,
            translate("WijkMix", "Code of the address (field)"),
            translate("WijkMix", "The field of the addresses that the code refers to."),
            self.ADDRESSES,
            advanced=True,
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.MIN_DWELLINGS,
                    translate("WijkMix", "Fewest dwellings that are shown"),
                    defaultValue=10,
                    minValue=1,
                ),
                translate("WijkMix", "Areas with fewer are left empty; 1 shows every area."),
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                self.OUTPUT, translate("WijkMix", "Dwellings per area")
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                self.UNMATCHED,
                translate("WijkMix", "Dwellings not counted"),
                QgsProcessing.SourceType.TypeVector,
                optional=True,
            )
        )
        self.addOutput(
            QgsProcessingOutputNumber("N_COUNTED", translate("WijkMix", "Dwellings counted"))
        )
        self.addOutput(
            QgsProcessingOutputNumber("N_UNMATCHED", translate("WijkMix", "Rows not counted"))
        )

    def _add_field(
        self,
        name: str,
        text: str,
        advice: str,
        layer: str,
        *,
        optional: bool = True,
        advanced: bool = False,
    ) -> None:
        field = QgsProcessingParameterField(
            name, text, parentLayerParameterName=layer, optional=optional
        )
        self.addParameter(described(field, advice, advanced=advanced))

    def checkParameterValues(self, parameters: dict[str, Any], context: Any) -> tuple[bool, str]:
        try:
            parameters = self._opened(parameters, context)
        except WijkMixError as error:
            return False, local(error.text)
        return super().checkParameterValues(parameters, context)

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        # Here and not in the run: a layer of the project may only be asked in the main thread.
        try:
            parameters = self._opened(parameters, context)
        except WijkMixError as error:
            raise QgsProcessingException(local(error.text)) from None
        self._behind = {
            name: self.behind(parameters, name, context)
            for name in (self.DWELLINGS, self.AREAS, self.ADDRESSES)
        }
        return True

    def processAlgorithm(
        self, parameters: dict[str, Any], context: Any, feedback: Any
    ) -> dict[str, Any]:
        return super().processAlgorithm({**parameters, **self._stand_ins}, context, feedback)

    def _opened(self, parameters: dict[str, Any], context: Any) -> dict[str, Any]:
        """Let a layer stand for a Parquet file that this QGIS cannot open."""
        self._stand_ins = {}
        for name in (self.DWELLINGS, self.ADDRESSES):
            path = qgis_io.parquet_path(parameters.get(name), context)
            if path is None:
                continue
            from ..wijkmix_plugin.tables import parquet_chunks

            found = parquet_chunks.contents(path)
            layer = qgis_io.parquet_layer(path, found.columns, found.shape, found.crs, found.bounds)
            self._stand_ins[name] = layer
        return {**parameters, **self._stand_ins}

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        from ..wijkmix_plugin.tables import dwellings

        dwellings.read_map(self.parameterAsString(parameters, self.TENURE_MAP, context))
        source = self.source(parameters, self.DWELLINGS, context)
        areas = self.source(parameters, self.AREAS, context)
        for name, layer in (
            (self.TENURE, source),
            (self.AREA_CODE, areas),
            (self.CODE, source),
            (self.DWELLING_ID, source),
            (self.COMPLEX, source),
        ):
            field = self.parameterAsString(parameters, name, context)
            if field and layer.fields().lookupField(field) < 0:
                raise _no_field(layer, field)
            if field and dwellings.person_columns([field], areas=layer is areas):
                raise TableError(
                    "Field {name} is about a person, and is not read. Choose a field about the "
                    "dwelling.",
                    "Veld {name} gaat over een persoon en wordt niet gelezen. Kies een veld over "
                    "de woning.",
                    name=field,
                )
        addresses = self.parameterAsSource(parameters, self.ADDRESSES, context)
        if addresses is not None:
            field = self.parameterAsString(parameters, self.ADDRESS_CODE, context)
            if not field or not self.parameterAsString(parameters, self.CODE, context):
                raise TableError(
                    "Addresses are given, but not which field holds their code, or which field of "
                    "the dwellings refers to it. Choose both fields.",
                    "Er zijn adressen gegeven, maar niet welk veld hun code bevat, of welk veld "
                    "van de woningen ernaar verwijst. Kies beide velden.",
                )
            if addresses.fields().lookupField(field) < 0:
                raise _no_field(addresses, field)
            self._check_drawn(addresses)
        if addresses is not None or self._code(parameters, context, source) is None:
            if addresses is None:
                self._check_drawn(source)
            self._check_drawn(areas)
            kind = QgsWkbTypes.geometryType(areas.wkbType())
            if kind != QgsWkbTypes.GeometryType.PolygonGeometry:
                raise GeometryError(
                    "Layer {name} holds no polygons, so no point lies in it. Choose polygons, or "
                    "give the field of the dwellings with the code of the area.",
                    "Laag {name} bevat geen vlakken, dus er ligt geen punt in. Kies vlakken, of "
                    "geef het veld van de woningen met de code van het gebied.",
                    name=areas.sourceName(),
                )

    def _check_drawn(self, source: Any) -> None:
        if source.wkbType() == QgsWkbTypes.Type.NoGeometry:
            raise GeometryError(
                "{name} is a table without places. Give the field with the code of the area, or a "
                "layer of points.",
                "{name} is een tabel zonder plaatsen. Geef het veld met de code van het gebied, of "
                "een laag met punten.",
                name=source.sourceName(),
            )
        qgis_io.check_crs(source)

    def _code(self, parameters: dict[str, Any], context: Any, source: Any) -> str | None:
        """Return the field with codes; None where points tell the place."""
        field = self.parameterAsString(parameters, self.CODE, context)
        if field:
            return field
        if source.wkbType() != QgsWkbTypes.Type.NoGeometry:
            return None
        field = self.parameterAsString(parameters, self.AREA_CODE, context)
        found = source.fields().lookupField(field)
        return source.fields().at(found).name() if found >= 0 else None

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        import pandas as pd

        from ..wijkmix_plugin.tables import dwellings
        from ..wijkmix_plugin.tables.roles import ROLE_OF_SPELLING

        source = self.source(parameters, self.DWELLINGS, context)
        areas = self.source(parameters, self.AREAS, context)
        area_code = self.parameterAsString(parameters, self.AREA_CODE, context)
        levels = [
            name
            for name in areas.fields().names()
            if ROLE_OF_SPELLING.get(name.strip()) in ("wijk_code", "gemeente_code")
        ]
        code = self._code(parameters, context, source)
        addresses = self.parameterAsSource(parameters, self.ADDRESSES, context)
        by_point = code is None or addresses is not None
        frame = qgis_io.read(
            areas, dict.fromkeys([area_code, *levels]), geometry=by_point, feedback=feedback
        )
        features = self.features(parameters, self.AREAS, context, feedback)
        qgis_io.check_read(self._behind[self.AREAS], parameters[self.AREAS], len(frame))
        names = self._area_names(frame, area_code, areas)
        persons = dwellings.person_columns(source.fields().names())
        if persons:
            note = dwellings.person_note(persons)
            self.note(feedback, note.text, warning=True)
        asked = _Asked(
            source,
            areas,
            frame["geometry"].to_numpy() if by_point else None,
            names,
            code,
            {
                key: name
                for key, name in (
                    (key, self.parameterAsString(parameters, parameter, context))
                    for key, parameter in (
                        ("tenure", self.TENURE),
                        ("id", self.DWELLING_ID),
                        ("complex", self.COMPLEX),
                    )
                )
                if name
            },
            dwellings.read_map(self.parameterAsString(parameters, self.TENURE_MAP, context)),
            parameters.get(self.UNMATCHED) is not None,
        )
        found = self._in_database(parameters, context, feedback, asked)
        if found is None:
            found = self._row_by_row(parameters, context, feedback, asked)
        columns, notes = dwellings.area_columns(
            frame[[area_code, *levels]],
            found.counts,
            self.parameterAsInt(parameters, self.MIN_DWELLINGS, context),
            (frame.geometry.isna() | frame.geometry.is_empty).to_numpy() if by_point else None,
        )
        fields = areas.fields().names()
        gone = dwellings.replaced(fields)
        for item in [
            *found.notes,
            *notes,
            *([dwellings.replaced_note(gone)] if gone else []),
        ]:
            self.note(feedback, item.text, warning=item.severity == "warning")
        left = pd.DataFrame(
            {
                "row": found.rows,
                "code": found.codes,
                "reason": [local(dwellings.REASONS[int(r)]) for r in found.reasons],
            }
        )
        labels = aliases()
        results = {
            self.OUTPUT: self.save_beside(
                parameters,
                context,
                feedback,
                self.OUTPUT,
                areas,
                features,
                columns,
                without=gone,
            )
        }
        results |= self.save(parameters, context, feedback, {self.UNMATCHED: (left, None)})
        for name, names_ in ((self.OUTPUT, labels), (self.UNMATCHED, _left_aliases())):
            if name in results:
                title = self.parameterDefinition(name).description()
                look = styling.PostProcessor(styling.plain, aliases=names_)
                styling.load(context, results[name], "", [(title, 0, look)])
        return {**results, "N_COUNTED": int(found.counts.sum()), "N_UNMATCHED": found.left}

    def _in_database(
        self, parameters: dict[str, Any], context: Any, feedback: Any, asked: _Asked
    ) -> Counted | None:
        """Count in the database where the list is in one; None where it is not."""
        import numpy as np

        from ..wijkmix_plugin.tables import dwellings
        from ..wijkmix_plugin.tables import dwellings_in_database as database
        from ..wijkmix_plugin.tables.points_in_areas import overlaps

        code, chosen = asked.code, asked.chosen
        table = qgis_io.database_table(
            self._behind[self.DWELLINGS],
            parameters[self.DWELLINGS],
            [*chosen.values(), *([code] if code else [])],
        )
        if table is None:
            return None

        def column(of: qgis_io.DatabaseTable, name: str | None) -> database.Column | None:
            return database.Column(*of.columns[name]) if name else None

        def rows(of: qgis_io.DatabaseTable, layer: Any, by_point: bool) -> database.Rows | None:
            if not by_point:
                return database.Rows(of.table, of.where, of.key)
            srids = _srids(layer.sourceCrs(), asked.areas.sourceCrs())
            if srids is None:
                return None
            return database.Rows(of.table, of.where, of.key, of.shape, of.only_points, *srids)

        own = rows(table, asked.source, code is None)
        addresses, address_code = None, None
        if parameters.get(self.ADDRESSES) is not None:
            field = self.parameterAsString(parameters, self.ADDRESS_CODE, context)
            there = qgis_io.database_table(
                self._behind[self.ADDRESSES],
                parameters[self.ADDRESSES],
                [field],
            )
            layer = self.source(parameters, self.ADDRESSES, context)
            if there is None or there.server != table.server:
                return None
            addresses, address_code = rows(there, layer, True), column(there, field)
            if addresses is None:
                return None
        tenure = column(table, chosen["tenure"])
        if own is None or tenure is None:
            return None
        shared, pairs = (None, None) if asked.shapes is None else overlaps(asked.shapes)
        question = database.Question(
            own,
            tenure,
            column(table, code),
            column(table, chosen.get("id")),
            column(table, chosen.get("complex")),
            asked.shapes,
            shared,
            () if addresses else asked.names,
            addresses,
            address_code,
            asked.list_left,
        )
        classes: dict[str, str] | None = asked.classes
        while classes is not None:
            sql = database.statement(question, classes)
            answer = database.read(qgis_io.ask_database(table, sql, feedback), len(asked.names))
            classes = database.with_spellings(classes, answer.foreign)
        if addresses and not answer.addresses:
            raise _no_addresses(self.source(parameters, self.ADDRESSES, context))
        found = answer.counted()
        if not found.counts.sum():
            layer = self.source(parameters, self.DWELLINGS, context)
            some = layer.uniqueValues(layer.fields().lookupField(code), 1000) if code else ()
            raise self._nothing(asked, list(some), answer.total)
        if pairs is not None:
            points = np.array([answer.shared.get(i, 0) for i in range(len(pairs))], dtype=int)
            found.notes.extend(dwellings.overlap_note(points, pairs, asked.names))
        self.note(
            feedback,
            Text(
                "The dwellings were counted in the database; only the counts came here.",
                "De woningen zijn in de database geteld; alleen de aantallen kwamen hierheen.",
            ),
        )
        return found

    def _row_by_row(
        self, parameters: dict[str, Any], context: Any, feedback: Any, asked: _Asked
    ) -> Counted:
        """Count the rows as QGIS reads them."""
        import numpy as np
        import pandas as pd

        from ..wijkmix_plugin.tables import dwellings

        areas, code, chosen = asked.areas, asked.code, asked.chosen
        by_address = bool(parameters.get(self.ADDRESSES))
        finder = shared = None
        if asked.shapes is not None:
            from ..wijkmix_plugin.tables.points_in_areas import (
                MANY,
                Overlaps,
                PointsInAreas,
                cells_for,
            )

            # A layer that stands for a file has no features, and -1 is a number not known.
            listed = self.ADDRESSES if by_address else self.DWELLINGS
            points = self.source(parameters, listed, context).featureCount() or MANY
            finder = PointsInAreas(asked.shapes, cells=cells_for(points))
            shared = Overlaps(asked.shapes)
        places = pd.Series(np.arange(len(asked.names)), index=asked.names)
        if by_address:
            places = self._places(
                parameters, context, feedback, (finder, shared), areas.sourceCrs()
            )
        count = dwellings.DwellingCount(len(asked.names), asked.classes, list_left=asked.list_left)
        codes: Any = []
        total = 0
        fields = list(dict.fromkeys([*chosen.values(), *([code] if code else [])]))
        rows = self._rows(
            parameters,
            self.DWELLINGS,
            context,
            feedback,
            fields,
            code is None,
            areas.sourceCrs(),
        )
        for columns, x, y in dwelling_rows.chunks(rows):
            if code is None:
                area = finder.find(x, y, check=lambda: _stop(feedback)).astype(np.int64)
                area[np.isnan(x)] = dwellings.NO_PLACE
                shared.add(x, y)
            else:
                codes = columns[code]
                area = dwellings.by_code(codes, places)
            total += len(area)
            count.add(
                area,
                columns[chosen["tenure"]],
                codes=None if code is None else codes,
                ids=columns[chosen["id"]] if "id" in chosen else None,
                complexes=columns[chosen["complex"]] if "complex" in chosen else None,
            )
        found = count.result()
        if not found.counts.sum():
            raise self._nothing(asked, codes, total)
        if shared is not None:
            found.notes.extend(dwellings.overlap_note(shared.points, shared.pairs, asked.names))
        return found

    def _rows(
        self,
        parameters: dict[str, Any],
        name: str,
        context: Any,
        feedback: Any,
        *what: Any,
    ) -> dwelling_rows.Rows:
        """Return what to read of a layer: fields, whether places too, and in which system."""
        return dwelling_rows.Rows(
            self._behind[name],
            parameters[name],
            self.source(parameters, name, context),
            *what,
            context.transformContext(),
            feedback,
        )

    def _area_names(self, frame: pd.DataFrame, field: str, areas: Any) -> np.ndarray:
        """Return the codes of the areas, each its own."""
        import pandas as pd

        from ..wijkmix_plugin.errors import listed
        from ..wijkmix_plugin.tables.values import text

        names = text(frame[field])
        twice = pd.Series(names)[pd.Series(names).duplicated() | pd.isna(names)]
        if len(twice):
            raise TableError(
                "{n} areas of {layer} have no code of their own in field {field}: {codes}. Choose "
                "a field with a unique code, or dissolve the areas by it first.",
                "{n} gebieden van {layer} hebben geen eigen code in veld {field}: {codes}. Kies "
                "een veld met een unieke code, of voeg de gebieden er eerst op samen.",
                n=len(twice),
                layer=areas.sourceName(),
                field=field,
                codes=listed(["NULL" if t is None else t for t in twice.unique()], 10),
            )
        return names

    def _places(
        self, parameters: dict[str, Any], context: Any, feedback: Any, where: Any, crs: Any
    ) -> pd.Series:
        """Return the position of the area of each address, by its code.

        `where` are a `PointsInAreas` and an `Overlaps`.
        """
        import numpy as np
        import pandas as pd

        from ..wijkmix_plugin.tables import dwellings
        from ..wijkmix_plugin.tables.values import text

        field = self.parameterAsString(parameters, self.ADDRESS_CODE, context)
        rows = self._rows(parameters, self.ADDRESSES, context, feedback, [field], True, crs)
        codes, found = [], []
        finder, shared = where
        for columns, x, y in dwelling_rows.chunks(rows):
            shared.add(x, y)
            area = finder.find(x, y, check=lambda: _stop(feedback)).astype(np.int64)
            area[np.isnan(x)] = dwellings.NO_PLACE
            codes.append(text(pd.Series(columns[field])))
            found.append(area)
        if not codes:
            raise _no_addresses(rows.source)
        places = pd.Series(np.concatenate(found), index=np.concatenate(codes))
        places = places[places.index.notna()]
        # One address with several rows: those in an area go first, in the order of the areas.
        places = places.sort_values(kind="stable", key=lambda a: a.where(a >= 0, 10**9 - a))
        return places[~places.index.duplicated()]

    def _nothing(self, asked: _Asked, codes: Any, total: int) -> TableError:
        """Say why no dwelling was counted, of how many rows, with some of their codes."""
        import numpy as np

        from ..wijkmix_plugin.tables import dwellings

        source, areas, code = asked.source, asked.areas, asked.code
        layer = source.sourceName()
        if code is not None:
            problem = Text(
                "None of the codes in field {field} of {layer} is found.",
                "Geen van de codes in veld {field} van {layer} wordt gevonden.",
            ).format(field=code, layer=layer)
            reason = dwellings.likely_reason(codes[:1000], asked.names)
        elif not total:
            problem = Text("{layer} holds no dwellings.", "{layer} bevat geen woningen.")
            problem = problem.format(layer=layer)
            reason = Text(
                "Choose the layer with one row per dwelling.",
                "Kies de laag met een rij per woning.",
            )
        else:
            problem = Text(
                "None of the points of {layer} lies in the areas of {areas}.",
                "Geen van de punten van {layer} ligt in de gebieden van {areas}.",
            ).format(layer=layer, areas=areas.sourceName())
            reason = Text(
                "Choose areas of the same place, or set the coordinate system of the layer right.",
                "Kies gebieden op dezelfde plek, of stel het coördinatenstelsel van de laag in.",
            )
            # As the layer has them, not as they were reprojected.
            middle = source.sourceExtent().center()
            name = dwellings.looks_like(np.array([middle.x()]), np.array([middle.y()]))
            if name and source.sourceCrs().authid() not in name:
                reason = Text(
                    "Its coordinates look like {name}, but the layer says {crs}: set the "
                    "coordinate system of the layer right.",
                    "De coördinaten lijken op {name}, maar de laag zegt {crs}: stel het "
                    "coördinatenstelsel van de laag goed in.",
                ).format(name=name, crs=source.sourceCrs().authid())
        return TableError(f"{problem.en} {reason.en}", f"{problem.nl} {reason.nl}")


def _srids(crs: Any, to: Any) -> tuple[int, int] | None:
    """Return the EPSG numbers from and to; 0 where nothing moves, None where it has no number."""
    if crs == to:
        return 0, 0
    numbers = [c.authid().removeprefix("EPSG:") for c in (crs, to)]
    return (int(numbers[0]), int(numbers[1])) if all(n.isdigit() for n in numbers) else None


def _no_addresses(layer: Any) -> TableError:
    return TableError(
        "Layer {name} holds no addresses. Choose the layer with addresses.",
        "Laag {name} bevat geen adressen. Kies de laag met adressen.",
        name=layer.sourceName(),
    )


def _left_aliases() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "row": translate("WijkMix", "Row"),
        "code": translate("WijkMix", "Code"),
        "reason": translate("WijkMix", "Reason"),
    }


def _stop(feedback: Any) -> None:
    if feedback.isCanceled():
        raise Cancelled


def _no_field(layer: Any, field: str) -> TableError:
    from ..wijkmix_plugin.tables.lines import DELIMITERS

    names = layer.fields().names()
    inside = [mark for mark in DELIMITERS if len(names) == 1 and mark in names[0]]
    if inside:
        return TableError(
            'Layer {layer} has one field, "{only}": the file seems to be separated by {mark}. Add '
            "it again with that delimiter (Layer > Add Layer > Add Delimited Text Layer).",
            'Laag {layer} heeft één veld, "{only}": het bestand lijkt gescheiden door {mark}. Voeg '
            "het opnieuw toe met dat scheidingsteken (Kaartlagen > Laag "
            "toevoegen > Tekstgescheiden laag toevoegen).",
            layer=layer.sourceName(),
            only=names[0],
            mark={"\t": "tab"}.get(inside[0], f'"{inside[0]}"'),
        )
    return TableError(
        "Layer {layer} has no field {name}. Its fields are: {fields}.",
        "Laag {layer} heeft geen veld {name}. De velden zijn: {fields}.",
        layer=layer.sourceName(),
        name=field,
        fields=", ".join(names),
    )
