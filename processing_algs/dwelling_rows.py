# SPDX-License-Identifier: GPL-2.0-or-later
"""The rows of a big layer in chunks, by the fastest way that reads what QGIS would read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np

    from ..wijkmix_plugin.tables import text_chunks

    Chunk = tuple[dict[str, Any], np.ndarray, np.ndarray]


class Rows(NamedTuple):
    """What is read.

    Parameters
    ----------
    layer, value, source : what is behind the layer, the value of the parameter that names it, and
        its source.
    fields : names of the fields that are needed.
    points : give the place of every row as well.
    to : coordinate system of the places.
    """

    layer: qgis_io.Behind | None
    value: Any
    source: Any
    fields: list[str]
    points: bool
    to: Any
    transform_context: Any
    feedback: Any

    def stop_if_asked(self, *_: Any) -> None:
        """Raise where the user stopped the run."""
        if self.feedback.isCanceled():
            raise Cancelled

    def own(self, field: str) -> Any:
        """Return the field of the layer that a name means, whatever its capitals."""
        known = self.source.fields()
        return known.at(known.lookupField(field))

    def moved(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return coordinates in the system that is asked."""
        return qgis_io.moved(x, y, self.source.sourceCrs(), self.to, self.transform_context)


def chunks(rows: Rows) -> Iterator[Chunk]:
    """Yield fields, x and y, chunk by chunk.

    A broken line of a text file, which QGIS skips in silence, is refused; so is what comes of a
    database that stopped before the end.
    """
    n = 0
    for columns, x, y in _from_file(rows) or _from_qgis(rows):
        n += len(next(iter(columns.values())))
        yield columns, x, y
    qgis_io.check_read(rows.layer, rows.value, n)


def _from_file(rows: Rows) -> Iterator[Chunk] | None:
    """Return the chunks of a file that is read without a QGIS feature for every row."""
    from ..wijkmix_plugin.tables import lines, parquet_chunks, text_chunks

    parquet = qgis_io.parquet_file(rows.layer, rows.value)
    if parquet is not None and (rows.layer.provider != "ogr" or parquet_chunks.is_there()):
        return _from_parquet(rows, parquet)
    file = qgis_io.text_file(rows.layer, rows.value)
    if file is None:
        found = qgis_io.file_columns(rows.layer, rows.value, rows.fields, rows.points)
        return None if found is None else _from_columns(rows, found)
    delimiter = file.delimiter or lines.delimiter_of(file.path, file.encoding, file.skip)
    form = text_chunks.Format(delimiter, file.encoding, file.quote, file.skip, file.decimal)
    has_point = not rows.points or (file.x in file.fields and file.y in file.fields)
    if (
        file.is_plain
        and has_point
        and text_chunks.is_readable(form)
        and text_chunks.header(file.path, form) == file.fields
    ):
        return _from_text(rows, file, form)
    lines.check_lines(
        file.path,
        delimiter,
        file.encoding,
        quote=file.quote,
        skip=file.skip,
        check=rows.stop_if_asked,
    )
    return None


def _from_qgis(rows: Rows) -> Iterator[Chunk]:
    return qgis_io.stream(
        rows.source,
        rows.fields,
        points=rows.points,
        crs=rows.to,
        transform_context=rows.transform_context,
        feedback=rows.feedback,
    )


def _from_columns(rows: Rows, found: Iterator[Any]) -> Iterator[Chunk]:
    import numpy as np

    from ..wijkmix_plugin.tables.points_in_areas import places
    from ..wijkmix_plugin.tables.text_chunks import ahead

    for columns, shapes in ahead(found):
        rows.stop_if_asked()
        x, y = (np.zeros(0), np.zeros(0)) if shapes is None else places(shapes)
        yield (columns, *rows.moved(x, y))


def _from_parquet(rows: Rows, path: Path) -> Iterator[Chunk]:
    from ..wijkmix_plugin.tables import parquet_chunks
    from ..wijkmix_plugin.tables.text_chunks import ahead

    found = parquet_chunks.contents(path)
    names = {name: rows.own(name).name() for name in rows.fields}
    shape = found.shape if rows.points else ""
    done = 0
    for columns, x, y in ahead(parquet_chunks.chunks(path, list(names.values()), shape)):
        rows.stop_if_asked()
        yield ({name: columns[own] for name, own in names.items()}, *rows.moved(x, y))
        done += parquet_chunks.CHUNK
        rows.feedback.setProgress(min(100 * done / max(found.rows, 1), 100))


def _from_text(rows: Rows, file: qgis_io.TextFile, form: text_chunks.Format) -> Iterator[Chunk]:
    import numpy as np
    import pandas as pd

    from ..wijkmix_plugin.tables.text_chunks import ahead, chunks

    place_of = {name: file.fields.index(rows.own(name).name()) for name in rows.fields}
    point = [file.fields.index(file.x), file.fields.index(file.y)] if rows.points else []
    part = [0.0]

    def check(done: float) -> None:
        rows.stop_if_asked()
        part[0] = done

    for chunk in ahead(chunks(file.path, form, list(place_of.values()), point, check=check)):
        columns = {}
        for name, place in place_of.items():
            columns[name] = chunk[place]
            if rows.own(name).isNumeric():
                # As QGIS reads it: a number, without zeros before it.
                cells = pd.Series(chunk[place]).str.replace(file.decimal, ".", regex=False)
                columns[name] = pd.to_numeric(cells, errors="coerce").to_numpy()
        x, y = (chunk[place] for place in point) if point else (np.zeros(0), np.zeros(0))
        yield (columns, *rows.moved(x, y))
        rows.feedback.setProgress(100 * part[0])
