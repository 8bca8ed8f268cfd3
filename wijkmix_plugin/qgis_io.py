# SPDX-License-Identifier: GPL-2.0-or-later
"""The only bridge between QGIS and the core: sources to frames and frames to sinks.

Nothing outside this module knows NULL, QVariant or WKB.
"""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsDataSourceUri,
    QgsExpression,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsLayerMetadata,
    QgsMapLayer,
    QgsProcessingFeatureSource,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingUtils,
    QgsProviderConnectionException,
    QgsProviderRegistry,
    QgsRectangle,
    QgsVariantUtils,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType, QUrl, QUrlQuery

from .errors import Cancelled, GeometryError, TableError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd

_OF_PROVIDER = QgsFields.FieldOrigin.OriginProvider
_PLAIN = frozenset((float, int, str, bool, type(None)))
RD_NEW = "EPSG:28992"
STEP = 500  # features between two looks at what the user wants
PORTION = 10_000  # rows that are turned into features, or written, at a time
PROVENANCE = "wijkmix/provenance"


def language() -> str:
    """Return "nl" for a Dutch QGIS, else "en"."""
    # `qgis --lang nl` changes what QGIS shows and not its locale; without a window only the locale
    # is known. The setting locale/userLocale is empty on a fresh profile.
    shown = QgsApplication.instance().translation() or QgsApplication.locale()
    return "nl" if shown.lower().startswith("nl") else "en"


@contextmanager
def many_small_objects() -> Iterator[None]:
    """Pause the search for reference cycles: rows hold none, and it takes a fifth of a run."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def plain(value: Any) -> Any:
    """Return a plain Python value: None for NULL and for NaN."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return None if type(value) not in _PLAIN and QgsVariantUtils.isNull(value) else value


def _column(values: Sequence[Any]) -> np.ndarray:
    """Turn one column of attribute values into float64 (numbers) or object (text, None)."""
    import numpy as np

    known = [v if type(v) in _PLAIN else (None if QgsVariantUtils.isNull(v) else v) for v in values]
    kinds = {type(v) for v in known}
    kinds.discard(type(None))
    if kinds <= {int, float} and kinds:
        return np.array([math.nan if v is None else v for v in known], dtype=float)
    column = np.empty(len(known), dtype=object)
    column[:] = known
    return column


def _request(
    source: QgsProcessingFeatureSource,
    names: Sequence[str],
    geometry: bool,
    crs: QgsCoordinateReferenceSystem | None,
    transform_context: Any,
) -> tuple[list[int], QgsFeatureRequest]:
    """Return where the fields stand, and a request for no more than those."""
    indices = [source.fields().lookupField(name) for name in names]
    request = QgsFeatureRequest()
    request.setSubsetOfAttributes(indices)
    if not geometry:
        request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    elif crs is not None and source.sourceCrs() != crs:
        request.setDestinationCrs(crs, transform_context)
    return indices, request


def read(
    source: QgsProcessingFeatureSource,
    fields: Iterable[str] | None = None,
    *,
    geometry: bool = True,
    crs: QgsCoordinateReferenceSystem | None = None,
    transform_context: Any = None,
    feedback: Any = None,
    until: float = 0.0,
) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read a feature source into a frame with a RangeIndex, in the source's order.

    Parameters
    ----------
    fields : names of the fields to fetch; None fetches all.
    geometry : fetch geometry as well; rows without one hold None.
    crs : reproject to this system.
    feedback : asked for cancellation every 500 features.
    until : the progress (percent) when everything is read; 0 reports none.
    """
    import geopandas as gpd
    import pandas as pd
    import shapely

    names = source.fields().names() if fields is None else list(fields)
    indices, request = _request(source, names, geometry, crs, transform_context)
    rows: list[list[Any]] = []
    shapes: list[bytes | None] = []
    # SkipGeometryValidityChecks: a broken polygon is reported by us, with its code, not dropped.
    skip = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
    total = source.featureCount() if until else 0
    for number, feature in enumerate(source.getFeatures(request, skip)):
        if feedback is not None and number % STEP == 0:
            if feedback.isCanceled():
                raise Cancelled
            if total > 0:
                feedback.setProgress(until * min(number / total, 1.0))
        # All at once: attribute() field by field takes twice as long.
        values = feature.attributes()
        rows.append([values[index] for index in indices])
        if geometry:
            shape = feature.geometry()
            shapes.append(None if shape.isNull() else bytes(shape.asWkb()))
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    made: dict[str, np.ndarray] = {}
    for name, held in zip(names, columns, strict=True):
        if feedback is not None and feedback.isCanceled():
            raise Cancelled
        made[name] = _column(held)
    frame = pd.DataFrame(made, index=pd.RangeIndex(len(rows)))
    if not geometry:
        return frame
    # Without a CRS, which the caller knows: geopandas would hand it to pyproj, and pyproj 3.7
    # crashes in the second task that QGIS runs on one of its pooled threads.
    return gpd.GeoDataFrame(frame, geometry=shapely.from_wkb(shapes, on_invalid="ignore"))


def shapes_in(
    layer: QgsVectorLayer, box: QgsRectangle, field: str
) -> tuple[list[int], np.ndarray, list[Any]]:
    """Return of the features whose box meets `box`: ids, shapes and the values of one field.

    A feature without a shape has no box and is not found; one that is broken holds None.
    """
    import shapely

    place = layer.fields().lookupField(field)
    request = QgsFeatureRequest(box)
    request.setSubsetOfAttributes([place])
    request.setInvalidGeometryCheck(Qgis.InvalidGeometryCheck.NoCheck)
    ids, shapes, values = [], [], []
    for feature in layer.getFeatures(request):
        ids.append(feature.id())
        shapes.append(bytes(feature.geometry().asWkb()))
        values.append(plain(feature.attribute(place)))
    return ids, shapely.from_wkb(shapes, on_invalid="ignore"), values


def stream(
    source: QgsProcessingFeatureSource,
    fields: Sequence[str],
    *,
    points: bool,
    crs: QgsCoordinateReferenceSystem | None = None,
    transform_context: Any = None,
    feedback: Any = None,
    size: int = 200_000,
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]]:
    """Yield a source in chunks of `size` features: columns, x and y.

    Memory holds one chunk. The place of a feature that is no point is a point inside it; x and y
    are NaN where it has none, and empty where `points` is not asked.

    Parameters
    ----------
    crs : give x and y in this system.
    feedback : asked for cancellation every 500 features, told the progress after every chunk.
    """
    import numpy as np

    indices, request = _request(source, fields, points, crs, transform_context)
    single = source.wkbType() == QgsWkbTypes.Type.Point
    rows: list[list[Any]] = []
    places: list[tuple[float, float]] = []

    def chunk() -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(indices)
        found = dict(zip(fields, map(_column, columns), strict=True))
        xy = np.array(places, dtype=float).reshape(-1, 2)
        return found, xy[:, 0], xy[:, 1]

    total = source.featureCount()
    done = 0
    skip = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
    for number, feature in enumerate(source.getFeatures(request, skip)):
        if feedback is not None and number % 500 == 0 and feedback.isCanceled():
            raise Cancelled
        values = feature.attributes()
        rows.append([values[index] for index in indices])
        if points:
            shape = feature.geometry()
            if shape.isEmpty():
                places.append((math.nan, math.nan))
            else:
                place = (shape if single else shape.pointOnSurface()).asPoint()
                places.append((place.x(), place.y()))
        if len(rows) == size:
            yield chunk()
            done += len(rows)
            rows.clear()
            places.clear()
            if feedback is not None and total > 0:
                feedback.setProgress(min(100 * done / total, 100))
    if rows:
        yield chunk()


class Behind(NamedTuple):
    """What is behind a layer. Asked in the main thread, for a run in another to look at.

    `keys` are places of fields; `parquet` is the file that the layer stands for.
    """

    provider: str
    source: str
    subset: str
    is_edited: bool
    fields: QgsFields
    wkb_type: QgsWkbTypes.Type
    encoding: str
    storage: str
    keys: list[int]
    n_selected: int
    parquet: str


def behind(layer: QgsVectorLayer | None) -> Behind | None:
    """Return what is behind a layer; None without a layer."""
    if layer is None:
        return None
    provider = layer.dataProvider()
    return Behind(
        layer.providerType(),
        layer.source(),
        layer.subsetString(),
        layer.isModified(),
        layer.fields(),
        layer.wkbType(),
        provider.encoding(),
        provider.storageType(),
        layer.primaryKeyAttributes(),
        layer.selectedFeatureCount(),
        str(layer.customProperty(PARQUET) or ""),
    )


class TextFile(NamedTuple):
    """How QGIS reads a layer from a text file; a delimiter of None is for the reader to find.

    `fields` are those of the file, `x` and `y` hold the point where it has one; `is_plain` tells
    that the layer shows the rows of the file as they are, and no more than this record says.
    """

    path: Path
    delimiter: str | None
    encoding: str
    quote: str
    skip: int
    decimal: str
    fields: list[str]
    x: str
    y: str
    is_plain: bool


# Options of a text layer that this record holds, or that do not change what a cell says.
_TOLD = {
    *("type", "delimiter", "encoding", "quote", "escape", "skipLines", "decimalPoint"),
    *("xField", "yField", "crs", "geomType", "detectTypes", "field", "watchFile"),
    *("spatialIndex", "subsetIndex", "trimFields", "useHeader", "maxFields"),
}


def text_file(layer: Behind | None, asked: Any = None) -> TextFile | None:
    """Return the text file behind a layer, separated by one character; None for any other.

    Parameters
    ----------
    asked : the value of the parameter, which may ask for a part of the layer.
    """
    if layer is None:
        return None
    parts = QgsProviderRegistry.instance().decodeUri(layer.provider, layer.source)
    path = Path(str(parts.get("path", "")))
    if path.suffix.lower() not in (".csv", ".tsv", ".txt") or not path.is_file():
        return None
    url = layer.source if layer.provider == "delimitedtext" else ""
    options = QUrlQuery(QUrl(url))
    told = {key: QUrl.fromPercentEncoding(value.encode()) for key, value in options.queryItems()}
    if told.get("type", "csv") != "csv":
        return None
    delimiter = told.get("delimiter", "").replace("\\t", "\t") or None
    if url:
        delimiter = delimiter or ","
    if delimiter is not None and len(delimiter) > 1:
        return None
    skip = told.get("skipLines", "0")
    quote = told.get("quote", '"')[:1]
    fields = layer.fields
    own = [n for n in range(fields.count()) if fields.fieldOrigin(n) == _OF_PROVIDER]
    is_plain = (
        _is_whole(layer, asked)
        and not layer.subset
        and told.keys() <= _TOLD
        and told.get("useHeader", "yes").lower() == "yes"
        and told.get("escape", quote) in ("", quote)
        and len(told.get("decimalPoint", ".")) <= 1
        and (bool(url) or layer.wkb_type == QgsWkbTypes.Type.NoGeometry)
    )
    return TextFile(
        path,
        delimiter,
        told.get("encoding") or layer.encoding or "utf-8",
        quote,
        int(skip) if skip.isdigit() else 0,
        told.get("decimalPoint", ".") or ".",
        [fields.at(n).name() for n in own],
        told.get("xField", ""),
        told.get("yField", ""),
        is_plain,
    )


PARQUET = "wijkmix/parquet"
_PARQUET_ENDS = (".parquet", ".geoparquet")


def parquet_path(value: Any, context: Any) -> Path | None:
    """Return the Parquet file that a parameter names and that QGIS cannot open, else None."""
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        value = value.source.valueAsString(context.expressionContext())[0]
    if not isinstance(value, str) or not value.lower().endswith(_PARQUET_ENDS):
        return None
    path = Path(value.removeprefix("file://"))
    if not path.is_file() or QgsProcessingUtils.mapLayerFromString(value, context) is not None:
        return None
    return path


def parquet_layer(
    path: Path, columns: dict[str, str], shape: str, crs: str, bounds: Sequence[float]
) -> QgsVectorLayer:
    """Return a layer without features that says what a Parquet file holds.

    Parameters
    ----------
    columns : name -> "text", "whole", "number" or "other".
    shape : column with the geometry; empty for a table.
    crs : the coordinate system as PROJJSON; empty is longitude and latitude.
    bounds : west, south, east, north where the file tells (with heights after south and north).
    """
    layer = QgsVectorLayer("Point" if shape else "None", path.stem, "memory")
    kinds = {"whole": QMetaType.Type.LongLong, "number": QMetaType.Type.Double}
    text = QMetaType.Type.QString
    layer.dataProvider().addAttributes(
        [QgsField(name, kinds.get(kind, text)) for name, kind in columns.items()]
    )
    layer.updateFields()
    if shape:
        try:
            known = json.loads(crs).get("id", {}) if crs else {"authority": "EPSG", "code": 4326}
        except (ValueError, AttributeError):
            known = {}
        authority, code = known.get("authority", ""), known.get("code", "")
        if authority == "OGC" and code == "CRS84":
            authority, code = "EPSG", 4326
        layer.setCrs(QgsCoordinateReferenceSystem(f"{authority}:{code}"))
    if len(bounds) in (4, 6):
        half = len(bounds) // 2
        layer.setExtent(QgsRectangle(bounds[0], bounds[1], bounds[half], bounds[half + 1]))
    layer.setCustomProperty(PARQUET, str(path))
    return layer


def parquet_file(layer: Behind | None, asked: Any) -> Path | None:
    """Return the Parquet file whose rows a layer shows, all of them; None for any other layer."""
    if layer is None or not _is_whole(layer, asked) or layer.subset:
        return None
    if layer.parquet:
        return Path(layer.parquet)
    parts = QgsProviderRegistry.instance().decodeUri(layer.provider, layer.source)
    path = Path(str(parts.get("path", "")))
    return path if path.suffix.lower() in _PARQUET_ENDS and path.is_file() else None


# Formats whose own reader gives columns, a chunk at a time, as QGIS would read them.
_COLUMNS = frozenset({"GPKG", "FlatGeobuf", "Parquet"})


def file_columns(
    layer: Behind | None, asked: Any, fields: Sequence[str], points: bool
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray | None]] | None:
    """Yield a layer from a file in chunks of columns and shapes in WKB, by GDAL itself.

    A QGIS feature for every row takes ten times as long. None where the layer is no such file, or
    shows other rows or fields than the file holds.
    """
    if layer is None or layer.provider != "ogr" or not _is_whole(layer, asked):
        return None
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source)
    columns = layer.fields
    places = [columns.lookupField(name) for name in fields]
    if (
        layer.subset
        or parts.get("geometryType")
        or parts.get("openOptions")
        or layer.storage not in _COLUMNS
        or not Path(str(parts.get("path", ""))).is_file()
        or any(columns.fieldOrigin(place) != _OF_PROVIDER for place in places)
    ):
        return None
    try:
        from osgeo import gdal_array, ogr  # noqa: F401 - it fails beside another NumPy
    except ImportError:
        return None
    if not hasattr(ogr.Layer, "GetArrowStreamAsNumPy"):
        return None
    names = [columns.at(place).name() for place in places]
    name = parts.get("layerName") or ""
    return _file_columns(str(parts["path"]), name, dict(zip(fields, names, strict=True)), points)


def _file_columns(
    path: str, layer: str, names: dict[str, str], points: bool
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray | None]]:
    from osgeo import gdal, ogr

    file = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_READONLY)
    source = file.GetLayerByName(layer) if layer else file.GetLayer(0)
    definition = source.GetLayerDefn()
    own = [definition.GetFieldDefn(n).GetName() for n in range(definition.GetFieldCount())]
    ignored = [name for name in own if name not in names.values()]
    source.SetIgnoredFields(ignored if points else [*ignored, "OGR_GEOMETRY"])
    shape = source.GetGeometryColumn() or "wkb_geometry"
    key = source.GetFIDColumn() or "OGC_FID"
    for batch in source.GetArrowStreamAsNumPy():
        found = {}
        for field, name in names.items():
            found[field] = _plain_column(batch[name if name in batch else key])
        yield found, _masked(batch[shape]) if points else None
    del source, file, ogr


def _masked(values: Any) -> np.ndarray:
    """Return values with None where they are masked."""
    import numpy as np

    if not np.ma.is_masked(values):
        return np.asarray(values)
    found = np.array([v if v is None else bytes(v) for v in values.data], dtype=object)
    found[np.ma.getmaskarray(values)] = None
    return found


def _plain_column(values: Any) -> np.ndarray:
    import numpy as np

    mask = np.ma.getmaskarray(values)
    data = np.asarray(values)
    if data.dtype.kind in "iufb":
        column = data.astype(float)
        column[mask] = np.nan
        return column if mask.any() or data.dtype.kind == "f" else data
    if data.dtype.kind == "S":
        data = np.char.decode(data, "utf-8", "replace")
    column = data.astype(object)
    column[mask] = None
    return column


def moved(
    x: np.ndarray, y: np.ndarray, crs: Any, to: Any, transform_context: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Return coordinates in another system; what cannot be turned is infinite."""
    import numpy as np

    if crs == to:
        return x, y
    usable = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    points = np.column_stack([x[usable], y[usable]])
    transform = QgsCoordinateTransform(crs, to, transform_context)
    head = np.array([1, 2, 0, 0, 0], dtype=np.uint8).tobytes()
    line = QgsGeometry()
    line.fromWkb(head + np.uint32(len(points)).tobytes() + points.astype("<f8").tobytes())
    turned = np.full((len(points), 2), np.inf)
    if len(points) and line.transform(transform) == Qgis.GeometryOperationResult.Success:
        turned = np.frombuffer(bytes(line.asWkb()), dtype="<f8", offset=9).reshape(-1, 2)
    elif len(points):
        # One of them is impossible: one by one, so that the others stay.
        for row, (east, north) in enumerate(points):
            try:
                point = transform.transform(east, north)
            except QgsCsException:
                continue
            turned[row] = point.x(), point.y()
    found = np.stack([x, y]).astype(float)
    found[:, usable] = turned.T
    return found[0], found[1]


class DatabaseTable(NamedTuple):
    """A table or view of a PostgreSQL database.

    Parameters
    ----------
    source, server : what opens it, and what tells which database it is.
    key : column with a whole number of its own for every row; empty where there is none.
    columns : field -> name of its column, and whether its numbers may have decimals.
    """

    source: str
    server: str
    table: str
    where: str
    key: str
    shape: str
    only_points: bool
    columns: dict[str, tuple[str, bool]]


def _is_whole(layer: Behind, asked: Any) -> bool:
    """Return whether a parameter asks for a layer as its provider has it, all of it."""
    return not layer.is_edited and not (
        isinstance(asked, QgsProcessingFeatureSourceDefinition)
        and (asked.selectedFeaturesOnly or asked.filterExpression or asked.featureLimit >= 0)
    )


def database_table(layer: Behind | None, asked: Any, fields: Iterable[str]) -> DatabaseTable | None:
    """Return the table behind a layer, if it holds what the layer shows; None where it does not.

    Parameters
    ----------
    asked : the value of the parameter: a selection or a filter of features is not in the table.
    fields : names of the fields that are needed: a joined or computed one is not in the table.
    """
    if layer is None or layer.provider != "postgres" or not _is_whole(layer, asked):
        return None
    names, columns = list(fields), layer.fields
    places = [columns.lookupField(name) for name in names]
    if any(columns.fieldOrigin(place) != _OF_PROVIDER for place in places):
        return None
    found = [columns.at(place) for place in places]
    uri = QgsDataSourceUri(layer.source)
    table = uri.table()
    schema = f"{_identifier(uri.schema())}." if uri.schema() else ""
    keys = [columns.at(place) for place in layer.keys]
    whole = len(keys) == 1 and keys[0].type() in (QMetaType.Type.Int, QMetaType.Type.LongLong)
    return DatabaseTable(
        layer.source,
        uri.connectionInfo(False),
        f"{table} AS list" if table.startswith("(") else f"{schema}{_identifier(table)}",
        uri.sql(),
        keys[0].name() if whole else "",
        uri.geometryColumn(),
        QgsWkbTypes.flatType(layer.wkb_type) == QgsWkbTypes.Type.Point,
        {
            name: (field.name(), field.type() == QMetaType.Type.Double)
            for name, field in zip(names, found, strict=True)
        },
    )


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def ask_database(table: DatabaseTable, sql: str, feedback: Any = None) -> list[list[Any]]:
    """Return the rows of one statement, asked over QGIS' own connection to the table's database.

    Raises
    ------
    TableError
        The database refuses, fails or goes away.
    """
    provider = QgsProviderRegistry.instance().providerMetadata("postgres")
    try:
        connection = provider.createConnection(table.source, {})
        rows = connection.executeSql(sql, feedback)
    except QgsProviderConnectionException as error:
        if feedback is not None and feedback.isCanceled():
            raise Cancelled from error
        # The rest repeats the statement, which may hold megabytes of shapes.
        reason = str(error).rpartition(" returned ")[2].partition("LINE ")[0]
        reason = " ".join(reason.split())
        raise TableError(
            "The database did not answer for {table}: {reason} Nothing was written. See whether "
            "the database can be reached and whether this account may read the table, and run "
            "again.",
            "De database gaf geen antwoord voor {table}: {reason} Er is niets geschreven. Kijk of "
            "de database bereikbaar is en of dit account de tabel mag lezen, en voer opnieuw uit.",
            table=table.table[:200],
            reason=reason[:500],
        ) from error
    if feedback is not None and feedback.isCanceled():
        raise Cancelled
    is_null = QgsVariantUtils.isNull
    return [[v if type(v) in _PLAIN else None if is_null(v) else v for v in row] for row in rows]


def check_read(layer: Behind | None, asked: Any, n: int) -> None:
    """Refuse what was read of a database that stopped before the end: QGIS does not tell.

    Parameters
    ----------
    asked : the value of the parameter.
    n : how many rows were read.

    Raises
    ------
    TableError
        The database is gone, or has more rows.
    """
    table = None if layer is None else database_table(layer, None, ())
    if table is None:
        return
    count = ["SELECT count(*) FROM", table.table]
    if table.where.strip():
        count += ["WHERE", table.where]
    (there,) = ask_database(table, " ".join(count))[0]
    if isinstance(asked, QgsProcessingFeatureSourceDefinition):
        if asked.filterExpression or asked.featureLimit >= 0:
            return
        there = layer.n_selected if asked.selectedFeaturesOnly else there
    if n < there:
        raise TableError(
            "The database stopped before the end of {table}: {n} of {there} rows came. Nothing was "
            "written. Run again.",
            "De database stopte voor het einde van {table}: {n} van {there} rijen kwamen. Er is "
            "niets geschreven. Voer opnieuw uit.",
            table=table.table[:200],
            n=n,
            there=there,
        )


def origin(layer: QgsMapLayer | None) -> dict[str, Any] | None:
    """Return the record of the run that made a layer; None where there is none to read.

    A project keeps it with the layer; a GeoPackage that is opened elsewhere has it in its own
    metadata.
    """
    if layer is None:
        return None
    for text in (layer.customProperty(PROVENANCE), layer.metadata().abstract()):
        try:
            record = json.loads(text) if isinstance(text, str) else None
        except ValueError:
            continue
        if isinstance(record, dict):
            return record
    return None


def metadata_of(
    record: Mapping[str, Any], before: QgsLayerMetadata | None = None
) -> QgsLayerMetadata:
    """Return the metadata of a layer with the record of its run as the abstract."""
    metadata = QgsLayerMetadata(before) if before is not None else QgsLayerMetadata()
    metadata.setTitle(str(record.get("title", "WijkMix")))
    metadata.setAbstract(json.dumps(record, ensure_ascii=False))
    if record.get("attribution"):
        metadata.setRights([str(record["attribution"])])
    version = record.get("versions", {}).get("wijkmix", "")
    metadata.setHistory([f"{record.get('date', '')} WijkMix {version}"])
    return metadata


def record_in_file(destination: str, record: Mapping[str, Any]) -> None:
    """Store the record of a run in the GeoPackage that it wrote; other formats have no place."""
    registry = QgsProviderRegistry.instance()
    uri = registry.decodeUri("ogr", destination)
    path = str(uri.get("path") or "")
    if not path.lower().endswith(".gpkg"):
        return
    # The name must be said: a file without one is not found.
    name = uri.get("layerName") or registry.querySublayers(path)[0].name()
    whole = registry.encodeUri("ogr", {"path": path, "layerName": name})
    done, message = registry.providerMetadata("ogr").saveLayerMetadata(whole, metadata_of(record))
    if not done:
        raise TableError(
            "The record of the run could not be stored in {path}: {message}. Choose another place.",
            "Het verslag van de berekening kon niet worden opgeslagen in {path}: {message}. Kies "
            "een andere plek.",
            path=path,
            message=message,
        )


def fields_in(source: QgsProcessingFeatureSource, text: str) -> list[str]:
    """Return the fields that an expression reads; all of them where it may read any.

    Raises
    ------
    TableError
        The expression cannot be read, or names a field that the layer does not have.
    """
    expression = _parsed(text)
    fields = source.fields()
    read = expression.referencedColumns()
    if QgsFeatureRequest.ALL_ATTRIBUTES in read:
        return fields.names()
    absent = sorted(name for name in read if fields.lookupField(name) < 0)
    if absent:
        raise TableError(
            "The expression {text} reads {absent}, which the layer does not have. Its fields are: "
            "{fields}.",
            "De expressie {text} leest {absent}, en dat heeft de laag niet. De velden zijn: "
            "{fields}.",
            text=text,
            absent=", ".join(absent),
            fields=", ".join(fields.names()),
        )
    return sorted(read)


def _parsed(text: str) -> QgsExpression:
    expression = QgsExpression(text)
    if expression.hasParserError():
        raise TableError(
            "The expression {text} cannot be read: {reason}.",
            "De expressie {text} is niet te lezen: {reason}.",
            text=text,
            reason=expression.parserErrorString(),
        )
    return expression


def evaluate(
    source: QgsProcessingFeatureSource, text: str, context: Any, feedback: Any = None
) -> list[Any]:
    """Evaluate a QGIS expression for every feature, in the source's order; NULL becomes None."""
    expression = _parsed(text)
    expression_context = context.expressionContext()
    expression_context.appendScope(source.createExpressionContextScope())
    expression_context.setFields(source.fields())
    expression.prepare(expression_context)
    request = QgsFeatureRequest()
    if not expression.needsGeometry():
        request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setSubsetOfAttributes(expression.referencedColumns(), source.fields())
    values = []
    skip = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
    for number, feature in enumerate(source.getFeatures(request, skip)):
        if feedback is not None and number % 500 == 0 and feedback.isCanceled():
            raise Cancelled
        expression_context.setFeature(feature)
        value = expression.evaluate(expression_context)
        if expression.hasEvalError():
            raise TableError(
                "The expression {text} fails at feature {fid}: {reason}.",
                "De expressie {text} mislukt bij object {fid}: {reason}.",
                text=text,
                fid=feature.id(),
                reason=expression.evalErrorString(),
            )
        values.append(None if QgsVariantUtils.isNull(value) else value)
    return values


def check_crs(source: QgsProcessingFeatureSource) -> None:
    """Refuse a layer without a coordinate system, or one whose coordinates contradict it.

    Raises
    ------
    GeometryError
        No CRS; or a CRS in degrees while the coordinates are far outside degrees (RD New saved
        as WGS 84).
    """
    crs = source.sourceCrs()
    if not crs.isValid():
        raise GeometryError(
            "Layer {name} has no coordinate system. Set it (layer properties, Source; CBS data are "
            "in RD New, "
            "EPSG:28992) and run again.",
            "Laag {name} heeft geen coördinatenstelsel. Stel het in (laageigenschappen, Bron; "
            "CBS-gegevens "
            "staan in RD New, EPSG:28992) en voer opnieuw uit.",
            name=source.sourceName(),
        )
    if not crs.isGeographic():
        return  # A database reads the whole table to tell the extent.
    extent = source.sourceExtent()
    if (
        not extent.isNull()
        and max(
            abs(extent.xMinimum()),
            abs(extent.xMaximum()),
            abs(extent.yMinimum()),
            abs(extent.yMaximum()),
        )
        > 360
    ):
        raise GeometryError(
            "Layer {name} says its coordinates are in degrees ({crs}), but they run to {x:.0f}, "
            "{y:.0f}: that "
            "looks like RD New. Set the layer's coordinate system to EPSG:28992 and run again.",
            "Laag {name} zegt dat de coördinaten in graden zijn ({crs}), maar ze lopen tot "
            "{x:.0f}, {y:.0f}: dat "
            "lijkt op RD New. Zet het coördinatenstelsel van de laag op EPSG:28992 en voer opnieuw "
            "uit.",
            name=source.sourceName(),
            crs=crs.authid(),
            x=extent.xMaximum(),
            y=extent.yMaximum(),
        )


def metric_crs(source: QgsProcessingFeatureSource) -> QgsCoordinateReferenceSystem:
    """Return the layer's own system where it is in metres (or not set), else RD New."""
    crs = source.sourceCrs()
    if not crs.isValid() or in_metres(crs):
        return crs
    return QgsCoordinateReferenceSystem(RD_NEW)


def in_metres(crs: QgsCoordinateReferenceSystem) -> bool:
    """Tell whether a distance in this system is one in metres on the ground.

    Not in degrees, feet or (web) Mercator.
    """
    return crs.mapUnits() == Qgis.DistanceUnit.Meters and not is_mercator(crs)


def is_mercator(crs: QgsCoordinateReferenceSystem) -> bool:
    """Tell whether this is (web) Mercator: in the Netherlands 160 of its metres are 100."""
    return crs.projectionAcronym() == "merc"


def from_degrees(shapes: Iterable[Any], transform_context: Any) -> list[Any]:
    """Return shapes given in longitude and latitude (WGS 84) in RD New; None stays None.

    Raises
    ------
    GeometryError
        A shape lies where RD New has no coordinates.
    """
    import shapely

    transform = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:4326"),
        QgsCoordinateReferenceSystem(RD_NEW),
        transform_context,
    )
    moved: list[Any] = []
    for shape in shapes:
        if shape is None:
            moved.append(None)
            continue
        geometry = QgsGeometry()
        geometry.fromWkb(shapely.to_wkb(shape))
        if geometry.transform(transform) != Qgis.GeometryOperationResult.Success:
            raise GeometryError(
                "A shape cannot be turned from longitude and latitude into RD New: {shape}.",
                "Een vorm is niet van lengte en breedte naar RD New om te zetten: {shape}.",
                shape=shape.wkt[:80],
            )
        moved.append(shapely.from_wkb(bytes(geometry.asWkb())))
    return moved


# Columns of whole numbers, also where some are missing and pandas made floats of them.
WHOLE = (
    *("year", "n_neighbours", "n_units", "n_excluded"),
    *("loss_year", "gain_year", "lag_years"),
)
_LARGEST_INT = 2**31 - 1
_KINDS = {
    "f": QMetaType.Type.Double,
    "i": QMetaType.Type.Int,
    "u": QMetaType.Type.Int,
    "b": QMetaType.Type.Bool,
}


def _kind(name: str, column: pd.Series) -> QMetaType.Type:
    if name in WHOLE:
        return QMetaType.Type.Int
    if column.dtype.kind == "O":
        kinds = {type(v) for v in column.dropna()}
        if kinds and kinds <= {bool}:
            return QMetaType.Type.Bool
        if kinds and kinds <= {int, float}:
            return QMetaType.Type.Double
        return QMetaType.Type.QString
    if column.dtype.kind in "iu" and (column.abs() > _LARGEST_INT).any():
        return QMetaType.Type.LongLong
    return _KINDS.get(column.dtype.kind, QMetaType.Type.QString)


def fields_of(frame: pd.DataFrame) -> QgsFields:
    """Return the fields that hold a frame's columns (geometry left out)."""
    fields = QgsFields()
    for name in frame.columns:
        if name == "geometry":
            continue
        fields.append(QgsField(name, _kind(name, frame[name])))
    return fields


def _python(column: pd.Series, kind: QMetaType.Type) -> list[Any]:
    """Return plain Python values: QGIS rejects numpy scalars and stores NaN as a number."""
    import numpy as np

    if column.dtype.kind == "f":
        numbers = column.to_numpy()
        numbers = np.where(np.isinf(numbers), np.nan, numbers).tolist()
        if kind == QMetaType.Type.Int:
            return [None if v != v else int(v) for v in numbers]
        return [None if v != v else v for v in numbers]
    values = column.tolist()
    convert = {
        QMetaType.Type.Int: int,
        QMetaType.Type.LongLong: int,
        QMetaType.Type.Double: float,
        QMetaType.Type.Bool: bool,
        QMetaType.Type.QString: str,
    }[kind]
    # v != v is how NaN, NaT and pandas' NA-free object columns tell that nothing is there.
    return [
        None if v is None or v != v else (v if type(v) is convert else convert(v)) for v in values
    ]


def rows_of(frame: pd.DataFrame, fields: QgsFields) -> Iterator[tuple[Any, ...]]:
    """Yield per row the values of `fields` as QGIS wants them."""
    columns = [(frame[field.name()], field.type()) for field in fields]
    # Some at a time: ten million numbers take long to make, and as long to let go after a cancel.
    for first in range(0, len(frame), PORTION):
        some = (_python(column.iloc[first : first + PORTION], kind) for column, kind in columns)
        yield from zip(*some, strict=True)


class Share:
    """A part of the progress that is left, for work that comes last.

    Parameters
    ----------
    feedback : told the progress, and asked for cancellation.
    work : how many pieces that part is for.
    part : how much of what is left it is, 0-1.
    """

    def __init__(self, feedback: Any, work: int, part: float = 1.0) -> None:
        self.feedback, self.work, self.done = feedback, max(work, 1), 0
        self.start = feedback.progress()
        self.size = (100.0 - self.start) * part

    def __call__(self, pieces: int) -> None:
        """Report that so many more pieces are done, or raise Cancelled."""
        if self.feedback.isCanceled():
            raise Cancelled
        self.done += pieces
        self.feedback.setProgress(self.start + self.size * min(self.done / self.work, 1.0))


def features_of(frame: pd.DataFrame, fields: QgsFields, tell: Share) -> list[QgsFeature]:
    """Build every feature before one is written: a cancelled run leaves nothing half-filled."""
    import shapely

    wkb: Sequence[bytes | None]
    wkb = shapely.to_wkb(frame["geometry"].to_numpy()).tolist() if "geometry" in frame else ()
    features = []
    for number, row in enumerate(rows_of(frame, fields)):
        if number % STEP == 0:
            tell(STEP)
        feature = QgsFeature(fields)
        feature.setAttributes(list(row))
        if wkb and wkb[number] is not None:
            shape = QgsGeometry()
            shape.fromWkb(wkb[number])
            feature.setGeometry(shape)
        features.append(feature)
    return features


def long_and_empty(
    features: list[QgsFeature], fields: QgsFields, longest: int, feedback: Any
) -> tuple[dict[str, int], list[str]]:
    """Return in how many features a text has more than `longest` bytes, and fields with NULLs.

    The first per name of a text field; the second are names of fields with numbers.
    """
    names = fields.names()
    texts = [n for n, field in enumerate(fields) if field.type() == QMetaType.Type.QString]
    numbers = {n for n, field in enumerate(fields) if field.isNumeric()}
    long: dict[str, int] = {}
    empty: set[int] = set()
    for row, feature in enumerate(features):
        if row % STEP == 0 and feedback.isCanceled():
            raise Cancelled
        values = feature.attributes()
        for n in texts:
            if isinstance(values[n], str) and len(values[n].encode()) > longest:
                long[names[n]] = long.get(names[n], 0) + 1
        empty |= {n for n in numbers - empty if plain(values[n]) is None}
    return long, [names[n] for n in sorted(empty)]


def write(features: list[Any], sink: QgsFeatureSink, where: str, tell: Share) -> None:
    """Add the features to a sink, or say where and why that failed; the list is used up."""
    added = True
    for first in range(0, len(features), PORTION):
        place = slice(first, first + PORTION)
        added = sink.addFeatures(features[place], QgsFeatureSink.Flag.FastInsert)
        if not added:
            break
        size = len(features[place])
        features[place] = [None] * size
        tell(size)
    # Some writers keep the features until now.
    if not sink.flushBuffer() or not added:
        raise TableError(
            "The output {where} could not be written: {reason}. Choose another place or file type; "
            "a file that is locked is open in another program.",
            "De uitvoer {where} kon niet worden geschreven: {reason}. Kies een andere plek of "
            "bestandssoort; een bestand dat vergrendeld is (locked), is open in een ander "
            "programma.",
            where=where,
            reason=sink.lastError() or "?",
        )
