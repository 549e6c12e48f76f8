"""One search box: parcels, holders, contracts and parks."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import AskedDep, ConnectionDep, VisitorDep
from data import search as index
from gis.words import STATUS, status_of

router = APIRouter(prefix="/search", tags=["search"])


@router.get("")
def search(
    asked: AskedDep,
    connection: ConnectionDep,
    visitor: VisitorDep,
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
) -> dict[str, Any]:
    """Return up to 8 finds for `q` (two characters or more), grouped by what they are."""
    text = (asked.query.q or "").strip()
    found = index.find(connection, asked.run(), text, limit) if len(text) > 1 else []
    groups: dict[str, list[dict[str, Any]]] = {}
    for hit in found:
        entry = dict(hit)
        entry.pop("kind")
        if hit["verdict"]:
            entry["status"] = status_of(hit["verdict"])
            entry["word"] = STATUS[entry["status"]][visitor.lang]
        entry.pop("verdict")
        groups.setdefault(hit["kind"], []).append(entry)
    return {
        "q": text,
        "total": len(found),
        "groups": [{"kind": kind, "items": items} for kind, items in groups.items()],
    }
