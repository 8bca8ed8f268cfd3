# SPDX-License-Identifier: GPL-2.0-or-later
"""A scan as one HTML file that stands by itself: no network, no script, ready to print on A4."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import account, candidates, decisions, figures, instruments, maps, profile, scale
from .document import document, scan_subtitle
from .numbers import esc
from .page import Page

_OF_BLOCKS = ("block_div", "edge_contrast")  # what only a scan with blocks can show


def render_scan(
    result: Any, catalogue: Any, *, lang: str = "nl", project: decisions.Decisions | None = None
) -> str:
    """Write the report of a scan.

    Parameters
    ----------
    result : ScanResult or alike
        With frame, wijken, indices, classes, year, reference, notes and provenance.
    catalogue : Catalogue
        The policy knowledge that explains the flags.
    lang : {"nl", "en"}
        Language of every sentence; anything else than "nl" is English.
    project : Decisions, optional
        Goals and worklist of a project; without one, every question prints as not answered.

    Returns
    -------
    str
        A complete HTML document. Every text from data is escaped.
    """
    page = Page(result, catalogue, lang, project)
    base = figures.map_base(page)
    sections = [
        ("summary", page.t("In short", "In het kort"), _summary(page)),
        (
            "mix",
            page.t("Tenure mix", "Menging"),
            figures.tenure_map(page, base)
            + figures.tenure_tables(page)
            + page.insights("div_tenure"),
        ),
        (
            "scale",
            page.t("At which scale", "Op welke schaal"),
            scale.scale_section(page, base)
            + page.insights("spectrum", "mosaic", *(_OF_BLOCKS if scale.has_blocks(page) else ())),
        ),
        (
            "segregation",
            page.t("Segregation between buurten", "Segregatie tussen buurten"),
            _segregation(page),
        ),
        (
            "clusters",
            page.t("Local Moran clusters", "Lokale Moran-clusters"),
            _clusters(page) + figures.cluster_map(page, base) + figures.cluster_lists(page),
        ),
        (
            "flags",
            page.t("Candidates for further study", "Kandidaten voor nader onderzoek"),
            candidates.flags_section(page, base),
        ),
        (
            "instruments",
            page.t("Instruments", "Instrumenten"),
            instruments.instruments_section(page, decisions.chosen(page)),
        ),
        ("worklist", page.t("Worklist", "Werklijst"), decisions.worklist_section(page)),
        ("measuring", page.t("Measuring", "Meten"), decisions.monitoring_section(page)),
        ("questions", decisions.goals_title(page), decisions.goals_section(page)),
        (
            "limits",
            page.t("Limits of this report", "Grenzen van dit rapport"),
            account.limits(page),
        ),
        ("data", page.t("Data and what was left out", "Gegevens en wat niet meedoet"), _data(page)),
        ("method", page.t("Method", "Methode"), account.method(page)),
        (
            "settings",
            page.t("Settings and thresholds", "Instellingen en drempels"),
            account.parameters(page),
        ),
        ("sources", page.t("Sources and versions", "Bronnen en versies"), account.sources(page)),
    ]
    return document(page, _title(page), scan_subtitle(page), sections, maps.shared_shapes(base))


def _title(page: Page) -> str:
    names = [page.area(code) for code in page.gemeenten]
    where = ", ".join(names) if 0 < len(names) <= 3 else ""
    if len(names) > 3:
        where = page.t("{n} gemeenten", "{n} gemeenten").format(n=page.numbers.integer(len(names)))
    head = page.t("Tenure mix in buurten", "Eigendomsmix in buurten")
    return f"{head}: {esc(where)}" if where else head


def _summary(page: Page) -> str:
    """Say what this is, what it is not, and the numbers one wants first."""
    does = page.t(
        "This report describes <b>where</b> owner-occupied, corporation and other rented dwellings "
        "stand, how unevenly they are spread over buurten, and which buurten meet conditions that "
        "make a closer look sensible.",
        "Dit rapport beschrijft <b>waar</b> koopwoningen, corporatiewoningen en overige "
        "huurwoningen staan, hoe ongelijk ze over de buurten zijn verdeeld, en welke buurten "
        "voldoen aan voorwaarden die nader kijken zinvol maken.",
    )
    if page.two_classes:
        does = page.t(
            "This report describes <b>where</b> owner-occupied and rented dwellings stand and how "
            "unevenly they are spread over buurten. The source knows only <b>two classes: "
            "owner-occupied and rented</b>; every result below rests on those two.",
            "Dit rapport beschrijft <b>waar</b> koopwoningen en huurwoningen staan en hoe ongelijk "
            "ze over de buurten zijn verdeeld. De bron kent alleen <b>twee klassen: koop en "
            "huur</b>; elk resultaat hieronder berust op die twee.",
        )
    nots = page.t(
        "It does not say what must be done, ranks nothing and judges nobody. A flagged buurt is a "
        "<b>candidate for further study</b>, nothing more. Figures of areas say nothing about the "
        "people who live there.",
        "Het zegt niet wat er moet gebeuren, maakt geen ranglijst en oordeelt over niemand. Een "
        "buurt met een vlag is <b>kandidaat voor nader onderzoek</b>, meer niet. Cijfers over "
        "gebieden zeggen niets over de mensen die er wonen.",
    )
    fold = page.t(
        "Long tables are folded; click the line to open them. Folded parts are not printed.",
        "Lange tabellen zijn ingeklapt; klik op de regel om ze te openen. Wat ingeklapt is, wordt "
        "niet afgedrukt.",
    )
    return f"<p>{does}</p><p>{nots}</p>{figures.key_figures(page)}<p class='note screen'>{fold}</p>"


def _two_note(page: Page) -> str:
    if not page.two_classes:
        return ""
    return page.t(
        "<p><b>Two classes: owner-occupied and rented.</b></p>",
        "<p><b>Twee klassen: koop en huur.</b></p>",
    )


def _segregation(page: Page) -> str:
    intro = page.t(
        "<p>These indices tell how unevenly a class is spread over the buurten of an area. 0 means "
        "the same mix everywhere, 1 wholly apart (for isolation: the share of the own class "
        "around). They have no good or bad value and depend on the size of the buurten: compare "
        "gemeenten with care. An en dash means: cannot be computed.</p>",
        "<p>Deze indices vertellen hoe ongelijk een klasse over de buurten van een gebied is "
        "verdeeld. 0 betekent overal dezelfde verhouding, 1 volledig gescheiden (bij isolatie: het "
        "aandeel van de eigen klasse eromheen). Er bestaat geen goede of slechte waarde, en ze "
        "hangen af van de grootte van de buurten: vergelijk gemeenten met zorg. Een streepje "
        "betekent: niet te berekenen.</p>",
    )
    body = _two_note(page) + intro + figures.index_table(page)
    return body if page.result.indices is None else body + profile.distance_profile(page)


def _clusters(page: Page) -> str:
    moran = page.provenance.get("moran") or {}
    share = page.t("the rented share", "het aandeel huur")
    if not page.two_classes:
        share = page.t("the corporation share", "het aandeel corporatiehuur")
    tested = page.floats(f"{page.moran_column}_p")
    alpha = page.provenance.get("alpha")
    values = {
        "share": share,
        "used": page.units(int(moran.get("n_used") or 0)),
        "islands": page.numbers.plain(moran.get("n_islands")),
        "out": page.numbers.plain(moran.get("n_excluded")),
        "n": page.numbers.plain(page.provenance.get("permutations")),
        "alpha": page.numbers.plain(alpha),
    }
    text = page.t(
        "<p>A local Moran cluster is a buurt where {share} and that of the adjoining buurten "
        "differ together from what chance would give. Tested: {used}; without an adjoining "
        "buurt: {islands}; not tested for lack of data: {out}. {n} permutations, two-sided, "
        "corrected for many tests, significance level {alpha}.</p>",
        "<p>Een lokale Moran-cluster is een buurt waar {share} en dat van de aangrenzende buurten "
        "samen afwijken van wat toeval zou geven. Getoetst: {used}; zonder aangrenzende buurt: "
        "{islands}; niet getoetst door ontbrekende gegevens: {out}. {n} permutaties, tweezijdig, "
        "gecorrigeerd voor veel toetsen, significantieniveau {alpha}.</p>",
        **values,
    )
    if np.isfinite(tested).any() and alpha is not None:
        text += page.t(
            "<p>Each test by itself would find p below {alpha} in {plain}. Many tests together "
            "give such values by chance too; the correction leaves only what stands out from "
            "that.</p>",
            "<p>Elke toets op zichzelf zou een p onder {alpha} vinden in {plain}. Veel toetsen "
            "samen geven zulke waarden ook door toeval; de correctie laat alleen over wat "
            "daarbovenuit steekt.</p>",
            alpha=page.numbers.plain(alpha),
            plain=page.units(int((tested < float(alpha)).sum())),
        )
    return _two_note(page) + text


def _data(page: Page) -> str:
    return (
        account.excluded(page)
        + f"<h3>{page.t('Remarks on the data', 'Opmerkingen bij de gegevens')}</h3>"
        + account.data_notes(page)
    )
