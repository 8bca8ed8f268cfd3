# SPDX-License-Identifier: GPL-2.0-or-later
"""Text files with one record a line: is every record whole."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from ..errors import TableError

DELIMITERS = (";", ",", "\t", "|")


def check_lines(
    path: str | Path,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    *,
    quote: str = '"',
    skip: int = 0,
    check: Callable[[], object] = lambda: None,
) -> None:
    """Refuse a text file with a record that does not fit its header.

    A reader that skips such a line, or takes the rest of the file for one cell after an open
    quotation mark, would lose dwellings in silence.

    Parameters
    ----------
    encoding : one that Python does not know is read byte by byte: only separators matter here.
    quote, skip : the mark around cells, and the lines before the header.
    delimiter : one character; None takes the one that the header has most of.
    check : called every 100,000 records; raises to stop.

    Raises
    ------
    TableError
        Names the first broken line, counted from 1. Empty cells beyond the last column are not
        broken: nothing is lost in them.
    """
    try:
        codecs.lookup(encoding)
    except LookupError:
        encoding = "latin-1"
    with Path(path).open(encoding=encoding, errors="replace", newline="") as file:
        for _ in range(skip):
            file.readline()
        header = file.readline()
        if delimiter is None:
            delimiter = _likely(header)
        found = records(
            chain([header], file),
            None,
            path,
            skip,
            delimiter=delimiter,
            quotechar=quote or None,
            strict=True,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        )
        for number, _ in enumerate(found):
            if number % 100_000 == 0:
                check()


def delimiter_of(path: str | Path, encoding: str = "utf-8", skip: int = 0) -> str:
    """Return the character that the header has most of."""
    try:
        codecs.lookup(encoding)
    except LookupError:
        encoding = "latin-1"
    with Path(path).open(encoding=encoding, errors="replace", newline="") as file:
        for _ in range(skip):
            file.readline()
        return _likely(file.readline())


def _likely(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def records(
    lines: Iterable[str], width: int | None, path: str | Path, before: int, **dialect: Any
) -> Iterator[list[str]]:
    """Yield records, and refuse one that is not so wide.

    Parameters
    ----------
    width : cells in a record; None takes those of the first.
    before : how many lines of the file stand before these.
    dialect : as `csv.reader` takes it.
    """
    reader = csv.reader(lines, **dialect)
    first = 0
    try:
        for record in reader:
            if width is None:
                width = len(record)
            if record and (len(record) < width or any(record[width:])):
                raise broken(path, before + first + 1, f"{len(record)} / {width}")
            yield record
            first = reader.line_num
    except csv.Error as error:
        raise broken(path, before + first + 1, str(error)) from error


def broken(path: str | Path, line: int, what: str) -> TableError:
    """Return the error that names a broken line."""
    return TableError(
        "Line {line} of {file} is broken: its fields do not fit the header ({what}). Mend that "
        "line (a missing separator, an open quotation mark) and run again.",
        "Regel {line} van {file} is kapot: de velden passen niet bij de kop ({what}). Herstel die "
        "regel (een scheidingsteken dat ontbreekt, een aanhalingsteken dat open staat) en voer "
        "opnieuw uit.",
        line=line,
        file=Path(path).name,
        what=what,
    )
