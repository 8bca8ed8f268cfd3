# SPDX-License-Identifier: GPL-2.0-or-later
"""View 4: where the numbers come from."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QCoreApplication

from . import texts
from .page import heading, items, paragraph
from .texts import esc

MAX_EXCLUDED = 200


def parameter_name(name: str) -> str:
    """Return the words for a parameter of the scan; an unknown one keeps its own name."""
    return {
        "gemeente": QCoreApplication.translate("WijkMix", "Gemeente"),
        "reference": QCoreApplication.translate("WijkMix", "Compared with"),
        "permutations": QCoreApplication.translate("WijkMix", "Permutations"),
        "seed": QCoreApplication.translate("WijkMix", "Random seed"),
        "alpha": QCoreApplication.translate("WijkMix", "Significance level"),
        "blocks": QCoreApplication.translate("WijkMix", "Block layer used"),
        "blocks_layer": QCoreApplication.translate("WijkMix", "Name of the block layer"),
        "limit_diversity": QCoreApplication.translate(
            "WijkMix", "One-sided: diversity of the wijk below (assumption)"
        ),
        "limit_mosaic": QCoreApplication.translate(
            "WijkMix", "Mosaic: H beyond chance from (assumption)"
        ),
        "limit_fine": QCoreApplication.translate(
            "WijkMix", "Finely mixed: H beyond chance up to (assumption)"
        ),
        "theta": QCoreApplication.translate("WijkMix", "Dominant tenure from share (assumption)"),
        "min_dwellings": QCoreApplication.translate("WijkMix", "Least dwellings in a block"),
        "null_models": QCoreApplication.translate("WijkMix", "Shuffled for chance"),
    }.get(name, name)


def value_text(name: str, value: Any) -> str:
    """Return the words for the value of a parameter."""
    if isinstance(value, (list, tuple)):
        listed = [str(item) for item in value]
        if name == "null_models":
            words = {
                "dwellings": QCoreApplication.translate("WijkMix", "dwellings"),
                "panden": QCoreApplication.translate("WijkMix", "whole buildings"),
            }
            listed = [words.get(item, item) for item in listed]
        return ", ".join(listed) or QCoreApplication.translate("WijkMix", "all")
    if name == "reference":
        return {
            "gemeente": QCoreApplication.translate("WijkMix", "the gemeente"),
            "all": QCoreApplication.translate("WijkMix", "the whole scan"),
        }.get(value, str(value))
    if name == "seed":
        return str(value)  # an identity, not an amount
    if value is None:
        return texts.yes_no(None)
    return texts.exact(value)


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(
        f'<tr><td class="muted">{esc(name)}</td><td>{esc(value)}</td></tr>' for name, value in rows
    )
    return f'<table cellspacing="0" width="100%">{cells}</table>'


def render(layer_name: str, origin: dict[str, Any] | None, catalogue: Any) -> str:
    """Return the record of the scan as HTML; says so where there is none."""
    translate = QCoreApplication.translate
    if origin is None:
        return (
            f"<h2>{esc(layer_name)}</h2>"
            + paragraph(translate("WijkMix", "The origin of this layer is unknown."))
            + paragraph(
                translate(
                    "WijkMix",
                    "It has the fields of a scan, but not the record of the run that made it: "
                    "parameters, thresholds, versions and left-out buurten cannot be shown. Layers "
                    "keep that record in the project; a file that is opened again loses it. Run "
                    "the scan once more to have it.",
                )
            )
        )
    body = [f"<h2>{esc(origin.get('title') or layer_name)}</h2>"]
    rows = [(translate("WijkMix", "Layer"), layer_name)]
    for key, label in (
        ("source", translate("WijkMix", "Made from")),
        ("date", translate("WijkMix", "Date of the run")),
        ("year", translate("WijkMix", "Year of the figures")),
        ("attribution", translate("WijkMix", "Source of the data")),
        ("crs", translate("WijkMix", "Coordinate system")),
        ("catalogue_version", translate("WijkMix", "Catalogue version")),
    ):
        if origin.get(key):
            value = texts.day(origin[key]) if key == "date" else str(origin[key])
            rows.append((label, value))
    body.append(_table(rows))
    body.append(_parameters(origin))
    body.append(_thresholds(origin, catalogue))
    body.append(_rule(origin))
    body.append(_notes(origin))
    body.append(_excluded(origin))
    versions = origin.get("versions")
    if isinstance(versions, dict) and versions:
        body.append(heading(translate("WijkMix", "Versions")))
        body.append(_table([(str(k), str(v)) for k, v in versions.items()]))
    return "".join(body)


def _parameters(origin: dict[str, Any]) -> str:
    found = origin.get("parameters")
    if not isinstance(found, dict) or not found:
        return ""
    title = QCoreApplication.translate("WijkMix", "Parameters")
    return heading(title) + _table(
        [(parameter_name(str(k)), value_text(str(k), v)) for k, v in found.items()]
    )


def _thresholds(origin: dict[str, Any], catalogue: Any) -> str:
    found = origin.get("thresholds")
    if not isinstance(found, dict) or not found:
        return ""
    known = catalogue.parameters if catalogue is not None else {}
    rows = []
    for key, value in found.items():
        label = texts.both(known[key]["label"]) if key in known else key
        shown = (
            QCoreApplication.translate("WijkMix", "not set")
            if value is None
            else texts.exact(value)
        )
        rows.append((label, shown))
    title = QCoreApplication.translate("WijkMix", "Thresholds (all of them assumptions)")
    return heading(title) + _table(rows)


def _rule(origin: dict[str, Any]) -> str:
    rule = texts.both(origin.get("vulnerable_rule"))
    if not rule:
        return ""
    title = QCoreApplication.translate("WijkMix", "What counted as vulnerable")
    return heading(title) + paragraph(rule)


def _notes(origin: dict[str, Any]) -> str:
    found = origin.get("notes")
    lines = [
        esc(("⚠ " if note.get("severity") == "warning" else "") + texts.both(note))
        for note in (found if isinstance(found, list) else [])
        if isinstance(note, dict)
    ]
    if not lines:
        return ""
    title = QCoreApplication.translate("WijkMix", "What the scan noted")
    return heading(title) + items(lines)


def _excluded(origin: dict[str, Any]) -> str:
    found = [e for e in origin.get("excluded") or [] if isinstance(e, dict)]
    title = QCoreApplication.translate(
        "WijkMix", "Left out for want of usable figures: {n}"
    ).format(n=texts.number(len(found)))
    lines = [
        esc(f"{e.get('name') or ''} ({e.get('code')}): {e.get('reason')}")
        for e in found[:MAX_EXCLUDED]
    ]
    if len(found) > MAX_EXCLUDED:
        lines.append(
            esc(
                QCoreApplication.translate("WijkMix", "and {n} more: see the field quality").format(
                    n=texts.number(len(found) - MAX_EXCLUDED)
                )
            )
        )
    return heading(title) + items(lines)
