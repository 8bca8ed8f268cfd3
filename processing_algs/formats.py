# SPDX-License-Identifier: GPL-2.0-or-later
"""What the file types of an output cannot hold: told where it is less, refused where it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsFields, QgsVectorLayer, QgsWkbTypes

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import OutputError, Text, listed
from .places import Place

_NAME = 10  # bytes of a field's name in the dBASE table of a shapefile
_TEXT = 254  # bytes of a text there
# MapInfo and Interlis have no empty number: they write 0, or the value of another field.
_LYING = (".tab", ".ili")
_WITHOUT_SHAPES = (".csv", ".xlsx", ".ods")
_CHOOSE = Text("Choose a GeoPackage (.gpkg).", "Kies een GeoPackage (.gpkg).")


def check(name: str, place: Place) -> None:
    """Refuse a type of file in which an unknown value becomes another one."""
    if place.path.suffix.lower() in _LYING:
        raise OutputError(
            "The output {name} goes to {path}, a type of file without empty values: what is "
            "unknown would become 0 or another value. {choose}",
            "De uitvoer {name} gaat naar {path}, een bestandssoort zonder lege waarden: wat "
            "onbekend is, zou 0 of een andere waarde worden. {choose}",
            name=name,
            path=str(place.path),
            choose=_CHOOSE,
        )


class Losses:
    """What the file at a place will not hold of features that are about to be written there."""

    def __init__(
        self,
        place: Place | None,
        features: list[Any],
        fields: QgsFields,
        kind: QgsWkbTypes.Type,
        feedback: Any,
    ) -> None:
        self._place, self._names = place, fields.names()
        self._ending = place.path.suffix.lower() if place is not None else ""
        self._has_shapes = kind != QgsWkbTypes.Type.NoGeometry
        self._cut: dict[str, int] = {}
        self._empty: list[str] = []
        if self._ending == ".shp":
            self._cut, self._empty = qgis_io.long_and_empty(features, fields, _TEXT, feedback)

    def told(self) -> Text | None:
        """Return what the user must know, once the file is there; None where all is in it."""
        if self._place is None:
            return None
        if self._ending in _WITHOUT_SHAPES and self._has_shapes:
            return Text(
                "{path}: this type of file keeps the table and no shapes. {choose}",
                "{path}: deze bestandssoort bewaart de tabel en geen vormen. {choose}",
            ).format(path=self._place.path.name, choose=_CHOOSE)
        if self._ending != ".shp":
            return None
        pairs = zip(self._names, _names_in(self._place.path), strict=False)
        renamed = [f"{name} → {new}" for name, new in pairs if name != new]
        parts = [
            (
                renamed,
                "Names that are cut, as they now are: {names}. WijkMix does not know these again, "
                "and gives the map no colours.",
                "Afgekapte namen, zoals ze nu zijn: {names}. WijkMix herkent die niet meer, en "
                "kleurt de kaart niet.",
            ),
            (
                [f"{name} ({n})" for name, n in self._cut.items()],
                "Texts that are cut, and in how many rows: {names}.",
                "Afgekapte teksten, en in hoeveel rijen: {names}.",
            ),
            (
                self._empty,
                "Empty numbers, which another program may show as 0: {names}.",
                "Lege getallen, die een ander programma als 0 kan tonen: {names}.",
            ),
        ]
        lost = [
            Text(en, nl).format(names=listed(names, len(names))) for names, en, nl in parts if names
        ]
        if not lost:
            return None
        start = Text(
            "{path}: a shapefile keeps {name} characters of a field name and {text} of a text, and "
            "not how the result was made.",
            "{path}: een shapefile bewaart {name} tekens van een veldnaam en {text} van een tekst, "
            "en niet hoe de uitkomst is gemaakt.",
        ).format(path=self._place.path.name, name=_NAME, text=_TEXT)
        lost = [start, *lost, _CHOOSE]
        return Text(" ".join(text.en for text in lost), " ".join(text.nl for text in lost))


def _names_in(path: Path) -> list[str]:
    """Return the names of the fields in a shapefile; a table is only its .dbf."""
    for file in (path, path.with_suffix(".dbf")):
        layer = QgsVectorLayer(str(file), "", "ogr")
        if layer.isValid():
            return layer.fields().names()
    return []
