# SPDX-License-Identifier: GPL-2.0-or-later
"""What every algorithm shares: help, dependencies, errors, outputs that are whole or absent."""

from __future__ import annotations

import datetime
import itertools
import os
import shutil
import traceback
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsExpression,
    QgsFeature,
    QgsFeatureRequest,
    QgsFields,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExpression,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsProcessingUtils,
    QgsProperty,
    QgsProviderRegistry,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication, QMetaType
from qgis.PyQt.QtGui import QIcon

from ..wijkmix_plugin import dependencies, qgis_io
from ..wijkmix_plugin.errors import (
    Cancelled,
    OutputError,
    PolicyError,
    TableError,
    Text,
    WijkMixError,
    exact,
)
from ..wijkmix_plugin.qgis_io import language
from . import formats
from .places import DATABASES, Outputs, Place, place_of, table_of, without_password

if TYPE_CHECKING:
    import pandas as pd

BUILDING = 0.4  # the part of the last progress in which features are built, not yet written
_NO_LIMIT = 1e300  # QGIS keeps the largest number there is where a parameter has no limit
_NO_ROOM = 4096  # bytes: less than one block of a file system
# Formats that QGIS opens as it wrote them; with another one (a table in .shp is only a .dbf), one
# that does not open says nothing.
_READABLE = (
    *(".gpkg", ".geojson", ".json", ".geojsonl", ".csv", ".tsv", ".gml", ".kml", ".fgb"),
    *(".xlsx", ".ods", ".tab"),
)
_WHOLE_NUMBERS = (QMetaType.Type.Int, QMetaType.Type.LongLong)
ICON = Path(__file__).parent.parent / "resources" / "icons" / "wijkmix.svg"


def local(text: Text) -> str:
    """Return a core text in the language of QGIS."""
    return text.get(language())


class WijkMixAlgorithm(QgsProcessingAlgorithm):
    """A thin adapter: parameters to frames, one call into the core, frames to sinks.

    Subclasses set NAME, define `title`, `initAlgorithm` and `compute`; `description` and
    `check` (everything that can be refused before the run; raises WijkMixError) are optional.
    """

    NAME = ""
    REASON = "REASON"

    def title(self) -> str:
        """Return the display name, translated."""
        raise NotImplementedError

    def description(self) -> str:
        """Return the help text, translated."""
        return ""

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        """Raise WijkMixError for everything that can be known before the run."""

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        """Do the work and return the outputs."""
        raise NotImplementedError

    # -- what QGIS calls

    def createInstance(self) -> WijkMixAlgorithm:
        return type(self)()

    def name(self) -> str:
        return self.NAME

    def displayName(self) -> str:
        return self.title()

    def shortHelpString(self) -> str:
        return self.description()

    def icon(self) -> QIcon:
        return QIcon(str(ICON))

    def canExecute(self) -> tuple[bool, str]:
        message = dependencies.message()
        return (True, "") if message is None else (False, local(message))

    def checkParameterValues(self, parameters: dict[str, Any], context: Any) -> tuple[bool, str]:
        ok, reason = super().checkParameterValues(parameters, context)
        if not ok:
            wrong = self._out_of_range(parameters, context)
            return ok, reason if wrong is None else local(wrong)
        try:
            self._check_destinations(parameters, context)
            self._check_inputs_stay(parameters, context)
            self.check(parameters, context)
            self._check_sensitive(parameters, context)
        except WijkMixError as error:
            return False, local(error.text)
        return True, ""

    def processAlgorithm(
        self, parameters: dict[str, Any], context: Any, feedback: Any
    ) -> dict[str, Any]:
        self._outputs = Outputs()
        try:
            # qgis_process and scripts may run without checkParameterValues; the checks are cheap.
            self._check_destinations(parameters, context)
            self._outputs.claim(self._destinations(parameters, context).values())
            self.check(parameters, context)
            self._check_sensitive(parameters, context)
            self._say_reason(parameters, context, feedback)
            self.record(self._asked(parameters, context), parameters, context)
            with qgis_io.many_small_objects():
                results = self.compute(parameters, context, feedback)
            self._record_with_layers(context)
            self._settle(feedback, failed=False)
            return results
        except WijkMixError as error:
            problem = local(error.text)
        except Exception as error:
            # The frames hold the sinks open, and Windows removes no file that is open.
            traceback.clear_frames(error.__traceback__)
            self._settle(feedback, failed=True)
            raise
        self._settle(feedback, failed=True)
        # QGIS never lets go of this exception, nor of the frames it passed: leave them empty, or
        # every refused run would keep its layers and tables.
        del parameters, context, feedback
        raise QgsProcessingException(problem)

    def _out_of_range(self, parameters: dict[str, Any], context: Any) -> Text | None:
        """Say which number is out of its range; QGIS would only say that it is incorrect."""
        for definition in self.parameterDefinitions():
            value = parameters.get(definition.name())
            if (
                not isinstance(definition, QgsProcessingParameterNumber)
                or value is None
                or definition.checkValueIsAcceptable(value, context)
            ):
                continue
            low, high = definition.minimum(), definition.maximum()
            limits = Text("a number of at least {low}", "een getal van minstens {low}")
            if high < _NO_LIMIT:
                limits = Text(
                    "a number from {low} to {high}", "een getal van {low} tot en met {high}"
                )
            if low < -_NO_LIMIT:
                limits = Text("a number", "een getal")
            return Text(
                "{parameter} ({name}) is {value}; choose {limits}.",
                "{parameter} ({name}) is {value}; kies {limits}.",
            ).format(
                parameter=definition.description(),
                name=definition.name(),
                value=str(value),
                limits=limits.format(low=exact(low), high=exact(high)),
            )
        return None

    # -- the record: where the numbers come from

    def record(
        self, provenance: dict[str, Any], parameters: dict[str, Any], context: Any
    ) -> dict[str, Any]:
        """Keep what is stored with every output of this run, in its file and in the project.

        Without a call the parameters are the record. An algorithm calls it before it saves.
        """
        told = self.reason(parameters, context)
        if told is not None:
            provenance["reason"] = {"en": told.en, "nl": told.nl}
        self._provenance = provenance
        return provenance

    def _asked(self, parameters: dict[str, Any], context: Any) -> dict[str, Any]:
        from ..wijkmix_plugin import scan

        chosen: dict[str, Any] = {}
        sources = []
        for definition in self.parameterDefinitions():
            name = definition.name()
            value = parameters.get(name, definition.defaultValue())
            if definition.isDestination() or value is None:
                continue
            if isinstance(definition, QgsProcessingParameterFeatureSource):
                source = self.parameterAsSource(parameters, name, context)
                # The name and not the address: that tells folders, and of a database its user.
                value = source.sourceName() if source is not None else None
                sources.append(value)
            elif isinstance(value, QgsProperty):
                value = value.asExpression()
            chosen[name] = value if _is_plain(value) else str(value)
        return {
            "title": f"WijkMix: {self.displayName()}",
            "algorithm": self.id(),
            "source": "; ".join(s for s in sources if s),
            "date": datetime.date.today().isoformat(),
            "parameters": chosen,
            "versions": scan.versions(),
        }

    def _record_with_layers(self, context: Any) -> None:
        """Give the record to outputs that are loaded without one of their own."""
        from .styling import PostProcessor

        for details in context.layersToLoadOnCompletion().values():
            processor = details.postProcessor()
            if isinstance(processor, PostProcessor) and processor.provenance is None:
                processor.provenance = self._provenance

    # -- data on origin and the like

    def reason(self, parameters: dict[str, Any], context: Any) -> Text | None:
        """Say which fields on origin and the like are used and why; None where there are none."""
        fields = self._sensitive(parameters, context)
        if not fields:
            return None
        return Text(
            "Data on origin, religion, health, police or benefits ({names}); reason given: "
            "{reason}",
            "Gegevens over herkomst, religie, gezondheid, politie of uitkeringen ({names}); "
            "opgegeven reden: {reason}",
        ).format(
            names=", ".join(fields),
            reason=self.parameterAsString(parameters, self.REASON, context).strip(),
        )

    def _sensitive(self, parameters: dict[str, Any], context: Any) -> list[str]:
        """Return the fields that are counted or asked and look like data on origin and the like."""
        from ..wijkmix_plugin.policy.conditions import check_columns

        chosen: list[str] = []
        for definition in self.parameterDefinitions():
            name = definition.name()
            if isinstance(definition, QgsProcessingParameterExpression):
                # What cannot be read has been refused, or is a list of codes.
                text = self.parameterAsString(parameters, name, context)
                chosen += sorted(QgsExpression(text).referencedColumns())
            elif (
                isinstance(definition, QgsProcessingParameterField)
                and definition.dataType() == QgsProcessingParameterField.DataType.Numeric
            ):
                chosen += self.names(parameters, name, context)
        return check_columns(dict.fromkeys(chosen))

    def _check_sensitive(self, parameters: dict[str, Any], context: Any) -> None:
        found = self._sensitive(parameters, context)
        if not found:
            return
        if self.parameterDefinition(self.REASON) is None:
            raise PolicyError(
                "{names} looks like data on origin, religion, health, police or benefits of "
                "persons. WijkMix does not use these here. Choose another field.",
                "{names} lijkt op gegevens over herkomst, religie, gezondheid, politie of "
                "uitkeringen van personen. WijkMix gebruikt die hier niet. Kies een ander veld.",
                names=", ".join(found),
            )
        if not self.parameterAsString(parameters, self.REASON, context).strip():
            raise PolicyError(
                "{names} looks like data on origin, religion, health, police or benefits of "
                "persons. Choose another field, or write under {reason} what they are needed for "
                "(parameter {parameter}); it stays with the result.",
                "{names} lijkt op gegevens over herkomst, religie, gezondheid, politie of "
                "uitkeringen van personen. Kies een ander veld, of schrijf bij {reason} waarvoor "
                "ze nodig zijn (parameter {parameter}); dat blijft bij de uitkomst staan.",
                names=", ".join(found),
                reason=self.parameterDefinition(self.REASON).description(),
                parameter=self.REASON,
            )

    def _say_reason(self, parameters: dict[str, Any], context: Any, feedback: Any) -> None:
        told = self.reason(parameters, context)
        if told is not None:
            self.note(feedback, told, warning=True)

    # -- helpers for subclasses

    def note(self, feedback: Any, text: Text, *, warning: bool = False) -> None:
        """Tell the user something about the run."""
        (feedback.pushWarning if warning else feedback.pushInfo)(local(text))

    def source(self, parameters: dict[str, Any], name: str, context: Any) -> Any:
        """Return a feature source, or raise with the parameter's name."""
        source = self.parameterAsSource(parameters, name, context)
        if source is None:
            raise TableError(
                "The layer given for {name} cannot be opened: {value}. Choose a layer that QGIS "
                "can load.",
                "De laag bij {name} kan niet worden geopend: {value}. Kies een laag die QGIS kan "
                "laden.",
                name=self.parameterDefinition(name).description(),
                value=str(parameters.get(name)),
            )
        return source

    def names(self, parameters: dict[str, Any], name: str, context: Any) -> list[str]:
        """Return the field names given, whether as a list or as text with , or ; between."""
        value = parameters.get(name)
        if isinstance(value, str):
            parts = value.replace(";", ",").split(",")
            return [part.strip() for part in parts if part.strip()]
        return [str(item) for item in self.parameterAsStrings(parameters, name, context)]

    def behind(self, parameters: dict[str, Any], name: str, context: Any) -> qgis_io.Behind | None:
        """Return what is behind a source, also where only some of its features are asked.

        For `prepareAlgorithm`: a layer of the project may only be asked in the main thread.
        """
        value = parameters.get(name)
        if isinstance(value, QgsProcessingFeatureSourceDefinition):
            value = value.source.valueAsString(context.expressionContext())[0]
        return qgis_io.behind(self.parameterAsVectorLayer({name: value}, name, context))

    def features(
        self, parameters: dict[str, Any], name: str, context: Any, feedback: Any, part: float = 0.0
    ) -> list[QgsFeature]:
        """Read the features of a source for `save_beside`, before a long computation.

        After it the layer may be edited, or gone, and a source does not outlive its layer. `part`
        (0-1) is how much of the progress that is left goes with it.
        """
        source = self.source(parameters, name, context)
        features = []
        skip = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
        tell = qgis_io.Share(feedback, source.featureCount(), part)
        for number, feature in enumerate(source.getFeatures(QgsFeatureRequest(), skip)):
            if number % qgis_io.STEP == 0:
                tell(qgis_io.STEP)
            features.append(feature)
        return features

    def save(
        self,
        parameters: dict[str, Any],
        context: Any,
        feedback: Any,
        outputs: dict[str, tuple[pd.DataFrame, QgsCoordinateReferenceSystem | None]],
    ) -> dict[str, Any]:
        """Write frames (with their CRS) to the sinks of that name, all or none.

        A frame with a geometry column gives a polygon or point layer, another one a table.
        """
        prepared = {}
        asked = {name: of for name, of in outputs.items() if parameters.get(name) is not None}
        rows = sum(len(frame) for frame, _ in asked.values())
        tell = qgis_io.Share(feedback, rows, BUILDING)
        for name, (frame, crs) in asked.items():
            tell(0)
            fields = qgis_io.fields_of(frame)
            prepared[name] = (frame, crs, fields, qgis_io.features_of(frame, fields, tell))
        if feedback.isCanceled():
            raise Cancelled
        tell = qgis_io.Share(feedback, rows)
        results = {}
        for name, (frame, crs, fields, features) in prepared.items():
            kind, system = _geometry_type(frame), crs or QgsCoordinateReferenceSystem()
            results[name] = self._store(
                parameters, context, name, features, fields, kind, system, tell
            )
        return results

    def save_beside(
        self,
        parameters: dict[str, Any],
        context: Any,
        feedback: Any,
        name: str,
        source: QgsProcessingFeatureSource,
        found: list[QgsFeature],
        columns: pd.DataFrame,
        without: Collection[str] = (),
    ) -> str:
        """Write the features `found` of a source as they are, `columns` beside their fields.

        The list is used up: two of a million features would be long to let go after a cancel.

        A field of the source with the name of a new column, also in other capitals, gives way to
        it, and so do those in `without`. Fields about a person are left out, which is said.
        """
        from ..wijkmix_plugin.tables import dwellings

        private = dwellings.person_columns(source.fields().names(), areas=True)
        if private:
            self.note(feedback, dwellings.person_note(private).text, warning=True)
        # Most formats see no difference between capitals and others.
        gone = {gone.lower() for gone in (*columns, *without, *private)}
        fields = QgsFields()
        kept = []
        for place, field in enumerate(source.fields()):
            if field.name().lower() not in gone:
                # No format keeps these, and QGIS warns of each: a warning that counts would drown.
                field.setAlias("")
                field.setComment("")
                fields.append(field)
                kept.append(place)
        if feedback.isCanceled():
            raise Cancelled
        added = qgis_io.fields_of(columns)
        for field in added:
            fields.append(field)
        self._rename_alike(fields, feedback)
        self._rename_key(fields, kept, found, feedback)
        rows = qgis_io.rows_of(columns, added)
        tell = qgis_io.Share(feedback, len(found), BUILDING)
        for number, row in zip(range(len(found)), rows, strict=True):
            if number % qgis_io.STEP == 0:
                tell(qgis_io.STEP)
            new = QgsFeature(fields)
            new.setGeometry(found[number].geometry())
            values = found[number].attributes()
            new.setAttributes([*(values[place] for place in kept), *row])
            found[number] = new
        tell = qgis_io.Share(feedback, len(found))
        kind, system = source.wkbType(), source.sourceCrs()
        return self._store(parameters, context, name, found, fields, kind, system, tell)

    def _store(
        self,
        parameters: dict[str, Any],
        context: Any,
        name: str,
        features: list[Any],
        fields: QgsFields,
        kind: QgsWkbTypes.Type,
        crs: QgsCoordinateReferenceSystem,
        tell: qgis_io.Share,
    ) -> str:
        """Write features to one output, look whether they are there, and say what is not."""
        place = self._destinations({name: parameters[name]}, context).get(name)
        losses = formats.Losses(place, features, fields, kind, tell.feedback)
        if place is not None:
            self._outputs.make_room(place)
        where = self._where(place, name)
        try:
            sink, destination = self.parameterAsSink(parameters, name, context, fields, kind, crs)
            reason = ""
        except QgsProcessingException as error:
            sink, reason = None, without_password(error)
        if sink is None:
            raise TableError(
                "The output {name} could not be made at {where}: {reason}. Choose another place or "
                "file type.",
                "De uitvoer {name} kon niet worden gemaakt op {where}: {reason}. Kies een andere "
                "plek of bestandssoort.",
                name=name,
                where=where,
                reason=reason or "?",
            )
        if place is None and destination.partition(":")[0] in DATABASES:
            self._outputs.stays(where)
        qgis_io.write(features, sink, where, tell)
        del sink
        self._check_whole(place, destination, name, context, len(features))
        qgis_io.record_in_file(destination, self._provenance)
        told = losses.told()
        if told is not None:
            self.note(tell.feedback, told, warning=True)
        return destination

    def _rename_alike(self, fields: QgsFields, feedback: Any) -> None:
        """Rename a field that another differs from in capitals only: most formats refuse it."""
        seen = set()
        for number, name in enumerate(fields.names()):
            if name.lower() in seen:
                new = _free(name, fields)
                fields.rename(number, new)
                told = Text(
                    "The layer has two fields {name} that differ in capitals only. In the output "
                    "this one is called {new}.",
                    "De laag heeft twee velden {name} die alleen in hoofdletters verschillen. In "
                    "de uitvoer heet dit veld {new}.",
                )
                self.note(feedback, told.format(name=name, new=new), warning=True)
            seen.add(fields[number].name().lower())

    def _rename_key(
        self, fields: QgsFields, kept: list[int], found: list[QgsFeature], feedback: Any
    ) -> None:
        """Rename a field `fid` that cannot be the key of a GeoPackage: QGIS would write it as one.

        The first fields are those at the places `kept` of the features `found`.
        """
        for number, place in enumerate(kept):
            field = fields[number]
            if field.name().lower() != "fid":
                continue
            values = {qgis_io.plain(feature.attributes()[place]) for feature in found}
            if field.type() in _WHOLE_NUMBERS and len(values - {None}) == len(found):
                return
            new = _free("fid", fields)
            fields.rename(number, new)
            told = Text(
                "The field {old} has empty or repeated values, or not whole numbers, so it cannot "
                "be the key of a GeoPackage. In the output it is called {new}.",
                "Het veld {old} bevat lege of dubbele waarden, of geen gehele getallen, en kan dus "
                "niet de sleutel van een GeoPackage zijn. In de uitvoer heet het {new}.",
            )
            self.note(feedback, told.format(old=field.name(), new=new), warning=True)
            return

    def _where(self, place: Place | None, name: str) -> str:
        # Not the address of a database: a password may stand in it.
        known = place is not None and place.is_file
        return place.where if known else self.parameterDefinition(name).description()

    def _check_whole(
        self, place: Place | None, destination: str, name: str, context: Any, n: int
    ) -> None:
        """Look whether an output holds what was written: not every writer says that it failed."""
        where = self._where(place, name)
        if (
            place is not None
            and place.is_file
            and shutil.disk_usage(place.path.parent).free < _NO_ROOM
        ):
            raise TableError(
                "The disk of {where} is full, so the output is not whole. Make room on it, or "
                "choose another place.",
                "De schijf van {where} is vol, dus de uitvoer is niet compleet. Maak er ruimte op, "
                "of kies een andere plek.",
                where=where,
            )
        layer = context.temporaryLayerStore().mapLayer(destination)
        provider, _, address = destination.partition(":")
        if layer is None:
            if provider in DATABASES:
                layer = QgsVectorLayer(address, "", DATABASES[provider])
            else:
                layer = QgsVectorLayer(destination, "", "ogr")
        if layer.isValid():
            there = layer.featureCount()
        elif provider in DATABASES:
            # QGIS says that all was written also when the server has gone.
            raise TableError(
                "The output {where} cannot be read back from the database, so it may not be whole. "
                "Run again when the database answers.",
                "De uitvoer {where} is niet terug te lezen uit de database en is dus mogelijk niet "
                "compleet. Voer opnieuw uit als de database antwoordt.",
                where=where,
            )
        elif place is not None and place.path.suffix.lower() in _READABLE:
            there = 0
        else:
            return
        # A negative count is one that the provider does not know.
        if 0 <= there < n:
            raise TableError(
                "The output {where} could not be written whole: {there} of {n} features are in it. "
                "Choose another place or file type, or make room on that disk.",
                "De uitvoer {where} kon niet in zijn geheel worden geschreven: {there} van {n} "
                "objecten staan erin. Kies een andere plek of bestandssoort, of maak ruimte op die "
                "schijf.",
                where=where,
                there=there,
                n=n,
            )

    # -- destinations that can be written, and are as they were when the run fails

    def _destinations(self, parameters: dict[str, Any], context: Any) -> dict[str, Place]:
        """Return the files, or tables in one, that the run would make, per output parameter."""
        places = {}
        for definition in self.parameterDefinitions():
            is_layer = isinstance(definition, QgsProcessingParameterFeatureSink)
            if not is_layer and not isinstance(definition, QgsProcessingParameterFileDestination):
                continue
            name = definition.name()
            if parameters.get(name) is None:
                continue
            # Not parameterAsOutputLayer: that would register the layer for loading a second time.
            value = parameters[name]
            if isinstance(value, QgsProcessingOutputLayerDefinition):
                value = value.sink.valueAsString(context.expressionContext())[0]
            place = place_of(str(value or ""), is_layer=is_layer)
            if place is not None:
                places[name] = place
        return places

    def _check_destinations(self, parameters: dict[str, Any], context: Any) -> None:
        temporary = Path(QgsProcessingUtils.tempFolder())
        places = self._destinations(parameters, context)
        for name, place in places.items():
            formats.check(self.parameterDefinition(name).description(), place)
            path, folder = place.path, place.path.parent
            if temporary in path.parents or not place.is_file:
                continue
            if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
                raise TableError(
                    "The output {name} cannot be written to {path}: the folder does not exist or "
                    "may not be written, or there is a folder of that name. Choose another place.",
                    "De uitvoer {name} kan niet naar {path} worden geschreven: de map bestaat niet "
                    "of is beveiligd, of er is een map met die naam. Kies een andere plek.",
                    name=name,
                    path=str(path),
                )
        for (one, place), (two, other) in itertools.combinations(places.items(), 2):
            if place.meets(other):
                raise OutputError(
                    "The outputs {one} and {two} both go to {path}: only the last would be left. "
                    "Give each a file or table of its own.",
                    "De uitvoer {one} en de uitvoer {two} gaan beide naar {path}: alleen de "
                    "laatste zou overblijven. Geef elk een eigen bestand of tabel.",
                    one=self.parameterDefinition(one).description(),
                    two=self.parameterDefinition(two).description(),
                    path=place.where,
                )

    def _check_inputs_stay(self, parameters: dict[str, Any], context: Any) -> None:
        """Refuse an output in the place of an input; for the main thread, as with `behind`."""
        registry = QgsProviderRegistry.instance()
        places = self._destinations(parameters, context)
        for definition in self.parameterDefinitions() if places else ():
            if not isinstance(definition, QgsProcessingParameterFeatureSource):
                continue
            behind = self.behind(parameters, definition.name(), context)
            if behind is None:
                continue
            if behind.provider in DATABASES:
                stands = table_of(behind.provider, behind.source)
            else:
                parts = registry.decodeUri(behind.provider, behind.source)
                path, table = str(parts.get("path") or ""), str(parts.get("layerName") or "")
                if not table and path.lower().endswith(".gpkg"):
                    table = next((found.name() for found in registry.querySublayers(path)), "")
                stands = Place(Path(path), table) if path else None
            for name, place in places.items():
                if stands is not None and place.meets(stands):
                    raise OutputError(
                        "The output {name} goes to {path}, where the input {source} stands: that "
                        "would be lost. Choose another file or table.",
                        "De uitvoer {name} gaat naar {path}, waar de invoer {source} staat: die "
                        "zou verloren gaan. Kies een ander bestand of een andere tabel.",
                        name=self.parameterDefinition(name).description(),
                        path=place.where,
                        source=definition.description(),
                    )

    def write_text(self, path: Path, text: str) -> None:
        """Write a text output whole, or raise and leave nothing."""
        from ..wijkmix_plugin.report.files import write_whole

        self._outputs.make_room(Place(path))
        write_whole(path, text.encode("utf-8"))

    def _settle(self, feedback: Any, *, failed: bool) -> None:
        """Take away what stood in the place of the outputs; after a failure, put it back."""
        for told in self._outputs.settle(failed=failed):
            self.note(feedback, told, warning=True)


def _free(name: str, fields: QgsFields) -> str:
    """Return the name with the first number behind it that no field has."""
    taken = {name.lower() for name in fields.names()}
    return next(
        new for i in range(1, len(taken) + 2) if (new := f"{name}_{i}").lower() not in taken
    )


def _is_plain(value: Any) -> bool:
    """Tell whether JSON can hold a value of a parameter."""
    if isinstance(value, (list, tuple)):
        return all(_is_plain(v) for v in value)
    return isinstance(value, (str, int, float, bool, type(None)))


def _geometry_type(frame: pd.DataFrame) -> QgsWkbTypes.Type:
    if "geometry" not in frame:
        return QgsWkbTypes.Type.NoGeometry
    kinds = set(frame["geometry"].dropna().geom_type)
    if kinds and kinds <= {"Point", "MultiPoint"}:
        only = kinds == {"Point"}
        return QgsWkbTypes.Type.Point if only else QgsWkbTypes.Type.MultiPoint
    return QgsWkbTypes.Type.MultiPolygon


def report_parameter() -> QgsProcessingParameterFileDestination:
    """Return the parameter `REPORT`: an HTML file, optional."""
    return QgsProcessingParameterFileDestination(
        "REPORT",
        QCoreApplication.translate("WijkMix", "Report"),
        QCoreApplication.translate("WijkMix", "HTML files (*.html)"),
        optional=True,
    )


def reason_parameter() -> QgsProcessingParameterDefinition:
    """Return the parameter `REASON`, without which fields on origin and the like are refused."""
    translate = QCoreApplication.translate
    return described(
        QgsProcessingParameterString(
            WijkMixAlgorithm.REASON,
            translate("WijkMix", "Reason for data on origin and the like"),
            optional=True,
        ),
        translate(
            "WijkMix",
            "Fields that look like data on origin, nationality, religion, health, police or "
            "benefits are refused, unless you write here what they are needed for. The reason "
            "stays with the result. No flag ever uses such data.",
        ),
        advanced=True,
    )


def described(
    definition: QgsProcessingParameterDefinition, text: str, *, advanced: bool = False
) -> QgsProcessingParameterDefinition:
    """Give a parameter its help text, and move it under "advanced" where asked."""
    definition.setHelp(text)
    if advanced:
        definition.setFlags(definition.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
    return definition
