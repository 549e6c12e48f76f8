"""The shapes of one file on their way from delivery to storage.

Done in batches of rows on all processors: memory is bounded by the batch, and
what leaves it is bytes (:class:`etl.drawn.Drawn`). What is decided for the
file as a whole - its system, whether it lies where that can be meant - is
decided once, before or after the batches.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etl import geometry
from etl.checks.limits import tolerances
from etl.checks.parallel import spread
from etl.drawn import Drawn
from etl.errors import Refused
from etl.issues import Findings
from etl.mending import CONVENTIONS, Mending
from etl.plain_rings import Settled, settle
from etl.readers.boundary import MOST_SHAPES
from etl.readers.crs import Decision
from etl.readers.plain_shape import Records
from etl.repairs import Proposals
from etl.spare import trim
from etl.work import Work

Shapes = NDArray[np.object_]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

BATCH = 10_000  # rows whose shapes are built at once, for each processor


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be placed: the delivered bytes or texts, which rows stay so far, and how."""

    work: Work
    delivered: NDArray[Any] | Records  # WKB, or WKT
    stays: Mask
    repairs: tuple[str, ...] | None
    format_: str  # whose convention the direction of rings follows


@dataclass(frozen=True, slots=True)
class _Way:
    """What holds for all batches."""

    decision: Decision
    limits: dict[str, float]


@dataclass(slots=True)
class _Batch:
    """Some rows of a file."""

    rows: Places
    part: Work  # their numbers, and what is found about them
    mending: Mending
    format_: str
    shapes: Shapes
    good: Mask

    @classmethod
    def read(cls, asked: Asked, rows: Places) -> "_Batch":
        """Build the delivered shapes of some rows and reject what is no polygon."""
        whole, delivered, stays = asked.work, asked.delivered[rows], asked.stays[rows]
        part = Work(whole.path, whole.layer, Findings(whole.layer), row_no=whole.row_no[rows])
        mending = Mending(part, asked.repairs)
        there = _there(delivered)
        built = geometry.from_wkt(delivered) if _are_texts(delivered) else geometry.from_wkb(delivered)
        shapes = geometry.only(mending.close(delivered, built), stays)
        told = stays & ~mending.still_open()
        shapes, good = geometry.only_polygons(shapes, there, told, part.row_no, part.findings)
        return cls(rows, part, mending, asked.format_, shapes, good)


@dataclass(slots=True)
class Placed:
    """Rows in the storage CRS; rejected ones have the shape that they would have had, for its place."""

    drawn: Drawn
    stays: Mask
    area_m2: NDArray[np.float64]
    kept: dict[int, str]  # place -> delivered shape of a mended row, as WKT


@dataclass(frozen=True, slots=True)
class _Stored:
    """What one batch becomes."""

    rows: Places  # of the file
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
    count = max(1, len(asked.delivered))  # a file without rows is one empty batch
    try:
        way = _Way(decide(_some(asked)), tolerances())
        done = spread(lambda a, b: _one(asked, _rows(asked, a, b), way), count, BATCH)
    except Refused:
        for batch in spread(lambda a, b: _Batch.read(asked, _rows(asked, a, b)), count, BATCH):
            asked.work.findings.join(batch.part.findings)
        raise
    work = asked.work
    for stored in done:
        work.findings.join(stored.first)
    geometry.say_datum(way.decision, work.findings)
    _require_reach(done, way.decision)
    placed = _joined(done)
    near = np.concatenate([stored.near for stored in done])
    unshifted(placed.drawn[_evenly(np.flatnonzero(near))])
    for stored in done:
        work.findings.join(stored.then)
        work.repairs.join(stored.repairs)
        placed.kept.update(stored.placed.kept)
    return placed


def _rows(asked: Asked, start: int, stop: int) -> Places:
    return np.arange(start, min(stop, len(asked.delivered)), dtype=np.int64)


def _one(asked: Asked, rows: Places, way: _Way) -> _Stored:
    """Place one batch: the plain rows at one go, the others the thorough way."""
    delivered = asked.delivered
    if not isinstance(delivered, Records):
        return _store(_Batch.read(asked, rows), way)
    plain = rows[delivered.plain[rows] & asked.stays[rows]]
    settled = settle(delivered, plain, CONVENTIONS.get(asked.format_), way.decision)
    done = _with(settled, _store(_Batch.read(asked, np.setdiff1d(rows, settled.places)), way))
    trim()
    return done


def _with(settled: Settled, rest: _Stored) -> _Stored:
    """Put settled rows beside the rest of their batch, in the order of the file."""
    rows = np.concatenate([settled.places, rest.rows])
    order = np.argsort(rows, kind="stable")
    yes = np.ones(len(settled.places), dtype=bool)
    placed = Placed(
        Drawn.joined([settled.drawn, rest.placed.drawn]).where(order),
        np.concatenate([yes, rest.placed.stays])[order],
        np.concatenate([settled.area_m2, rest.placed.area_m2])[order],
        rest.placed.kept,
    )
    near = np.concatenate([yes, rest.near])[order]
    return replace(rest, rows=rows[order], placed=placed, near=near, read=rest.read + len(yes))


def _are_texts(delivered: NDArray[Any]) -> bool:
    return any(isinstance(value, str) for value in delivered)


def _some(asked: Asked) -> Shapes:
    """Return some thousand polygons, evenly taken; all of them where so few are found."""
    rows = np.flatnonzero(_there(asked.delivered) & asked.stays)
    batch = _Batch.read(asked, _evenly(rows))
    if not batch.good.any() and len(rows) > MOST_SHAPES:
        batch = _Batch.read(asked, rows)
    return geometry.only(batch.shapes, batch.good)


def _there(delivered: Any) -> Mask:
    if isinstance(delivered, Records):
        return delivered.there()
    return np.array([value is not None for value in delivered], dtype=bool)


def _evenly(places: Places) -> Places:
    if len(places) <= MOST_SHAPES:
        return places
    return places[np.linspace(0, len(places) - 1, MOST_SHAPES).astype(np.int64)]


def _store(batch: _Batch, way: _Way) -> _Stored:
    part, mending, delivered = batch.part, batch.mending, batch.shapes
    first, then = part.findings, Findings(part.layer)
    part.findings = then
    read = int(batch.good.sum())
    shapes = mending.tidy(delivered, batch.good, batch.format_)
    before, near, far = geometry.to_storage(shapes, batch.good, part.row_no, way.decision, then)
    shapes, good = mending.store(before, near, delivered, way.decision, way.limits)
    shapes = np.where(good, shapes, before)
    placed = Placed(
        Drawn.of(shapes),
        good,
        np.where(good, geometry.areas(geometry.only(shapes, good)), np.nan),
        {int(batch.rows[at]): text for at, text in mending.kept.items()},
    )
    return _Stored(batch.rows, placed, first, then, part.repairs, read, near, far)


def _require_reach(done: list[_Stored], decision: Decision) -> None:
    far = np.concatenate([batch.far for batch in done])
    if len(far) * 2 > sum(batch.read for batch in done):
        raise geometry.out_of_reach(decision, far)


def _joined(done: list[_Stored]) -> Placed:
    def column(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(stored.placed, name) for stored in done])

    parts = []
    for stored in done:  # each is let go of as it is taken over, so that no shape is held twice
        parts.append(stored.placed.drawn)
        stored.placed.drawn = Drawn.of([])
    return Placed(Drawn.emptied(parts), column("stays"), column("area_m2"), {})
