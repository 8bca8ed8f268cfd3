# SPDX-License-Identifier: GPL-2.0-or-later
"""The distance profile: segregation against the size of the surroundings one looks at."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from . import charts
from .page import Page

INDEX = "spatial_theil_h"


def distance_profile(page: Page) -> str:
    """Return the chart and the table of H against distance; a sentence where the scan has none."""
    head = f"<h3>{page.t('At which distance', 'Op welke afstand')}</h3>"
    table = page.result.indices
    found = table[(table["index"] == INDEX) & table["bandwidth"].notna()]
    if not len(found):
        return head + page.t(
            "<p>This scan holds no profile over distances: it is made for layers of "
            "5,000 buurten at most. The algorithm Segregation indices makes it for any "
            "layer.</p>",
            "<p>Deze scan bevat geen profiel over afstanden: dat wordt gemaakt voor lagen van "
            "hoogstens 5.000 buurten. Het algoritme "
            "Segregatie-indices maakt het voor elke laag.</p>",
        )
    # With two classes all lines are the same one.
    groups = ["all"] if page.two_classes else ["all", *page.classes]
    metres = sorted(found["bandwidth"].unique())
    value = {
        (row.group, row.bandwidth): row.value
        for row in found.itertuples()
        if row.group in groups and row.versus in (None, "rest")
    }
    names = {
        group: page.t("All classes together", "Alle klassen samen")
        if group == "all"
        else charts.TENURE_LABELS[group].get(page.lang)
        for group in groups
    }
    lines = {names[g]: [value.get((g, m), math.nan) for m in metres] for g in groups}
    chart = charts.profile_line(
        metres,
        lines,
        lang=page.lang,
        x_label=page.t("surroundings within (m)", "omgeving binnen (m)"),
        y_label="H",
        title=page.t("Segregation against distance", "Segregatie tegen afstand"),
        logarithmic=True,
        width=520,
        height=300,
    )
    rows = [
        [
            names[group],
            *(
                f"={page.numbers.decimal(v, 3)}"
                for v in [_without_surroundings(table, group), *lines[names[group]]]
            ),
        ]
        for group in groups
    ]
    heading = [
        page.t("Theil's H", "Theils H"),
        "=" + page.t("buurt alone", "alleen de buurt"),
        *(f"={page.numbers.integer(m)} m" for m in metres),
    ]
    return head + _words(page, found) + f"<div>{chart}</div>" + page.table(heading, rows)


def _without_surroundings(table: pd.DataFrame, group: str) -> float:
    index = "multigroup_theil_h" if group == "all" else "theil_h"
    row = table[
        (table["area"] == "all")
        & (table["index"] == index)
        & (table["group"].fillna("all") == group)
    ]
    return float(row["value"].iloc[0]) if len(row) else math.nan


def _words(page: Page, found: pd.DataFrame) -> str:
    text = page.t(
        "<p>What people live in does not end at the border of their buurt. For every buurt this "
        "takes the mix of all buurten whose centre lies within a distance, and compares it with "
        "the mix of the whole layer. A line that falls steeply says that unlike buurten lie close "
        "together; one that stays high says that large areas differ. Beyond the edge of the layer "
        "nothing is known, so buurten at its edge see a part of their surroundings only. The "
        "distances are an {mark}: a choice of WijkMix, not a norm.</p>",
        "<p>Waar mensen wonen houdt niet op bij de grens van hun buurt. Voor elke buurt is hier de "
        "verhouding genomen van alle buurten waarvan het middelpunt binnen een afstand ligt, en "
        "vergeleken met die van de hele laag. Een lijn die steil daalt, zegt dat ongelijke buurten "
        "dicht bij elkaar liggen; een lijn die hoog blijft, dat grote gebieden verschillen. Buiten "
        "de rand van de laag is niets bekend: buurten aan de rand zien maar een deel van hun "
        "omgeving. De afstanden zijn een {mark}: een keuze van WijkMix, geen norm.</p>",
    ).format(mark=page.assumption)
    if (np.asarray(found["value"], dtype=float) < 0).any():
        text += page.t(
            "<p>H is a little below 0 where surroundings overlap so much that small differences "
            "between the middle and the edge of the layer are all that is left. Read it as 0.</p>",
            "<p>H ligt iets onder 0 waar omgevingen elkaar zo overlappen dat alleen kleine "
            "verschillen tussen het midden en de rand van de laag overblijven. Lees dat als 0.</p>",
        )
    return text
