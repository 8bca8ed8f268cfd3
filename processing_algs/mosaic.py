# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:mosaic`: is a mixed wijk mixed inside its blocks, or a mosaic of uniform ones."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import TableError, Text
from . import styling
from .base import described, local
from .blocks_algorithm import AREAS_OR_POINTS, OWN, Blocks, BlocksAlgorithm, labels
from .limits import add_limits, limits_of, recorded

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

DWELLINGS, PANDEN = 0, 1
# Fields that name the wijk in a layer of buurten or wijken, and the buurt in a layer of buurten.
WIJK_FIELDS = ("wijk_code", "wijkcode", "WK_CODE")
BUURT_FIELDS = ("buurt_code", "buurtcode", "BU_CODE")


class Mosaic(BlocksAlgorithm):
    """Blocks in; the mosaic index per parent, and the blocks against their surroundings, out."""

    NAME = "mosaic"
    PARENT = "PARENT"
    PARENTS = "PARENTS"
    PARENTS_FIELD = "PARENTS_FIELD"
    NULL_MODEL = "NULL_MODEL"
    PAND_FIELD = "PAND_FIELD"
    BLOCK_FIELD = "BLOCK_FIELD"
    REPLICATES = "REPLICATES"
    SEED = "SEED"
    RADII = "RADII"
    TOLERANCE = "TOLERANCE"
    OUTPUT = "OUTPUT"
    BLOCKS_OUT = "BLOCKS_OUT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Mosaic index (uniform blocks, mixed wijk)")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Tells a mosaic of uniform blocks from a wijk that is mixed inside every block. The "
            "index is the diversity of the wijk minus the mean diversity of its blocks (0-1); "
            "small blocks are uniform by chance, so the mean of shuffled wijken is taken off. "
            "Also: the size of the uniform patch in which the average dwelling stands, the "
            "contrast at borders, and per block how much more mixed its surroundings are. The "
            "limits of the four classes are assumptions and can be changed. It describes; it does "
            "not say that a mosaic works.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        self.add_block_parameters(AREAS_OR_POINTS, translate("WijkMix", "Blocks"))
        self._add_field(
            self.PARENT,
            translate("WijkMix", "Wijk of each block: field (or give a layer below)"),
            translate("WijkMix", "A field with the code of the wijk or other parent area."),
        )
        self.addParameter(
            described(
                QgsProcessingParameterFeatureSource(
                    self.PARENTS,
                    translate("WijkMix", "Wijken or buurten (polygons)"),
                    [QgsProcessing.SourceType.TypeVectorPolygon],
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Where the blocks have no code. A block belongs to the area that holds most of "
                    "it, and to none where more than half lies outside all; blocks that straddle "
                    "are counted.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterField(
                    self.PARENTS_FIELD,
                    translate("WijkMix", "Field with the code of the wijk in that layer"),
                    parentLayerParameterName=self.PARENTS,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "Polygons with the same code are one parent. Empty: wijk_code or wijkcode.",
                ),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterEnum(
                    self.NULL_MODEL,
                    translate("WijkMix", "Chance: shuffle"),
                    [
                        translate("WijkMix", "dwellings among blocks"),
                        translate("WijkMix", "whole buildings (panden) among blocks"),
                    ],
                    defaultValue=DWELLINGS,
                ),
                translate(
                    "WijkMix",
                    "A building of a corporation is uniform by construction, so against shuffled "
                    "dwellings nearly every wijk stands out; whole buildings are the stricter "
                    "test. With both fields below the other one is given beside it.",
                ),
            )
        )
        self._add_field(
            self.BLOCK_FIELD,
            translate("WijkMix", "Block: rows with the same value are one block"),
            translate("WijkMix", "Empty: every row is a block."),
        )
        self._add_field(
            self.PAND_FIELD,
            translate("WijkMix", "Building (pand): rows with the same value are one building"),
            translate("WijkMix", "Adds chance by whole buildings; the block field is needed too."),
        )
        double = QgsProcessingParameterNumber.Type.Double
        integer = QgsProcessingParameterNumber.Type.Integer
        for name, text, kind, default, low, high in (
            (self.REPLICATES, translate("WijkMix", "Shuffles"), integer, 999, 2, 99_999),
            (self.SEED, translate("WijkMix", "Random seed"), integer, 12345, 0, 2**31 - 1),
            (
                self.MIN_DWELLINGS,
                translate("WijkMix", "Least dwellings in a block"),
                integer,
                10,
                1,
                10_000,
            ),
            (
                self.TOLERANCE,
                translate("WijkMix", "Metres between blocks of one patch"),
                double,
                0.0,
                0.0,
                1000.0,
            ),
        ):
            self.addParameter(
                described(
                    QgsProcessingParameterNumber(
                        name, text, kind, defaultValue=default, minValue=low, maxValue=high
                    ),
                    translate("WijkMix", "The default is an assumption; the layer names it."),
                    advanced=name != self.REPLICATES,
                )
            )
        add_limits(self)
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.RADII,
                    translate("WijkMix", "Surroundings: radii in metres"),
                    defaultValue="50,100,250,500,1000,2000",
                ),
                translate("WijkMix", "For the layer of blocks."),
                advanced=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(self.OUTPUT, translate("WijkMix", "Mosaic per wijk"))
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                self.BLOCKS_OUT,
                translate("WijkMix", "Blocks and their surroundings"),
                optional=True,
                createByDefault=False,
            )
        )

    def _add_field(self, name: str, text: str, advice: str) -> None:
        field = QgsProcessingParameterField(
            name, text, parentLayerParameterName=self.INPUT, optional=True
        )
        self.addParameter(described(field, advice))

    def check(self, parameters: dict[str, Any], context: Any) -> None:
        chosen = (self.PARENT, self.BLOCK_FIELD, self.PAND_FIELD)
        fields = [self.parameterAsString(parameters, name, context) for name in chosen]
        self.check_blocks(parameters, context, fields=[name for name in fields if name])
        source = self.source(parameters, self.INPUT, context)
        if source.wkbType() != QgsWkbTypes.Type.NoGeometry:
            qgis_io.check_crs(source)
        areas = self.parameterAsSource(parameters, self.PARENTS, context)
        if bool(fields[0]) == (areas is not None):
            raise TableError(
                "Give the wijk of each block in one way: a field of the blocks (PARENT) or a layer "
                "of polygons (PARENTS).",
                "Geef de wijk van elk blok op een manier: een veld van de blokken (PARENT) of een "
                "laag met vlakken (PARENTS).",
            )
        if areas is not None:
            qgis_io.check_crs(areas)
            self._parents_field(parameters, context, areas)
        if self.parameterAsEnum(parameters, self.NULL_MODEL, context) == PANDEN and not (
            fields[1] and fields[2]
        ):
            raise TableError(
                "Shuffling whole buildings needs two fields of the rows: the building (PAND_FIELD) "
                "and the block it stands in (BLOCK_FIELD).",
                "Hele panden schudden vraagt twee velden van de rijen: het pand (PAND_FIELD) en "
                "het blok waarin het staat (BLOCK_FIELD).",
            )
        limits_of(self, parameters, context)
        radii(self.parameterAsString(parameters, self.RADII, context))

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        import geopandas as gpd
        import numpy as np
        import pandas as pd

        from ..wijkmix_plugin.measures import mosaic

        limits, theta = limits_of(self, parameters, context)
        parent = self.parameterAsString(parameters, self.PARENT, context)
        block = self.parameterAsString(parameters, self.BLOCK_FIELD, context)
        pand = self.parameterAsString(parameters, self.PAND_FIELD, context)
        null_model = self.parameterAsEnum(parameters, self.NULL_MODEL, context)
        source = self.source(parameters, self.INPUT, context)
        own = next((n for n in BUURT_FIELDS if source.fields().lookupField(n) >= 0), "")
        fields = [name for name in (parent, block, pand, own) if name]
        read = self.blocks(parameters, context, feedback, fields=fields)
        outlines = None
        if parent:
            code = labels(read.frame[parent])
        else:
            code, outlines = self._locate(parameters, context, feedback, read)
        panden = None
        if block and pand:
            panden = _together(
                read, labels(read.frame[block]), labels(read.frame[pand]), self, feedback
            )
        units = read
        if block:
            units, code = _blocks_of(read, labels(read.frame[block]), code, self, feedback)
        feedback.setProgress(20)
        counts, code = self._enough(parameters, context, feedback, units.counts, code)
        settings: list[dict[str, Any]] = [{"counts": counts, "parents": code}]
        models = ["dwellings"]
        if panden is not None:
            # Without the blocks that are too small, as where dwellings are shuffled.
            home = np.where(np.isfinite(counts).all(axis=1), code, None)
            known = dict(zip(units.frame["block"], home, strict=True))
            settings.append(
                {
                    "counts": panden.counts,
                    "parents": [known.get(b) for b in panden.frame["block"]],
                    "blocks": panden.frame["block"].tolist(),
                }
            )
            models.append("panden")
        if null_model == PANDEN:
            settings.reverse()
            models.reverse()
        tables = [
            mosaic.mosaic(
                **given,
                replicates=self.parameterAsInt(parameters, self.REPLICATES, context),
                seed=self.parameterAsInt(parameters, self.SEED, context),
                limits=limits,
                progress=lambda part, turn=turn: feedback.setProgress(
                    20 + 50 * (turn + part / 100) / len(settings)
                ),
                cancelled=feedback.isCanceled,
            )
            for turn, given in enumerate(settings)
        ]
        table = tables[0]
        for other, model in zip(tables[1:], models[1:], strict=True):
            mosaic.add_model(table, other, model)
        if table.empty:
            raise TableError(
                "No block has both usable counts and a wijk. Check the groups, the least number of "
                "dwellings and where the blocks lie.",
                "Geen enkel blok heeft zowel bruikbare aantallen als een wijk. Controleer de "
                "groepen, het minimum aantal woningen en waar de blokken liggen.",
            )
        table = self._with_empty(table, [*code, *(outlines or ())], feedback)
        number = pd.Index(table.index).get_indexer(pd.Index(code, dtype=object))
        number[pd.isna(code)] = -1
        steepest = self._arrangement(parameters, context, table, units, counts, number)
        feedback.setProgress(80)
        buurten = bool(own) and not block and read.frame[own].is_unique
        if buurten:
            self.note(
                feedback,
                Text(
                    "The units are buurten. Uniform blocks inside buurten cannot be seen on them: "
                    "a wijk may be a clear mosaic of blocks (0.33) and show next to nothing on "
                    "buurten (0.01). So buurten cannot test insight 9; squares of 100 m, PC6 areas "
                    "or complexes can.",
                    "De eenheden zijn buurten. Uniforme blokken binnen buurten zijn daarop niet te "
                    "zien: een wijk kan een duidelijk mozaïek van blokken zijn (0,33) en op "
                    "buurten bijna niets laten zien (0,01). Geef vierkanten van 100 m, "
                    "PC6-gebieden of complexen om dat te toetsen; dit kan inzicht 9 niet toetsen.",
                ),
                warning=True,
            )
        frame = table.rename_axis("parent").reset_index()
        frame.insert(1, "variant", "buurt" if buurten else "block")
        kind = OWN if block or buurten else read.units
        frame.insert(2, "units", kind.en)
        frame["null_model"] = "panden" if null_model == PANDEN else "dwellings"
        if outlines is not None:
            areas = [outlines.get(name) for name in table.index]
        else:
            areas = _outlines(units, number, len(table))
        if areas is not None:
            frame = gpd.GeoDataFrame(frame, geometry=areas)
        outputs = {self.OUTPUT: (frame, read.crs)}
        if parameters.get(self.BLOCKS_OUT) is not None:
            outputs[self.BLOCKS_OUT] = (
                self._surroundings(parameters, context, feedback, units, counts, code, steepest),
                read.crs,
            )
        chosen = {
            "units": kind.en,
            "variant": "buurt" if buurten else "block",
            "null_model": "panden" if null_model == PANDEN else "dwellings",
            "replicates": self.parameterAsInt(parameters, self.REPLICATES, context),
            "seed": self.parameterAsInt(parameters, self.SEED, context),
            "min_dwellings": self.parameterAsInt(parameters, self.MIN_DWELLINGS, context),
            **recorded(limits, theta),
            "radii": radii(self.parameterAsString(parameters, self.RADII, context)),
        }
        origin = self.record(_origin(source.sourceName(), chosen), parameters, context)
        results = self.save(parameters, context, feedback, outputs)
        self._load(context, results, origin, kind, "geometry" in frame)
        return results

    def _with_empty(self, table: pd.DataFrame, wijken: list[Any], feedback: Any) -> pd.DataFrame:
        """Give wijken without a usable block a row as well: no blocks, and nothing known."""
        import numpy as np

        empty = sorted({name for name in wijken if name is not None} - set(table.index))
        if not empty:
            return table
        self.note(
            feedback,
            Text(
                "{n} wijken have no usable block, and so no index: {names}.",
                "{n} wijken hebben geen bruikbaar blok, en dus geen index: {names}.",
            ).format(n=len(empty), names=", ".join(empty[:10]) + (", …" if empty[10:] else "")),
        )
        whole = table.reindex(sorted([*table.index, *empty]))
        whole["n_blocks"] = whole["n_blocks"].fillna(0.0)
        known = whole["mosaic_class"]
        whole["mosaic_class"] = np.where(known.notna(), known, None)
        return whole

    def _parents_field(self, parameters: dict[str, Any], context: Any, areas: Any) -> str:
        """Return the field with the code of a parent in PARENTS, "" for each polygon by itself."""
        names = areas.fields().names()
        chosen = self.parameterAsString(parameters, self.PARENTS_FIELD, context)
        if chosen and chosen not in names:
            raise TableError(
                "Layer {layer} has no field {name}. Its fields are: {fields}.",
                "Laag {layer} heeft geen veld {name}. De velden zijn: {fields}.",
                layer=areas.sourceName(),
                name=chosen,
                fields=", ".join(names),
            )
        return chosen or next((name for name in WIJK_FIELDS if name in names), "")

    def _locate(
        self, parameters: dict[str, Any], context: Any, feedback: Any, read: Blocks
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Return the parent's code of every row, and the outline of each parent."""
        import numpy as np

        from ..wijkmix_plugin.measures import mosaic
        from ..wijkmix_plugin.measures.panden import joined

        source = self.source(parameters, self.PARENTS, context)
        field = self._parents_field(parameters, context, source)
        areas = qgis_io.read(
            source,
            [field] if field else [],
            crs=read.crs,
            transform_context=context.transformContext(),
            feedback=feedback,
        )
        numbered = np.array([str(i + 1) for i in range(len(areas))], dtype=object)
        names = labels(areas[field]) if field else numbered
        shapes = areas.geometry.to_numpy()
        outlines = {
            name: joined(shapes[names == name]) for name in dict.fromkeys(names) if name is not None
        }
        whole = np.array(list(outlines.values()), dtype=object)
        found = mosaic.assign(read.frame.geometry.to_numpy(), whole)
        keys = np.array([*outlines, None], dtype=object)
        self.note(
            feedback,
            Text(
                "{outside} of {n} rows lie in no wijk, or for more than half outside all, and are "
                "left out; {straddles} straddle two or more and went to the one that holds most "
                "of their area.",
                "{outside} van {n} rijen liggen in geen wijk, of voor meer dan de helft buiten "
                "alle, en tellen niet mee; {straddles} liggen in twee of meer en zijn ingedeeld "
                "bij die met het grootste deel van hun oppervlak.",
            ).format(
                outside=int((found.parent < 0).sum()),
                n=len(read.frame),
                straddles=int(found.straddles.sum()),
            ),
        )
        return keys[found.parent], outlines

    def _enough(
        self, parameters: dict[str, Any], context: Any, feedback: Any, counts: Any, code: Any
    ) -> tuple[np.ndarray, np.ndarray]:
        """Leave blocks with too few dwellings out: too small to show, and uniform by chance."""
        import numpy as np

        least = self.parameterAsInt(parameters, self.MIN_DWELLINGS, context)
        small = counts.sum(axis=1) < least - 1e-9
        nothing = ~np.isfinite(counts).all(axis=1)
        self.note(
            feedback,
            Text(
                "{used} of {n} blocks are used; {small} have fewer than {least} dwellings and "
                "{nothing} no usable counts.",
                "{used} van {n} blokken zijn gebruikt; {small} hebben minder dan {least} woningen "
                "en {nothing} geen bruikbare aantallen.",
            ).format(
                used=int((~small & ~nothing).sum()),
                n=len(counts),
                small=int(small.sum()),
                least=least,
                nothing=int(nothing.sum()),
            ),
        )
        return np.where(small[:, None], np.nan, counts), code

    def _arrangement(
        self,
        parameters: dict[str, Any],
        context: Any,
        table: pd.DataFrame,
        units: Blocks,
        counts: np.ndarray,
        number: np.ndarray,
    ) -> np.ndarray | None:
        """Add patch size and edge contrast where the blocks are polygons."""
        import numpy as np

        from ..wijkmix_plugin.measures import mosaic

        theta = limits_of(self, parameters, context)[1]
        names = ["patch_size", *(f"patch_size_{round(100 * t)}" for t in mosaic.THETAS)]
        names += ["mixed_dwellings", "edge_contrast"]
        for name in names:
            table[name] = np.nan
        if not _polygons(units) or table.empty:
            return None
        shapes = units.frame["geometry"].to_numpy()
        size, mixed = mosaic.patch_sizes(
            counts,
            shapes,
            number,
            [theta, *mosaic.THETAS],
            tolerance=self.parameterAsDouble(parameters, self.TOLERANCE, context),
        )
        for name, values in zip(names, size, strict=False):
            table[name] = _padded(values, len(table))
        table["mixed_dwellings"] = _padded(mixed[0], len(table))
        group = next((i for i, g in enumerate(units.groups) if "corp" in g.lower()), 0)
        shares = counts[:, group] / np.where(counts.sum(axis=1) > 0, counts.sum(axis=1), np.nan)
        contrast, steepest = mosaic.edge_contrast(shares, shapes, number)
        table["edge_contrast"] = _padded(contrast, len(table))
        return steepest

    def _surroundings(
        self,
        parameters: dict[str, Any],
        context: Any,
        feedback: Any,
        units: Blocks,
        counts: np.ndarray,
        code: np.ndarray,
        steepest: np.ndarray | None,
    ) -> pd.DataFrame:
        import geopandas as gpd
        import numpy as np

        from ..wijkmix_plugin.measures import mix, mosaic
        from ..wijkmix_plugin.measures.spatial import representative_points

        distances = radii(self.parameterAsString(parameters, self.RADII, context))
        points = representative_points(units.frame["geometry"].to_numpy())
        delta = mosaic.surroundings_minus_block(
            counts,
            points,
            distances,
            progress=lambda part: feedback.setProgress(80 + 0.15 * part),
            cancelled=feedback.isCanceled,
        )
        columns: dict[str, Any] = {"parent": code}
        columns |= {name: counts[:, k] for k, name in enumerate(units.groups)}
        shares = mix.composition(counts)
        columns["block_div"] = mix.entropy(shares) / np.log(counts.shape[1])
        for distance, values in zip(distances, delta, strict=True):
            columns[f"env_minus_block_{distance:g}"] = values
        columns["edge_steepest"] = np.full(len(counts), np.nan) if steepest is None else steepest
        return gpd.GeoDataFrame(columns, geometry=units.frame["geometry"].to_numpy())

    def _load(
        self,
        context: Any,
        results: dict[str, Any],
        origin: dict[str, Any],
        kind: Text,
        drawn: bool,
    ) -> None:
        translate = QCoreApplication.translate
        name = (
            translate("WijkMix", "Mosaic per wijk, buurt variant")
            if origin["parameters"]["variant"] == "buurt"
            else translate("WijkMix", "Mosaic per wijk, block variant")
        )
        if kind is not OWN:
            name = f"{name} ({local(kind)})"
        style = styling.mosaic_class(origin["parameters"]) if drawn else styling.plain
        look = styling.PostProcessor(style, origin, aliases=aliases([]), counts=drawn)
        styling.load(context, results[self.OUTPUT], "", [(name, 0, look)])
        if self.BLOCKS_OUT in results:
            label = translate("WijkMix", "Blocks and their surroundings (distance: see Styles)")
            distances = origin["parameters"]["radii"]
            style = styling.blocks(distances)
            look = styling.PostProcessor(style, origin, aliases=aliases(distances))
            views = [(label, 1, look)]
            styling.load(context, results[self.BLOCKS_OUT], "", views)


def radii(text: str) -> list[float]:
    """Read a comma-separated list of distances, ascending and without doubles."""
    try:
        values = sorted({float(part) for part in text.replace(";", ",").split(",") if part.strip()})
    except ValueError:
        values = []
    if not values or not all(0 < value < 1e6 for value in values):
        raise TableError(
            "The radii are {text}; give metres above 0, with commas between: 100,500,1000.",
            "De afstanden zijn {text}; geef meters boven 0, met komma's ertussen: 100,500,1000.",
            text=text or "-",
        )
    return values


def _origin(source: str, chosen: dict[str, Any]) -> dict[str, Any]:
    """Return what is stored with the layers: the choices, the assumptions among them."""
    from ..wijkmix_plugin import scan

    return {
        "title": "WijkMix mosaic",
        "source": source,
        "date": datetime.date.today().isoformat(),
        "parameters": chosen,
        "versions": scan.versions(),
    }


def _polygons(units: Blocks) -> bool:
    kinds = set(units.frame["geometry"].dropna().geom_type) if "geometry" in units.frame else set()
    return bool(kinds) and kinds <= {"Polygon", "MultiPolygon"}


def _padded(values: np.ndarray, n: int) -> np.ndarray:
    import numpy as np

    return np.concatenate([values, np.full(n - len(values), np.nan)])


def _outlines(units: Blocks, number: np.ndarray, n: int) -> list[Any] | None:
    """Return the union of the blocks of each parent; None for points."""
    from ..wijkmix_plugin.measures.panden import joined

    if not _polygons(units):
        return None
    shapes = units.frame["geometry"].to_numpy()
    return [joined(shapes[number == i]) for i in range(n)]


def _blocks_of(
    read: Blocks, block: np.ndarray, code: np.ndarray, algorithm: Mosaic, feedback: Any
) -> tuple[Blocks, np.ndarray]:
    """Sum rows to blocks; a block goes to the parent with most of its dwellings."""
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    from ..wijkmix_plugin.measures.panden import joined

    rows = pd.DataFrame({"block": block, "parent": code, "t": np.nansum(read.counts, axis=1)})
    lost = rows["block"].isna()
    if lost.any():
        algorithm.note(
            feedback,
            Text(
                "{n} rows with {dwellings:.0f} dwellings have no block, and are left out.",
                "{n} rijen met {dwellings:.0f} woningen hebben geen blok en tellen niet mee.",
            ).format(n=int(lost.sum()), dwellings=rows.loc[lost, "t"].sum()),
            warning=True,
        )
    if lost.all():
        raise TableError(
            "No row has a block. Choose another block field (BLOCK_FIELD), or leave it out: then "
            "every row is a block.",
            "Geen enkele rij heeft een blok. Kies een ander veld voor het blok (BLOCK_FIELD), of "
            "laat het weg: dan is elke rij een blok.",
        )
    rows = rows[~lost]
    counts = pd.DataFrame(read.counts, columns=read.groups).groupby(block, sort=True)
    # A block with one unusable row has no known composition.
    summed = counts.sum(min_count=1).where(~counts.apply(lambda g: g.isna().any()), np.nan)
    held = rows.dropna().groupby(["block", "parent"], sort=True)["t"].sum().reset_index()
    held = held.sort_values(["block", "t", "parent"], ascending=[True, False, True])
    straddles = int(held["block"].duplicated(keep="first").groupby(held["block"]).any().sum())
    home = held.drop_duplicates("block").set_index("block")["parent"]
    if straddles:
        algorithm.note(
            feedback,
            Text(
                "{n} blocks have rows in two or more wijken; the majority of dwellings decided.",
                "{n} blokken hebben rijen in twee of meer wijken; de meerderheid van de woningen "
                "gaf de doorslag.",
            ).format(n=straddles),
        )
    shapes = read.frame["geometry"].groupby(pd.Series(block), sort=True)
    union = shapes.apply(lambda g: joined(g.dropna().to_numpy()))
    frame = gpd.GeoDataFrame(
        {"block": summed.index.to_numpy()}, geometry=union.reindex(summed.index).to_numpy()
    )
    parent = home.reindex(summed.index).astype(object).to_numpy()
    parent[pd.isna(parent)] = None
    return Blocks(frame, summed.to_numpy(dtype=float), read.groups, read.crs), parent


def _together(
    read: Blocks,
    block: np.ndarray,
    pand: np.ndarray,
    algorithm: Mosaic,
    feedback: Any,
) -> Blocks:
    """Sum rows to buildings; a part of a building in another block is a building of its own.

    So is a row without a building: the same dwellings are shuffled as where dwellings are.
    """
    import numpy as np
    import pandas as pd

    place, names = pd.factorize(pand, sort=True)
    alone = place < 0
    place = np.where(alone, len(names) + np.arange(len(place)), place)
    keys = pd.DataFrame({"block": block, "pand": place})
    whole = keys["block"].notna().to_numpy()
    counts = pd.DataFrame(read.counts, columns=read.groups)[whole]
    summed = counts.groupby([keys["block"][whole], keys["pand"][whole]], sort=True).sum(min_count=1)
    split = summed.index.get_level_values("pand").duplicated().sum()
    algorithm.note(
        feedback,
        Text(
            "{n} buildings are shuffled; {split} parts belong to a building in more than one "
            "block, {alone} rows without a building are one by themselves.",
            "{n} panden worden geschud; {split} delen horen bij een pand in meer dan een blok, "
            "{alone} rijen zonder pand zijn elk een eigen pand.",
        ).format(n=len(summed), split=int(split), alone=int((alone & whole).sum())),
    )
    return Blocks(
        summed.index.to_frame(index=False), summed.to_numpy(dtype=float), read.groups, read.crs
    )


def aliases(distances: Sequence[float]) -> dict[str, str]:
    """Return the aliases of the two outputs, the second with these distances around a block."""
    from ..wijkmix_plugin.measures.grain import PATCHES
    from ..wijkmix_plugin.measures.mosaic import THETAS

    translate = QCoreApplication.translate
    patch = translate("WijkMix", "Size of the uniform patch, tenure dominant from {share}%")
    around = translate("WijkMix", "Diversity within {radius} m minus that inside the block")
    return {
        **{n: patch.format(share=f"{100 * t:g}") for n, t in zip(PATCHES, THETAS, strict=True)},
        **{f"env_minus_block_{r:g}": around.format(radius=f"{r:g}") for r in distances},
        "parent": translate("WijkMix", "Wijk"),
        "variant": translate("WijkMix", "Variant (units of the index)"),
        "units": translate("WijkMix", "Units that stand for blocks"),
        "n_blocks": translate("WijkMix", "Number of blocks"),
        "wijk_diversity": translate("WijkMix", "Diversity of the wijk (0-1)"),
        "block_diversity": translate("WijkMix", "Mean diversity inside blocks (0-1)"),
        "theil_h": translate("WijkMix", "Theil's H"),
        "mosaic": translate("WijkMix", "Mosaic index (0-1)"),
        "mosaic_expected": translate("WijkMix", "Mosaic index by chance"),
        "mosaic_corrected": translate("WijkMix", "Mosaic index beyond chance"),
        "mosaic_z": translate("WijkMix", "Mosaic index: z against chance"),
        "mosaic_expected_dwellings": translate(
            "WijkMix", "Mosaic index by chance, dwellings shuffled"
        ),
        "mosaic_corrected_dwellings": translate(
            "WijkMix", "Mosaic index beyond chance, dwellings shuffled"
        ),
        "mosaic_z_dwellings": translate(
            "WijkMix", "Mosaic index: z against chance, dwellings shuffled"
        ),
        "mosaic_expected_panden": translate("WijkMix", "Mosaic index by chance, panden shuffled"),
        "mosaic_corrected_panden": translate(
            "WijkMix", "Mosaic index beyond chance, panden shuffled"
        ),
        "mosaic_z_panden": translate("WijkMix", "Mosaic index: z against chance, panden shuffled"),
        "mosaic_class": translate("WijkMix", "Mosaic class"),
        "null_model": translate("WijkMix", "Shuffled"),
        "patch_size": translate("WijkMix", "Size of the uniform patch (dwellings)"),
        "mixed_dwellings": translate("WijkMix", "Dwellings in blocks without dominant tenure"),
        "edge_contrast": translate("WijkMix", "Contrast at borders between blocks (0-1)"),
        "block_div": translate("WijkMix", "Diversity inside the block (0-1)"),
        "edge_steepest": translate("WijkMix", "Steepest border of the block (0-1)"),
    }
