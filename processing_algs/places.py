# SPDX-License-Identifier: GPL-2.0-or-later
"""Where outputs go: what stands there is as it was when a run fails."""

from __future__ import annotations

import os
import re
import shutil
import threading
import uuid
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from qgis.core import (
    QgsDataSourceUri,
    QgsProcessing,
    QgsProviderConnectionException,
    QgsProviderRegistry,
    QgsVectorFileWriter,
)

from ..wijkmix_plugin.errors import OutputError, Text, listed

DATABASES = {"postgres": "postgres", "postgis": "postgres", "spatialite": "spatialite"}
_LONGEST = 42  # bytes: PostgreSQL keeps 63 of a name, and 21 are put before it
# The views that show a table: it would live on in them when it is renamed.
_VIEWS = """
    SELECT DISTINCT shown.relname FROM pg_depend AS link
    JOIN pg_rewrite AS rule ON rule.oid = link.objid
    JOIN pg_class AS shown ON shown.oid = rule.ev_class
    JOIN pg_class AS base ON base.oid = link.refobjid
    JOIN pg_namespace AS place ON place.oid = base.relnamespace
    WHERE place.nspname = {schema} AND base.relname = {table} AND shown.oid <> base.oid
"""
# What the formats keep beside the file that is named.
_BESIDE = ("", "-wal", "-shm", "-journal")
_SISTERS = {
    ".shp": (".dbf", ".shx", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".gml": (".xsd", ".gfs"),
}


class Place(NamedTuple):
    """Where an output or an input stands; without a table it is the whole file.

    A table on a server has no path, and an `address` that may hold a password.
    """

    path: Path
    table: str = ""
    provider: str = "ogr"
    schema: str = ""
    address: str = ""

    @property
    def is_file(self) -> bool:
        return self.provider != "postgres"

    @property
    def where(self) -> str:
        """Return what a message calls this place."""
        return str(self.path) if self.is_file else f"{self.schema}.{self.table}"

    def tables(self) -> Any:
        """Return the connection that knows the tables beside this one."""
        provider = QgsProviderRegistry.instance().providerMetadata(self.provider)
        return provider.createConnection(self.address or str(self.path), {})

    def meets(self, other: Place) -> bool:
        """Tell whether writing the one destroys the other."""
        if not (self.is_file and other.is_file):
            one, two = ((p.provider, p.schema, p.table, _server(p.address)) for p in (self, other))
            return one == two
        try:
            same = self.path.samefile(other.path)
        except OSError:  # one of them is not there yet
            one, two = (os.path.normcase(os.path.realpath(p.path)) for p in (self, other))
            same = one == two
        tables = {self.table.lower(), other.table.lower()}
        return same and ("" in tables or len(tables) == 1)


def place_of(text: str, *, is_layer: bool) -> Place | None:
    """Return the file, or the table in one, that an output goes to; None where that is none."""
    if not text or text == QgsProcessing.TEMPORARY_OUTPUT or "|" in text:
        return None
    provider, _, address = text.partition(":")
    if provider == "ogr":
        uri = QgsDataSourceUri(address)
        if uri.database() and uri.table():
            return Place(Path(uri.database()), uri.table())
        return None
    if provider in DATABASES:
        return table_of(DATABASES[provider], address)
    if provider == "memory":
        return None
    path = Path(text + _ending(text) if is_layer else text)
    # GDAL writes it in small letters, whatever is asked.
    return Place(path.with_suffix(".shp") if path.suffix == ".SHP" else path)


def table_of(provider: str, address: str) -> Place | None:
    """Return a table in a database; None where the address does not say all of it."""
    uri = QgsDataSourceUri(address)
    path = Path(uri.database() if provider == "spatialite" else "")
    place = Place(path, uri.table(), provider, uri.schema(), uri.connectionInfo(False))
    is_told = place.table and (uri.database() if place.is_file else place.schema)
    is_short = place.is_file or len(place.table.encode()) <= _LONGEST
    return place if is_told and is_short else None


def without_password(error: Exception) -> str:
    """Return what QGIS says of an address, which it tells whole."""
    return re.sub(r"password\s*=\s*('(?:[^'\\]|\\.)*'|\S+)", "password=***", str(error))


def _server(address: str) -> tuple[str, str, str, str]:
    uri = QgsDataSourceUri(address)
    return uri.service(), uri.host(), uri.port() or "5432", uri.database()


def _ending(text: str) -> str:
    """Return what QGIS puts behind the name of a layer's file: found.json -> found.json.geojson."""
    driver = QgsVectorFileWriter.driverForExtension(text.rpartition(".")[2])
    if not driver:
        return ".gpkg"
    known = QgsVectorFileWriter.MetaData()
    QgsVectorFileWriter.driverMetadata(driver, known)
    ends = [f".{end}" for end in known.ext.split()]
    return "" if not ends or text.lower().endswith(tuple(ends)) else ends[0]


class Outputs:
    """What a run makes, and what stood in its place: that goes when the run has succeeded.

    What stood there waits under a name that starts with `wijkmix-`. A run that is killed leaves it
    so; the next run to that place puts it back where nothing stands, else says where it is.
    """

    def __init__(self) -> None:
        self._claimed: list[Place] = []
        self._made: list[Place] = []
        self._aside: list[tuple[Place, Place]] = []
        self._stays: list[str] = []
        self._told: list[Text] = []
        # Not the number of the process: another one may have had it.
        self._mark = f"wijkmix-{uuid.uuid4().hex[:12]}-"

    def claim(self, places: Iterable[Place]) -> None:
        """Keep the other runs of this QGIS from these places until this run is settled.

        Raises
        ------
        OutputError
            Another run has one of them: after a failure each would take the other's for its own.
        """
        # A file that is not there yet goes as a whole when this run fails.
        wanted = [Place(p.path) if p.is_file and not p.path.exists() else p for p in places]
        with _CLAIMING:
            taken = [place for run in _RUNNING for place in run._claimed]
            for place in wanted:
                if any(place.meets(other) for other in taken):
                    raise OutputError(
                        "Another run that has not ended writes to {path} too. Wait for its end, or "
                        "choose another place.",
                        "Een andere berekening, die nog bezig is, schrijft ook naar {path}. Wacht "
                        "tot die klaar is, of kies een andere plek.",
                        path=place.where,
                    )
            self._claimed = wanted
            _RUNNING.add(self)

    def stays(self, where: str) -> None:
        """Remember a table that cannot be taken away after a failure."""
        self._stays.append(where)

    def make_room(self, place: Place) -> None:
        """Move aside what stands in the place of an output."""
        try:
            if place.path.is_dir() and place.is_file:
                raise IsADirectoryError(str(place.path))
            if place.is_file and not (place.table and place.path.exists()):
                self._put_back_files(place)
            if not place.table or (place.is_file and not place.path.exists()):
                place = Place(place.path)
                for file in filter(Path.is_file, _files(place.path)):
                    aside = file.with_name(f".{self._mark}{file.name}")
                    file.replace(aside)
                    self._aside.append((Place(file), Place(aside)))
            elif place.provider == "ogr" and place.path.suffix.lower() != ".gpkg":
                self._stays.append(place.where)
                return
            elif self._put_back_table(tables := place.tables(), place):
                _check_views(tables, place)
                aside = place._replace(table=self._mark + place.table)
                _rename(tables, place, aside.table)
                self._aside.append((place, aside))
                # The styles that the user keeps in the file are for the table that comes.
                if place.provider == "ogr" and tables.tableExists("", "layer_styles"):
                    old, new = _quoted(place.table), _quoted(aside.table)
                    words = ("UPDATE layer_styles SET f_table_name =", old, "WHERE f_table_name =")
                    tables.executeSql(" ".join((*words, new)))
        except (OSError, QgsProviderConnectionException) as error:
            raise OutputError(
                "The output {path} was not written, because what stands there cannot be replaced: "
                "{reason}. It is unchanged. Choose another place, or close what has it open: "
                "another program, or a layer of the project.",
                "De uitvoer {path} is niet geschreven, want wat er staat kan niet worden "
                "vervangen: {reason}. Het is niet veranderd. Kies een andere plek, of sluit wat "
                "het open heeft: een ander programma, of een laag van het project.",
                path=place.where,
                reason=without_password(error),
            ) from error
        self._made.append(place)

    def _put_back_files(self, place: Place) -> None:
        """Put back the files that a killed run moved aside, where that takes no other's place."""
        if not place.path.parent.is_dir():
            return
        files = _files(place.path)
        inside = [file.name for file in place.path.parent.iterdir()]
        found = {
            place.path.with_name(name): file
            for file in files
            for name in _asides(".", file.name, inside)
        }
        runs = {aside.name.removesuffix(file.name) for aside, file in found.items()}
        if len(runs) > 1 or any(map(Path.exists, files)):
            self._tell_kept(str(place.path), [str(aside) for aside in found])
            return
        for aside, file in found.items():
            aside.replace(file)

    def _put_back_table(self, tables: Any, place: Place) -> bool:
        """Do so for a table, and tell whether there is one of that name now."""
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        if not place.is_file:
            names = " ".join(
                ("SELECT tablename FROM pg_tables WHERE schemaname =", _quoted(place.schema))
            )
        found = _asides("", place.table, [name for (name,) in tables.executeSql(names)])
        is_there = tables.tableExists(place.schema, place.table)
        if is_there or len(found) != 1:
            self._tell_kept(
                f"{place.path} ({place.table})" if place.is_file else place.where, found
            )
            return is_there
        _rename(tables, place._replace(table=found[0]), place.table)
        return True

    def _tell_kept(self, where: str, names: list[str]) -> None:
        if names:
            text = Text(
                "An earlier run to {where} was cut off, or still goes on. What stood there before "
                "it is kept as {names}: rename it, or remove it when you do not need it.",
                "Een eerdere berekening naar {where} is afgebroken of nog bezig. Wat daarvoor op "
                "die plek stond, is bewaard als {names}: hernoem het, of verwijder het als u het "
                "niet nodig hebt.",
            )
            self._told.append(text.format(where=where, names=", ".join(names)))

    def settle(self, *, failed: bool) -> list[Text]:
        """Take away what stood in the place of the outputs; after a failure, put it back.

        Returns what the user must know of it.
        """
        told = self._told
        if failed:
            for place in reversed(self._made):
                try:
                    _remove(place)
                except (OSError, QgsProviderConnectionException):
                    # What the run says is what counts; a file is known by its date.
                    if place.table:
                        self._stays.append(place.where)
            told += [
                Text(
                    "What this run wrote to {where} stays there, and may not be whole: remove it "
                    "or run again.",
                    "Wat deze berekening naar {where} schreef, blijft daar staan en is mogelijk "
                    "niet compleet: verwijder het of voer opnieuw uit.",
                ).format(where=where)
                for where in self._stays
            ]
        for place, aside in self._aside:
            try:
                if not failed:
                    _remove(aside)
                elif place.table:
                    _rename(aside.tables(), aside, place.table)
                else:
                    aside.path.replace(place.path)
            except (OSError, QgsProviderConnectionException):
                text = Text(
                    "What stood at {path} before this run is now called {aside}.",
                    "Wat voor deze berekening op {path} stond, heet nu {aside}.",
                )
                told.append(text.format(path=place.where, aside=aside.table or aside.path.name))
        with _CLAIMING:
            _RUNNING.discard(self)
        return told


_CLAIMING = threading.Lock()
_RUNNING: weakref.WeakSet[Outputs] = weakref.WeakSet()


def _rename(tables: Any, place: Place, name: str) -> None:
    if place.provider != "spatialite":
        tables.renameVectorTable(place.schema, place.table, name)
        return
    # QGIS leaves its triggers and its extent behind, and runs a SELECT twice.
    old, new = _quoted(place.table), _quoted(name)
    words = ("SELECT CASE WHEN EXISTS (SELECT 1 FROM sqlite_master WHERE name =", old)
    tables.executeSql(" ".join((*words, f") THEN RenameTable(NULL, {old}, {new}) END")))
    if not tables.tableExists("", name):
        raise QgsProviderConnectionException(f"RenameTable: {place.table}")


def _check_views(tables: Any, place: Place) -> None:
    if place.is_file:
        return
    asked = _VIEWS.format(schema=_quoted(place.schema), table=_quoted(place.table))
    views = [name for (name,) in tables.executeSql(asked)]
    if views:
        raise OutputError(
            "The output {path} was not written, because these views show what stands there: "
            "{views}. It is unchanged. Choose another name, or remove those views first.",
            "De uitvoer {path} is niet geschreven, want deze views tonen wat er staat: {views}. "
            "Het is niet veranderd. Kies een andere naam, of verwijder eerst die views.",
            path=place.where,
            views=listed(views),
        )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _asides(start: str, name: str, names: Iterable[str]) -> list[str]:
    """Return those of `names` that a run gave to what was called `name`."""
    pattern = re.compile(f"{re.escape(start)}wijkmix-[0-9a-f]+-{re.escape(name)}")
    return sorted(filter(pattern.fullmatch, names))


def _files(path: Path) -> list[Path]:
    """Return a file and those that its format keeps beside it."""
    sisters = _SISTERS.get(path.suffix.lower(), ())
    return [path.with_name(path.name + end) for end in _BESIDE] + [
        path.with_suffix(end) for end in sisters
    ]


def _remove(place: Place) -> None:
    if place.table:
        tables = place.tables()
        if tables.tableExists(place.schema, place.table):
            tables.dropVectorTable(place.schema, place.table)
        return
    if place.path.suffix.lower() == ".gdb" and place.path.is_dir():
        shutil.rmtree(place.path)
    for file in filter(Path.is_file, _files(place.path)):
        file.unlink()
