# SPDX-License-Identifier: GPL-2.0-or-later
"""A made-up country: jagged polygons with shared borders, islands and multi-part units."""

from __future__ import annotations

import numpy as np
import shapely


def country(n: int, points: int = 24, seed: int = 1) -> np.ndarray:
    """Return n polygons of six borders with `points` vertices each, one in 100 in two parts."""
    rng = np.random.default_rng(seed)
    parts = n // 100
    cells = n + parts
    columns = int(np.ceil(np.sqrt(cells)))
    row, column = np.divmod(np.arange(cells), columns)
    # Corners of regular hexagons on a grid of thirds, so that equal corners are equal numbers.
    x = 2 * column + row % 2
    y = 3 * row
    corner_x = x[:, None] + np.array([0, 1, 1, 0, -1, -1])
    corner_y = y[:, None] + np.array([2, 1, -1, -2, -1, 1])
    key = (corner_y + 2) * (2 * columns + 5) + corner_x + 2
    _, first, node = np.unique(key, return_index=True, return_inverse=True)
    node = node.reshape(key.shape)
    corners = np.column_stack([corner_x.ravel()[first] * 866.0, corner_y.ravel()[first] * 500.0])
    corners = corners + rng.normal(0, 120, corners.shape)
    start, end = node, np.roll(node, -1, axis=1)
    low, high = np.minimum(start, end), np.maximum(start, end)
    _, first, border = np.unique(low * len(corners) + high, return_index=True, return_inverse=True)
    border = border.reshape(node.shape)
    a, b = corners[low.ravel()[first]], corners[high.ravel()[first]]
    t = np.arange(points) / points
    lines = a[:, None] + t[:, None] * (b - a)[:, None]
    # Jagged across its direction only, and less so near the corners: no border crosses another.
    across = np.column_stack([a[:, 1] - b[:, 1], b[:, 0] - a[:, 0]])
    lines += rng.normal(0, 0.08, (len(lines), points, 1)) * (t * (1 - t))[:, None] * across[:, None]
    # A cell walks its border forwards or backwards; backwards starts at the other corner.
    backward = np.concatenate([corners[high.ravel()[first]][:, None], lines[:, :0:-1]], axis=1)
    forwards = (start < end)[..., None, None]
    rings = np.where(forwards, lines[border], backward[border]).reshape(cells, -1, 2)
    rings[rng.random(cells) < 0.002, :, 0] += 1.05 * np.ptp(rings[..., 0])  # islands, off the coast
    polygons = shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1))
    # Every hundredth unit has a second part two cells further on.
    out = np.delete(polygons, np.arange(parts) * 101 + 52)
    for part in range(parts):
        unit = part * 100 + 50
        out[unit] = shapely.multipolygons([out[unit], polygons[part * 101 + 52]])
    return out
