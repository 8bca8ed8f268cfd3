# SPDX-License-Identifier: GPL-2.0-or-later
"""The accounting half of the report: what was left out, how it was computed, what it cannot say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import Text, exact
from .figures import FEW
from .numbers import esc, is_missing
from .page import Page

_NAMED = 3000  # excluded buurten listed with their names; more only by code

# -- limits ----------------------------------------------------------------------------------------


def limits(page: Page) -> str:
    """Return what may not be concluded from this report."""
    found = [
        Text(
            "Figures of areas say nothing about persons, households or contact between them (the "
            "ecological fallacy).",
            "Cijfers over gebieden zeggen niets over personen, huishoudens of het contact tussen "
            "hen (de ecologische misvatting).",
        ),
        Text(
            "A label on an area sticks to people. Use the words <b>candidate for further "
            "study</b>.",
            "Een etiket op een gebied plakt aan mensen. Gebruik de woorden <b>kandidaat voor nader "
            "onderzoek</b>.",
        ),
        Text(
            "A buurt is an administrative area. Whether blocks inside it are mixed or uniform "
            "cannot be seen in buurt figures; with other borders the indices change.",
            "Een buurt is een bestuurlijk gebied. Of blokken daarbinnen gemengd of eenvormig zijn, "
            "is in buurtcijfers niet te zien; met andere grenzen veranderen de indices.",
        ),
        Text(
            "Housing corporation rental is not the same as social rent: CBS looks at the owner, "
            "not at the rent.",
            "Corporatiehuur is niet hetzelfde als sociale huur: CBS kijkt naar de eigenaar, niet "
            "naar de huurprijs.",
        ),
        Text(
            "No value here is too high or too low: the source literature gives no norm for the "
            "right mix.",
            "Geen enkele waarde is hier te hoog of te laag: de bronnen geven geen norm voor de "
            "juiste mix.",
        ),
        Text(
            "An index that falls because low-income households left is no success. Look at numbers "
            "beside shares.",
            "Een index die daalt omdat huishoudens met lage inkomens vertrokken, is geen succes. "
            "Kijk naast aandelen ook naar aantallen.",
        ),
        Text(
            "CBS publishes whole percentages and rounds counts; small differences mean little, "
            "above all in small buurten.",
            "CBS publiceert hele procenten en afgeronde aantallen; kleine verschillen betekenen "
            "weinig, vooral in kleine buurten.",
        ),
        Text(
            "Figures that CBS does not publish are not reconstructed.",
            "Cijfers die CBS niet publiceert, worden niet gereconstrueerd.",
        ),
        Text(
            "Origin, nationality, religion, health, police and benefit data of persons play no "
            "part in this report.",
            "Herkomst, nationaliteit, religie, gezondheid, politie- en uitkeringsgegevens van "
            "personen spelen in dit rapport geen enkele rol.",
        ),
    ]
    return page.items(text.get(page.lang) for text in found)


# -- data ------------------------------------------------------------------------------------------

REASONS = {
    "suppressed": Text(
        "not published (secret or unreliable)", "niet gepubliceerd (geheim of onbetrouwbaar)"
    ),
    "no dwellings": Text("no dwellings", "geen woningen"),
    "water": Text("water", "water"),
    "no geometry": Text("no geometry", "geen geometrie"),
    "tenure not in this release": Text(
        "tenure is not in this release yet", "eigendom staat nog niet in deze uitgave"
    ),
    "households used for dwellings": Text(
        "households used for dwellings", "huishoudens gebruikt als woningen"
    ),
}
_PATTERNS = (
    (
        "tenure shares add to ",
        ", not used",
        Text(
            "tenure shares add to {value}%, not used",
            "eigendomsaandelen tellen op tot {value}%, niet gebruikt",
        ),
    ),
    (
        "ownership unknown ",
        " %",
        Text("ownership of {value}% unknown", "eigendom van {value}% onbekend"),
    ),
)


def quality_words(page: Page, quality: object) -> str:
    """Translate a data-quality note; what is not known stays as it is."""
    text = "" if is_missing(quality) else str(quality)
    if text == "ok":
        return "ok"
    if text.startswith("partial ("):
        words = _why(page, text)
        return page.t("partly usable ({words})", "deels bruikbaar ({words})").format(words=words)
    return _why(page, text)


def _reason(page: Page, text: str) -> str:
    if text in REASONS:
        return page.say(REASONS[text])
    for head, tail, words in _PATTERNS:
        if text.startswith(head) and text.endswith(tail):
            value = text[len(head) : -len(tail)].strip().rstrip("%").strip()
            return page.say(words.format(value=_one_decimal(value)))
    return esc(text)


def _one_decimal(value: str) -> Text:
    """Write a number of a note as readers do; what is none stays as it is."""
    try:
        return exact(round(float(value), 1))
    except ValueError:
        return Text(value, value)


def _why(page: Page, quality: object) -> str:
    """Say why a unit is left out: what "partial" gives as its reason, or the quality itself."""
    text = "" if is_missing(quality) else str(quality)
    if text.startswith("partial (") and text.endswith(")"):
        text = text[len("partial (") : -1]
    return "; ".join(_reason(page, part) for part in text.split("; "))


def excluded(page: Page) -> str:
    """Return the units that take no part, why, and the share of dwellings they hold."""
    listed = page.provenance.get("excluded") or []
    dwellings = page.floats("dwellings")
    whole = float(np.nansum(dwellings))
    homes = dict(zip(page.column("buurt_code"), dwellings, strict=True))
    if not listed:
        return page.t(
            "<p>No buurt was left out.</p>", "<p>Er is geen buurt buiten beschouwing gebleven.</p>"
        )
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for unit in listed:
        reason = unit.get("reason")
        words = page.say(reason) if isinstance(reason, Mapping) else _why(page, reason)
        groups.setdefault(words, []).append(unit)
    lost = [homes.get(unit.get("code"), np.nan) for unit in listed]
    rows = []
    for words, units in sorted(groups.items()):
        here = float(np.nansum([homes.get(unit.get("code"), np.nan) for unit in units]))
        rows.append(
            [
                words,
                f"={page.numbers.integer(len(units))}",
                f"={page.numbers.integer(here)}",
                f"={page.numbers.part(here, whole, 1)}",
            ]
        )
    intro = page.t(
        "<p>Of {m}, {n} take no part in the measures. They hold {part} of the dwellings. "
        "What is missing counts as unknown, never as 0.</p>",
        "<p>Van {m} doen er {n} niet mee in de berekeningen. Zij bevatten {part} van de "
        "woningen. Wat ontbreekt, telt als onbekend en nooit als 0.</p>",
        n=page.numbers.integer(len(listed)),
        m=page.units(len(page.frame)),
        part=page.numbers.part(np.nansum(lost), whole, 1),
    )
    table = page.table(
        [
            page.t("Reason", "Reden"),
            "=" + page.t("Buurten", "Buurten"),
            "=" + page.t("Dwellings", "Woningen"),
            "=" + page.t("Share of all dwellings", "Aandeel van alle woningen"),
        ],
        rows,
    )
    lists = []
    for words, units in sorted(groups.items()):
        in_order = sorted(units, key=lambda unit: str(unit.get("code")))
        if len(listed) <= _NAMED:
            text = ", ".join(f"{esc(u.get('name'))} ({esc(u.get('code'))})" for u in in_order)
        else:
            text = esc(" ".join(str(u.get("code")) for u in in_order))
        lists.append(f'<p class="codes"><b>{words}</b>: {text}</p>')
    title = page.t(
        "All {n} by name and code", "Alle {n} met naam en code", n=page.numbers.integer(len(listed))
    )
    return intro + table + page.fold(title, "".join(lists), opened=len(listed) <= FEW)


def data_notes(page: Page) -> str:
    """Return what the reading of the data taught, and how many buurten are only partly usable."""
    items = []
    for note in page.result.notes or ():
        mark = ""
        if note.severity == "warning":
            mark = f"<b>{page.t('Mind', 'Let op')}:</b> "
        items.append(mark + page.say(note.text))
    found = Counter(page.column("quality")[page.used].tolist())
    partial: Counter[str] = Counter()
    for value, n in found.items():
        if value not in (None, "ok"):
            partial[quality_words(page, value)] += n
    for words, n in sorted(partial.items()):
        items.append(
            page.t("Used, but {words}: {n}", "Gebruikt, maar {words}: {n}").format(
                n=page.units(n), words=words
            )
        )
    if not items:
        return page.t("<p>No remarks.</p>", "<p>Geen opmerkingen.</p>")
    return page.items(items)


# -- method ----------------------------------------------------------------------------------------


def method(page: Page) -> str:
    """Return the measures with their formulas and literature."""
    area = page.t("the gemeente of the unit", "de gemeente van de buurt")
    if page.result.reference == "all":
        area = page.t("the whole input", "de hele invoer")
    group = (
        page.t("rented", "huur")
        if page.two_classes
        else page.t("corporation rental", "corporatiehuur")
    )
    rows = [
        [
            page.t("Share", "Aandeel"),
            "<i>p<sub>uk</sub></i> = <i>n<sub>uk</sub></i> / <i>t<sub>u</sub></i>",
            page.t(
                "dwellings of class k in buurt u as a part of the dwellings of known tenure there; "
                "counts are percentage times dwellings",
                "woningen van klasse k in buurt u als deel van de woningen daar met bekend "
                "eigendom; aantallen zijn percentage maal woningen",
            ),
            "CBS",
        ],
        [
            page.t("Tenure diversity", "Eigendomsdiversiteit"),
            "<i>E<sub>u</sub></i> / ln <i>K</i>, <i>E<sub>u</sub></i> = −Σ<sub>k</sub> "
            "<i>p<sub>uk</sub></i> ln <i>p<sub>uk</sub></i>",
            page.t(
                "0: one class only; 1: all {k} classes equally large. A description, no score",
                "0: één klasse; 1: alle {k} klassen even groot. Een beschrijving, geen "
                "rapportcijfer",
                k=len(page.classes),
            ),
            "Shannon 1948; Theil 1972",
        ],
        [
            page.t("Location quotient", "Locatiequotiënt"),
            "<i>LQ</i> = <i>p<sub>uk</sub></i> / <i>P<sub>k</sub></i>",
            page.t(
                "share in the buurt divided by the share in {area}; 1 is equal",
                "aandeel in de buurt gedeeld door het aandeel in {area}; 1 is gelijk",
                area=area,
            ),
            "Isard 1960",
        ],
        [
            page.t("Local divergence", "Lokale divergentie"),
            "<i>L<sub>u</sub></i> = Σ<sub>k</sub> <i>p<sub>uk</sub></i> "
            "ln(<i>p<sub>uk</sub></i> / "
            "<i>P<sub>k</sub></i>)",
            page.t(
                "how far the mix of the buurt is from that of {area}; 0 is equal",
                "hoe ver de mix van de buurt afligt van die van {area}; 0 is gelijk",
                area=area,
            ),
            "Kullback, Leibler 1951; Roberto 2015",
        ],
        [
            page.t("Dissimilarity D", "Dissimilariteit D"),
            "½ Σ<sub>u</sub> |<i>a<sub>u</sub></i>/<i>A</i> − <i>b<sub>u</sub></i>/<i>B</i>|",
            page.t(
                "a class against all others; 0: the same mix everywhere, 1: wholly apart; the part "
                "of the class that would have to be elsewhere for an equal spread",
                "een klasse tegenover alle andere; 0: overal dezelfde verhouding, 1: volledig "
                "gescheiden; het deel van de klasse dat elders zou moeten staan voor een gelijke "
                "spreiding",
            ),
            "Duncan, Duncan 1955",
        ],
        [
            page.t("Isolation", "Isolatie"),
            "Σ<sub>u</sub> "
            "(<i>a<sub>u</sub></i>/<i>A</i>)(<i>a<sub>u</sub></i>/<i>t<sub>u</sub></i>)",
            page.t(
                "mean share of the own class in the buurt of a dwelling of that class; depends on "
                "how common the class is",
                "gemiddeld aandeel van de eigen klasse in de buurt van een woning van die klasse; "
                "hangt af van hoe gangbaar de klasse is",
            ),
            "Lieberson 1981; Massey, Denton 1988",
        ],
        [
            page.t("Theil's H", "Theils H"),
            "Σ<sub>u</sub> (<i>t<sub>u</sub></i>/<i>T</i>)(<i>E</i> − "
            "<i>E<sub>u</sub></i>)/<i>E</i>",
            page.t(
                "how much less diverse the buurten are than the area as a whole; 0: as diverse, 1: "
                "each buurt holds one class",
                "hoeveel minder divers de buurten zijn dan het gebied als geheel; 0: even divers, "
                "1: elke buurt heeft één klasse",
            ),
            "Theil, Finizza 1971; Reardon, Firebaugh 2002",
        ],
        [
            page.t("Local Moran cluster", "Lokale Moran-cluster"),
            "<i>I<sub>u</sub></i> = <i>z<sub>u</sub></i> Σ<sub>v</sub> <i>w<sub>uv</sub></i> "
            "<i>z<sub>v</sub></i>",
            page.t(
                "share of {group} of a buurt (z: standardised) and of its neighbours; neighbours "
                "share a border or corner (queen), equal weights; {n} conditional permutations, "
                "two-sided p, corrected for many tests by the false discovery rate "
                "(Benjamini-Hochberg); significant at {alpha}",
                "aandeel {group} van een buurt (z: gestandaardiseerd) en van haar buren; buren "
                "delen een grens of hoekpunt (queen), met gelijk gewicht; {n} conditionele "
                "permutaties, tweezijdige p, gecorrigeerd voor veel toetsen met de false discovery "
                "rate (Benjamini-Hochberg); significant bij {alpha}",
                group=group,
                n=page.numbers.plain(page.provenance.get("permutations")),
                alpha=page.numbers.plain(page.provenance.get("alpha")),
            ),
            "Anselin 1995; Benjamini, Hochberg 1995",
        ],
    ]
    if "mosaic_buurt" in (page.result.wijken if page.result.wijken is not None else ()):
        rows.append(
            [
                page.t("Mosaic index", "Mozaïekindex"),
                "(<i>E<sub>w</sub></i> − Σ<sub>u∈w</sub> "
                "(<i>t<sub>u</sub></i>/<i>t<sub>w</sub></i>) <i>E<sub>u</sub></i>) / ln <i>K</i>",
                page.t(
                    "diversity of a wijk minus the mean diversity of its buurten or blocks",
                    "diversiteit van een wijk min de gemiddelde diversiteit van haar buurten of "
                    "blokken",
                ),
                "Theil 1972",
            ]
        )
        rows.append(
            [
                page.t("Scale spectrum", "Schaalspectrum"),
                "(<i>Ē<sub>l−1</sub></i> − <i>Ē<sub>l</sub></i>) / <i>E</i>, "
                "<i>Ē<sub>l</sub></i> = Σ<sub>u∈l</sub> "
                "(<i>t<sub>u</sub></i>/<i>T</i>) <i>E<sub>u</sub></i>",
                page.t(
                    "part of the diversity of an area that lies between the areas of level l; "
                    "what is left is mixed inside the finest ones. No value where the area itself "
                    "is hardly mixed (below 5% of the maximum)",
                    "deel van de diversiteit van een gebied dat tussen de gebieden van niveau l "
                    "ligt; de rest is gemengd binnen de fijnste. Geen waarde waar het gebied zelf "
                    "nauwelijks gemengd is (onder 5% van het maximum)",
                ),
                "Theil, Finizza 1971",
            ]
        )
    if page.result.wijken is not None and "patch_size" in page.result.wijken:
        rows.append(
            [
                page.t("Uniform patch", "Eenvormige vlek"),
                "<i>K</i><sub>eff</sub> = Σ<sub>c</sub> <i>t<sub>c</sub></i>² / Σ<sub>c</sub> "
                "<i>t<sub>c</sub></i>",
                page.t(
                    "dwellings in the uniform patch c in which the average dwelling stands: "
                    "touching blocks with the same dominant tenure",
                    "woningen in de eenvormige vlek c waarin de gemiddelde woning staat: "
                    "aangrenzende blokken met dezelfde overheersende eigendomsvorm",
                ),
                page.t("after Jaeger 2000", "naar Jaeger 2000"),
            ]
        )
    if not page.two_classes:
        rows.append(
            [
                page.t("Flags", "Vlaggen"),
                page.t("three-valued logic", "driewaardige logica"),
                page.t(
                    "candidate: all conditions met; provisional: the defining ones met, none "
                    "failed, some unknown; no: a necessary condition failed; otherwise it cannot "
                    "be assessed",
                    "kandidaat: aan alle voorwaarden voldaan; voorlopig: aan de bepalende voldaan, "
                    "geen geschonden, sommige onbekend; nee: een noodzakelijke voorwaarde "
                    "geschonden; anders niet te beoordelen",
                ),
                "Kleene 1952",
            ]
        )
    return page.table(
        [
            page.t("Measure", "Maat"),
            page.t("Formula", "Formule"),
            page.t("Reading", "Betekenis"),
            page.t("Literature", "Literatuur"),
        ],
        rows,
        kind="method",
    ) + page.t(
        "<p>The policy source names no index and gives no threshold for any of them: the choice of "
        "measures and all limits are WijkMix' own.</p>",
        "<p>De beleidsbron noemt geen enkele index en geeft nergens een drempel: de keuze van "
        "maten en alle grenzen zijn van WijkMix zelf.</p>",
    )


_PARAMETERS = {
    "gemeente": Text("Gemeenten chosen", "Gekozen gemeenten"),
    "reference": Text("Reference area", "Referentiegebied"),
    "permutations": Text("Permutations", "Permutaties"),
    "seed": Text("Random seed", "Startgetal (seed)"),
    "alpha": Text("Significance level", "Significantieniveau"),
    "blocks": Text("Finer blocks used", "Fijnere blokken gebruikt"),
    "blocks_layer": Text("Name of the block layer", "Naam van de blokkenlaag"),
    "limit_diversity": Text(
        "One-sided: diversity of the wijk below (assumption)",
        "Eenzijdig: diversiteit van de wijk onder (aanname)",
    ),
    "limit_mosaic": Text(
        "Mosaic: H beyond chance from (assumption)", "Mozaïek: H boven toeval vanaf (aanname)"
    ),
    "limit_fine": Text(
        "Finely mixed: H beyond chance up to (assumption)",
        "Fijn gemengd: H boven toeval tot en met (aanname)",
    ),
    "theta": Text(
        "Tenure dominates a block from share (assumption)",
        "Eigendomsvorm overheerst een blok vanaf aandeel (aanname)",
    ),
    "min_dwellings": Text(
        "Least dwellings in a block (assumption)", "Minste woningen in een blok (aanname)"
    ),
    "null_models": Text("Shuffled for chance", "Geschud voor toeval"),
}
_SHUFFLED = {
    "dwellings": Text("dwellings", "woningen"),
    "panden": Text("whole buildings", "hele panden"),
}


def parameters(page: Page) -> str:
    """Return everything needed to repeat the run: parameters, thresholds, rule, versions."""
    given: Mapping[str, Any] = page.provenance.get("parameters") or {}
    merged = {
        key: given.get(key, page.provenance.get(key))
        for key in dict.fromkeys([*_PARAMETERS, *given])
        if key in given or key in page.provenance
    }
    rows = [
        [page.say(_PARAMETERS.get(k, k)), "=" + _setting(page, k, v)] for k, v in merged.items()
    ]
    parts = [
        page.table(
            [page.t("Setting", "Instelling"), "=" + page.t("Value", "Waarde")],
            rows,
            caption=page.t("Settings of this run", "Instellingen van deze berekening"),
        )
    ]
    rule = page.provenance.get("vulnerable_rule")
    if rule:
        parts.append(
            page.t(
                "<p><b>Rule for vulnerable areas</b> (the source defines none): ",
                "<p><b>Regel voor kwetsbare gebieden</b> (de bron geeft er geen): ",
            )
            + f"{page.say(rule)}</p>"
        )
    known = page.knowledge("parameters")
    rows = []
    for key, value in (page.provenance.get("thresholds") or {}).items():
        entry = known.get(key, {})
        name = page.say(entry["label"]) if entry else esc(key)
        rows.append(
            [
                f"{name} <code>{esc(key)}</code>",
                "="
                + (
                    esc(page.numbers.plain(value))
                    if not is_missing(value)
                    else page.t("none", "geen")
                ),
                page.label("units", entry.get("unit", "")),
                page.assumption,
            ]
        )
    if rows:
        parts.append(
            page.table(
                [
                    page.t("Threshold", "Drempel"),
                    "=" + page.t("Value", "Waarde"),
                    page.t("Unit", "Eenheid"),
                    page.t("Status", "Status"),
                ],
                rows,
                caption=page.t(
                    "Thresholds: choices of WijkMix, none is in the source",
                    "Drempels: keuzes van WijkMix, geen ervan staat in de bron",
                ),
            )
        )
    return "".join(parts)


def _setting(page: Page, key: str, value: object) -> str:
    if isinstance(value, bool):
        return page.t("yes", "ja") if value else page.t("no", "nee")
    if key == "reference":
        return {
            "gemeente": page.t("the unit's gemeente", "de gemeente van de buurt"),
            "all": page.t("the whole input", "de hele invoer"),
        }.get(str(value), esc(value))
    if isinstance(value, (list, tuple)):
        words = _SHUFFLED if key == "null_models" else {}
        listed = ", ".join(page.say(words.get(str(item), str(item))) for item in value)
        return listed or page.t("all", "alle")
    return esc(str(value)) if key == "seed" else esc(page.numbers.plain(value))


def sources(page: Page) -> str:
    """Return where the numbers and the texts come from, with dates and versions."""
    origin, meta = page.provenance, page.knowledge("meta")
    versions = origin.get("versions") or {}
    columns = origin.get("columns") or {}
    rows = [
        [page.t("Layer", "Laag"), esc(origin.get("source") or None)],
        [page.t("Year of the figures", "Jaar van de cijfers"), esc(page.result.year)],
        [page.t("Data", "Gegevens"), esc(origin.get("attribution") or None)],
        [page.t("Coordinate system", "Coördinatenstelsel"), esc(origin.get("crs") or None)],
        [
            page.t("Date of this report", "Datum van dit rapport"),
            esc(page.numbers.day(page.made or None)),
        ],
        [
            page.t("Date of the run", "Datum van de berekening"),
            esc(page.numbers.day(origin.get("date"))),
        ],
        [
            page.t("Policy knowledge", "Beleidskennis"),
            f"<cite>{esc(meta['source_title'])}</cite>. {esc(meta['source_authors'])}. "
            f"{esc(page.numbers.month(meta['source_date']))}.",
        ],
        [
            page.t("Catalogue", "Catalogus"),
            esc(origin.get("catalogue_version") or meta["catalogue_version"]),
        ],
        [
            page.t("Software", "Software"),
            esc(
                ", ".join(f"{'WijkMix' if k == 'wijkmix' else k} {v}" for k, v in versions.items())
                or None
            ),
        ],
    ]
    table = page.table([page.t("What", "Wat"), page.t("Source", "Bron")], rows)
    if columns:
        used = page.run_on(
            f"{esc(role)}: <code>{esc(name)}</code>" for role, name in columns.items()
        )
        title = page.t("Columns used", "Gebruikte kolommen")
        table += page.fold(title, f'<p class="note">{used}</p>', opened=True)
    disclaimer = meta.get(f"disclaimer_{page.lang}", "")
    return table + (f"<p>{esc(disclaimer)}</p>" if disclaimer else "")
