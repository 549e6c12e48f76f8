"""What the map page hands to its script."""

from typing import Any

from sqlalchemy import Connection

from api.deps import Asked
from api.pages import Frame, status_list
from data import basemaps, overview, queries
from data.settings import settings
from gis.words import VERDICTS
from maps import tiles
from maps.catalogue import catalogue

CHINA = (73.0, 18.0, 135.5, 53.6)  # shown while there are no data
SCREEN_PX = 900  # the whole area fits into about as many pixels
METRES_A_DEGREE = 111_320


def page_data(connection: Connection, asked: Asked, frame: Frame, lang: str, unit: str) -> dict[str, Any]:
    """Return the page data of the map (see the contract of the map script)."""
    words = catalogue(lang)
    chosen = asked.filter
    run = frame.run
    extent, counts, years = None, {}, []
    if asked.run_id is not None:
        extent = overview.extent(connection, asked.run_id, chosen.park)
        totals = queries.status_totals(connection, asked.run_id, chosen)
        counts = {code: total.n for code, total in totals.items()}
        years = tiles.builtup_years(connection, asked.run_id)
    west, south, east, north = extent or CHINA
    span = max(east - west, north - south, 0.001) * METRES_A_DEGREE
    pairs: dict[str, Any] = {}
    for name, value in asked.query.pairs():
        pairs.setdefault(name, []).append(value)
    return {
        "lang": lang,
        "unit": unit,
        "words": words.for_scripts(),
        "statuses": status_list(words),
        "run": {
            "run_id": asked.run_id,
            "as_of": asked.as_of.isoformat(),
            "publication_id": run["publication_id"] if run else None,
        },
        "grid": settings().view_grid,
        "basemaps": _basemaps(connection),
        "view": {"c": [(west + east) / 2, (south + north) / 2], "r": round(span / SCREEN_PX, 4)},
        "extent": [west, south, east, north],
        "counts": counts,
        "total": sum(counts.values()),
        "years": years,
        "verdicts": {code: entry[lang] for code, entry in VERDICTS.items()},
        "parks": [
            {"park_code": park.park_code, "park_name": park.name, "box": park.box} for park in frame.parks
        ],
        "filter": {
            name: value if name in ("status", "verdict") else value[0] for name, value in pairs.items()
        },
    }


def _basemaps(connection: Connection) -> list[dict[str, Any]]:
    """Return the base maps to choose from, those to lie above the others last."""
    return [
        {"id": one.basemap_id, "name": one.name, "grid": one.grid, "attribution": one.attribution,
         "approval": one.approval, "overlay": one.is_overlay}
        for one in basemaps.listed(connection)
    ]  # fmt: skip
