# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario lacks to be whole: a main goal, the four steps, companions of what it builds.

The source asks for these before a plan is precise (steps 3 and 4). Nothing is refused for it: the
scenario is called incomplete, with the reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..errors import Text
from .catalogue import Catalogue
from .goals import Goals
from .worklist import NEEDED

_HEAD = Text("Incomplete scenario: {reasons}.", "Scenario onvolledig: {reasons}.")
_NO_GOALS = Text(
    "the goals were not given, so every question counts as not answered",
    "de doelen zijn niet meegegeven, dus elke vraag geldt als niet beantwoord",
)
_NO_MAIN = Text("the main goal is not recorded", "het hoofddoel is niet vastgelegd")
_STEPS = Text("not answered of the steps: {steps}", "niet beantwoord van de stappen: {steps}")
_STEP = Text("step {n} ({open} of {total})", "stap {n} ({open} van {total})")
_NO_COMPANIONS = Text(
    "which social and economic measures go with it was not given",
    "welke sociale en economische maatregelen erbij horen, is niet meegegeven",
)
_LACKING = Text(
    "no social and economic measure is chosen together yet for {units}",
    "nog geen sociale én economische maatregel gekozen voor {units}",
)
_SEVERAL = 10


def incomplete(
    goals: Goals | None,
    companions: Mapping[str, Collection[str]] | None,
    units: Mapping[str, str],
    catalogue: Catalogue,
) -> Text | None:
    """Say what a scenario lacks; None where it is whole.

    Parameters
    ----------
    goals : of the project; None where they were not given.
    companions : code of a unit -> domains of the measures that are chosen for it; None where that
        was not given.
    units : code -> name of every unit with an action; each action is a physical one.
    """
    reasons: list[Text] = []
    if goals is None:
        reasons.append(_NO_GOALS)
    else:
        if not goals.is_set:
            reasons.append(_NO_MAIN)
        reasons += _open_steps(goals, catalogue)
    if companions is None:
        reasons += [_NO_COMPANIONS] if units else []
    else:
        short = [
            f"{name} ({code})" if name else code
            for code, name in units.items()
            if not set(NEEDED) <= set(companions.get(code, ()))
        ]
        if short:
            rest = f" … (+{len(short) - _SEVERAL})" if len(short) > _SEVERAL else ""
            reasons.append(_LACKING.format(units=", ".join(short[:_SEVERAL]) + rest))
    return _HEAD.format(reasons=_joined("; ", reasons)) if reasons else None


def _open_steps(goals: Goals, catalogue: Catalogue) -> list[Text]:
    """Name the steps with items that nobody answered."""
    found = []
    for number, step in enumerate(catalogue.steps, start=1):
        missing = sum(not goals.answer(item["id"]) for item in step["items"])
        if missing:
            found.append(_STEP.format(n=number, open=missing, total=len(step["items"])))
    return [_STEPS.format(steps=_joined(", ", found))] if found else []


def _joined(sign: str, texts: list[Text]) -> Text:
    return Text(sign.join(text.en for text in texts), sign.join(text.nl for text in texts))
