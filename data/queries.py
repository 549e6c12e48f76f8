"""The lists and totals that the filter gives.

A list is always read from one stored run, so that the same filter gives the
same rows and the same totals everywhere. Areas are in square metres.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import visitors

from data.filtering import AREA, Filter, conditions
from data.models import IdleVerdict, Parcel
from gis.errors import LandStockError
from gis.words import STATUS, VERDICTS, status_of

LISTED = ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE")  # verdicts of the idle list, all of them suspected
SORTS: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
    "parcel_code": IdleVerdict.parcel_code,  # as the key of the verdicts has it, so that pages come in its order
    "holder": Parcel.holder,
    "park": IdleVerdict.park_code,
    "verdict": IdleVerdict.verdict,
    "area": AREA,
    "days": IdleVerdict.days,
    "idle_from": IdleVerdict.idle_from,
    "landuse": Parcel.landuse_code,
    "location": Parcel.location,
    "drawn_area": Parcel.drawn_area_m2,
    "supervision_no": Parcel.supervision_no,
    "credit_code": Parcel.holder_credit_code,
    "supply_mode": Parcel.supply_mode,
    "ownership": Parcel.ownership,
    "cause": func.nullif(IdleVerdict.cause, ""),
    "next_due_on": IdleVerdict.next_due_on,
    "fee": IdleVerdict.fee_wan,
    "status": case({code: i for i, code in enumerate(STATUS)},
                   value=case({v: status_of(v) for v in VERDICTS}, value=IdleVerdict.verdict)),
}  # fmt: skip


class UnknownSort(LandStockError):
    """A list was asked for in an order that it has not."""

    code: ClassVar[str] = "unknown-sort"

    def __init__(self, sort: str, known: Iterable[str] = SORTS) -> None:
        super().__init__(
            f"There is no order {sort!r}. Expected one of {', '.join(known)}, "
            "with a leading '-' for descending.",
            f"没有排序方式 {sort!r}。可选：{'、'.join(known)}；前面加 - 表示降序。",
        )


@dataclass(frozen=True, slots=True)
class Total:
    """How many parcels and how much land.

    ``area_m2`` sums the registered areas, and the drawn area of the
    ``n_drawn`` parcels that have no registered one.
    """

    n: int
    area_m2: Decimal
    n_drawn: int = 0


def _from_run(run_id: int, asked: Filter, *columns: Any) -> Select[Any]:
    joined = select(*columns).select_from(IdleVerdict).join(Parcel, Parcel.version_id == IdleVerdict.version_id)
    return joined.where(IdleVerdict.run_id == run_id, *conditions(run_id, asked))


def _codes(run_id: int, asked: Filter, *order: ColumnElement[Any]) -> Select[Any]:
    """Return the codes of the matching parcels in an order; parcels are joined only where filter or order read them."""
    narrowed = conditions(run_id, asked)
    if any(_reads_parcel(one) for one in (*narrowed, *order)):
        return _from_run(run_id, asked, IdleVerdict.parcel_code).order_by(*order)
    return select(IdleVerdict.parcel_code).where(IdleVerdict.run_id == run_id, *narrowed).order_by(*order)


def _reads_parcel(expression: ColumnElement[Any]) -> bool:
    return any(getattr(part, "table", None) is Parcel.__table__ for part in visitors.iterate(expression))


def parcel_rows(
    connection: Connection,
    run_id: int,
    asked: Filter,
    *,
    sort: str = "parcel_code",
    size: int | None = None,
    page: int = 1,
) -> Sequence[RowMapping]:
    """Return one page of the parcels of a run with their verdicts.

    Parameters
    ----------
    sort
        A name of ``SORTS``, with a leading ``-`` for descending; ties go by parcel code.
    size, page
        Rows a page (all of them when ``None``) and the page, from 1.

    Raises
    ------
    UnknownSort
        ``sort`` is not in ``SORTS``.
    """
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        raise UnknownSort(sort)
    order = (column.desc() if sort.startswith("-") else column.asc()).nulls_last(), IdleVerdict.parcel_code
    point = func.ST_PointOnSurface(Parcel.geom)
    query = _from_run(
        run_id, asked if size is None else Filter(),
        IdleVerdict.parcel_code, IdleVerdict.entity_id, IdleVerdict.park_code, IdleVerdict.verdict,
        IdleVerdict.band, IdleVerdict.limbs, IdleVerdict.cause, IdleVerdict.path, IdleVerdict.fee_wan,
        IdleVerdict.blocked, IdleVerdict.article, IdleVerdict.idle_from, IdleVerdict.days,
        IdleVerdict.next_due_on, IdleVerdict.missing, Parcel.holder, Parcel.location,
        Parcel.landuse_code, Parcel.landuse_scheme, Parcel.registered_area_m2, Parcel.drawn_area_m2,
        Parcel.supervision_no, Parcel.holder_credit_code, Parcel.supply_mode, Parcel.ownership,
        AREA.label("area_m2"), func.ST_X(point).label("lon"), func.ST_Y(point).label("lat"),
    ).order_by(*order)  # fmt: skip
    if size is not None:
        # The page is found by narrow rows first: wide ones, and their inner points, are made for it alone.
        found = _codes(run_id, asked, *order).limit(size).offset((page - 1) * size)
        query = query.where(IdleVerdict.parcel_code.in_(found))
    return connection.execute(query).mappings().all()


def matching_codes(connection: Connection, run_id: int, asked: Filter) -> set[str]:
    """Return the codes of the parcels that a filter matches."""
    return set(connection.scalars(_codes(run_id, asked)))


def matching_ids(connection: Connection, run_id: int, asked: Filter, most: int) -> tuple[int, ...] | None:
    """Return the lasting numbers of the parcels that a filter matches, in order; nothing if there are more than ``most``."""
    found = connection.scalars(_from_run(run_id, asked, IdleVerdict.entity_id).limit(most + 1)).all()
    return None if len(found) > most else tuple(sorted(found))


def _total(row: Any) -> Total:
    return Total(n=row.n, area_m2=row.area_m2 or Decimal(0), n_drawn=row.n_drawn)


_SUMS = (
    func.count().label("n"),
    func.sum(AREA).label("area_m2"),
    func.count().filter(Parcel.registered_area_m2.is_(None)).label("n_drawn"),
)


def totals_by(
    connection: Connection, run_id: int, asked: Filter, *keys: InstrumentedAttribute[Any]
) -> dict[Any, Total]:
    """Return count and area of the matching parcels by one key, or by a tuple of keys."""
    query = _from_run(run_id, asked, *keys, *_SUMS).group_by(*keys)
    found = connection.execute(query).all()
    return {row[0] if len(keys) == 1 else tuple(row[: len(keys)]): _total(row) for row in found}


def add(totals: Sequence[Total]) -> Total:
    """Return the sum of some totals."""
    return Total(
        n=sum(t.n for t in totals),
        area_m2=sum((t.area_m2 for t in totals), Decimal(0)),
        n_drawn=sum(t.n_drawn for t in totals),
    )


def status_totals(connection: Connection, run_id: int, asked: Filter) -> dict[str, Total]:
    """Return count and area by map status, every status present, in the order of ``STATUS``."""
    by_verdict = totals_by(connection, run_id, asked, IdleVerdict.verdict)
    return {
        code: add([total for verdict, total in by_verdict.items() if status_of(verdict) == code])
        for code in STATUS
    }


def idle_filter(asked: Filter) -> Filter:
    """Return a filter narrowed to the idle list: the verdicts that suspect idle land."""
    chosen = tuple(code for code in asked.verdict if code in LISTED) or LISTED
    kept = {f.name: getattr(asked, f.name) for f in fields(asked)}
    return Filter(**{**kept, "verdict": chosen})


def missing_totals(connection: Connection, run_id: int, asked: Filter) -> list[tuple[str, int]]:
    """Return the facts that parcels which cannot be decided lack, with the number of parcels, most first."""
    code = func.unnest(IdleVerdict.missing).label("code")
    query = _from_run(run_id, asked, code, func.count().label("n")).where(
        IdleVerdict.verdict == "UNDETERMINED"
    )
    rows = connection.execute(query.group_by("code").order_by(func.count().desc(), "code")).all()
    return [(row.code, row.n) for row in rows]
