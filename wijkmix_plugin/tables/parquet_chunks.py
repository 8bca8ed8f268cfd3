# SPDX-License-Identifier: GPL-2.0-or-later
"""(Geo)Parquet files in chunks: only the columns that are asked, points as two columns of numbers.

The GDAL of Debian reads no Parquet; pyarrow does, where it is installed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..errors import TableError
from .points_in_areas import places

CHUNK = 200_000


class Contents(NamedTuple):
    """What a file holds.

    Parameters
    ----------
    columns : name -> "text", "whole", "number" or "other", geometry left out.
    rows : how many there are.
    shape : column with the geometry; empty for a table.
    kinds : kinds of geometry that the file says it holds.
    crs : coordinate system as PROJJSON or text; empty where the file does not tell, which by the
        standard is longitude and latitude.
    bounds : west, south, east, north where the file tells.
    """

    columns: dict[str, str]
    rows: int
    shape: str
    kinds: tuple[str, ...]
    crs: str
    bounds: tuple[float, ...]


def reader() -> Any:
    """Return pyarrow's reader of Parquet.

    Raises
    ------
    TableError
        It is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise TableError(
            'Parquet cannot be read here: {reason}. Install pyarrow (pip install "pyarrow<20" '
            "beside NumPy 1, else pip install pyarrow), or save the list as CSV or GeoPackage.",
            'Parquet is hier niet te lezen: {reason}. Installeer pyarrow (pip install "pyarrow<20" '
            "naast NumPy 1, anders pip install pyarrow), of bewaar de lijst als CSV of GeoPackage.",
            reason=str(error),
        ) from error
    return pyarrow.parquet


def is_there() -> bool:
    """Return whether Parquet can be read."""
    try:
        reader()
    except TableError:
        return False
    return True


def _open(path: Path) -> Any:
    parquet = reader()
    try:
        return parquet.ParquetFile(path, memory_map=True)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> TableError:
    return TableError(
        "{file} cannot be read as Parquet: {reason}. Fetch or save the file again.",
        "{file} is niet als Parquet te lezen: {reason}. Haal het bestand opnieuw op of bewaar het "
        "opnieuw.",
        file=path.name,
        reason=" ".join(str(error).split())[:300],
    )


def contents(path: Path) -> Contents:
    """Return what a file holds, from its metadata alone.

    Raises
    ------
    TableError
        pyarrow is not there, or the file cannot be read.
    """
    import pyarrow as pa

    with _open(path) as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
    try:
        told = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    except ValueError:
        told = {}
    shape = str(told.get("primary_column", "")) if schema.names else ""
    if shape not in schema.names:
        shape = ""
    geometry = told.get("columns", {}).get(shape, {}) if shape else {}
    columns = {}
    for column in schema:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if column.name in told.get("columns", {}):
            continue
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            columns[column.name] = "text"
        elif pa.types.is_integer(kind):
            columns[column.name] = "whole"
        elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            columns[column.name] = "number"
        else:
            columns[column.name] = "other"
    crs = geometry.get("crs") or ""
    return Contents(
        columns,
        rows,
        shape,
        tuple(geometry.get("geometry_types", ())),
        crs if isinstance(crs, str) else json.dumps(crs),
        tuple(geometry.get("bbox", ())),
    )


def chunks(
    path: Path, columns: Sequence[str], shape: str = ""
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]]:
    """Yield columns, x and y, chunk by chunk, in the order of the file.

    Parameters
    ----------
    shape : column with geometry in WKB or as GeoArrow points; empty gives empty x and y. The place
        of what is no point is a point inside it; a row without one has NaN.
    """
    asked = list(dict.fromkeys([*columns, *([shape] if shape else [])]))
    with _open(path) as file:
        try:
            for batch in file.iter_batches(batch_size=CHUNK, columns=asked):
                found = {
                    name: batch.column(name).to_pandas().to_numpy(dtype=None) for name in columns
                }
                x = y = np.zeros(0)
                if shape:
                    x, y = _places(batch.column(shape))
                yield found, x, y
        except (OSError, ValueError) as error:
            raise _unreadable(path, error) from error


def _places(column: Any) -> tuple[np.ndarray, np.ndarray]:
    import pyarrow as pa

    known = column.is_valid().to_numpy(zero_copy_only=False)
    x, y = np.full((2, len(column)), np.nan)
    if pa.types.is_struct(column.type):
        for values, axis in ((x, "x"), (y, "y")):
            values[known] = column.drop_null().field(axis).to_numpy(zero_copy_only=False)
        return x, y
    shapes = column.drop_null().cast(pa.large_binary())
    offsets = np.frombuffer(shapes.buffers()[1], dtype=np.int64)
    offsets = offsets[shapes.offset : shapes.offset + len(shapes) + 1]
    size = np.diff(offsets)
    if len(shapes) and (size == size[0]).all():
        data = np.frombuffer(shapes.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
        x[known], y[known] = places(data.view(f"V{size[0]}"))
    else:
        x[known], y[known] = places(shapes.to_numpy(zero_copy_only=False))
    return x, y
