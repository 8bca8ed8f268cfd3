# SPDX-License-Identifier: GPL-2.0-or-later
"""How results look when QGIS loads them: renderers, aliases, origin, a group of views on one layer.

Renderers are built here and not kept as QML files, so that legends speak the user's language.
Colours come from the palette of Okabe and Ito (2008), which colour-blind readers tell apart;
diversity has no ramp from bad to good.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsEditorWidgetSetup,
    QgsFillSymbol,
    QgsLineSymbol,
    QgsMapLayer,
    QgsMarkerSymbol,
    QgsProcessingContext,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingUtils,
    QgsRendererCategory,
    QgsRuleBasedRenderer,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QLocale

from ..wijkmix_plugin.qgis_io import PROVENANCE, metadata_of
from .base import language

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
SKY, VERMILION, YELLOW = "#56B4E9", "#D55E00", "#F0E442"
TAUPE, CREAM = "#A08F7A", "#EAE0A0"  # the mosaic classes: green or red would judge
PALE, EDGE = "#f2f2f2", "#8c8c8c"
DOMINANT = 60  # percent; the same limit as in the report's map

# Fields whose values are codes of `policy.scenario_words`.
CODED = (
    *("test", "status", "vulnerable", "moment", "level", "change", "before", "after", "flag"),
    *("segment", "area_class", "limit"),
)

# A post-processor of a layer that will be loaded must outlive the run that made it; each leaves
# once it has done its work.
_waiting: list[PostProcessor] = []


class PostProcessor(QgsProcessingLayerPostProcessorInterface):
    """Styles one output once loaded; one object per output, or only the last would be styled."""

    def __init__(
        self,
        style: Callable[[QgsVectorLayer], None],
        provenance: dict[str, Any] | None = None,
        *,
        aliases: dict[str, str] | None = None,
        visible: bool = True,
        counts: bool = False,
    ) -> None:
        super().__init__()
        self.style = style
        self.aliases = aliases or {}
        self.provenance = provenance
        self.visible = visible
        self.counts = counts

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: Any
    ) -> None:
        if isinstance(layer, QgsVectorLayer):
            for index, field in enumerate(layer.fields()):
                if field.name() in self.aliases:
                    layer.setFieldAlias(index, self.aliases[field.name()])
            if self.provenance is not None:
                remember_origin(layer, self.provenance)
            # A shapefile cuts the names that a style asks for: another class would show, or none.
            if layer.dataProvider().storageType() != "ESRI Shapefile":
                self.style(layer)
            project = context.project()
            node = project.layerTreeRoot().findLayer(layer.id()) if project is not None else None
            if node is not None:
                node.setItemVisibilityChecked(self.visible)
                node.setExpanded(self.visible)
                # QGIS folds what stands below a heading, and with it the colours.
                node.setCustomProperty("expandedLegendNodes", _headings(layer))
                if self.counts:
                    node.setCustomProperty("showFeatureCount", True)
            layer.triggerRepaint()
        if self in _waiting:
            _waiting.remove(self)


def remember_origin(layer: QgsVectorLayer, provenance: dict[str, Any]) -> None:
    """Store with the layer where its numbers come from, for the dock and the layer properties."""
    layer.setCustomProperty(PROVENANCE, json.dumps(provenance, ensure_ascii=False))
    layer.setMetadata(metadata_of(provenance, layer.metadata()))


def load(
    context: QgsProcessingContext,
    destination: str,
    group: str,
    views: list[tuple[str, int, PostProcessor]],
) -> None:
    """Load an output that QGIS was asked to load as views, each with a name, order and style.

    Every view is registered under its layer id. Under the path of the file they would be one: QGIS
    finds a layer for a path by its source, which all views share.
    """
    if not context.willLoadLayerOnCompletion(destination):
        return
    store = context.temporaryLayerStore()
    first = store.mapLayer(destination)
    if first is None:
        first = QgsVectorLayer(destination, views[0][0], "ogr")
        if not first.isValid():
            first = QgsProcessingUtils.mapLayerFromString(destination, context)
        if first is None:
            return
        store.addMapLayer(first)
    loading = context.layersToLoadOnCompletion()
    asked = loading.pop(destination)
    context.setLayersToLoadOnCompletion(loading)
    layers = [first, *(first.clone() for _ in views[1:])]
    for layer, (name, order, processor) in zip(layers, views, strict=True):
        layer.setName(name)
        if layer is not first:
            store.addMapLayer(layer)
        details = QgsProcessingContext.LayerDetails(name, asked.project, asked.outputName)
        details.forceName = True
        details.groupName = group
        details.layerSortKey = order
        details.setPostProcessor(processor)
        _waiting.append(processor)
        context.addLayerToLoadOnCompletion(layer.id(), details)


def _fill(
    colour: str, *, edge: str = EDGE, width: str = "0.1", style: str = "solid"
) -> QgsFillSymbol:
    return QgsFillSymbol.createSimple(
        {"color": colour, "outline_color": edge, "outline_width": width, "style": style}
    )


def _hatched() -> QgsFillSymbol:
    """Return what stands for no figures: hatched, on white, so that nothing below shows through."""
    symbol = _fill(EDGE, style="f_diagonal")
    white = _fill("#ffffff")  # held: its layer goes with it, and a clone of nothing crashes QGIS
    symbol.insertSymbolLayer(0, white.symbolLayer(0).clone())
    return symbol


def _drawn(layer: QgsVectorLayer, symbol: QgsFillSymbol) -> QgsSymbol:
    """Return the symbol as the layer can draw it: dots and lines take its colour."""
    colour = symbol.color().name()
    if layer.geometryType() == Qgis.GeometryType.Line:
        return QgsLineSymbol.createSimple({"color": colour, "width": "0.7"})
    if layer.geometryType() != Qgis.GeometryType.Point:
        return symbol
    look = {"color": colour, "outline_color": EDGE, "outline_width": "0.1"}
    return QgsMarkerSymbol.createSimple(look)


def _rules(
    layer: QgsVectorLayer, rules: list[tuple[QgsFillSymbol, str, str]], heading: str = ""
) -> None:
    """Draw by rules; a heading stands above them in the legend."""
    root = QgsRuleBasedRenderer.Rule(None)
    parent = root
    if heading:
        parent = QgsRuleBasedRenderer.Rule(None, 0, 0, "", heading)
        root.appendChild(parent)
    for symbol, label, expression in rules:
        rule = QgsRuleBasedRenderer.Rule(_drawn(layer, symbol), 0, 0, expression, label)
        parent.appendChild(rule)
    layer.setRenderer(QgsRuleBasedRenderer(root))


def _headings(layer: QgsVectorLayer) -> list[str]:
    """Return the keys of rules that have others below them."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsRuleBasedRenderer):
        return []
    return [rule.ruleKey() for rule in renderer.rootRule().descendants() if rule.children()]


def tenure_mix(layer: QgsVectorLayer) -> None:
    """Colour by the tenure that holds at least 60 %, or mixed: an unordered palette."""
    shares = [
        (
            "share_koop",
            BLUE,
            QCoreApplication.translate("WijkMix", "Owner-occupied {limit}% or more"),
        ),
        (
            "share_corp",
            ORANGE,
            QCoreApplication.translate("WijkMix", "Corporation rental {limit}% or more"),
        ),
        (
            "share_overig_huur",
            GREEN,
            QCoreApplication.translate("WijkMix", "Other rental {limit}% or more"),
        ),
        ("share_huur", ORANGE, QCoreApplication.translate("WijkMix", "Rental {limit}% or more")),
    ]
    present = [s for s in shares if layer.fields().lookupField(s[0]) >= 0]
    rules = [
        (_fill(colour), label.format(limit=DOMINANT), f'"{field}" >= {DOMINANT}')
        for field, colour, label in present
    ]
    below = " AND ".join(f'"{field}" < {DOMINANT}' for field, _, _ in present)
    mixed = QCoreApplication.translate("WijkMix", "Mixed: no tenure reaches {limit}%")
    rules.append((_fill("#d9c6e0"), mixed.format(limit=DOMINANT), below))
    rules.append(
        (
            _hatched(),
            QCoreApplication.translate("WijkMix", "No figures"),
            '"quality" NOT IN (\'water\') AND "share_koop" IS NULL',
        )
    )
    rules.append(
        (
            _fill("#e3eef5", edge="#c5dbe8"),
            QCoreApplication.translate("WijkMix", "Water"),
            "\"quality\" = 'water'",
        )
    )
    heading = QCoreApplication.translate("WijkMix", "Prevails from {limit}% (assumption)")
    _rules(layer, rules, heading.format(limit=DOMINANT))


def moran_cluster(field: str) -> Callable[[QgsVectorLayer], None]:
    """Return a style for local Moran clusters: hue for high or low, pale for outliers."""

    def style(layer: QgsVectorLayer) -> None:
        labels = [
            ("HH", VERMILION, QCoreApplication.translate("WijkMix", "High among high (HH)")),
            ("LL", BLUE, QCoreApplication.translate("WijkMix", "Low among low (LL)")),
            ("HL", YELLOW, QCoreApplication.translate("WijkMix", "High among low (HL)")),
            ("LH", SKY, QCoreApplication.translate("WijkMix", "Low among high (LH)")),
            ("ns", PALE, QCoreApplication.translate("WijkMix", "No significant cluster")),
        ]
        island = QCoreApplication.translate("WijkMix", "Island: no neighbours, not tested")
        nodata = QCoreApplication.translate("WijkMix", "No figures, not tested")
        looks = [(value, _fill(colour), text) for value, colour, text in labels]
        looks.append(("island", _fill(EDGE, style="dense6"), island))
        looks.append(("nodata", _hatched(), nodata))
        categories = [QgsRendererCategory(v, _drawn(layer, s), text) for v, s, text in looks]
        layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))

    return style


FLAG_LOOK = {
    "herstructurering": ("#882255", "b_diagonal"),
    "verdichting": ("#332288", "horizontal"),
    "grondverwerving": ("#117733", "vertical"),
}


def flag(name: str) -> Callable[[QgsVectorLayer], None]:
    """Return a style that draws only candidates: hatched, or an edge while data are incomplete."""

    def style(layer: QgsVectorLayer) -> None:
        colour, pattern = FLAG_LOOK[name]
        provisional = QgsFillSymbol.createSimple(
            {
                "color": colour,
                "style": "no",
                "outline_color": colour,
                "outline_width": "0.5",
                "outline_style": "dash",
            }
        )
        _rules(
            layer,
            [
                (
                    _fill(colour, edge=colour, width="0.6", style=pattern),
                    QCoreApplication.translate("WijkMix", "Candidate for further study"),
                    f"\"flag_{name}\" = 'candidate'",
                ),
                (
                    provisional,
                    QCoreApplication.translate("WijkMix", "Provisional: some conditions unknown"),
                    f"\"flag_{name}\" = 'provisional'",
                ),
            ],
            # A picture of the map carries this; the companions themselves are in the layer.
            QCoreApplication.translate("WijkMix", "Only with what the field flag_companions names"),
        )

    return style


def diversity(layer: QgsVectorLayer) -> None:
    """Colour by diversity in four unlike hues: a ramp would say that more of it is better."""
    _steps(layer, "diversity", (0.25, 0.5, 0.75), (TAUPE, CREAM, PURPLE, SKY))


def location_quotient(field: str) -> Callable[[QgsVectorLayer], None]:
    """Return a style for a location quotient: two hues on either side of the reference area."""

    def style(layer: QgsVectorLayer) -> None:
        colours = (PURPLE, "#ecd0df", PALE, "#b8dccf", GREEN)
        _steps(layer, field, (0.5, 0.8, 1.25, 2.0), colours)

    return style


def _steps(
    layer: QgsVectorLayer,
    field: str,
    limits: tuple[float, ...],
    colours: tuple[str, ...],
    heading: str = "",
) -> None:
    """Cut a number into classes; the last one is for units without it."""
    locale = QLocale()

    def number(value: float) -> str:
        return locale.toString(value, "g", 3)

    rules = []
    for place, colour in enumerate(colours):
        low = limits[place - 1] if place else None
        high = limits[place] if place < len(limits) else None
        if low is None:
            label = QCoreApplication.translate("WijkMix", "Below {high}").format(high=number(high))
            expression = f'"{field}" < {high}'
        elif high is None:
            label = QCoreApplication.translate("WijkMix", "{low} and more").format(low=number(low))
            expression = f'"{field}" >= {low}'
        else:
            label = QCoreApplication.translate("WijkMix", "{low} to {high}")
            label = label.format(low=number(low), high=number(high))
            expression = f'"{field}" >= {low} AND "{field}" < {high}'
        rules.append((_fill(colour), label, expression))
    unknown = QCoreApplication.translate("WijkMix", "No figures")
    rules.append((_hatched(), unknown, f'"{field}" IS NULL'))
    _rules(layer, rules, heading)


def planned(year: int) -> Callable[[QgsVectorLayer], None]:
    """Return a style of a scenario's stock in one year: more, fewer or other dwellings."""

    def style(layer: QgsVectorLayer) -> None:
        translate = QCoreApplication.translate
        fields = [f.name() for f in layer.fields() if f.name().startswith("change_n_")]
        moved = " OR ".join(f'abs("{name}") > 0.005' for name in fields)
        change = '"change_dwellings"'
        kinds = (
            (BLUE, translate("WijkMix", "More dwellings than at the start"), f"{change} > 0.005"),
            (ORANGE, translate("WijkMix", "Fewer dwellings"), f"{change} < -0.005"),
            (
                PURPLE,
                translate("WijkMix", "As many, of other tenure"),
                f"abs({change}) <= 0.005 AND ({moved})",
            ),
            (PALE, translate("WijkMix", "No change"), f"{change} = 0 AND NOT ({moved})"),
        )
        now = f'"year" = {year} AND "moment" = \'after\' AND '
        rules = [(_fill(colour), label, f"{now}({when})") for colour, label, when in kinds]
        none = translate("WijkMix", "No figures")
        _rules(layer, [*rules, (_hatched(), none, f"{now}{change} IS NULL")])

    return style


def plain(layer: QgsVectorLayer) -> None:
    """Leave a table as it is."""


def in_words(style: Callable[[QgsVectorLayer], None]) -> Callable[[QgsVectorLayer], None]:
    """Return the style with the fixed codes of policy tables shown in the user's language."""
    from ..wijkmix_plugin.policy import scenario_words

    def worded(layer: QgsVectorLayer) -> None:
        style(layer)
        for index, field in enumerate(layer.fields()):
            if field.name() not in CODED:
                continue
            codes = [v for v in layer.uniqueValues(index) if isinstance(v, str)]
            if not codes:  # a number of that name
                continue
            words = [
                {scenario_words.word(code, language(), field.name()): code}
                for code in sorted(codes)
            ]
            layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup("ValueMap", {"map": words}))

    return worded


def surroundings_minus_block(radius: float) -> Callable[[QgsVectorLayer], None]:
    """Return a style for what lies around blocks: two hues on either side of no difference."""

    def style(layer: QgsVectorLayer) -> None:
        colours = ("#8fc4b2", PALE, "#e9cfdd", "#d79dbd", "#b0588a")
        field = f"env_minus_block_{radius:g}"
        _steps(layer, field, (-0.1, 0.1, 0.3, 0.5), colours, _within(radius))

    return style


def _within(radius: float, width: int = 0) -> str:
    text = QCoreApplication.translate("WijkMix", "Within {radius} m minus inside the block")
    return text.format(radius=f"{radius:{width}g}")


def steepest_border(layer: QgsVectorLayer) -> None:
    """Colour blocks by the largest difference at a border; the steps are no limits of a source."""
    heading = QCoreApplication.translate("WijkMix", "Steepest border of the block (0-1)")
    colours = (PALE, "#d5cfe3", "#a798c4", "#6b5796")
    _steps(layer, "edge_steepest", (0.25, 0.5, 0.75), colours, heading)


def mosaic_class(limits: Mapping[str, Any]) -> Callable[[QgsVectorLayer], None]:
    """Return a style for the four classes, in an unordered palette: none of them is the good one.

    `limits` are the choices as stored with the layer; they stand in the legend.
    """

    def style(layer: QgsVectorLayer) -> None:
        translate = QCoreApplication.translate
        locale = QLocale()

        def limited(text: str, name: str) -> str:
            return text.format(limit=locale.toString(float(limits[name]), "g", 4))

        labels = [
            (
                "mosaic",
                PURPLE,
                limited(
                    translate("WijkMix", "Mosaic: uniform blocks (H beyond chance from {limit})"),
                    "limit_mosaic",
                ),
            ),
            (
                "fine",
                SKY,
                limited(
                    translate(
                        "WijkMix", "Finely mixed: inside blocks (H beyond chance up to {limit})"
                    ),
                    "limit_fine",
                ),
            ),
            ("between", CREAM, translate("WijkMix", "Between the two")),
            (
                "one-sided",
                TAUPE,
                limited(
                    translate("WijkMix", "One-sided wijk (diversity below {limit})"),
                    "limit_diversity",
                ),
            ),
            ("", PALE, translate("WijkMix", "No class: fewer than two blocks")),
        ]
        categories = [
            QgsRendererCategory(value or None, _drawn(layer, _fill(colour)), text)
            for value, colour, text in labels
        ]
        layer.setRenderer(QgsCategorizedSymbolRenderer("mosaic_class", categories))

    return style


def blocks(
    radii: Sequence[float], limits: Mapping[str, Any] | None = None
) -> Callable[[QgsVectorLayer], None]:
    """Return a style that a user switches: one per radius, borders, and classes where they are.

    The switch is the list of styles that every QGIS layer has; the usual radius is on.
    """

    def style(layer: QgsVectorLayer) -> None:
        translate = QCoreApplication.translate
        # QGIS lists styles in the order of their names, so the numbers stand below each other.
        width = max(len(f"{radius:g}") for radius in radii)
        looks = {_within(radius, width): surroundings_minus_block(radius) for radius in radii}
        if limits is not None:
            looks[translate("WijkMix", "Mosaic class of the wijk")] = mosaic_class(limits)
        if layer.geometryType() == Qgis.GeometryType.Polygon:  # points have no borders
            looks[translate("WijkMix", "Steepest border of the block (0-1)")] = steepest_border
        manager = layer.styleManager()
        unnamed = manager.currentStyle()
        for name, look in looks.items():
            look(layer)
            manager.addStyleFromLayer(name)
        usual = 500.0 if 500.0 in radii else radii[len(radii) // 2]
        manager.setCurrentStyle(_within(usual, width))
        manager.removeStyle(unnamed)

    return style
