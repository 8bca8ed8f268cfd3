# SPDX-License-Identifier: GPL-2.0-or-later
"""Which column plays which role: starts from what is recognised, shows samples, remembers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from qgis.core import QgsFeatureRequest, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ..qgis_io import plain
from . import texts
from .labels import label
from .picker import narrow

SETTINGS = "wijkmix/mappings/"
SAMPLED = 200  # features looked at for samples
SHOWN = 3  # samples shown
PERCENT = ("share_koop", "share_corp", "share_overig_huur", "share_unknown", "share_huur")
COUNT = ("n_koop", "n_corp", "n_overig", "n_unknown", "n_huur")


# -- what is remembered, by the names of the columns: the next year's layer has the same ones


def _key(names: Sequence[str]) -> str:
    joined = "\n".join(sorted(names)).encode()
    return SETTINGS + hashlib.sha256(joined).hexdigest()[:24]


def recall(names: Sequence[str]) -> dict[str, str]:
    """Return the mapping that was last chosen for columns of these names."""
    # The room by its name: QGIS forgets on unload what it saw imported by name.
    from ..tables import roles

    try:
        mapping = json.loads(QgsSettings().value(_key(names), "") or "{}")
    except ValueError:
        return {}
    known = set(names) | {""}
    if (
        not isinstance(mapping, dict)
        or not set(mapping) <= set(roles.ALL_ROLES)
        or not set(map(str, mapping.values())) <= known
    ):
        return {}
    return {str(role): str(name) for role, name in mapping.items()}


def remember(names: Sequence[str], mapping: Mapping[str, str]) -> None:
    if mapping:
        QgsSettings().setValue(_key(names), json.dumps(dict(mapping)))
    else:
        QgsSettings().remove(_key(names))


def as_text(mapping: Mapping[str, str]) -> str:
    """Write a mapping as the algorithms take it; empty for none."""
    return json.dumps(dict(mapping), ensure_ascii=False) if mapping else ""


def allowed(names: Sequence[str]) -> list[str]:
    """Return the columns that may be chosen: never origin, religion, health, police, benefits."""
    from ..policy.conditions import check_columns

    forbidden = set(check_columns(names))
    return [name for name in names if name not in forbidden]


def figures(names: Sequence[str]) -> list[str]:
    """Return the columns of a table; of StatLine's long one those that its measures become."""
    from ..tables.columns import long_fields
    from ..tables.roles import SPELLINGS

    long_ = long_fields(names)
    if not long_:
        return list(names)
    known = SPELLINGS["statline_odata4"]
    return [long_[2], *(n for role, ns in known.items() if role != "buurt_code" for n in ns[:1])]


def known_whole(names: Sequence[str]) -> bool:
    """Tell whether columns are those of squares or postcodes, which are read as they are."""
    from ..tables.columns import square_fields
    from ..tables.roles import role_of

    return "buurt_code" in square_fields(names) and not any(
        role_of(name) == "buurt_code" for name in names
    )


def samples(source: Any) -> dict[str, list[str]]:
    """Return a few different values of every field, from the first features of a source."""
    names = source.fields().names()
    found: dict[str, list[str]] = {name: [] for name in names}
    request = QgsFeatureRequest()
    request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setLimit(SAMPLED)
    for feature in source.getFeatures(request):
        for name, value in zip(names, map(plain, feature.attributes()), strict=True):
            if len(found[name]) < SHOWN and value is not None:
                text = f"{value:g}" if isinstance(value, float) else str(value).strip()
                if text and text not in found[name]:
                    found[name].append(text)
    return found


def summary(names: Sequence[str], mapping: Mapping[str, str]) -> str:
    """Tell in a line what is recognised and what was chosen."""
    from ..tables.columns import detect
    from ..tables.roles import ALL_ROLES

    translate = QCoreApplication.translate
    found = detect(list(names), mapping)
    if found.ambiguous:
        roles = ", ".join(texts.both(ALL_ROLES[role].label) for role in found.ambiguous)
        return translate("WijkMix", "Columns: choose between two for {roles}.").format(roles=roles)
    if "buurt_code" not in found.columns or not {"share_koop", "n_koop"} & set(found.columns):
        return translate("WijkMix", "Columns: not recognised; choose them.")
    if mapping:
        roles = ", ".join(texts.both(ALL_ROLES[role].label) for role in mapping)
        return translate("WijkMix", "Columns: your choice for {roles}.").format(roles=roles)
    return translate("WijkMix", "Columns: as recognised ({n} roles).").format(
        n=texts.number(len(found.columns))
    )


class MappingDialog(QDialog):
    """A column for every role, with samples; OK is there when a table can be made of them."""

    def __init__(
        self,
        names: Sequence[str],
        values: Mapping[str, list[str]],
        mapping: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        from ..tables.columns import detect
        from ..tables.roles import ALL_ROLES

        super().__init__(parent)
        translate = QCoreApplication.translate
        self.setWindowTitle(translate("WijkMix", "Which column is what?"))
        self._names = list(names)
        self._values = values
        self._roles = ALL_ROLES
        self.recognised = detect(self._names)
        self.boxes: dict[str, QComboBox] = {}
        self._notes: dict[str, QLabel] = {}
        self._rows: dict[str, QWidget] = {}
        intro = label(
            translate(
                "WijkMix",
                "Recognised by the names that CBS uses. Choose another column where yours has "
                "another name; the choice is remembered for layers with the same columns.",
            )
        )
        self.kind = narrow(QComboBox())
        self.kind.addItem(translate("WijkMix", "percentages of all dwellings"), "percent")
        self.kind.addItem(translate("WijkMix", "numbers of dwellings"), "count")
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._group(
            translate("WijkMix", "Area"),
            ("buurt_code", "buurt_name", "wijk_code", "gemeente_code", "gemeente_name"),
        )
        self._group("", ("year", "water"))
        self._group(translate("WijkMix", "Dwellings"), ("dwellings", "households"))
        self._heading(translate("WijkMix", "Tenure"))
        given = label(translate("WijkMix", "Tenure is given as"))
        given.setBuddy(self.kind)
        self._column.addWidget(given)
        self._column.addWidget(self.kind)
        self._group("", (*PERCENT, *COUNT))
        self._group(
            translate("WijkMix", "Other figures"),
            ("inhabitants", "woz", "share_multifamily", "share_before_2000", "share_lowinc"),
        )
        self._group("", ("land_ha", "address_density", "boundary_change"))
        self._column.addStretch()
        self.area = QScrollArea()
        self.area.setWidget(inner)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.problem = label()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.RestoreDefaults
        )
        restore = self.buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults)
        restore.setText(translate("WijkMix", "As recognised"))
        restore.clicked.connect(lambda: self.set_mapping({}))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(intro)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(300)
        self.resize(420, 620)
        self.kind.currentIndexChanged.connect(self._changed)
        for box in self.boxes.values():
            box.currentIndexChanged.connect(self._changed)
        self.set_mapping(mapping)
        self._first = next(iter(self.recognised.ambiguous), None) or self._missing() or "buurt_code"
        self.boxes.get(self._first, self.boxes["buurt_code"]).setFocus()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        row = self._rows.get(self._first)
        if row is not None and self._first != "buurt_code":
            # Once the rows have their place: what is asked comes into sight.
            QTimer.singleShot(0, lambda: self.area.ensureWidgetVisible(row, 0, 120))

    # -- the choices

    def set_mapping(self, mapping: Mapping[str, str]) -> None:
        """Show what is recognised, with these choices on top."""
        widgets = [self.kind, *self.boxes.values()]
        for widget in widgets:
            widget.blockSignals(True)
        found = {**self.recognised.columns, **mapping}
        counted = any(found.get(role) for role in COUNT)
        self.kind.setCurrentIndex(1 if counted else 0)
        for role, box in self.boxes.items():
            open_ = role in self.recognised.ambiguous and role not in mapping
            # The question stands on top as long as it is not answered.
            place = 0 if open_ else box.findData(found.get(role, ""))
            box.setCurrentIndex(max(place, 0))
        for widget in widgets:
            widget.blockSignals(False)
        self._changed()

    def mapping(self) -> dict[str, str]:
        """Return what differs from what is recognised: role -> column, "" for none."""
        result = {}
        hidden = PERCENT if self.kind.currentData() == "count" else COUNT
        for role, box in self.boxes.items():
            chosen = "" if role in hidden else box.currentData()
            if chosen is None:
                continue
            if chosen != self.recognised.columns.get(role, "") or (
                role in self.recognised.ambiguous and role not in hidden
            ):
                result[role] = chosen
        return result

    def open_question(self) -> str:
        """Return what is still to be chosen, "" where a table can be made."""
        from ..errors import WijkMixError
        from ..tables.columns import detect_columns

        translate = QCoreApplication.translate
        shown = [r for r, box in self.boxes.items() if self._rows[r].isVisibleTo(self)]
        for role in shown:
            if self.boxes[role].currentData() is None:
                return translate("WijkMix", "Choose a column for: {role}.").format(
                    role=self._name(role)
                )
        missing = self._missing()
        if missing == "dwellings":
            return translate("WijkMix", "Needed: {role} or {other}.").format(
                role=self._name("dwellings"), other=self._name("households")
            )
        if missing:
            return translate("WijkMix", "Needed: {role}.").format(role=self._name(missing))
        try:
            detect_columns(self._names, self.mapping())
        except WijkMixError as error:
            return texts.both(error.text)
        return ""

    def _missing(self) -> str:
        """Return the role without which there is no table, "" where none is missing."""
        found = {**self.recognised.columns, **self.mapping()}
        koop = "n_koop" if self.kind.currentData() == "count" else "share_koop"
        for role in ("buurt_code", koop):
            if not found.get(role):
                return role
        weighed = koop == "n_koop" or found.get("dwellings") or found.get("households")
        return "" if weighed else "dwellings"

    def _changed(self) -> None:
        translate = QCoreApplication.translate
        counted = self.kind.currentData() == "count"
        for role, row in self._rows.items():
            row.setVisible(role not in (PERCENT if counted else COUNT))
        for role, box in self.boxes.items():
            chosen = box.currentData()
            told = []
            if chosen is None:
                told.append(
                    translate("WijkMix", "{n} columns fit: {names}.").format(
                        n=len(self.recognised.ambiguous[role]),
                        names=", ".join(self.recognised.ambiguous[role]),
                    )
                )
            elif chosen:
                recognised = self.recognised.columns.get(role) == chosen
                told.append(
                    translate("WijkMix", "recognised")
                    if recognised
                    else translate("WijkMix", "your choice")
                )
                told += [", ".join(self._values.get(chosen) or []) or texts.NONE]
            elif self.recognised.columns.get(role):
                told.append(translate("WijkMix", "your choice: left out"))
            self._notes[role].setText(": ".join(told))
            self._notes[role].setVisible(bool(told))
            font = self._notes[role].font()
            font.setBold(chosen is None)
            self._notes[role].setFont(font)
            if not box.hasFocus():
                box.lineEdit().setCursorPosition(0)  # a long name is read from its beginning
        question = self.open_question()
        self.problem.setText(question)
        self.problem.setVisible(bool(question))
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not question)

    # -- the widgets

    def _name(self, role: str) -> str:
        return texts.both(self._roles[role].label)

    def _heading(self, text: str) -> None:
        head = label(text)
        font = head.font()
        font.setBold(True)
        head.setFont(font)
        head.setContentsMargins(0, 8, 0, 0)
        self._column.addWidget(head)

    def _group(self, heading: str, roles: Sequence[str]) -> None:
        if heading:
            self._heading(heading)
        for role in roles:
            self._column.addWidget(self._row(role))

    def _row(self, role: str) -> QWidget:
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(1)
        unit = self._roles[role].unit
        text = self._name(role) + (f" ({unit})" if unit in ("%", "ha", "x 1000 euro") else "")
        box = narrow(QComboBox())
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setAccessibleName(text)
        box.setToolTip(texts.both(self._roles[role].meaning))
        translate = QCoreApplication.translate
        rivals = self.recognised.ambiguous.get(role, [])
        if rivals:
            box.addItem(translate("WijkMix", "(choose)"), None)
        box.addItem(translate("WijkMix", "(none)"), "")
        for name in [*rivals, *(n for n in self._names if n not in rivals)]:
            box.addItem(name, name)
        completer = QCompleter(box.model(), box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        box.setCompleter(completer)
        box.lineEdit().textEdited.connect(lambda text: self._typing(box, text))
        box.lineEdit().editingFinished.connect(lambda: self._typed(box))
        note = label()
        font = note.font()
        font.setPointSizeF(font.pointSizeF() * 0.9)
        note.setFont(font)
        note.setContentsMargins(4, 0, 0, 0)
        for widget in (label(text, box), box, note):
            column.addWidget(widget)
        self.boxes[role], self._notes[role], self._rows[role] = box, note, row
        return row

    @staticmethod
    def _typing(box: QComboBox, text: str) -> None:
        """Take a name as soon as it is whole."""
        place = box.findText(text.strip(), Qt.MatchFlag.MatchFixedString)
        if place >= 0:
            box.setCurrentIndex(place)

    @staticmethod
    def _typed(box: QComboBox) -> None:
        """Go back to what was chosen where something else was typed."""
        if box.currentText() != box.itemText(box.currentIndex()):
            box.setEditText(box.itemText(box.currentIndex()))


def choose(
    names: Sequence[str],
    values: Mapping[str, list[str]],
    mapping: Mapping[str, str],
    parent: QWidget | None = None,
) -> dict[str, str] | None:
    """Ask for the columns, and remember the answer; None where the user went back."""
    dialog = MappingDialog(allowed(names), values, mapping, parent)
    if dialog.exec() != QDialog.DialogCode.Accepted:
        return None
    chosen = dialog.mapping()
    remember(names, chosen)
    return chosen
