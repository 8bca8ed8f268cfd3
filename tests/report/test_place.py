# SPDX-License-Identifier: GPL-2.0-or-later
"""The report of one buurt or wijk out of a scan layer, and the goals and worklist in a report."""

from __future__ import annotations

import copy
import json
import re
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.errors import TableError, Text
from wijkmix.wijkmix_plugin.policy import goals, law_checks, worklist
from wijkmix.wijkmix_plugin.report import decisions, html, place, restore
from wijkmix.wijkmix_plugin.report.numbers import esc

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{n}&amp;"
FORBIDDEN = (
    r"probleemwijk|probleembuurt|achterstandswijk|achterstandsscore|moet(en)? gesloopt|slechtste"
    r"|\btop 10\b|\bworst\b|\blisa\b|krachtwijk|aandachtswijk|prachtwijk|problem (area|district)"
)
HERE = "BU00100100"  # provisional for restructuring, in wijk WK001001


@pytest.fixture(scope="module", params=["nl", "en"])
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def stored(make):
    """The town as its layer holds it: attributes, shapes and the record of the run."""
    scan = make()
    frame = pd.DataFrame(scan.frame)
    return restore.restore(frame, {**scan.provenance, "year": 2024})


def project(catalogue, **more):
    """A plan with a goal, parties that differ, and one marked buurt."""
    aims = (
        goals.Goals()
        .with_main("area")
        .with_answer("stap-1-waarom-samen", "Samen, want <b>dat</b> moet.\nTweede regel.")
        .with_party(goals.PartyGoal("gemeente", "social", "less"))
        .with_party(goals.PartyGoal("corporatie", "social", "more"))
    )
    item = worklist.Item(
        HERE,
        "Buurt 4",
        owner="Team wonen",
        note="Eerst praten met bewoners.",
        flags=("herstructurering",),
        **{"instruments": ("complexgewijze-vervanging",), "goal": aims.parties[0], **more},
    )
    return decisions.Decisions(aims, worklist.Worklist().with_item(item, catalogue))


def text_of(document):
    body = re.sub(r"<style>.*?</style>|<title>.*?</title>", " ", document, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen, self.ids, self.links = [], [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.seen.append((tag, attrs))
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.links += [attrs["href"]] if "href" in attrs else []
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parse(document):
    tags = Tags()
    tags.feed(document)
    assert tags.open == []
    assert len(tags.ids) == len(set(tags.ids))
    assert {link[1:] for link in tags.links} <= set(tags.ids)
    assert set(re.findall(r"url\(#([\w-]+)\)", document)) <= set(tags.ids)
    return tags


def both(stored, catalogue, lang, decided=None):
    code = stored.frame.loc[stored.frame["buurt_code"] == HERE, "wijk_code"].iloc[0]
    return [
        place.render_place(stored, catalogue, HERE, "buurt", lang=lang, project=decided),
        place.render_place(stored, catalogue, code, "wijk", lang=lang, project=decided),
    ]


# -- out of the layer -------------------------------------------------------------------------


def test_a_layer_gives_the_numbers_of_its_scan_again(make):
    scan = make()
    found = restore.restore(pd.DataFrame(scan.frame), scan.provenance)
    assert found.classes == scan.classes
    assert found.year == 2024
    by_code = found.wijken.set_index("wijk_code")
    for row in scan.wijken.itertuples():
        assert by_code.at[row.wijk_code, "n_corp"] == pytest.approx(row.n_corp)
        assert by_code.at[row.wijk_code, "share_corp"] == pytest.approx(row.share_corp)
    used = scan.frame[scan.frame["n_koop"].notna()]
    corp = used["n_corp"].to_numpy()
    rest = used[["n_koop", "n_overig"]].sum(axis=1).to_numpy()
    d = np.abs(corp / corp.sum() - rest / rest.sum()).sum() / 2
    row = found.indices[
        (found.indices["area"] == "all")
        & (found.indices["index"] == "dissimilarity")
        & (found.indices["group"] == "corp")
    ]
    assert row["value"].tolist() == pytest.approx([d])


def test_a_layer_without_its_record_says_so(make, catalogue, lang):
    found = restore.restore(pd.DataFrame(make().frame), None)
    page = text_of(place.render_place(found, catalogue, HERE, lang=lang))
    words = {"nl": "bevat geen verslag van de berekening", "en": "has no record of the run"}
    assert words[lang] in page


@pytest.mark.parametrize("change", ["empty", "fields"])
def test_no_scan_no_report(make, change):
    frame = pd.DataFrame(make().frame)
    frame = frame.iloc[:0] if change == "empty" else frame.drop(columns="flag_reasons")
    with pytest.raises(TableError, match="nothing to report"):
        restore.restore(frame, {})


def test_an_unknown_place_is_named(stored, catalogue):
    with pytest.raises(TableError, match="BU99"):
        place.render_place(stored, catalogue, "BU99")


# -- what it says -----------------------------------------------------------------------------


def test_every_report_stands_by_itself_and_says_nothing_that_judges(stored, catalogue, lang):
    decided = project(catalogue)
    pages = [*both(stored, catalogue, lang), *both(stored, catalogue, lang, decided)]
    pages.append(html.render_scan(stored, catalogue, lang=lang, project=decided))
    for page in pages:
        tags = parse(page)
        assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in tags.seen}
        assert not re.search(r"(?<!xmlns=\")https?://", page)
        assert not re.search(FORBIDDEN, text_of(page).lower())


def test_the_mix_stands_beside_wijk_and_gemeente_by_hand(stored, catalogue):
    frame = stored.frame
    page = place.render_place(stored, catalogue, HERE, lang="en")
    row = frame[frame["buurt_code"] == HERE].iloc[0]
    used = frame[frame["n_koop"].notna()]
    cells = ["n_koop", "n_corp", "n_overig"]
    for members in (
        used[used["buurt_code"] == HERE],
        used[used["wijk_code"] == row["wijk_code"]],
        used[used["gemeente_code"] == row["gemeente_code"]],
        used,
    ):
        n = members[cells].sum()
        share = f"{100 * n['n_corp'] / n.sum():.1f}%"
        assert f"<td class=n>{share}<br><small>{n['n_corp']:,.0f}</small></td>" in page


def test_every_condition_of_a_buurt_with_value_threshold_and_outcome(stored, catalogue):
    page = place.render_place(stored, catalogue, HERE, lang="nl")
    section = page[page.index('id="flag-herstructurering"') :].split("</section>")[0]
    table = section[section.index('class="conditions"') :].split("</table>")[0]
    told = json.loads(stored.frame.set_index("buurt_code").at[HERE, "flag_reasons"])
    assert table.count("<tr>") == 1 + len(told["herstructurering"]["conditions"])
    for words in ("minstens 1,5", "hoogstens 0,5", "aanname", "bepalend", "geen gegevens"):
        assert words in table
    assert "? onbekend" in table


def test_the_conditions_on_tenure_are_asked_again_of_wijk_and_gemeente(stored, catalogue):
    frame = stored.frame
    page = place.render_place(stored, catalogue, HERE, lang="en")
    section = page[page.index('id="flag-herstructurering"') :].split("</section>")[0]
    table = section[section.index("The same at other scales") :].split("</table>")[0]
    row = frame[frame["buurt_code"] == HERE].iloc[0]
    used = frame[frame["n_koop"].notna()]
    gemeente = used[used["gemeente_code"] == row["gemeente_code"]]
    wijk = used[used["wijk_code"] == row["wijk_code"]]
    cells = ["n_koop", "n_corp", "n_overig"]
    p = (wijk[cells].sum() / wijk[cells].sum().sum()).to_numpy()
    div = -(p[p > 0] * np.log(p[p > 0])).sum() / np.log(3)
    lq = p[1] / (gemeente["n_corp"].sum() / gemeente[cells].sum().sum())
    told = table[table.index(row["wijk_code"]) :].split("</tr>")[0]
    assert f"{div:.2f}" in told
    assert f"{lq:.2f}" in told
    assert table.count("no data") == 2  # street and block


def test_blocks_answer_the_conditions_on_tenure_too(stored, catalogue):
    told = {"ind": "div_tenure", "op": "<=", "threshold": 0.5, "share": 0.25}
    text = json.dumps({"v": 1, "blok": {"units": 12, "conditions": [told]}})
    result = copy.copy(stored)
    result.frame = stored.frame.copy()
    result.frame["flag_scales"] = None
    result.frame.loc[result.frame["buurt_code"] == HERE, "flag_scales"] = text
    page = place.render_place(result, catalogue, HERE, lang="nl")
    section = page[page.index('id="flag-herstructurering"') :].split("</section>")[0]
    table = section[section.index("Hetzelfde op andere schalen") :]
    row = table[table.index("blok (12)") :].split("</tr>")[0]
    assert "geldt in blokken met 25% van de woningen" in row
    assert "minstens de helft van de woningen" in table


def test_checks_of_the_law_are_printed_with_their_day_and_note(stored, catalogue, lang):
    note = "wetten.overheid.nl <b>"
    checks = law_checks.LawChecks(
        {
            "herstructurering-sloop-nieuwbouw": law_checks.Check("2026-02-01", note),
            "L16": law_checks.Check("2026-02-03", note),
        }
    )
    decided = decisions.Decisions(checks=checks)
    page = place.render_place(stored, catalogue, HERE, lang=lang, project=decided)
    card = page[page.index('id="i-F05"') :].split("</article>")[0]
    words = {"nl": ("gecheckt op 1 februari 2026", "ouder dan twaalf maanden"),
             "en": ("checked on 1 February 2026", "older than twelve months")}[lang]  # fmt: skip
    assert words[0] in card
    assert "wetten.overheid.nl &lt;b&gt;" in card
    assert words[1] not in card
    other = page[page.index('id="i-F06"') :].split("</article>")[0]
    assert words[1] in other
    assert words[0] not in other
    # Every law and policy to watch, also those that no instrument names.
    rows = page[page.index("<b>L01</b>") :].split("</table>")[0].split("<tr>")
    assert len(rows) == len(catalogue.legal_watch) == 16
    for row, item in zip(rows, catalogue.legal_watch, strict=True):
        assert f"<b>{item['id']}</b>" in row
        assert esc(item["source_states"][lang]) in row
        checked = item["id"] == "L16"
        assert (words[1] in row) != checked
        changed = {"nl": "kan gewijzigd zijn", "en": "may have changed"}[lang]
        assert row.count(changed) == (not checked)
        assert (words[0].replace("1 ", "3 ") in row) == checked


def test_a_report_made_later_than_the_scan_says_both_days(stored, catalogue):
    later = copy.copy(stored)
    later.provenance = {**stored.provenance, "made": "2026-11-28"}
    page = text_of(place.render_place(later, catalogue, HERE, lang="nl"))
    assert "scan van 5 maart 2026 · gemaakt op 28 november 2026" in page
    page = text_of(place.render_place(stored, catalogue, HERE, lang="nl"))
    assert "scan van 5 maart" not in page
    assert "gemaakt op 5 maart 2026" in page


def test_a_physical_flag_never_without_its_companions(stored, catalogue, lang):
    for page in both(stored, catalogue, lang):
        section = page[page.index('id="flag-herstructurering"') :].split("</section>")[0]
        box = section[section.index('class="must"') :].split("</aside>")[0]
        for ident in catalogue.candidate_flags["herstructurering"]["must_show"]:
            assert catalogue.get(ident)["label"][lang] in unescape(box)


def test_the_map_shows_the_place_and_only_what_lies_around_it(make, catalogue):
    town = make(rows=30, columns=30)
    found = restore.restore(pd.DataFrame(town.frame), town.provenance, tables=False)
    page = place.render_place(found, catalogue, HERE, lang="en")
    drawn = re.search(r'id="wm-land-near"[^>]* d="([^"]*)"', page).group(1)
    assert 9 <= drawn.count("M") < 100
    assert page.count('stroke-width="') > 0
    legend = page[page.index('id="map-place"') :].split("</figure>")[0]
    assert sum(map(int, re.findall(r"<b>(\d+) buurt", legend))) == drawn.count("M")


def test_a_wijk_lists_its_buurten_in_code_order(stored, catalogue):
    page = both(stored, catalogue, "en")[1]
    table = page[page.index("in code order") :].split("</table>")[0]
    found = re.findall(r"\((BU\w+)\)</th>", table)
    wijk = stored.frame.set_index("buurt_code").at[HERE, "wijk_code"]
    assert found == sorted(stored.frame.loc[stored.frame["wijk_code"] == wijk, "buurt_code"])


def test_what_is_left_out_is_told_for_this_place_only(stored, catalogue):
    wijk = stored.frame["wijk_code"].iloc[0]
    first = place.render_place(stored, catalogue, wijk, "wijk", lang="nl")
    data = first[first.index('<section id="data">') :].split("</section>")[0]
    assert all(code in data for code in stored.frame["buurt_code"].iloc[:3])
    other = both(stored, catalogue, "nl")[1]
    data = other[other.index('<section id="data">') :].split("</section>")[0]
    assert "Er is geen buurt buiten beschouwing" in data
    suppressed = stored.frame["buurt_code"].iloc[2]
    page = place.render_place(stored, catalogue, suppressed, lang="nl")
    assert "niet gepubliceerd (geheim of onbetrouwbaar)" in page
    assert "geen gegevens" in page


def test_poor_layers_still_make_a_report(make, catalogue, two, lang):
    bare = pd.DataFrame(make().frame).drop(columns="geometry")
    for column in ("flag_reasons", "moran_corp", "local_divergence", "wijk_code", "buurt_name"):
        bare[column] = None
    poor = restore.restore(bare, {})
    parse(place.render_place(poor, catalogue, HERE, lang=lang))
    parse(html.render_scan(poor, catalogue, lang=lang))
    half = restore.restore(pd.DataFrame(two.frame), two.provenance)
    for page in both(half, catalogue, lang):
        parse(page)
        assert 'class="card"' not in page
    dry = pd.DataFrame(make().frame)
    dry["geometry"] = None
    parse(place.render_place(restore.restore(dry, {}), catalogue, HERE, lang=lang))


def test_every_string_from_data_and_project_is_escaped(make, catalogue, lang):
    frame = pd.DataFrame(make(name=ATTACK).frame)
    for column in ("buurt_code", "wijk_code", "gemeente_code", "gemeente_name"):
        frame[column] = frame[column].astype(str) + ATTACK
    frame["flag_robustness_herstructurering"] = ATTACK
    origin = copy.deepcopy(make().provenance)
    origin["notes"] = [{"severity": ATTACK, "en": ATTACK, "nl": ATTACK}]
    origin["excluded"] = [{"code": c, "name": ATTACK, "reason": ATTACK} for c in frame.buurt_code]
    origin["attribution"] = ATTACK
    found = restore.restore(frame, origin)
    aims = goals.Goals(answers={"wat": ATTACK}, main="area").with_party(
        goals.PartyGoal(ATTACK, "social", "more", ATTACK)
    )
    code = HERE + ATTACK
    item = worklist.Item(code, ATTACK, ATTACK, ATTACK, (ATTACK,), (ATTACK,))
    decided = decisions.Decisions(aims, worklist.Worklist((item,)), (Text(ATTACK, ATTACK),))
    wijk = frame.loc[frame["buurt_code"] == code, "wijk_code"].iloc[0]
    for page in (
        place.render_place(found, catalogue, code, lang=lang, project=decided),
        place.render_place(found, catalogue, wijk, "wijk", lang=lang, project=decided),
        html.render_scan(found, catalogue, lang=lang, project=decided),
    ):
        tags = parse(page)
        assert not {"script", "img"} & {tag for tag, _ in tags.seen}
        assert not any(name.startswith("on") for _, attrs in tags.seen for name in attrs)
        assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 20
        assert "&amp;lt;" not in page, "something was escaped twice"


# -- goals and worklist -----------------------------------------------------------------------


def test_without_a_project_every_question_is_open_and_flags_say_so(stored, catalogue):
    for page in both(stored, catalogue, "nl"):
        assert page.count("<b>niet beantwoord</b>") == 29
        for flag in ("herstructurering", "verdichting", "grondverwerving"):
            head = page[page.index(f'id="flag-{flag}"') :].split("</h3>")[0]
            assert "doel niet vastgelegd" in head
        assert 'id="worklist"' not in page


def test_goals_of_the_project_are_printed_with_what_is_open(stored, catalogue):
    for page in (
        *both(stored, catalogue, "nl", project(catalogue)),
        html.render_scan(stored, catalogue, lang="nl", project=project(catalogue)),
    ):
        section = page[page.index('<section id="questions">') :].split("</section>")[0]
        assert "Eerst het gebied" in section
        assert "Samen, want &lt;b&gt;dat&lt;/b&gt; moet.<br>Tweede regel." in section
        assert "⚠" in section  # the parties want opposite things
        assert section.count("niet beantwoord") > 15
        assert "doel niet vastgelegd" not in page.lower()


def test_an_empty_project_still_says_that_no_goal_is_recorded(stored, catalogue):
    page = both(stored, catalogue, "nl", decisions.Decisions())[0]
    assert "Doel niet vastgelegd" in page
    assert "doel niet vastgelegd" in page[page.index('id="flag-herstructurering"') :][:400]
    assert "staat op de werklijst" in page[page.index('<section id="worklist">') :]


def test_the_worklist_with_owner_note_instruments_and_companions(stored, catalogue, lang):
    page = both(stored, catalogue, lang, project(catalogue))[0]
    section = unescape(page[page.index('<section id="worklist">') :].split("</section>")[0])
    for words in ("Team wonen", "Eerst praten met bewoners.", "Buurt 4 (BU00100100)"):
        assert words in section
    assert catalogue.get("complexgewijze-vervanging")["label"][lang] in section
    for entry in catalogue.companions("herstructurering"):
        assert entry["label"][lang] in section
    cards = page[page.index('<section id="instruments">') :]
    assert f'id="i-{catalogue.get("complexgewijze-vervanging")["nr"]}"' in cards


def test_another_buurt_of_the_worklist_is_not_in_this_report(stored, catalogue):
    page = place.render_place(
        stored, catalogue, "BU00100101", lang="nl", project=project(catalogue)
    )
    assert "Team wonen" not in page
    assert "staat op de werklijst van het project" in page


@pytest.mark.parametrize(
    ("chosen", "missing"),
    [
        ((), {"sociaal", "economisch"}),
        (("complexgewijze-vervanging",), {"sociaal", "economisch"}),
        (("complexgewijze-vervanging", "subtiele-regie"), {"economisch"}),
        (("complexgewijze-vervanging", "wijkeconomie-algemeen"), {"sociaal"}),
        (("complexgewijze-vervanging", "subtiele-regie", "wijkeconomie-algemeen"), set()),
    ],
)
def test_nothing_is_called_complete_without_companions(stored, catalogue, lang, chosen, missing):
    decided = project(catalogue, instruments=chosen)
    assert set(worklist.lacking(catalogue, decided.worklist.items[0])) == missing
    word = {"nl": "compleet", "en": "complete"}[lang]
    for page in both(stored, catalogue, lang, decided):
        section = page[page.index('<section id="worklist">') :].split("</section>")[0]
        assert (f": {word}." in section) == (not missing)
        for domain in missing:
            assert unescape(catalogue.domains[domain][lang]) in unescape(section)


def test_the_worklist_names_the_goal_of_each_buurt(stored, catalogue, lang):
    chosen = ("complexgewijze-vervanging", "subtiele-regie", "wijkeconomie-algemeen")
    word = {"nl": ": compleet.", "en": ": complete."}[lang]
    none, gone = {
        "nl": ("niet gekozen", "(niet meer bij de doelen)"),
        "en": ("not chosen", "(no longer among the goals)"),
    }[lang]
    removed = goals.PartyGoal("<i>huurders</i>", "stay", "more")
    for goal, told in ((None, none), (removed, gone)):
        decided = project(catalogue, instruments=chosen, goal=goal)
        page = both(stored, catalogue, lang, decided)[0]
        section = page[page.index('<section id="worklist">') :].split("</section>")[0]
        assert told in section
        assert "<i>" not in section
        assert word not in section
    page = both(stored, catalogue, lang, project(catalogue, instruments=chosen))[0]
    section = page[page.index('<section id="worklist">') :].split("</section>")[0]
    assert "gemeente: " in section
    assert word in section


def test_not_complete_without_a_goal_either(stored, catalogue):
    chosen = ("complexgewijze-vervanging", "subtiele-regie", "wijkeconomie-algemeen")
    decided = decisions.Decisions(goals.Goals(), project(catalogue, instruments=chosen).worklist)
    page = both(stored, catalogue, "nl", decided)[0]
    assert "Maatregelen: compleet" not in page


def test_a_measure_that_is_not_physical_needs_no_companions(catalogue):
    item = worklist.Item("BU1", instruments=("subtiele-regie",))
    assert worklist.lacking(catalogue, item) == []
    assert not worklist.is_physical(catalogue, item)


@pytest.mark.parametrize(
    "text", ["{", '{"version": 99, "main": "area"}', '{"version": 1, "main": 3}', "[]"]
)
def test_what_a_project_holds_and_cannot_be_read_is_said(stored, catalogue, text):
    decided = decisions.read(text, "")
    assert decided.problems
    page = both(stored, catalogue, "nl", decided)[0]
    assert unescape(page).count(decided.problems[0].nl) == 1


def test_a_long_note_is_printed_whole(stored, catalogue):
    note = "lang " * 3900 + "einde"
    decided = decisions.read(
        "", worklist.dumps(worklist.Worklist((worklist.Item(HERE, note=note),)))
    )
    assert "einde" in both(stored, catalogue, "nl", decided)[0]


def test_a_report_on_parcels_says_that_it_is_internal(stored, catalogue, lang):
    inside = copy.copy(stored)
    why = {"en": "for internal use: <parcels>", "nl": "intern gebruik: <percelen>"}
    inside.provenance = {**stored.provenance, "internal": why}
    written = place.render_place(inside, catalogue, HERE, lang=lang)
    head = written[written.index("<header>") : written.index("</header>")]
    assert f"<b>{esc(why[lang])}</b>" in head
    assert why[lang].partition(":")[0] not in place.render_place(stored, catalogue, HERE, lang=lang)
