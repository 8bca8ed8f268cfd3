# SPDX-License-Identifier: GPL-2.0-or-later
"""StatLine's OData 4: one row a figure (Measure, region, Value) to one row a region."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import TableError, listed
from .columns import long_fields
from .roles import SPELLINGS
from .values import text

_NAMES = SPELLINGS["statline_odata4"]
MEASURES = frozenset(
    name for role, names in _NAMES.items() if role != "buurt_code" for name in names
)


def wanted(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a long table that hold a figure of a role; the other hundred do not."""
    measure = pd.Series(text(rows[long_fields(rows.columns)[0]]), index=rows.index)
    return rows[measure.isin(MEASURES).to_numpy()]


def wide(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn a long table into one row a region; another table is returned as it is.

    Parameters
    ----------
    frame : rows with `Measure`, `Value` and `WijkenEnBuurten` (in 2013 `RegioS`), codes padded.

    Returns
    -------
    DataFrame
        The region, and a column a measure; regions in the order of their first row.

    Raises
    ------
    TableError
        None of the measures is a figure that is used; a region has two values of one measure.
    """
    fields = long_fields(frame.columns)
    if not fields:
        return frame
    measure_field, value_field, region_field = fields
    frame = pd.DataFrame(frame).drop(columns="geometry", errors="ignore")
    rows = wanted(frame)
    if not len(rows):
        found = pd.unique(pd.Series(text(frame[measure_field]), dtype=object).dropna())
        raise TableError(
            "The table of StatLine (OData 4) has none of the figures that are used. Looked for the "
            "measures {wanted} in the field {field}. Found: {found}. Download the whole table, or "
            "these measures of it.",
            "De tabel van StatLine (OData 4) heeft geen van de cijfers die worden gebruikt. "
            "Gezocht: de onderwerpen {wanted} in het veld {field}. Gevonden: {found}. Download de "
            "hele tabel, of deze onderwerpen ervan.",
            wanted=listed(sorted(MEASURES), 40),
            field=measure_field,
            found=listed(map(str, found), 10) or "-",
        )
    keys = pd.DataFrame(
        {region_field: text(rows[region_field]), measure_field: text(rows[measure_field])}
    )
    twice = keys.duplicated().to_numpy()
    if twice.any():
        region, measure = keys[twice].iloc[0]
        raise TableError(
            "The table of StatLine (OData 4) has {n} rows too many: region {region} has more than "
            "one value of the measure {measure}. Keep one year, and one row a region and measure.",
            "De tabel van StatLine (OData 4) heeft {n} rijen te veel: regio {region} heeft meer "
            "dan één waarde van het onderwerp {measure}. Houd één jaar over, en één rij per regio "
            "en onderwerp.",
            n=int(twice.sum()),
            region=region,
            measure=measure,
        )
    places, regions = pd.factorize(keys[region_field])
    columns: dict[str, object] = {region_field: regions}
    values = rows[value_field].to_numpy(dtype=object)
    for name in pd.unique(keys[measure_field]):
        here = (keys[measure_field] == name).to_numpy() & (places >= 0)
        column = np.full(len(regions), None, dtype=object)
        column[places[here]] = values[here]
        columns[str(name)] = column
    return pd.DataFrame(columns)
