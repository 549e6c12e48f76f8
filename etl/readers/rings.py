"""Rings as files list them, put together as WKB that keeps them as they are: an open ring stays open."""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from etl.issues import Findings
from etl.readers.plain_shape import Records
from etl.readers.raw import Raw
from etl.readers.structure import MAX_POINTS

Ring = NDArray[np.float64]
_KINDS_IN_SPACE = {15: "PolyhedralSurface", 16: "TIN", 17: "Triangle"}


def ring_of(points: Sequence[tuple[float, float]]) -> Ring:
    """Return points as one ring."""
    return np.array(points, dtype="<f8").reshape(-1, 2)


def parts_of(rings: list[Ring]) -> list[list[Ring]]:
    """Sort the rings of one shape into parts: a ring inside an outer one is its hole, another is a part of its own."""
    closed = [_area(ring) for ring in rings]
    parts: list[tuple[object, list[Ring]]] = []
    for ring, area in zip(rings, closed, strict=True):
        home = next(
            (
                inside
                for outer, inside in parts
                if outer is not None and area is not None and shapely.covers(outer, area)
            ),
            None,
        )
        if home is None:
            parts.append((area, [ring]))
        else:
            home.append(ring)
    return [inside for _, inside in parts]


def _area(ring: Ring) -> Any:
    """Return the area inside a ring, closed for this purpose, or ``None`` where it has none."""
    if len(ring) < 3 or not np.isfinite(ring).all():
        return None
    area = shapely.polygons(np.vstack((ring, ring[:1])))
    return area if shapely.is_valid(area) else shapely.buffer(area, 0)


def wkb_of(parts: list[list[Ring]]) -> bytes | None:
    """Return the parts as the WKB of a polygon, or of a multipolygon where there are several."""
    polygons = [
        struct.pack("<BII", 1, 3, len(rings))
        + b"".join(struct.pack("<I", len(ring)) + ring.astype("<f8").tobytes() for ring in rings)
        for rings in parts
    ]
    if not polygons:
        return None
    return (
        polygons[0] if len(polygons) == 1 else struct.pack("<BII", 1, 6, len(polygons)) + b"".join(polygons)
    )


def refuse_odd(raw: Raw) -> Raw:
    """Refuse shapes that no polygon can be, or that are too large, row by row; they are taken out of the table's shapes."""
    if raw.wkb is None or isinstance(raw.wkb, Records):  # records are judged by their structure
        return raw
    for place, shape in enumerate(raw.wkb):
        if shape is None or len(shape) < 5:
            continue
        kind = int.from_bytes(shape[1:5], "little" if shape[0] else "big") & 0x0FFFFFFF
        said = _KINDS_IN_SPACE.get(kind % 1000)
        if said:
            raw.findings.add("GEOMETRY_MULTIPATCH", int(raw.row_no[place]), "geom", said)
        elif len(shape) > 16 * MAX_POINTS:
            too_large(raw.findings, int(raw.row_no[place]), len(shape) // 16)
        else:
            continue
        raw.wkb[place] = None
    return raw


def too_large(findings: Findings, row_no: int, points: int) -> None:
    """Report a shape of too many points."""
    findings.add("GEOMETRY_TOO_LARGE", row_no, "geom", points=points, limit=MAX_POINTS)
