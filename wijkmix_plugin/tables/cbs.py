# SPDX-License-Identifier: GPL-2.0-or-later
"""Raw CBS columns to the canonical buurten table: nothing guessed, nothing repaired in silence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ..errors import TableError, Text
from .columns import Note, detect_columns, listed, notes_on, used_columns
from .join import WATER_CODE, join_table, level_of, lost_zeros
from .roles import ALL_ROLES, COUNTS, PLACES, ROLES, SHARES, spelled, spellings
from .squares import as_counts
from .statline import wide
from .values import Numbers, numbers, text

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "CanonicalTable",
    "Note",
    "detect_columns",
    "join_table",
    "notes_on",
    "to_canonical",
    "used_columns",
]

SUM_TOLERANCE = 2.0  # percent points: three rounded percentages may add to 98..102
UNKNOWN_LIMIT = 10.0  # percent of dwellings; more of unknown ownership is low quality
# No output on fewer dwellings than this: it says too much about too few homes. CBS publishes tenure
# from 20 on, so this meets tables of one's own.
MIN_DWELLINGS = 10
FLOAT_NOISE = 1e-9

THREE_CLASSES = ("koop", "corp", "overig")
TWO_CLASSES = ("koop", "huur")
HOUSEHOLDS = "households used for dwellings"
WATER_MARKS = ("JA", "B")
BUURT_CODE = r"^BU(\d{4})([0-9A-Z]{2})[0-9A-Z]{2}$"

IDENTITY = ("buurt_code", "buurt_name", "wijk_code", "gemeente_code", "gemeente_name")
EXTRA = tuple(ROLES)[tuple(ROLES).index("households") : tuple(ROLES).index("quality")]
NAMED = 10  # how many codes a message spells out


@dataclass
class CanonicalTable:
    """The canonical buurten table and what was learnt while making it.

    Attributes
    ----------
    frame : canonical columns, then the columns kept as found, geometry last; RangeIndex in input
        order. Counts are float64 and NaN where unknown; missing text is None.
    classes : ("koop", "corp", "overig") or ("koop", "huur").
    year : of all rows, or None.
    columns : role -> column of the source.
    notes : what was not used, and why.
    """

    frame: gpd.GeoDataFrame | pd.DataFrame
    classes: tuple[str, ...]
    year: int | None
    columns: dict[str, str]
    notes: list[Note] = field(default_factory=list)

    @property
    def n_columns(self) -> list[str]:
        """The count columns of the classes."""
        return [f"n_{name}" for name in self.classes]


def to_canonical(
    frame: gpd.GeoDataFrame | pd.DataFrame,
    *,
    year: int | None = None,
    mapping: Mapping[str, str | None] | None = None,
    keep: Sequence[str] = (),
    gemeente: Sequence[str] | None = None,
) -> CanonicalTable:
    """Turn a layer as found into the canonical buurten table.

    A tenure percentage p of w dwellings becomes the count n = p / 100 * w. It is not normalised:
    the counts of a unit add to what was published, 98-102 % of its dwellings. CBS' corporation
    share is a share of all dwellings, not of the rented ones, and is read so.

    Parameters
    ----------
    frame : columns as found, with or without geometry: any channel of the kerncijfers (also the
        long table of OData 4, and tables with rows of every level, of which the buurten are
        taken), squares or postcodes with a code, or an earlier canonical table.
    year : year of the figures; wins over the column `jaar`.
    mapping : role -> column, see `detect_columns`.
    keep : columns to pass through unchanged.
    gemeente : codes or names to keep, in any case; None or empty keeps all.

    Returns
    -------
    CanonicalTable
        Rows in input order. Water, units without dwellings or with fewer than `MIN_DWELLINGS`, and
        units without usable tenure stay, with NaN counts and the reason in `quality`.

    Raises
    ------
    TableError
        As `detect_columns`; no rows; an unknown gemeente; buurt codes that are missing or occur
        twice; a kept column that is absent or bears a canonical name; counts that are really
        percentages.

    References
    ----------
    CBS, Toelichting Wijk- en Buurtkaart; CBS, Kerncijfers wijken en buurten: tenure is published
    from 20 dwellings and up to 50 % unknown ownership, in whole percentages.
    """
    frame, texts = as_counts(wide(frame), {name for name in (mapping or {}).values() if name})
    columns = detect_columns(frame.columns, mapping)
    keep = _check_keep(keep, columns, frame)
    if not len(frame):
        raise TableError(
            "The layer has no rows: there is nothing to read. Choose another layer, or clear its "
            "filter or selection.",
            "De laag heeft geen rijen: er valt niets te lezen. Kies een andere laag, of haal het "
            "filter of de selectie weg.",
        )
    notes = [Note("info", item) for item in texts]

    identity, water = _identity(frame, columns)
    rows = _select(identity, water, gemeente, columns, notes)
    if len(rows) != len(frame):
        frame, water = frame.iloc[rows], water[rows]
        identity = {role: values[rows] for role, values in identity.items()}

    read = _read_numbers(frame, columns, identity["buurt_code"], notes)
    verdict = _Verdict(identity["buurt_code"], water, notes)
    earlier = text(frame[columns["quality"]]) if "quality" in columns else None
    if earlier is not None:
        verdict.households |= pd.Series(earlier).str.contains(HOUSEHOLDS, na=False).to_numpy(bool)
    dwellings = _dwellings(read, verdict)
    if "n_koop" in columns:
        counts, classes = _from_counts(read, dwellings, verdict)
    else:
        counts, classes = _from_shares(read, dwellings, verdict)
    quality = verdict.quality(dwellings, counts, classes)
    if earlier is not None:
        quality = _with_earlier(quality, earlier)
    _note_absent(read, columns, notes)
    _note_changed(read.get("boundary_change"), verdict)

    years, single_year = _year(read.pop("year", None), year, len(frame), notes)
    notes += notes_on([str(c) for c in frame.columns], mapping, single_year)
    data: dict[str, Any] = {**identity, "year": years, "dwellings": dwellings, "quality": quality}
    for name in COUNTS:
        if name != "n_huur" or classes == TWO_CLASSES:
            data[name] = np.where(verdict.used, counts[name], np.nan)
    data |= {role: read[role].values for role in EXTRA if role in read}

    index = pd.RangeIndex(len(frame))
    result = pd.DataFrame({role: data[role] for role in ROLES if role in data}, index=index)
    if "boundary_change" in read:
        result["boundary_change"] = read["boundary_change"].values
    for name in keep:
        result[name] = frame[name].array
    return CanonicalTable(
        frame=_with_geometry(result, frame),
        classes=classes,
        year=single_year,
        columns=columns,
        notes=notes,
    )


def _check_keep(keep: Sequence[str], columns: Mapping[str, str], frame: pd.DataFrame) -> list[str]:
    """Return the columns to pass through, without those that are read as their namesake."""
    wanted = [name for name in dict.fromkeys(keep) if columns.get(name) != name]
    clash = [name for name in wanted if name in ROLES or name == "geometry"]
    if clash:
        raise TableError(
            "The fields {names} cannot be kept: the canonical table has columns of that name. "
            "Rename them first.",
            "De velden {names} kunnen niet mee: de canonieke tabel heeft kolommen met die naam. "
            "Hernoem ze eerst.",
            names=listed(clash),
        )
    absent = [name for name in wanted if list(frame.columns).count(name) != 1]
    if absent:
        raise TableError(
            "The fields {names} cannot be kept: each must be in the table once. Found: {found}.",
            "De velden {names} kunnen niet mee: elk moet één keer in de tabel staan. Gevonden: "
            "{found}.",
            names=listed(absent),
            found=listed(map(str, frame.columns), 40),
        )
    return wanted


def _identity(
    frame: pd.DataFrame, columns: Mapping[str, str]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Read codes and names, derive the codes above the buurt where its form allows, find water."""
    n = len(frame)
    identity = {
        role: text(frame[columns[role]]) if role in columns else np.full(n, None, dtype=object)
        for role in IDENTITY
    }
    codes = pd.Series(identity["buurt_code"], dtype=object)
    blank = np.flatnonzero(codes.isna())
    if len(blank):
        raise TableError(
            "{count} rows have no buurt code in the field {name} (first at row {row}). Fill it "
            "in, or remove them.",
            "{count} rijen hebben geen buurtcode in het veld {name} (de eerste is rij {row}). Vul "
            "de code in, of verwijder ze.",
            count=len(blank),
            name=columns["buurt_code"],
            row=blank[0] + 1,
        )
    parts = codes.str.extract(BUURT_CODE)
    for role, derived in (
        ("wijk_code", "WK" + parts[0] + parts[1]),
        ("gemeente_code", "GM" + parts[0]),
    ):
        given = pd.Series(identity[role], dtype=object)
        filled = given.where(given.notna(), derived)
        identity[role] = filled.where(filled.notna(), None).to_numpy(dtype=object)
    water = codes.str.match(WATER_CODE).to_numpy(dtype=bool)
    if "water" in columns:
        water |= np.isin(text(frame[columns["water"]]).astype(str), WATER_MARKS)
    if "quality" in columns:
        water |= text(frame[columns["quality"]]) == "water"
    return identity, water


def _select(
    identity: Mapping[str, np.ndarray],
    water: np.ndarray,
    gemeente: Sequence[str] | None,
    columns: Mapping[str, str],
    notes: list[Note],
) -> np.ndarray:
    """Positions of the rows to keep: the gemeenten asked for, and one row a code."""
    rows = _finest_level(identity["buurt_code"], columns, notes)
    wanted = [item.strip() for item in gemeente or () if item.strip()]
    if wanted:
        part = {role: values[rows] for role, values in identity.items()}
        rows = rows[_in_gemeenten(part, wanted)]
    codes = pd.Series(identity["buurt_code"][rows])
    twice = codes.duplicated(keep=False).to_numpy()
    if not twice.any():
        return rows
    # The gemeenten of CBS come as a land row and a water row of one code.
    land = pd.Series(~water[rows]).groupby(codes.to_numpy()).transform("sum").to_numpy()
    surplus = twice & (land == 1) & water[rows]
    still = codes[~surplus].duplicated(keep=False)
    if still.any():
        names = codes[~surplus][still].unique()
        raise TableError(
            "{count} buurt codes occur more than once in the field {name}: {codes}. Every unit "
            "must be one row: dissolve the parts by code, or remove the surplus rows.",
            "{count} buurtcodes komen meer dan eens voor in het veld {name}: {codes}. Elke "
            "eenheid moet één rij zijn: voeg de delen samen op code, of verwijder de overtollige "
            "rijen.",
            count=len(names),
            name=columns["buurt_code"],
            codes=listed(names, NAMED),
        )
    notes.append(
        Note(
            "info",
            Text(
                "{n} codes have a land row and a water row; the water rows were left out: {codes}.",
                "{n} codes hebben een rij land en een rij water; de waterrijen zijn weggelaten: "
                "{codes}.",
            ).format(n=int(surplus.sum()), codes=listed(codes[surplus], NAMED)),
        )
    )
    return rows[~surplus]


def _finest_level(codes: np.ndarray, columns: Mapping[str, str], notes: list[Note]) -> np.ndarray:
    """Positions of the buurten, or of what is finest, in a table with rows of every level.

    StatLine and the KWB hold country, gemeenten, wijken and buurten below each other: together
    every dwelling would count four times.
    """
    levels = level_of(codes)
    there = [level for level in ("BU", "WK", "GM", "NL") if (levels == level).any()]
    if len(there) < 2:
        published = "canonical" not in PLACES.get(spelled(columns["buurt_code"]), {"canonical": 0})
        if published and len(lost_zeros(codes)):
            notes.append(
                Note(
                    "warning",
                    Text(
                        "The codes in the field {name} are numbers ({codes}): the letters BU and "
                        "the leading zeros are gone, and with them wijk and gemeente. Read the "
                        "field as text.",
                        "De codes in het veld {name} zijn getallen ({codes}): de letters BU en de "
                        "voorloopnullen zijn weg, en daarmee wijk en gemeente. Lees het veld als "
                        "tekst in.",
                    ).format(name=columns["buurt_code"], codes=listed(lost_zeros(codes)[:3])),
                )
            )
        return np.arange(len(codes))
    other = np.isin(levels, there[1:])
    notes.append(
        Note(
            "info",
            Text(
                "The table has rows of several levels; {n} rows of other levels than {level} were "
                "left out: {codes}.",
                "De tabel heeft rijen van meer niveaus; {n} rijen van andere niveaus dan {level} "
                "zijn weggelaten: {codes}.",
            ).format(n=int(other.sum()), level=there[0], codes=listed(codes[other], 3)),
        )
    )
    return np.flatnonzero(~other)


def _in_gemeenten(identity: Mapping[str, np.ndarray], wanted: Sequence[str]) -> np.ndarray:
    codes, names = (
        pd.Series(identity[role], dtype=object).fillna("").str.casefold()
        for role in ("gemeente_code", "gemeente_name")
    )
    if not (codes.any() or names.any()):
        raise TableError(
            "The layer cannot be limited to {wanted}: it has no column with codes or names of "
            "gemeenten. Looked for: {spellings}. Leave the choice of gemeente empty, or map the "
            "role gemeente_code to a field.",
            "De laag kan niet tot {wanted} worden beperkt: ze heeft geen kolom met codes of namen "
            "van gemeenten. Gezocht: {spellings}. Laat de keuze van gemeente leeg, of koppel de "
            "rol gemeente_code aan een veld.",
            wanted=listed(wanted),
            spellings=listed((*spellings("gemeente_code"), *spellings("gemeente_name"))),
        )
    asked = {item.casefold() for item in wanted}
    there = set(codes) | set(names)
    unknown = [item for item in wanted if item.casefold() not in there]
    if unknown:
        spelled = pd.DataFrame(
            {role: identity[role] for role in ("gemeente_code", "gemeente_name")}
        ).drop_duplicates()
        labels: dict[str, str] = {}
        for code, name in spelled.itertuples(index=False):
            label = f"{name} ({code})" if name and code else str(name or code or "?")
            labels.update({str(key).casefold(): label for key in (code, name) if key})
        near = [
            labels[key]
            for item in unknown
            for key in difflib.get_close_matches(item.casefold(), list(labels), n=3, cutoff=0.6)
        ]
        raise TableError(
            "The layer has no gemeente {unknown}.{suggestion} It has: {there}.",
            "De laag heeft geen gemeente {unknown}.{suggestion_nl} Wel: {there}.",
            unknown=listed(map(repr, unknown)),
            suggestion=f" Did you mean {listed(dict.fromkeys(near))}?" if near else "",
            suggestion_nl=f" Bedoelt u {listed(dict.fromkeys(near))}?" if near else "",
            there=listed(sorted(set(labels.values())), 20),
        )
    return (codes.isin(asked) | names.isin(asked)).to_numpy()


def _read_numbers(
    frame: pd.DataFrame, columns: Mapping[str, str], codes: np.ndarray, notes: list[Note]
) -> dict[str, Numbers]:
    """Every number column by role; what cannot be true outside tenure becomes NaN, with a note."""
    read: dict[str, Numbers] = {}
    for role, name in columns.items():
        if ALL_ROLES[role].kind in ("code", "text"):
            continue
        column = numbers(frame[name])
        if column.unreadable:
            notes.append(
                Note(
                    "warning",
                    Text(
                        "The number field {name} holds text, read as missing: {found}.",
                        "Het getalveld {name} bevat tekst, gelezen als ontbrekend: {found}.",
                    ).format(name=name, found=listed(map(repr, column.unreadable), NAMED)),
                )
            )
        if role in EXTRA:
            wrong = _impossible(column.values, ALL_ROLES[role].kind)
            if wrong.any():
                notes.append(
                    Note(
                        "warning",
                        Text(
                            "The field {name} has values that cannot be (below 0, or above 100 "
                            "%), not used: {codes}.",
                            "Het veld {name} heeft waarden die niet kunnen (onder 0, of boven 100 "
                            "%), niet gebruikt: {codes}.",
                        ).format(name=name, codes=listed(codes[wrong], NAMED)),
                    )
                )
                column = column._replace(values=np.where(wrong, np.nan, column.values))
        read[role] = column
    return read


def _impossible(values: np.ndarray, kind: str) -> np.ndarray:
    """Below zero, or a percentage above 100. NaN is not impossible, only unknown."""
    with np.errstate(invalid="ignore"):
        wrong = values < -FLOAT_NOISE
        return wrong | (values > 100 + FLOAT_NOISE) if kind == "percent" else wrong


def _year(
    column: Numbers | None, asked: int | None, n: int, notes: list[Note]
) -> tuple[np.ndarray, int | None]:
    """Years per row (int64, or NaN where unknown) and the one year of the table."""
    found = np.full(n, np.nan) if column is None else column.values
    present = sorted({int(y) for y in found[~np.isnan(found)]})
    if asked is not None:
        if present and present != [asked]:
            notes.append(
                Note(
                    "warning",
                    Text(
                        "The table says its year is {found}; {asked} was asked for and is used.",
                        "Volgens de tabel is het jaar {found}; gevraagd en gebruikt is {asked}.",
                    ).format(found=listed(map(str, present)), asked=asked),
                )
            )
        return np.full(n, asked, dtype=np.int64), asked
    if len(present) > 1:
        notes.append(
            Note(
                "warning",
                Text(
                    "The table mixes the years {found}: compare its units with care.",
                    "De tabel bevat verschillende jaren, {found}: wees voorzichtig met "
                    "vergelijken.",
                ).format(found=listed(map(str, present))),
            )
        )
    whole = not np.isnan(found).any()
    return (
        found.astype(np.int64) if whole else found,
        present[0] if len(present) == 1 else None,
    )


class _Verdict:
    """Which units carry counts, and what is to be said of each."""

    def __init__(self, codes: np.ndarray, water: np.ndarray, notes: list[Note]) -> None:
        self.codes = codes
        self.water = water
        self.notes = notes
        self.used = ~water
        # Units whose dwellings are really their households.
        self.households = np.zeros(len(codes), dtype=bool)
        self.reasons = np.full(len(codes), "", dtype=object)

    def say(self, where: np.ndarray, reason: str | np.ndarray, *, use: bool) -> None:
        """Give units a reason to be partial; without `use` they lose their counts."""
        where = where & self.used
        new = np.broadcast_to(np.asarray(reason, dtype=object), where.shape)[where]
        old = self.reasons[where]
        self.reasons[where] = np.where(old == "", new, old + "; " + new)
        if not use:
            self.used = self.used & ~where

    def note(
        self, severity: Literal["info", "warning"], where: np.ndarray, en: str, nl: str
    ) -> None:
        """Add a note on some units: {n} of them, with their {codes}."""
        if where.any():
            values = {"n": int(where.sum()), "codes": listed(self.codes[where], NAMED)}
            self.notes.append(Note(severity, Text(en, nl).format(**values)))

    def refuse(self, where: np.ndarray, reason: str | np.ndarray, en: str, nl: str) -> None:
        """Take the counts of some units away, and name their codes."""
        self.note("warning", where & self.used, en, nl)
        self.say(where, reason, use=False)

    def quality(
        self, dwellings: np.ndarray, counts: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> np.ndarray:
        """One word a unit, or "partial" with the reasons; the later line wins."""
        known = np.logical_and.reduce([~np.isnan(counts[f"n_{c}"]) for c in classes])
        rejected = ~self.used & (self.reasons != "")
        quality = np.full(len(self.codes), "ok", dtype=object)
        partial = self.reasons != ""
        quality[partial] = "partial (" + self.reasons[partial] + ")"
        quality[~known & ~rejected] = "suppressed"
        quality[dwellings == 0] = "no dwellings"
        quality[self.water] = "water"
        self.used = self.used & known & (dwellings != 0)
        return quality


def _dwellings(read: Mapping[str, Numbers], verdict: _Verdict) -> np.ndarray:
    """Dwellings per unit; where unknown its counts add up to them, or its households serve."""
    nothing = np.full(len(verdict.codes), np.nan)
    dwellings = read["dwellings"].values if "dwellings" in read else nothing
    negative = _impossible(dwellings, "count")
    verdict.refuse(
        negative,
        "dwellings below zero, not used",
        "Fewer than 0 dwellings, not used ({n}): {codes}. Correct them in the source.",
        "Minder dan 0 woningen, niet gebruikt ({n}): {codes}. Verbeter ze in de bron.",
    )
    dwellings = np.where(negative, np.nan, dwellings)
    open_ = np.isnan(dwellings) & ~negative
    if "n_koop" in read:
        parts = [read[name].values for name in COUNTS if name in read]
        dwellings = np.where(open_, pd.DataFrame(parts).sum(min_count=1).to_numpy(), dwellings)
    elif "households" in read:
        households = read["households"].values
        serve = open_ & ~np.isnan(households) & verdict.used
        dwellings = np.where(serve, households, dwellings)
        verdict.households |= serve
        serve &= households > 0
        known = ~np.isnan(read["share_koop"].values)
        verdict.say(serve & known, HOUSEHOLDS, use=True)
        verdict.note(
            "info",
            serve,
            "Number of dwellings unknown, the number of households serves as weight ({n}): "
            "{codes}.",
            "Aantal woningen onbekend, het aantal huishoudens dient als gewicht ({n}): {codes}.",
        )
    verdict.used = verdict.used & (dwellings != 0)
    return dwellings


def _from_shares(
    read: Mapping[str, Numbers], dwellings: np.ndarray, verdict: _Verdict
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Turn percentages into counts, in three classes or two."""
    share = _with_gaps(read, SHARES, len(dwellings))
    verdict.refuse(
        np.logical_or.reduce([_impossible(values, "percent") for values in share.values()]),
        "tenure share outside 0-100, not used",
        "Tenure percentage below 0 or above 100, not used ({n}): {codes}. Correct them in the "
        "source.",
        "Eigendomspercentage onder 0 of boven 100, niet gebruikt ({n}): {codes}. Verbeter ze in "
        "de bron.",
    )
    koop, corp, overig = share["share_koop"], share["share_corp"], share["share_overig_huur"]
    huur, unknown = share["share_huur"], np.nan_to_num(share["share_unknown"])
    has_koop, split = ~np.isnan(koop), ~np.isnan(koop + corp + overig)
    can_split = {"share_corp", "share_overig_huur"} <= set(read)
    classes = _classes(has_koop, split, can_split, verdict)
    three = koop + corp + overig + unknown
    if classes == TWO_CLASSES:
        huur = _filled(huur, share["share_huur_derived"])
        huur = _derived(huur, 100 - koop - unknown, "share_huur_derived" in read, verdict)
        # The split that a few units do have is kept, but only where it adds up.
        adds_up = np.abs(three - 100) <= SUM_TOLERANCE + FLOAT_NOISE
        corp, overig = np.where(adds_up, corp, np.nan), np.where(adds_up, overig, np.nan)
    total = three if classes == THREE_CLASSES else koop + huur + unknown
    off = np.abs(total - 100) > SUM_TOLERANCE + FLOAT_NOISE
    verdict.refuse(
        off,
        _per_unit("tenure shares add to {:g}, not used", total, off),
        "Tenure percentages add to less than 98 or more than 102, not used ({n}): {codes}. "
        "Correct them in the source.",
        "Eigendomspercentages zijn samen minder dan 98 of meer dan 102, niet gebruikt ({n}): "
        "{codes}. Verbeter ze in de bron.",
    )
    if classes == THREE_CLASSES:
        _refuse_unsplit(has_koop & ~split, verdict)
    _say_unknown_ownership(unknown, verdict)
    _refuse_unpublished(read, has_koop, verdict)
    verdict.refuse(
        has_koop & np.isnan(dwellings),
        "number of dwellings unknown, not used",
        "Tenure percentages but no number of dwellings, not used ({n}): {codes}.",
        "Wel eigendomspercentages, geen aantal woningen; niet gebruikt ({n}): {codes}.",
    )
    _refuse_small(dwellings, has_koop, verdict)
    shares = (koop, corp, overig, share["share_unknown"], huur)
    return {
        name: values / 100 * dwellings for name, values in zip(COUNTS, shares, strict=True)
    }, classes


def _from_counts(
    read: Mapping[str, Numbers], dwellings: np.ndarray, verdict: _Verdict
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Take counts as they are: our own table, or dwellings counted per area."""
    count = _with_gaps(read, COUNTS, len(dwellings))
    verdict.refuse(
        np.logical_or.reduce([_impossible(values, "count") for values in count.values()]),
        "tenure count below zero, not used",
        "Tenure count below 0, not used ({n}): {codes}. Correct them in the source.",
        "Aantal woningen naar eigendom onder 0, niet gebruikt ({n}): {codes}. Verbeter ze in de "
        "bron.",
    )
    koop, corp, overig = count["n_koop"], count["n_corp"], count["n_overig"]
    unknown = np.nan_to_num(count["n_unknown"])
    has_koop, split = ~np.isnan(koop), ~np.isnan(koop + corp + overig)
    classes = _classes(has_koop, split, {"n_corp", "n_overig"} <= set(read), verdict)
    if classes == TWO_CLASSES:
        huur = _filled(count["n_huur"], corp + overig)
        count["n_huur"] = _derived(huur, dwellings - koop - unknown, False, verdict)
    else:
        _refuse_unsplit(has_koop & ~split, verdict)
    known = np.add.reduce([count[f"n_{name}"] for name in classes])
    total = known + unknown
    shown = verdict.used & ~np.isnan(total) & ~np.isnan(dwellings)
    if (
        shown.any()
        and (np.abs(total[shown] - 100) <= SUM_TOLERANCE).all()
        and np.median(np.abs(dwellings[shown] - total[shown])) > SUM_TOLERANCE
    ):
        raise TableError(
            "The fields for n_koop and the other counts hold percentages: they add to 100 in "
            "every unit, whatever its number of dwellings. Map the roles share_koop, share_corp "
            "and share_overig_huur to them instead.",
            "De velden voor n_koop en de andere aantallen bevatten percentages: ze zijn in elke "
            "eenheid samen 100, hoeveel woningen die ook heeft. Koppel in plaats daarvan de "
            "rollen share_koop, share_corp en share_overig_huur eraan.",
        )
    _refuse_small(dwellings, has_koop, verdict)
    with np.errstate(invalid="ignore", divide="ignore"):
        _say_unknown_ownership(unknown / total * 100, verdict)
    return count, classes


def _with_gaps(read: Mapping[str, Numbers], roles: Iterable[str], n: int) -> dict[str, np.ndarray]:
    return {role: read[role].values if role in read else np.full(n, np.nan) for role in roles}


def _filled(values: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), otherwise, values)


def _classes(
    has_koop: np.ndarray, split: np.ndarray, can_split: bool, verdict: _Verdict
) -> tuple[str, ...]:
    """Three classes, unless fewer than half of the units with koop also split the rest."""
    n_koop, n_split = int((has_koop & verdict.used).sum()), int((split & verdict.used).sum())
    if can_split and 2 * n_split >= n_koop:
        return THREE_CLASSES
    if not n_koop:
        return TWO_CLASSES
    verdict.notes.append(
        Note(
            "warning",
            Text(
                "Two classes: {split} of the {koop} buurten with an owner-occupied share split "
                "the rented dwellings into corporation and other landlords. Every result says "
                "owner-occupied against rented.",
                "Twee klassen: {split} van de {koop} buurten met een aandeel koop splitsen de "
                "huurwoningen in corporatie en overige verhuurders. Elk resultaat gaat over koop "
                "tegenover huur.",
            ).format(split=n_split, koop=n_koop),
        )
    )
    return TWO_CLASSES


def _derived(huur: np.ndarray, rest: np.ndarray, already: bool, verdict: _Verdict) -> np.ndarray:
    """Rented where published, else what owner-occupied leaves; with a note."""
    gap = np.isnan(huur) & ~np.isnan(rest) & verdict.used
    if gap.any() or already:
        verdict.notes.append(
            Note(
                "info",
                Text(
                    "The rented dwellings are (in part) derived as what is not owner-occupied.",
                    "De huurwoningen zijn (deels) afgeleid als wat geen koop is.",
                ),
            )
        )
    return np.where(gap, rest, huur)


def _refuse_unsplit(where: np.ndarray, verdict: _Verdict) -> None:
    verdict.refuse(
        where,
        "rented dwellings not split, not used",
        "Owner-occupied share but not both rented shares, not used ({n}): {codes}.",
        "Wel een aandeel koop, niet beide aandelen huur; niet gebruikt ({n}): {codes}.",
    )


def _say_unknown_ownership(percent: np.ndarray, verdict: _Verdict) -> None:
    """Mark units of which much is unknown; their known part is used."""
    much = percent > UNKNOWN_LIMIT
    verdict.note(
        "warning",
        much & verdict.used,
        "Ownership of more than 10 % of the dwellings is unknown; the shares are of the rest "
        "({n}): {codes}.",
        "Het eigendom van meer dan 10 % van de woningen is onbekend; de aandelen gaan over de "
        "rest ({n}): {codes}.",
    )
    verdict.say(much, _per_unit("ownership unknown {:g} %", percent, much), use=True)


def _refuse_unpublished(
    read: Mapping[str, Numbers], has_koop: np.ndarray, verdict: _Verdict
) -> None:
    """Say of figures that are not out yet that they are not; of a whole table too."""
    early = ~has_koop & read["share_koop"].not_in_release & verdict.used
    nothing = verdict.used.any() and not (has_koop & verdict.used).any()
    if nothing and early.any():
        verdict.note(
            "warning",
            early,
            "There is no tenure in this table: this is a first release, tenure is not in it yet "
            "(code -99995). Use the next release of this year, or another year.",
            "Er staat geen eigendom in deze tabel: dit is een eerste uitgave, eigendom zit er nog "
            "niet in (code -99995). Gebruik de volgende uitgave van dit jaar, of een ander jaar.",
        )
    elif nothing:
        verdict.note(
            "warning",
            verdict.used,
            "None of the {n} buurten has tenure figures. Either this is a first release and "
            "tenure is not in it yet (use the next release of this year, or another year), or CBS "
            "keeps the figures of these small areas to itself.",
            "Geen van de {n} buurten heeft cijfers over eigendom. Of dit is een eerste uitgave en "
            "eigendom zit er nog niet in (gebruik de volgende uitgave van dit jaar, of een ander "
            "jaar), of CBS houdt de cijfers van deze kleine gebieden geheim.",
        )
    else:
        verdict.note(
            "warning",
            early,
            "Tenure is not in this release yet (code -99995, {n}): {codes}. Use the next release "
            "of "
            "this year, or another year.",
            "Eigendom zit nog niet in deze uitgave (code -99995, {n}): {codes}. Gebruik de "
            "volgende "
            "uitgave van dit jaar, of een ander jaar.",
        )
    verdict.say(early, "tenure not in this release", use=False)


def _with_earlier(quality: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Keep the reasons that an earlier pass over the raw figures gave."""
    partial = pd.Series(earlier, dtype=object).str.match(r"partial \(").fillna(False).to_numpy(bool)
    return np.where(partial & np.isin(quality, ("ok", "suppressed")), earlier, quality)


def _note_absent(
    read: Mapping[str, Numbers], columns: Mapping[str, str], notes: list[Note]
) -> None:
    """Name the side columns that this release does not have at all."""
    absent = [
        columns[role]
        for role in EXTRA
        if role in read and len(read[role].values) and read[role].not_in_release.all()
    ]
    if absent:
        notes.append(
            Note(
                "info",
                Text(
                    "Not in this release (code -99995 in every row): {names}.",
                    "Niet in deze uitgave (code -99995 in elke rij): {names}.",
                ).format(names=listed(absent)),
            )
        )


def _note_changed(column: Numbers | None, verdict: _Verdict) -> None:
    """Name what CBS marks as recoded or redrawn since the year before."""
    if column is None:
        return
    for mark, en, nl in (
        (
            2.0,
            "Another code than the year before, the same boundary ({n}): {codes}. A comparison "
            "with an earlier year needs a crosswalk.",
            "Een andere code dan het jaar ervoor, dezelfde grens ({n}): {codes}. Een vergelijking "
            "met een eerder jaar vraagt een omzettabel.",
        ),
        (
            3.0,
            "Redrawn since the year before ({n}): {codes}. Figures of earlier years are of another "
            "area, also where the code is the same.",
            "Opnieuw begrensd sinds het jaar ervoor ({n}): {codes}. Cijfers van eerdere jaren gaan "
            "over een ander gebied, ook waar de code dezelfde is.",
        ),
    ):
        verdict.note("info", (column.values == mark) & ~verdict.water, en, nl)


def _refuse_small(dwellings: np.ndarray, shown: np.ndarray, verdict: _Verdict) -> None:
    """Show nothing of a handful of homes.

    A number of households tells nothing of that: CBS looked at the dwellings.
    """
    with np.errstate(invalid="ignore"):
        small = shown & (dwellings > 0) & (dwellings < MIN_DWELLINGS) & ~verdict.households
    verdict.refuse(
        small,
        f"fewer than {MIN_DWELLINGS} dwellings, not shown",
        f"Fewer than {MIN_DWELLINGS} dwellings, tenure not shown ({{n}}): {{codes}}. It would say "
        "too much about too few homes.",
        f"Minder dan {MIN_DWELLINGS} woningen, eigendom niet getoond ({{n}}): {{codes}}. Het zou "
        "te veel zeggen over te weinig woningen.",
    )


def _per_unit(template: str, values: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Fill a template with a number per unit, rounded to one decimal, where asked."""
    result = np.full(len(values), "", dtype=object)
    result[where] = [template.format(round(float(v), 1)) for v in values[where]]
    return result


def _with_geometry(result: pd.DataFrame, frame: Any) -> Any:
    """Put the geometry of the source last, if it has any."""
    if getattr(frame, "active_geometry_name", None) is None:
        return result
    import geopandas as gpd

    return gpd.GeoDataFrame(result, geometry=frame.geometry.to_numpy(), crs=frame.crs)
