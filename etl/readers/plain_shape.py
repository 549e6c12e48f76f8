"""The plain records of a polygon shapefile, taken as they lie in the file.

A record of one closed ring holds its points as WKB wants them: those bytes
are cut out, not parsed. GDAL gives the same, byte for byte (a test compares
them on all real files); whatever is not so plain is left to it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.readers.structure import POLYGON, Structure, damaged

_PARTS, _POINTS, _START, _RING = 36, 40, 44, 48  # where things are in a record; the ring's points come last
_LEAST_POINTS = 4
_HEAD = b"\x01\x03\x00\x00\x00\x01\x00\x00\x00"  # little-endian polygon of one ring
_BATCH_BYTES = 64_000_000  # of the file held at once
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Records:
    """The shapes of the rows of a .shp as WKB; plain ones are cut out of the file where they are looked at.

    ``records[places]`` gives an array of bytes, ``None`` where a row has no
    shape; ``plain`` says which rows are one closed ring.
    """

    def __init__(
        self, shp: Path, offsets: Places, lengths: Places, plain: Mask, others: NDArray[Any]
    ) -> None:
        self._shp, self._offsets, self._lengths = shp, offsets, lengths
        self.plain, self._others = plain, others

    def where(self, rows: Places) -> "Records":
        """Return some of the rows."""
        offsets, lengths = self._offsets[rows], self._lengths[rows]
        return Records(self._shp, offsets, lengths, self.plain[rows], self._others[rows])

    def there(self) -> Mask:
        """Say which rows have a shape."""
        others: Mask = np.array([value is not None for value in self._others], dtype=bool)
        return others | self.plain

    def __len__(self) -> int:
        return len(self._offsets)

    def __iter__(self) -> Iterator[bytes | None]:
        return iter(self[:])

    def __getitem__(self, part: Any) -> Any:
        if isinstance(part, (int, np.integer)):
            return self[np.array([part])][0]
        places = np.arange(len(self))[part]
        found = self._others[places]
        cut = np.flatnonzero(self.plain[places])
        if len(cut):
            tails = self._tails(places[cut], _POINTS)
            ring = pc.binary_slice(tails, _RING - _POINTS, 2**31 - 1)
            head = pa.scalar(_HEAD, pa.binary())
            whole = pc.binary_join_element_wise(head, pc.binary_slice(tails, 0, 4), ring, b"")
            found[cut] = whole.to_numpy(zero_copy_only=False)
        return found

    def rings(self, places: Places) -> tuple[NDArray[np.float64], Places]:
        """Return the points of plain rows, shape ``(n, 2)``, and where each ring begins among them, and the last ends."""
        data = self._tails(places, _RING).buffers()[2]
        starts = np.append(0, np.cumsum((self._lengths[places] - _RING) // 16))
        return np.frombuffer(data, "<f8", 2 * int(starts[-1])).reshape(-1, 2), starts

    def _tails(self, places: Places, start: int) -> Any:
        """Return the bytes of some records from a place in them on."""
        order = np.argsort(self._offsets[places], kind="stable")
        found = [pa.array([], pa.binary())]
        with self._shp.open("rb") as file:
            for part in _batches(self._offsets, places[order]):
                begins, ends = self._offsets[part] + start, self._offsets[part] + self._lengths[part]
                first = int(begins[0])
                raw = _stretch(file, first, int(ends.max()))
                # Every second stretch between these bounds is what is wanted.
                bounds = (np.column_stack([begins, ends]).ravel() - first).astype(np.int32)
                stretches = [None, pa.py_buffer(bounds), pa.py_buffer(raw)]
                both = pa.Array.from_buffers(pa.binary(), len(bounds) - 1, stretches)
                found.append(both.take(pa.array(np.arange(0, len(bounds), 2))))
        whole = pa.concat_arrays(found)
        sorted_already = (order[1:] > order[:-1]).all()
        return whole if sorted_already else whole.take(pa.array(np.argsort(order, kind="stable")))


def plain_records(shp: Path, found: Structure, sound: Mask) -> Mask:
    """Say which of the sound records are one ring that fills them and is closed."""
    good = np.zeros(len(found), dtype=bool)
    places = np.flatnonzero(sound & (found.types == POLYGON) & (found.lengths >= _RING + 16 * _LEAST_POINTS))
    order = places[np.argsort(found.offsets[places], kind="stable")]
    with shp.open("rb") as file:
        for part in _batches(found.offsets, order):
            begin = int(found.offsets[part].min())
            raw = _stretch(file, begin, int((found.offsets[part] + found.lengths[part]).max()))
            good[part] = _plain(
                np.frombuffer(raw, np.uint8), found.offsets[part] - begin, found.lengths[part]
            )
    return good


def _stretch(file: BinaryIO, begin: int, end: int) -> bytes:
    """Return the bytes of a file between two places; it may have been cut off since its structure was checked."""
    file.seek(begin)
    raw = file.read(end - begin)
    if len(raw) < end - begin:
        raise damaged(".shp", f"{begin + len(raw)} bytes", f"{end} bytes")
    return raw


def _batches(offsets: Places, order: Places) -> list[Places]:
    """Cut records, in the order of the file, into runs that lie in a stretch of bounded length."""
    if not len(order):
        return []
    stretch = (offsets[order] - offsets[order[0]]) // _BATCH_BYTES
    return np.split(order, np.flatnonzero(np.diff(stretch)) + 1)


def _number(raw: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the whole numbers of four bytes that begin at some places."""
    found: NDArray[np.int64] = raw[at[:, None] + np.arange(4)].view("<i4").ravel().astype(np.int64)
    return found


def _plain(
    raw: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say which records are one ring that fills them and is closed."""
    points = _number(raw, starts + _POINTS)
    one = (_number(raw, starts + _PARTS) == 1) & (_number(raw, starts + _START) == 0)
    good: NDArray[np.bool_] = one & (points >= _LEAST_POINTS) & (lengths == _RING + 16 * points)
    places = np.flatnonzero(good)
    pair = np.arange(16)
    first = raw[(starts[places] + _RING)[:, None] + pair]
    last = raw[(starts[places] + lengths[places] - 16)[:, None] + pair]
    good[places] = (first == last).all(axis=1) & np.isfinite(first.view("<f8")).all(axis=1)
    return good
