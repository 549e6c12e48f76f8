"""The shapes of one file on their way from delivery to storage.

Done in batches of rows on all processors: memory is bounded by the batch, and
what leaves it is bytes (:class:`etl.drawn.Drawn`). What is decided for the
file as a whole - its system, whether it lies where that can be meant - is
decided once, before or after the batches.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etl import geometry
from etl.checks.limits import tolerances
from etl.checks.parallel import spread
from etl.drawn import Drawn
from etl.errors import Refused
from etl.issues import Findings
from etl.mending import Mending
from etl.readers.boundary import MOST_SHAPES
from etl.readers.crs import Decision
from etl.repairs import Proposals
from etl.work import Work

Shapes = NDArray[np.object_]
Mask = NDArray[np.bool_]

BATCH = 25_000  # rows whose shapes are built at once, for each processor


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be placed: the delivered bytes or texts, which rows stay so far, and how."""

    work: Work
    delivered: NDArray[Any]  # WKB, or WKT
    stays: Mask
    repairs: tuple[str, ...] | None
    format_: str  # whose convention the direction of rings follows


@dataclass(slots=True)
class _Batch:
    """Some rows of a file."""

    part: Work  # their numbers, and what is found about them
    delivered: NDArray[Any]
    stays: Mask
    mending: Mending
    format_: str
    shapes: Shapes
    good: Mask

    @classmethod
    def read(cls, asked: Asked, where: slice | NDArray[np.int64]) -> "_Batch":
        """Build the delivered shapes of some rows and reject what is no polygon."""
        whole, delivered, stays = asked.work, asked.delivered[where], asked.stays[where]
        part = Work(whole.path, whole.layer, Findings(whole.layer), row_no=whole.row_no[where])
        mending = Mending(part, asked.repairs)
        there = np.array([value is not None for value in delivered], dtype=bool)
        built = geometry.from_wkt(delivered) if _are_texts(delivered) else geometry.from_wkb(delivered)
        shapes = geometry.only(mending.close(delivered, built), stays)
        told = stays & ~mending.still_open()
        shapes, good = geometry.only_polygons(shapes, there, told, part.row_no, part.findings)
        return cls(part, delivered, stays, mending, asked.format_, shapes, good)


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows in the storage CRS; rejected ones have the shape that they would have had, for its place."""

    drawn: Drawn
    stays: Mask
    area_m2: NDArray[np.float64]
    kept: dict[int, str]  # place -> delivered shape of a mended row, as WKT


@dataclass(frozen=True, slots=True)
class _Stored:
    """What one batch becomes."""

    placed: Placed
    first: Findings  # about the shapes as delivered
    then: Findings  # about the way to storage
    repairs: Proposals
    read: int  # rows with a polygon
    near: Mask  # rows within the reach of their system
    far: NDArray[np.float64]  # boxes of the rows outside the reach of their system


def place(asked: Asked, decide: Callable[[Shapes], Decision], unshifted: Callable[[Shapes], None]) -> Placed:
    """Return the rows of a file in the storage CRS; every change and every loss is a finding of its work.

    Parameters
    ----------
    asked
        What is to be placed.
    decide
        Says from some thousand delivered shapes which system they are in.
    unshifted
        Refuses shapes in storage that are shifted as web maps are.

    Raises
    ------
    Refused
        The system can't be told, or the rows can't be in it.
    """
    count, limits = max(1, len(asked.delivered)), tolerances()  # a file without rows is one empty batch
    try:
        decision = decide(_some(asked))
        done = spread(lambda a, b: _store(_Batch.read(asked, slice(a, b)), decision, limits), count, BATCH)
    except Refused:
        for findings in spread(lambda a, b: _Batch.read(asked, slice(a, b)).part.findings, count, BATCH):
            asked.work.findings.join(findings)
        raise
    work = asked.work
    for batch in done:
        work.findings.join(batch.first)
    geometry.say_datum(decision, work.findings)
    _require_reach(done, decision)
    placed = _joined(done)
    near = np.concatenate([batch.near for batch in done])
    unshifted(placed.drawn[_evenly(np.flatnonzero(near))])
    for start, batch in zip(range(0, count, BATCH), done, strict=True):
        work.findings.join(batch.then)
        work.repairs.join(batch.repairs)
        placed.kept.update({start + at: text for at, text in batch.placed.kept.items()})
    return placed


def _are_texts(delivered: NDArray[Any]) -> bool:
    return any(isinstance(value, str) for value in delivered)


def _some(asked: Asked) -> Shapes:
    """Return some thousand polygons, evenly taken; all of them where so few are found."""
    there = np.array([value is not None for value in asked.delivered], dtype=bool) & asked.stays
    rows = np.flatnonzero(there)
    batch = _Batch.read(asked, _evenly(rows))
    if not batch.good.any() and len(rows) > MOST_SHAPES:
        batch = _Batch.read(asked, rows)
    return geometry.only(batch.shapes, batch.good)


def _evenly(places: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(places) <= MOST_SHAPES:
        return places
    return places[np.linspace(0, len(places) - 1, MOST_SHAPES).astype(np.int64)]


def _store(batch: _Batch, decision: Decision, limits: dict[str, float]) -> _Stored:
    part, mending, delivered = batch.part, batch.mending, batch.shapes
    first, then = part.findings, Findings(part.layer)
    part.findings = then
    read = int(batch.good.sum())
    shapes = mending.tidy(delivered, batch.good, batch.format_)
    before, near, far = geometry.to_storage(shapes, batch.good, part.row_no, decision, then)
    shapes, good = mending.store(before, near, delivered, decision, limits)
    shapes = np.where(good, shapes, before)
    placed = Placed(
        Drawn.of(shapes),
        good,
        np.where(good, geometry.areas(geometry.only(shapes, good)), np.nan),
        mending.kept,
    )
    return _Stored(placed, first, then, part.repairs, read, near, far)


def _require_reach(done: list[_Stored], decision: Decision) -> None:
    far = np.concatenate([batch.far for batch in done])
    if len(far) * 2 > sum(batch.read for batch in done):
        raise geometry.out_of_reach(decision, far)


def _joined(done: list[_Stored]) -> Placed:
    parts = [batch.placed for batch in done]

    def column(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in parts])

    drawn = Drawn.joined([part.drawn for part in parts])
    return Placed(drawn, column("stays"), column("area_m2"), {})
