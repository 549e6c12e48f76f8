"""What anybody may look at: land still to be had in the parks, and the public notices of idle land."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import Connection

from api import clock
from api.deps import ConnectionDep, VisitorDep
from api.visitor import remember
from data import public_edition
from data.settings import settings
from gis.words import CAUSES
from gis.words_land import STATES
from maps import public_map
from maps.viewer import render

router = APIRouter(include_in_schema=False)
Park = Annotated[str, Query(max_length=40)]
Words = Annotated[str, Query(max_length=120)]
NOT_KEPT = {"Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a question of the public."""

    land: list[Any]
    notices: list[Any]


def _found(connection: Connection, park: str, words: str) -> Found:
    narrowed = (park or None, words)
    return Found(public_edition.land(connection, *narrowed), public_edition.notices(connection, *narrowed))


@router.get("/", response_class=HTMLResponse)
def page(
    request: Request, connection: ConnectionDep, visitor: VisitorDep, park: Park = "", q: Words = ""
) -> HTMLResponse:
    """Show land still to be had and the public notices, on one page."""
    found = _found(connection, park, q)
    parks = public_edition.parks(connection)
    today = clock.today()
    text = render(
        "public.html", lang=visitor.lang, unit=visitor.unit, path="/", parks=parks, park=park, q=q, today=today,
        land=found.land, notices=found.notices, survey=public_edition.newest_survey(found.land),
        total_ha=sum((row["area_ha"] for row in found.land), Decimal(0)), panels=public_map.panels([one for one in parks if park in ("", one["park_code"])], found.land, found.notices),
        states={code: STATES[code][visitor.language] for code in {row["supply_state"] for row in found.land}},
        causes={code: CAUSES[code][visitor.language] for code in {row["cause"] for row in found.notices} if code},
        days={row["notice_id"]: (today - row["idle_from"]).days + 1 for row in found.notices},
        precision_m=round(111_320 * 10.0**-settings().public_decimals),
    )  # fmt: skip
    answer = HTMLResponse(text, headers=NOT_KEPT | {"Content-Language": visitor.lang})
    remember(answer, visitor)
    return answer


def _feature(row: Mapping[Any, Any], properties: dict[str, Any]) -> dict[str, Any]:
    point = [float(row["lon"]), float(row["lat"])]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": point}, "properties": properties}


def _collection(features: list[dict[str, Any]]) -> JSONResponse:
    document = {"type": "FeatureCollection", "features": features}
    return JSONResponse(document, media_type="application/geo+json", headers=NOT_KEPT)


@router.get("/land.geojson")
def land(connection: ConnectionDep, park: Park = "", q: Words = "") -> JSONResponse:
    """Return the land still to be had as GeoJSON, places rounded."""
    names = ("park_code", "park_name", "supply_state")
    return _collection(
        [
            _feature(
                row,
                {name: row[name] for name in names}
                | {"area_ha": float(row["area_ha"]), "observed_on": row["observed_on"].isoformat()},
            )
            for row in _found(connection, park, q).land
        ]
    )


@router.get("/notices.geojson")
def notices(connection: ConnectionDep, park: Park = "", q: Words = "") -> JSONResponse:
    """Return the public notices as GeoJSON, places rounded."""
    today = clock.today()
    return _collection(
        [
            _feature(
                row,
                {
                    "park_name": row["park_name"], "holder": row["holder"], "location": row["location"],
                    "idle_from": row["idle_from"].isoformat(), "idle_days": (today - row["idle_from"]).days + 1,
                    "cause": row["cause"], "published_on": row["published_on"].isoformat(),
                },
            )
            for row in _found(connection, park, q).notices
        ]
    )  # fmt: skip
