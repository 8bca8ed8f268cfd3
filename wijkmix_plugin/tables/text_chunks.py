# SPDX-License-Identifier: GPL-2.0-or-later
"""Big text files in chunks: every line checked, only the columns that are asked kept."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pandas as pd

from .lines import records

BLOCK = 16 * 2**20
# An open quotation mark may take in no more than this before it is called one.
_LONGEST_RECORD = 64 * 2**20
_RECORDS = 100_000
_NEWLINE, _RETURN = 10, 13


class Format(NamedTuple):
    """How a text file is written: one character separates cells, `quote` may be empty."""

    delimiter: str
    encoding: str = "utf-8"
    quote: str = '"'
    skip: int = 0
    decimal: str = "."


def is_readable(file: Format) -> bool:
    """Return whether bytes of the file below 128 are the ASCII characters that they look like."""
    try:
        name = codecs.lookup(file.encoding).name
    except LookupError:
        return False
    return name in ("utf-8", "ascii") or name.startswith(("iso8859", "cp125", "cp437", "cp850"))


def header(path: Path, file: Format) -> list[str]:
    """Return the names of the columns as they are written."""
    with path.open(encoding=file.encoding, errors="replace", newline="") as lines:
        for _ in range(file.skip):
            lines.readline()
        names = next(csv.reader(lines, **_dialect(file)), [])
    return [name.removeprefix("\ufeff") for name in names]


def chunks(
    path: Path,
    file: Format,
    texts: Sequence[int],
    numbers: Sequence[int] = (),
    *,
    check: Callable[[float], object] = lambda done: None,
) -> Iterator[dict[int, Any]]:
    """Yield the columns at some positions, chunk by chunk, in the order of the file.

    Memory holds one chunk of some 16 MB.

    Parameters
    ----------
    texts : positions of columns to give as they are written (object, or categorical where values
        occur again); an empty cell is "".
    numbers : positions of columns to give as float64; what is no number is NaN.
    check : called with the part that is read (0 to 1) for every chunk; raises to stop.

    Raises
    ------
    TableError
        A record does not fit the header: its line is named.
    """
    width = len(header(path, file))
    size = path.stat().st_size
    with path.open("rb") as stream:
        lines = 0
        for _ in range(file.skip):
            stream.readline()
            lines += 1
        left = b""
        first = True
        while True:
            read = stream.read(BLOCK)
            check(min(stream.tell() / max(size, 1), 1.0))
            block = left + read
            cut = len(block) if not read else _last_record(block, file)
            if cut == 0 and read and len(block) < _LONGEST_RECORD:
                left = block
                continue
            if cut == 0:
                cut = len(block)
            left, block = block[cut:], block[:cut]
            if block:
                plain = _is_plain(block, width, file)
                if not plain and file.quote.encode() in block and file.quote:
                    # With a mark out of place, nobody but the exact reader knows where a record
                    # ends: it takes over.
                    stream.seek(-len(block) - len(left), io.SEEK_CUR)
                    yield from _rest(
                        stream, size, width, path, file, lines, first, (texts, numbers), check
                    )
                    return
                found = (_plain if plain else _exactly)(
                    block, width, path, file, lines, first, texts, numbers
                )
                # As Python counts them: a return without a newline ends a line too.
                lines += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
                first = False
                if found is not None:
                    yield found
            if not read:
                return


def ahead(items: Iterator[Any]) -> Iterator[Any]:
    """Yield items that are not None; the next is made while one is used."""
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, items, None)
        while (item := following.result()) is not None:
            following = pool.submit(next, items, None)
            yield item


def _dialect(file: Format) -> dict[str, Any]:
    return {
        "delimiter": file.delimiter,
        "quotechar": file.quote or None,
        "quoting": csv.QUOTE_MINIMAL if file.quote else csv.QUOTE_NONE,
        "strict": True,
    }


def _outside(block: bytes, file: Format) -> np.ndarray | None:
    """Return which bytes are outside quotation marks; None where there are no marks."""
    if not file.quote or file.quote.encode() not in block:
        return None
    marks = np.frombuffer(block, dtype=np.uint8) == ord(file.quote)
    return (np.cumsum(marks, dtype=np.uint32) & 1) == 0


def _last_record(block: bytes, file: Format) -> int:
    """Return where the last whole record ends, 0 where none does."""
    outside = _outside(block, file)
    if outside is None:
        return block.rfind(b"\n") + 1
    ends = np.flatnonzero((np.frombuffer(block, dtype=np.uint8) == _NEWLINE) & outside)
    return int(ends[-1]) + 1 if len(ends) else 0


def _first_record(block: bytes, file: Format) -> int:
    """Return where the header ends."""
    outside = _outside(block, file)
    newline = np.frombuffer(block, dtype=np.uint8) == _NEWLINE
    if outside is not None:
        newline &= outside
    return int(newline.argmax()) + 1 if newline.any() else len(block)


def _is_plain(block: bytes, width: int, file: Format) -> bool:
    """Return whether every record plainly has the width of the header."""
    data = np.frombuffer(block, dtype=np.uint8)
    newline, separator = data == _NEWLINE, data == ord(file.delimiter)
    outside = _outside(block, file)
    if outside is not None:
        marks = data == ord(file.quote)
        # A mark opens after a separator and closes before one; two together stand for one.
        edge = newline | separator
        before, after = np.r_[True, edge[:-1] | marks[:-1]], np.r_[edge[1:] | marks[1:], True]
        if len(data) > 1:
            after[:-1] |= data[1:] == _RETURN
        opens, closes = marks & ~outside, marks & outside
        if not outside[-1] or (opens & ~before).any() or (closes & ~after).any():
            return False
        newline &= outside
        separator &= outside
    returns = np.flatnonzero(data == _RETURN)
    if len(returns) and (returns[-1] == len(data) - 1 or (data[returns + 1] != _NEWLINE).any()):
        return False
    ends = np.flatnonzero(newline)
    if not len(ends) or ends[-1] != len(data) - 1:
        ends = np.append(ends, len(data))
    number = np.diff(np.searchsorted(np.flatnonzero(separator), ends), prepend=0)
    return bool((number == width - 1).all())


def _exactly(
    block: bytes,
    width: int,
    path: Path,
    file: Format,
    lines: int,
    first: bool,
    texts: Sequence[int],
    numbers: Sequence[int],
) -> dict[int, Any] | None:
    """Return the columns of a block with something odd: the exact reader says if it is wrong."""
    text = io.StringIO(block.decode(file.encoding, errors="replace"), newline="")
    found = [r for r in records(text, width, path, lines, **_dialect(file)) if r]
    return _of_records(found[int(first) :], file, texts, numbers)


def _rest(
    stream: BinaryIO,
    size: int,
    width: int,
    path: Path,
    file: Format,
    lines: int,
    first: bool,
    columns: tuple[Sequence[int], Sequence[int]],
    check: Callable[[float], object],
) -> Iterator[dict[int, Any]]:
    """Yield what is left of a file by the exact reader, some ten times as slow."""
    text = io.TextIOWrapper(stream, file.encoding, errors="replace", newline="")
    found = (r for r in records(text, width, path, lines, **_dialect(file)) if r)
    if first:
        next(found, None)
    while some := list(islice(found, _RECORDS)):
        check(min(stream.tell() / max(size, 1), 1.0))
        part = _of_records(some, file, *columns)
        if part is not None:
            yield part


def _of_records(
    found: list[list[str]], file: Format, texts: Sequence[int], numbers: Sequence[int]
) -> dict[int, Any] | None:
    if not found:
        return None
    columns: dict[int, Any] = {}
    for place in texts:
        columns[place] = np.array([record[place] for record in found], dtype=object)
    for place in numbers:
        columns[place] = _numbers(pd.Series([record[place] for record in found]), file)
    return columns


def _numbers(cells: pd.Series, file: Format) -> np.ndarray:
    cells = cells.str.strip().str.replace(file.decimal, ".", regex=False)
    return pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)


def _plain(
    block: bytes,
    width: int,
    path: Path,
    file: Format,
    lines: int,
    first: bool,
    texts: Sequence[int],
    numbers: Sequence[int],
) -> dict[int, Any] | None:
    """Return the columns of a block whose records all have the width of the header."""
    if first:
        block = block[_first_record(block, file) :]

    def parse(kinds: dict[int, Any]) -> pd.DataFrame:
        return pd.read_csv(
            io.BytesIO(block),
            sep=file.delimiter,
            header=None,
            names=list(range(width)),
            usecols=sorted({*texts, *numbers}),
            dtype=kinds,
            index_col=False,
            keep_default_na=False,
            na_values={column: [""] for column in numbers},
            na_filter=bool(numbers),
            quotechar=file.quote or '"',
            quoting=csv.QUOTE_MINIMAL if file.quote else csv.QUOTE_NONE,
            encoding=file.encoding,
            encoding_errors="replace",
            decimal=file.decimal,
            float_precision="round_trip",
            engine="c",
            low_memory=False,
        )

    kinds: dict[int, Any] = dict.fromkeys(texts, str)
    try:
        frame = parse({**kinds, **dict.fromkeys(numbers, float)})
    except pd.errors.EmptyDataError:
        return None
    except ValueError:
        frame = parse({**kinds, **dict.fromkeys(numbers, str)})
        for column in numbers:
            frame[column] = _numbers(frame[column].fillna(""), file)
    return {
        column: frame[column].to_numpy(dtype=float if column in numbers else object)
        for column in frame.columns
    }
