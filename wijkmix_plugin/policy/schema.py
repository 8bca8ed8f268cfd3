# SPDX-License-Identifier: GPL-2.0-or-later
"""Check JSON data against a JSON Schema: the part of draft 2020-12 that our own schema uses.

QGIS does not everywhere come with the package jsonschema, and a user's catalogue must be checked
everywhere. A keyword that is not known here is refused, so that no rule can be passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description", "$comment"}


class Problem(NamedTuple):
    """Where data departs from the schema, and how, in both languages."""

    path: tuple[str | int, ...]
    en: str
    nl: str


def problems(data: Any, schema: dict[str, Any]) -> Iterator[Problem]:
    """Yield every departure of `data` from `schema`."""
    yield from _check(data, schema, schema, ())


def _check(
    data: Any, rule: dict[str, Any], root: dict[str, Any], path: tuple[str | int, ...]
) -> Iterator[Problem]:
    for keyword, wanted in rule.items():
        if keyword == "$ref":
            yield from _check(data, _target(wanted, root), root, path)
        elif keyword == "anyOf":
            yield from _any_of(data, wanted, root, path)
        elif keyword in CHECKS:
            yield from CHECKS[keyword](data, wanted, rule, root, path)
        elif keyword not in ANNOTATIONS:
            raise NotImplementedError(f"schema keyword {keyword}")


def _target(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    node = root
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def _is(data: Any, name: str) -> bool:
    if isinstance(data, bool):
        return name == "boolean"
    if name == "integer" and isinstance(data, float):
        return data.is_integer()
    return isinstance(data, TYPES[name])


def _any_of(data, branches, root, path) -> Iterator[Problem]:
    # The branch that comes furthest tells best what is wrong.
    best: list[Problem] = []
    for branch in branches:
        found = list(_check(data, branch, root, path))
        if not found:
            return
        if not best or max(len(p.path) for p in found) > max(len(p.path) for p in best):
            best = found
    yield from best


def _type(data, wanted, _rule, _root, path) -> Iterator[Problem]:
    names = [wanted] if isinstance(wanted, str) else wanted
    if not any(_is(data, name) for name in names):
        kinds = " / ".join(names)
        yield Problem(path, f"must be of type {kinds}", f"moet van het type {kinds} zijn")


def _required(data, wanted, _rule, _root, path) -> Iterator[Problem]:
    if isinstance(data, dict):
        for name in wanted:
            if name not in data:
                yield Problem(path, f"{name} is missing", f"{name} ontbreekt")


def _properties(data, wanted, _rule, root, path) -> Iterator[Problem]:
    if isinstance(data, dict):
        for name, rule in wanted.items():
            if name in data:
                yield from _check(data[name], rule, root, (*path, name))


def _additional(data, wanted, rule, root, path) -> Iterator[Problem]:
    if isinstance(data, dict):
        for name in data:
            if name in rule.get("properties", {}):
                continue
            if wanted is False:
                yield Problem(path, f"{name} is not known here", f"{name} is hier onbekend")
            else:
                yield from _check(data[name], wanted, root, (*path, name))


def _names(data, wanted, _rule, root, path) -> Iterator[Problem]:
    if isinstance(data, dict):
        for name in data:
            yield from _check(name, wanted, root, (*path, name))


def _items(data, wanted, _rule, root, path) -> Iterator[Problem]:
    if isinstance(data, list):
        for place, item in enumerate(data):
            key = item.get("id", place) if isinstance(item, dict) else place
            step = key if isinstance(key, (str, int)) else place
            yield from _check(item, wanted, root, (*path, step))


def _enum(data, wanted, _rule, _root, path) -> Iterator[Problem]:
    # True equals 1 in Python, and does not in JSON.
    same = (isinstance(data, bool) == isinstance(o, bool) and data == o for o in wanted)
    if not any(same):
        options = ", ".join(map(str, wanted))
        yield Problem(path, f"must be one of {options}", f"moet één zijn van {options}")


def _const(data, wanted, rule, root, path) -> Iterator[Problem]:
    yield from _enum(data, [wanted], rule, root, path)


def _pattern(data, wanted, _rule, _root, path) -> Iterator[Problem]:
    if isinstance(data, str) and not re.search(wanted, data):
        yield Problem(
            path,
            f"{data!r} does not have the form {wanted}",
            f"{data!r} heeft niet de vorm {wanted}",
        )


def _min_length(data, wanted, _rule, _root, path) -> Iterator[Problem]:
    if isinstance(data, str) and len(data) < wanted:
        yield Problem(path, "is empty", "is leeg")


def _min_items(data, wanted, _rule, _root, path) -> Iterator[Problem]:
    if isinstance(data, list) and len(data) < wanted:
        yield Problem(
            path, f"needs at least {wanted} items", f"vraagt minstens {wanted} onderdelen"
        )


def _minimum(data, wanted, _rule, _root, path) -> Iterator[Problem]:
    if _is(data, "number") and data < wanted:
        yield Problem(path, f"must be at least {wanted}", f"moet minstens {wanted} zijn")


def _unique(data, wanted, _rule, _root, path) -> Iterator[Problem]:
    if wanted and isinstance(data, list) and any(x in data[:k] for k, x in enumerate(data)):
        yield Problem(path, "holds an item twice", "bevat een onderdeel dubbel")


CHECKS = {
    "type": _type,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "minLength": _min_length,
    "minItems": _min_items,
    "minimum": _minimum,
    "uniqueItems": _unique,
}
