# SPDX-License-Identifier: GPL-2.0-or-later
"""What a project has decided so far: goals, buurten marked for study, when to measure what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from ..errors import Text
from ..policy import actions, goals, law_checks, worklist
from ..policy.actions import Monitoring
from ..policy.goal_sheet import Line, Loaded, Section, Sheet, goal_sheet
from ..policy.goals import Goals
from ..policy.law_checks import LawChecks
from ..policy.worklist import Item, Worklist
from . import plan
from .numbers import esc
from .page import FLAG_NAMES, Page


@dataclass(frozen=True)
class Decisions:
    """Goals and worklist as a project holds them.

    Attributes
    ----------
    problems : why a part could not be read in full; printed with it.
    loaded : what is known of the figures, for the warnings of the goal sheet.
    monitoring : the measuring plan, None while nobody has chosen one.
    checks : when somebody checked the law behind an entry.
    """

    goals: Goals = field(default_factory=Goals)
    worklist: Worklist = field(default_factory=Worklist)
    problems: tuple[Text, ...] = ()
    loaded: Loaded = field(default_factory=Loaded)
    monitoring: Monitoring | None = None
    checks: LawChecks = field(default_factory=LawChecks)


def read(
    goals_text: str,
    worklist_text: str,
    loaded: Loaded | None = None,
    scenario_text: str = "",
    checks_text: str = "",
) -> Decisions:
    """Read what a project stores; what cannot be read leaves a remark, and never an error."""
    found, problem = goals.loads(goals_text)
    listed, other = worklist.loads(worklist_text)
    planned, third = actions.loads(scenario_text)
    checks, fourth = law_checks.loads(checks_text)
    problems = tuple(text for text in (problem, other, third, fourth) if text is not None)
    monitoring = planned.monitoring if planned.monitoring.chosen else None
    return Decisions(found, listed, problems, loaded or Loaded(), monitoring, checks)


def monitoring_section(page: Page) -> str:
    """Return when to measure what; nothing while nobody has chosen it."""
    if page.decisions is None or page.decisions.monitoring is None:
        return ""
    return plan.monitoring_section(page, page.decisions.monitoring)


# -- goals -----------------------------------------------------------------------------------------


def goals_title(page: Page) -> str:
    """Return the heading over the goals: as long as nobody answered, they are questions."""
    if page.decisions is None or page.decisions.goals.is_empty:
        return page.t("Open questions", "Open vragen")
    return page.t("Goals", "Doelen")


def goals_section(page: Page) -> str:
    """Return the goal sheet; where no goals are known every item is open, behind a line."""
    found = page.decisions
    sheet = goal_sheet(
        Goals() if found is None else found.goals,
        page.catalogue,
        page.lang,
        None if found is None else found.loaded,
    )
    parts = "" if found is None else _problems(page)
    if not sheet.is_set:
        parts += page.t(
            "<p><b>Goal not recorded.</b> Figures do not say whether mixing is wanted, for whom "
            "and at which scale. Answer these questions with the parties involved before drawing "
            "conclusions.</p>",
            "<p><b>Doel niet vastgelegd.</b> Cijfers zeggen niet of menging gewenst is, voor wie "
            "en op welke schaal. Beantwoord deze vragen met de betrokken partijen voor er "
            "conclusies volgen.</p>",
        )
    n, m = sum(len(section.lines) for section in sheet.sections), sheet.n_open
    tables = _tables(page, sheet)
    if found is None:
        summary = page.t(
            "Seven questions and four steps: {n} answers, none of them known here",
            "Zeven vragen en vier stappen: {n} antwoorden, waarvan hier geen enkel bekend is",
            n=page.numbers.integer(n),
        )
        return parts + page.fold(summary, tables, opened=True)  # open, so that it is printed
    return (
        parts
        + page.t(
            "<p>As recorded in the project. Of {n} answers, {m} are still missing.</p>",
            "<p>Zoals vastgelegd in het project. Van {n} antwoorden ontbreken er nog {m}.</p>",
            n=page.numbers.integer(n),
            m=page.numbers.integer(m),
        )
        + tables
    )


def _tables(page: Page, sheet: Sheet) -> str:
    """Return the main goal, and a table of the questions and one of the steps."""
    heads = {
        "question": page.t("Seven questions", "Zeven vragen"),
        "step": page.t("Four steps", "Vier stappen"),
    }
    main = [section for section in sheet.sections if section.kind == "goal"]
    parts = "".join(
        f"<p><b>{esc(section.title)}:</b> {_line(line)}</p>"
        for section in main
        for line in section.lines
    )
    for kind, caption in heads.items():
        rows = [_row(page, section) for section in sheet.sections if section.kind == kind]
        head = [
            page.t("Question", "Vraag") if kind == "question" else page.t("Step", "Stap"),
            page.t("Answer", "Antwoord"),
        ]
        parts += page.table(head, rows, caption=caption, kind="goals")
    return parts


def _row(page: Page, section: Section) -> list[str]:
    lines = [_line(line) for line in section.lines]
    answered = any(line.answered for line in section.lines)
    text = page.items(lines) if answered and len(lines) > 1 else page.run_on(lines)
    if section.warnings:
        text += page.items((f"⚠ {esc(warning)}" for warning in section.warnings), kind="plain")
    return [f"{esc(section.number)}. {esc(section.title)}", text]


def _line(line: Line) -> str:
    said = _prose(line.text) if line.answered else f"<b>{esc(line.text)}</b>"
    label = f"{esc(line.label)}: " if line.label else ""
    remark = f" <small>({esc(line.remark)})</small>" if line.remark else ""
    return f"{label}{said}{remark}"


def _prose(text: str) -> str:
    """Escape what somebody typed and keep its lines."""
    return "<br>".join(esc(line) for line in text.strip().splitlines())


def _problems(page: Page) -> str:
    mark = page.t("Mind", "Let op")
    return "".join(f"<p><b>{mark}:</b> {page.say(p)}</p>" for p in page.decisions.problems)


# -- worklist --------------------------------------------------------------------------------------


def items_in(page: Page, codes: Collection[object] | None = None) -> list[Item]:
    """Return what is marked, of these buurten only where codes are given."""
    if page.decisions is None:
        return []
    return [i for i in page.decisions.worklist.items if codes is None or i.code in codes]


def chosen(page: Page, codes: Collection[object] | None = None) -> list[str]:
    """Return the ids of the instruments that were chosen, and of what goes with them."""
    found: dict[str, None] = {}
    for item in items_in(page, codes):
        found.update(dict.fromkeys(item.instruments))
        found.update(dict.fromkeys(e["id"] for e in worklist.companions(page.catalogue, item)))
    return list(found)


def worklist_section(page: Page, codes: Collection[object] | None = None) -> str:
    """Return what is marked for study: who, why, with which instruments and companions."""
    if page.decisions is None:
        return ""
    items = items_in(page, codes)
    if not items:
        return page.t(
            "<p>No buurt of this report is on the worklist of the project.</p>",
            "<p>Geen buurt uit dit rapport staat op de werklijst van het project.</p>",
        )
    here = set(page.column("buurt_code").tolist())
    intro = page.t(
        "<p>Buurten that were marked for further study in the project, in the order of marking. "
        "It is no ranking.</p>",
        "<p>Buurten die in het project zijn gemarkeerd voor nader onderzoek, in de volgorde van "
        "markeren. Het is geen rangorde.</p>",
    )
    return intro + _whole(page, items) + "".join(_item(page, i, i.code in here) for i in items)


def _whole(page: Page, items: list[Item]) -> str:
    """Say whether the table of measures is complete: never without companions (step 3)."""
    short = [i for i in items if worklist.lacking(page.catalogue, i)]
    if short:
        names = ", ".join(i.name or i.code for i in short)
        return page.t(
            "<p class='law'><b>The measures are not a whole yet.</b> To every physical flag or "
            "measure belong at least one social and one economic measure. None was chosen yet "
            "for: {names}.</p>",
            "<p class='law'><b>De maatregelen zijn nog geen geheel.</b> Bij elke fysieke vlag of "
            "maatregel hoort minstens één sociale en één economische maatregel. Die zijn nog niet "
            "gekozen voor: {names}.</p>",
            names=names,
        )
    loose = [i for i in items if not worklist.is_linked(i, page.decisions.goals)]
    if loose:
        return page.t(
            "<p>Measures serve a goal. None of the recorded goals was chosen yet for: {names}.</p>",
            "<p>Maatregelen dienen een doel. Nog geen van de vastgelegde doelen is gekozen voor: "
            "{names}.</p>",
            names=", ".join(i.name or i.code for i in loose),
        )
    if any(not i.instruments for i in items) or not page.goal_set:
        return ""
    return page.t(
        "<p><b>Measures: complete.</b> A main goal is recorded, each buurt has a goal, and each "
        "physical flag or measure goes with a social and an economic one.</p>",
        "<p><b>Maatregelen: compleet.</b> Er is een hoofddoel vastgelegd, elke buurt heeft een "
        "doel, en bij elke fysieke vlag of maatregel is een sociale en een economische "
        "gekozen.</p>",
    )


def _item(page: Page, item: Item, found: bool) -> str:
    catalogue, lang = page.catalogue, page.lang
    none = page.t("not filled in", "niet ingevuld")
    flags = ", ".join(
        page.say(FLAG_NAMES[f]) if f in FLAG_NAMES else esc(f) for f in item.flags
    ) or page.t("none", "geen")
    picked = [esc(worklist.title(catalogue, key, lang)) for key in item.instruments]
    beside = [
        esc(worklist.title(catalogue, e["id"], lang)) for e in worklist.companions(catalogue, item)
    ]
    lack = [page.say(catalogue.domains[d]) for d in worklist.lacking(catalogue, item)]
    rows = [
        [page.t("Owner", "Eigenaar"), esc(item.owner.strip()) or none],
        [page.t("Note", "Notitie"), _prose(item.note) or none],
        [
            page.t("Goal", "Doel"),
            _prose(worklist.goal_name(item, page.decisions.goals, lang))
            or page.t("not chosen", "niet gekozen"),
        ],
        [page.t("Flags when marked", "Vlaggen bij het markeren"), flags],
        [
            page.t("Chosen instruments", "Gekozen instrumenten"),
            page.items(picked) if picked else page.t("none yet", "nog geen"),
        ],
    ]
    if beside:
        rows.append(
            [page.t("Always together with", "Hoort er altijd bij"), page.items(beside)],
        )
    if lack:
        rows.append(
            [
                page.t("Still to choose", "Nog te kiezen"),
                page.t(
                    "<b>at least one measure of: {domains}</b>",
                    "<b>minstens één maatregel uit: {domains}</b>",
                    domains="; ".join(lack),
                ),
            ]
        )
    name = f"{esc(item.name)} ({esc(item.code)})" if item.name else esc(item.code)
    if not found:
        name += page.t(" <small>not in this report</small>", " <small>niet in dit rapport</small>")
    head = [page.t("What", "Wat"), page.t("In the project", "In het project")]
    return page.table(head, rows, caption=name, kind="work")
