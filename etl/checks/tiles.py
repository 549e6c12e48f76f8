"""Shapes cut into tiles that lie together, each with its neighbours: memory is bounded by the tile.

Sort-tile-recursive packing (Leutenegger, Lopez, Edgington 1997): the middles
of the boxes are sorted into strips from west to east, each strip from south to
north.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from etl.checks.parallel import spread

Places = NDArray[np.int64]
Boxes = NDArray[np.float64]

SIZE = 15_000  # shapes of one tile
_LONG = 10  # times as long as most shapes of its tile: a road, a river


def tiles(boxes: Boxes, rows: Places) -> list[Places]:
    """Return some rows in tiles of about ``SIZE``, the rows of each in order."""
    count = -(-len(rows) // SIZE)
    if count < 2:
        return [rows] if len(rows) else []
    middle = (boxes[rows, :2] + boxes[rows, 2:]) / 2
    strips = int(np.ceil(np.sqrt(count)))
    found: list[Places] = []
    for strip in np.array_split(np.argsort(middle[:, 0], kind="stable"), strips):
        upwards = strip[np.argsort(middle[strip, 1], kind="stable")]
        found += [np.sort(rows[tile]) for tile in np.array_split(upwards, -(-len(strip) // SIZE))]
    return found


def around(boxes: Boxes, core: Places, reach: float) -> Places:
    """Return the rows whose box comes within reach of one of the core's, and surely all of these, in order.

    The box around most of the core is asked; what is much longer than the rest
    is asked by itself, so that one road does not bring in the whole city.
    """
    mine = boxes[core]
    mine = mine[~np.isnan(mine).any(axis=1)]
    if not len(mine):
        return core
    length = (mine[:, 2:] - mine[:, :2]).max(axis=1)
    long = length > _LONG * np.median(length)
    frames = [*mine[long]]
    if not long.all():
        frames.append(np.concatenate([mine[~long, :2].min(axis=0), mine[~long, 2:].max(axis=0)]))
    near = np.zeros(len(boxes), dtype=bool)
    near[core] = True
    with np.errstate(invalid="ignore"):
        for west, south, east, north in frames:
            near |= (
                (boxes[:, 0] <= east + reach) & (boxes[:, 2] >= west - reach)
                & (boxes[:, 1] <= north + reach) & (boxes[:, 3] >= south - reach)
            )  # fmt: skip
    return np.flatnonzero(near)


def beside(boxes: Boxes, others: Boxes, reach: float) -> Places:
    """Return the rows whose box comes within reach of one of some other boxes, in order."""
    if not len(others):
        return np.zeros(0, dtype=np.int64)
    wider = others + np.array([-1, -1, 1, 1]) * reach
    tree = shapely.STRtree(shapely.box(*wider.T))

    def touched(start: int, stop: int) -> Places:
        return np.unique(tree.query(shapely.box(*boxes[start:stop].T))[0]).astype(np.int64) + start

    return np.concatenate(spread(touched, len(boxes), SIZE))
