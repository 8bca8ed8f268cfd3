# SPDX-License-Identifier: GPL-2.0-or-later
"""The reports of a scenario, of two years and of the smallest swap."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.errors import PolicyError
from wijkmix.wijkmix_plugin.measures import change, waterbed
from wijkmix.wijkmix_plugin.measures.swap import swap_bound
from wijkmix.wijkmix_plugin.policy import goals, scenario, scenario_flags, scenario_run
from wijkmix.wijkmix_plugin.policy.actions import Monitoring
from wijkmix.wijkmix_plugin.report import decisions
from wijkmix.wijkmix_plugin.report.scenario import render_scenario
from wijkmix.wijkmix_plugin.report.swap import SwapResult, render_swap
from wijkmix.wijkmix_plugin.report.years import Years, render_years

from .conftest import make_result

VOID = {"meta", "br", "rect", "path", "circle", "use", "line", "polyline"}


class Balanced(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def sound(html):
    parser = Balanced()
    parser.feed(html)
    assert parser.wrong == []
    assert parser.open == []
    assert "{" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    assert "nan" not in re.sub(r"<[^>]+>", " ", html).lower().split()
    assert not re.search(r"(src|href)=.?https?:", html)
    return html


def town(name="Buurt", **more):
    return pd.DataFrame(make_result(name=name, **more).frame)


def worked_out(catalogue, rows, frame=None, **more):
    frame = town() if frame is None else frame
    actions = pd.DataFrame(rows, columns=list(scenario.COLUMNS))
    return scenario_run.run_scenario(frame, actions, catalogue, **more)


def test_actions_without_a_year_are_refused_with_a_message(catalogue):
    actions = pd.DataFrame([("BU1", "sloop")], columns=["unit", "action"])
    with pytest.raises(PolicyError, match="lack the columns year, segment, n"):
        scenario_run.run_scenario(town(), actions, catalogue)


@pytest.fixture
def plan_rows():
    frame = town()
    known = frame[frame["n_corp"] > 50]
    lose = known[known["vulnerable"].eq(True)]["buurt_code"].iloc[0]
    gain = known[known["vulnerable"].eq(False)]["buurt_code"].iloc[0]
    return [
        (lose, 2026, "sloop", "sociaal", 40, None),
        (gain, 2028, "nieuwbouw", "sociaal", 30, None),
        (gain, 2028, "nieuwbouw", "duur koop", 25, None),
    ]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_scenario(catalogue, plan_rows, lang):
    place = np.column_stack([np.arange(48.0) * 100, np.zeros(48)])
    result = worked_out(catalogue, plan_rows, place=place)
    html = sound(render_scenario(result, catalogue, lang=lang))
    says = scenario.SAYS.get(lang)
    assert html.count(says) >= 2  # at the top and among the limits
    for ident in (
        *("summary", "stock", "indices", "balance", "phasing", "groups", "social", "flags"),
        *("monitoring", "actions", "limits", "sources"),
    ):
        assert f'<section id="{ident}">' in html
    assert result.fingerprint in html
    words = {
        "nl": ("Plan niet in balans", "komt nergens terug", "niet gehaald", "maximum", "aanname"),
        "en": ("Unbalanced plan", "comes back nowhere", "not met", "maximum", "assumption"),
    }[lang]
    for word in words:
        assert word in html
    assert "2028" in html
    assert "2.028" not in html
    # 10 of the 40 come back nowhere; 30 do, two years later.
    text = re.sub(r"<[^>]+>", "|", html)
    assert re.search(r"\|30\|+\+2\|", text)


def test_stock_and_plan_are_two_tables(catalogue, plan_rows):
    html = render_scenario(worked_out(catalogue, plan_rows), catalogue, lang="nl")
    section = html.split('<section id="social">')[1].split("</section>")[0]
    assert section.count("<table") == 2
    # 30 of the 55 delivered are social.
    assert "54,5%" in section
    assert "+24,5 punten ten opzichte van 30%" in section


def test_flags_show_what_flipped(catalogue):
    frame = town()
    known = frame[frame["n_corp"] > 100]
    rows = [
        (code, 2026, "verkoop", "sociaal", int(n), None)
        for code, n in zip(known["buurt_code"], known["n_corp"], strict=True)
    ]
    result = worked_out(catalogue, rows)
    assert len(result.flags)
    section = render_scenario(result, catalogue, lang="nl").split('<section id="flags">')[1]
    assert "verdwijnt" in section
    assert "(voldaan) → " in section
    assert "→ geen kandidaat" in section
    assert "niet kwetsbaar" not in section.split("</section>")[0]


def test_a_plan_is_never_without_its_companions_and_warnings(catalogue):
    frame = town()
    code = frame.loc[frame["n_corp"] > 50, "buurt_code"].iloc[0]
    result = worked_out(catalogue, [(code, 2026, "verkoop", "sociaal", 10, None)], frame)
    page = sound(render_scenario(result, catalogue, lang="nl"))
    section = page.split('<section id="companions">')[1].split("</section>")[0]
    assert "in het plan: verkoop" in section
    assert "Toon dit plan nooit zonder" in section
    for entry in catalogue.companions("herstructurering"):
        assert f"{entry['label']['nl']}</b>" in section
    for caveat in catalogue.side_effects("herstructurering"):
        assert caveat["nl"] in section
    assert {c["type"] for c in catalogue.side_effects("herstructurering")} == {
        "displacement",
        "waterbed",
    }
    assert "<h3>Grondverwerving" not in section
    # Nor is a flag that the plan makes appear.
    row = (2026, code, "Buurt", "grondverwerving", "no", "provisional", "appears", [])
    result.flags = pd.DataFrame([row], columns=scenario_flags.COLUMNS)
    page = sound(render_scenario(result, catalogue, lang="nl"))
    section = page.split('<section id="companions">')[1].split("</section>")[0]
    assert "<h3>Grondverwerving <small>een vlag die verschijnt</small></h3>" in section


def test_no_actions_and_no_indicators(catalogue):
    frame = town()
    bare = frame[[c for c in frame if c.startswith("n_") or c in scenario_run.IDENTITY]].assign(
        dwellings=frame["dwellings"], year=2024
    )
    html = sound(render_scenario(worked_out(catalogue, [], bare), catalogue, lang="nl"))
    assert "er verandert niets" in html
    assert "Het plan bevat geen actie en er verschijnt geen vlag." in html
    assert "heeft geen indicatoren" in html
    assert "Welke gebieden kwetsbaar zijn is niet bekend" in html


def test_two_classes(catalogue):
    frame = town(two_classes=True)
    code = frame.loc[frame["n_huur"] > 50, "buurt_code"].iloc[0]
    result = worked_out(catalogue, [(code, 2026, "sloop", "sociaal", 10, "ja")], frame)
    html = sound(render_scenario(result, catalogue, lang="nl"))
    assert "niet toetsbaar" in html
    # Flags of a source of two classes are unknown before and after, not forgotten.
    assert result.flags is not None


def test_what_comes_from_data_is_escaped(catalogue, plan_rows):
    evil = "<script>alert(1)</script>"
    frame = town(name=evil)
    segments = f'{{"{evil.casefold()}": "corp", "sociaal": "corp", "duur koop": "koop"}}'
    rows = [*plan_rows, (plan_rows[1][0], 2028, "nieuwbouw", evil, 5, None)]
    result = worked_out(catalogue, rows, frame, segment_map=segments)
    result.provenance.update(source=evil, attribution=evil)
    html = sound(render_scenario(result, catalogue, lang="nl"))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_measuring_plan_is_printed(catalogue):
    result = worked_out(catalogue, [])
    html = render_scenario(result, catalogue, lang="nl")
    assert "na 0, 5, 10, 15, 20 jaar" in html
    assert "Aanname: meten na 0, 5, 10, 15 en 20 jaar" in html
    own = Monitoring(2026, (0, 7), ("div_tenure", "<eigen>"), True)
    html = sound(render_scenario(result, catalogue, lang="nl", monitoring=own))
    assert "2026, 2033" in html
    assert "Diversiteit eigendom" in html
    assert "&lt;eigen&gt;" in html
    assert "Aanname: meten" not in html


def test_a_scenario_without_goals_is_incomplete_and_prints_every_question(catalogue, plan_rows):
    result = worked_out(catalogue, plan_rows)
    html = sound(render_scenario(result, catalogue, lang="nl"))
    assert "<b>onvolledig</b>" in html.split("</header>")[0]
    summary = html.split('<section id="summary">')[1].split("</section>")[0]
    assert "Scenario onvolledig: de doelen zijn niet meegegeven" in summary
    section = html.split('<section id="questions">')[1].split("</section>")[0]
    assert section.count("<b>niet beantwoord</b>") == 29


def test_a_scenario_prints_the_goals_of_the_project_and_is_whole_with_all_of_them(
    catalogue, plan_rows
):
    found = goals.Goals().with_main("residents")
    for step in catalogue.steps:
        for item in step["items"]:
            found = found.with_answer(item["id"], "<b>afgesproken</b>")
    beside = {row[0]: ["economisch", "sociaal"] for row in plan_rows}
    result = worked_out(catalogue, plan_rows, goals=found, companions=beside)
    assert result.incomplete is None
    decided = decisions.Decisions(found)
    html = sound(render_scenario(result, catalogue, lang="nl", project=decided))
    assert "onvolledig" not in html
    section = html.split('<section id="questions">')[1].split("</section>")[0]
    assert "Eerst de zittende bewoners" in section
    assert "&lt;b&gt;afgesproken" in section
    assert section.count("<b>niet beantwoord</b>") == 9  # the seven questions
    del beside[plan_rows[0][0]]
    result = worked_out(catalogue, plan_rows, goals=found, companions=beside)
    html = render_scenario(result, catalogue, lang="en", project=decided)
    assert "<b>incomplete</b>" in html
    assert f"({plan_rows[0][0]})." in result.incomplete.en


# -- two years


def two_years(treated=True):
    frame = town()
    groups = ["n_koop", "n_corp", "n_overig"]
    first = frame[groups].to_numpy(dtype=float)
    second = first.copy()
    second[5] += (40, -60, 0)
    second[20] += (0, 60, 0)
    classes = np.full(len(frame), "rest", dtype=object)
    if treated:
        classes[[5, 6]], classes[7] = "treated", "ring"
    columns = waterbed.unit_change(first, second, groups)
    labels = np.where(np.isfinite(first).all(axis=1), "ns", "nodata").astype(object)
    labels[5] = "LL"
    columns = columns.assign(area_class=classes, moran_cluster=labels, moran_group="n_corp")
    identity = frame[["buurt_code", "buurt_name", "wijk_code", "gemeente_code", "gemeente_name"]]
    shapes = frame[["geometry", "dwellings", "quality"]]
    return Years(
        frame=pd.concat([identity, columns, shapes], axis=1),
        groups=groups,
        first=2005,
        second=2017,
        waterbed=waterbed.waterbed(first, second, groups, classes),
        indices=change.compare(first, second, groups, same_units=True, replicates=99),
        treated=treated,
        provenance={"title": "WijkMix", "source": "a, b", "seed": 12345},
    )


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_two_years(catalogue, lang):
    html = sound(render_years(two_years(), catalogue, lang=lang))
    assert "2005 – 2017" in html
    names = {"nl": ("Behandelde gebieden", "Corporatiehuur"), "en": ("Treated areas", "rental")}
    for name in names[lang]:
        assert name in html
    section = html.split('<section id="waterbed">')[1].split("</section>")[0]
    corp = section.split("<table")[2]
    changes = [
        int(v.replace("−", "-").replace("+", "")) for v in re.findall(r">([+−]\d+|0)</td>", corp)
    ]
    assert changes == [-60, 0, 60, 0]  # treated, ring, rest: together the whole
    assert "oorza" in html or "caused" in html


def test_two_years_without_treated_areas_say_so(catalogue):
    html = sound(render_years(two_years(treated=False), catalogue, lang="nl"))
    assert "geen behandelde gebieden genoemd" in html


# -- the smallest swap


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_swap(catalogue, lang):
    frame = town()
    total = frame[["n_koop", "n_corp", "n_overig"]].sum(axis=1, min_count=3).to_numpy()
    group = frame["n_corp"].to_numpy()
    receivers = np.arange(len(frame)) % 2 == 0
    swap = swap_bound(group, total, target=0.0, max_share=0.1, receivers=receivers)
    html = sound(
        render_swap(SwapResult(frame, swap, "n_corp", {"title": "WijkMix"}), catalogue, lang=lang)
    )
    words = {
        "nl": (
            "Rekenkundige ondergrens, geen plan",
            "mag niet ontvangen",
            "Schaduwprijs|schaduwprijs",
        ),
        "en": ("Arithmetical lower bound, not a plan", "may not receive", "shadow price"),
    }[lang]
    for word in words:
        assert re.search(word, html)
    assert 'id="map-swap"' in html


def test_a_swap_of_units_without_names(catalogue):
    frame = pd.DataFrame({"corp": [20.0, 0], "total": [20.0, 20]})
    swap = swap_bound(frame["corp"].to_numpy(), frame["total"].to_numpy(), target=0.5)
    html = sound(render_swap(SwapResult(frame, swap, "corp"), catalogue, lang="nl"))
    assert "uitvoerlaag" in html


def test_the_report_of_a_scan_prints_a_chosen_measuring_plan(catalogue):
    from wijkmix.wijkmix_plugin.policy import actions
    from wijkmix.wijkmix_plugin.report.html import render_scan

    own = Monitoring(2026, (0, 7), ("div_tenure",), True)
    for stored, shown in (
        (actions.dumps(actions.Scenario(monitoring=own)), True),
        (actions.dumps(actions.Scenario()), False),  # nobody chose it
        ("", False),
    ):
        decided = decisions.read("", "", scenario_text=stored)
        html = render_scan(make_result(), catalogue, lang="nl", project=decided)
        assert ('<section id="measuring">' in html) == shown
        assert ("2026, 2033" in html) == shown
    broken = decisions.read("", "", scenario_text="{broken")
    assert broken.problems
