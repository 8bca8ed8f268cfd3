# SPDX-License-Identifier: GPL-2.0-or-later
"""What mixing is for: answers to the seven questions and four steps, and the goals of the parties.

The questions and steps themselves are in the catalogue; here are the choices and the answers.
`goal_sheet` puts both together for a reader.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ..errors import PolicyError, Text
from . import stored

# Version 1 had the main goal, the parties and answers in words only, version 2 no views of parties
# on each other's goals; both are read as they are.
VERSION = 3
UNANSWERED = Text("not answered", "niet beantwoord")
NOT_SET = Text("goal not set", "doel niet vastgelegd")
# There is no default: which of the two comes first is the first thing to agree on (step 1).
MAIN_GOALS = {
    "area": Text("The area first", "Eerst het gebied"),
    "residents": Text("The sitting residents first", "Eerst de zittende bewoners"),
}

# -- the choices of the seven questions ----------------------------------------------------------

MIXED = {
    "tenure": Text("Tenure", "Eigendomsvorm"),
    "type": Text("Dwelling type", "Woningtype"),
    "price": Text("Price class", "Prijsklasse"),
    "income": Text("Income", "Inkomen"),
    "origin": Text("Origin", "Herkomst"),
    "lifestyle": Text("Lifestyle", "Leefstijl"),
}
# Named by the question, and nothing that this tool has or should have figures on.
NOT_MEASURED = ("origin", "lifestyle")
NOT_MEASURED_TEXT = Text("not measured by WijkMix", "niet door WijkMix gemeten")
# The three groups of the closing section of the source; others are in words of one's own.
GROUPS = {
    "stayers": Text("Sitting residents who stay", "Zittende bewoners die blijven"),
    "leavers": Text("Residents who have to leave", "Bewoners die moeten vertrekken"),
    "newcomers": Text("Newcomers", "Nieuwkomers"),
}
UNITS = {
    "person": Text("persons", "personen"),
    "household": Text("households", "huishoudens"),
    "school": Text("schools", "scholen"),
    "club": Text("clubs", "clubs"),
    "buurt": Text("buurten", "buurten"),
}


class Mechanism(NamedTuple):
    """A route from mixing to a result, and what the source knows of it.

    Attributes
    ----------
    direction : key of the catalogue's labels for evidence.
    notes : footnotes of the source.
    """

    name: Text
    direction: str
    notes: tuple[int, ...]
    evidence: Text


MECHANISMS = {
    "facilities": Mechanism(
        Text("Support for facilities", "Draagvlak voor voorzieningen"),
        "for",
        (2, 42, 43),
        Text(
            "Found after renewal; how long it lasts is not known, and the problems of sitting "
            "residents were not solved by it.",
            "Gevonden na vernieuwing; hoe lang het duurt is onbekend, en de problemen van zittende "
            "bewoners waren er niet mee opgelost.",
        ),
    ),
    "climbers": Mechanism(
        Text("Keeping those who do better", "Sociale stijgers behouden"),
        "none",
        (),
        Text("Named by the source as an aim.", "Door de bron als doel genoemd."),
    ),
    "role_models": Mechanism(
        Text("Role models", "Rolmodellen"),
        "against",
        (36,),
        Text(
            "That a middle class lifts others is hardly shown, and contacts between groups are "
            "scarce.",
            "Dat een middenklasse anderen optrekt, is nauwelijks aangetoond, en contacten tussen "
            "groepen zijn schaars.",
        ),
    ),
    "peers": Mechanism(
        Text("Peer effects", "Invloed van leeftijdgenoten"),
        "mixed",
        (6, 7, 32, 33, 35, 39, 40),
        Text(
            "For long hardly any statistical proof in the Netherlands; newer studies do find "
            "effects on young people, which differ per resident.",
            "Lang nauwelijks statistisch bewijs in Nederland; nieuwer onderzoek vindt wel effecten "
            "bij jongeren, die per bewoner verschillen.",
        ),
    ),
    "reputation": Mechanism(
        Text("Reputation of the wijk", "Reputatie van de wijk"),
        "mixed",
        (43, 44),
        Text(
            "Found after renewal; the perception of residents lags because expectations rise.",
            "Gevonden na vernieuwing; de beleving van bewoners blijft achter doordat verwachtingen "
            "stijgen.",
        ),
    ),
    "schools": Mechanism(
        Text("Mixed schools", "Gemengde scholen"),
        "mixed",
        (43, 66),
        Text(
            "Less school segregation is reported, but parental choice is its main cause.",
            "Er is minder onderwijssegregatie gemeld, maar schoolkeuze van ouders is de "
            "belangrijkste oorzaak.",
        ),
    ),
}
ROLES = {
    "problem": Text("Mixing is the problem", "Menging is het probleem"),
    "means": Text("Mixing is a means", "Menging is een middel"),
    "end": Text("Mixing is an end", "Menging is een doel"),
    "combination": Text("A combination", "Een combinatie"),
}
DIRECTIONS = {
    "more": Text("more", "meer"),
    "same": Text("keep as it is", "gelijk houden"),
    "less": Text("less", "minder"),
}
# What a party thinks of the goal of another; without a view it was not asked.
VIEWS = {
    "support": Text("supports", "steunt"),
    "neutral": Text("neutral", "neutraal"),
    "against": Text("against", "tegen"),
}
NOT_ASKED = Text("not asked", "niet gevraagd")
# On which subjects the goals of parties are compared: the source names none, so these are ours and
# an assumption. Nothing on origin, religion, health or benefits.
SUBJECTS = {
    "social": Text("Social rental homes", "Sociale huurwoningen"),
    "middle": Text("Homes in the middle segment", "Woningen in het middensegment"),
    "owner": Text("Owner-occupied homes", "Koopwoningen"),
    "density": Text("Number of homes", "Aantal woningen"),
    "mix": Text("Mix of tenures", "Menging van eigendomsvormen"),
    "stay": Text("Sitting residents who can stay", "Zittende bewoners die kunnen blijven"),
    "facilities": Text("Facilities and meeting places", "Voorzieningen en ontmoetingsplekken"),
    "other": Text("Something else (not compared)", "Iets anders (niet vergeleken)"),
}
SUBJECTS_ARE_OURS = Text(
    "The subjects on which goals are compared are an assumption of WijkMix.",
    "De onderwerpen waarop doelen worden vergeleken, zijn een aanname van WijkMix.",
)
# The indicator of a scan that tells most about a subject.
SUBJECT_INDICATORS = {
    "social": "share_corp",
    "owner": "share_koop",
    "density": "dw_per_ha",
    "mix": "div_tenure",
}
# From fine to coarse; levels of one rank cannot be ordered, and a school has none.
LEVELS = {
    "perceel": 0,
    "pand": 1,
    "portiek": 2,
    "complex": 3,
    "straat": 3,
    "blok": 3,
    "buurt": 4,
    "wijk": 5,
    "stadsdeel": 6,
    "stad": 7,
    "regio": 8,
    "rijk": 9,
}
MAX_PARTIES = 200
MAX_STAKES = 50
MAX_YEARS = 100


@dataclass(frozen=True)
class Stake:
    """What mixing gives and costs a group (question 2).

    Attributes
    ----------
    group : key of GROUPS, or own words.
    unit : key of UNITS, "" where nobody chose.
    """

    group: str
    unit: str = ""
    benefit: str = ""
    burden: str = ""


@dataclass(frozen=True)
class PartyGoal:
    """What one party wants (question 5).

    Attributes
    ----------
    party : whose goal it is.
    subject, direction : keys of SUBJECTS and DIRECTIONS.
    note : the goal in the party's own words.
    degree : how much, such as "at least 30%".
    """

    party: str
    subject: str
    direction: str
    note: str = ""
    degree: str = ""


@dataclass(frozen=True)
class View:
    """What a party thinks of the goal of another; `view` is a key of VIEWS."""

    party: str
    goal: PartyGoal
    view: str


@dataclass(frozen=True)
class Goals:
    """All that was answered; what is missing is not answered.

    Attributes
    ----------
    main : key of MAIN_GOALS, "" as long as nobody chose.
    answers : text by id of a question, a step or an item of a step.
    parties : goals in the order of entry.
    views : what parties think of the goals of others; where there is none, nobody asked.
    mixed : keys of MIXED (question 1).
    stakes : groups with their benefit and burden (question 2).
    mechanisms : keys of MECHANISMS (question 3).
    role : key of ROLES (question 4).
    intervention, effect : spatial levels, as the scales of the catalogue (question 6).
    first, full : years until the first and the full effect (question 7).
    """

    main: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    parties: tuple[PartyGoal, ...] = ()
    views: tuple[View, ...] = ()
    mixed: tuple[str, ...] = ()
    stakes: tuple[Stake, ...] = ()
    mechanisms: tuple[str, ...] = ()
    role: str = ""
    intervention: str = ""
    effect: str = ""
    first: int | None = None
    full: int | None = None

    @property
    def is_set(self) -> bool:
        """Whether the main goal of step 1 is chosen; until then flags carry a mark."""
        return self.main in MAIN_GOALS

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        answers = {ident: text for ident, text in self.answers.items() if text.strip()}
        return replace(self, answers=answers) == Goals()

    def answer(self, ident: str) -> str:
        """Return the answer to a question or step, "" where there is none."""
        return self.answers.get(ident, "").strip()

    def shown(self, ident: str) -> str | Text:
        """Return the answer, or that there is none."""
        return self.answer(ident) or UNANSWERED

    @property
    def party_names(self) -> tuple[str, ...]:
        """The parties with a goal, in the order of entry."""
        return tuple(dict.fromkeys(goal.party for goal in self.parties))

    @property
    def asked(self) -> dict[tuple[str, PartyGoal], str]:
        """The views by party and goal, keys of VIEWS; what is not there was not asked."""
        return {(v.party, v.goal): v.view for v in self.views}

    # Each of these returns changed goals, or raises PolicyError: a choice is unknown, a text too
    # long, a list full.

    def with_main(self, main: str) -> Goals:
        """Choose the main goal, or take the choice back ("")."""
        return replace(self, main=_known("main", main, MAIN_GOALS))

    def with_answer(self, ident: str, answer: str) -> Goals:
        """Answer a question or step in words; an empty answer takes it away."""
        kept = stored.check_length(answer, stored.MAX_TEXT, Text("Answer", "Antwoord"))
        answers = {k: v for k, v in self.answers.items() if k != ident}
        if kept.strip():
            answers[ident] = kept
        return replace(self, answers=answers)

    def with_mixed(self, keys: Iterable[str]) -> Goals:
        """Say what is mixed."""
        return replace(self, mixed=tuple(_known("mixed", k, MIXED) for k in dict.fromkeys(keys)))

    def with_mechanisms(self, keys: Iterable[str]) -> Goals:
        """Say by which mechanisms mixing should work."""
        chosen = tuple(_known("mechanism", k, MECHANISMS) for k in dict.fromkeys(keys))
        return replace(self, mechanisms=chosen)

    def with_role(self, role: str) -> Goals:
        """Say whether mixing is the problem, a means, an end or a combination; "" takes it back."""
        return replace(self, role=_known("role", role, ROLES))

    def with_levels(self, intervention: str, effect: str) -> Goals:
        """Choose the level of the intervention and of the effect; "" leaves one open."""
        what = Text("Level", "Niveau")
        return replace(
            self,
            intervention=stored.check_length(intervention, stored.MAX_LINE, what),
            effect=stored.check_length(effect, stored.MAX_LINE, what),
        )

    def with_years(self, first: int | None, full: int | None) -> Goals:
        """Say in how many years the first and the full effect are expected; None leaves one open.

        The full effect cannot come before the first.
        """
        for years in (first, full):
            if not _is_years(years):
                raise PolicyError(
                    "{years!r} is no number of years from 0 to {most}.",
                    "{years!r} is geen aantal jaren van 0 tot {most}.",
                    years=years,
                    most=MAX_YEARS,
                )
        if first is not None and full is not None and full < first:
            raise PolicyError(
                "The full effect ({full} years) cannot come before the first ({first} years). "
                "Change one of the two.",
                "Het volledige effect ({full} jaar) kan niet vóór het eerste komen ({first} jaar). "
                "Verander een van beide.",
                first=first,
                full=full,
            )
        return replace(self, first=first, full=full)

    def with_stake(self, stake: Stake) -> Goals:
        """Add what mixing gives and costs a group; the same group and unit are replaced."""
        group = stored.check_length(stake.group.strip(), stored.MAX_LINE, Text("Group", "Groep"))
        benefit = stored.check_length(
            stake.benefit.strip(), stored.MAX_LINE, Text("Benefit", "Voordeel")
        )
        burden = stored.check_length(stake.burden.strip(), stored.MAX_LINE, Text("Burden", "Last"))
        if not group or not (benefit or burden):
            raise PolicyError(
                "Fill in the group, and what it gains or bears.",
                "Vul de groep in, en wat haar voordeel of last is.",
            )
        new = Stake(group, _known("unit", stake.unit, UNITS), benefit, burden)
        for n, old in enumerate(self.stakes):
            if (old.group, old.unit) == (new.group, new.unit):
                return replace(self, stakes=(*self.stakes[:n], new, *self.stakes[n + 1 :]))
        if len(self.stakes) >= MAX_STAKES:
            raise _full(MAX_STAKES)
        return replace(self, stakes=(*self.stakes, new))

    def without_stake(self, place: int) -> Goals:
        """Remove the group at this place of the list."""
        return replace(self, stakes=(*self.stakes[:place], *self.stakes[place + 1 :]))

    def with_party(self, goal: PartyGoal) -> Goals:
        """Add what a party wants."""
        party = stored.check_length(goal.party.strip(), stored.MAX_LINE, Text("Party", "Partij"))
        note = stored.check_length(goal.note, stored.MAX_TEXT, Text("Goal", "Doel"))
        degree = stored.check_length(goal.degree, stored.MAX_LINE, Text("How much", "Hoeveel"))
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
            raise _full(MAX_PARTIES)
        new = replace(goal, party=party, note=note, degree=degree)
        return self if new in self.parties else replace(self, parties=(*self.parties, new))

    def without_party(self, place: int) -> Goals:
        """Remove the goal at this place of the list, with what others think of it."""
        left = replace(self, parties=(*self.parties[:place], *self.parties[place + 1 :]))
        names = left.party_names
        kept = (v for v in self.views if v.goal in left.parties and v.party in names)
        return replace(left, views=tuple(kept))

    def with_view(self, party: str, goal: PartyGoal, view: str) -> Goals:
        """Say what a party thinks of the goal of another; "" says that nobody asked.

        A party or goal that is no longer there changes nothing.
        """
        if party not in self.party_names or goal not in self.parties:
            return self
        others = tuple(v for v in self.views if (v.party, v.goal) != (party, goal))
        new = (View(party, goal, view),) if _known("view", view, VIEWS) else ()
        return replace(self, views=(*others, *new))


# -- goals that differ ---------------------------------------------------------------------------


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

    One party that wants both counts as well: it has to choose. Goals about something else are in
    words, and words are not compared.
    """
    every = tuple(parties)
    found = []
    for subject in SUBJECTS:
        wishes = tuple(goal for goal in every if goal.subject == subject)
        wanted = {goal.direction for goal in wishes}
        if len(wanted) > 1 and subject != "other":
            found.append(Conflict(subject, {"more", "less"} <= wanted, wishes))
    return found


def conflict_text(conflict: Conflict) -> Text:
    """Say in words who wants what of one subject."""
    head = (
        Text("Opposite goals: {subject}", "Tegengestelde doelen: {subject}")
        if conflict.opposite
        else Text("Differing goals: {subject}", "Verschillende doelen: {subject}")
    )
    subject = SUBJECTS[conflict.subject]
    en, nl = (
        "; ".join(f"{w.party}: {DIRECTIONS[w.direction].get(lang)}" for w in conflict.wishes)
        for lang in ("en", "nl")
    )
    return Text(
        f"{head.en.format(subject=subject.en)} ({en})",
        f"{head.nl.format(subject=subject.nl)} ({nl})",
    )


def is_coarser(data: str, level: str) -> bool:
    """Tell whether units of one level are too large to show another; False where unknown."""
    return data in LEVELS and level in LEVELS and LEVELS[data] > LEVELS[level]


# -- to and from a project -----------------------------------------------------------------------


def dumps(goals: Goals) -> str:
    """Write the goals as versioned JSON."""
    return stored.dumps(
        {
            **vars(goals),
            "parties": [vars(goal) for goal in goals.parties],
            "stakes": [vars(stake) for stake in goals.stakes],
            # By place in the list: a goal can be pages long.
            "views": [
                {"party": v.party, "goal": goals.parties.index(v.goal), "view": v.view}
                for v in goals.views
            ],
        },
        VERSION,
    )


def loads(text: str) -> tuple[Goals, Text | None]:
    """Read goals; never raises.

    Returns
    -------
    The goals as far as they can be read, and why they may not be written over (None if they may).
    """
    data, problem = stored.loads(text, VERSION)
    found = {name: read(data[name]) for name, read in _PARTS.items() if name in data}
    if "views" in data:
        found["views"] = _views(data["views"], found.get("parties", ((), True)))
    if problem is None and not all(sound for _, sound in found.values()):
        problem = stored.misfit("goals")
    return Goals(**{name: value for name, (value, _) in found.items()}), problem


Reader = Callable[[Any], tuple[Any, bool]]


def _one(known: Container[str]) -> Reader:
    def read(value: Any) -> tuple[str, bool]:
        fits = isinstance(value, str) and (not value or value in known)
        return (value if fits else ""), fits

    return read


def _several(known: Container[str]) -> Reader:
    def read(value: Any) -> tuple[tuple[str, ...], bool]:
        listed = value if isinstance(value, list) else []
        fitting = [v for v in listed if isinstance(v, str) and v in known]
        return tuple(dict.fromkeys(fitting)), isinstance(value, list) and fitting == listed

    return read


def _rows(make: type, choices: dict[str, Container[str]], needed: str) -> Reader:
    def fits(row: Any) -> bool:
        return (
            isinstance(row, dict)
            and all(isinstance(v, str) for v in row.values())
            and needed in row
            and all(row.get(name, "") in known for name, known in choices.items())
        )

    def read(value: Any) -> tuple[tuple[Any, ...], bool]:
        listed = value if isinstance(value, list) else []
        names = make.__dataclass_fields__  # type: ignore[attr-defined]
        rows = [
            make(**{name: stored.text(row[name]) for name in names if name in row})
            for row in listed
            if fits(row)
        ]
        return tuple(rows), isinstance(value, list) and len(rows) == len(listed)

    return read


def _words(value: Any) -> tuple[str, bool]:
    return stored.text(value), isinstance(value, str)


def _years(value: Any) -> tuple[int | None, bool]:
    fits = _is_years(value)
    return (value if fits else None), fits


def _answers(value: Any) -> tuple[dict[str, str], bool]:
    if not isinstance(value, dict):
        return {}, False
    answers = {stored.text(k): stored.text(v) for k, v in value.items() if isinstance(v, str)}
    return answers, all(isinstance(v, str) for v in value.values())


def _views(value: Any, parties: tuple[Any, bool]) -> tuple[tuple[View, ...], bool]:
    goals, sound = parties
    names = {goal.party for goal in goals}
    if not sound or not isinstance(value, list):  # then no place in the list is certain
        return (), False
    found = {}
    for row in value:
        party, place, view = (
            (row.get(name) for name in ("party", "goal", "view"))
            if isinstance(row, dict)
            else (None, None, None)
        )
        if (
            isinstance(party, str)
            and party in names
            and type(place) is int
            and 0 <= place < len(goals)
            and isinstance(view, str)
            and view in VIEWS
        ):
            found[party, place] = View(party, goals[place], view)
    return tuple(found.values()), len(found) == len(value)


_PARTS: dict[str, Reader] = {
    "main": _one(MAIN_GOALS),
    "answers": _answers,
    "parties": _rows(PartyGoal, {"subject": SUBJECTS, "direction": DIRECTIONS}, "party"),
    "mixed": _several(MIXED),
    "stakes": _rows(Stake, {"unit": {"", *UNITS}}, "group"),
    "mechanisms": _several(MECHANISMS),
    "role": _one(ROLES),
    "intervention": _words,
    "effect": _words,
    "first": _years,
    "full": _years,
}


def read_party(record: Any) -> PartyGoal | None:
    """Read the goal of one party, None where the record holds none."""
    found, _ = _PARTS["parties"]([record])
    return found[0] if found else None


def _is_years(value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value is None or (whole and 0 <= value <= MAX_YEARS)


def _known(what: str, value: str, known: Iterable[str]) -> str:
    if value and value not in set(known):
        raise _unknown(what, value, known)
    return value


def _unknown(what: str, value: str, known: Iterable[str]) -> PolicyError:
    return PolicyError(
        "{what} {value!r} does not exist. Choose one of {known}.",
        "{what} {value!r} bestaat niet. Kies uit {known}.",
        what=what,
        value=value[:40],
        known=", ".join(known),
    )


def _full(most: int) -> PolicyError:
    return PolicyError(
        "There are {n} goals already, and more are not kept. Remove one first.",
        "Er zijn al {n} doelen, en meer worden er niet bewaard. Verwijder er eerst een.",
        n=most,
    )
