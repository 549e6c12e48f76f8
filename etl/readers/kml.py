"""Read KML: placemarks by folder, with the attributes of ExtendedData under their own names.

The usual driver replaces every letter beyond ASCII in the names of
attributes by an underscore, so it is read here. Entities are not part of KML:
a document type, the way of the bombs that expand them, is refused.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from etl.errors import Refused
from etl.issues import Findings
from etl.readers.raw import Raw
from etl.readers.rings import Ring, ring_of, wkb_of

CRS = "EPSG:4326"  # KML is in longitude and latitude of WGS 84, always
MAX_DEPTH = 64
MAX_BYTES = 2_000_000_000
_HEAD = 4096


class _BadPoint(Exception):
    """A point of a placemark that is no pair of numbers."""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _placemarks(path: Path) -> Iterator[tuple[str, ET.Element]]:
    """Yield placemarks with the folders that they are in, one at a time."""
    if path.stat().st_size > MAX_BYTES:
        raise Refused("UNREADABLE", value=f".kml: {path.stat().st_size} bytes")
    with path.open("rb") as opened:
        start = opened.read(_HEAD)
    if (
        b"<!DOCTYPE" in start
        or "<!DOCTYPE".encode("utf-16-le") in start
        or "<!DOCTYPE".encode("utf-16-be") in start
    ):
        raise Refused("UNREADABLE", value="<!DOCTYPE …>")
    stack: list[ET.Element] = []
    try:
        for event, element in ET.iterparse(path, events=("start", "end")):
            if event == "start":
                if len(stack) >= MAX_DEPTH:
                    raise Refused("UNREADABLE", value=f"KML: {MAX_DEPTH} levels")
                stack.append(element)
                continue
            stack.pop()
            if _local(element.tag) == "Placemark":
                yield _folder(stack), element
                if stack:
                    stack[-1].remove(element)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise Refused("UNREADABLE", value=str(error)[:300]) from error


def _folder(stack: list[ET.Element]) -> str:
    names = [_child(e, "name") or "" for e in stack if _local(e.tag) == "Folder"]
    return "/".join(name for name in names if name)


def _child(element: ET.Element, name: str) -> str | None:
    found = next((e for e in element if _local(e.tag) == name), None)
    return (found.text or "").strip() or None if found is not None else None


def layers(path: Path) -> list[str]:
    """List the folders that hold placemarks, in their order; an empty name stands for none.

    Raises
    ------
    Refused
        It is no KML.
    """
    return list(dict.fromkeys(folder for folder, _ in _placemarks(path)))


def read_kml(path: Path, folder: str | None) -> Raw:
    """Return the placemarks of one folder.

    Raises
    ------
    Refused
        It is no KML.
    """
    rows: list[dict[str, str | None]] = []
    shapes: list[bytes | None] = []
    findings = Findings()
    for there, placemark in _placemarks(path):
        if there == (folder or ""):
            rows.append(_attributes(placemark))
            try:
                shapes.append(_shape(placemark))
            except _BadPoint as bad:
                findings.add("POINT_UNREADABLE", len(rows), "geom", bad)
                shapes.append(None)
    frame = pd.DataFrame(rows, index=range(len(rows)), dtype=object)
    frame = frame.where(frame.notna(), None)
    return Raw(frame, np.arange(1, len(rows) + 1, dtype=np.int64), _objects(shapes), CRS, findings=findings)


def _objects(shapes: list[bytes | None]) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def _attributes(placemark: ET.Element) -> dict[str, str | None]:
    """Return name, description and everything of ExtendedData: Data and SimpleData."""
    found: dict[str, str | None] = {
        "name": _child(placemark, "name"),
        "description": _child(placemark, "description"),
    }
    for element in placemark.iter():
        kind, name = _local(element.tag), element.get("name")
        if kind == "Data" and name:
            found[name] = _child(element, "value")
        elif kind == "SimpleData" and name:
            found[name] = (element.text or "").strip() or None
    return found


def _shape(placemark: ET.Element) -> bytes | None:
    """Return the polygons of a placemark; another geometry is given as a point or line, for the check to refuse."""
    parts = [
        [
            _coordinates(ring)
            for side in ("outerBoundaryIs", "innerBoundaryIs")
            for ring in _rings(polygon, side)
        ]
        for polygon in placemark.iter()
        if _local(polygon.tag) == "Polygon"
    ]
    if parts:
        return wkb_of(parts)
    for element in placemark.iter():
        if _local(element.tag) in ("LineString", "LinearRing"):
            line = _coordinates(element)
            return b"\x01\x02\x00\x00\x00" + len(line).to_bytes(4, "little") + line.tobytes()
        if _local(element.tag) == "Point":
            return b"\x01\x01\x00\x00\x00" + _coordinates(element)[:1].tobytes().ljust(16, b"\x00")
    return None


def _rings(polygon: ET.Element, side: str) -> list[ET.Element]:
    return [
        ring
        for e in polygon
        if _local(e.tag) == side
        for ring in e.iter()
        if _local(ring.tag) == "LinearRing"
    ]


def _coordinates(element: ET.Element) -> Ring:
    """Return the points of a ``coordinates`` text."""
    text = next((e.text or "" for e in element.iter() if _local(e.tag) == "coordinates"), "")
    points = []
    for triple in text.split():
        numbers = triple.split(",")
        try:
            points.append((float(numbers[0]), float(numbers[1])))
        except (ValueError, IndexError) as error:
            raise _BadPoint(triple[:100]) from error
    return ring_of(points)
