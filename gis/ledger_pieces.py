"""New and demolished land between two surveys: cut out, sorted by size, supply and neighbourhood."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.areas import LEAST_M2, measure, plane_of, require_storage_crs, square_metres, to_plane
from gis.periods import as_days
from gis.polygons import valid_polygons
from gis.rules import BuiltupRule

RELATIONS = ("infill", "edge", "leapfrog")
SUPPLIES = ("supplied", "unsupplied", "supply_unknown")
_NODE_M = 0.01  # where two outlines meet, a cut's corner lies a rounding beside them: a hundredth of a metre


class Land:
    """The parcels that new land may lie in, with the day of their first supply."""

    def __init__(self, parcels: gpd.GeoDataFrame) -> None:
        require_storage_crs(parcels.geometry)
        self.shapes = valid_polygons(parcels.geometry)
        self.codes = parcels["parcel_code"].to_numpy(dtype=object)
        self.since = as_days(parcels["supplied_on"])
        self.unknown = parcels["supply_unknown"].to_numpy(dtype=bool)
        self.tree = shapely.STRtree(self.shapes)
        self._supply: dict[np.datetime64, Any] = {}

    def supply(self, on: np.datetime64) -> Any:
        """Return the code of ``SUPPLIES`` of each parcel on a day."""
        if on not in self._supply:
            later = np.where(self.unknown, "supply_unknown", "unsupplied")
            self._supply[on] = np.where(self.since <= on, "supplied", later)
        return self._supply[on]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What two surveys differ by. Areas are in square metres, all measured on the ellipsoid.

    ``new`` and ``lost`` hold the pieces that count, with their areas; slivers
    are summed apart. ``inside`` holds, for each pair of a piece and a parcel,
    their numbers and the area they share.
    """

    new: Any
    new_m2: Any
    lost_m2: Any
    sliver_gain_m2: float
    sliver_loss_m2: float
    slivers: int
    relation: Any
    supply_m2: dict[str, float]
    source: Any
    land: Land
    state: Any
    inside: tuple[Any, Any, Any]
    lost_inside: tuple[Any, Any, Any]

    def of_relation(self, code: str) -> float:
        """Return the new land of one relation to what was built before."""
        return float(self.new_m2[self.relation == code].sum())

    def by_parcel(self) -> Iterator[dict[str, Any]]:
        """Yield the new and demolished land of each parcel, by code, and of all land outside parcels last."""
        new, lost, seen = _sums(self.inside), _sums(self.lost_inside), self._sources()
        for number in sorted({*new, *lost}, key=lambda row: str(self.land.codes[row])):
            yield {
                "parcel_code": self.land.codes[number], "new_m2": square_metres(new.get(number, 0.0)),
                "demolished_m2": square_metres(lost.get(number, 0.0)), "supply": str(self.state[number]).upper(),
                "source": ";".join(sorted(seen.get(number, set()))),
            }  # fmt: skip
        outside = [
            float(total.sum()) - sum(part.values())
            for total, part in ((self.new_m2, new), (self.lost_m2, lost))
        ]
        rest = [square_metres(max(area, 0.0)) for area in outside]
        if any(rest):
            yield {"parcel_code": "", "new_m2": rest[0], "demolished_m2": rest[1], "supply": "OUTSIDE",
                   "source": ";".join(sorted({name for name in self.source.tolist() if name}))}  # fmt: skip

    def _sources(self) -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        for piece, parcel in zip(*(part.tolist() for part in self.inside[:2]), strict=True):
            if self.source[piece]:
                found.setdefault(parcel, set()).add(self.source[piece])
        return found


def compare(
    before: Any,
    after: Any,
    sources: Sequence[str],
    zone: Any,
    rule: BuiltupRule,
    land: Land,
    on: np.datetime64,
) -> Pieces:
    """Return what was built and what was lost inside a zone between two sets of patches.

    Parameters
    ----------
    before, after
        Valid polygons in CGCS2000 degrees; each set may overlap itself.
    sources
        Who says so, for each patch of ``after``.
    zone
        The boundary that both are compared on.
    on
        The day of the later survey: land counts as supplied by then.
    """
    gained, lost = minus(after, before, zone), minus(before, after, zone)
    plane = plane_of(np.array([zone], dtype=object))
    small_gain, small_loss = (_slivers(shapes, plane, rule) for shapes in (gained, lost))
    new, gone = gained[~small_gain], lost[~small_loss]
    gains, losses = measure(gained), measure(lost)
    state = land.supply(on)
    inside = _shared(new, land, rule)
    return Pieces(
        new=new, new_m2=gains[~small_gain], lost_m2=losses[~small_loss],
        sliver_gain_m2=float(gains[small_gain].sum()), sliver_loss_m2=float(losses[small_loss].sum()),
        slivers=int(small_gain.sum() + small_loss.sum()),
        relation=_relations(new, before, plane, rule), supply_m2=_by_supply(new, inside, land, state),
        source=_source(new, after, sources), land=land, state=state, inside=inside, lost_inside=_shared(gone, land, rule),
    )  # fmt: skip


def minus(left: Any, right: Any, zone: Any) -> Any:
    """Return the polygons that the union of some shapes has inside a zone and the union of others has not."""
    known = set(shapely.to_wkb(shapely.normalize(right)).tolist()) if len(right) else set()
    same = [wkb in known for wkb in shapely.to_wkb(shapely.normalize(left)).tolist()] if len(left) else []
    changed = left[~np.array(same, dtype=bool)] if len(left) else left
    if not len(changed):
        return np.array([], dtype=object)
    whole = shapely.get_parts(shapely.union_all(changed))
    part, other = shapely.STRtree(right).query(whole, predicate="intersects") if len(right) else ([], [])
    ends = np.searchsorted(part, np.arange(len(whole) + 1))
    for number in np.unique(part).tolist() if len(right) else ():
        near = shapely.union_all(right[other[ends[number] : ends[number + 1]]])
        whole[number] = shapely.difference(whole[number], near)
    shapely.prepare(zone)
    across = ~shapely.contains_properly(zone, whole)
    whole[across] = shapely.intersection(zone, whole[across])
    parts = shapely.get_parts(shapely.get_parts(whole))
    parts = parts[shapely.get_dimensions(parts) == 2]
    return parts[measure(parts) >= LEAST_M2] if len(parts) else parts


def _slivers(shapes: Any, plane: int, rule: BuiltupRule) -> Any:
    """Say which pieces are too small or too thin to be building: two surveys never align exactly."""
    if not len(shapes):
        return np.zeros(0, dtype=bool)
    thin = shapely.is_empty(shapely.buffer(to_plane(shapes, plane), -float(rule.sliver_width_m) / 2))
    return thin | (measure(shapes) < float(rule.sliver_m2))


def _relations(new: Any, before: Any, plane: int, rule: BuiltupRule) -> Any:
    """Return how new land lies to what was built: by the share of its border that they have in common."""
    found = np.full(len(new), "leapfrog", dtype=object)
    if not len(new) or not len(before):
        return found
    here, there = to_plane(new, plane), shapely.buffer(to_plane(before, plane), _NODE_M, quad_segs=1)
    piece, patch = shapely.STRtree(there).query(here, predicate="intersects")
    ends = np.searchsorted(piece, np.arange(len(new) + 1))
    for number in np.unique(piece).tolist():
        border = shapely.boundary(here[number])
        shared = shapely.length(
            shapely.intersection(border, shapely.union_all(there[patch[ends[number] : ends[number + 1]]]))
        )
        share = rule.infill_share
        common = shared * share.denominator >= shapely.length(border) * share.numerator
        found[number] = "infill" if common else "edge"
    return found


def _shared(shapes: Any, land: Land, rule: BuiltupRule) -> tuple[Any, Any, Any]:
    """Return each pair of a piece and a parcel that share more than a sliver, and the area, in square metres."""
    piece, parcel = (
        land.tree.query(shapes, predicate="intersects") if len(shapes) else (np.zeros(0, int),) * 2
    )
    areas = measure(shapely.intersection(shapes[piece], land.shapes[parcel])) if len(piece) else np.zeros(0)
    some = areas >= float(rule.sliver_m2)
    return piece[some], parcel[some], areas[some]


def _by_supply(new: Any, inside: tuple[Any, Any, Any], land: Land, state: Any) -> dict[str, float]:
    """Return the new land on supplied parcels and on parcels of unknown supply; land of two parcels counts once."""
    found: dict[str, list[Any]] = {code: [] for code in SUPPLIES[::2]}
    piece, parcel, _ = inside
    ends = np.searchsorted(piece, np.arange(len(new) + 1))
    for number in np.unique(piece).tolist():
        mine = parcel[ends[number] : ends[number + 1]]
        taken = None
        for code in found:
            those = mine[state[mine] == code]
            if not len(those):
                continue
            covered = shapely.intersection(new[number], shapely.union_all(land.shapes[those]))
            found[code].append(covered if taken is None else shapely.difference(covered, taken))
            taken = covered
    return {code: float(np.nansum(measure(np.array(own, dtype=object)))) for code, own in found.items()}


def _source(new: Any, after: Any, sources: Sequence[str]) -> Any:
    """Return the source of the patch that shows each piece: the first that covers a point inside it."""
    found = np.full(len(new), "", dtype=object)
    if len(new) and len(after):
        piece, patch = shapely.STRtree(after).query(shapely.point_on_surface(new), predicate="intersects")
        names = np.asarray(sources, dtype=object)
        for number, row in zip(piece[::-1].tolist(), patch[::-1].tolist(), strict=True):
            found[number] = str(names[row] or "")
    return found


def _sums(pairs: tuple[Any, Any, Any]) -> dict[int, float]:
    _, parcel, area = pairs
    totals = pd.Series(area).groupby(parcel).sum() if len(area) else pd.Series(dtype=float)
    return {int(row): float(total) for row, total in totals.items()}  # type: ignore[call-overload]
