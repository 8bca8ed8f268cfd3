# SPDX-License-Identifier: GPL-2.0-or-later
"""One HTML file that stands by itself: no network, no script, ready to print on A4."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from .numbers import bilingual, esc
from .page import Page

STYLE = Path(__file__).resolve().parents[2] / "resources" / "report" / "report.css"


@cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")


def document(
    page: Page,
    title: str,
    subtitle: str,
    sections: Sequence[tuple[str, str, str]],
    shapes: str = "",
) -> str:
    """Put sections (id, heading, HTML) under a title with a table of contents.

    `title`, `subtitle` and all of the sections are ready HTML; `shapes` is what maps share. A
    section without HTML is left out.
    """
    shown = [section for section in sections if section[2]]
    contents = "".join(f'<li><a href="#{ident}">{head}</a></li>' for ident, head, _ in shown)
    body = "".join(
        f'<section id="{ident}"><h2>{head}</h2>{text}</section>' for ident, head, text in shown
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{page.lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light"><title>{title}</title>'
        f"<style>{_style()}</style></head><body>{shapes}"
        f"<header><h1>{title}</h1>{subtitle}</header><main>"
        f'<nav aria-label="{page.t("Contents", "Inhoud")}"><ol>{contents}</ol></nav>{body}</main>'
        f"<footer>{esc(page.provenance.get('attribution') or '')}</footer></body></html>\n"
    )


def scan_subtitle(page: Page) -> str:
    """Write the line under the title of a report on a scan."""
    two = page.t("two classes: owner-occupied and rented", "twee klassen: koop en huur")
    return subtitle(page, page.result.year, f"<b>{two}</b>" if page.two_classes else "")


def subtitle(page: Page, year: object, what: str = "") -> str:
    """Write the line under the title: what made this, of which year, when; `what` is HTML."""
    parts = [esc(page.provenance.get("title") or "WijkMix")]
    if year:
        parts.append(page.t("figures of {year}", "cijfers van {year}", year=year))
    scanned = page.provenance.get("date")
    if scanned and page.made != str(scanned):
        day = page.numbers.day(scanned)
        parts.append(page.t("scan of {day}", "scan van {day}", day=day))
    day = page.numbers.day(page.made or None)
    parts.append(page.t("made on {day}", "gemaakt op {day}", day=day))
    if what:
        parts.append(what)
    if page.provenance.get("internal"):
        told = bilingual(page.provenance["internal"], page.lang)
        parts.append(f"<b>{esc(told)}</b>")
    return f'<p class="sub">{" · ".join(parts)}</p>'
