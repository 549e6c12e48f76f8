"""Shapes against each other and against what is published: overlaps, by a spatial index, without a loop over rows."""

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from etl.checks.duplicates import same_shapes
from etl.checks.rows import tolerances
from etl.geometry import areas
from etl.work import Work

NO_OVERLAP = frozenset(
    {"parcel", "builtup", "land_state", "building"}
)  # layers whose patches may not overlap
REGION_DEG = 3.0  # farther from all parks than a zone is wide: another city
_BATCH = 50_000  # pairs that are cut at once, which bounds memory

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.object_]]


def overlaps(left: NDArray[np.object_], right: NDArray[np.object_], same: bool, above_m2: float) -> Pairs:
    """Return the pairs of shapes that overlap by more than a tolerance.

    ``same`` says that both are one table; each pair is then given once, the
    smaller place first. Beside the places: the area in square metres and a point inside the overlap.
    """
    tree = shapely.STRtree(right)
    first, second = tree.query(left, predicate="intersects")
    if same:
        once = first < second
        first, second = first[once], second[once]
    found = []
    for start in range(0, len(first), _BATCH):
        part = slice(start, start + _BATCH)
        found.append(_cut(left, right, first[part], second[part], above_m2))
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0), np.zeros(0, dtype=object)
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))  # type: ignore[return-value]


def _cut(
    left: NDArray[np.object_],
    right: NDArray[np.object_],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    above_m2: float,
) -> Pairs:
    """Return the pairs that share more than a tolerance; neighbours that only touch are not cut at all."""
    real = ~shapely.touches(left[first], right[second])
    first, second = first[real], second[real]
    shared = shapely.intersection(left[first], right[second])
    area = np.nan_to_num(areas(shared))
    over = area > above_m2
    return first[over], second[over], area[over], shapely.point_on_surface(shared[over])


def check_overlaps(works: list[Work]) -> None:
    """Report rows of one layer that overlap each other; on the later row, once a pair."""
    if works[0].layer not in NO_OVERLAP or not sum(len(w.row_no) for w in works):
        return
    known = same_shapes(works)
    shapes = np.concatenate([w.shapes for w in works if w.shapes is not None])
    whose = np.repeat(np.arange(len(works)), [len(w.row_no) for w in works])
    place = np.concatenate([np.arange(len(w.row_no)) for w in works])
    first, second, area, points = overlaps(shapes, shapes, True, tolerances()["overlap_m2"])
    days = None
    if "observed_on" in works[0].frame.columns:
        days = pd.concat([w.frame["observed_on"] for w in works], ignore_index=True).to_numpy()
    for a, b, m2, point in zip(first, second, area, points, strict=True):
        if (int(a), int(b)) in known or (days is not None and days[a] != days[b]):
            continue
        work, other = works[whose[b]], works[whose[a]]
        named = other.keys[place[a]] or f"{other.path}:{other.row_no[place[a]]}"
        work.findings.add(
            "OVERLAP", int(work.row_no[place[b]]), "geom", key=work.keys[place[b]],
            other=str(named), area_m2=round(float(m2), 3),
                point=point,
        )  # fmt: skip


def check_published(works: list[Work], keys: list[str], shapes: NDArray[np.object_]) -> None:
    """Report overlaps with published rows that this delivery does not replace."""
    if not len(shapes):
        return
    for work in works:
        if work.shapes is None or not len(work.shapes):
            continue
        mine, theirs, area, points = overlaps(work.shapes, shapes, False, tolerances()["overlap_m2"])
        for a, b, m2, point in zip(mine, theirs, area, points, strict=True):
            work.findings.add(
                "OVERLAP_PUBLISHED", int(work.row_no[a]), "geom", key=work.keys[a],
                other=keys[b], area_m2=round(float(m2), 3),
                point=point,
            )  # fmt: skip


class Parks:
    """The newest boundary of each park."""

    def __init__(self, codes: list[str], shapes: Any) -> None:
        self.codes = np.array(codes, dtype=object)
        self.shapes = np.array(shapes, dtype=object)

    def assign(self, work: Work, asked: str | None) -> None:
        """Fill empty park codes (``--park``, else the park with most of the area); report what is outside."""
        if work.layer != "parcel" or work.shapes is None:
            return
        codes = work.frame["park_code"].to_numpy(dtype=object).copy()
        missing = pd.isna(codes)
        if asked:
            codes[missing] = asked
        if not self._near(work.shapes):
            work.findings.add("NO_PARKS", field="park_code")
        else:
            codes = self._fill(work, codes)
        work.frame["park_code"] = codes

    def _near(self, shapes: NDArray[np.object_]) -> bool:
        """Say whether any park lies in the region of a file; parcels of another city are in none of ours."""
        if not len(self.codes) or not len(shapes):
            return False
        west, south, east, north = shapely.total_bounds(self.shapes)
        left, low, right, high = shapely.total_bounds(shapes)
        return bool(
            left < east + REGION_DEG
            and right > west - REGION_DEG
            and low < north + REGION_DEG
            and high > south - REGION_DEG
        )

    def _fill(self, work: Work, codes: NDArray[np.object_]) -> NDArray[np.object_]:
        assert work.shapes is not None and work.drawn_m2 is not None
        limits = tolerances()
        rows, parks = shapely.STRtree(self.shapes).query(work.shapes, predicate="intersects")
        inside = np.zeros(len(rows))
        shapely.prepare(self.shapes)
        whole = shapely.covers(self.shapes[parks], work.shapes[rows])
        inside[whole] = work.drawn_m2[rows[whole]]
        part = ~whole
        cut = areas(shapely.intersection(work.shapes[rows[part]], self.shapes[parks[part]]))
        inside[part] = np.nan_to_num(cut)
        table = pd.DataFrame({"row": rows, "park": self.codes[parks], "m2": inside})
        best = table[table["m2"] > 0].sort_values("m2", kind="stable").drop_duplicates("row", keep="last")
        held = best.set_index("row")["park"]
        empty = np.flatnonzero(pd.isna(codes))
        codes[empty] = [held.get(row) for row in empty]
        own = (
            table[table["park"].to_numpy() == codes[rows]].set_index("row")["m2"]
            if len(table)
            else pd.Series()
        )
        area = pd.Series(own, dtype=float).reindex(range(len(codes))).fillna(0).to_numpy()
        known = np.isin(codes.astype(str), self.codes.astype(str))
        allowed = np.maximum(limits["same_area_share"] * work.drawn_m2, limits["same_area_m2"])
        out = work.drawn_m2 - area
        for place in np.flatnonzero((out > allowed) | (area <= 0)):
            code, row, key = codes[place], int(work.row_no[place]), work.keys[place]
            if pd.isna(code):
                work.findings.add("OUTSIDE_PARK", row, "park_code", key=key, park="–")
            elif not known[place]:
                work.findings.add("REFERENCE_MISSING", row, "park_code", code, key=key, target="park")
            elif area[place] <= 0:
                work.findings.add("OUTSIDE_PARK", row, "park_code", code, key=key, park=code)
            else:
                work.findings.add(
                    "CROSSES_PARK",
                    row,
                    "park_code",
                    code,
                    key=key,
                    park=code,
                    outside_m2=round(float(out[place]), 3),
                )
        return codes
