# SPDX-License-Identifier: GPL-2.0-or-later
"""The goals of a project as a sheet to read: every question and step with its answer, or without.

Data only; the dock and the report each give it their own look. Texts are not escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import Text
from . import goals as g
from .catalogue import Catalogue
from .goals import Goals

# The source gives a horizon of twenty years; measuring every five years is our assumption.
MEASURE_EVERY = 5


class Loaded(NamedTuple):
    """What is known of the figures at hand.

    Attributes
    ----------
    level : spatial level of the units ("buurt", "blok", "wijk", "stad"), "" where unknown.
    wijken : number of wijken that they lie in, 0 where unknown.
    """

    level: str = ""
    wijken: int = 0


def level_of(codes: Iterable[str]) -> str:
    """Return the level of units by their CBS codes, "" where these do not tell."""
    kinds = {code[:2].upper() for code in codes}
    known = {"BU": "buurt", "WK": "wijk", "GM": "stad"}
    return known.get(kinds.pop(), "") if len(kinds) == 1 else ""


class Line(NamedTuple):
    """One answer.

    Attributes
    ----------
    label : what was asked; "" where the section has one answer only.
    text : the answer, or that there is none.
    answered : False where nobody answered.
    remark : evidence, an assumption, or what speaks against it; often "".
    """

    label: str
    text: str
    answered: bool = True
    remark: str = ""


class Section(NamedTuple):
    """The main goal, a question or a step.

    Attributes
    ----------
    id : "hoofddoel", or the id of the question or step in the catalogue.
    number : "" for the main goal, "1" to "7" for questions, "1" to "4" for steps.
    kind : "goal", "question" or "step".
    short, title : a few words, and the question or step in full.
    warnings : goals that collide, data that are too coarse, what a step lacks.
    """

    id: str
    number: str
    kind: str
    short: str
    title: str
    lines: tuple[Line, ...]
    warnings: tuple[str, ...] = ()

    @property
    def answered(self) -> int:
        """Number of lines with an answer."""
        return sum(line.answered for line in self.lines)


class Sheet(NamedTuple):
    """All sections in the order of reading.

    Attributes
    ----------
    is_set : whether the main goal is chosen; until then every flag says "goal not set".
    """

    is_set: bool
    sections: tuple[Section, ...]

    @property
    def n_open(self) -> int:
        """Number of answers that are still missing."""
        return sum(len(section.lines) - section.answered for section in self.sections)

    @property
    def n_sections_open(self) -> int:
        """Number of sections without any answer."""
        return sum(section.answered == 0 for section in self.sections)


def goal_sheet(
    goals: Goals, catalogue: Catalogue, lang: str, loaded: Loaded | None = None
) -> Sheet:
    """Return the goals as data to print.

    Parameters
    ----------
    goals : the answers, as `goals.loads` returns them.
    catalogue : holds the questions, steps and labels.
    lang : "nl", anything else is English.
    loaded : what is known of the figures, for the warnings of question 6 and step 2.
    """
    return Sheet(
        goals.is_set, tuple(_Writer(goals, catalogue, lang, loaded or Loaded()).sections())
    )


def moments(goals: Goals) -> tuple[int, ...]:
    """Return the years in which to measure, which follow from the term: an assumption.

    At the start, at the first effect, every five years and at the full effect; () without a term.
    """
    known = [years for years in (goals.first, goals.full) if years is not None]
    if not known:
        return ()
    return tuple(sorted({0, *known, *range(0, max(known) + 1, MEASURE_EVERY)}))


class _Writer:
    """The sections of one sheet, in one language."""

    def __init__(self, goals: Goals, catalogue: Catalogue, lang: str, loaded: Loaded) -> None:
        self.goals = goals
        self.catalogue = catalogue
        self.lang = "nl" if lang == "nl" else "en"
        self.loaded = loaded

    def sections(self) -> Iterator[Section]:
        main = self.goals.main
        title = self.t("Main goal", "Hoofddoel")
        line = (
            Line("", g.MAIN_GOALS[main].get(self.lang))
            if self.goals.is_set
            else Line("", g.NOT_SET.get(self.lang), False)
        )
        yield Section("hoofddoel", "", "goal", title, title, (line,))
        lines_of = {
            "wat": self._mixed,
            "wie": self._stakes,
            "veranderingstheorie": self._mechanisms,
            "probleem-middel-doel": self._role,
            "doelstellingen": self._parties,
            "schaal": self._levels,
            "tijd": self._years,
        }
        warnings_of = {"doelstellingen": self._conflicts, "schaal": self._coarse}
        for question in self.catalogue.questions:
            ident = question["id"]
            lines = list(lines_of[ident]()) if ident in lines_of else []
            yield self._section(question, "question", lines, warnings_of.get(ident, list)())
        for place, step in enumerate(self.catalogue.steps, start=1):
            lines = [self._answer(item[self.lang], item["id"]) for item in step["items"]]
            own = self._one_wijk() if step["id"] == "stap-2" else []
            yield self._section({**step, "nr": place, "short": step}, "step", lines, own)

    def _section(
        self, part: Mapping[str, Any], kind: str, lines: list[Line], warnings: list[str]
    ) -> Section:
        words = self.goals.answer(part["id"])
        if words:
            lines.append(Line(self.t("In words", "In woorden") if lines else "", words))
        elif not lines:
            lines.append(self._nothing(""))
        return Section(
            part["id"],
            str(part["nr"]),
            kind,
            part["short"][self.lang],
            part[self.lang],
            tuple(lines),
            tuple(warnings),
        )

    # -- the seven questions -----------------------------------------------------------------

    def _mixed(self) -> Iterator[Line]:
        if self.goals.mixed:
            yield Line("", "; ".join(map(self._what, self.goals.mixed)))

    def _what(self, key: str) -> str:
        name = g.MIXED[key].get(self.lang)
        return f"{name} ({g.NOT_MEASURED_TEXT.get(self.lang)})" if key in g.NOT_MEASURED else name

    def _stakes(self) -> Iterator[Line]:
        missing = g.UNANSWERED.get(self.lang)
        for stake in self.goals.stakes:
            yield Line(
                stake_name(stake).get(self.lang),
                self.t("benefit: {0}; burden: {1}", "voordeel: {0}; last: {1}").format(
                    stake.benefit or missing, stake.burden or missing
                ),
            )

    def _mechanisms(self) -> Iterator[Line]:
        for key in self.goals.mechanisms:
            yield Line(
                g.MECHANISMS[key].name.get(self.lang),
                evidence(key, self.catalogue, self.lang),
                remark=g.MECHANISMS[key].evidence.get(self.lang),
            )

    def _role(self) -> Iterator[Line]:
        if self.goals.role:
            yield Line("", g.ROLES[self.goals.role].get(self.lang))

    def _parties(self) -> Iterator[Line]:
        for goal in self.goals.parties:
            parts = [party_text(goal).get(self.lang), goal.note]
            name = g.SUBJECT_INDICATORS.get(goal.subject, "")
            known = self.catalogue.indicators.get(name)
            remark = (
                self.t("in the scan: {0}", "in de scan: {0}").format(known["label"][self.lang])
                if known
                else ""
            )
            yield Line(goal.party, ". ".join(p.strip() for p in parts if p.strip()), remark=remark)
        names, asked = self.goals.party_names, self.goals.asked
        for goal in self.goals.parties:
            others = {n: asked.get((n, goal), "") for n in names if n != goal.party}
            views = self._views(others)
            if views:
                wish = f"{goal.party}: {party_text(goal).get(self.lang)}"
                yield Line(self.t("On {0}", "Over {0}").format(wish), views)

    def _views(self, others: dict[str, str]) -> str:
        """Say who supports a goal, who does not and who was not asked; "" where nobody was."""
        if not any(others.values()):
            return ""
        return "; ".join(
            f"{text.get(self.lang)}: {', '.join(n for n, view in others.items() if view == key)}"
            for key, text in {**g.VIEWS, "": g.NOT_ASKED}.items()
            if key in others.values()
        )

    def _conflicts(self) -> list[str]:
        found = [g.conflict_text(c).get(self.lang) for c in g.conflicts(self.goals.parties)]
        return [*found, g.SUBJECTS_ARE_OURS.get(self.lang)] if found else []

    def _levels(self) -> Iterator[Line]:
        for label, level in self._chosen_levels():
            if level:
                yield Line(label, self.catalogue.label("scales", level, self.lang))
            else:
                yield self._nothing(label)

    def _chosen_levels(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return (
            (self.t("Level of the intervention", "Niveau van de ingreep"), self.goals.intervention),
            (self.t("Level of the effect", "Niveau van het effect"), self.goals.effect),
        )

    def _coarse(self) -> list[str]:
        return [
            too_coarse(label, self.loaded.level, level, self.catalogue, self.lang)
            for label, level in self._chosen_levels()
            if g.is_coarser(self.loaded.level, level)
        ]

    def _years(self) -> Iterator[Line]:
        for label, years in (
            (self.t("First effect", "Eerste effect"), self.goals.first),
            (self.t("Full effect", "Volledig effect"), self.goals.full),
        ):
            if years is None:
                yield self._nothing(label)
            else:
                yield Line(label, self.t("{0} years", "{0} jaar").format(years))
        found = moments(self.goals)
        if found:
            yield Line(
                self.t("Years to measure", "Meetjaren"),
                ", ".join(map(str, found)),
                remark=self.t(
                    "assumption: at the start, every five years and at each effect",
                    "aanname: bij de start, elke vijf jaar en bij elk effect",
                ),
            )

    def _one_wijk(self) -> list[str]:
        if self.loaded.wijken != 1:
            return []
        return [
            self.t(
                "The figures cover one wijk only: alignment within the city and the region cannot "
                "be seen from them.",
                "De cijfers gaan over één wijk: afstemming binnen de stad en de regio is er niet "
                "aan te zien.",
            )
        ]

    # -- lines -------------------------------------------------------------------------------

    def t(self, en: str, nl: str) -> str:
        return nl if self.lang == "nl" else en

    def _nothing(self, label: str) -> Line:
        return Line(label, g.UNANSWERED.get(self.lang), False)

    def _answer(self, label: str, ident: str) -> Line:
        words = self.goals.answer(ident)
        return Line(label, words) if words else self._nothing(label)


def stake_name(stake: g.Stake) -> Text:
    """Name a group, with its unit."""
    name = g.GROUPS.get(stake.group, Text(stake.group, stake.group))
    unit = g.UNITS.get(stake.unit)
    return name if unit is None else Text(f"{name.en} ({unit.en})", f"{name.nl} ({unit.nl})")


def party_text(goal: g.PartyGoal) -> Text:
    """Say what a party wants of which subject; a subject that is compared is an assumption."""
    subject, direction = g.SUBJECTS[goal.subject], g.DIRECTIONS[goal.direction]
    ours = Text("", "") if goal.subject == "other" else Text(" (assumption)", " (aanname)")
    degree = f", {goal.degree.strip()}" if goal.degree.strip() else ""
    return Text(
        f"{subject.en}{ours.en}: {direction.en}{degree}",
        f"{subject.nl}{ours.nl}: {direction.nl}{degree}",
    )


def goal_text(goal: g.PartyGoal) -> Text:
    """Say who wants what, with the party's own words."""
    wish = party_text(goal)
    note = f". {goal.note.strip()}" if goal.note.strip() else ""
    return Text(f"{goal.party}: {wish.en}{note}", f"{goal.party}: {wish.nl}{note}")


def evidence(mechanism: str, catalogue: Catalogue, lang: str) -> str:
    """Say how the evidence on a mechanism stands: for, against, mixed or none, with the notes."""
    found = g.MECHANISMS[mechanism]
    text = (
        Text("evidence: {0}", "bewijs: {0}")
        .get(lang)
        .format(catalogue.label("evidence", found.direction, "nl" if lang == "nl" else "en"))
    )
    if found.notes:
        word = Text("note", "noot") if len(found.notes) == 1 else Text("notes", "noten")
        text += f" ({word.get(lang)} {', '.join(map(str, found.notes))})"
    return text


def too_coarse(what: str, data: str, level: str, catalogue: Catalogue, lang: str) -> str:
    """Warn that the figures are coarser than a chosen level."""
    text = Text(
        "{what}: the figures at hand are per {data}, which is coarser than {level}; they cannot "
        "show that level.",
        "{what}: de cijfers zijn per {data}, en dat is grover dan {level}; dat niveau is er niet "
        "aan te zien.",
    )
    lang = "nl" if lang == "nl" else "en"
    return text.get(lang).format(
        what=what,
        data=catalogue.label("scales", data, lang),
        level=catalogue.label("scales", level, lang),
    )
