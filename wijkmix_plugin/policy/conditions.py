# SPDX-License-Identifier: GPL-2.0-or-later
"""Trigger expressions in three-valued logic: missing data is unknown, never false.

The logic is Kleene's: true is 1, unknown 0 and false -1, so that "and" is the minimum, "or" the
maximum and "not" the sign. Numbers and numpy arrays are combined by the same code.

Every expression is brought to one form, a list of clauses that must all hold, each a list of
conditions of which one is enough. Minimum and maximum distribute over each other, so this changes
no outcome, and everything that is shown to the user has the same simple shape.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import reduce
from itertools import product
from typing import Any, NamedTuple, TypeVar

from ..errors import PolicyError

TRUE, UNKNOWN, FALSE = 1, 0, -1
# What a threshold rests on: the policy source gives none, so each is a choice of WijkMix or a user.
BASIS = "aanname"
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}
OPPOSITE = {">=": "<", "<": ">=", "<=": ">", ">": "<=", "==": "!=", "!=": "=="}
# Values that a condition compares with and that follow from the data or from the user.
REFERENCES = ("median_gemeente", "p75_gemeente", "gemeente_mean", "user")
CLUSTERS = ("HH", "LL", "HL", "LH", "ns")
# A unit without neighbours or without figures was not tested: that is no "not significant".
UNTESTED = ("island", "nodata", "")
MAX_CLAUSES = 64
MAX_DEPTH = 12

# Origin, nationality, religion, health, police and benefit data of persons never reach a flag or a
# matching. Names are read in lower case with words joined by "_": "aantalPersonenMetWW" as
# "aantal_personen_met_ww". The first patterns are looked for anywhere, with or without the "_"; the
# codes of CBS and the words that also occur in names of another kind only as whole words.
FORBIDDEN_PATTERNS = (
    # origin and nationality
    "herkomst|herkmst|afkomst|migra|allocht|autocht|ethni|etnisch|etnicit|nationalit|geboorteland",
    "geboren|europa|nietwest|marok|turk|surin|antil|caribisch|indones|birthplace|foreign",
    # religion
    "religi|geloof|gelovig|kerkgang|islam|moslim|muslim|christ|katholi|protestant|joods|hindoe",
    # health and disability; the distance to a hospital says nothing about people
    "gezondheid|health|ziek(?!enhuis)|disease|handicap|disabil|jeugdzorg|medicijn|medicat|verslaaf",
    "addict|levensverwacht|sterfte|overgewicht|beperkingen",
    # police
    "politie|police|misdrij|delict|crimin|crime|verdacht|suspect|diefst|theft|geweld|violen|vernieling",
    "inbraak|burglar|overlastmeld|aanhouding",
    # benefits and debts
    "uitkering|bijstand|benefit|socialassistance|participatiewet|wajong|arbeidsongeschikt|schuld",
)
FORBIDDEN_CODES = (
    "natio|nationaal|national|etni|origin|nederland|westers|westerse|west_al|n_w_al|nl_all|eur_al",
    "neu_al|geb_nl|geb_eu|geb_ne|gbl_eu|gbl_ne|wmo|jz|ggz|debt|debts|arrest|arrests|rokers",
    "soz|ww|wwb|aow|ao|gediefst|g_vernoo|g_gewsek",
)
_FORBIDDEN = re.compile("|".join(FORBIDDEN_PATTERNS))
_FORBIDDEN_CODES = re.compile(f"(?:^|_)(?:{'|'.join(FORBIDDEN_CODES)})(?:_|$)")
_WORDS = re.compile(r"[A-Z]?[a-zà-ÿ]+|[A-Z]+(?![a-z])|[0-9]+")

T = TypeVar("T")


class Condition(NamedTuple):
    """One comparison: an indicator against a constant, a parameter or a reference value."""

    indicator: str
    op: str
    constant: float | bool | str | None = None
    parameter: str | None = None
    reference: str | None = None

    @property
    def ref(self) -> str | None:
        """Name where the threshold comes from: "$parameter", a reference value or None."""
        return f"${self.parameter}" if self.parameter else self.reference


Clauses = tuple[tuple[Condition, ...], ...]


# -- forbidden columns ---------------------------------------------------------------------------


def check_columns(names: Iterable[str]) -> list[str]:
    """Return the names that look like data on origin, religion, health, police or benefits."""
    return [name for name in names if _is_forbidden(str(name))]


def _is_forbidden(name: str) -> bool:
    words = "_".join(_WORDS.findall(name)).lower()
    return bool(_FORBIDDEN.search(words.replace("_", "")) or _FORBIDDEN_CODES.search(words))


def forbidden_indicators(clauses: Clauses) -> list[str]:
    """Return the indicators of an expression that may never drive a flag or a matching."""
    return check_columns(dict.fromkeys(c.indicator for clause in clauses for c in clause))


# -- from data to clauses ------------------------------------------------------------------------


def parse(
    expression: Any,
    indicators: Mapping[str, Mapping[str, Any]],
    parameters: Collection[str],
    where: str = "expression",
) -> Clauses:
    """Read a trigger expression.

    Parameters
    ----------
    expression : `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}` or a condition
        `{"ind": id, "op": ">=", "val": value}` or `{"ind": id, "op": ">=", "par": id}`.
        A value is a number, true or false, a cluster label or a name in `REFERENCES`.
    indicators : known indicators by id, with their `kind`.
    parameters : known parameter ids.
    where : the place in the catalogue, for messages.

    Returns
    -------
    Clauses that must all hold; of each clause one condition is enough.

    Raises
    ------
    PolicyError
        The expression is malformed or names something unknown; the message says where.
    """
    clauses = _clauses(expression, True, indicators, parameters, where, 0)
    return tuple(dict.fromkeys(tuple(dict.fromkeys(clause)) for clause in clauses))


def _clauses(
    node: Any,
    positive: bool,
    indicators: Mapping[str, Mapping[str, Any]],
    parameters: Collection[str],
    where: str,
    depth: int,
) -> list[tuple[Condition, ...]]:
    if depth > MAX_DEPTH:
        raise _error(where, "it is nested too deeply", "de uitdrukking is te diep genest")
    if not isinstance(node, Mapping):
        raise _error(where, "an expression is missing", "er ontbreekt een uitdrukking")
    if "ind" in node:
        return [(_condition(node, positive, indicators, parameters, where),)]
    if set(node) == {"not"}:
        inner = f"{where}.not"
        return _clauses(node["not"], not positive, indicators, parameters, inner, depth + 1)
    key = next(iter(node), None)
    if len(node) != 1 or key not in ("all", "any"):
        raise _error(
            where,
            "it needs exactly one of all, any, not, or a condition with ind and op",
            "nodig is precies één van all, any, not, of een voorwaarde met ind en op",
        )
    members = node[key]
    if not isinstance(members, list) or not members:
        raise _error(where, f"{key} needs a list of members", f"{key} vraagt een lijst met leden")
    parts = [
        _clauses(member, positive, indicators, parameters, f"{where}.{key}[{place}]", depth + 1)
        for place, member in enumerate(members)
    ]
    if (key == "all") == positive:
        return [clause for part in parts for clause in part]
    # "any": one clause for every way to take a clause of each member.
    if math.prod(len(part) for part in parts) > MAX_CLAUSES:
        raise _error(where, "it is too complex", "de uitdrukking is te ingewikkeld")
    return [tuple(c for clause in chosen for c in clause) for chosen in product(*parts)]


def _condition(
    node: Mapping[str, Any],
    positive: bool,
    indicators: Mapping[str, Mapping[str, Any]],
    parameters: Collection[str],
    where: str,
) -> Condition:
    indicator, op = node["ind"], node.get("op")
    if not isinstance(indicator, str) or indicator not in indicators:
        raise _error(
            where, f"indicator {indicator!r} is unknown", f"indicator {indicator!r} is onbekend"
        )
    if not isinstance(op, str) or op not in OPERATORS:
        raise _error(where, f"operator {op!r} is unknown", f"operator {op!r} is onbekend")
    unknown = set(node) - {"ind", "op", "val", "par"}
    if unknown or ("val" in node) == ("par" in node):
        raise _error(
            where,
            "a condition has ind, op and either val or par, and nothing else",
            "een voorwaarde heeft ind, op en óf val óf par, en niets anders",
        )
    kind = indicators[indicator].get("kind", "number")
    if not positive:
        op = OPPOSITE[op]
    if "par" in node:
        name = node["par"]
        if not isinstance(name, str) or name not in parameters:
            raise _error(where, f"parameter {name!r} is unknown", f"parameter {name!r} is onbekend")
        if kind in ("boolean", "cluster"):
            raise _error(
                where,
                f"{indicator} is no number and cannot be compared with a parameter",
                f"{indicator} is geen getal en kan niet met een parameter vergeleken worden",
            )
        return Condition(indicator, op, parameter=name)
    value = node["val"]
    if isinstance(value, str) and value in REFERENCES and kind not in ("boolean", "cluster"):
        return Condition(indicator, op, reference=value)
    fits = {
        "boolean": isinstance(value, bool) and op in ("==", "!="),
        "cluster": isinstance(value, str) and value in CLUSTERS and op in ("==", "!="),
    }.get(
        kind,
        isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value),
    )
    if not fits:
        raise _error(
            where,
            f"the value {value!r} with operator {op!r} does not fit {indicator} ({kind})",
            f"de waarde {value!r} met operator {op!r} past niet bij {indicator} ({kind})",
        )
    return Condition(indicator, op, constant=value)


def _error(where: str, en: str, nl: str) -> PolicyError:
    return PolicyError(
        "Catalogue, {where}: {what_en}. Correct the expression or leave it out.",
        "Catalogus, {where}: {what_nl}. Verbeter de uitdrukking of laat haar weg.",
        where=where,
        what_en=en,
        what_nl=nl,
    )


# -- evaluation ----------------------------------------------------------------------------------


def combine(
    clauses: Iterable[Iterable[Condition]],
    outcome: Callable[[Condition], T],
    lowest: Callable[..., T] = min,
    highest: Callable[..., T] = max,
) -> T:
    """Combine the outcomes (1, 0, -1, or arrays of them) of all conditions.

    For arrays give `numpy.minimum` and `numpy.maximum`.
    """
    return reduce(lowest, (reduce(highest, map(outcome, clause)) for clause in clauses))


def truth(outcome: int) -> bool | None:
    """Return True, False or None for 1, -1 or 0."""
    return None if outcome == UNKNOWN else outcome > 0


def is_missing(value: Any) -> bool:
    """Tell whether a value says nothing: None, NaN, infinite, or a cluster label of no test."""
    if value is None or (isinstance(value, str) and value in UNTESTED):
        return True
    return isinstance(value, float) and not math.isfinite(value)


def compare(condition: Condition, value: Any, threshold: Any) -> int:
    """Return the outcome of one condition for one value: 1, 0 (unknown) or -1.

    Raises
    ------
    PolicyError
        The value is of another kind than the threshold, such as a text for a number.
    """
    if is_missing(value) or is_missing(threshold):
        return UNKNOWN
    if isinstance(threshold, bool):
        if value not in (0, 1):
            raise wrong_value(condition.indicator, value, "true or false", "waar of onwaar")
        value = value == 1
    elif isinstance(threshold, str):
        if not isinstance(value, str):
            raise wrong_value(condition.indicator, value, "a cluster label", "een clusterlabel")
    elif isinstance(value, (str, bool)):
        raise wrong_value(condition.indicator, value, "a number", "een getal")
    return TRUE if OPERATORS[condition.op](value, threshold) else FALSE


def wrong_value(indicator: str, value: Any, en: str, nl: str) -> PolicyError:
    """Return the error for a value of another kind than the indicator needs."""
    return PolicyError(
        "Column {indicator}: found {value!r} where {need_en} is needed. Correct the column "
        "or leave it out.",
        "Kolom {indicator}: {value!r} gevonden, terwijl {need_nl} nodig is. Verbeter de "
        "kolom of laat haar weg.",
        indicator=indicator,
        value=value,
        need_en=en,
        need_nl=nl,
    )


def threshold_of(
    condition: Condition,
    parameters: Mapping[str, float | None],
    references: Mapping[tuple[str, str], float | None],
) -> float | bool | str | None:
    """Return what a condition compares with; None where it is not known.

    `references` holds values by (reference name, indicator).
    """
    if condition.parameter is not None:
        return parameters.get(condition.parameter)
    if condition.reference is not None:
        return references.get((condition.reference, condition.indicator))
    return condition.constant


def explain(
    clauses: Clauses,
    values: Mapping[str, Any],
    parameters: Mapping[str, float | None],
    references: Mapping[tuple[str, str], float | None] | None = None,
    defining: Collection[str] = (),
) -> tuple[bool | None, list[dict[str, Any]]]:
    """Evaluate an expression for one unit and list every condition.

    Parameters
    ----------
    clauses : as `parse` returns them.
    values : indicator values of the unit; an indicator that is absent is unknown.
    parameters : thresholds by parameter id; None is unknown.
    references : reference values by (name, indicator).
    defining : indicators that define a flag.

    Returns
    -------
    The outcome (True, False, None) and per condition
    `{"ind", "op", "ref", "threshold", "value", "result", "group", "defining"}`, and `"basis"` as
    `basis` gives it.

    Raises
    ------
    PolicyError
        The expression reads data that may never be used for matching, or a value does not fit.
    """
    refuse_forbidden(clauses)
    rows: list[dict[str, Any]] = []
    outcomes = []
    for group, clause in zip(group_names(clauses), clauses, strict=True):
        results = []
        for condition in clause:
            threshold = threshold_of(condition, parameters, references or {})
            value = values.get(condition.indicator)
            results.append(compare(condition, value, threshold))
            rows.append(
                {
                    "ind": condition.indicator,
                    "op": condition.op,
                    "ref": condition.ref,
                    "threshold": None if is_missing(threshold) else threshold,
                    "value": None if is_missing(value) else value,
                    "result": truth(results[-1]),
                    "group": group,
                    "defining": condition.indicator in defining,
                    **basis(condition),
                }
            )
        outcomes.append(max(results))
    return truth(min(outcomes)), rows


def basis(condition: Condition) -> dict[str, str]:
    """Return `{"basis": "aanname"}` where a condition has a number as its limit, else nothing."""
    is_label = isinstance(condition.constant, (bool, str))
    return {} if is_label else {"basis": BASIS}


def group_names(clauses: Clauses) -> list[str]:
    """Name the clauses: "all-2" for a single condition, "any-1" for alternatives."""
    return [
        f"{'any' if len(clause) > 1 else 'all'}-{place}" for place, clause in enumerate(clauses, 1)
    ]


def refuse_forbidden(clauses: Clauses) -> None:
    """Raise PolicyError where an expression reads data that may never reach a flag."""
    found = forbidden_indicators(clauses)
    if found:
        raise PolicyError(
            "The condition on {names} looks like data on origin, religion, health, police or "
            "benefits of persons. WijkMix never uses these for a flag or a match.",
            "De voorwaarde op {names} lijkt op gegevens over herkomst, religie, gezondheid, "
            "politie of uitkeringen van personen. WijkMix gebruikt die nooit voor een vlag of een "
            "koppeling.",
            names=", ".join(found),
        )


def excludes_vulnerable(clauses: Clauses) -> bool:
    """Tell whether an expression can only be true in an area that is known not to be vulnerable."""
    return any(
        all(
            c.indicator == "vulnerable" and (c.op, c.constant) in ((("==", False)), ("!=", True))
            for c in clause
        )
        for clause in clauses
    )
