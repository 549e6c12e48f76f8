"""What anybody may see, without any exact place: filled by the program, read by visitors.

Only what the law has made public (Order 53, Art. 11) and what investors are to find (land still available) is here.
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import geopandas as gpd
from sqlalchemy import Connection, RowMapping, delete, insert, or_, select, text

from data.identity import VISITOR, Actor, by_system
from data.models import IdleNotice, PublicLand, PublicPark
from data.session import transaction
from data.settings import settings
from data.sql import load
from gis.areas import area_m2
from gis.land_state import AVAILABLE

ANYBODY = Actor(VISITOR, VISITOR)
_HA = Decimal("0.01")


def rounded(degrees: float) -> Decimal:
    """Return a coordinate as the public may know it."""
    return Decimal(repr(degrees)).quantize(Decimal(1).scaleb(-settings().public_decimals), ROUND_HALF_UP)


@by_system
def refresh() -> None:
    """Work the public tables out anew, as after a change of the precision."""
    with transaction() as connection:
        fill(connection)


def fill(connection: Connection) -> None:
    """Work the public tables out anew, within a transaction of the program."""
    connection.execute(delete(PublicPark))
    connection.execute(delete(PublicLand))
    connection.execute(load("public_parks"), {"grid": 10.0 ** -settings().public_decimals})
    found = connection.execute(load("public_available"), {"codes": list(AVAILABLE)}).mappings().all()
    rows = _land(found)
    if rows:
        connection.execute(insert(PublicLand), rows)


def _land(found: Any) -> list[dict[str, Any]]:
    """Return a row a piece of land; what is below a hundredth of a hectare is the edge of a survey."""
    shapes = gpd.GeoSeries.from_wkb([bytes(row["shape"]) for row in found], crs=4490)
    points, areas = shapes.representative_point(), area_m2(shapes)
    rows = []
    for row, point, m2 in zip(found, points, areas, strict=True):
        area_ha = (Decimal(repr(float(m2))) / 10_000).quantize(_HA, ROUND_HALF_UP)
        if area_ha > 0:
            rows.append(
                {name: row[name] for name in ("park_code", "park_name", "supply_state", "observed_on")}
                | {"area_ha": area_ha, "lon": rounded(point.x), "lat": rounded(point.y)}
            )
    return rows


def _matching(statement: Any, table: Any, columns: tuple[Any, ...], park: str | None, words: str) -> Any:
    """Narrow to a park and to rows that hold all words."""
    if park:
        statement = statement.where(table.park_code == park)
    for word in words.split():
        statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return statement


def land(connection: Connection, park: str | None = None, words: str = "") -> list[RowMapping]:
    """Return the land still available, the largest first."""
    asked = select(*PublicLand.__table__.columns).order_by(PublicLand.area_ha.desc(), PublicLand.land_id)
    columns = (PublicLand.park_code, PublicLand.park_name)
    return list(connection.execute(_matching(asked, PublicLand, columns, park, words)).mappings())


NOTICE_COLUMNS = (
    IdleNotice.notice_id, IdleNotice.park_code, IdleNotice.park_name, IdleNotice.holder, IdleNotice.location,
    IdleNotice.idle_from, IdleNotice.cause, IdleNotice.published_on, IdleNotice.lon, IdleNotice.lat,
)  # fmt: skip
"""What a visitor may read of a notice."""


def notices(connection: Connection, park: str | None = None, words: str = "") -> list[RowMapping]:
    """Return the notices that stand, the newest first."""
    asked = select(*NOTICE_COLUMNS).order_by(IdleNotice.published_on.desc(), IdleNotice.notice_id.desc())
    columns = (IdleNotice.holder, IdleNotice.location, IdleNotice.park_name)
    return list(connection.execute(_matching(asked, IdleNotice, columns, park, words)).mappings())


def parks(connection: Connection) -> list[RowMapping]:
    """Return the parks by code, each with its extent in degrees and its outline as a path of SVG, north up."""
    asked = text(
        "SELECT park_code, park_name, surveyed_on, st_assvg(geom, 0, :decimals) AS path, st_xmin(geom) AS west, "
        "st_ymin(geom) AS south, st_xmax(geom) AS east, st_ymax(geom) AS north FROM public_park ORDER BY park_code"
    )
    return list(connection.execute(asked, {"decimals": settings().public_decimals}).mappings())


def newest_survey(rows: list[RowMapping]) -> dt.date | None:
    """Return the day of the newest survey among rows of land."""
    return max((row["observed_on"] for row in rows), default=None)
