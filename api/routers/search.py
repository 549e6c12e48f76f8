"""One search box: parcels, holders, contracts, parks, and places by their coordinates."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import AskedDep, ConnectionDep, VisitorDep
from api.filters import Links
from data import overview
from data import search as index
from gis.coordinates import Reading, readings
from gis.words import STATUS, status_of
from maps.catalogue import Catalogue, catalogue

router = APIRouter(prefix="/search", tags=["search"])
ZONE_DEGREES = 3
NEAR_M = 1.2  # metres a pixel at which a place is shown


@router.get("")
def search(
    asked: AskedDep,
    connection: ConnectionDep,
    visitor: VisitorDep,
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
    places: Annotated[bool, Query(description="Read a pair of numbers as a place, too")] = False,
) -> dict[str, Any]:
    """Return up to 8 finds for `q` (two characters or more), grouped by what they are, each with its page."""
    text, words = (asked.query.q or "").strip(), catalogue(visitor.lang)
    links = Links(asked.query)
    groups: dict[str, list[dict[str, Any]]] = {}
    if places:
        for reading in readings(text, _meridians(overview.extent(connection, asked.run(), None))):
            groups.setdefault("coordinate", []).append(_place(reading, links, words))
    found = index.find(connection, asked.run(), text, limit) if len(text) > 1 else []
    for hit in found:
        entry = {name: value for name, value in hit.items() if name not in ("kind", "verdict")}
        if hit["verdict"]:
            entry["status"] = status_of(hit["verdict"])
            entry["word"] = STATUS[entry["status"]][visitor.lang]
        entry["href"] = _page(hit, links)
        groups.setdefault(hit["kind"], []).append(entry)
    return {
        "q": text,
        "total": sum(map(len, groups.values())),
        "groups": [
            {"kind": kind, "word": words.text(f"search.{kind}"), "items": items}
            for kind, items in groups.items()
        ],
    }


def _page(hit: Mapping[Any, Any], links: Links) -> str:
    """Return the page of a find: the dossier of the one parcel that it is about, else what belongs to it."""
    if hit["kind"] == "park":
        return links.bare("/map", park=hit["park_code"])
    if hit["kind"] == "holder" and hit["n"] != 1:
        return links.bare("/parcels", holder=hit["text"])
    return links.dossier(hit["parcel_code"])


def _meridians(box: tuple[float, float, float, float] | None) -> list[int]:
    """Return the central meridians of the 3-degree zones that the parcels lie in."""
    if box is None:
        return []
    first, last = (round(lon / ZONE_DEGREES) for lon in (box[0], box[2]))
    return [ZONE_DEGREES * number for number in range(first, last + 1)]


def _place(reading: Reading, links: Links, words: Catalogue) -> dict[str, Any]:
    key = "search.in_degrees" if reading.meridian is None else "search.in_zone"
    return {
        "text": f"{reading.lat:.6f}°N {reading.lon:.6f}°E",
        "detail": words.text(key, meridian=reading.meridian) if reading.meridian else words.text(key),
        "lon": reading.lon,
        "lat": reading.lat,
        "href": links.bare("/map", c=f"{reading.lon:.5f},{reading.lat:.5f}", r=NEAR_M),
    }
