"""Parcels and the boundaries of parks: to which park a parcel belongs, and what of it lies outside."""

from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from etl.checks.limits import tolerances
from etl.coded import coded_of
from etl.drawn import Drawn
from etl.work import Work
from gis.areas import measure

REGION_DEG = 3.0  # farther from all parks than a zone is wide: another city
_BATCH = 25_000  # parcels that are held against the parks at once


class Parks:
    """The newest boundary of each park."""

    def __init__(self, codes: list[str], shapes: Any) -> None:
        self.codes = np.array(codes, dtype=object)
        self.shapes = np.array(shapes, dtype=object)

    def assign(self, work: Work, asked: str | None) -> None:
        """Fill empty park codes (``--park``, else the park with most of the area); report what is outside."""
        if work.layer != "parcel" or work.shapes is None or not len(work.shapes):
            return
        codes = work.frame["park_code"].to_numpy(dtype=object).copy()
        if asked:
            codes[pd.isna(codes)] = asked
        if not self._near(work.shapes):
            work.findings.add("NO_PARKS", field="park_code")
        else:
            self._fill(work, codes)
        work.frame["park_code"] = coded_of(codes)

    def _near(self, shapes: Drawn) -> bool:
        """Say whether any park lies in the region of a file; parcels of another city are in none of ours."""
        if not len(self.codes) or not len(shapes):
            return False
        west, south, east, north = shapely.total_bounds(self.shapes)
        left, low, right, high = shapes.total_box()
        return bool(
            left < east + REGION_DEG
            and right > west - REGION_DEG
            and low < north + REGION_DEG
            and high > south - REGION_DEG
        )

    def _inside(self, shapes: Drawn, drawn_m2: NDArray[np.float64]) -> pd.DataFrame:
        """Return rows, the parks (places) that hold some of them, and how many square metres they hold."""
        starts = range(0, len(shapes), _BATCH)
        tables = [self._part(shapes, drawn_m2, slice(start, start + _BATCH)) for start in starts]
        return pd.concat(tables, ignore_index=True)

    def _part(self, shapes: Drawn, drawn_m2: NDArray[np.float64], part: slice) -> pd.DataFrame:
        """Do so for a batch of rows.

        The parks are few and prepared, the parcels many: most lie with all of their box in one park. Only the others
        are built, and asked themselves; only those on a boundary are cut.
        """
        boxes = shapely.STRtree(shapely.box(*shapes.boxes[part].T))
        near, boxed = (self._asked(boxes, predicate) for predicate in ("intersects", "covers"))
        odd = near[~_among(near, boxed)]
        rows = np.unique(odd[:, 1])
        built = shapes[rows + part.start]
        tree = shapely.STRtree(built)
        some, whole = (self._asked(tree, predicate) for predicate in ("intersects", "covers"))
        cut = some[~_among(some, whole)]
        shared = shapely.intersection(built[cut[:, 1]], self.shapes[cut[:, 0]])
        whole[:, 1], cut[:, 1] = rows[whole[:, 1]], rows[cut[:, 1]]
        whole = np.unique(np.concatenate([boxed, whole]), axis=0)
        m2 = np.concatenate([drawn_m2[part][whole[:, 1]], np.nan_to_num(measure(shared))])
        park, row = np.concatenate([whole, cut]).T
        return pd.DataFrame({"row": row + part.start, "park": park, "m2": m2})

    def _asked(self, tree: shapely.STRtree, predicate: Literal["intersects", "covers"]) -> NDArray[np.int64]:
        """Return the pairs of a park and a row that stand in a relation, shape ``(n, 2)``."""
        return np.stack(tree.query(self.shapes, predicate=predicate), axis=1).astype(np.int64)

    def _fill(self, work: Work, codes: NDArray[np.object_]) -> None:
        assert work.shapes is not None and work.drawn_m2 is not None
        table = self._inside(work.shapes, work.drawn_m2)
        best = table[table["m2"] > 0].sort_values("m2", kind="stable").drop_duplicates("row", keep="last")
        held = np.full(len(codes), -1)
        held[best["row"]] = best["park"]
        empty = pd.isna(codes) & (held >= 0)
        codes[empty] = self.codes[held[empty]]
        own = pd.Index(self.codes).get_indexer(
            pd.Index(codes)
        )  # the place of the row's park, -1 where unknown
        inside = np.zeros(len(codes))
        mine = table[table["park"].to_numpy() == own[table["row"]]]
        inside[mine["row"]] = mine["m2"]
        self._report(work, codes, own, inside)

    def _report(self, work: Work, codes: Any, own: NDArray[np.int64], inside: NDArray[np.float64]) -> None:
        assert work.shapes is not None and work.drawn_m2 is not None
        limits = tolerances()
        allowed = np.maximum(limits["same_area_share"] * work.drawn_m2, limits["same_area_m2"])
        out = work.drawn_m2 - inside
        odd = (out > allowed) | (inside <= 0)
        nowhere, unknown = pd.isna(codes), (own < 0) & ~pd.isna(codes)
        outside = np.flatnonzero(odd & (nowhere | (~unknown & (inside <= 0))))
        named = np.where(nowhere, None, codes)
        shown = np.where(nowhere, "–", codes)
        work.findings.add_rows(
            "OUTSIDE_PARK", work.row_no[outside], "park_code", named[outside], work.keys[outside], park=shown[outside]
        )  # fmt: skip
        lost = np.flatnonzero(unknown)
        work.findings.add_rows(
            "REFERENCE_MISSING", work.row_no[lost], "park_code", codes[lost], work.keys[lost], target="park"
        )
        across = np.flatnonzero(odd & (own >= 0) & (inside > 0))
        beyond = shapely.difference(work.shapes[across], self.shapes[own[across]])
        work.findings.add_rows(
            "CROSSES_PARK", work.row_no[across], "park_code", codes[across], work.keys[across],
            shapely.point_on_surface(beyond), park=codes[across], outside_m2=np.round(out[across], 3),
        )  # fmt: skip


def _among(pairs: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which pairs are among others."""
    number = np.array([1 << 32, 1])
    return np.isin(pairs @ number, others @ number)
