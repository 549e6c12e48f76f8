"""The structure of a shapefile's shapes: what header, index and records say about each other and about the bytes.

The usual readers take a damaged file for a shorter one, or a shape for another.
A contradiction that touches the whole file is damage of the file; one inside
a record costs that row only; a habit of old honest writers is a warning.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from etl.errors import Refused
from etl.readers.phrases import zh

NULL, POINT, POLYGON, POLYGON_Z, POLYGON_M, MULTIPATCH = 0, 1, 5, 15, 25, 31
TYPES = frozenset({0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28, 31})
MAX_POINTS = 2_000_000  # of one shape: a whole coastline has fewer, and mending a larger one takes hours
_HEAD = 100  # bytes of the headers of .shp and .shx
_LEAST = 44  # bytes of a polygon record before its parts
_BATCH_BYTES = 32_000_000  # coordinates compared with their boxes at once
_BOX_SLACK = 1e-9  # of a coordinate: rounding of another writer, a millimetre at most
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@dataclass(slots=True)
class Structure:
    """Where the records of a .shp lie (offsets of their contents, in bytes) and what is wrong with them."""

    offsets: Ints
    lengths: Ints
    types: Ints
    header: bytes
    rows: dict[int, str] = field(default_factory=dict)  # place -> what in the record contradicts itself
    boxes: set[int] = field(default_factory=set)  # places of which only the box differs from the points
    odd: list[str] = field(default_factory=list)  # harmless: which habit
    damage: list[Refused] = field(default_factory=list)
    damage_accepted: bool = False  # by a person

    def __len__(self) -> int:
        return len(self.offsets)

    def sound(self) -> NDArray[np.bool_]:
        """Say which records may be given to a reader: whole, of a kind that it knows."""
        good = np.isin(self.types, sorted(TYPES - {NULL, MULTIPATCH}))
        good[[place for place in self.rows if place not in self.boxes or not self.damage_accepted]] = False
        return good & ~self.too_large()

    def too_large(self) -> NDArray[np.bool_]:
        """Say which records hold more points than a shape may have."""
        large: NDArray[np.bool_] = (self.lengths > 16 * MAX_POINTS) & (self.types != MULTIPATCH)
        return large


def check(shp: Path, shx: Path | None, accept: bool) -> Structure:
    """Return the structure of a .shp.

    Parameters
    ----------
    shp, shx
        The shapes and their index, which may be missing.
    accept
        A person accepts damage: what can be read is read, and the damage is listed.

    Raises
    ------
    Refused
        ``UNREADABLE``: no .shp. ``STRUCTURE_DAMAGED``: rows would be lost or mixed up.
    """
    raw = np.memmap(shp, np.uint8, "r").view(np.ndarray) if shp.stat().st_size else np.zeros(0, np.uint8)
    head = raw[:_HEAD].tobytes()
    if len(head) < _HEAD or int.from_bytes(head[:4], "big") != 9994:
        raise Refused("UNREADABLE", value=head[:20].decode("latin-1"))
    none = np.zeros(0, np.int64)
    found = Structure(none, none, none, head, damage_accepted=accept)
    announced, kind = int.from_bytes(head[24:28], "big") * 2, int.from_bytes(head[32:36], "little")
    if kind not in TYPES:
        _damaged(found, ".shp", f"type {kind}", "a type of shape")
    if announced > len(raw):
        _damaged(found, ".shp", f"{len(raw)} bytes", f"{announced} bytes")
    elif announced < len(raw):
        found.odd.append(f".shp: {len(raw) - announced} bytes after the announced end")
    end = min(len(raw), announced) if announced >= _HEAD else len(raw)
    if shx is None:
        _walk(raw, end, found)
    else:
        _index(raw, shx, found)
    _records(raw, kind, found)
    return found


def damaged(part: str, found: str, expected: str) -> Refused:
    """Return the refusal of a file whose parts contradict each other, in both languages."""
    return Refused(
        "STRUCTURE_DAMAGED",
        part=part,
        found=found,
        expected=expected,
        found_zh=zh(found),
        expected_zh=zh(expected),
    )


def _damaged(found: Structure, part: str, seen: str, expected: str) -> None:
    refusal = damaged(part, seen, expected)
    if not found.damage_accepted:
        raise refusal
    found.damage.append(refusal)


def _walk(raw: Bytes, end: int, found: Structure) -> None:
    """Find the records one after the other, where no index can be trusted."""
    place, offsets, lengths = _HEAD, [], []
    view = memoryview(raw.data)
    while place + 8 <= end:
        length = int.from_bytes(view[place + 4 : place + 8], "big", signed=True) * 2
        if length < 0 or place + 8 + length > end:
            break
        offsets.append(place + 8)
        lengths.append(length)
        place += 8 + length
    if place < end:
        _damaged(found, ".shp", f"no record at byte {place}", f"records up to byte {end}")
    found.offsets, found.lengths = np.array(offsets, np.int64), np.array(lengths, np.int64)


def _index(raw: Bytes, shx: Path, found: Structure) -> None:
    """Take the records from the index, and compare it with their own headers."""
    index = np.fromfile(shx, np.uint8)
    if len(index) < _HEAD or int.from_bytes(index[:4].tobytes(), "big") != 9994:
        _damaged(found, ".shx", f"{len(index)} bytes", "an index")
        return _walk(raw, len(raw), found)
    announced = int.from_bytes(index[24:28].tobytes(), "big") * 2
    if announced != len(index):
        found.odd.append(f".shx: {len(index)} bytes, announced {announced}")
    if (len(index) - _HEAD) % 8 or announced > len(index):
        _damaged(found, ".shx", f"{len(index)} bytes", f"{announced} bytes")
    pairs = index[_HEAD : len(index) - (len(index) - _HEAD) % 8].view(">i4").reshape(-1, 2)
    starts, said = pairs[:, 0].astype(np.int64) * 2, pairs[:, 1].astype(np.int64) * 2
    inside = (starts >= _HEAD) & (starts + 8 <= len(raw))
    if not inside.all():
        _damaged(found, ".shx", f"offset {starts[~inside][0]}", f"at most {len(raw)}")
        return _walk(raw, len(raw), found)
    numbers, lengths = _headers(raw, starts)
    if _points_elsewhere(found, raw, starts, said, numbers, lengths):
        return _walk(raw, len(raw), found)
    found.offsets, found.lengths = starts + 8, lengths
    return None


def _headers(raw: Bytes, starts: Ints) -> tuple[Ints, Ints]:
    """Return number and length in bytes of the records that begin at some places."""
    wide = raw[starts[:, None] + np.arange(8)].reshape(-1)
    both = wide.view(">i4").reshape(-1, 2).astype(np.int64)
    return both[:, 0], both[:, 1] * 2


def _points_elsewhere(
    found: Structure, raw: Bytes, starts: Ints, said: Ints, numbers: Ints, lengths: Ints
) -> bool:
    """Say whether the index points at anything but the records, one entry a record."""
    count = len(starts)
    beyond = (lengths < 0) | (starts + 8 + lengths > len(raw))
    if beyond.any():
        place = int(np.flatnonzero(beyond)[0])
        _damaged(found, ".shp", f"record {place + 1} of {lengths[place]} bytes", f"{len(raw)} bytes in all")
        return True
    order = np.argsort(starts, kind="stable")
    ends = (starts + 8 + lengths)[order]
    over = ends[:-1] > starts[order][1:]
    if over.any():
        place = int(order[np.flatnonzero(over)[0]])
        _damaged(found, ".shx", f"entry {place + 1} overlaps the next", "one entry a record")
        return True
    unequal = said != lengths
    if unequal.any():
        if (said[unequal] - lengths[unequal] != 8).any():  # some count the record header too
            place = int(np.flatnonzero(unequal)[0])
            _damaged(found, ".shx", f"{said[place]} bytes", f"{lengths[place]} bytes (record {place + 1})")
            return False
        found.odd.append(f".shx: {int(unequal.sum())} lengths count the record header too")
    if (numbers != np.arange(1, count + 1)).any():
        found.odd.append(f".shp: record numbers are {', '.join(map(str, numbers[:4]))} …")
    if count and ends[-1] - _HEAD > (lengths + 8).sum():
        found.odd.append(f".shp: {int(ends[-1] - _HEAD - (lengths + 8).sum())} bytes belong to no record")
    return False


def _records(raw: Bytes, kind: int, found: Structure) -> None:
    """Read the types of the records, and compare counts, lengths and boxes of the polygons."""
    if not len(found):
        found.types = np.zeros(0, np.int64)
        return
    found.types = np.full(len(found), NULL, dtype=np.int64)
    typed = found.lengths >= 4  # an old writer gives a null shape no content at all
    found.types[typed] = raw[found.offsets[typed, None] + np.arange(4)].reshape(-1).view("<i4")
    if not typed.all():
        found.odd.append(f".shp: {int((~typed).sum())} records without content")
    strange = ~np.isin(found.types, sorted(TYPES))
    found.rows.update(dict.fromkeys(np.flatnonzero(strange).tolist(), "type"))
    mixed = ~strange & (found.types != kind) & (found.types != NULL)
    if mixed.any():
        found.odd.append(f".shp: {int(mixed.sum())} records are of another type than the file ({kind})")
    polygon = np.isin(found.types, (POLYGON, POLYGON_Z, POLYGON_M))
    short = polygon & (found.lengths < _LEAST)
    found.rows.update(dict.fromkeys(np.flatnonzero(short).tolist(), "length"))
    places = np.flatnonzero(polygon & ~short)
    if len(places):
        _polygons(raw, places, found)


def _polygons(raw: Bytes, places: Ints, found: Structure) -> None:
    at, lengths, types = found.offsets[places], found.lengths[places], found.types[places]
    counts = raw[at[:, None] + np.arange(36, 44)].reshape(-1).view("<i4").reshape(-1, 2).astype(np.int64)
    parts, points = counts[:, 0], counts[:, 1]
    plain = _LEAST + 4 * parts + 16 * points
    extra = 16 + 8 * points  # a range and one value a point, for Z and for M
    fits = np.where(
        types == POLYGON,
        lengths == plain,
        np.where(
            types == POLYGON_M,
            (lengths == plain) | (lengths == plain + extra),
            (lengths == plain + extra) | (lengths == plain + 2 * extra),
        ),
    )
    sane = (parts >= 0) & (points >= 0) & (parts <= points) & (plain <= lengths)
    found.rows.update(dict.fromkeys(places[~(fits & sane)].tolist(), "counts"))
    good = np.flatnonzero(fits & sane & (points > 0) & (points <= MAX_POINTS))
    which = np.cumsum(plain[good]) // _BATCH_BYTES
    for batch in np.split(good, np.flatnonzero(np.diff(which)) + 1):
        if len(batch):
            _one_batch(raw, places[batch], at[batch], parts[batch], points[batch], found)


def _flat(starts: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """Return the numbers ``start … start + size - 1`` of all rows in one line, and where each row begins in it."""
    begins = np.cumsum(sizes) - sizes
    line = np.arange(int(sizes.sum()), dtype=np.int64)
    return line + np.repeat(starts - begins, sizes), begins


def _one_batch(raw: Bytes, places: Ints, at: Ints, parts: Ints, points: Ints, found: Structure) -> None:
    # The format counts in words of two bytes; records of polygons fill whole ones of four.
    word = 2 if (at % 4).any() else 4
    words = raw[: len(raw) // word * word].view(f"<u{word}")
    index, begins = _flat((at + _LEAST) // word, parts * (4 // word))
    firsts = words[index].view("<i4").astype(np.int64)
    begins //= 4 // word
    owner = np.repeat(np.arange(len(places)), parts)
    last = np.ones(len(firsts), dtype=bool)
    last[:-1] = owner[1:] != owner[:-1]
    following = np.append(firsts[1:], 0)
    wrong = (firsts < 0) | (firsts >= points[owner]) | (~last & (following <= firsts))
    bad = np.zeros(len(places), dtype=bool)
    bad[owner[wrong]] = True
    some = parts > 0
    bad[~some] = True
    bad[some] |= firsts[begins[some]] != 0
    found.rows.update(dict.fromkeys(places[bad].tolist(), "parts"))
    index, begins = _flat((at + _LEAST + 4 * parts) // word, points * (16 // word))
    xy = words[index].view("<f8").reshape(-1, 2)
    begins //= 16 // word
    with np.errstate(invalid="ignore"):
        low, high = np.minimum.reduceat(xy, begins), np.maximum.reduceat(xy, begins)
    box = raw[at[:, None] + np.arange(4, 36)].reshape(-1).view("<f8").reshape(-1, 4)
    real = np.hstack((low, high))
    slack = _BOX_SLACK * np.maximum(np.abs(real), 1.0)
    with np.errstate(invalid="ignore", over="ignore"):
        same = (np.abs(box - real) <= slack).all(axis=1)
    off = ~bad & ~same & np.isfinite(real).all(axis=1)  # of numbers that are none the shapes' own check tells
    found.rows.update(dict.fromkeys(places[off].tolist(), "box"))
    found.boxes.update(places[off].tolist())
