"""Close gaps and overlaps between neighbours within a tolerance: corners move onto the neighbour's boundary.

Of two neighbours the later row moves, as the earlier one stays where duplicates are decided. Each corner
within reach of the neighbour goes to its nearest corner, else to its nearest edge; then the neighbour's corners
along the common line are taken over, so that both have the same edges. A move is only proposed where the shape
stays valid, its area changes by no more than the tolerance, and no more is overlapped than before.
"""

import json
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from etl.checks.plane import Plane
from etl.checks.topology import Found
from etl.drawn import Drawn
from etl.load import fingerprints
from etl.work import Work
from gis.areas import measure

Shapes = NDArray[np.object_]
Places = NDArray[np.int64]


def moved_onto(shape: Any, neighbour: Any, reach_m: float) -> Any:
    """Return a shape whose corners near a neighbour lie on its boundary; both in metres."""
    border = shapely.boundary(neighbour)
    corners = shapely.points(shapely.get_coordinates(neighbour))
    points = shapely.get_coordinates(shape)
    here = shapely.points(points)
    near = np.flatnonzero(shapely.dwithin(here, border, reach_m))
    if not len(near):
        return shape
    tree = shapely.STRtree(corners)
    on_edge = shapely.get_coordinates(shapely.shortest_line(here[near], border)).reshape(-1, 2, 2)[:, 1]
    mine, corner = tree.query_nearest(here[near], max_distance=reach_m, all_matches=False)
    points[near] = on_edge
    points[near[mine]] = shapely.get_coordinates(corners[corner])
    placed = shapely.set_coordinates(np.array([shape], dtype=object), points)[0]
    return shapely.remove_repeated_points(shapely.snap(placed, neighbour, reach_m))


def proposals(
    shapes: Drawn, pairs: list[Found], limits: dict[str, float], most: int
) -> tuple[Places, Shapes]:
    """Return the rows that can be moved onto their neighbours, and their new shapes.

    ``pairs`` are the gaps and overlaps found; wider ones than ``snap_m`` are left alone. At most
    ``most`` pairs are looked at: beyond that many, the delivery as a whole needs another remedy.
    """
    reach, share = limits["snap_m"], limits["snap_share"]
    near = [found.where(found.width_m <= reach) for found in pairs]
    first, second = (np.concatenate([getattr(found, name) for found in near]) for name in ("first", "second"))
    todo = (
        np.unique(np.stack([second, first], axis=1), axis=0)[:most]
        if reach > 0
        else np.zeros((0, 2), dtype=int)
    )
    rows = np.unique(todo)
    delivered = dict(zip(rows.tolist(), shapes[rows], strict=True))
    new: dict[int, Any] = {}
    for later, earlier in todo.tolist():
        before = new.get(later, delivered[later])
        after = _moved(before, new.get(earlier, delivered[earlier]), reach)
        if after is None:
            continue
        was, now = measure(np.array([delivered[later], after], dtype=object))
        if abs(now - was) <= share * was:
            new[later] = after
    places = np.array(sorted(new), dtype=np.int64)
    found = np.full(len(places), None, dtype=object)
    found[:] = [new[place] for place in places.tolist()]
    return places, found


def _moved(shape: Any, neighbour: Any, reach_m: float) -> Any:
    """Return a shape in degrees moved onto a neighbour, or ``None`` where that does no good."""
    both = np.array([shape, neighbour], dtype=object)
    plane = Plane.at(np.array([shape, shape], dtype=object))
    mine, other = plane.metres(both)
    after = moved_onto(mine, other, reach_m)
    if after is mine or not shapely.is_valid(after) or shapely.is_empty(after):
        return None
    back = plane.degrees(np.array([after, other], dtype=object))[0]
    # The neighbour's own corners, not what is left of them after two changes of system: equal edges are equal bits.
    own = shapely.get_coordinates(neighbour)
    points = shapely.get_coordinates(back)
    tree = shapely.STRtree(shapely.points(own))
    mine_at, own_at = tree.query_nearest(shapely.points(points), max_distance=1e-9, all_matches=False)
    points[mine_at] = own[own_at]
    exact = shapely.set_coordinates(np.array([back], dtype=object), points)[0]
    sound = shapely.is_valid(exact) and shapely.get_type_id(exact) in (3, 6)
    shared = measure(shapely.intersection(np.array([shape, exact], dtype=object), neighbour))
    return exact if sound and shared[1] <= shared[0] + 1e-3 else None


def apply(
    works: list[Work], whose: Places, row_no: Places, places: Places, shapes: Shapes, taken: bool
) -> None:
    """Write proposals down and, where chosen, put the moved shapes in place of the delivered ones."""
    starts = np.searchsorted(whose, np.arange(len(works)))
    for number, work in enumerate(works):
        mine = np.flatnonzero(whose[places] == number)
        if not len(mine) or work.shapes is None or work.drawn_m2 is None:
            continue
        at = places[mine] - starts[number]
        before, after = work.shapes[at], _multi(shapes[mine])
        before_m2, after_m2 = work.drawn_m2[at], measure(after)
        rows = row_no[places[mine]]
        work.repairs.add("SNAP", taken, rows, before, after, before_m2, after_m2)
        work.repairs.name(work.row_no, work.keys)
        if not taken:
            continue
        work.findings.add_rows(
            "SNAPPED", rows, "geom", None, work.keys[at], before_m2=np.round(before_m2, 3), after_m2=np.round(after_m2, 3)
        )  # fmt: skip
        work.shapes, work.drawn_m2 = work.shapes.replaced(at, after), work.drawn_m2.copy()
        work.drawn_m2[at] = after_m2
        texts = zip(at.tolist(), work.extra[at].tolist(), shapely.to_wkt(before, -1), strict=True)
        for place, extra, text in texts:
            kept = json.loads(extra)
            kept.setdefault("delivered_geometry", f"EPSG:4490;{text}")
            work.extra[place] = json.dumps(kept, ensure_ascii=False)
        work.hashes = fingerprints(work)


def _multi(shapes: Shapes) -> Shapes:
    parts, whose = shapely.get_parts(shapes, return_index=True)
    return np.asarray(shapely.multipolygons(parts, indices=whose), dtype=object)
