# SPDX-License-Identifier: GPL-2.0-or-later
"""Two scans side by side: which settings differ, which flags came and went, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qgis.core import Qgis, QgsFeatureRequest, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QUrl, pyqtSignal
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ..policy import compare, explain
from ..policy.catalogue import FLAGS
from ..policy.compare import Change, Comparison, Difference, Flip
from . import about_panel, entry_html, scan_layer, texts
from .labels import label
from .page import Page, hanging, heading, items, paragraph
from .stored_page import choice
from .texts import esc

MOST = 100  # buurten listed per flag and direction; the table of the layer has them all


class ComparePanel(QWidget):
    """Choose another scan of the project: from that one to the scan that is shown."""

    picked_code = pyqtSignal(str)
    linked = pyqtSignal(QUrl)  # to an instrument

    def __init__(self, catalogue: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        translate = QCoreApplication.translate
        self.catalogue = catalogue
        self._shown = ""
        self._stale = True
        self.other = choice(translate("WijkMix", "Compare with"), {})
        self.page = Page(translate("WijkMix", "Differences between two scans"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(label(translate("WijkMix", "Compare with"), self.other))
        layout.addWidget(self.other)
        layout.addWidget(self.page, 1)
        self.other.currentIndexChanged.connect(self._draw)
        self.page.anchorClicked.connect(self._follow)

    def offer(self, choices: Iterable[tuple[str, str]], shown: str) -> bool:
        """Offer the other scans by label and layer id; tell whether there is any."""
        others = [(text, ident) for text, ident in choices if ident != shown]
        chosen = self.other.currentData()
        self._shown = shown
        self.other.blockSignals(True)
        self.other.clear()
        for text, ident in others:
            self.other.addItem(text, ident)
        self.other.setCurrentIndex(max(self.other.findData(chosen), 0) if others else -1)
        self.other.blockSignals(False)
        self._draw()
        return bool(others)

    def showEvent(self, event) -> None:
        super().showEvent(event)
        if self._stale:
            self._draw()

    def _draw(self, *_index: Any) -> None:
        """Compare, or wait until somebody looks: both layers are read for it."""
        self._stale = not self.isVisible()
        if self._stale:
            return
        layers = [
            QgsProject.instance().mapLayer(ident)
            for ident in (self.other.currentData() or "", self._shown)
        ]
        if not all(map(scan_layer.is_scan_layer, layers)):
            self.page.show_html(
                paragraph(QCoreApplication.translate("WijkMix", "Two scans are needed to compare."))
            )
            return
        before, after = layers
        found = compare.compare(
            _units(before),
            _units(after),
            scan_layer.provenance(before),
            scan_layer.provenance(after),
            lambda codes: _reasons(before, codes),
            lambda codes: _reasons(after, codes),
        )
        recorded = all(scan_layer.provenance(layer) is not None for layer in layers)
        self.page.show_html(render(found, self.catalogue, recorded=recorded))

    def _follow(self, url: QUrl) -> None:
        if url.scheme() == "buurt":
            self.picked_code.emit(url.path())
        else:
            self.linked.emit(url)


def _units(layer: QgsVectorLayer) -> dict[str, compare.Unit]:
    names = ("buurt_code", "buurt_name", *(f"flag_{flag}" for flag in FLAGS))
    return {
        code: compare.Unit(name or "", dict(zip(FLAGS, statuses, strict=True)))
        for code, name, *statuses in _rows(layer, names)
        if code
    }


def _reasons(layer: QgsVectorLayer, codes: list[str]) -> dict[str, Any]:
    wanted = set(codes)
    if not wanted:
        return {}
    return {c: told for c, told in _rows(layer, ("buurt_code", "flag_reasons")) if c in wanted}


def _rows(layer: QgsVectorLayer, names: tuple[str, ...]) -> Iterable[list[Any]]:
    """Yield the text of some fields; None for what is missing or no text."""
    places = [layer.fields().lookupField(name) for name in names]
    request = QgsFeatureRequest()
    request.setFlags(Qgis.FeatureRequestFlag.NoGeometry)
    request.setSubsetOfAttributes([p for p in places if p >= 0])
    for feature in layer.getFeatures(request):
        row = feature.attributes()
        values = [scan_layer.plain(row[p]) if 0 <= p < len(row) else None for p in places]
        yield [value if isinstance(value, str) else None for value in values]


# -- in words --------------------------------------------------------------------------------------


def render(found: Comparison, catalogue: Any, *, recorded: bool = True) -> str:
    """Return the comparison as HTML; each buurt is a link to it."""
    translate = QCoreApplication.translate
    body = [
        paragraph(
            translate(
                "WijkMix",
                "From the scan chosen here to the scan that is shown: what is on the left of an "
                "arrow is the other one.",
            ),
            "muted",
        ),
        heading(translate("WijkMix", "Settings that differ")),
    ]
    if not recorded:
        text = translate(
            "WijkMix",
            "One of the two has no record of its run, so its settings cannot be compared.",
        )
        body.append(paragraph(text, "muted"))
    elif found.settings:
        body.append(items([_setting(difference, catalogue) for difference in found.settings]))
    else:
        body.append(paragraph(translate("WijkMix", "None that can change a flag.")))
    body.append(
        paragraph(
            translate(
                "WijkMix",
                "{both} buurten are in both scans; {before} only in the other, {after} only in "
                "this one.",
            ).format(
                both=texts.number(found.both),
                before=texts.number(found.only_before),
                after=texts.number(found.only_after),
            ),
            "muted",
        )
    )
    if found.is_same:
        body.append(paragraph(translate("WijkMix", "No flag differs.")))
    for flag, changes in found.flags.items():
        body.append(f"<h2>{esc(texts.flag(catalogue, flag))}</h2>")
        if any(changes.lists.values()):
            body.append(entry_html.companions(flag, catalogue))
        else:
            body.append(
                paragraph(translate("WijkMix", "No buurt became or ceased to be a candidate."))
            )
        titles = {
            "appeared": translate("WijkMix", "Appeared: {n}"),
            "vanished": translate("WijkMix", "Vanished: {n}"),
            "firmer": translate("WijkMix", "From provisional to candidate: {n}"),
            "weaker": translate("WijkMix", "From candidate to provisional: {n}"),
        }
        for kind, listed in changes.lists.items():
            if not listed:
                continue
            body.append(heading(titles[kind].format(n=texts.number(len(listed)))))
            body += [_change(change, catalogue) for change in listed[:MOST]]
            if len(listed) > MOST:
                text = translate("WijkMix", "and {n} more: see the field {name} of both layers")
                n = texts.number(len(listed) - MOST)
                body.append(paragraph(text.format(n=n, name=f"flag_{flag}"), "muted"))
        if changes.other:
            text = translate("WijkMix", "Other outcome, candidate in neither: {n}")
            body.append(paragraph(text.format(n=texts.number(changes.other)), "muted"))
    return "".join(body)


def _setting(difference: Difference, catalogue: Any) -> str:
    translate = QCoreApplication.translate
    kind, name, before, after = difference
    if kind == "threshold":
        known = catalogue.parameters.get(name) if catalogue is not None else None
        title = translate("WijkMix", "{name} (assumption)").format(
            name=texts.both(known["label"]) if known else name
        )
    else:
        title = {
            "source": translate("WijkMix", "Made from"),
            "year": translate("WijkMix", "Year of the figures"),
            "vulnerable_rule": translate("WijkMix", "What counted as vulnerable"),
            "catalogue_version": translate("WijkMix", "Catalogue version"),
        }.get(name, about_panel.parameter_name(name))
    return f"<b>{esc(title)}</b>: {esc(_value(name, before))} → {esc(_value(name, after))}"


def _value(name: str, value: Any) -> str:
    if value is None:
        return QCoreApplication.translate("WijkMix", "not set")
    if name == "year":
        return str(value)  # no amount: 2024, not 2,024
    if isinstance(value, dict):
        return texts.both(value)
    return about_panel.value_text(name, value)


def _change(change: Change, catalogue: Any) -> str:
    """Return a buurt, from what to what, and below it the conditions that turned."""
    translate = QCoreApplication.translate
    words = " → ".join(texts.status(catalogue, s)[1] for s in (change.before, change.after))
    name = f"{change.name} ({change.code})" if change.name else change.code
    url = QUrl()
    url.setScheme("buurt")
    url.setPath(change.code)
    link = f'<a href="{esc(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))}">'
    lines = [hanging(f"{link}{esc(name)}</a>: {esc(words)}")]
    lines += [hanging(f"• {_flip(flip, catalogue)}", 1) for flip in change.flips]
    if not change.flips:
        text = translate("WijkMix", "No record of the conditions to compare.")
        lines.append(hanging(esc(text), 1))
    return "".join(lines)


def _flip(flip: Flip, catalogue: Any) -> str:
    """Say what a condition was and became, and whether its limit or its figure moved."""
    translate = QCoreApplication.translate
    condition = flip.after or flip.before or {}
    name = texts.both(explain.indicator(condition, catalogue))
    if flip.before is None or flip.after is None:
        text = (
            translate("WijkMix", "asked only in this scan: {limit}, {outcome}")
            if flip.before is None
            else translate("WijkMix", "asked only in the other scan: {limit}, {outcome}")
        )
        return f"{esc(name)}: " + esc(
            text.format(
                limit=texts.both(explain.limit(condition, catalogue)),
                outcome=texts.both(explain.outcome(condition)[1]),
            )
        )
    was, now = (
        f"{explain.outcome(c)[0]} {texts.both(explain.value(c, catalogue))}, "
        f"{texts.both(explain.limit(c, catalogue))}: {texts.both(explain.outcome(c)[1])}"
        for c in (flip.before, flip.after)
    )
    assumption = explain.assumption(flip.after, catalogue)
    why = ""
    if flip.by_limit and assumption is not None:
        why = translate("WijkMix", "(by the threshold: {name}, assumption)").format(
            name=texts.both(assumption)
        )
    elif flip.by_limit:
        why = translate("WijkMix", "(by the limit, which follows from the data)")
    elif flip.before.get("value") != flip.after.get("value"):
        why = translate("WijkMix", "(by the figure)")
    return f"{esc(name)}: {esc(was)} → {esc(now)} <i>{esc(why) if why else ''}</i>"
