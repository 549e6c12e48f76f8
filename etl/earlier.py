"""What the last delivery of a layer found between shapes, where it still holds: pairs of rows that have not moved.

Two parcels overlap, or leave a gap, by their own shapes and those around them.
Where none of these has changed since the last delivery was checked, it is
known already which pairs there are; they are measured again, the others are
not looked for. This holds only if every published row came with that
delivery, it was checked with the same tolerances by the same program, and all
that it found is listed; else everything is compared.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from data.layers import LAYERS
from data.version import VERSION
from etl.checks.limits import tolerances
from etl.checks.tiles import beside
from etl.checks.topology import Known
from etl.coded import joined
from etl.comparison import table_of
from etl.work import Work

FOUND = ("OVERLAP", "GAP")
Places = NDArray[np.int64]

_LAST = """
    SELECT p.publication_id, p.delivery_id, p.changes -> :layer AS changes, d.options
    FROM publication p JOIN delivery d USING (delivery_id)
    WHERE p.changes ? :layer AND p.action = 'PUBLISH' AND d.status = 'PUBLISHED'
        AND p.publication_id = (SELECT max(publication_id) FROM publication WHERE changes ? :layer)
"""
_CURRENT = "SELECT count(*) FROM {layer} WHERE upper_inf(known)"
_UNLISTED = """
    SELECT EXISTS (
        SELECT FROM issue
        WHERE delivery_id = :delivery AND layer = :layer AND code = 'FINDINGS_MORE' AND value = ANY(:codes)
    )
"""
_PAIRS = """
    SELECT code, supplier_key, params ->> 'other' AS other FROM issue
    WHERE delivery_id = :delivery AND layer = :layer AND code = ANY(:codes)
"""
# A row whose values alone have changed has the shape that it had, to the bit.
_MOVED = """
    SELECT
        t.file_id, t.row_no,
        ST_XMin(p.geom) AS west, ST_YMin(p.geom) AS south, ST_XMax(p.geom) AS east, ST_YMax(p.geom) AS north
    FROM {table} AS t
    LEFT JOIN {layer} AS p USING (version_id)
    LEFT JOIN staging.{layer} AS s ON s.file_id = t.file_id AND s.row_no = t.row_no
    WHERE s.geom IS NULL OR p.geom IS NULL OR ST_AsBinary(s.geom) <> ST_AsBinary(p.geom)
"""


@dataclass(frozen=True, slots=True)
class Last:
    """The newest publication of a layer, and the delivery that it published."""

    publication: int
    delivery: int


def last(connection: Connection, layer: str) -> Last | None:
    """Return the last delivery of a layer, if all that is published came with it and what it found holds still."""
    found = connection.execute(text(_LAST), {"layer": layer}).one_or_none()
    if found is None or not LAYERS[layer].key:
        return None
    said = found.options
    same = said.get("program") == VERSION and said.get("tolerances") == tolerances()
    if not same or "SNAP" in (said.get("repairs") or ()):
        return None
    brought = sum(int(found.changes.get(name, 0)) for name in ("new", "changed", "unchanged"))
    if connection.scalar(text(_CURRENT.format(layer=layer))) != brought:
        return None
    params = {"delivery": found.delivery_id, "layer": layer, "codes": list(FOUND)}
    if connection.scalar(text(_UNLISTED), params):
        return None
    return Last(found.publication_id, found.delivery_id)


def known(
    connection: Connection, layer: str, works: list[Work], before: Last, reach_deg: float
) -> tuple[Known, Known] | None:
    """Return the overlaps and gaps of the last delivery that still hold.

    Parameters
    ----------
    works
        The rows, staged and compared (:mod:`etl.comparison`).
    before
        What :func:`last` said before that; if it says something else now,
        another publication came in between, and nothing is known.
    reach_deg
        How far away a change may matter, in degrees.
    """
    if last(connection, layer) != before:
        return None
    settled = _settled(connection, layer, works, reach_deg)
    params = {"delivery": before.delivery, "layer": layer, "codes": list(FOUND)}
    rows = connection.execute(text(_PAIRS), params).all()
    keys = joined([work.keys for work in works])
    here = np.flatnonzero(
        pd.Series(keys).isin({name for row in rows for name in (row.supplier_key, row.other)})
    )
    places = dict(zip(np.asarray(keys[here], dtype=object).tolist(), here.tolist(), strict=True))
    found: dict[str, set[tuple[int, int]]] = {code: set() for code in FOUND}  # two rows may have several gaps
    for row in rows:
        one, two = sorted((places.get(row.supplier_key, -1), places.get(row.other, -1)))
        if one >= 0 and settled[one] and settled[two]:
            found[row.code].add((one, two))
    shared, open_ = (np.array(sorted(found[code]), dtype=np.int64).reshape(-1, 2) for code in FOUND)
    return Known(settled, shared), Known(settled, open_)


def _settled(connection: Connection, layer: str, works: list[Work], reach_deg: float) -> NDArray[np.bool_]:
    """Say which rows are as they were, and lie out of reach of whatever has moved, come or gone."""
    moved = _MOVED.format(table=table_of(layer), layer=layer)
    rows = connection.execute(text(moved)).all()
    starts = dict(
        zip((w.file_id for w in works), np.cumsum([0, *(len(w.row_no) for w in works)]), strict=False)
    )
    boxes = np.concatenate([work.shapes.boxes for work in works if work.shapes is not None])
    settled = np.ones(len(boxes), dtype=bool)
    here = _places(works, starts, [(row.file_id, row.row_no) for row in rows if row.row_no is not None])
    settled[here] = False
    old = np.array([(r.west, r.south, r.east, r.north) for r in rows if r.west is not None], dtype=float)
    around = np.concatenate([boxes[here], old.reshape(-1, 4)])
    settled[beside(boxes, around, reach_deg)] = False
    return settled


def _places(works: list[Work], starts: dict[int, int], rows: list[tuple[int, int]]) -> Places:
    found = [np.zeros(0, dtype=np.int64)]
    for work in works:
        mine = np.array([row_no for file_id, row_no in rows if file_id == work.file_id], dtype=np.int64)
        order = np.argsort(work.row_no, kind="stable")
        found.append(starts[work.file_id] + order[np.searchsorted(work.row_no, mine, sorter=order)])
    return np.concatenate(found)
