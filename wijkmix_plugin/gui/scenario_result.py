# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario gave: the stock over the years, tests, balance, indices, flags, in the panel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsFeatureRequest, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QDateTime, QLocale, Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ..policy import actions, scenario_words
from . import entry_html, scenario_layers, texts
from .charts import Bar, MixBars
from .labels import html_label, label
from .page import box, heading, items, paragraph
from .scan_layer import plain
from .scenario_layers import TABLES, Made
from .stored_page import choice
from .texts import esc, number

INDICES = ("dissimilarity", "multigroup_theil_h")
MOST = 20
_TENURES = ("koop", "corp", "overig", "huur")
_OF_STOCK = (
    *("buurt_code", "buurt_name", "year", "moment"),
    *(f"{what}_{tenure}" for what in ("n", "change_n") for tenure in _TENURES),
)
# Qt indents a list by 40 pixels, a tenth of the panel.
LISTS = "<style>ul {margin-left: 14px; -qt-list-indent: 0;} h3 {margin-bottom: 2px;}</style>"


def rows_of(layer: QgsVectorLayer | None, names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the attributes of a table as dicts, or some; nothing where the layer has gone."""
    if layer is None:
        return []
    there = layer.fields().names()
    names = [name for name in there if not names or name in names]
    places = [there.index(name) for name in names]
    request = QgsFeatureRequest()
    request.setFlags(Qgis.FeatureRequestFlag.NoGeometry)
    request.setSubsetOfAttributes(places)
    rows = (feature.attributes() for feature in layer.getFeatures(request))
    return [
        {name: plain(row[place]) for name, place in zip(names, places, strict=True)} for row in rows
    ]


class ResultPage(QScrollArea):
    """The results of the scenarios in the project, one at a time; read when somebody looks."""

    linked = pyqtSignal(QUrl)

    def __init__(self, catalogue: Any) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self.catalogue = catalogue
        self._report = ""
        self._found: dict[str, Made] = {}
        self._drawn: tuple[Any, ...] | None = None
        self._taken_out = ("", 0)  # for which run, and how many layers
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(translate("WijkMix", "Result of the scenario"))
        self.results = choice(translate("WijkMix", "Which result"), {})
        self.results.currentIndexChanged.connect(self._draw)
        self.stays = label("", small=True)
        self.head = html_label()
        self.head.setAccessibleName(translate("WijkMix", "Result of the scenario"))
        self.touched_head = html_label()
        self.touched = MixBars()
        self.touched.setAccessibleName(translate("WijkMix", "Buurten with actions, per year"))
        self.bars_head = html_label()
        self.bars = MixBars()
        self.bars.setAccessibleName(translate("WijkMix", "All buurten, per year"))
        self.body = html_label(links=True)
        self.body.setAccessibleName(translate("WijkMix", "Tests, balance, indices and flags"))
        self.body.linkActivated.connect(lambda link: self.linked.emit(QUrl(link)))
        self.report = QPushButton(translate("WijkMix", "Open the report"))
        self.report.clicked.connect(self._open)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 4, 4, 0)
        layout.addWidget(self.results)
        layout.addWidget(self.stays)
        layout.addWidget(self.head)
        for widget in (self.touched_head, self.touched, self.bars_head, self.bars):
            layout.addWidget(widget)
        layout.addWidget(self.body)
        layout.addWidget(self.report, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch()
        self.setWidget(inside)
        self.reload()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.reload()

    def show_result(self, when: str, taken_out: int) -> None:
        """Show what a run left in the project, and say how many layers went for it."""
        self._taken_out = when, taken_out
        self.reload(when)

    def reload(self, chosen: str = "") -> None:
        """Offer what is in the project; keep what is chosen while it is there."""
        chosen = chosen or self.results.currentData()
        self._found = {made.when: made for made in scenario_layers.results()}
        self.results.blockSignals(True)
        self.results.clear()
        for made in self._found.values():
            self.results.addItem(_title(made), made.when)
            place = self.results.count() - 1
            self.results.setItemData(place, texts.tip(_title(made)), Qt.ItemDataRole.ToolTipRole)
        place = self.results.findData(chosen)
        self.results.setCurrentIndex(max(place, 0) if self._found else -1)
        self.results.blockSignals(False)
        self.results.setVisible(bool(self._found))
        self._draw()

    def _draw(self, *_index: Any) -> None:
        """Show the chosen result, or wait until somebody looks: a country is read for it."""
        made = self._found.get(self.results.currentData() or "")
        self._say_what_stays(made)
        state = (made.when, *made.ids.items()) if made is not None else ()
        if made is None:
            self.clear()
        elif state == self._drawn or not self.isVisible():
            return
        else:
            self._show(made)
        self._drawn = state

    def _say_what_stays(self, made: Made | None) -> None:
        """Say what a next run does to these layers."""
        translate = QCoreApplication.translate
        said = []
        when, n = self._taken_out
        if n and made is not None and made.when == when:
            said.append(
                translate(
                    "WijkMix", "The layers of the run before it were taken out ({n})."
                ).format(n=number(n))
            )
        if made is not None and scenario_layers.replaceable(made):
            said.append(
                translate(
                    "WijkMix",
                    "The next run on this stock replaces these layers. They stay if you rename, "
                    "edit or save one of them.",
                )
            )
        self.stays.setText(" ".join(said))
        self.stays.setVisible(bool(said))

    def clear(self) -> None:
        """Show that nothing has been worked out."""
        self.head.setText(
            box(paragraph(texts.both(actions.SAYS)))
            + paragraph(
                QCoreApplication.translate(
                    "WijkMix", "Nothing worked out yet: enter actions and press Work out."
                )
            )
        )
        for widget in (self.touched_head, self.touched, self.bars_head, self.bars):
            widget.hide()
        self.body.setText("")
        self.report.hide()

    def _show(self, made: Made) -> None:
        """Read the tables of a run."""
        tables = {
            name: rows_of(made.layer(name), _OF_STOCK if name == "OUTPUT" else ())
            for name in TABLES
        }
        planned = [row["action"] for row in made.record.get("actions", ())]
        output = made.layer("OUTPUT")
        self._report = str(output.customProperty(scenario_layers.REPORT) or "") if output else ""
        self.report.setVisible(Path(self._report).is_file())
        told = [esc(texts.both(note)) for note in made.record.get("notes", ())]
        notes = box(items(told)) if told else ""
        self.head.setText(LISTS + box(paragraph(texts.both(actions.SAYS))) + notes)
        self._show_years(tables["OUTPUT"])
        last = max((row["year"] for row in tables["OUTPUT"]), default=0)
        self.body.setText(
            LISTS
            + _phasing(tables["TESTS"])
            + _groups(tables["TESTS"], last)
            + _social(tables["TESTS"], last)
            + _balance(tables["BALANCE"], tables["PAIRS"], last, _names(tables["OUTPUT"]))
            + _indices(tables["INDICES"], last)
            + _flags(tables["FLAGS"], last)
            + _companions(planned, tables["FLAGS"], self.catalogue)
        )

    def _show_years(self, rows: list[dict[str, Any]]) -> None:
        """Draw a bar per year: the mix, with the number of dwellings beside it."""
        translate = QCoreApplication.translate
        names = tuple(n for n in _TENURES if rows and f"n_{n}" in rows[0])
        moved = {
            row["buurt_code"] for row in rows if any(row[f"change_n_{name}"] for name in names)
        }
        here = [row for row in rows if row["buurt_code"] in moved]
        for head, chart, some, title in (
            (self.touched_head, self.touched, here, translate("WijkMix", "Buurten with actions")),
            (self.bars_head, self.bars, rows, translate("WijkMix", "All buurten")),
        ):
            bars = _bars(some, names)
            head.setText(heading(title))
            chart.show_bars(names, bars)
            for widget in (head, chart):
                widget.setVisible(bool(bars))

    def _open(self) -> None:
        if Path(self._report).is_file():
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._report))


def _title(made: Made) -> str:
    """Name a result after when it was made, and its map, which its user may have renamed."""
    layers = made.layers()
    name = (made.layer("OUTPUT") or layers[0]).name() if layers else ""
    when = QDateTime.fromString(made.when, Qt.DateFormat.ISODateWithMs)
    # The moment first: most maps have one name, and a narrow panel cuts it off.
    return f"{QLocale(texts.language()).toString(when, QLocale.FormatType.ShortFormat)}, {name}"


def _bars(rows: list[dict[str, Any]], names: tuple[str, ...]) -> list[Bar]:
    translate = QCoreApplication.translate
    sums: dict[tuple[int, bool], list[float]] = {}
    for row in rows:
        counts = [row[f"n_{name}"] for name in names]
        if None in counts:
            continue
        total = sums.setdefault((row["year"], row["moment"] == "after"), [0.0] * len(names))
        for place, n in enumerate(counts):
            total[place] += n
    bars = []
    for (year, later), counts in sorted(sums.items()):
        whole = sum(counts)
        title = str(year) if later else translate("WijkMix", "{year} (start)").format(year=year)
        aside = translate("WijkMix", "{n} dwellings").format(n=number(whole))
        shares = tuple(100 * n / whole for n in counts) if whole else None
        bars.append(Bar(title, aside, shares))
    return bars


def _word(code: Any) -> str:
    return esc(scenario_words.word(code, texts.language()))


def _change(value: Any, digits: int = 0) -> str:
    text = number(value, digits)
    return (
        f"+{text}" if isinstance(value, (int, float)) and value > 0 and text.strip("0.,") else text
    )


def _phasing(tests: list[dict[str, Any]]) -> str:
    translate = QCoreApplication.translate
    rows = [r for r in tests if r["test"] == "new_before_demolition"]
    head = heading(translate("WijkMix", "New before demolition"))
    if not rows:
        return head + paragraph(translate("WijkMix", "No occupied dwellings are demolished."))
    lines = [
        translate("WijkMix", "{sign} {area}, {year}: {value} ({status})").format(
            sign={"met": "✓", "not met": "✗"}.get(r["status"], "?"),
            area=esc(_area(r["area"])),
            year=r["year"],
            value=_change(r["value"]),
            status=_word(r["status"]),
        )
        + (f"<br>{esc(r['note'])}" if r["note"] else "")
        for r in rows[:MOST]
    ]
    return head + items(lines) + _more(len(rows))


def _more(n: int) -> str:
    if n <= MOST:
        return ""
    return paragraph(
        QCoreApplication.translate("WijkMix", "… and {n} more in the tables.").format(
            n=number(n - MOST)
        )
    )


def _area(area: str) -> str:
    return QCoreApplication.translate("WijkMix", "all areas") if area == "all" else area


def _groups(tests: list[dict[str, Any]], last: int) -> str:
    translate = QCoreApplication.translate
    found = {r["test"]: r for r in tests if r["area"] == "all" and r["year"] == last}
    lines = []
    for name in ("occupied_before", "stayers", "leavers", "newcomers", "occupied_demolished"):
        if name in found:
            row = found[name]
            note = f" ({esc(row['note'])})" if row["note"] else ""
            lines.append(f"{_word(name)}: {number(row['value'])}{note}")
    homes = [r for r in tests if str(r["test"]).startswith("delivered") and r["year"] == last]
    for row in homes[:MOST]:
        value = f": {number(row['value'])}" if row["value"] is not None else ""
        note = f" ({esc(row['note'])})" if row["note"] else ""
        lines.append(
            f"{_word(row['test'])}, {esc(_area(row['area']))}{value}, {_word(row['status'])}{note}"
        )
    head = translate("WijkMix", "Homes of stayers, leavers and newcomers, {year}")
    return heading(head.format(year=last)) + items(lines) + _more(len(homes))


def _social(tests: list[dict[str, Any]], last: int) -> str:
    """Return the two readings of the 30%, each by itself."""
    head = heading(QCoreApplication.translate("WijkMix", "30%: of stock and of plan, apart"))
    lines = []
    for name in ("social_share_stock", "social_share_plan"):
        for row in tests:
            if (row["test"], row["area"], row["year"]) == (name, "all", last):
                share = texts.percent(row["value"], 1)
                lines.append(f"{_word(name)}: {share}, {_word(row['status'])}")
    return head + items(lines)


def _names(stock: list[dict[str, Any]]) -> dict[str, str]:
    """Return what each buurt is called, with its code."""
    return {
        row["buurt_code"]: f"{row['buurt_name']} ({row['buurt_code']})"
        for row in stock
        if row.get("buurt_name")
    }


def _balance(
    balance: list[dict[str, Any]], pairs: list[dict[str, Any]], last: int, names: dict[str, str]
) -> str:
    translate = QCoreApplication.translate
    lines = []
    for row in balance:
        if row["vulnerable"] != "all" or row["year"] != last:
            continue
        text = f"{_word(row['segment'])}: {_word(row['status'])}"
        if row["balance"] is not None:
            text += f" ({_change(row['balance'])})"
        if row["lag_years"] is not None:
            text += translate("WijkMix", ", wait of {n} years").format(n=number(row["lag_years"]))
        lines.append(text)
    head = heading(translate("WijkMix", "Uitruil up to {year}").format(year=last))
    if not lines:
        return head + paragraph(translate("WijkMix", "No losses, no gains."))
    found = []
    for row in pairs[:MOST]:
        lost, gained = (names.get(row[k], row[k]) for k in ("loss_unit", "gain_unit"))
        n = translate("WijkMix", "{n} dwellings").format(n=number(row["n"]))
        text = f"{_word(row['segment'])}: {esc(lost)}, {row['loss_year']} → "
        if gained is None:
            text += f"<b>{_word('unmatched')}</b>, {n}"
        else:
            text += f"{esc(gained)}, {row['gain_year']}: {n}"
            if row["distance_km"] is not None:
                text += f", {number(row['distance_km'], 1)} km"
        found.append(text)
    return head + items(lines) + items(found) + _more(len(pairs))


def _indices(rows: list[dict[str, Any]], last: int) -> str:
    translate = QCoreApplication.translate
    lines = []
    for row in rows:
        if row["year"] != last or row["index"] not in INDICES:
            continue
        name = "D" if row["index"] == "dissimilarity" else translate("WijkMix", "H, all classes")
        if row["group"] in ("koop", "corp", "overig", "huur"):
            name += f" {esc(texts.tenure(row['group']))}"
        around = ""
        if row["low"] is not None:
            around = translate("WijkMix", " ({low} to {high})").format(
                low=_change(row["low"], 3), high=_change(row["high"], 3)
            )
        lines.append(
            f"{_word(row['level'])}: {name}: {number(row['before'], 3)} → "
            f"{number(row['after'], 3)}, {_change(row['change'], 3)}{around}"
        )
    if not lines:
        return ""
    return heading(
        translate("WijkMix", "Indices before and after, {year}").format(year=last)
    ) + items(lines)


def _flags(rows: list[dict[str, Any]], last: int) -> str:
    translate = QCoreApplication.translate
    found = [r for r in rows if r["year"] == last]
    head = heading(translate("WijkMix", "Flags that appear or vanish"))
    if not found:
        return head + paragraph(translate("WijkMix", "None."))
    lines = [
        f"{esc(r['buurt_name'] or r['buurt_code'])}: {_word(r['flag'])} {_word(r['change'])}"
        f"<br>{esc(r['conditions'])}"
        for r in found[:MOST]
    ]
    return head + items(lines) + _more(len(found)) + paragraph(_elsewhere())


def _companions(planned: list[str], rows: list[dict[str, Any]], catalogue: Any) -> str:
    """Return what no action and no flag that appears is shown without."""
    translate = QCoreApplication.translate
    raised = {row["flag"] for row in rows if row["flag_companions"]}
    body = ""
    for flag, found in actions.companion_flags(planned, raised).items():
        why = [translate("WijkMix", "in the plan: {action}").format(action=_word(a)) for a in found]
        if flag in raised:
            why.append(translate("WijkMix", "a flag that appears"))
        body += (
            f"<p><b>{esc(texts.flag(catalogue, flag))}</b> ({'; '.join(why)})</p>"
            + entry_html.companions(flag, catalogue)
            + entry_html.side_effects(flag, catalogue)
        )
    return heading(translate("WijkMix", "What belongs with the plan")) + body if body else ""


def _elsewhere() -> str:
    return QCoreApplication.translate(
        "WijkMix",
        "Quotients, medians and clusters compare with other buurten, so a flag can also change "
        "where nothing is built.",
    )
