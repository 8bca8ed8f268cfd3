# SPDX-License-Identifier: GPL-2.0-or-later
"""Sections that plans and comparisons share: when to measure what, and where numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import Text
from ..policy.actions import SUGGESTED, Monitoring
from .numbers import esc, is_missing
from .page import Page


def signed(page: Page, value: object, digits: int = 0) -> str:
    """Write a change: a plus sign in front of a gain."""
    text = page.numbers.decimal(value, digits)
    gains = not is_missing(value) and float(str(value)) > 0
    return f"+{text}" if gains and text.strip("0.,") else text


def monitoring_section(page: Page, plan: Monitoring | None) -> str:
    """Return the measuring plan: years after the start, calendar years, indicators."""
    found = plan or Monitoring()
    parts = []
    if not found.chosen:
        parts.append(f"<p>{page.say(SUGGESTED)}</p>")
    after = ", ".join(str(year) for year in found.years)
    years = page.t("after {years} years", "na {years} jaar", years=after)
    if found.start:
        calendar = ", ".join(str(year) for year in found.moments())
        years += page.t(
            ", counted from {start}: {calendar}",
            ", geteld vanaf {start}: {calendar}",
            start=found.start,
            calendar=calendar,
        )
    else:
        years += page.t(" (start not chosen)", " (begin niet gekozen)")
    known = page.knowledge("indicators")
    names = [
        page.say(known[name]["label"]) if name in known else esc(name) for name in found.indicators
    ]
    rows = [
        [page.t("When", "Wanneer"), years],
        [
            page.t("What", "Wat"),
            "<br>".join(names) if names else page.t("not answered", "niet beantwoord"),
        ],
        [
            page.t("Where", "Waar"),
            page.t(
                "in the treated areas, the ring around them, the rest of their wijken and the "
                "region (compare two years)",
                "in de behandelde gebieden, de ring eromheen, de rest van hun wijken en de regio "
                "(twee jaren vergelijken)",
            ),
        ],
    ]
    return "".join(parts) + page.table([page.t("Question", "Vraag"), page.t("Plan", "Plan")], rows)


def origin_section(page: Page, names: Mapping[str, Text]) -> str:
    """Return the record of a run as a table: the entries in `names`, those that are there."""
    rows = []
    for key, text in names.items():
        value: Any = page.provenance.get(key)
        if is_missing(value) or value in ("", {}, []):
            continue
        if isinstance(value, Mapping) and {"en", "nl"} <= set(value):
            told = page.say(value)
        elif isinstance(value, Mapping):
            told = esc(", ".join(f"{k} {v}" for k, v in value.items()))
        else:
            told = esc(value)
        rows.append([page.say(text), told])
    return page.table([page.t("What", "Wat"), page.t("Source", "Bron")], rows)
