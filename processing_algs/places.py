# SPDX-License-Identifier: GPL-2.0-or-later
"""Where outputs go: what stands there is as it was when a run fails."""

from __future__ import annotations

import contextlib
import os
import re
import uuid
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

from ..wijkmix_plugin.errors import OutputError, Text

DATABASES = {"postgres": "postgres", "postgis": "postgres", "spatialite": "spatialite"}
# What the formats keep beside the file that is named.
_BESIDE = ("", "-wal", "-shm", "-journal")
_SISTERS = {
    ".shp": (".dbf", ".shx", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".gml": (".xsd", ".gfs"),
}


class Place(NamedTuple):
    """Where an output or an input stands; without a table it is the whole file."""

    path: Path
    table: str = ""

    def meets(self, other: Place) -> bool:
        """Tell whether writing the one destroys the other."""
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
    if provider in ("memory", *DATABASES):
        return None
    return Place(Path(text + _ending(text) if is_layer else text))


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
        self._made: list[Place] = []
        self._aside: list[tuple[Place, Place]] = []
        self._stays: list[str] = []
        self._told: list[Text] = []
        # Not the number of the process: another one may have had it.
        self._mark = f"wijkmix-{uuid.uuid4().hex[:12]}-"

    def stays(self, where: str) -> None:
        """Remember a table that cannot be taken away after a failure."""
        self._stays.append(where)

    def make_room(self, place: Place) -> None:
        """Move aside what stands in the place of an output."""
        try:
            if not place.table or not place.path.exists():
                place = Place(place.path)
                self._put_back_files(place)
                for file in filter(Path.is_file, _files(place.path)):
                    aside = file.with_name(f".{self._mark}{file.name}")
                    file.replace(aside)
                    self._aside.append((Place(file), Place(aside)))
            elif place.path.suffix.lower() != ".gpkg":
                self._stays.append(str(place.path))
                return
            elif self._put_back_table(tables := _tables(place.path), place):
                aside = Place(place.path, self._mark + place.table)
                tables.renameVectorTable("", place.table, aside.table)
                self._aside.append((place, aside))
                # The styles that the user keeps in the file are for the table that comes.
                if tables.tableExists("", "layer_styles"):
                    old, new = ("'" + p.table.replace("'", "''") + "'" for p in (place, aside))
                    words = ("UPDATE layer_styles SET f_table_name =", old, "WHERE f_table_name =")
                    tables.executeSql(" ".join((*words, new)))
        except (OSError, QgsProviderConnectionException) as error:
            raise OutputError(
                "The output {path} was not written, because what stands there cannot be replaced: "
                "{reason}. It is unchanged. Choose another place, or close the program that has it "
                "open.",
                "De uitvoer {path} is niet geschreven, want wat er staat kan niet worden "
                "vervangen: {reason}. Het is niet veranderd. Kies een andere plek, of sluit het "
                "programma dat het open heeft.",
                path=str(place.path),
                reason=str(error),
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
        rows = tables.executeSql("SELECT name FROM sqlite_master WHERE type = 'table'")
        found = _asides("", place.table, [name for (name,) in rows])
        is_there = tables.tableExists("", place.table)
        if is_there or len(found) != 1:
            self._tell_kept(f"{place.path} ({place.table})", found)
            return is_there
        tables.renameVectorTable("", found[0], place.table)
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
                # One that cannot go stays: what the run says is what counts.
                with contextlib.suppress(OSError, QgsProviderConnectionException):
                    _remove(place)
            told += [
                Text(
                    "What this run wrote to the table of {where} stays there, and may not be "
                    "whole: remove it or run again.",
                    "Wat deze berekening naar de tabel van {where} schreef, blijft daar staan en "
                    "is mogelijk niet compleet: verwijder het of voer opnieuw uit.",
                ).format(where=where)
                for where in self._stays
            ]
        for place, aside in self._aside:
            try:
                if not failed:
                    _remove(aside)
                elif place.table:
                    _tables(place.path).renameVectorTable("", aside.table, place.table)
                else:
                    aside.path.replace(place.path)
            except (OSError, QgsProviderConnectionException):
                text = Text(
                    "What stood at {path} before this run is now called {aside}.",
                    "Wat voor deze berekening op {path} stond, heet nu {aside}.",
                )
                told.append(text.format(path=str(place.path), aside=aside.table or aside.path.name))
        return told


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


def _tables(path: Path) -> Any:
    return QgsProviderRegistry.instance().providerMetadata("ogr").createConnection(str(path), {})


def _remove(place: Place) -> None:
    if place.table:
        _tables(place.path).dropVectorTable("", place.table)
        return
    for file in filter(Path.is_file, _files(place.path)):
        file.unlink()
