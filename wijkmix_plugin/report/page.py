# SPDX-License-Identifier: GPL-2.0-or-later
"""What every section of the report needs: the result, the language, and safe pieces of HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Text
from ..measures.mix import usable_rows
from .charts import TENURE_LABELS
from .numbers import Numbers, bilingual, esc, is_missing

FLAGS = ("herstructurering", "verdichting", "grondverwerving")
FLAG_NAMES = {
    "herstructurering": Text("Restructuring", "Herstructurering"),
    "verdichting": Text("Densification", "Verdichting"),
    "grondverwerving": Text("Land acquisition", "Grondverwerving"),
}


class Page:
    """One report in one language.

    Templates given to `t` are ours and may hold markup; the values that fill them come from data
    and are escaped there. Sections build their HTML from `t`, `esc` and the helpers below.
    """

    def __init__(self, result: Any, catalogue: Any, lang: str, decisions: Any = None) -> None:
        self.result = result
        self.catalogue = catalogue
        self.decisions = (
            decisions  # goals and worklist of a project, None where there is no project
        )
        self.lang = "nl" if lang == "nl" else "en"
        self.numbers = Numbers(self.lang)
        self.frame: pd.DataFrame = result.frame
        self.classes: tuple[str, ...] = tuple(result.classes)
        self.provenance: Mapping[str, Any] = result.provenance or {}
        self._objects: dict[str, np.ndarray] = {}
        self._numbers: dict[str, np.ndarray] = {}

    # -- words ---------------------------------------------------------------------------------

    def t(self, en: str, nl: str, **values: object) -> str:
        """Choose the language and fill in the escaped values."""
        text = nl if self.lang == "nl" else en
        return text.format(**{k: esc(v) for k, v in values.items()}) if values else text

    def say(self, value: object) -> str:
        """Take the reader's language out of a Text or mapping, escaped."""
        return esc(bilingual(value, self.lang))

    def tenure(self, name: str) -> str:
        """Name a tenure class."""
        return TENURE_LABELS[name].get(self.lang)

    def units(self, n: int) -> str:
        """Write a number of buurten, with the noun in the right form."""
        word = "buurt" if n == 1 else "buurten"
        return f"{self.numbers.integer(n)} {word}"

    def wijken(self, n: int) -> str:
        """Write a number of wijken, with the noun in the right form."""
        word = "wijk" if n == 1 else "wijken"
        return f"{self.numbers.integer(n)} {word}"

    def area(self, code: object) -> str:
        """Name a gemeente by its code; "all" is the whole input."""
        if code == "all":
            return Text("All areas together", "Alle gebieden samen").get(self.lang)
        return self.gemeente_names.get(code) or ("" if is_missing(code) else str(code))

    # -- data ----------------------------------------------------------------------------------

    @property
    def two_classes(self) -> bool:
        """Whether the source tells only owner-occupied and rented apart."""
        return "corp" not in self.classes

    @property
    def moran_column(self) -> str:
        """The column with the cluster labels."""
        return "moran_huur" if self.two_classes else "moran_corp"

    def share_column(self, name: str) -> str:
        """Name the column with the percentage of a tenure class."""
        return "share_overig_huur" if name == "overig" else f"share_{name}"

    def column(self, name: str) -> np.ndarray:
        """Return a column as objects, None where the frame does not have it or has no value."""
        if name not in self._objects:
            values = np.full(len(self.frame), None, dtype=object)
            if name in self.frame:
                found = self.frame[name].to_numpy(dtype=object)
                values = found.copy()
                values[pd.isna(found)] = None
            self._objects[name] = values
        return self._objects[name]

    def floats(self, name: str) -> np.ndarray:
        """Return a column as floats, NaN where the frame does not have it or has no value."""
        if name not in self._numbers:
            values = np.full(len(self.frame), np.nan)
            if name in self.frame:
                values = pd.to_numeric(self.frame[name], errors="coerce").to_numpy(dtype=float)
            self._numbers[name] = values
        return self._numbers[name]

    @cached_property
    def counts(self) -> np.ndarray:
        """Dwellings per unit and class."""
        return np.column_stack([self.floats(f"n_{name}") for name in self.classes])

    @cached_property
    def used(self) -> np.ndarray:
        """The units whose tenure enters the measures."""
        return usable_rows(self.counts)

    @cached_property
    def gemeente_names(self) -> dict[object, str]:
        """Names by gemeente code; a code without a name stands for itself."""
        pairs = zip(self.column("gemeente_code"), self.column("gemeente_name"), strict=True)
        return {code: str(name or code) for code, name in dict(pairs).items() if code is not None}

    @cached_property
    def gemeenten(self) -> list[object]:
        """Gemeente codes in alphabetical order of their names."""
        return sorted(self.gemeente_names, key=lambda c: (self.gemeente_names[c].lower(), str(c)))

    @cached_property
    def in_code_order(self) -> np.ndarray:
        """Positions of the units by gemeente name, wijk and buurt code: no order of severity."""
        place = {code: k for k, code in enumerate(self.gemeenten)}
        keys = [
            (place.get(g, len(place)), str(w or ""), str(b or ""))
            for g, w, b in zip(
                self.column("gemeente_code"),
                self.column("wijk_code"),
                self.column("buurt_code"),
                strict=True,
            )
        ]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=int)

    def knowledge(self, name: str) -> Any:
        """Take one part of the catalogue ("indicators", "parameters", ...)."""
        return getattr(self.catalogue, name)

    def label(self, part: str, key: object) -> str:
        """Return the catalogue's word for an actor, a scale, a caveat, ...; escaped."""
        return self.say(self.knowledge("labels").get(part, {}).get(str(key), str(key)))

    @cached_property
    def entries(self) -> dict[str, Mapping[str, Any]]:
        """Instruments and process entries by id."""
        both = [*self.knowledge("instruments"), *self.knowledge("process_instruments")]
        return {entry["id"]: entry for entry in both}

    @property
    def made(self) -> str:
        """The day of the report as 2026-11-28: that of the run, unless it was made later."""
        return str(self.provenance.get("made") or self.provenance.get("date") or "")

    @property
    def goal_set(self) -> bool:
        """Whether somebody recorded the main goal; until then flags carry a mark."""
        return self.decisions is not None and self.decisions.goals.is_set

    # -- pieces of HTML ------------------------------------------------------------------------

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        caption: str = "",
        kind: str = "",
        first: str = "row",
    ) -> str:
        """Build a table from ready HTML cells; the first cell of a row is its heading.

        A cell that starts with "=" is a number and is set right.
        """
        top = "".join(
            f'<th scope="col"{" class=n" if cell[:1] == "=" else ""}>{cell.lstrip("=")}</th>'
            for cell in head
        )
        body = []
        for row in rows:
            cells = [
                f"<td class=n>{cell[1:]}</td>" if cell[:1] == "=" else f"<td>{cell}</td>"
                for cell in row[1:]
            ]
            lead = f'<th scope="row">{row[0]}</th>' if first == "row" else f"<td>{row[0]}</td>"
            body.append(f"<tr>{lead}{''.join(cells)}</tr>")
        name = f"<caption>{caption}</caption>" if caption else ""
        look = f' class="{kind}"' if kind else ""
        rows_html = "".join(body)
        return f"<table{look}>{name}<thead><tr>{top}</tr></thead><tbody>{rows_html}</tbody></table>"

    def fold(self, summary: str, content: str, *, opened: bool = False) -> str:
        """Put long content behind a line that says what and how much it is."""
        return (
            f"<details{' open' if opened else ''}><summary>{summary}</summary>{content}</details>"
        )

    def items(self, items: Iterable[str], *, kind: str = "") -> str:
        """Build a list from ready HTML."""
        look = f' class="{kind}"' if kind else ""
        return f"<ul{look}>{''.join(f'<li>{item}</li>' for item in items)}</ul>"

    def run_on(self, items: Iterable[str]) -> str:
        """Set ready HTML one after the other, with a mark between."""
        return " • ".join(items)

    def insights(self, *indicators: str) -> str:
        """Return what the source holds of these figures, to read them beside."""
        found = [i for i in self.knowledge("insights") if set(indicators) & set(i["indicators"])]
        if not found:
            return ""
        lead = self.t("What the source says of this:", "Wat de bron hierover zegt:")
        numbered = self.items(
            f"{self.say(i)} <small>({self.t('insight {n}', 'inzicht {n}', n=i['nr'])})</small>"
            for i in found
        )
        return f'<div class="note"><p>{lead}</p>{numbered}</div>'

    def codes(self, positions: Iterable[int]) -> str:
        """List buurt codes in full, separated by spaces so that they can be copied."""
        codes = self.column("buurt_code")
        return f'<p class="codes">{esc(" ".join(str(codes[i]) for i in positions))}</p>'

    @property
    def assumption(self) -> str:
        """Return the mark of everything that is a choice of WijkMix and not of the source."""
        return f'<span class="mark">{self.t("assumption", "aanname")}</span>'
