"""Public notices of land that the bureau determined to be idle (Order 53, Art. 11): put up and taken down by approvers."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, insert, select, text
from sqlalchemy.exc import IntegrityError

from data.identity import actor
from data.models import IdleNotice
from data.public_edition import rounded
from gis.errors import LandStockError


class NoticeFault(LandStockError):
    """A notice can't be put up, or taken down, as asked."""

    code = "notice-fault"


@dataclass(frozen=True, slots=True)
class Determination:
    """What the bureau's determination says of a parcel; ``cause`` only where it is the government's or force majeure."""

    parcel_code: str
    document: str
    determined_on: dt.date
    idle_from: dt.date
    cause: str | None = None
    holder: str = ""
    location: str = ""


def publish(connection: Connection, of: Determination, today: dt.date) -> None:
    """Put up the notice of a determination; holder and location are those on record where nothing else is said.

    Raises
    ------
    NoticeFault
        No such parcel; no holder or location; days out of order; a notice stands already.
    """
    row = connection.execute(
        text(
            "SELECT p.park_code, p.holder, p.location, st_x(st_pointonsurface(p.geom)) AS x, "
            "st_y(st_pointonsurface(p.geom)) AS y, (SELECT max(k.park_name) FROM park AS k "
            "WHERE k.park_code = p.park_code AND upper_inf(k.known)) AS park_name "
            "FROM parcel AS p WHERE p.parcel_code = :code AND upper_inf(p.known)"
        ),
        {"code": of.parcel_code},
    ).one_or_none()
    if row is None:
        raise NoticeFault(
            f"There is no parcel {of.parcel_code!r}. Type its code as the parcel table shows it.",
            f"没有宗地 {of.parcel_code!r}。请按宗地台账所示填写宗地代码。",
        )
    holder, location = of.holder or row.holder, of.location or row.location
    if not holder or not location:
        raise NoticeFault(
            f"A notice names holder and location (Art. 11); parcel {of.parcel_code} has not both on record. Type them.",
            f"公告须写明土地使用权人和位置（第十一条），宗地 {of.parcel_code} 的记录不全。请填写。",
        )
    if not of.idle_from <= of.determined_on <= today:
        raise NoticeFault(
            f"The days are out of order: idle from {of.idle_from}, determined on {of.determined_on}, today {today}.",
            f"日期先后有误：闲置起始 {of.idle_from}，认定 {of.determined_on}，今天 {today}。",
        )
    values = {
        "parcel_code": of.parcel_code, "park_code": row.park_code, "park_name": row.park_name, "holder": holder,
        "location": location, "idle_from": of.idle_from, "cause": of.cause, "document": of.document,
        "determined_on": of.determined_on, "published_on": today, "published_by": actor().name,
        "lon": rounded(row.x), "lat": rounded(row.y),
    }  # fmt: skip
    try:
        with connection.begin_nested():
            connection.execute(insert(IdleNotice).values(values))
    except IntegrityError as error:
        raise NoticeFault(
            f"A notice of parcel {of.parcel_code} stands already. Withdraw it first.",
            f"宗地 {of.parcel_code} 已有公告。请先撤下。",
        ) from error


def withdraw(connection: Connection, notice_id: int, reason: str) -> None:
    """Take a notice down, with the reason; it stays on record.

    Raises
    ------
    NoticeFault
        No such notice stands, or no reason is given.
    """
    if not reason.strip():
        raise NoticeFault("Say why the notice is taken down.", "请填写撤下公告的原因。")
    done = connection.execute(
        text(
            "UPDATE idle_notice SET withdrawn_at = now(), withdrawn_by = :by, end_reason = :reason "
            "WHERE notice_id = :id AND withdrawn_at IS NULL"
        ),
        {"id": notice_id, "by": actor().name, "reason": reason.strip()},
    ).rowcount
    if not done:
        raise NoticeFault(
            f"Notice {notice_id} does not stand. Reload the list.",
            f"公告 {notice_id} 不在公示中。请刷新列表。",
        )


def listed(connection: Connection) -> list[RowMapping]:
    """Return all notices, those that stand first, then the newest first."""
    asked = select(*IdleNotice.__table__.columns).order_by(
        IdleNotice.withdrawn_at.desc().nulls_first(), IdleNotice.notice_id.desc()
    )
    return list(connection.execute(asked).mappings())
