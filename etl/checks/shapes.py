"""Findings about shapes against each other and against what is published: overlaps and gaps, on the exact spot."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.checks import topology
from etl.checks.duplicates import same_shapes
from etl.checks.limits import tolerances
from etl.work import Work

# Layers whose patches may not overlap; those observed on different days may.
NO_OVERLAP = frozenset({"parcel", "builtup", "land_state", "building"})
NO_GAPS = frozenset({"parcel"})  # layers whose neighbours should meet where they come near

Shapes = NDArray[np.object_]
Places = NDArray[np.int64]


class Joined:
    """The rows of several files of one layer as one table."""

    def __init__(self, works: list[Work]) -> None:
        self.works = works
        self.shapes: Shapes = np.concatenate([w.shapes for w in works if w.shapes is not None])
        self.whose = np.repeat(np.arange(len(works)), [len(w.row_no) for w in works])
        self.row_no = np.concatenate([w.row_no for w in works])
        self.keys = np.concatenate([w.keys for w in works])

    def names(self, places: Places) -> Shapes:
        """Return what a person knows rows by: the key, else file and row."""
        found = self.keys[places].copy()
        for nameless in np.flatnonzero([key is None or key == "" for key in found]):
            place = places[nameless]
            found[nameless] = f"{self.works[self.whose[place]].path}:{self.row_no[place]}"
        return found

    def groups(self) -> list[Places]:
        """Return the rows that are compared with each other: all of them, or those of one day."""
        if "observed_on" not in self.works[0].frame.columns:
            return [np.arange(len(self.shapes))]
        days = pd.concat([w.frame["observed_on"] for w in self.works], ignore_index=True)
        return [np.asarray(places) for places in days.groupby(days.map(str)).indices.values()]

    def report(self, code: str, later: Places, others: Shapes, found: topology.Found, **columns: Any) -> None:
        """Report a finding on each of some rows, in the file that the row came from."""
        for number, work in enumerate(self.works):
            mine = np.flatnonzero(self.whose[later] == number)
            places = later[mine]
            work.findings.add_rows(
                code, self.row_no[places], "geom", None, self.keys[places], found.points[mine],
                other=[str(name) for name in others[mine]], area_m2=np.round(found.area_m2[mine], 3),
                **{name: values[mine] for name, values in columns.items()},
            )  # fmt: skip


def check_overlaps(works: list[Work]) -> None:
    """Report rows of one layer that overlap each other or nearly meet; on the later row, once a pair."""
    layer = works[0].layer
    if layer not in NO_OVERLAP or not sum(len(w.row_no) for w in works):
        return
    limits, rows = tolerances(), Joined(works)
    known = same_shapes(works)
    width = limits["gap_width_m"] if layer in NO_GAPS else 0.0
    for group in rows.groups():
        shapes = rows.shapes[group]
        odd = topology.suspects(shapes, topology.degrees_of(width, shapes))
        shared = topology.overlaps(shapes, shapes, odd.first, odd.second, limits["overlap_m2"])
        first, second = group[shared.first], group[shared.second]
        if known:
            new = np.array(
                [pair not in known for pair in zip(first.tolist(), second.tolist(), strict=True)], dtype=bool
            )
            first, second, shared = first[new], second[new], shared.where(new)
        rows.report("OVERLAP", second, rows.names(first), shared)
        open_ = topology.gaps(shapes, odd, width, limits["gap_m2"])
        rows.report(
            "GAP",
            group[open_.second],
            rows.names(group[open_.first]),
            open_,
            width_m=np.round(open_.width_m, 3),
        )


def check_published(works: list[Work], keys: list[str], shapes: Shapes) -> None:
    """Report overlaps with published rows that this delivery does not replace."""
    if not len(shapes):
        return
    rows = Joined(works)
    shared = topology.across(rows.shapes, shapes, tolerances()["overlap_m2"])
    named = np.array(keys, dtype=object)
    rows.report("OVERLAP_PUBLISHED", shared.first, named[shared.second], shared)
