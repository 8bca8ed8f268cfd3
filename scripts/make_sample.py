# SPDX-License-Identifier: GPL-2.0-or-later
"""Draw the synthetic town of resources/sample: two gemeenten that do not exist.

The columns are spelled as in the CBS Wijk- en Buurtkaart 2024 v2 (a subset, in its order), with
the low-income column of earlier releases; figures follow CBS' rounding and missing codes. The plan
holds what a user should learn to see: a one-sided corporation district, a finely mixed one, a
mosaic of uniform blocks that only the block layer shows, owner-occupied suburbs, water, an island,
suppressed cells and figures that are not out yet. One gemeente has joined its own plans and land to
its buurten, the other has not.

    scripts/env python scripts/make_sample.py [FOLDER]
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.ops import linemerge, polygonize

SEED = 20240917
YEAR = 2024
CRS = "EPSG:28992"
CENTRE = (143_000.0, 507_000.0)  # in the Markermeer, so that nobody takes it for a real place
GRID = 0.1  # metres: one decimal; shared vertices stay shared
NOT_IN_RELEASE, SECRET = -99995, -99997
MIN_DWELLINGS = 20  # CBS publishes no tenure below
BLOCKS = (6, 11)
NAME = "wijkmix_sample.gpkg"

GEMEENTEN = {"GM9001": "Vlietmeer", "GM9002": "Oosterhage"}


class Kind(NamedTuple):
    """What a district of one kind looks like."""

    shares: tuple[float, float, float]  # koop, corporatie, overig
    spread: float  # Dirichlet concentration of buurten around the shares
    grain: float  # the same of blocks around their buurt; 0 makes every block uniform
    per_ha: float  # dwellings per hectare of land
    woz: float  # x 1000 euro
    low_income: float  # per cent of households
    flats: float  # per cent multi-family
    recent: float  # per cent built in the last ten years
    household: float  # persons


KINDS = {
    "centre": Kind((33, 27, 40), 60, 5, 36, 395, 41, 88, 6, 1.6),
    "fine": Kind((41, 33, 26), 400, 300, 28, 362, 37, 64, 8, 1.9),
    "postwar": Kind((9, 84, 7), 150, 12, 27, 228, 58, 81, 3, 2.1),
    "mosaic": Kind((45, 41, 14), 300, 0, 26, 338, 38, 52, 22, 2.1),
    "prewar": Kind((39, 24, 37), 60, 6, 33, 352, 39, 71, 2, 1.8),
    "suburb": Kind((89, 2, 9), 220, 30, 15, 468, 16, 9, 4, 2.5),
    "new": Kind((71, 19, 10), 90, 6, 17, 455, 18, 22, 62, 2.7),
    "villas": Kind((93, 1, 6), 250, 40, 7, 742, 11, 6, 5, 2.4),
    "village": Kind((58, 30, 12), 50, 8, 16, 372, 31, 18, 7, 2.2),
    "estate": Kind((32, 58, 10), 60, 5, 21, 262, 49, 46, 4, 2.2),
    "rural": Kind((77, 12, 11), 80, 20, 0.5, 531, 22, 3, 4, 2.5),
    "works": Kind((60, 5, 35), 30, 20, 0.0, 305, 30, 10, 3, 2.0),
    "island": Kind((71, 11, 18), 200, 20, 3.2, 588, 20, 4, 3, 2.2),
}


class Wijk(NamedTuple):
    """One wijk: where it lies (km from the centre) and its buurten by name."""

    code: str
    kind: str
    at: tuple[float, float]
    buurten: tuple[str, ...]


WIJKEN = (
    Wijk(
        "WK900100",
        "centre",
        (0.05, -0.10),
        (
            "Grote Markt",
            "Kerkbuurt",
            "Oude Haven",
            "Vismarkt",
            "Sint Jansbuurt",
            "Molenwal",
            "Nieuwstad",
            "Vestingbuurt",
        ),
    ),
    Wijk(
        "WK900101",
        "fine",
        (0.75, 0.85),
        (
            "Stationsplein",
            "Spoorzicht",
            "Lindebuurt",
            "Gashouder",
            "Parallelbuurt",
            "Wilgenplantsoen",
            "Remisebuurt",
        ),
    ),
    Wijk(
        "WK900102",
        "postwar",
        (-0.75, -1.75),
        (
            "Zuiderveld-Noord",
            "Componistenbuurt",
            "Zeeheldenhof",
            "Staatsliedenbuurt",
            "Zuiderveld-Midden",
            "Planetenbuurt",
            "Bloemenveld",
            "Ministersbuurt",
            "Veldzicht",
            "Zuiderveld-Zuid",
        ),
    ),
    Wijk(
        "WK900103",
        "mosaic",
        (-1.55, 0.55),
        (
            "Kadebuurt",
            "Scheepswerf",
            "Touwbaan",
            "Sluisbuurt",
            "Pakhuizen",
            "Dokbuurt",
            "Houtloods",
        ),
    ),
    Wijk(
        "WK900104",
        "prewar",
        (-0.45, 1.15),
        (
            "Westerpoort",
            "Schildersbuurt",
            "Oranjekwartier",
            "Tuindorp",
            "Bleekveld",
            "Singelbuurt",
            "Nassauplein",
            "Rozenhof",
        ),
    ),
    Wijk(
        "WK900105",
        "suburb",
        (-0.35, 2.55),
        (
            "Noorderhout",
            "Boswijk",
            "Heidezoom",
            "Dennenkamp",
            "Sparrenhof",
            "Kastanjelaan",
            "Berkenrode",
            "Vogelbuurt",
            "Houtwal",
        ),
    ),
    Wijk(
        "WK900106",
        "new",
        (-2.35, 1.65),
        (
            "Rietlanden",
            "Rietkraag",
            "Lisdodde",
            "Waterland",
            "Kievitsweide",
            "Grutto",
            "Rietzanger",
            "De Punt",
        ),
    ),
    Wijk(
        "WK900107",
        "villas",
        (1.55, 2.15),
        (
            "Meeroever",
            "Zeilhaven",
            "Strandwijck",
            "Duinrand",
            "Landgoed Vliethoeve",
            "Parkzicht",
        ),
    ),
    Wijk(
        "WK900108",
        "rural",
        (-2.75, -1.35),
        (
            "Buitenpolder",
            "Lage Weide",
            "Vlietdijk",
            "Hoge Akkers",
            "Westerbroek",
        ),
    ),
    Wijk(
        "WK900109",
        "works",
        (0.95, -1.75),
        (
            "De Vliet Noord",
            "Ambachtenpark",
            "De Vliet Zuid",
        ),
    ),
    Wijk(
        "WK900200",
        "village",
        (2.75, 0.15),
        (
            "Dorpskern",
            "Brink",
            "Molenveld",
            "Achterom",
            "Kosterspark",
            "Beatrixplein",
            "Oosteinde",
        ),
    ),
    Wijk(
        "WK900201",
        "estate",
        (2.15, -1.05),
        (
            "Hagepoort-Noord",
            "Vinkenhof",
            "Ketelbuurt",
            "Weverskwartier",
            "Lage Hage",
            "Hagepoort-Zuid",
        ),
    ),
    Wijk(
        "WK900202",
        "suburb",
        (3.35, -1.55),
        (
            "Eikenhage",
            "Hoge Hage",
            "Beukenlaan",
            "Landweer",
            "De Gaarde",
            "Kersenboomgaard",
            "Hazelaar",
            "Meidoorn",
        ),
    ),
    Wijk(
        "WK900203",
        "rural",
        (4.15, 0.55),
        (
            "Oosterpolder",
            "Hagemeent",
            "Koeweide",
            "Dijkzicht",
        ),
    ),
    Wijk("WK900204", "island", (2.85, 2.75), ("Meereiland",)),
)
WATER = (
    ("BU90019997", "Groot binnenwater", "WK900199", "GM9001"),
    ("BU90029997", "Groot binnenwater", "WK900299", "GM9002"),
)
# What is not out yet: tenure in the newest buurten, income in one wijk.
NO_TENURE_YET = ("Rietzanger", "De Punt", "Grutto")
NO_INCOME_YET = "WK900203"
# Kept secret although there are dwellings enough.
SECRET_TENURE = ("Landgoed Vliethoeve", "Vismarkt")

# What CBS does not have: the plans and the land, of the gemeente that joined them.
JOINED = "GM9001"
OWN = ("free_capacity", "owner_public", "owner_market")

TENURE = (
    "percentage_koopwoningen",
    "percentage_huurwoningen",
    "perc_huurwoningen_in_bezit_woningcorporaties",
    "perc_huurwoningen_in_bezit_overige_verhuurders",
)
LOW_INCOME = "percentage_huishoudens_met_laag_inkomen"


# ---------------------------------------------------------------------------------------- the land


def _blob(
    rng: np.random.Generator,
    at: tuple[float, float],
    size: tuple[float, float],
    rough: float,
    n: int,
) -> Polygon:
    """Draw a closed shore: an ellipse with a few harmonics."""
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    radius = np.ones(n)
    for k in range(2, 9):
        radius += rough / k * np.cos(k * angle + rng.uniform(0, 2 * np.pi))
    xy = np.column_stack((size[0] * radius * np.cos(angle), size[1] * radius * np.sin(angle)))
    return Polygon((xy + at) * 1000)


def _estuary() -> Polygon:
    """Widening towards the west; its tip is in the old harbour."""
    x = np.linspace(-0.12, -5.2, 46)
    y = 0.16 - 0.16 * np.sin(1.15 * x) + 0.05 * x + 0.04 * np.sin(4 * x)
    width = 0.006 + 0.016 * (-0.12 - x) ** 1.45
    bank = np.concatenate((np.column_stack((x, y + width)), np.column_stack((x, y - width))[::-1]))
    return Polygon(bank * 1000)


def _cells(seeds: np.ndarray, land: Polygon) -> list:
    """Voronoi cells of the seeds, clipped to the land, in the order of the seeds."""
    faces = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(seeds), extend_to=land.envelope))
    owner = shapely.STRtree(shapely.points(seeds)).query(faces, predicate="contains")
    cells: list = [None] * len(seeds)
    for face, seed in owner.T:
        cells[seed] = faces[face].intersection(land)
    return cells


def _inside(shape, point: Point) -> tuple[float, float]:
    point = point if shape.contains(point) else shape.representative_point()
    return point.x, point.y


def _seeds(rng: np.random.Generator, region, n: int) -> np.ndarray:
    """Spread n points over a region: random, then twice moved to the middle of their cells."""
    west, south, east, north = region.bounds
    points: list[tuple[float, float]] = []
    while len(points) < n:
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        if region.contains(Point(x, y)):
            points.append((x, y))
    for _ in range(2):
        cells = _cells(np.array(points), region)
        points = [_inside(cell, cell.centroid) for cell in cells]
    # North to south, as the names of a wijk are listed.
    return np.array(sorted(points, key=lambda xy: -xy[1]))


def _bent(rng: np.random.Generator, line: LineString) -> LineString:
    """Give a straight border the bends of ditches and lanes (midpoint displacement)."""
    xy = np.array(line.coords)
    if len(xy) > 2 or line.length < 60:
        return line
    for level in range(3 if line.length > 250 else 2):
        step = np.diff(xy, axis=0)
        across = np.column_stack((-step[:, 1], step[:, 0]))
        shift = np.clip(rng.normal(0, 0.075 * 0.8**level, len(step)), -0.15, 0.15)
        middle = xy[:-1] + step / 2 + across * shift[:, None]
        xy = np.insert(xy, np.arange(1, len(xy)), middle, axis=0)
    return LineString(xy)


def _bend_borders(rng: np.random.Generator, cells: list, seeds: np.ndarray) -> list[Polygon]:
    """Bend every border once, for both of its sides, and give each face to its seed."""
    lines = linemerge(shapely.unary_union([cell.boundary for cell in cells]))
    edges = sorted(lines.geoms, key=lambda line: tuple(np.round(line.bounds, 1)))
    bent = shapely.set_precision(shapely.unary_union([_bent(rng, e) for e in edges]), GRID)
    faces = [shapely.set_precision(face, GRID) for face in polygonize(bent)]
    held = shapely.STRtree(faces).query(shapely.points(seeds), predicate="within")
    owner = {int(face): int(seed) for seed, face in held.T}
    if sorted(owner.values()) != list(range(len(seeds))):
        raise ValueError("a border was bent across a seed: choose another random seed")
    shapes = {seed: faces[face] for face, seed in owner.items()}
    land = shapely.unary_union(cells)
    for i, face in enumerate(faces):
        if i not in owner and land.contains(face.representative_point()):
            # The far bank of a cell that the water cut in two goes to its neighbour there.
            border = {s: shape.intersection(face).length for s, shape in shapes.items()}
            best = max(border, key=lambda s: border[s])
            shapes[best] = shapes[best].union(face)
    return [shapes[i] for i in range(len(seeds))]


def _draw(rng: np.random.Generator) -> tuple[list[Polygon], list[Wijk], list[Polygon]]:
    """Polygons of all buurten with their wijk, and of the two waters."""
    outline = _blob(rng, (0.75, 0.1), (4.15, 3.35), 0.15, 120)
    lake = _blob(rng, (2.95, 2.85), (1.25, 0.95), 0.16, 64)
    island = _blob(rng, (2.85, 2.75), (0.36, 0.25), 0.16, 26)
    estuary = _estuary().intersection(outline)
    main = shapely.set_precision(outline - lake - estuary, GRID)
    main = max(shapely.get_parts(main), key=lambda part: part.area)

    inland = [w for w in WIJKEN if w.kind != "island"]
    regions = _cells(np.array([w.at for w in inland]) * 1000, main)
    seeds, owners = [], []
    for wijk, region in zip(inland, regions, strict=True):
        seeds.append(_seeds(rng, region, len(wijk.buurten)))
        owners += [wijk] * len(wijk.buurten)
    points = np.concatenate(seeds)
    shapes = _bend_borders(rng, _cells(points, main), points)
    shapes.append(shapely.set_precision(island, GRID))
    owners.append(WIJKEN[-1])
    land = shapely.unary_union(shapes)
    waters = [
        shapely.set_precision(estuary, GRID) - land,
        shapely.set_precision(lake, GRID) - land,
    ]
    waters = [max(shapely.get_parts(w), key=lambda part: part.area) for w in waters]
    return shapes, owners, waters


# ------------------------------------------------------------------------------------- the figures


def _whole(total: int, parts: np.ndarray) -> np.ndarray:
    """Share out a whole number by largest remainder."""
    if total == 0 or parts.sum() == 0:
        return np.zeros(len(parts), dtype=int)
    exact = total * parts / parts.sum()
    result = np.floor(exact).astype(int)
    order = np.argsort(-(exact - result), kind="stable")
    result[order[: total - result.sum()]] += 1
    return result


def _by_block(
    rng: np.random.Generator, sizes: np.ndarray, shares: np.ndarray, grain: float
) -> np.ndarray:
    """Dwellings by class for every block: uniform blocks (grain 0), or a mix around the shares."""
    if grain:
        mixes = rng.dirichlet(np.maximum(shares, 0.004) * grain, len(sizes))
        return np.array([_whole(n, mix) for n, mix in zip(sizes, mixes, strict=True)])
    counts = np.zeros((len(sizes), 3), dtype=int)
    wanted = shares * sizes.sum()
    for block in np.argsort(-sizes, kind="stable"):
        klass = int(np.argmax(wanted - counts.sum(axis=0)))
        counts[block, klass] = sizes[block]
    return counts


def _blocks(rng: np.random.Generator, shape: Polygon) -> list[Polygon]:
    """Cut a buurt along streets: cells of a jittered, turned grid."""
    n = int(rng.integers(*BLOCKS))
    # A lattice looks built; the jitter and the turn keep it from looking drawn with a ruler.
    side = np.sqrt(shape.area / n)
    turn = rng.uniform(0, np.pi / 2)
    middle, reach = np.array(shape.centroid.coords[0]), shape.length
    steps = np.arange(-reach, reach, side)
    lattice = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    lattice += rng.uniform(-0.17, 0.17, lattice.shape) * side
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    lattice = lattice @ spin.T + middle
    shapely.prepare(shape)
    lattice = lattice[shapely.contains_xy(shape, lattice)]
    while len(lattice) < BLOCKS[0]:
        lattice = np.vstack((lattice, _seeds(rng, shape, 1)))
    lattice = lattice[: BLOCKS[1] - 1]
    parts = []
    for cell in _cells(lattice, shape):
        pieces = [p for p in shapely.get_parts(cell) if p.geom_type == "Polygon"]
        parts.append(MultiPolygon(pieces) if len(pieces) > 1 else pieces[0])
    return parts


def _fives(value: float) -> int:
    return int(5 * round(value / 5))


def _urbanity(density: float) -> int:
    """CBS class 1 (very urban) to 5, from addresses per square kilometre."""
    return 1 + sum(density < limit for limit in (2500, 1500, 1000, 500))


def _figures(
    rng: np.random.Generator, kind: Kind, counts: np.ndarray, hectares: float, density: float
) -> dict[str, float]:
    """One buurt as CBS would publish it."""
    dwellings = int(counts.sum())
    households = _fives(dwellings * rng.uniform(0.94, 1.0))
    people = _fives(households * kind.household * rng.uniform(0.95, 1.05))
    men = _fives(people * rng.uniform(0.48, 0.52))
    alone = float(np.clip(96 - 29 * kind.household + rng.normal(0, 3), 8, 80))
    children = float(np.clip((kind.household - 1.2) * 34 + rng.normal(0, 3), 5, 62))
    ages = np.array([13, 12, 27, 28, 20]) + np.array([4, -1, 1, 0, -4]) * (kind.household - 2) * 2
    ages = _whole(100, rng.dirichlet(ages * 4))
    flats = round(float(np.clip(kind.flats + rng.normal(0, 7), 0, 100)))
    recent = round(float(np.clip(kind.recent + rng.normal(0, 3), 0, 100)))
    income = float(np.clip(kind.low_income + rng.normal(0, 2.5), 3, 80))
    shares = 100 * counts / max(dwellings, 1)
    return {
        "dekkingspercentage": int(rng.integers(88, 100)),
        "omgevingsadressendichtheid": round(density),
        "stedelijkheid_adressen_per_km2": _urbanity(density),
        "bevolkingsdichtheid_inwoners_per_km2": round(people / hectares * 100),
        "aantal_inwoners": people,
        "mannen": men,
        "vrouwen": people - men,
        "percentage_personen_0_tot_15_jaar": ages[0],
        "percentage_personen_15_tot_25_jaar": ages[1],
        "percentage_personen_25_tot_45_jaar": ages[2],
        "percentage_personen_45_tot_65_jaar": ages[3],
        "percentage_personen_65_jaar_en_ouder": ages[4],
        "aantal_huishoudens": households,
        "percentage_eenpersoonshuishoudens": round(alone),
        "percentage_huishoudens_zonder_kinderen": max(100 - round(alone) - round(children), 0),
        "percentage_huishoudens_met_kinderen": min(round(children), 100 - round(alone)),
        "gemiddelde_huishoudsgrootte": round(people / households, 1) if households else 0.0,
        "woningvoorraad": dwellings,
        "gemiddelde_woningwaarde": round(kind.woz * float(np.exp(rng.normal(0, 0.07)))),
        "percentage_eengezinswoning": 100 - flats,
        "percentage_meergezinswoning": flats,
        "perc_bouwjaar_meer_dan_10_jaar_geleden": 100 - recent,
        "perc_bouwjaar_afgelopen_10_jaar": recent,
        "percentage_onbewoond": int(rng.integers(1, 7)),
        # Rounded one by one, as CBS does: they add to 99-101.
        "percentage_koopwoningen": round(shares[0]),
        "percentage_huurwoningen": round(shares[1] + shares[2]),
        "perc_huurwoningen_in_bezit_woningcorporaties": round(shares[1]),
        "perc_huurwoningen_in_bezit_overige_verhuurders": round(shares[2]),
        LOW_INCOME: round(income, 1),
    }


# Room to build (dwellings), and land of the gemeente and corporations and of market parties (%).
PLACES = {
    "centre": (15, 34, 12),
    "fine": (60, 41, 18),
    "postwar": (110, 71, 3),
    "mosaic": (90, 38, 24),
    "prewar": (25, 33, 8),
    "suburb": (30, 23, 6),
    "new": (180, 30, 46),
    "villas": (20, 12, 17),
    "rural": (70, 9, 58),
    "works": (0, 44, 31),
}


def _own(rng: np.random.Generator, kind: str, gemeente: str) -> dict[str, float | None]:
    """One buurt as the gemeente knows it: fields named as the indicators they give."""
    if gemeente != JOINED:
        return dict.fromkeys(OWN)
    room, public, market = PLACES[kind]
    capacity = _fives(room * rng.uniform(0.2, 1.8)) if rng.random() < 0.7 else 0
    owned = min(round(public * rng.uniform(0.6, 1.4)), 90)
    other = min(round(market * rng.uniform(0.6, 1.4)), 95 - owned)
    return dict(zip(OWN, (capacity, owned, other), strict=True))


def _hide(row: dict, name: str, wijk: str) -> None:
    """Put CBS' missing codes where CBS would."""
    dwellings = row["woningvoorraad"]
    dwelling_figures = (
        "gemiddelde_woningwaarde",
        "percentage_eengezinswoning",
        "percentage_meergezinswoning",
        "perc_bouwjaar_meer_dan_10_jaar_geleden",
        "perc_bouwjaar_afgelopen_10_jaar",
        "percentage_onbewoond",
        *TENURE,
        LOW_INCOME,
    )
    if dwellings < MIN_DWELLINGS:
        row.update(dict.fromkeys(dwelling_figures, SECRET))
    if row["aantal_inwoners"] < 50:
        row.update({key: SECRET for key in row if key.startswith("percentage_personen")})
        row["gemiddelde_huishoudsgrootte"] = SECRET
    if name in SECRET_TENURE:
        row.update(dict.fromkeys(TENURE, SECRET))
    if name in NO_TENURE_YET:
        row.update(dict.fromkeys(TENURE, NOT_IN_RELEASE))
    if wijk == NO_INCOME_YET:
        row[LOW_INCOME] = NOT_IN_RELEASE


def _density(shapes: list[Polygon], counts: list[np.ndarray]) -> np.ndarray:
    """Dwellings within a kilometre per square kilometre, as CBS' surrounding address density."""
    points = np.array([shape.centroid.coords[0] for shape in shapes])
    dwellings = np.array([c.sum() for c in counts])
    away = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    near = np.clip(1.6 - away / 1000, 0, 1)
    land = np.array([shape.area for shape in shapes]) / 1e6
    return near @ dwellings / (near @ land)


def build(seed: int = SEED) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the buurten and the blokken; the same seed gives the same town."""
    rng = np.random.default_rng(seed)
    shapes, wijken, waters = _draw(rng)
    counts, blocks = [], []
    number: dict[str, int] = {}
    codes, names = [], []
    for shape, wijk in zip(shapes, wijken, strict=True):
        i = number[wijk.code] = number.get(wijk.code, -1) + 1
        codes.append(f"BU{wijk.code[2:]}{i:02d}")
        names.append(wijk.buurten[i])
        kind = KINDS[wijk.kind]
        dwellings = int(shape.area / 1e4 * kind.per_ha * np.exp(rng.normal(0, 0.16)))
        if wijk.kind == "works":
            dwellings = (0, 7, 0)[i]
        parts = _blocks(rng, shape)
        weight = np.array([p.area for p in parts]) * np.exp(rng.normal(0, 0.25, len(parts)))
        target = rng.dirichlet(np.array(kind.shares) / 100 * kind.spread)
        by_block = _by_block(rng, _whole(dwellings, weight), target, kind.grain)
        counts.append(by_block.sum(axis=0))
        if dwellings >= MIN_DWELLINGS:
            blocks += [
                (f"{codes[-1]}-{b + 1:02d}", codes[-1], wijk.code, *map(int, (n.sum(), *n)), part)
                for b, (part, n) in enumerate(zip(parts, by_block, strict=True))
            ]
    density = _density(shapes, counts)

    rows = []
    own = np.random.default_rng(seed + 1)  # of its own: the rest of the town stays as it is
    for i, (shape, wijk) in enumerate(zip(shapes, wijken, strict=True)):
        row = _identity(codes[i], names[i], wijk.code, "NEE")
        row["meest_voorkomende_postcode"] = f"99{int(wijk.code[5]) * 4 + int(wijk.code[6:]):02d}"
        figures = _figures(rng, KINDS[wijk.kind], counts[i], shape.area / 1e4, density[i])
        _hide(figures, names[i], wijk.code)
        last = {**_last(codes[i]), **_own(own, wijk.kind, row["gemeentecode"]), "g": shape}
        rows.append({**row, **figures, **_area(shape, water=False), **last})
    numbers = list(figures)
    for (code, name, wijk_code, _), shape in zip(WATER, waters, strict=True):
        row = _identity(code, name, wijk_code, "JA")
        row["meest_voorkomende_postcode"] = None
        hidden = dict.fromkeys(numbers, SECRET)
        last = {**_last(code), **dict.fromkeys(OWN), "g": shape}
        rows.append({**row, **hidden, **_area(shape, water=True), **last})
    return _frame(rows), _block_frame(blocks)


def _identity(code: str, name: str, wijk: str, water: str) -> dict:
    gemeente = "GM" + code[2:6]
    return {
        "buurtcode": code,
        "buurtnaam": name,
        "wijkcode": wijk,
        "gemeentecode": gemeente,
        "gemeentenaam": GEMEENTEN[gemeente],
        "indelingswijziging_wijken_en_buurten": 1,
        "water": water,
        "meest_voorkomende_postcode": None,
    }


def _area(shape: Polygon, *, water: bool) -> dict:
    hectares = round(shape.area / 1e4)
    return {
        "oppervlakte_totaal_in_ha": hectares,
        "oppervlakte_land_in_ha": 0 if water else hectares,
        "oppervlakte_water_in_ha": hectares if water else 0,
    }


def _last(code: str) -> dict:
    return {"jrstatcode": f"{YEAR}{code}", "jaar": YEAR}


def _placed(shapes: list) -> np.ndarray:
    """Move to the place on the map, on the grid, with one order of vertices."""
    moved = shapely.transform(np.array(shapes, dtype=object), lambda xy: np.round(xy + CENTRE, 1))
    return np.array([MultiPolygon(list(shapely.get_parts(s))) for s in shapely.normalize(moved)])


def _frame(rows: list[dict]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(rows)
    shapes = table.pop("g").to_list()
    floats = ("gemiddelde_huishoudsgrootte", LOW_INCOME, *OWN)
    for name in table.columns:
        if name in floats:
            table[name] = table[name].astype(float)
        elif pd.api.types.is_numeric_dtype(table[name]):
            table[name] = table[name].astype(np.int32)
    return gpd.GeoDataFrame(table, geometry=_placed(shapes), crs=CRS)


def _block_frame(blocks: list[tuple]) -> gpd.GeoDataFrame:
    names = ["blok_code", "buurtcode", "wijkcode", "woningen", "n_koop", "n_corp", "n_overig", "g"]
    table = pd.DataFrame(blocks, columns=names)
    shapes = table.pop("g").to_list()
    table = table.astype(dict.fromkeys(names[3:7], np.int32))
    return gpd.GeoDataFrame(table, geometry=_placed(shapes), crs=CRS)


def main(folder: Path) -> Path:
    """Write both layers and return the path."""
    path = folder / NAME
    path.unlink(missing_ok=True)
    buurten, blokken = build()
    for name, layer in (("buurten", buurten), ("blokken", blokken)):
        layer.to_file(
            path,
            layer=name,
            driver="GPKG",
            layer_options={"SPATIAL_INDEX": "YES"},
            dataset_options={"VERSION": "1.2"},  # the newest that Debian 12 reads without a warning
        )
    _credit(path)
    return path


def _credit(path: Path) -> None:
    """Say in the layers' own metadata, where QGIS looks, that nothing here was taken from CBS."""
    rights = "Synthetic: this town and its figures do not exist (WijkMix)"
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            """
            CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
                md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
                mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
            CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT,
                column_name TEXT, row_id_value INTEGER,
                timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
                md_file_id INTEGER NOT NULL REFERENCES gpkg_metadata(id),
                md_parent_id INTEGER REFERENCES gpkg_metadata(id));
            """
        )
        for number, layer in enumerate(("buurten", "blokken"), start=1):
            database.execute(
                "INSERT INTO gpkg_metadata VALUES (?, 'dataset', 'http://mrcc.com/qgis.dtd', "
                "'text/xml', ?)",
                (number, f"<qgis><rights>{rights}</rights></qgis>"),
            )
            database.execute(
                "INSERT INTO gpkg_metadata_reference VALUES "
                "('table', ?, NULL, NULL, '2026-01-01T00:00:00.000Z', ?, NULL)",
                (layer, number),
            )
        for table in ("gpkg_metadata", "gpkg_metadata_reference"):
            database.execute(
                "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', "
                "'http://www.geopackage.org/spec120/#extension_metadata', 'read-write')",
                (table,),
            )


if __name__ == "__main__":
    here = Path(__file__).resolve().parent.parent / "resources" / "sample"
    print(main(Path(sys.argv[1]) if len(sys.argv) > 1 else here))
