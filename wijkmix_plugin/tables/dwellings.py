# SPDX-License-Identifier: GPL-2.0-or-later
"""A list of dwellings to counts per area: nothing of a person, nothing of a few dwellings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import TableError, Text, listed
from .columns import Note
from .roles import COUNTS, ROLE_OF_SPELLING, SHARES
from .values import text

CLASSES = ("koop", "corp", "overig", "unknown")
UNKNOWN = CLASSES.index("unknown")
UNKNOWN_LIMIT = 10.0  # percent of an area list whose ownership is unknown, worth a warning
NAMED = 10
_PARTS = 16

# Where a dwelling is, if not in an area.
OUTSIDE, NO_PLACE, NO_CODE, CODE_UNKNOWN, TWO_AREAS, AGAIN = -1, -2, -3, -4, -5, -6
REASONS = {
    OUTSIDE: Text("outside the areas", "buiten de gebieden"),
    NO_PLACE: Text("no point", "geen punt"),
    NO_CODE: Text("no code", "geen code"),
    CODE_UNKNOWN: Text("code not found", "code niet gevonden"),
    TWO_AREAS: Text("same dwelling in two areas", "zelfde woning in twee gebieden"),
    AGAIN: Text("same dwelling again", "zelfde woning nog eens"),
}

# What UTF-8 looks like read as windows-1252 (in small letters, as values are compared), and what
# other encodings leave when they are read as UTF-8.
_GARBLED = re.compile("[ãâ][\u0080-\u00bf\u20ac\u0153\u0161\u017e\u0192\u02c6\u2030]|\ufffd")

# Columns about a person. "naam" alone names a resident in a list of dwellings, and an area in a
# layer of areas.
_PERSON = re.compile(
    r"voornaam|achternaam|roepnaam|tussenvoegsel|voorletters|initialen|bewoner(?!s?_?aantal)(?<!aantal_bewoner)"
    r"|huurdernaam|huurder_?n(?:r|ummer)|naam_?(?:huurder|klant|contact|eigenaar)|klantn"
    r"|eigenaarnaam|contactpers|first_?name|last_?name|surname|tenant|resident_?name"
    r"|bsn|burgerservice|sofinummer|e_?mail|telefoon|mobiel|phone|geslacht|gender|birth_?(?:date|day|year)"
    r"|date_of_birth|geboorte_?(?:datum|dag|jaar|plaats|land)|geb_?datum|overlijdens_?datum"
    r"|iban|rekeningn|paspoort|passport"
)
_PERSON_WORD = re.compile(
    r"(?:^|_)(?:tel|mob|mail|dob|huurder|klant|leeftijd|age)(?:nr|nummer)?(?:_|$)|^(?:naam|name)$"
)


def person_columns(names: Iterable[str], *, areas: bool = False) -> list[str]:
    """Return the names of columns that hold something of a person.

    Parameters
    ----------
    areas : the columns are of areas, where `naam` and `name` are names of places; unless another
        column is about a person, for then the rows are.
    """
    names = list(names)
    found = []
    for name in names:
        word = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
        if _PERSON.search(word) or (not areas and _PERSON_WORD.search(word)):
            found.append(name)
    return person_columns(names) if areas and found else found


def read_map(given: str) -> dict[str, str]:
    """Read the mapping of tenure values: JSON, value -> koop | corp | overig | unknown.

    Values match without regard to case or spaces around them. The four classes stand for
    themselves. Empty text is an empty mapping; the value "" stands for an empty cell.

    Raises
    ------
    TableError
        Not a JSON object, or a value is mapped to something else.
    """
    return {name: name for name in CLASSES} | read_classes(
        given,
        Text("tenure values", "eigendomswaarden"),
        CLASSES,
        '{"KW": "koop", "SH": "corp", "PH": "overig", "": "unknown"}',
        _key,
    )


def read_classes(
    given: str, what: Text, classes: Sequence[str], example: str, key: Callable[[str], str]
) -> dict[str, str]:
    """Read a mapping of a user's values to classes: JSON, value -> class.

    Parameters
    ----------
    given : the JSON; empty text is an empty mapping.
    what : what is mapped, for the messages.
    classes : what values may be mapped to.
    example : a right mapping.
    key : brings spellings of one value together.

    Returns
    -------
    The class of every value, by its key.

    Raises
    ------
    TableError
        Not a JSON object, or a value is mapped to something else or to two classes.
    """
    found: Any = []
    if given.strip():
        try:
            found = json.loads(given, object_pairs_hook=list)
        except ValueError as error:
            found = str(error)
    # A list of pairs, so that a value that is given twice is seen.
    if not isinstance(found, list) or not all(isinstance(pair, tuple) for pair in found):
        raise TableError(
            f"The mapping of {what.en} is not a JSON object: {{given}}. Write for example "
            "{example}.",
            f"De koppeling van {what.nl} is geen JSON-object: {{given}}. Schrijf bijvoorbeeld "
            "{example}.",
            given=given,
            example=example,
        )
    wrong = sorted(str(k) for k, v in found if not isinstance(v, str) or v not in classes)
    if wrong:
        raise TableError(
            f"The mapping of {what.en} sends {{wrong}} to something else than {{classes}}. Write "
            "for example {example}.",
            f"De koppeling van {what.nl} stuurt {{wrong}} naar iets anders dan {{classes}}. "
            "Schrijf bijvoorbeeld {example}.",
            wrong=listed(wrong, NAMED),
            classes=", ".join(classes),
            example=example,
        )
    result: dict[str, str] = {}
    for name, kind in found:
        if result.setdefault(key(name), kind) != kind:
            raise TableError(
                "The mapping sends {name} to {one} as well as to {other}; case and spaces make no "
                "difference. Give it once.",
                "De koppeling stuurt {name} zowel naar {one} als naar {other}; hoofdletters en "
                "spaties maken geen verschil. Geef de waarde een keer.",
                name=name,
                one=result[key(name)],
                other=kind,
            )
    return result


def _key(value: Any) -> str:
    return str(value).strip().casefold()


def class_of(value: str | None, classes: Mapping[str, str]) -> int | None:
    """Return the position in `CLASSES` of a tenure value; None where it has no class."""
    found = classes.get("" if value is None else _key(value))
    return None if found is None else CLASSES.index(found)


@dataclass(frozen=True)
class Counted:
    """What `DwellingCount.result` returns.

    Parameters
    ----------
    counts : (n_areas, 4) dwellings per class of `CLASSES`, before suppression.
    left : number of rows that were not counted.
    rows, codes, reasons : those rows, where the list was asked: row number, code or identifier as
        text (None where there is none), key of `REASONS`; in the order of the rows.
    notes : what the reader must know.
    """

    counts: np.ndarray
    left: int
    rows: np.ndarray
    codes: np.ndarray
    reasons: np.ndarray
    notes: list[Note]


class DwellingCount:
    """Counts dwellings per area, chunk by chunk.

    Memory does not grow with the dwellings, but for 12 bytes each where they have identifiers (20
    where the list of those that are not counted is asked), and for that list.

    Parameters
    ----------
    n_areas : number of areas.
    classes : tenure value -> class, as `read_map` returns it.
    list_left : keep the list of the rows that are not counted, besides their number.

    Notes
    -----
    An identifier that occurs again is one dwelling. Rows of one dwelling with different tenure
    count it once, as unknown; rows in different areas count it nowhere. So the order of the rows
    does not matter. Identifiers are compared by a 64-bit hash: two of ten million differ and are
    taken for one with a chance of three in a million.
    """

    def __init__(self, n_areas: int, classes: dict[str, str], *, list_left: bool = True) -> None:
        self._classes = classes
        self._list_left = list_left
        self._left: dict[int, int] = {}  # reason -> rows
        self._counts = np.zeros((n_areas, len(CLASSES)), dtype=np.int64)
        self._total = 0
        self._foreign: dict[str, list[int]] = {}  # value -> [dwellings, first row]
        self._lost: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._known: list[tuple[np.ndarray, ...]] = []
        self._complexes: set[tuple[str, int]] = set()

    def add(
        self,
        area: np.ndarray,
        tenure: Sequence[Any],
        *,
        codes: Sequence[Any] | None = None,
        ids: Sequence[Any] | None = None,
        complexes: Sequence[Any] | None = None,
    ) -> None:
        """Count one chunk; its rows follow those before, from 1.

        Parameters
        ----------
        area : (m,) position of the area, or OUTSIDE, NO_PLACE, NO_CODE or CODE_UNKNOWN.
        tenure : (m,) values as found.
        codes : (m,) what the areas were looked up by, for the list of those not counted.
        ids : (m,) identifiers of dwellings; those that miss are not compared.
        complexes : (m,) complex of each dwelling, to tell which cross borders.
        """
        area = np.asarray(area, dtype=np.int64)
        rows = np.arange(self._total + 1, self._total + len(area) + 1)
        self._total += len(area)
        kind = self._class_of(tenure, rows)
        inside = area >= 0
        key = None if ids is None else text(pd.Series(ids))
        if not inside.all():
            out = ~inside
            self._leave(area[out])
        if self._list_left and not inside.all():
            named = np.full(int(out.sum()), None, dtype=object)
            if codes is not None:
                named = text(pd.Series(np.asarray(codes)[out]))
            elif key is not None:
                named = key[out]
            self._lost.append((rows[out], named, area[out]))
        if complexes is not None:
            number, distinct = pd.factorize(pd.Series(complexes)[inside], use_na_sentinel=True)
            pairs = np.unique(np.column_stack([number, area[inside]])[number >= 0], axis=0)
            names = text(pd.Series(distinct))
            self._complexes.update(
                (names[which], int(place)) for which, place in pairs if names[which] is not None
            )
        if key is not None:
            has = inside & np.array([k is not None for k in key], dtype=bool)
            hashes = pd.util.hash_array(key[has], categorize=False)
            place = (area[has] * len(CLASSES) + kind[has]).astype(np.int32)
            part = (hashes & np.uint64(_PARTS - 1)).astype(np.uint8)
            order = np.argsort(part, kind="stable")
            ends = np.cumsum(np.bincount(part, minlength=_PARTS))
            kept = (hashes, place, *([rows[has]] if self._list_left else []))
            self._known.append((np.r_[0, ends], *(column[order] for column in kept)))
            inside &= ~has
        self._count(area[inside], kind[inside])

    def _count(self, area: np.ndarray, kind: np.ndarray) -> None:
        flat = np.bincount(area * len(CLASSES) + kind, minlength=self._counts.size)
        self._counts += flat.reshape(self._counts.shape)

    def _class_of(self, tenure: Sequence[Any], rows: np.ndarray) -> np.ndarray:
        number, distinct = pd.factorize(pd.Series(tenure), use_na_sentinel=False)
        kinds = np.zeros(len(distinct), dtype=np.int8)
        for place, value in enumerate(text(pd.Series(distinct))):
            kind = class_of(value, self._classes)
            if kind is not None:
                kinds[place] = kind
                continue
            key = "" if value is None else _key(value)
            at = number == place
            entry = self._foreign.setdefault(key, [0, int(rows[at.argmax()])])
            entry[0] += int(at.sum())
        return kinds[number]

    def _leave(self, reasons: np.ndarray) -> None:
        for reason, n in zip(*np.unique(reasons, return_counts=True), strict=True):
            self._left[int(reason)] = self._left.get(int(reason), 0) + int(n)

    def result(self) -> Counted:
        """Return the counts, and what was not counted and why.

        Raises
        ------
        TableError
            A tenure value has no class: all are listed with their number and first row.
        """
        if self._foreign:
            raise no_class(self._foreign)
        differ = self._once()
        rows, codes, reasons = (
            (np.concatenate(parts) for parts in zip(*self._lost, strict=True))
            if self._lost
            else (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object), np.zeros(0, np.int64))
        )
        order = np.argsort(rows, kind="stable")
        across: dict[str, int] = {}
        for name, _ in self._complexes:
            across[name] = across.get(name, 0) + 1
        return Counted(
            self._counts,
            sum(self._left.values()),
            rows[order],
            codes[order],
            reasons[order],
            notes_of(
                self._counts,
                self._total,
                self._left,
                differ,
                len(across),
                [name for name, n in across.items() if n > 1],
            ),
        )

    def _once(self) -> int:
        """Count every identifier once; return how many dwellings had rows of different tenure."""
        differ = 0
        # Part by part, so that sorting takes little memory beside the identifiers themselves.
        for part in range(_PARTS):
            pieces = [
                [column[ends[part] : ends[part + 1]] for column in columns]
                for ends, *columns in self._known
            ]
            some = [np.concatenate(column) for column in zip(*pieces, strict=True)]
            if some and len(some[0]):
                differ += self._once_of(*some)
        self._known = []
        return differ

    def _once_of(self, hashes: np.ndarray, place: np.ndarray, *rows: np.ndarray) -> int:
        # The sort is stable: rows of one identifier stay in their order.
        order = np.argsort(hashes, kind="stable")
        hashes, place = hashes[order], place[order]
        area, kind = np.divmod(place, len(CLASSES))
        starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
        low, high = (f.reduceat(area, starts) for f in (np.minimum, np.maximum))
        first, last = (f.reduceat(kind, starts) for f in (np.minimum, np.maximum))
        torn, differ = low != high, (low == high) & (first != last)
        self._count(low[~torn].astype(np.int64), np.where(differ, UNKNOWN, first)[~torn])
        size = np.diff(np.r_[starts, len(hashes)])
        in_two = np.repeat(torn, size)
        is_first = np.zeros(len(hashes), dtype=bool)
        is_first[starts] = True
        for which, reason in ((in_two, TWO_AREAS), (~in_two & ~is_first, AGAIN)):
            n = int(which.sum())
            if n:
                self._leave(np.full(n, reason))
            if n and rows:
                nameless = np.full(n, None, dtype=object)
                self._lost.append((rows[0][order][which], nameless, np.full(n, reason)))
        return int(differ.sum())


def no_class(foreign: Mapping[str, Sequence[int]]) -> TableError:
    """Return the error that lists values without a class: value -> [dwellings, first row]."""
    hint = Text("", "")
    if any(_GARBLED.search(value) for value in foreign):
        hint = Text(
            " Some look as if the file was read in another encoding than it was written in: add it "
            "again with the right one (often UTF-8 or windows-1252).",
            " Sommige zien eruit alsof het bestand in een andere codering is gelezen dan het is "
            "geschreven: voeg het opnieuw toe met de juiste (vaak UTF-8 of windows-1252).",
        )
    return TableError(
        "{n} tenure values have no class: {values}. Add each to the mapping, for example "
        "{example}; unknown is a class too." + hint.en,
        "{n} eigendomswaarden hebben geen klasse: {values}. Zet elke waarde in de koppeling, "
        "bijvoorbeeld {example}; ook unknown is een klasse." + hint.nl,
        n=len(foreign),
        values=listed(
            [
                f'"{value}" ({n} x, first row {row})'
                for value, (n, row) in sorted(
                    foreign.items(), key=lambda item: (-item[1][0], item[0])
                )
            ],
            30,
        ),
        example=json.dumps({min(foreign): "corp"}, ensure_ascii=False),
    )


def notes_of(
    counts: np.ndarray,
    total: int,
    left: Mapping[int, int],
    differ: int,
    complexes: int,
    crossing: Iterable[str],
) -> list[Note]:
    """Say what was counted and what was not.

    Parameters
    ----------
    counts : (n_areas, 4) dwellings.
    total : rows in the list.
    left : reason -> rows that were not counted.
    differ : dwellings with rows of different tenure.
    complexes, crossing : how many there are, and the names of those in more than one area.
    """
    counted = int(counts.sum())
    notes = [
        Note(
            "info",
            Text(
                "{counted} dwellings counted in {areas} areas, out of {total} rows.",
                "{counted} woningen geteld in {areas} gebieden, van {total} rijen.",
            ).format(counted=counted, areas=int((counts.sum(axis=1) > 0).sum()), total=total),
        )
    ]
    for reason, sentence in _SENTENCES.items():
        n = left.get(reason, 0)
        if n:
            notes.append(Note("warning", sentence.format(n=n, share=100 * n / total)))
    if differ:
        notes.append(
            Note(
                "warning",
                Text(
                    "{n} dwellings have rows of different tenure; each counts once, as unknown.",
                    "{n} woningen hebben rijen met verschillend eigendom; elk telt één keer, als "
                    "onbekend.",
                ).format(n=differ),
            )
        )
    unknown = 100 * counts[:, UNKNOWN].sum() / max(counted, 1)
    if unknown > UNKNOWN_LIMIT:
        notes.append(
            Note(
                "warning",
                Text(
                    "The ownership of {share:.1f}% of the dwellings is unknown; they are in no "
                    "share.",
                    "Van {share:.1f}% van de woningen is het eigendom onbekend; zij tellen in geen "
                    "aandeel mee.",
                ).format(share=unknown),
            )
        )
    crossing = sorted(crossing)
    if crossing:
        notes.append(
            Note(
                "warning",
                Text(
                    "{n} of {all} complexes lie in more than one area: {names}. Their dwellings "
                    "are counted where each of them is.",
                    "{n} van {all} complexen liggen in meer dan één gebied: {names}. Hun woningen "
                    "tellen waar elk ervan staat.",
                ).format(n=len(crossing), all=complexes, names=listed(crossing, NAMED)),
            )
        )
    return notes


_SENTENCES = {
    OUTSIDE: Text(
        "{n} dwellings ({share:.1f}%) lie outside the areas.",
        "{n} woningen ({share:.1f}%) liggen buiten de gebieden.",
    ),
    NO_PLACE: Text(
        "{n} rows ({share:.1f}%) have no point.", "{n} rijen ({share:.1f}%) hebben geen punt."
    ),
    NO_CODE: Text(
        "{n} rows ({share:.1f}%) have no code.", "{n} rijen ({share:.1f}%) hebben geen code."
    ),
    CODE_UNKNOWN: Text(
        "{n} dwellings ({share:.1f}%) have a code that no area has.",
        "{n} woningen ({share:.1f}%) hebben een code die geen gebied heeft.",
    ),
    TWO_AREAS: Text(
        "{n} rows ({share:.1f}%) are of dwellings that occur in two areas; these are counted "
        "nowhere.",
        "{n} rijen ({share:.1f}%) zijn van woningen die in twee gebieden voorkomen; die tellen "
        "nergens mee.",
    ),
    AGAIN: Text(
        "{n} rows ({share:.1f}%) repeat a dwelling; each dwelling counts once.",
        "{n} rijen ({share:.1f}%) herhalen een woning; elke woning telt één keer.",
    ),
}


def by_code(codes: Sequence[Any], places: pd.Series) -> np.ndarray:
    """Return the position of the area of each code, NO_CODE or CODE_UNKNOWN.

    Parameters
    ----------
    codes : (m,) codes as found; spaces around them do not count.
    places : position of the area, by its code as text.
    """
    number, distinct = pd.factorize(pd.Series(codes), use_na_sentinel=True)
    key = text(pd.Series(distinct))
    place = places.reindex(key).fillna(CODE_UNKNOWN).to_numpy(dtype=np.int64)
    place[pd.isna(key)] = NO_CODE
    return np.append(place, NO_CODE)[number]


def likely_reason(theirs: Sequence[Any], ours: Sequence[Any]) -> Text:
    """Say why codes of dwellings may not match codes of areas."""
    left = {_bare(c) for c in text(pd.Series(theirs)) if c}
    right = {_bare(c) for c in text(pd.Series(ours)) if c}
    if left & right:
        return Text(
            "Without letters and leading zeros {n} of them do match: the codes were most likely "
            "read as numbers. Read that column as text (for a CSV: "
            "Layer > Add Layer > Add Delimited Text Layer, no detection of field types), so that "
            "it looks like {example}.",
            "Zonder letters en voorloopnullen komen er {n} wel overeen: de codes zijn "
            "waarschijnlijk als getal gelezen. Lees die kolom als tekst (bij een CSV: "
            "Kaartlagen > Laag toevoegen > Tekstgescheiden laag toevoegen, zonder veldtypen te "
            "bepalen), zodat er {example} staat.",
        ).format(n=len(left & right), example=next(str(c) for c in ours if c))
    return Text(
        "Most likely the list is of another year or another region, or it is another kind of code.",
        "Waarschijnlijk is de lijst van een ander jaar of een andere regio, of is het een ander "
        "soort code.",
    )


def _bare(code: str) -> str:
    return re.sub(r"^[A-Za-z]*0*", "", code)


# Systems in which Dutch data come, with the box of the country in each.
_BOXES = (
    ("RD New (EPSG:28992)", (0, 300_000, 300_000, 630_000)),
    ("WGS 84 (EPSG:4326)", (3.0, 50.5, 7.5, 54.0)),
    ("WGS 84 with x and y swapped (EPSG:4326)", (50.5, 3.0, 54.0, 7.5)),
    ("ETRS89 / UTM 31N (EPSG:25831)", (480_000, 5_600_000, 810_000, 6_000_000)),
    ("Web Mercator (EPSG:3857)", (330_000, 6_550_000, 830_000, 7_150_000)),
)


def looks_like(x: np.ndarray, y: np.ndarray) -> str | None:
    """Return the coordinate system that the middle of Dutch points fits; None where none does."""
    usable = np.isfinite(x) & np.isfinite(y)
    if not usable.any():
        return None
    x0, y0 = float(np.median(x[usable])), float(np.median(y[usable]))
    for name, (west, south, east, north) in _BOXES:
        if west <= x0 <= east and south <= y0 <= north:
            return name
    return None


def suppressed(
    totals: np.ndarray, minimum: int, groups: Sequence[np.ndarray] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Return which areas hold too few dwellings to be shown, and which guard them.

    Parameters
    ----------
    totals : (n,) dwellings per area.
    minimum : an area of 1 to minimum - 1 dwellings is not shown.
    groups : for every published level above (wijk, gemeente, all) the (n,) number of the area's
        parent, negative where it has none.

    Returns
    -------
    small, guard : (n,) bool
        `guard` are the areas not shown because one below the minimum could be worked out from the
        total of its parent: of every parent with an area hidden at least two are, and they hold at
        least `minimum` dwellings together. The next smallest is taken. Where a parent has no
        second area with dwellings, the parent's total is the area's, and nothing helps but not
        publishing the parent.
    """
    totals = np.asarray(totals)
    small = (totals > 0) & (totals < minimum)
    hidden = small.copy()
    order = np.argsort(totals, kind="stable")
    order = order[totals[order] > 0]
    changed = True
    while changed:
        changed = False
        for group in groups:
            inside = order[group[order] >= 0]
            for parent in np.unique(group[hidden & (group >= 0)]):
                members = inside[group[inside] == parent]
                held = members[hidden[members]]
                open_ = members[~hidden[members]]
                n, sum_ = len(held), int(totals[held].sum())
                for member in open_:
                    if n >= 2 and sum_ >= minimum:
                        break
                    hidden[member] = changed = True
                    n, sum_ = n + 1, sum_ + int(totals[member])
    return small, hidden & ~small


def parents_of(frame: pd.DataFrame) -> list[np.ndarray]:
    """Return the levels above the areas that a reader may add up to: wijk, gemeente, all.

    The finest comes first, for its guards serve the coarser ones too.
    """
    levels = [np.zeros(len(frame), dtype=np.int64)]
    for column in frame.columns:
        if ROLE_OF_SPELLING.get(str(column).strip()) in ("wijk_code", "gemeente_code"):
            levels.append(pd.factorize(pd.Series(text(frame[column])), use_na_sentinel=True)[0])
    return sorted(levels, key=lambda level: -int(level.max(initial=0)))


def replaced(names: Iterable[str]) -> list[str]:
    """Return the columns of areas that hold dwellings or tenure of another source."""
    own = (*COUNTS, *SHARES, "dwellings", "quality")
    return [c for c in names if ROLE_OF_SPELLING.get(c.strip()) in own]


def area_columns(
    areas: pd.DataFrame, counts: np.ndarray, minimum: int, undrawn: np.ndarray | None = None
) -> tuple[pd.DataFrame, list[Note]]:
    """Return the counts as they may be shown.

    Parameters
    ----------
    areas : the codes of the areas, and of their wijk and gemeente where they have them.
    counts : (n, 4) dwellings per class.
    minimum : see `suppressed`.
    undrawn : (n,) bool, areas without geometry where points tell the place: what they hold is
        unknown.

    Returns
    -------
    frame : `dwellings, n_koop, n_corp, n_overig, n_unknown, quality`; NaN where suppressed or
        unknown.
    notes : list of Note
    """
    totals = counts.sum(axis=1)
    undrawn = np.zeros(len(areas), dtype=bool) if undrawn is None else undrawn
    small, guard = suppressed(totals, minimum, parents_of(areas))
    values = np.where((small | guard | undrawn)[:, None], np.nan, np.column_stack([totals, counts]))
    frame = pd.DataFrame(values, columns=["dwellings", *(f"n_{c}" for c in CLASSES)])
    quality = np.full(len(areas), "ok", dtype=object)
    quality[totals == 0] = "no dwellings"
    quality[small | guard] = "suppressed"
    quality[undrawn] = "partial (no geometry)"
    frame["quality"] = quality
    notes = []
    if undrawn.any():
        without = Text(
            "{n} areas have no geometry, so no point can lie in them; their counts are empty.",
            "{n} gebieden hebben geen geometrie, dus er kan geen punt in liggen; hun aantallen "
            "zijn leeg.",
        ).format(n=int(undrawn.sum()))
        notes.append(Note("warning", without))
    if not small.any():
        return frame, notes
    # How many dwellings they hold is not told: of one area that would be the number itself.
    told = Text(
        "{n} areas with fewer than {minimum} dwellings are not shown, and {guard} more, because "
        "the first could be worked out from the total of their wijk, gemeente or the whole.",
        "{n} gebieden met minder dan {minimum} woningen worden niet getoond, en nog {guard}, omdat "
        "de eerste anders uit het totaal van hun wijk, gemeente of het geheel zijn af te leiden.",
    ).format(n=int(small.sum()), minimum=minimum, guard=int(guard.sum()))
    return frame, [*notes, Note("warning", told)]


def overlap_note(points: np.ndarray, pairs: np.ndarray, names: np.ndarray) -> list[Note]:
    """Say how many points lie in two areas or more, and in which; nothing where none do.

    Parameters
    ----------
    points, pairs : see `points_in_areas.Overlaps`.
    names : codes of the areas.
    """
    if not points.sum():
        return []
    held = [f"{names[first]} / {names[second]}" for first, second in pairs[points > 0]]
    told = Text(
        "{n} points lie in more than one area, and count in the first of them in the layer alone: "
        "{names}. Areas that do not overlap give each its own count.",
        "{n} punten liggen in meer dan één gebied en tellen alleen mee in het eerste daarvan in de "
        "laag: {names}. Met gebieden die niet overlappen krijgt elk zijn eigen aantal.",
    ).format(n=int(points.sum()), names=listed(held, NAMED))
    return [Note("warning", told)]


def replaced_note(names: Sequence[str]) -> Note:
    """Say which columns of the areas give way to the counts."""
    return Note(
        "info",
        Text(
            "Columns of the areas that your own counts replace: {names}.",
            "Kolommen van de gebieden die uw eigen aantallen vervangen: {names}.",
        ).format(names=listed(names)),
    )


def person_note(names: Sequence[str]) -> Note:
    """Say which columns of persons were seen and left unread."""
    return Note(
        "warning",
        Text(
            "Columns about persons were left out and are in no output: {names}. Take them out of "
            "the list itself as well.",
            "Kolommen over personen zijn weggelaten en staan in geen enkele uitvoer: {names}. Haal "
            "ze ook uit de lijst zelf.",
        ).format(names=listed(names)),
    )
