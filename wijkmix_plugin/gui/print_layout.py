# SPDX-License-Identifier: GPL-2.0-or-later
"""A print layout in the project: two A4 sheets on one buurt, or on every buurt with a flag."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from qgis.core import (
    Qgis,
    QgsExpression,
    QgsExpressionContextUtils,
    QgsFillSymbol,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemPage,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsLayoutObject,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendStyle,
    QgsMapLayer,
    QgsPrintLayout,
    QgsProject,
    QgsProperty,
    QgsRenderContext,
    QgsRuleBasedRenderer,
    QgsTextFormat,
    QgsTextRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtGui import QColor, QFont

from ..errors import PolicyError
from ..policy.catalogue import FLAGS
from . import scan_layer
from .pdf import FAMILIES

if TYPE_CHECKING:
    from ..report.sheet import Sheet

SAFE = 1.06  # of the height that is measured: on paper, lines may break elsewhere
MOST = 300  # sheets of one atlas
INK, GREY, EDGE = QColor("#1f2430"), QColor("#474d59"), QColor("#1f2430")
ARROW = ":/images/north_arrows/layout_default_north_arrow.svg"
LEFT, WIDE = 15.0, 180.0
MARK = "wijkmix/outline"
PARTS = ("title", "place", "flags", "companions", "conditions", "instruments", "decided")


def views(layer: QgsVectorLayer) -> list[QgsVectorLayer]:
    """Return the views on the result that a layer shows, in the order of the layer tree."""
    node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
    record = layer.customProperty(scan_layer.PROVENANCE)
    if node is None or not record or node.parent() is None or node.parent().parent() is None:
        return [layer]
    return [
        found.layer()
        for found in node.parent().findLayers()
        if scan_layer.is_scan_layer(found.layer())
        and found.layer().customProperty(scan_layer.PROVENANCE) == record
    ]


def flag_of(layer: QgsVectorLayer) -> str:
    """Return the flag that a view draws, "" where it draws none."""
    renderer = layer.renderer()
    used = renderer.usedAttributes(QgsRenderContext()) if renderer is not None else set()
    return next((flag for flag in FLAGS if f"flag_{flag}" in used), "")


class Prepared(NamedTuple):
    """The texts of a layout: its name, its sheets by buurt, and what all of them say."""

    name: str
    buurt: str
    sheets: dict[str, Sheet]
    source: str
    limits: str


def prepare(
    result: Any,
    catalogue: Any,
    decided: Any,
    lang: str,
    flag: str,
    *,
    buurt: str = "",
    wijk: str = "",
) -> Prepared:
    """Write what stands on the sheets; touches neither project nor layer.

    Parameters
    ----------
    result : the scan, as `report.restore` gives it.
    decided : goals and worklist.
    flag : that the view draws, "" where it draws none.
    buurt : code of one buurt. Without it the layout is an atlas over every buurt that carries the
        flag that the view draws, or any flag where it draws none.
    wijk : code of the wijk that an atlas keeps to.

    Raises
    ------
    PolicyError
        There is no flag, or there are too many sheets.
    """
    from ..report import sheet
    from ..report.page import Page

    page = Page(result, catalogue, lang, decided)
    shown = [flag] if flag else []
    wanted = [buurt] if buurt else sheet.flagged_codes(page, shown or FLAGS, wijk)
    if not wanted:
        raise PolicyError(sheet.NO_FLAGS.en, sheet.NO_FLAGS.nl)
    if len(wanted) > MOST:
        raise PolicyError(
            "{n} buurten carry a flag, and an atlas of more than {most} sheets is no use. Filter "
            "the layer on a gemeente, or make the sheet of one buurt.",
            "{n} buurten hebben een vlag, en aan een atlas van meer dan {most} bladen heeft "
            "niemand iets. Filter de laag op een gemeente, of maak het blad van één buurt.",
            n=len(wanted),
            most=MOST,
        )
    sheets = {code: sheet.sheet(page, code, shown) for code in wanted}
    many = QCoreApplication.translate("WijkMix", "WijkMix: buurten with a flag")
    name = f"WijkMix: {sheets[buurt].title}" if buurt else f"{many} {wijk}".strip()
    return Prepared(html.unescape(name), buurt, sheets, sheet.source(page), sheet.limits(page))


def add(prepared: Prepared, theme: QgsVectorLayer) -> QgsPrintLayout:
    """Add a layout to the project, with a view on the scan as its map."""
    project = QgsProject.instance()
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.setName(_free_name(project, prepared.name))
    texts_of = (prepared.sheets, prepared.source, prepared.limits)
    _Writer(layout, theme, *texts_of, not prepared.buurt).fill()
    project.layoutManager().addLayout(layout)
    return layout


def _free_name(project: QgsProject, name: str) -> str:
    taken = {layout.name() for layout in project.layoutManager().layouts()}
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def outline_of(layer: QgsVectorLayer) -> QgsVectorLayer | None:
    """Return the hidden layer that draws the border of the buurt on the sheet; made once."""
    project = QgsProject.instance()
    for found in project.mapLayers().values():
        if found.customProperty(MARK) == layer.id():
            return found
    outline = layer.clone()
    outline.setName("WijkMix outline")
    outline.setCustomProperty(MARK, layer.id())
    outline.removeCustomProperty(scan_layer.PROVENANCE)
    outline.setFlags(outline.flags() | QgsMapLayer.LayerFlag.Private)
    outline.setLabelsEnabled(False)
    white, ink = (
        QgsFillSymbol.createSimple(
            {"style": "no", "outline_color": colour, "outline_width": width, "joinstyle": "round"}
        )
        for colour, width in (("#ffffff", "1.8"), ("#1f2430", "0.9"))
    )
    white.appendSymbolLayer(ink.symbolLayer(0).clone())
    root = QgsRuleBasedRenderer.Rule(None)
    here = '$id = @atlas_featureid OR "buurt_code" = @wijkmix_code'
    root.appendChild(QgsRuleBasedRenderer.Rule(white, 0, 0, here))
    outline.setRenderer(QgsRuleBasedRenderer(root))
    # None where QGIS refuses it: the sheet then lacks its outline only.
    return project.addMapLayer(outline, False)


def drop_outlines(layer_ids: list[str]) -> None:
    """Take away the outlines of layers that were removed.

    At once and never later: a project that is being read must not lose a layer on the way.
    """
    project = QgsProject.instance()
    marked = {key: layer.customProperty(MARK) for key, layer in project.mapLayers().items()}
    gone = [key for key, mark in marked.items() if mark and mark in layer_ids]
    if gone:
        project.removeMapLayers(gone)


class _Writer:
    """Puts the items on the sheets."""

    def __init__(
        self,
        layout: QgsPrintLayout,
        theme: QgsVectorLayer,
        sheets: dict[str, Sheet],
        source: str,
        limits: str,
        atlas: bool,
    ) -> None:
        self.layout = layout
        self.theme = theme
        self.sheets = sheets
        self.source = source
        self.limits = limits
        self.atlas = atlas

    def fill(self) -> None:
        translate = QCoreApplication.translate
        collection = self.layout.pageCollection()
        collection.page(0).setPageSize("A4", QgsLayoutItemPage.Orientation.Portrait)
        second = QgsLayoutItemPage(self.layout)
        second.setPageSize("A4", QgsLayoutItemPage.Orientation.Portrait)
        collection.addPage(second)
        first = next(iter(self.sheets))
        if self.atlas:
            self._variables()
        else:
            QgsExpressionContextUtils.setLayoutVariable(self.layout, "wijkmix_code", first)
        self._part("title", 0, 12, LEFT, WIDE, 9, 16, bold=True)
        self._part("place", 0, 21, LEFT, WIDE, 6, 9, colour=GREY)
        self._map(30, 122, 104)
        self._chart(146, 40)
        self._part("flags", 0, 190, LEFT, 68, 76, 9)
        box = self._part("companions", 0, 190, 86, 109, 78, 8)
        box.setMarginX(2)
        box.setMarginY(2)
        if self.atlas:
            on = "length(" + self._from("companions") + ") > 0"
            frame = QgsProperty.fromExpression(f"if({on}, '31,36,48', '255,255,255,0')")
            box.dataDefinedProperties().setProperty(
                QgsLayoutObject.DataDefinedProperty.FrameColor, frame
            )
        box.setFrameEnabled(self.atlas or bool(self.sheets[first].companions))
        box.setFrameStrokeColor(EDGE)
        self._foot(0)
        self._part("title", 1, 12, LEFT, WIDE, 7, 12, bold=True)
        self._head(translate("WijkMix", "Conditions, with value and threshold"), 1, 21)
        self._part("conditions", 1, 27, LEFT, WIDE, 108, 8.5)
        self._head(translate("WijkMix", "Matching instruments"), 1, 138)
        self._part("instruments", 1, 144, LEFT, WIDE, 58, 8.5)
        self._head(translate("WijkMix", "Worklist"), 1, 205)
        self._part("decided", 1, 211, LEFT, WIDE, 26, 8.5)
        self._head(translate("WijkMix", "Limits"), 1, 240)
        self._label(self.limits, 1, 246, LEFT, WIDE, 18, 8)
        self._foot(1)
        if self.atlas:
            self._atlas()

    # -- texts ---------------------------------------------------------------------------------

    def _variables(self) -> None:
        """Keep the texts of all sheets in the layout: it works without the plugin."""
        for part in (*PARTS, "chart"):
            held = {
                code: _embedded(found.chart) if part == "chart" else getattr(found, part)
                for code, found in self.sheets.items()
            }
            QgsExpressionContextUtils.setLayoutVariable(
                self.layout, f"wijkmix_{part}", json.dumps(held, ensure_ascii=False)
            )

    @staticmethod
    def _from(part: str) -> str:
        return f'map_get(from_json(@wijkmix_{part}), "buurt_code")'

    def _part(
        self,
        part: str,
        page: int,
        y: float,
        x: float,
        wide: float,
        high: float,
        size: float,
        *,
        bold: bool = False,
        colour: QColor = INK,
    ) -> QgsLayoutItemLabel:
        """Put one part of the sheets in its place, in letters small enough for the longest."""
        every = [getattr(found, part) for found in self.sheets.values()]
        room = wide - (4 if part == "companions" else 0), high - (4 if part == "companions" else 0)
        while size > 5 and any(_height(text, size, bold, room[0]) > room[1] for text in every):
            size -= 0.5
        text = f"[% {self._from(part)} %]" if self.atlas else _literal(every[0])
        return self._label(text, page, y, x, wide, high, size, bold=bold, colour=colour, name=part)

    def _head(self, text: str, page: int, y: float) -> None:
        self._label(text, page, y, LEFT, WIDE, 6, 10, bold=True)

    def _foot(self, page: int) -> None:
        size = 7.0
        while size > 5 and _height(self.source, size, False, WIDE) > 12:
            size -= 0.5
        self._label(_literal(self.source), page, 272, LEFT, WIDE, 12, size, colour=GREY)
        number = QCoreApplication.translate("WijkMix", "Sheet {n} of 2").format(n=page + 1)
        label = self._label(number, page, 285, LEFT, WIDE, 5, 7, colour=GREY)
        label.setHAlign(Qt.AlignmentFlag.AlignRight)

    def _label(
        self,
        text: str,
        page: int,
        y: float,
        x: float,
        wide: float,
        high: float,
        size: float,
        *,
        bold: bool = False,
        colour: QColor = INK,
        name: str = "",
    ) -> QgsLayoutItemLabel:
        item = QgsLayoutItemLabel(self.layout)
        item.setText(text)
        item.setTextFormat(_format(size, bold, colour))
        item.setMarginX(0)
        item.setMarginY(0)
        self._place(item, page, x, y, wide, high, name)
        return item

    # -- map, legend, chart --------------------------------------------------------------------

    def _map(self, y: float, wide: float, high: float) -> None:
        drawn = self._layers()
        item = QgsLayoutItemMap(self.layout)
        self._place(item, 0, LEFT, y, wide, high, "map")
        item.setCrs(self.theme.crs())
        outline = outline_of(self.theme)
        item.setLayers([outline, *drawn] if outline is not None else drawn)
        item.setKeepLayerSet(True)
        item.setFrameEnabled(True)
        item.setFrameStrokeColor(QColor("#b9bec8"))
        item.zoomToExtent(self._extent())
        legend = QgsLayoutItemLegend(self.layout)
        legend.setAutoUpdateModel(False)
        group = legend.model().rootGroup()
        group.clear()
        for layer in drawn:
            if scan_layer.is_scan_layer(layer):
                group.addLayer(layer)
        legend.setLinkedMap(item)
        for part, size in (
            (QgsLegendStyle.Style.Title, 10),
            (QgsLegendStyle.Style.Subgroup, 8.5),
            (QgsLegendStyle.Style.SymbolLabel, 8),
        ):
            style = legend.style(part)
            style.setTextFormat(_format(size, part != QgsLegendStyle.Style.SymbolLabel, INK))
            legend.setStyle(part, style)
        legend.setTitle(QCoreApplication.translate("WijkMix", "Legend"))
        legend.setWrapString("|")
        legend.setBoxSpace(0)
        legend.setSymbolWidth(5)
        self._place(legend, 0, LEFT + wide + 4, y, WIDE - wide - 4, high, "legend")
        for number in range(len(drawn)):
            self._wrap(legend, number)
        scale = QgsLayoutItemScaleBar(self.layout)
        scale.setLinkedMap(item)
        scale.setStyle("Single Box")
        scale.setUnits(Qgis.DistanceUnit.Meters)
        scale.setUnitLabel("m")
        scale.setSegmentSizeMode(Qgis.ScaleBarSegmentSizeMode.FitWidth)
        scale.setMinimumBarWidth(25)
        scale.setMaximumBarWidth(50)
        scale.setNumberOfSegments(2)
        scale.setNumberOfSegmentsLeft(0)
        scale.setHeight(1.5)
        scale.setTextFormat(_format(7, False, INK))
        self._place(scale, 0, LEFT, y + high + 1.5, 60, 8, "scale")
        arrow = QgsLayoutItemPicture(self.layout)
        arrow.setPicturePath(ARROW)
        self._place(arrow, 0, LEFT + wide - 7, y + high + 2, 7, 7)

    def _wrap(self, legend: QgsLayoutItemLegend, number: int) -> None:
        """Break long labels of the legend, which has no room beside the map for a line of them."""
        node = legend.model().rootGroup().findLayers()
        if number >= len(node):
            return
        layer = node[number]
        layer.setCustomProperty("legend/title-label", _broken(layer.layer().name(), 28))
        model = legend.model()
        for place, found in enumerate(model.layerOriginalLegendNodes(layer)):
            label = str(found.data(Qt.ItemDataRole.DisplayRole) or "").split(" [")[0]
            layer.setCustomProperty(f"legend/label-{place}", _broken(label, 28))
        model.refreshLayerLegend(layer)

    def _layers(self) -> list[QgsMapLayer]:
        """Return what the map draws: the view, the mix under a flag, what lies under the scan."""
        every = views(self.theme)
        drawn: list[QgsMapLayer] = [self.theme]
        if flag_of(self.theme):
            drawn += [v for v in every if not flag_of(v)][:1]
        root = QgsProject.instance().layerTreeRoot()
        for layer in root.layerOrder():
            node = root.findLayer(layer.id())
            if (
                node is not None
                and node.isVisible()
                and layer.isSpatial()
                and not scan_layer.is_scan_layer(layer)
                and not layer.customProperty(MARK)
            ):
                drawn.append(layer)
        return drawn

    def _extent(self) -> Any:
        """Return the buurt with what lies around it; for an atlas the whole layer."""
        if self.atlas:
            return self.theme.extent()
        code = next(iter(self.sheets))
        text = QgsExpression.createFieldEqualityExpression("buurt_code", code)
        feature = next(self.theme.getFeatures(text), None)
        if feature is None or feature.geometry().isEmpty():
            return self.theme.extent()
        box = feature.geometry().boundingBox()
        box.scale(2.8)
        return box

    def _chart(self, y: float, high: float) -> None:
        item = QgsLayoutItemPicture(self.layout)
        item.setMode(Qgis.PictureFormat.SVG)
        item.setResizeMode(QgsLayoutItemPicture.ResizeMode.Zoom)
        item.setPicturePath(_embedded(next(iter(self.sheets.values())).chart))
        if self.atlas:
            item.dataDefinedProperties().setProperty(
                QgsLayoutObject.DataDefinedProperty.PictureSource,
                QgsProperty.fromExpression(self._from("chart")),
            )
        self._place(item, 0, LEFT, y, WIDE, high, "chart")

    def _atlas(self) -> None:
        atlas = self.layout.atlas()
        atlas.setCoverageLayer(self.theme)
        codes = ", ".join(QgsExpression.quotedString(code) for code in self.sheets)
        atlas.setFilterFeatures(True)
        atlas.setFilterExpression(f'"buurt_code" IN ({codes})')
        atlas.setSortFeatures(True)
        atlas.setSortExpression('"buurt_code"')
        atlas.setPageNameExpression('"buurt_name"')
        atlas.setFilenameExpression("'WijkMix ' || \"buurt_code\"")
        atlas.setEnabled(True)
        item = self.layout.itemById("map")
        item.setAtlasDriven(True)
        item.setAtlasScalingMode(QgsLayoutItemMap.AtlasScalingMode.Auto)
        item.setAtlasMargin(0.9)

    def _place(
        self, item: Any, page: int, x: float, y: float, wide: float, high: float, name: str = ""
    ) -> None:
        identify = item.setId  # of a layout item this returns nothing; of a layer it would
        identify(name)
        self.layout.addLayoutItem(item)
        item.attemptResize(QgsLayoutSize(wide, high))
        item.attemptMove(QgsLayoutPoint(x, y), True, False, page)


def _format(size: float, bold: bool, colour: QColor) -> QgsTextFormat:
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setBold(bold)
    look = QgsTextFormat.fromQFont(font)
    look.setSize(size)
    look.setSizeUnit(Qgis.RenderUnit.Points)
    look.setColor(colour)
    look.setAllowHtmlFormatting(True)
    return look


def _height(text: str, size: float, bold: bool, wide: float) -> float:
    """Return how high a text becomes in a column, in millimetres."""
    context = QgsRenderContext()
    context.setScaleFactor(10)  # dots per millimetre
    flags = Qgis.TextRendererFlags(Qgis.TextRendererFlag.WrapLines)
    lines = text.split("\n")
    return (
        SAFE
        * QgsTextRenderer.textHeight(
            context,
            _format(size, bold, INK),
            lines,
            Qgis.TextLayoutMode.Rectangle,
            None,
            flags,
            10 * wide,
        )
        / 10
    )


def _literal(text: str) -> str:
    """Return a text in which nothing is an expression."""
    return text.replace("[%", "[ %")


def _embedded(svg: str) -> str:
    return "base64:" + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _broken(text: str, most: int) -> str:
    """Put "|" where a line of a legend has to end."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "|".join(lines)
