"""Findings about shapes against each other and against what is published: overlaps and gaps, on the exact spot."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl import snapping
from etl.checks import topology
from etl.checks.duplicates import same_shapes
from etl.checks.limits import tolerances
from etl.coded import joined
from etl.drawn import Drawn
from etl.repairs import chosen
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
        self.shapes = Drawn.joined([w.shapes for w in works if w.shapes is not None])
        self.whose = np.repeat(np.arange(len(works)), [len(w.row_no) for w in works])
        self.row_no = np.concatenate([w.row_no for w in works])
        self.keys = joined([w.keys for w in works])

    def names(self, places: Places) -> Shapes:
        """Return what a person knows rows by: the key, else file and row."""
        found = np.array(self.keys[places], dtype=object)
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


Pairs = tuple[
    topology.Found, topology.Found
]  # what overlaps, and what has a gap between; places in the joined table


def _pairs(rows: Joined, layer: str, known: tuple[topology.Known, topology.Known] | None) -> Pairs:
    limits = tolerances()
    width = gap_width_m(layer)
    if known is not None:
        shared = topology.overlaps(rows.shapes, limits["overlap_m2"], known[0])
        return shared, topology.gaps(rows.shapes, width, limits["gap_m2"], known[1])
    found, open_ = [], []
    for group in rows.groups():
        shapes = rows.shapes if len(group) == len(rows.shapes) else rows.shapes.where(group)
        found.append(topology.overlaps(shapes, limits["overlap_m2"]).of(group))
        open_.append(topology.gaps(shapes, width, limits["gap_m2"]).of(group))
    return topology.joined(found), topology.joined(open_)


def gap_width_m(layer: str) -> float:
    """Return how narrow a strip between neighbours has to be to be a gap; 0 where none is looked for."""
    return tolerances()["gap_width_m"] if layer in NO_GAPS else 0.0


def check_overlaps(
    works: list[Work],
    repairs: tuple[str, ...] | None = None,
    known: tuple[topology.Known, topology.Known] | None = None,
) -> None:
    """Report rows of one layer that overlap each other or nearly meet; on the later row, once a pair.

    Small ones may be closed by moving corners (``SNAP``): proposed always, done where it was chosen. What is reported
    is what is left then. ``known`` are the overlaps and the gaps that need not be looked for.
    """
    layer = works[0].layer
    if layer not in NO_OVERLAP or not sum(len(w.row_no) for w in works):
        return
    rows = Joined(works)
    twice = same_shapes(works)
    shared, open_ = _pairs(rows, layer, known)
    if layer in NO_GAPS and (len(shared.first) or len(open_.first)):
        most = int(tolerances()["findings_listed"])
        places, moved = snapping.proposals(rows.shapes, [shared, open_], tolerances(), most)
        taken = chosen("SNAP", repairs)
        snapping.apply(works, rows.whose, rows.row_no, places, moved, taken)
        if taken and len(places):
            rows = Joined(works)
            shared, open_ = _pairs(rows, layer, None)
    if twice:
        pairs = zip(shared.first.tolist(), shared.second.tolist(), strict=True)
        shared = shared.where(np.array([pair not in twice for pair in pairs], dtype=bool))
    rows.report("OVERLAP", shared.second, rows.names(shared.first), shared)
    width = np.round(open_.width_m, 3)
    rows.report("GAP", open_.second, rows.names(open_.first), open_, width_m=width)


def check_published(works: list[Work], keys: list[str], shapes: Shapes) -> None:
    """Report overlaps with published rows that this delivery does not replace."""
    if not len(shapes):
        return
    rows = Joined(works)
    shared = topology.across(rows.shapes, shapes, tolerances()["overlap_m2"])
    named = np.array(keys, dtype=object)
    rows.report("OVERLAP_PUBLISHED", shared.first, named[shared.second], shared)
