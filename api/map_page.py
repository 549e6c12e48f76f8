"""What the map page hands to its script."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from api import kept
from api.access import may
from api.deps import Asked, run_for
from api.lists import totals_of
from api.pages import Frame, status_list
from data import basemaps, overview
from data.identity import actor
from data.settings import settings
from maps import themes, tiles
from maps.catalogue import catalogue

CHINA = (73.0, 18.0, 135.5, 53.6)  # shown while there are no data
SCREEN_PX = 900  # the whole area fits into about as many pixels
METRES_A_DEGREE = 111_320
LEADS_TO = ("/lists/add", "/parcels", "/export", "/print/atlas", "/print/sheet")  # where a selection may go


def page_data(
    connection: Connection, asked: Asked, frame: Frame, lang: str, unit: str, beside: dt.date | None = None
) -> dict[str, Any]:
    """Return the page data of the map (see the contract of the map script); ``beside`` is a day to compare with."""
    words = catalogue(lang)
    chosen = asked.filter
    run = frame.run
    extent, counts, years = None, {}, []
    if (run_id := asked.run_id) is not None:
        extent = kept.of_run(
            connection,
            run_id,
            ("extent", chosen.park),
            lambda: overview.extent(connection, run_id, chosen.park),
        )
        totals = totals_of(connection, run_id, chosen)
        counts = {code: total.n for code, total in totals.items()}
        years = tiles.builtup_years(connection, run_id)
    west, south, east, north = extent or CHINA
    span = max(east - west, north - south, 0.001) * METRES_A_DEGREE
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
        "growth": _growth(connection, asked),
        "themes": themes.shown(words),
        "vs": _beside(connection, asked, beside),
        "may": {path: may(actor().role, path) for path in LEADS_TO},
        "parks": [
            {"park_code": park.park_code, "park_name": park.name, "box": park.box} for park in frame.parks
        ],
        "filter": _filter(asked),
    }


def _basemaps(connection: Connection) -> list[dict[str, Any]]:
    """Return the base maps to choose from, those to lie above the others last."""
    return [
        {"id": one.basemap_id, "name": one.name, "grid": one.grid, "attribution": one.attribution,
         "approval": one.approval, "overlay": one.is_overlay}
        for one in basemaps.listed(connection)
    ]  # fmt: skip


def _filter(asked: Asked) -> dict[str, str | list[str]]:
    """Return the filter as the address holds it; conditions with several values are lists."""
    found: dict[str, str | list[str]] = {}
    for name, value in asked.query.pairs():
        several = found.setdefault(name, []) if isinstance(getattr(asked.query, name), list) else None
        if isinstance(several, list):
            several.append(value)
        else:
            found[name] = value
    return found


def _beside(connection: Connection, asked: Asked, day: dt.date | None) -> dict[str, Any] | None:
    """Return the run of the day that is compared with, or nothing."""
    if day is None or asked.run_id is None:
        return None
    run_id = run_for(day, asked.query.known_on, asked.wait_s)
    run = overview.run(connection, run_id) if run_id is not None else None
    return {
        "run_id": run_id,
        "as_of": day.isoformat(),
        "publication_id": run["publication_id"] if run else None,
    }


def _growth(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """Return the built-up area of the parks shown by year; years that not every one of them was surveyed in are left out."""
    if asked.run_id is None:
        return []
    rows = overview.growth(connection, asked.run_id, asked.query.park)
    parks = {row["park_code"] for row in rows}
    years: dict[int, dict[str, Decimal]] = {}
    for row in rows:
        if row["builtup_m2"] is not None:
            years.setdefault(row["year"], {})[row["park_code"]] = row["builtup_m2"]
    return [
        {"year": year, "builtup_m2": str(sum(areas.values(), Decimal(0)))}
        for year, areas in sorted(years.items())
        if areas.keys() == parks
    ]
