# SPDX-License-Identifier: GPL-2.0-or-later
"""A list of dwellings in PostgreSQL to counts per area, in the database, by one statement.

The list does not travel: the shapes or the codes of the areas go up, and counts come back. The
statement only reads, so it also runs for an account that may do no more, and on a replica.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from .dwellings import (
    AGAIN,
    CLASSES,
    CODE_UNKNOWN,
    NO_CODE,
    NO_PLACE,
    OUTSIDE,
    TWO_AREAS,
    UNKNOWN,
    Counted,
    class_of,
    no_class,
    notes_of,
)

# What surrounds a code or a value without meaning anything; as in `values.text`, where a database
# has these characters in every encoding.
_SPACE = " \t\n\r\v\f\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Column:
    """A column, and whether its numbers may have decimals (which whole numbers then lose)."""

    name: str
    decimal: bool = False


@dataclass(frozen=True)
class Rows:
    """Rows of the database.

    Parameters
    ----------
    table : what stands after FROM.
    where : condition, or empty.
    key : column with a whole number of its own for every row, which names the row; without one
        rows are numbered from 1 as they come.
    shape : column with points or other shapes; empty for a table without.
    only_points : every shape is one point.
    srid, to : number of the coordinate system of the shapes and of the one they are asked in; equal
        or 0 leaves them as they are.
    """

    table: str
    where: str = ""
    key: str = ""
    shape: str = ""
    only_points: bool = True
    srid: int = 0
    to: int = 0


@dataclass(frozen=True)
class Question:
    """What is asked of the database; `statement` words it and `answer` reads what comes back.

    Parameters
    ----------
    rows : the dwellings.
    tenure, code, id, complex : their columns; without a code a dwelling is placed by its point.
    shapes : (n,) polygons or multipolygons of the areas, None where one has none; where points tell
        the place.
    shared : (m,) what areas share, as `points_in_areas.overlaps` returns it.
    codes : (n,) codes of the areas, where a code tells the place and no addresses are given.
    addresses, address_code : points that codes refer to.
    list_left : ask which rows were not counted, besides their number.
    """

    rows: Rows
    tenure: Column
    code: Column | None = None
    id: Column | None = None
    complex: Column | None = None
    shapes: np.ndarray | None = None
    shared: np.ndarray | None = None
    codes: Sequence[str] = ()
    addresses: Rows | None = None
    address_code: Column | None = None
    list_left: bool = True


@dataclass
class Answer:
    """What the database told.

    Parameters
    ----------
    foreign : tenure values that the statement had no class for.
    shared : points in each overlap of areas, by its position.
    """

    counts: np.ndarray
    total: int = 0
    addresses: int = 0
    differ: int = 0
    complexes: int = 0
    crossing: list[str] = field(default_factory=list)
    left: dict[int, int] = field(default_factory=dict)
    foreign: dict[str, list[int]] = field(default_factory=dict)
    rows: list[tuple[int, str | None, int]] = field(default_factory=list)
    shared: dict[int, int] = field(default_factory=dict)

    def counted(self) -> Counted:
        """Return the counts as `DwellingCount.result` does.

        Raises
        ------
        TableError
            A tenure value has no class.
        """
        if self.foreign:
            raise no_class(self.foreign)
        self.rows.sort(key=lambda row: row[0])
        numbers, codes, reasons = zip(*self.rows, strict=True) if self.rows else ((), (), ())
        named = np.empty(len(codes), dtype=object)
        named[:] = codes
        notes = notes_of(
            self.counts, self.total, self.left, self.differ, self.complexes, self.crossing
        )
        return Counted(
            self.counts,
            sum(self.left.values()),
            np.array(numbers, dtype=np.int64),
            named,
            np.array(reasons, dtype=np.int64),
            notes,
        )


def with_spellings(classes: Mapping[str, str], foreign: Iterable[str]) -> dict[str, str] | None:
    """Return the classes with those values that Python knows and the database did not, or None.

    A database in another locale does not know that É and é are one letter.
    """
    known = {value: class_of(value, classes) for value in foreign}
    found = {value: CLASSES[kind] for value, kind in known.items() if kind is not None}
    return {**classes, **found} if found else None


def identifier(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _text(column: Column | None) -> str:
    """Return the SQL of a cell as text: without spaces around it, NULL where blank."""
    if column is None:
        return "NULL::text"
    cell = f"{identifier(column.name)}::text"
    if column.decimal:
        cell = rf"regexp_replace({cell}, E'\\.0+$', '')"
    return f"NULLIF(btrim({cell}, {_literal(_SPACE)}), '')"


def _point(rows: Rows) -> str:
    """Return the SQL of the place of a row: a point, or NULL."""
    shape = f"{identifier(rows.shape)}::geometry"
    if not rows.only_points:
        shape = f"ST_PointOnSurface(ST_CurveToLine({shape}))"
    if rows.srid and rows.to and rows.srid != rows.to:
        shape = f"ST_Transform(ST_SetSRID({shape}, {rows.srid}), {rows.to})"
    shape = f"ST_SetSRID(ST_Force2D({shape}), 0)"
    known = "NOT ST_IsEmpty(q) AND ST_X(q) <> 'NaN'"
    return f"({_select('q', f'(VALUES ({shape})) AS own(q)', known)})"


def _select(what: str, source: str, where: str = "", group: str = "") -> str:
    words = ["SELECT", what, "FROM", source]
    if where.strip():
        words += ["WHERE", where]
    if group:
        words += ["GROUP BY", group]
    return " ".join(words)


def _cells(shapes: np.ndarray) -> list[str]:
    """Return the expressions `near` (the areas by the cells that their boxes touch) and `size`."""
    known = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    parts, owner = shapely.get_parts(shapes[known], return_index=True)
    west, south, east, north = shapely.bounds(parts).T
    width, height, n = east - west, north - south, max(len(west), 1)
    # Some eight cells a part of an area, also where these are long and thin.
    size = max(
        float(np.sqrt((width * height).sum() / (4 * n))),
        float((width + height).sum() / (8 * n)),
        1e-9,
    )
    # Every part by the cells that its box touches. Counted here, so that the database knows how
    # many there are and plans for that.
    low = np.floor(np.column_stack([west, south]) / size).astype(np.int64)
    across, up = (np.floor(np.column_stack([east, north]) / size).astype(np.int64) - low + 1).T
    part = np.repeat(np.arange(len(west)), across * up)
    step = np.arange(len(part)) - np.repeat(np.cumsum(across * up) - across * up, across * up)
    i, j = low[part, 0] + step % across[part], low[part, 1] + step // across[part]
    wkb = shapely.to_wkb(shapely.geometrycollections(parts), output_dimension=2)
    collection = f"ST_GeomFromWKB(decode('{base64.b64encode(wkb).decode()}', 'base64'))"
    # Cells are compared as numbers with a fraction, which NaN and far away do not overflow.
    cells = (
        f"unnest({_numbers(i, 'double precision')}, {_numbers(j, 'double precision')}, "
        f"{_numbers(part, 'int')}, {_numbers(known[owner[part]], 'int')}) AS cell(i, j, part, n)"
    )
    return [
        "area(part, g) AS MATERIALIZED "
        f"({_select('(d).path[1] - 1, (d).geom', f'ST_Dump({collection}) AS d')})",
        f"near AS ({_select('i, j, n, g', f'area JOIN {cells} USING (part)')})",
        f"size(s) AS (VALUES ({size!r}::double precision))",
    ]


def _numbers(values: np.ndarray, kind: str) -> str:
    return f"'{{{','.join(map(str, values.tolist()))}}}'::{kind}[]"


def _placed(name: str, columns: str, rows: str, n_areas: int) -> str:
    """Return the expression that gives rows with a point `p` the first of the areas around it.

    What follows the areas in `near` are the overlaps of two; `o` is the first of these.
    """
    cell = "floor(ST_X(p) / s) AS i, floor(ST_Y(p) / s) AS j"
    spot = _select(f"*, p IS NULL AS none, {cell}", f"({rows}) AS list, size")
    first = (
        f"coalesce(min(near.n) FILTER (WHERE near.n < {n_areas}), "
        f"CASE WHEN bool_or(none) THEN {NO_PLACE} ELSE {OUTSIDE} END) AS n, "
        f"min(near.n) FILTER (WHERE near.n >= {n_areas}) - {n_areas} AS o"
    )
    around = (
        f"({spot}) AS spot LEFT JOIN near ON near.i = spot.i AND near.j = spot.j "
        "AND ST_Intersects(near.g, spot.p)"
    )
    return f"{name} AS ({_select(f'{columns}, {first}', around, group=columns)})"


def statement(question: Question, classes: Mapping[str, str]) -> str:
    """Return the one statement that counts the dwellings; `read` reads its rows.

    Parameters
    ----------
    classes : tenure value -> class, as `dwellings.read_map` returns it.
    """
    rows = question.rows
    key = f"{identifier(rows.key)}::bigint" if rows.key else "row_number() OVER ()"
    source = (
        f"row_number() OVER () AS r, {key} AS key, "
        f"lower(coalesce({_text(question.tenure)}, '')) AS word, "
        f"{_text(question.id)} AS id, {_text(question.complex)} AS complex, "
        f"{_text(question.code)} AS code"
    )
    kinds = ", ".join(f"({_literal(w)}, {CLASSES.index(c)})" for w, c in classes.items())
    parts = [f"kind(word, k) AS (VALUES {kinds})"]
    addresses = "0"
    placed, n_areas = "", 0
    if question.shapes is not None:
        n_areas = len(question.shapes)
        shared = () if question.shared is None else question.shared
        parts += _cells(np.array([*question.shapes, *shared], dtype=object))
    kept = "r, key, word, id, complex, code"
    if question.code is None:
        found = _select(f"{source}, {_point(rows)} AS p", rows.table, rows.where)
        placed = "spot"
        parts.append(_placed(placed, kept, found, n_areas))
    else:
        if question.addresses is not None:
            own = question.addresses
            columns = f"row_number() OVER () AS r, {_text(question.address_code)} AS code"
            found = _select(f"{columns}, {_point(own)} AS p", own.table, own.where)
            placed = "address"
            parts.append(_placed(placed, "r, code", found, n_areas))
            # One address with several rows: in an area before outside, in the order of the areas.
            first = "coalesce(min(n) FILTER (WHERE n >= 0), max(n))"
            place = _select(f"code, {first}", "address", "code IS NOT NULL", "code")
            addresses = f"({_select('count(*)', 'address')})"
        else:
            codes = f"unnest(ARRAY[{', '.join(map(_literal, question.codes))}]::text[])"
            place = _select("code, o - 1", f"{codes} WITH ORDINALITY AS codes(code, o)")
        parts.append(f"place(code, n) AS ({place})")
        n = f"CASE WHEN code IS NULL THEN {NO_CODE} ELSE coalesce(n, {CODE_UNKNOWN}) END AS n"
        listed = f"({_select(source, rows.table, rows.where)}) AS list LEFT JOIN place USING (code)"
        parts.append(f"spot AS ({_select(f'{kept}, {n}', listed)})")
    parts.append(f"dwelling AS ({_select('spot.*, k', 'spot LEFT JOIN kind USING (word)')})")
    # Every identifier once: the first and last area, class and row of its rows, and their number.
    has_id = "id IS NOT NULL" if question.id else "false"
    once = (
        "id, min(n) AS n, max(n) AS last, min(k) AS k, max(k) AS other, count(*) AS m, "
        "min(key) AS key"
    )
    parts.append(f"one AS ({_select(once, 'dwelling', f'n >= 0 AND {has_id}', 'id')})")
    kind = f"CASE WHEN k = other THEN k ELSE {UNKNOWN} END"
    answers = [
        _select(f"'all', count(*), {addresses}, 0::bigint, NULL::text", "dwelling"),
        _select("'count', n, k, count(*), NULL", "dwelling", f"n >= 0 AND NOT ({has_id})", "n, k"),
        _select(f"'count', n, {kind}, count(*), NULL", "one", "n = last", "2, 3"),
        _select("'left', n, 0, count(*), NULL", "dwelling", "n < 0", "n"),
        _select(f"'left', {AGAIN}, 0, sum(m - 1)::bigint, NULL", "one", "n = last"),
        _select(f"'left', {TWO_AREAS}, 0, sum(m)::bigint, NULL", "one", "n <> last"),
        _select("'differ', 0, 0, count(*), NULL", "one", "n = last AND k <> other"),
        _select("'foreign', min(key), 0, count(*), word", "dwelling", "k IS NULL", "word"),
    ]
    if placed and question.shared is not None and len(question.shared):
        answers.append(_select("'shared', o, 0, count(*), NULL", placed, "o IS NOT NULL", "o"))
    if question.complex is not None:
        found = "n >= 0 AND complex IS NOT NULL"
        pairs = _select("complex, count(DISTINCT n) AS m", "dwelling", found, "complex")
        parts.append(f"complexes AS ({pairs})")
        answers += [
            _select("'complexes', 0, 0, count(*), NULL", "complexes"),
            _select("'crossing', 0, 0, m, complex", "complexes", "m > 1"),
        ]
    if question.list_left:
        named = "id" if question.code is None else "code"
        why = f"CASE WHEN one.n = last THEN {AGAIN} ELSE {TWO_AREAS} END"
        repeated = "dwelling.n >= 0 AND (one.n <> last OR dwelling.key > one.key)"
        answers += [
            _select(f"'row', key, n, 0, {named}", "dwelling", "n < 0"),
            _select(
                f"'row', dwelling.key, {why}, 0, NULL", "dwelling JOIN one USING (id)", repeated
            ),
        ]
    return "WITH " + ",\n".join(parts) + "\n" + "\nUNION ALL\n".join(answers)


def read(rows: Iterable[Sequence[Any]], n_areas: int) -> Answer:
    """Read what `statement` brought back."""
    found = Answer(np.zeros((n_areas, len(CLASSES)), dtype=np.int64))
    for what, a, b, number, text in rows:
        n = int(number or 0)
        if what == "count":
            # A value without a class stops the run; until then it counts nowhere.
            found.counts[int(a), UNKNOWN if b is None else int(b)] += n
        elif what == "left" and n:
            found.left[int(a)] = found.left.get(int(a), 0) + n
        elif what == "shared":
            found.shared[int(a)] = n
        elif what == "row":
            found.rows.append((int(a), text or None, int(b)))
        elif what == "foreign":
            found.foreign[text or ""] = [n, int(a)]
        elif what == "crossing":
            found.crossing.append(text)
        elif what == "complexes":
            found.complexes = n
        elif what == "differ":
            found.differ = n
        elif what == "all":
            found.total, found.addresses = int(a), int(b)
    return found
