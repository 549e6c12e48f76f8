"""The shapes of a table kept as bytes: a shape is built only where it is looked at.

A million built shapes take three gigabytes, their bytes a quarter of one. The
bytes are little-endian WKB without a system: what the hash of a row is made
of and what goes to the database.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from etl.spare import trim

Shapes = NDArray[np.object_]
Places = NDArray[np.int64]
Part = slice | NDArray[Any]
_TRIMMED = 8  # tables after which what they took is given back
_MEASURES = ("boxes", "border", "parts", "points")


class Drawn:
    """Shapes in a fixed order; ``drawn[places]`` builds those in some places, a missing one is ``None``.

    Attributes
    ----------
    boxes
        West, south, east and north of each shape, shape ``(n, 4)``; NaN where it is missing or empty.
    border
        Length of all rings, in the unit of the coordinates; NaN where the shape is missing.
    parts, points
        How many polygons and how many coordinates each shape has.
    """

    __slots__ = ("_bytes", "_starts", *_MEASURES)
    boxes: NDArray[np.float64]
    border: NDArray[np.float64]
    parts: Places
    points: Places

    def __init__(self, data: NDArray[np.uint8], starts: Places, *measures: NDArray[Any]) -> None:
        self._bytes, self._starts = data, starts
        for name, values in zip(_MEASURES, measures, strict=True):
            setattr(self, name, values)

    @classmethod
    def of(cls, shapes: Any) -> "Drawn":
        """Return the store of an array of shapes."""
        built = np.asarray(shapes, dtype=object)
        wkb = pa.array(shapely.to_wkb(built, include_srid=False, byte_order=1), pa.large_binary())
        _, offsets, data = wkb.buffers()
        starts = np.frombuffer(offsets, np.int64, len(built) + 1)
        raw = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
        measures = (
            shapely.bounds(built).reshape(-1, 4),
            shapely.length(built),
            shapely.get_num_geometries(built).astype(np.int64),
            shapely.get_num_coordinates(built).astype(np.int64),
        )
        return cls(raw[: starts[-1]], starts, *measures)

    @classmethod
    def joined(cls, parts: Sequence["Drawn"]) -> "Drawn":
        """Return the shapes of several tables, one or more, one after the other."""
        return parts[0] if len(parts) == 1 else cls.emptied([*parts])

    @classmethod
    def emptied(cls, parts: list["Drawn"]) -> "Drawn":
        """Return the shapes of several tables, and let go of each as it is taken over: the list is empty then."""
        sizes = [len(part._bytes) for part in parts]
        ends = np.cumsum([0, *sizes])
        starts = [part._starts[1:] + end for part, end in zip(parts, ends, strict=False)]
        measures = [np.concatenate([getattr(part, name) for part in parts]) for name in _MEASURES]
        data = np.empty(ends[-1], dtype=np.uint8)
        for at in reversed(range(len(sizes))):
            data[ends[at] : ends[at + 1]] = parts.pop()._bytes
            if at % _TRIMMED == 0:
                trim()
        return cls(data, np.concatenate([np.zeros(1, np.int64), *starts]), *measures)

    def __len__(self) -> int:
        return len(self.boxes)

    def __getitem__(self, part: Any) -> Any:
        """Return the shape in one place, or an array of those in some: a slice, places or a mask."""
        if isinstance(part, (int, np.integer)):
            return self[np.array([part])][0]
        found: Any = shapely.from_wkb(self.wkb(part).to_numpy(zero_copy_only=False))
        return np.asarray(found, dtype=object)

    def wkb(self, part: Part) -> Any:
        """Return the bytes of some shapes as an Arrow column, null for a missing one."""
        whole = self._column()
        if isinstance(part, slice):
            start, stop, step = part.indices(len(self))
            if step == 1:
                return whole.slice(start, max(0, stop - start))
        return whole.take(pa.array(self._places(part)))

    def where(self, part: Part) -> "Drawn":
        """Return the shapes of some rows as a store of their own."""
        places = self._places(part)
        starts = np.append(0, np.cumsum(np.diff(self._starts)[places]))
        taken = self._column().take(pa.array(places))
        data = taken.buffers()[2]
        raw = np.frombuffer(data, np.uint8)[: starts[-1]] if data is not None else np.zeros(0, np.uint8)
        return Drawn(raw, starts, *(getattr(self, name)[places] for name in _MEASURES))

    def replaced(self, places: Places, shapes: Any) -> "Drawn":
        """Return the same shapes with others in some places."""
        others = Drawn.of(shapes)
        order = np.arange(len(self))
        order[places] = len(self) + np.arange(len(places))
        return Drawn.joined([self, others]).where(order)

    def total_box(self) -> NDArray[np.float64]:
        """Return west, south, east and north of all shapes; NaN where there are none."""
        there = self.boxes[np.isfinite(self.boxes).all(axis=1)]
        if not len(there):
            return np.full(4, np.nan)
        return np.concatenate([there[:, :2].min(axis=0), there[:, 2:].max(axis=0)])

    def _places(self, part: Part) -> Places:
        if isinstance(part, slice):
            return np.arange(*part.indices(len(self)), dtype=np.int64)
        found = np.asarray(part)
        return np.flatnonzero(found) if found.dtype == bool else found.astype(np.int64)

    def _column(self) -> Any:
        gone = np.packbits(np.diff(self._starts) > 0, bitorder="little")
        return pa.Array.from_buffers(
            pa.large_binary(),
            len(self),
            [pa.py_buffer(gone), pa.py_buffer(self._starts), pa.py_buffer(self._bytes)],
        )
