# SPDX-License-Identifier: GPL-2.0-or-later
"""What mixing is for: answers to the seven questions and four steps, and the goals of the parties.

The questions and steps themselves are in the catalogue; here are only the answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import PolicyError, Text
from . import stored

UNANSWERED = Text("not answered", "niet beantwoord")
NOT_SET = Text("goal not set", "doel niet vastgelegd")
# There is no default: which of the two comes first is the first thing to agree on (step 1).
MAIN_GOALS = {
    "area": Text("The area first", "Eerst het gebied"),
    "residents": Text("The sitting residents first", "Eerst de zittende bewoners"),
}
DIRECTIONS = {
    "more": Text("more", "meer"),
    "same": Text("keep as it is", "gelijk houden"),
    "less": Text("less", "minder"),
}
# What a goal of a party can be about. Nothing on origin, religion, health or benefits.
SUBJECTS = {
    "social": Text("Social rental homes", "Sociale huurwoningen"),
    "middle": Text("Homes in the middle segment", "Woningen in het middensegment"),
    "owner": Text("Owner-occupied homes", "Koopwoningen"),
    "density": Text("Number of homes", "Aantal woningen"),
    "mix": Text("Mix of tenures", "Menging van eigendomsvormen"),
    "stay": Text("Sitting residents who can stay", "Zittende bewoners die kunnen blijven"),
    "facilities": Text("Facilities and meeting places", "Voorzieningen en ontmoetingsplekken"),
}
MAX_PARTIES = 200


@dataclass(frozen=True)
class PartyGoal:
    """What one party wants: more, as much or less of a subject, in words of its own."""

    party: str
    subject: str
    direction: str
    note: str = ""


@dataclass(frozen=True)
class Goals:
    """All that was answered; what is missing is not answered.

    Attributes
    ----------
    main : key of MAIN_GOALS, "" as long as nobody chose.
    answers : text by id of a question or step.
    parties : goals in the order of entry.
    """

    main: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    parties: tuple[PartyGoal, ...] = ()

    @property
    def is_set(self) -> bool:
        """Whether the main goal of step 1 is chosen; until then flags carry a mark."""
        return self.main in MAIN_GOALS

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        return not (self.main or self.parties or any(a.strip() for a in self.answers.values()))

    def answer(self, ident: str) -> str:
        """Return the answer to a question or step, "" where there is none."""
        return self.answers.get(ident, "").strip()

    def shown(self, ident: str) -> str | Text:
        """Return the answer, or that there is none."""
        return self.answer(ident) or UNANSWERED

    def with_main(self, main: str) -> Goals:
        """Choose the main goal, or take the choice back ("").

        Raises
        ------
        PolicyError
            There is no such choice.
        """
        if main and main not in MAIN_GOALS:
            raise _unknown("main", main, MAIN_GOALS)
        return replace(self, main=main)

    def with_answer(self, ident: str, answer: str) -> Goals:
        """Answer a question or step; an empty answer takes it away.

        Raises
        ------
        PolicyError
            The answer is too long.
        """
        kept = stored.check_length(answer, stored.MAX_TEXT, Text("Answer", "Antwoord"))
        answers = {k: v for k, v in self.answers.items() if k != ident}
        if kept.strip():
            answers[ident] = kept
        return replace(self, answers=answers)

    def with_party(self, goal: PartyGoal) -> Goals:
        """Add what a party wants.

        Raises
        ------
        PolicyError
            The party has no name, a text is too long, a choice unknown, or the list is full.
        """
        party = stored.check_length(goal.party.strip(), stored.MAX_LINE, Text("Party", "Partij"))
        note = stored.check_length(goal.note, stored.MAX_TEXT, Text("Goal", "Doel"))
        if not party:
            raise PolicyError(
                "The party has no name. Fill in whose goal this is.",
                "De partij heeft geen naam. Vul in van wie dit doel is.",
            )
        if goal.subject not in SUBJECTS:
            raise _unknown("subject", goal.subject, SUBJECTS)
        if goal.direction not in DIRECTIONS:
            raise _unknown("direction", goal.direction, DIRECTIONS)
        if len(self.parties) >= MAX_PARTIES:
            raise PolicyError(
                "There are {n} goals already, and more are not kept. Remove one first.",
                "Er zijn al {n} doelen, en meer worden er niet bewaard. Verwijder er eerst een.",
                n=MAX_PARTIES,
            )
        new = replace(goal, party=party, note=note)
        return self if new in self.parties else replace(self, parties=(*self.parties, new))

    def without_party(self, place: int) -> Goals:
        """Remove the goal at this place of the list."""
        return replace(self, parties=(*self.parties[:place], *self.parties[place + 1 :]))


@dataclass(frozen=True)
class Conflict:
    """Parties that want different things of one subject.

    Attributes
    ----------
    opposite : some want more and some less; otherwise one side wants to keep what is there.
    wishes : the goals concerned, in the order of entry.
    """

    subject: str
    opposite: bool
    wishes: tuple[PartyGoal, ...]


def conflicts(parties: Iterable[PartyGoal]) -> list[Conflict]:
    """Return every subject on which the wishes differ, in the order of SUBJECTS.

    One party that wants both counts as well: it has to choose.
    """
    every = tuple(parties)
    found = []
    for subject in SUBJECTS:
        wishes = tuple(goal for goal in every if goal.subject == subject)
        wanted = {goal.direction for goal in wishes}
        if len(wanted) > 1:
            found.append(Conflict(subject, {"more", "less"} <= wanted, wishes))
    return found


def dumps(goals: Goals) -> str:
    """Write the goals as versioned JSON."""
    return stored.dumps(
        {
            "main": goals.main,
            "answers": goals.answers,
            "parties": [vars(goal) for goal in goals.parties],
        }
    )


def loads(text: str) -> tuple[Goals, Text | None]:
    """Read goals; never raises.

    Returns
    -------
    The goals as far as they can be read, and why they may not be written over (None if they may).
    """
    data, problem = stored.loads(text)
    if not data:
        return Goals(), problem
    main, answers, parties = data.get("main", ""), data.get("answers", {}), data.get("parties", [])
    sound = (main == "" or (isinstance(main, str) and main in MAIN_GOALS)) and _is_texts(answers)
    sound = sound and isinstance(parties, list) and all(map(_is_party, parties))
    goals = Goals(
        main if isinstance(main, str) and main in MAIN_GOALS else "",
        {stored.text(k): stored.text(v) for k, v in answers.items() if isinstance(v, str)}
        if isinstance(answers, dict)
        else {},
        tuple(
            PartyGoal(
                stored.text(p["party"]), p["subject"], p["direction"], stored.text(p.get("note"))
            )
            for p in (parties if isinstance(parties, list) else ())
            if _is_party(p)
        ),
    )
    if problem is None and not sound:
        problem = stored.misfit("goals")
    return goals, problem


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def _is_party(value: Any) -> bool:
    return (
        _is_texts(value)
        and "party" in value
        and value.get("subject") in SUBJECTS
        and value.get("direction") in DIRECTIONS
    )


def _unknown(what: str, value: str, known: Iterable[str]) -> PolicyError:
    return PolicyError(
        "{what} {value!r} does not exist. Choose one of {known}.",
        "{what} {value!r} bestaat niet. Kies uit {known}.",
        what=what,
        value=value[:40],
        known=", ".join(known),
    )
