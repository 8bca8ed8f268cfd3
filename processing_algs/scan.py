# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:scan`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QDate

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import GeometryError, TableError, Text
from . import styling
from .base import described, language, local
from .blocks_algorithm import OWN, proxy
from .labels import aliases, index_aliases
from .limits import add_limits, limits_of
from .mapping import MAPPING, mapping_parameter, read_mapping
from .policy_algorithm import PolicyAlgorithm

REFERENCES = ("gemeente", "all")
_CREDITS = 3  # different values of the field `bron` that are named


class Scan(PolicyAlgorithm):
    """One buurten layer in; an enriched layer, a wijk table, an index table and a report out."""

    NAME = "scan"
    GEMEENTE = "GEMEENTE"
    REFERENCE = "REFERENCE"
    BLOCKS = "BLOCKS"
    PERMUTATIONS = "PERMUTATIONS"
    SEED = "SEED"
    ALPHA = "ALPHA"
    OUTPUT = "OUTPUT"
    WIJKEN = "WIJKEN"
    INDICES = "INDICES"
    BLOCKS_OUT = "BLOCKS_OUT"
    REPORT = "REPORT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Scan the tenure mix (main job)")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Shows where the housing-tenure mix is uneven, which buurten are candidates for "
            "further study and why, "
            "and which instruments match. Give it a layer of CBS buurten as published; the columns "
            "are recognised. "
            "A flag is a reason to look closer, never a judgement about people or a ranking.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        polygon = [QgsProcessing.SourceType.TypeVectorPolygon]
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.INPUT, translate("WijkMix", "CBS buurten (polygons)"), polygon
                ),
                translate(
                    "WijkMix",
                    "A layer of CBS buurten with the key figures (kerncijfers), as published in "
                    "the GeoPackage or WFS.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.GEMEENTE,
                    translate("WijkMix", "Gemeente (codes or names, comma-separated; empty = all)"),
                    optional=True,
                ),
                translate("WijkMix", "For example: Amsterdam, or GM0599, GM0622."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterEnum(
                    self.REFERENCE,
                    translate("WijkMix", "Compare each buurt with"),
                    [translate("WijkMix", "its gemeente"), translate("WijkMix", "the whole input")],
                    defaultValue=0,
                ),
                translate(
                    "WijkMix",
                    "The reference area of location quotients and of the local divergence.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.BLOCKS,
                    translate("WijkMix", "Blocks with tenure counts"),
                    [
                        QgsProcessing.SourceType.TypeVectorPolygon,
                        QgsProcessing.SourceType.TypeVectorPoint,
                    ],
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Finer units (blocks, complexes, addresses) with the fields n_koop, n_corp and "
                    "n_overig, or the squares of CBS as published. They show "
                    "whether a mixed wijk is mixed inside its blocks; buurten alone cannot.",
                ),
            )
        )
        self.add_policy_parameters()
        self.addParameter(mapping_parameter(advanced=True))
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.PERMUTATIONS,
                    translate("WijkMix", "Permutations of the local Moran"),
                    defaultValue=99_999,
                    minValue=99,
                    maxValue=99_999_999,
                ),
                translate(
                    "WijkMix",
                    "More permutations resolve smaller p-values; the default suits a whole "
                    "country.",
                ),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.SEED, translate("WijkMix", "Random seed"), defaultValue=12345, minValue=0
                ),
                translate("WijkMix", "The same seed gives the same result."),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.ALPHA,
                    translate("WijkMix", "Significance level (after FDR correction)"),
                    QgsProcessingParameterNumber.Type.Double,
                    defaultValue=0.05,
                    minValue=0.0001,
                    maxValue=0.5,
                ),
                translate(
                    "WijkMix", "A cluster is named where the FDR-adjusted p-value is at most this."
                ),
                advanced=True,
            )
        )
        add_limits(self)
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                self.OUTPUT,
                translate("WijkMix", "Buurten with mix, clusters and flags"),
                QgsProcessing.SourceType.TypeVectorPolygon,
            )
        )
        for name, label in (
            (self.WIJKEN, translate("WijkMix", "Wijken")),
            (self.INDICES, translate("WijkMix", "Segregation indices")),
        ):
            self.addParameter(
                QgsProcessingParameterFeatureSink(
                    name, label, QgsProcessing.SourceType.TypeVector, optional=True
                )
            )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSink(
                    self.BLOCKS_OUT,
                    translate("WijkMix", "Map of the blocks (only with blocks)"),
                    optional=True,
                    createByDefault=False,
                ),
                translate(
                    "WijkMix",
                    "Every block with its own diversity, how much more mixed its surroundings are "
                    "within 50 to 2000 m, its steepest border and the mosaic class of its wijk. "
                    "Blocks with too few dwellings are empty.",
                ),
            )
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                self.REPORT,
                translate("WijkMix", "Report"),
                translate("WijkMix", "HTML files (*.html)"),
                optional=True,
            )
        )
        for name, label in (
            ("N_BUURTEN", translate("WijkMix", "Number of buurten")),
            ("N_USED", translate("WijkMix", "Buurten with usable figures")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, label))
        self.add_flag_outputs()

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        from ..wijkmix_plugin.policy import catalogue
        from ..wijkmix_plugin.scan import wanted_columns

        source = self.source(parameters, self.INPUT, context)
        qgis_io.check_crs(source)
        mapping = read_mapping(self.parameterAsString(parameters, MAPPING, context))
        wanted_columns(source.fields().names(), catalogue.load(), mapping)
        self.check_policy(source, parameters, context)
        limits_of(self, parameters, context)
        if parameters.get(self.BLOCKS) is not None:
            self._check_blocks(parameters, context)
        elif parameters.get(self.BLOCKS_OUT) is not None:
            raise TableError(
                "A map of the blocks is asked (BLOCKS_OUT), but there are no blocks. Give a layer "
                "of blocks (BLOCKS), or leave the map out.",
                "Er is een kaart van de blokken gevraagd (BLOCKS_OUT), maar er zijn geen blokken. "
                "Geef een laag met blokken (BLOCKS), of laat de kaart weg.",
            )

    def _check_blocks(self, parameters: dict[str, Any], context: Any) -> None:
        from ..wijkmix_plugin.scan import check_block_fields

        blocks = self.source(parameters, self.BLOCKS, context)
        qgis_io.check_crs(blocks)
        for name in check_block_fields(blocks.fields().names()):
            if not blocks.fields().field(name).isNumeric():
                raise TableError(
                    "Field {name} of {layer} holds text, not counts. Give the numbers of dwellings "
                    "in a numeric field.",
                    "Veld {name} van {layer} bevat tekst, geen aantallen. Geef de aantallen "
                    "woningen in een getalveld.",
                    name=name,
                    layer=blocks.sourceName(),
                )

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:
        # Here and not in the run: a layer of the project may only be asked in the main thread.
        layer = self.parameterAsVectorLayer(parameters, self.INPUT, context)
        self._credit, self._record = credit(layer), _record(layer)
        return True

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        from ..wijkmix_plugin import scan
        from ..wijkmix_plugin.policy import catalogue
        from ..wijkmix_plugin.report import html
        from ..wijkmix_plugin.tables import cbs

        shipped = catalogue.load()
        source = self.source(parameters, self.INPUT, context)
        fields = source.fields().names()
        mapping = read_mapping(self.parameterAsString(parameters, MAPPING, context))
        for item in cbs.notes_on(fields, mapping, None):
            self.note(feedback, item.text)
        crs = qgis_io.metric_crs(source)
        if crs != source.sourceCrs():
            feedback.pushWarning(
                QCoreApplication.translate(
                    "WijkMix",
                    "The layer is not in metres; it is reprojected to RD New (EPSG:28992).",
                )
            )
        frame = qgis_io.read(
            source,
            scan.wanted_columns(fields, shipped, mapping),
            crs=crs,
            transform_context=context.transformContext(),
            feedback=feedback,
        )
        code = cbs.detect_columns(fields, mapping).get("buurt_code", "buurt_code")
        rule = self.add_own_rule(frame, parameters, context, feedback, code)
        asked = bool(parameters.get(self.BLOCKS))
        blocks = self.source(parameters, self.BLOCKS, context) if asked else None
        fine = None
        if blocks is not None:
            fine = qgis_io.read(
                blocks, crs=crs, transform_context=context.transformContext(), feedback=feedback
            )
            _check_place(blocks, fine, frame)
        limits, theta = limits_of(self, parameters, context)
        result = scan.run_scan(
            frame,
            shipped,
            source=source.sourceName(),
            attribution=self._credit,
            mapping=mapping,
            vulnerable_rule=rule,
            record=self._record,
            gemeente=_split(self.parameterAsString(parameters, self.GEMEENTE, context)),
            reference=REFERENCES[self.parameterAsEnum(parameters, self.REFERENCE, context)],
            blocks=fine,
            blocks_source="" if blocks is None else blocks.sourceName(),
            limits=limits,
            theta=theta,
            thresholds=self.thresholds(parameters, context),
            permutations=self.parameterAsInt(parameters, self.PERMUTATIONS, context),
            seed=self.parameterAsInt(parameters, self.SEED, context),
            alpha=self.parameterAsDouble(parameters, self.ALPHA, context),
            progress=lambda percent: feedback.setProgress(0.8 * percent),
            cancelled=feedback.isCanceled,
        )
        for item in result.notes:
            self.note(feedback, item.text, warning=item.severity == "warning")
        result.provenance["crs"] = crs.authid()
        report = self.parameterAsFileOutput(parameters, self.REPORT, context)
        page = html.render_scan(result, shipped, lang=language()) if report else ""
        names = aliases()
        outputs = {
            self.OUTPUT: (result.frame, crs),
            self.WIJKEN: (result.wijken, None),
            self.INDICES: (result.indices, None),
        }
        if result.blocks is not None:
            outputs[self.BLOCKS_OUT] = (result.blocks, crs)
        self.record(result.provenance, parameters, context)
        results = self.save(parameters, context, feedback, outputs)
        if report:
            self.write_text(Path(report), page)
            results[self.REPORT] = report
        kind = OWN if blocks is None else proxy(blocks.fields().names())
        self._load(context, results, result, names, kind)
        return {
            **results,
            **self.count_flags(result.frame),
            "N_BUURTEN": len(result.frame),
            "N_USED": int(result.frame["share_koop"].notna().sum()),
        }

    def _load(
        self, context: Any, results: dict[str, Any], result: Any, names: dict[str, str], kind: Text
    ) -> None:
        """Arrange the outputs in one group: mix and flags shown, the rest a click away."""
        from ..wijkmix_plugin.measures.grain import RADII

        translate = QCoreApplication.translate
        group = translate("WijkMix", "WijkMix scan: {source}").format(
            source=result.provenance["source"]
        )
        buurten = results[self.OUTPUT]

        def look(style: Any, **more: Any) -> styling.PostProcessor:
            return styling.PostProcessor(style, result.provenance, aliases=names, **more)

        cluster = "moran_huur" if "huur" in result.classes else "moran_corp"
        clusters = (
            translate("WijkMix", "Local Moran clusters, rental")
            if "huur" in result.classes
            else translate("WijkMix", "Local Moran clusters, corporation rental")
        )
        mix = (translate("WijkMix", "Tenure mix"), 40, look(styling.tenure_mix, counts=True))
        moran = look(styling.moran_cluster(cluster), visible=False, counts=True)
        views = [mix, (clusters, 30, moran), *self.flag_views(look)]
        blocks = result.provenance["variant"] == "block"
        if blocks:
            name = translate("WijkMix", "Mosaic per wijk, block variant")
            if kind is not OWN:
                name = f"{name} ({local(kind)})"
            style = styling.mosaic_class(result.provenance["parameters"])
            views.insert(2, (name, 20, look(style, visible=False)))
        styling.load(context, buurten, group, views)
        if self.BLOCKS_OUT in results:
            name = translate("WijkMix", "Blocks and their surroundings (distance: see Styles)")
            if kind is not OWN:
                name = f"{name} ({local(kind)})"
            style = styling.blocks([float(r) for r in RADII], result.provenance["parameters"])
            views = [(name, 15, look(style, visible=False))]
            styling.load(context, results[self.BLOCKS_OUT], group, views)
        # The variant of the mosaic index stands in the name: on buurten it says something else.
        wijken = (
            translate("WijkMix", "Wijken (table), mosaic in block variant")
            if blocks
            else translate("WijkMix", "Wijken (table), mosaic in buurt variant")
        )
        if self.WIJKEN in results:
            styling.load(context, results[self.WIJKEN], group, [(wijken, 11, look(styling.plain))])
        if self.INDICES in results:
            name = translate("WijkMix", "Segregation indices (table)")
            read = styling.PostProcessor(
                styling.plain, result.provenance, aliases={**names, **index_aliases()}
            )
            styling.load(context, results[self.INDICES], group, [(name, 10, read)])


def credit(layer: QgsVectorLayer | None) -> str:
    """Return whom the layer itself credits: its field `bron`, its metadata, else only its name."""
    name = "?" if layer is None else layer.name()
    if layer is not None:
        place = layer.fields().lookupField("bron")
        told = layer.uniqueValues(place, _CREDITS + 1) if place >= 0 else ()
        known = (value for value in map(qgis_io.plain, told) if value is not None)
        said = sorted({str(value).strip() for value in known} - {""})
        if said:
            return "; ".join(said[:_CREDITS]) + (" …" if len(said) > _CREDITS else "")
        rights = [text for text in layer.metadata().rights() if text.strip()]
        if rights:
            return "; ".join(rights)
    return QCoreApplication.translate("WijkMix", "Source: as in the layer {name}").format(name=name)


def _record(layer: QgsVectorLayer | None) -> dict[str, Any]:
    """Return what is stored of the run that made a layer, or what its fields keep of that."""
    from ..wijkmix_plugin.tables.added import IN_FIELDS, OWN_DATA, record_of

    record = qgis_io.origin(layer) or {}
    if layer is None or OWN_DATA in record:
        return record
    places = {name: layer.fields().lookupField(name) for name in IN_FIELDS}
    # Some formats read a date as one.
    values = {
        name: [
            v.toString("yyyy-MM-dd") if isinstance(v, QDate) else qgis_io.plain(v)
            for v in layer.uniqueValues(place, _CREDITS)
        ]
        for name, place in places.items()
        if place >= 0
    }
    return {**record, OWN_DATA: record_of(values)}


def _check_place(blocks: Any, fine: Any, frame: Any) -> None:
    """Refuse blocks that lie far from the buurten because their coordinate system is wrong."""
    import numpy as np

    from ..wijkmix_plugin.tables import dwellings

    low = np.maximum(fine.total_bounds[:2], frame.total_bounds[:2])
    high = np.minimum(fine.total_bounds[2:], frame.total_bounds[2:])
    if not (low > high).any():  # nor where one of them has no geometry at all
        return
    # As the layer has them, not as they were reprojected.
    middle = blocks.sourceExtent().center()
    name = dwellings.looks_like(np.array([middle.x()]), np.array([middle.y()]))
    crs = blocks.sourceCrs().authid()
    if name and crs not in name:
        raise GeometryError(
            "No block of {layer} lies near the buurten: its coordinates look like {name}, but the "
            "layer says {crs}. Set the coordinate system of the layer right.",
            "Geen blok van {layer} ligt bij de buurten: de coördinaten lijken op {name}, maar de "
            "laag zegt {crs}. Stel het coördinatenstelsel van de laag goed in.",
            layer=blocks.sourceName(),
            name=name,
            crs=crs,
        )


def _split(text: str) -> list[str] | None:
    """Split a comma-separated list; None where it is empty."""
    items = [item.strip() for item in (text or "").split(",")]
    return [item for item in items if item] or None
