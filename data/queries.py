"""The lists and totals that the filter gives.

A list is always read from one stored run, so that the same filter gives the
same rows and the same totals everywhere. Areas are in square metres.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Numeric,
    RowMapping,
    Select,
    Text,
    case,
    cast,
    func,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import visitors

from data.filtering import AREA, Filter, conditions, verdicts_of
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


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of a list, in which order. ``size`` rows a page, ``page`` from 1."""

    sort: str
    size: int
    page: int


def _from_run(run_id: int, asked: Filter, *columns: Any) -> Select[Any]:
    joined = (
        select(*columns).select_from(IdleVerdict).join(Parcel, Parcel.version_id == IdleVerdict.version_id)
    )
    return joined.where(IdleVerdict.run_id == run_id, *conditions(run_id, asked))


def _codes(run_id: int, asked: Filter, *order: Any) -> Select[Any]:
    """Return the codes of the matching parcels in an order; parcels are joined only where filter or order read them."""
    narrowed = conditions(run_id, asked)
    if any(_reads_parcel(one) for one in (*narrowed, *order)):
        return _from_run(run_id, asked, IdleVerdict.parcel_code).order_by(*order)
    return select(IdleVerdict.parcel_code).where(IdleVerdict.run_id == run_id, *narrowed).order_by(*order)


def _reads_parcel(expression: Any) -> bool:
    return any(getattr(part, "table", None) is Parcel.__table__ for part in visitors.iterate(expression))


@contextmanager
def _as_a_whole(connection: Connection, asked: Filter) -> Iterator[None]:
    """Have the rows of a run joined all at once: the planner takes a typed text for rare and looks them up singly."""
    if asked.entity_ids or asked.box:  # these are rare, and have indexes
        yield
        return
    connection.execute(text("SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off"))
    yield
    connection.execute(text("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT"))


def _column(sort: str) -> ColumnElement[Any] | InstrumentedAttribute[Any]:
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        raise UnknownSort(sort)
    return column


def sorted_by(sort: str) -> tuple[Any, ...]:
    """Return the order of a name of ``SORTS``, with a leading ``-`` for descending; ties go by parcel code.

    Raises
    ------
    UnknownSort
        ``sort`` is not in ``SORTS``.
    """
    column = _column(sort)
    return (column.desc() if sort.startswith("-") else column.asc()).nulls_last(), IdleVerdict.parcel_code


def page_codes(connection: Connection, run_id: int, asked: Filter, wanted: Page) -> list[str]:
    """Return the codes of the parcels on one page of a list."""
    found = _codes(run_id, asked, *sorted_by(wanted.sort)).limit(wanted.size)
    with _as_a_whole(connection, asked):
        return list(connection.scalars(found.offset((wanted.page - 1) * wanted.size)))


def totals_and_page(
    connection: Connection, run_id: int, asked: Filter, wanted: Page
) -> tuple[dict[str, Total], list[str]]:
    """Return the totals by status of a filter without its status, and the codes of one page with it, read at once."""
    found = (
        _from_run(
            run_id, asked.without("status"), IdleVerdict.parcel_code, IdleVerdict.verdict,
            AREA.label("area_m2"), Parcel.registered_area_m2.is_(None).label("is_drawn"), _column(wanted.sort).label("key"),
        )
        .cte("found")
        .prefix_with("MATERIALIZED")
    )  # fmt: skip
    totals = select(
        found.c.verdict, func.count().label("n"), func.sum(found.c.area_m2).label("area_m2"),
        func.count().filter(found.c.is_drawn).label("n_drawn"), cast(null(), Text).label("parcel_code"),
    ).group_by(found.c.verdict)  # fmt: skip
    order = found.c.key.desc() if wanted.sort.startswith("-") else found.c.key.asc()
    empty = (cast(null(), kind) for kind in (Text, BigInteger, Numeric, BigInteger))
    shown = select(*(one.label(f"no_{n}") for n, one in enumerate(empty)), found.c.parcel_code)
    if asked.status:
        shown = shown.where(found.c.verdict.in_(verdicts_of(asked.status)))
    shown = shown.order_by(order.nulls_last(), found.c.parcel_code)
    shown = shown.limit(wanted.size).offset((wanted.page - 1) * wanted.size)
    with _as_a_whole(connection, asked):
        rows = connection.execute(union_all(totals, select(*shown.subquery().c))).all()
    by_verdict = {row.verdict: _total(row) for row in rows if row.verdict is not None}
    return _by_status(by_verdict), [row.parcel_code for row in rows if row.verdict is None]


def parcel_rows(
    connection: Connection,
    run_id: int,
    asked: Filter | Sequence[str],
    *,
    sort: str = "parcel_code",
    size: int | None = None,
    page: int = 1,
) -> Sequence[RowMapping]:
    """Return one page of the parcels of a run with their verdicts.

    Parameters
    ----------
    asked
        The filter, or the codes of the parcels themselves.
    sort
        As for ``sorted_by``.
    size, page
        Rows a page (all of them when ``None``) and the page, from 1.

    Raises
    ------
    UnknownSort
        ``sort`` is not in ``SORTS``.
    """
    order = sorted_by(sort)
    point = func.ST_PointOnSurface(Parcel.geom)
    if isinstance(asked, Filter) and size is not None:
        # The page is found by narrow rows first: wide ones, and their inner points, are made for it alone.
        asked = page_codes(connection, run_id, asked, Page(sort, size, page))
    query = _from_run(
        run_id, asked if isinstance(asked, Filter) else Filter(),
        IdleVerdict.parcel_code, IdleVerdict.entity_id, IdleVerdict.park_code, IdleVerdict.verdict,
        IdleVerdict.band, IdleVerdict.limbs, IdleVerdict.cause, IdleVerdict.path, IdleVerdict.fee_wan,
        IdleVerdict.blocked, IdleVerdict.article, IdleVerdict.idle_from, IdleVerdict.days,
        IdleVerdict.next_due_on, IdleVerdict.missing, Parcel.holder, Parcel.location,
        Parcel.landuse_code, Parcel.landuse_scheme, Parcel.registered_area_m2, Parcel.drawn_area_m2,
        Parcel.supervision_no, Parcel.holder_credit_code, Parcel.supply_mode, Parcel.ownership,
        AREA.label("area_m2"), func.ST_X(point).label("lon"), func.ST_Y(point).label("lat"),
    ).order_by(*order)  # fmt: skip
    if not isinstance(asked, Filter):
        query = query.where(IdleVerdict.parcel_code.in_(asked))
    return connection.execute(query).mappings().all()


def matching_codes(connection: Connection, run_id: int, asked: Filter) -> set[str]:
    """Return the codes of the parcels that a filter matches."""
    return set(connection.scalars(_codes(run_id, asked)))


def matching_ids(connection: Connection, run_id: int, asked: Filter, most: int) -> tuple[int, ...] | None:
    """Return the lasting numbers of the parcels that a filter matches, in order; nothing if there are more than ``most``."""
    query = _from_run(run_id, asked, IdleVerdict.entity_id).limit(most + 1)
    found = connection.scalars(query).all()
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
    with _as_a_whole(connection, asked):
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
    return _by_status(totals_by(connection, run_id, asked, IdleVerdict.verdict))


def _by_status(by_verdict: Mapping[str, Total]) -> dict[str, Total]:
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
