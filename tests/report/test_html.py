# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import copy
import itertools
import json
import re
from html import escape
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest
from wijkmix.wijkmix_plugin.errors import Text
from wijkmix.wijkmix_plugin.measures import overview
from wijkmix.wijkmix_plugin.report import (
    candidates,
    charts,
    html,
    instruments,
    numbers,
    page,
    reasons,
)

VOID = {"meta", "br", "link", "img", "input", "hr"}
FLAGS = ("herstructurering", "verdichting", "grondverwerving")
ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{n}&amp;"


class Outline(HTMLParser):
    """Elements with their attributes and direct text; complains about tags that do not match."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.elements = [], []

    def handle_starttag(self, tag, attrs):
        element = SimpleNamespace(
            tag=tag, attrs=dict(attrs), text="", path=[e.tag for e in self.open]
        )
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element.text += data

    def all(self, tag):
        return [e for e in self.elements if e.tag == tag]

    def one(self, ident):
        return next(e for e in self.elements if e.attrs.get("id") == ident)


def parse(document):
    outline = Outline()
    outline.feed(document)
    assert not outline.open
    return outline


def plain(document):
    return parse(document).all("body")[0].text


@pytest.fixture(scope="module", params=["nl", "en"])
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def report(result, catalogue, lang):
    return html.render_scan(result, catalogue, lang=lang)


@pytest.fixture(scope="module")
def dutch(result, catalogue):
    return html.render_scan(result, catalogue, lang="nl")


# -- the file ---------------------------------------------------------------------------------


def test_stands_by_itself(report):
    outline = parse(report)
    assert not {"script", "link", "img", "iframe", "object"} & {e.tag for e in outline.elements}
    for element in outline.elements:
        assert not {"src", "xlink:href", "onclick", "onload"} & set(element.attrs)
        assert element.attrs.get("href", "#").startswith("#")
    assert not re.search(r"(?<!xmlns=\")https?://", report)
    assert "url(http" not in report
    assert "@import" not in report


def test_every_reference_has_a_target_and_every_id_is_unique(report):
    outline = parse(report)
    ids = [e.attrs["id"] for e in outline.elements if "id" in e.attrs]
    assert len(ids) == len(set(ids))
    wanted = {e.attrs["href"][1:] for e in outline.elements if "href" in e.attrs}
    wanted |= set(re.findall(r"url\(#([\w-]+)\)", report))
    for element in outline.elements:
        wanted |= set(element.attrs.get("aria-labelledby", "").split())
    assert wanted <= set(ids)


def test_can_be_read_without_seeing_it(report, lang):
    outline = parse(report)
    assert outline.all("html")[0].attrs["lang"] == lang
    assert len(outline.all("h1")) == 1
    levels = [int(e.tag[1]) for e in outline.elements if re.fullmatch(r"h[1-6]", e.tag)]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert all(e.attrs.get("scope") for e in outline.all("th"))
    drawings = [e for e in outline.all("svg") if "svg" not in e.path]
    assert all("aria-label" in e.attrs or "aria-labelledby" in e.attrs or "aria-hidden" in e.attrs
               for e in drawings)  # fmt: skip
    maps = [e for e in drawings if e.attrs.get("class") == "map"]
    assert len(maps) == 5
    assert sum(e.tag == "desc" for e in outline.elements) == len(maps)


def test_every_string_from_data_is_escaped(make, catalogue, lang):
    poisoned = make(name=ATTACK)
    frame = poisoned.frame
    for column in ("buurt_code", "wijk_code", "gemeente_code", "gemeente_name"):
        frame[column] = frame[column].astype(str) + ATTACK
    frame["quality"] = [q if q in ("ok", "water") else q + ATTACK for q in frame["quality"]]
    marked = []
    for text in frame["flag_reasons"]:
        found = json.loads(text) if text else None
        for flag in FLAGS if found else ():
            found[flag]["conditions"][0]["ind"] += ATTACK
            found[flag]["conditions"][0]["value"] = ATTACK
            found[flag]["conditions"][0]["result"] = True
            found[flag]["conditions"][1]["op"] = ATTACK
            found[flag]["conditions"][1]["threshold"] = ATTACK
        marked.append(json.dumps(found) if found else None)
    frame["flag_reasons"] = marked
    poisoned.wijken["wijk_code"] += ATTACK
    poisoned.wijken["gemeente_code"] += ATTACK
    poisoned.indices["area"] = [a if a == "all" else a + ATTACK for a in poisoned.indices["area"]]
    poisoned.indices["note"] = ATTACK
    poisoned.indices["index"] += ATTACK
    poisoned.notes = [SimpleNamespace(severity="warning", text=Text(ATTACK, ATTACK))]
    poisoned.year = ATTACK
    origin = copy.deepcopy(poisoned.provenance)
    for key in ("title", "source", "attribution", "date", "catalogue_version", "crs"):
        origin[key] = ATTACK
    origin["parameters"] = {"gemeente": [ATTACK], ATTACK: ATTACK, "seed": ATTACK}
    origin["thresholds"] = {ATTACK: ATTACK}
    origin["versions"] = {ATTACK: ATTACK}
    origin["columns"] = {ATTACK: ATTACK}
    origin["vulnerable_rule"] = {"en": ATTACK, "nl": ATTACK}
    origin["excluded"] = [{"code": ATTACK, "name": ATTACK, "reason": ATTACK}]
    poisoned.provenance = origin
    document = html.render_scan(poisoned, catalogue, lang=lang)
    outline = parse(document)
    assert not {"script", "img"} & {e.tag for e in outline.elements}
    for element in outline.elements:
        assert not any(name.startswith("on") for name in element.attrs)
    assert document.count("<script") == 0
    assert document.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 100
    assert "&amp;lt;" not in document, "something was escaped twice"


def test_says_nothing_that_judges(make, catalogue, lang):
    for two_classes in (False, True):
        text = plain(html.render_scan(make(two_classes=two_classes), catalogue, lang=lang)).lower()
        for word in ("probleemwijk", "probleembuurt", "achterstandswijk", "achterstandsscore",
                     "moet gesloopt", "moeten gesloopt", "slechtste", "top 10"):  # fmt: skip
            assert word not in text
        assert not re.search(r"\b(worst|lisa)\b", text)
    for words in (text for text in _all_texts() if text):
        assert not re.search(r"probleemwijk|achterstandswijk|slechtste|\bworst\b", words.lower())


def _all_texts():
    for module in (charts, candidates, html, instruments, page, reasons):
        for value in vars(module).values():
            for item in value.values() if isinstance(value, dict) else [value]:
                if isinstance(item, Text):
                    yield from item


def test_both_languages_are_complete(result, catalogue):
    """No sentence of one language stands in the other."""
    dutch = set(_sentences(html.render_scan(result, catalogue, lang="nl")))
    english = set(_sentences(html.render_scan(result, catalogue, lang="en")))
    # Names and titles are the same in both, and so is what the data say.
    names = [catalogue.meta["source_title"], catalogue.meta["source_authors"],
             "CBS, Kerncijfers", "HH 5", "numpy 1.24.2",
             *(e["source_section"] for e in catalogue.entries),
             *(w["name"] for w in catalogue.legal_watch),
             *result.frame["gemeente_name"].unique()]  # fmt: skip
    same = {s for s in dutch & english if len(s.split()) > 4 and "BU00" not in s}
    assert not {s for s in same if not any(n in s or s in n for n in names)}


def _sentences(document):
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", document, flags=re.S)
    parts = re.split(r"<[^>]+>", text)
    return [re.sub(r"\s+", " ", s).strip() for part in parts for s in re.split(r"[.;:] ", part)]


# -- what it says -----------------------------------------------------------------------------


def test_key_figures_by_hand(result, dutch):
    frame = result.frame
    rows = {row.text.split("\n")[0]: row for row in parse(dutch).all("tr")}
    used = frame["n_koop"].notna()
    koop = frame["n_koop"].sum()
    total = frame.loc[used, ["n_koop", "n_corp", "n_overig"]].to_numpy().sum()
    share = f"{100 * koop / total:.1f}%".replace(".", ",")
    assert any(text.startswith(f"Koop{share}") for text in rows)
    assert any(text.startswith("Buurten in de invoer4845 met bruikbare") for text in rows)


def test_gemeenten_stand_in_alphabetical_order(dutch):
    """Aalburg aan Zee has the higher code: order is by name, and all areas together come last."""
    tables = dutch.split("<table")
    for table in (
        t for t in tables if "Aalburg aan Zee" in t and 'class="mix"' in t and "Gemeente" in t
    ):
        assert (
            table.index("Aalburg aan Zee")
            < table.index("Zuiderstad")
            < table.index("Alle gebieden")
        )
    indices = next(t for t in tables if "Dissimilariteit D" in t)
    assert (
        indices.index("Aalburg aan Zee")
        < indices.index("Zuiderstad")
        < indices.index("Alle gebieden")
    )


def test_indices_in_the_readers_numbers(result, catalogue):
    assert "0,313" in html.render_scan(result, catalogue, lang="nl")
    assert "0.313" in html.render_scan(result, catalogue, lang="en")


def test_insights_of_the_source_stand_beside_their_figures(make, catalogue, lang):
    document = html.render_scan(make(), catalogue, lang=lang)
    parse(document)
    told = {i["nr"]: numbers.esc(i[lang]) for i in catalogue.insights}
    mix, after = document.split('<section id="scale">')
    scale = after.split("</section>")[0]
    assert [n for n in told if told[n] in mix] == [2]
    # Insight 9, which the section says buurten cannot test, is there to read.
    assert [n for n in told if told[n] in scale] == [7, 9]
    blocks = make()
    blocks.wijken["mosaic_block"] = 0.3
    after = html.render_scan(blocks, catalogue, lang=lang).split('<section id="scale">')[1]
    assert [n for n in told if told[n] in after.split("</section>")[0]] == [4, 6, 7, 9]


def test_an_index_stands_with_what_rounding_leaves_open(make, catalogue):
    town = make()
    document = plain(html.render_scan(town, catalogue, lang="nl"))
    assert "Dit zijn puntwaarden, zonder interval" in document
    town.indices["low"], town.indices["high"] = np.nan, np.nan
    town.indices.loc[town.indices["area"] == "all", ["low", "high"]] = (0.1234, 0.9)
    town.indices["note"] = np.where(town.indices["low"].isna(), overview.POINT, overview.ROUNDED)
    document = html.render_scan(town, catalogue, lang="nl")
    assert "<br><small>0,123\N{EN DASH}0,900</small>" in document
    assert "Bij een waarde: waartussen zij ligt" in document
    assert "Een waarde zonder grenzen is een puntwaarde" in document
    assert "puntwaarden, zonder interval" not in document
    # What is the same everywhere is said once, and what is amiss in the reader's language.
    assert overview.ROUNDED not in document
    town.indices.loc[0, "note"] = "one unit; group absent: overig"
    assert "één eenheid; groep ontbreekt: overig (" in html.render_scan(town, catalogue, lang="nl")


def test_many_areas_become_rows(make, catalogue):
    document = html.render_scan(make(gemeenten=5, rows=10), catalogue, lang="nl")
    assert 'class="indices"' in document


def test_mosaic_says_which_parts_it_compares(make, catalogue):
    town = make()
    document = html.render_scan(town, catalogue, lang="nl")
    assert "Mozaïek van buurten" in document
    assert "Mozaïek van blokken" not in document
    assert "Zonder een laag met blokken" in document
    town.wijken["mosaic_block"] = 0.4321
    document = html.render_scan(town, catalogue, lang="nl")
    assert "0,43" in document
    assert "Mozaïek van blokken" in document
    assert "Zonder een laag met blokken" not in document


def test_map_legends_count_every_buurt(result, dutch):
    for figure in re.findall(r"<figure.*?</figure>", dutch, flags=re.S):
        counts = [int(n) for n in re.findall(r"<b>(\d+) buurt(?:en)?</b>", figure)]
        assert sum(counts) == len(result.frame)


def test_flagged_buurten_are_complete_and_in_code_order(result, report):
    for flag in FLAGS:
        section = _section(report, flag)
        status = result.frame[f"flag_{flag}"]
        codes = result.frame.loc[status.isin(["candidate", "provisional"]), "buurt_code"].tolist()
        matrix = section[section.index('class="matrix"') :].split("</table>")[0]
        found = re.findall(r"<small>(BU\w+)</small>", matrix)
        assert sorted(found) == sorted(codes)
        # Aalburg aan Zee (GM0011) before Zuiderstad (GM0010), codes in order within.
        assert found == sorted(codes, key=lambda c: (c[2:6] != "0011", c))
        unknown = result.frame.loc[status == "unknown", "buurt_code"]
        assert all(code in section for code in unknown)


def _section(document, flag):
    start = document.index(f'id="flag-{flag}"')
    return document[start : document.index("</section>", start)]


def test_every_condition_is_told_with_value_threshold_and_outcome(dutch):
    section = _section(dutch, "verdichting")
    head = section[section.index('class="matrix"') :].split("</thead>")[0]
    assert "LQ corp.huur ≥\N{NO-BREAK SPACE}1,25" in head
    assert "aanname" in head
    cells = re.findall(r'<td class="(met|not|unk)">([^<]*)<small>(\S) ([^<]+)</small>', section)
    assert {c[0] for c in cells} == {"met", "not"}
    assert {(c[0], c[2], c[3]) for c in cells} == {
        ("met", "✓", "voldaan"),
        ("not", "✗", "niet voldaan"),
    }
    assert all(c[1] for c in cells)
    # What is unknown for all of them is said once, with its threshold.
    assert re.search(r"Onbekend voor elke buurt hieronder[^.]*Bouwcapaciteit[^.]*≥.20", section)


def test_every_flag_says_in_how_many_variants_it_stays(make, catalogue, monkeypatch):
    firm = make()
    raised = firm.frame["flag_verdichting"].eq("candidate")
    firm.frame["flag_robustness_verdichting"] = np.where(raised, "4/6", None)
    document = html.render_scan(firm, catalogue, lang="nl")
    section = _section(document, "verdichting")
    told = "kandidaat<small>vlag blijft in 4 van 6 varianten</small>"
    assert section.count(told) == raised.sum() > 0
    # How it is read stands once, before the first flag.
    before = document[document.index('<section id="flags">') :].split("<section class=")[0]
    assert "20% lager of hoger" in before
    assert document.count("20% lager of hoger") == 1
    assert document.count("Van voorwaarden met dezelfde letter") == 1
    # Where there are too many to print, the reader hears where it stands.
    monkeypatch.setattr(reasons, "_DETAILED", 2)
    section = _section(html.render_scan(firm, catalogue, lang="nl"), "verdichting")
    assert told not in section
    assert "flag_robustness_verdichting" in section


def test_a_threshold_that_differs_per_gemeente_stands_in_each_cell(make, catalogue):
    changed = make()
    texts = []
    for text, area in zip(
        changed.frame["flag_reasons"], changed.frame["gemeente_code"], strict=True
    ):
        found = json.loads(text) if text else None
        if found:
            found["verdichting"]["conditions"][3]["threshold"] = 40.0 if area == "GM0010" else 55.5
        texts.append(json.dumps(found) if found else None)
    changed.frame["flag_reasons"] = texts
    section = _section(html.render_scan(changed, catalogue, lang="nl"), "verdichting")
    assert re.search(r"\(&lt;\s40,0\)", section)
    assert re.search(r"\(&lt;\s55,5\)", section)
    assert "mediaan van de gemeente" in section


def test_physical_flags_never_without_companions_and_warnings(catalogue, report, lang):
    for flag in FLAGS:
        section = parse(_section_html(report, flag)).elements[0].text
        for ident in catalogue.candidate_flags[flag]["must_show"]:
            assert catalogue.get(ident)["label"][lang] in section
        words = {
            "nl": ("Verdringing.", "Waterbedeffect."),
            "en": ("Displacement.", "Waterbed effect."),
        }
        assert all(word in section for word in words[lang])


def test_what_a_companion_is_stands_once_on_its_card(catalogue, report, lang):
    for flag in FLAGS:
        box = _section(report, flag).split('class="must"')[1].split("</aside>")[0]
        for ident in catalogue.candidate_flags[flag]["must_show"]:
            entry = catalogue.get(ident)
            assert f'<a href="#i-{entry["nr"]}">' in box
            assert report.count(numbers.esc(entry["what"][lang])) == 1
        for told in catalogue.side_effects(flag):
            assert numbers.esc(told[lang]) in box


def test_a_card_is_running_text_that_holds_all_of_its_entry(catalogue, report, lang):
    """A table of it took three times the paper; nothing of it may be lost."""
    heads = {
        "nl": ("Wie", "Schaal", "Bron", "Recht en grenzen", "Wanneer het kan passen"),
        "en": ("Who", "Scale", "Source", "Law and limits", "When it may fit"),
    }[lang]
    for entry in catalogue.entries:
        assert report.count(f'id="i-{entry["nr"]}"') <= 1
        if f'id="i-{entry["nr"]}"' not in report:
            continue
        card = report[report.index(f'id="i-{entry["nr"]}"') :].split("</article>")[0]
        assert not re.search("<(dl|table|ul)", card)
        assert all(f"<b>{head}:</b>" in card for head in heads)
        texts = [entry["what"], *entry["legal"], *entry["caveats"], *entry["evidence"]]
        assert all(numbers.esc(told[lang]) in card for told in texts)


def test_a_fold_that_is_not_printed_says_so_on_paper(dutch):
    style = dutch.split("</style>")[0]
    assert ":lang(nl) details:not([open]) > summary::after" in style
    assert "ingeklapt: niet afgedrukt" in style


def _section_html(document, flag):
    return f'<section id="x" {_section(document, flag)}</section>'.replace('id="x" id=', "id=")


def test_companions_stay_when_no_buurt_is_flagged(make, catalogue):
    empty = make()
    for flag in FLAGS:
        empty.frame[f"flag_{flag}"] = np.where(empty.frame["n_koop"].notna(), "no", None)
    document = html.render_scan(empty, catalogue, lang="nl")
    for flag in FLAGS:
        assert "wat er altijd bij hoort" in _section(document, flag)
    assert "Geen enkele buurt heeft een vlag" in document


def test_instruments_carry_law_date_caveats_and_note_numbers(dutch):
    assert "Controleer het geldende recht; WijkMix geeft geen juridisch advies." in dutch
    assert "meer dan twaalf maanden" in dutch  # September 2024 against March 2026
    card = dutch[dutch.index('id="i-F05"') :].split("</article>")[0]
    for words in ("stand september 2024", "L05", "Verdringing", "Waterbedeffect", "[noot 41]",
                  "[noten 42, 43]", "paragraaf 3.1", "woningcorporatie"):  # fmt: skip
        assert words in card


def test_every_trigger_and_caveat_says_whose_it_is(catalogue, report, lang):
    words = {
        "source": {"en": "source", "nl": "bron"},
        "assumption": {"en": "assumption", "nl": "aanname"},
        "own": {"en": "own remark of WijkMix", "nl": "eigen opmerking van WijkMix"},
    }
    for entry in catalogue.entries:
        if f'id="i-{entry["nr"]}"' not in report:
            continue
        card = report[report.index(f'id="i-{entry["nr"]}"') :].split("</article>")[0]
        for told in (*entry["triggers"], *entry["caveats"]):
            kind = "mark src" if told["basis"] == "source" else "mark"
            mark = f'<span class="{kind}">{words[told["basis"]][lang]}</span>'
            shown = f"{numbers.esc(told[lang])} {mark}"
            assert shown in card, entry["nr"]
        for trigger in entry["triggers"]:
            assert catalogue.label("measurable", trigger["measurable"], lang) in card


def test_law_is_not_called_old_when_it_is_not(make, catalogue):
    fresh = make()
    fresh.provenance["date"] = "2024-11-01"
    document = html.render_scan(fresh, catalogue, lang="nl")
    assert "meer dan twaalf maanden" not in document
    card = document[document.index('id="i-F07"') :].split("</article>")[0]
    assert card.count("kan gewijzigd zijn") == 1


def test_a_card_says_once_that_the_law_may_have_changed(dutch):
    card = dutch[dutch.index('id="i-F07"') :].split("</article>")[0]
    assert "L10" in card
    assert card.count("kan gewijzigd zijn") == 1


def test_the_key_figures_say_which_zero_only_waits_for_data(make, catalogue):
    waiting = make()
    told = json.loads(waiting.frame.loc[5, "flag_reasons"])["verdichting"]
    told["status"] = "unknown"
    for condition in told["conditions"]:
        condition["result"] = None if condition["ind"] == "free_capacity" else True
    waiting.frame["flag_verdichting"] = "no"
    waiting.frame.loc[[4, 5], "flag_verdichting"] = "unknown"
    waiting.frame["flag_reasons"] = "{}"
    waiting.frame.loc[5, "flag_reasons"] = json.dumps({"v": 1, "verdichting": told})
    document = html.render_scan(waiting, catalogue, lang="nl")
    rows = document[: document.index('section id="mix"')].split("<tr>")
    (row,) = (row for row in rows if "Kandidaten: verdichting" in row)
    assert (
        "2 niet te beoordelen door ontbrekende gegevens, waarvan 1 alleen door ontbrekende "
        "plan- of gronddata" in row
    )
    assert document.count("waarvan 1 alleen") == 1


def test_every_instrument_of_a_flag_has_a_card(catalogue, report):
    for flag in FLAGS:
        rule = catalogue.candidate_flags[flag]
        for ident in {rule["defining_instrument"], *rule["instruments"], *rule["must_show"]}:
            assert f'id="i-{catalogue.get(ident)["nr"]}"' in report


def test_open_questions_are_not_answered(dutch, result, catalogue):
    section = dutch[dutch.index('<section id="questions">') :].split("</section>")[0]
    items = [item for step in catalogue.steps for item in step["items"]]
    # Question 6 asks for two levels, question 7 for two terms.
    assert section.count("<b>niet beantwoord</b>") == 7 + 2 + len(items)
    folded = section[section.index("<details open>") :].split("</details>")[0]
    for asked in (*catalogue.questions, *items):
        assert escape(asked["nl"]) in folded
    assert "Doel niet vastgelegd" in section
    english = html.render_scan(result, catalogue, lang="en")
    assert english.count("<b>not answered</b>") == 7 + 2 + len(items)
    flags = dutch[dutch.index('<section id="flags">') :]
    assert "doel niet vastgelegd" in flags
    assert flags.split("<section class=")[0].count("niet vastgelegd") == 1


def test_excluded_units_with_reason_and_share_of_dwellings(result, dutch):
    section = dutch[dutch.index('<section id="data">') :].split("</section>")[0]
    frame = result.frame
    lost = frame.loc[frame["n_koop"].isna(), "dwellings"].sum()
    share = f"{100 * lost / frame['dwellings'].sum():.1f}%".replace(".", ",")
    assert share in section
    for unit in result.provenance["excluded"]:
        assert unit["code"] in section
    for words in ("geen woningen", "water", "niet gepubliceerd (geheim of onbetrouwbaar)"):
        assert words in section
    assert "eigendom van 12% onbekend" in section
    assert "1 buurt telt op tot 150 procent." in section


def test_can_be_repeated_from_the_report(dutch):
    for words in ("12345", "99.999", "EPSG:28992", "numpy 1.24.2", "WijkMix 0.1.0", "5 maart 2026",
                  "lage inkomens (aanname)", "percentage_koopwoningen", "buurten_2024", "lq_high",
                  "Bron: CBS, Kerncijfers wijken en buurten"):  # fmt: skip
        assert words in dutch
    section = dutch[dutch.index('<section id="settings">') :].split("</section>")[0]
    assert section.count(">aanname<") == 4  # each threshold
    assert ">geen<" in section  # the one without a default


def test_two_classes_say_so_and_flag_nothing(two, catalogue):
    dutch = html.render_scan(two, catalogue, lang="nl")
    assert dutch.lower().count("twee klassen: koop en huur") >= 4
    assert 'id="flag-' not in dutch
    assert 'class="card"' not in dutch
    assert "Corporatiehuur:" not in dutch
    assert "aandeel huur" in dutch
    english = html.render_scan(two, catalogue, lang="en")
    assert english.lower().count("two classes: owner-occupied and rented") >= 4


def test_without_geometry_or_wijken_the_rest_stands(make, catalogue):
    bare = make()
    bare.frame = bare.frame.drop(columns="geometry")
    bare.wijken = bare.wijken.iloc[:0]
    bare.notes = []
    document = html.render_scan(bare, catalogue, lang="en")
    assert 'class="map"' not in document
    assert "Housing corporation rental: 60% or more" in document
    parse(document)


def test_little_known_still_makes_a_report(make, catalogue):
    """No cluster, no flag reasons, no provenance but the bare minimum."""
    bare = make(rows=1, columns=5, gemeenten=1)
    bare.frame["moran_corp"] = None
    bare.frame["flag_reasons"] = "this is no JSON"
    bare.indices = bare.indices.iloc[:0]
    bare.provenance = {}
    for lang in ("nl", "en"):
        parse(html.render_scan(bare, catalogue, lang=lang))


def test_too_many_flagged_keep_every_code(make, catalogue):
    many = make(rows=50, columns=40)
    many.frame["flag_grondverwerving"] = np.where(many.frame["n_koop"].notna(), "provisional", None)
    section = _section(html.render_scan(many, catalogue, lang="nl"), "grondverwerving")
    codes = many.frame.loc[many.frame["n_koop"].notna(), "buurt_code"]
    assert len(codes) > reasons._DETAILED
    assert 'class="matrix"' not in section
    assert set(codes) <= set(re.findall(r"BU\w+", section))
    assert "1.997 buurten is te veel" in section
    assert "flag_reasons" in section


def test_the_same_result_gives_the_same_report(result, catalogue, dutch):
    assert html.render_scan(result, catalogue, lang="nl") == dutch


def test_row_order_does_not_matter_to_tables(make, catalogue):
    forward, backward = make(), make()
    backward.frame = backward.frame.iloc[::-1].reset_index(drop=True)
    first, second = (
        re.sub(r"<svg.*?</svg>", "", html.render_scan(r, catalogue, lang="nl"), flags=re.S)
        for r in (forward, backward)
    )
    assert first == second


def test_a_whole_country_in_one_file(shared, catalogue):
    """14,566 buurten: small enough to mail; no code of a cluster or an excluded buurt is lost."""
    import geopandas as gpd
    from wijkmix.wijkmix_plugin.scan import run_scan

    raw = gpd.read_file(shared / "data" / "nl_buurten_2024.gpkg", layer="buurten")
    scanned = run_scan(raw, catalogue, source="buurten", permutations=99)
    document = html.render_scan(scanned, catalogue, lang="nl")
    assert len(document.encode()) < 3_000_000
    assert scanned.classes == ("koop", "huur")
    codes = set(re.findall(r"BU\w{8}", document))
    assert {unit["code"] for unit in scanned.provenance["excluded"]} <= codes
    found = scanned.frame["moran_huur"].isin(["HH", "LL", "HL", "LH"])
    assert set(scanned.frame.loc[found, "buurt_code"]) <= codes
    parse(document)


@pytest.mark.parametrize(
    ("lang", "head", "below"),
    [("nl", "Op welke afstand", "Lees dat als 0"), ("en", "At which", "Read it as 0")],
)
def test_profile_over_distances(make, catalogue, lang, head, below):
    town = make()
    document = html.render_scan(town, catalogue, lang=lang)
    section = document[document.index(head) :]
    assert (
        section.index("<svg")
        < section.index("500 m")
        < section.index("0,060" if lang == "nl" else "0.060")
    )
    assert below not in document
    town.indices.loc[town.indices["bandwidth"] == 2000, "value"] = -0.004
    assert below in html.render_scan(town, catalogue, lang=lang)


def test_values_at_a_distance_stay_out_of_the_index_table(make, catalogue):
    town = make()
    town.indices.loc[town.indices["bandwidth"].notna(), "value"] = 0.777
    document = html.render_scan(town, catalogue, lang="en")
    before, profile = document.split("At which distance")
    assert "0.777" not in before
    assert "0.777" in profile


def test_without_a_profile_the_report_says_where_to_get_one(make, catalogue):
    town = make()
    town.indices = town.indices[town.indices["bandwidth"].isna()]
    document = html.render_scan(town, catalogue, lang="en")
    assert "holds no profile over distances" in document


def test_two_classes_have_one_line(make, catalogue):
    town = make(two_classes=True)
    document = html.render_scan(town, catalogue, lang="nl")
    profile = document.split("Op welke afstand")[1].split("</table>")[0]
    assert "Alle klassen samen" in profile
    assert "oopwoning" not in profile
