"""Idle-land lists before and after they are frozen: their content, its hash, and how they differ from the list before."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, RowMapping, select

from data.models import FrozenChange, FrozenList, FrozenRow, ListCheck
from data.sql import load
from gis.errors import LandStockError
from gis.exact import plain
from gis.list_change import Change, changes, proposed

FORMAT: Final = "landstock idle list 1"
CONTENT: Final = (
    "parcel_code", "park_code", "park_name", "supervision_no", "holder", "location", "contract_no",
    "registered_area_m2", "area_m2", "verdict", "band", "limbs", "cause", "path", "fee_wan", "blocked", "by_reference",
    "idle_from", "days", "missing", "article", "shape_sha256",
)  # fmt: skip
"""What is frozen of a parcel, and what the hash is made of, in this order."""


class NoSuchList(LandStockError):
    """There is no frozen list of this number, or it is not for this person."""

    code: ClassVar[str] = "no-such-list"

    def __init__(self, number: int) -> None:
        super().__init__(
            f"There is no frozen list {number}. Choose one from the page of frozen lists.",
            f"没有第 {number} 号冻结清单。请从“冻结清单”页选择。",
        )


@dataclass(frozen=True)
class Content:
    """A list as it would be frozen now. ``park_code`` None is the list of all parks."""

    run: RowMapping
    park_code: str | None
    rows: Sequence[Mapping[Any, Any]]
    undetermined: int

    @property
    def area_m2(self) -> Decimal:
        """Sum of the areas of the rows, in square metres: registered, else drawn."""
        return sum((row["area_m2"] for row in self.rows), Decimal(0))

    @cached_property
    def by_code(self) -> dict[str, Mapping[Any, Any]]:
        """The rows by parcel code."""
        return {row["parcel_code"]: row for row in self.rows}

    @cached_property
    def sha256(self) -> str:
        """The hash of the canonical text."""
        return hashlib.sha256(self.text().encode("utf-8")).hexdigest()

    def text(self) -> str:
        """Return the canonical text (see :func:`canonical`)."""
        head = {
            "park_code": self.park_code, "as_of": self.run["as_of"], "publication": self.run["publication_id"],
            "rules": self.run["rules_version"], "undetermined": self.undetermined,
        }  # fmt: skip
        return canonical(head, self.rows)


def canonical(head: Mapping[Any, Any], rows: Sequence[Mapping[Any, Any]]) -> str:
    """Return the text that the hash of a list is made of: JSON without blanks, keys sorted, figures as exact text.

    ``sha256sum`` of the downloaded text is the hash, without any program of ours. The time and the person of the
    freezing are not in it, so that freezing the same state again gives the same hash.
    """
    document = {
        "format": FORMAT,
        "columns": CONTENT,
        "rows": [[_value(row[name]) for name in CONTENT] for row in rows],
    }
    document |= {name: _value(value) for name, value in head.items()}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    return (
        value.isoformat()
        if isinstance(value, dt.date)
        else list(value)
        if isinstance(value, list | tuple)
        else value
    )


def content(connection: Connection, run_id: int, park: str | None) -> Content:
    """Return the list of a run (see ``list_content.sql``), all parks or one."""
    values = {"run_id": run_id, "park": park}
    return Content(
        connection.execute(load("list_run"), {"run_id": run_id}).mappings().one(),
        park,
        [dict(row) for row in connection.execute(load("list_content"), values).mappings()],
        connection.execute(load("list_undetermined"), values).scalar_one(),
    )


@dataclass(frozen=True, slots=True)
class Left:
    """A parcel that is no longer listed: what the facts say, and the reason that they speak for ("" = none)."""

    parcel_code: str
    area_m2: Decimal
    holder: str | None
    verdict: str | None
    proposal: str
    became: Sequence[str]
    now: RowMapping


@dataclass(frozen=True, slots=True)
class Difference:
    """A list beside the frozen list before it, which may not be there."""

    last: RowMapping | None
    entered: Sequence[Change]
    left: Sequence[Left]
    changed: Sequence[Change]

    @property
    def changes(self) -> Sequence[Change]:
        """Those that entered, then those that changed."""
        return [*self.entered, *self.changed]


def frozen_rows(connection: Connection, list_id: int) -> list[dict[str, Any]]:
    """Return the rows of a frozen list in their order, without shapes."""
    columns = [FrozenRow.no, *(FrozenRow.__table__.c[name] for name in CONTENT)]
    statement = select(*columns).where(FrozenRow.list_id == list_id).order_by(FrozenRow.no)
    return [dict(row) for row in connection.execute(statement).mappings()]


def difference(connection: Connection, run_id: int, draft: Content, last: RowMapping | None) -> Difference:
    """Return how a draft differs from the frozen list before; with none, nothing differs."""
    if last is None:
        return Difference(None, (), (), ())
    before = {row["parcel_code"]: row for row in frozen_rows(connection, last["list_id"])}
    new = sorted(draft.by_code.keys() - before.keys())
    born = connection.execute(load("list_born"), {"codes": new, "since": last["frozen_at"]})
    found = changes(before, draft.by_code, last["as_of"], {row.parcel_code: row.how for row in born})
    gone = [change for change in found if change.kind == "LEFT"]
    now = connection.execute(
        load("list_left"), {"run_id": run_id, "codes": [c.parcel_code for c in gone]}
    ).mappings()
    present = {row["parcel_code"]: row for row in now}
    return Difference(
        last,
        [change for change in found if change.kind == "ENTERED"],
        [_left(change, before[change.parcel_code], present[change.parcel_code]) for change in gone],
        [change for change in found if change.kind == "CHANGED"],
    )


def _left(change: Change, before: Mapping[Any, Any], now: RowMapping) -> Left:
    row = None if now["verdict"] is None else {"verdict": now["verdict"]}
    return Left(
        change.parcel_code, change.area_m2, before["holder"], now["verdict"], proposed(row, now["became"]),
        now["became"], now,
    )  # fmt: skip


def _of_scope(park: str | None) -> Any:
    return FrozenList.park_code.is_(None) if park is None else FrozenList.park_code == park


def last_frozen(
    connection: Connection, park: str | None, as_of: dt.date, other_than: str = ""
) -> RowMapping | None:
    """Return the newest frozen list of a scope up to a day, but not one of this very content."""
    statement = (
        select(FrozenList.__table__)
        .where(_of_scope(park), FrozenList.as_of <= as_of, FrozenList.content_sha256 != other_than)
        .order_by(FrozenList.as_of.desc(), FrozenList.list_id.desc())
        .limit(1)
    )
    return connection.execute(statement).mappings().first()


def frozen_as(connection: Connection, sha256: str) -> RowMapping | None:
    """Return the frozen list of exactly this content, if there is one."""
    statement = select(FrozenList.__table__).where(FrozenList.content_sha256 == sha256)
    return connection.execute(statement.order_by(FrozenList.list_id).limit(1)).mappings().first()


def checked_as(connection: Connection, sha256: str, previous_id: int | None) -> RowMapping | None:
    """Return the newest statement to have checked this content against this list before, if there is one."""
    statement = select(ListCheck.__table__).where(
        ListCheck.content_sha256 == sha256, ListCheck.previous_id.is_not_distinct_from(previous_id)
    )
    return connection.execute(statement.order_by(ListCheck.check_id.desc()).limit(1)).mappings().first()


def listed(connection: Connection, park: str | None = None, limit: int = 200) -> Sequence[RowMapping]:
    """Return the frozen lists that one may see, the newest first; of one park, or of all scopes."""
    names = [column for column in FrozenList.__table__.c if column.name != "rules"]
    statement = select(*names).order_by(FrozenList.list_id.desc()).limit(limit)
    if park is not None:
        statement = statement.where(FrozenList.park_code == park)
    return connection.execute(statement).mappings().all()


def one(connection: Connection, list_id: int) -> RowMapping:
    """Return the head of a frozen list.

    Raises
    ------
    NoSuchList
    """
    found = (
        connection.execute(select(FrozenList.__table__).where(FrozenList.list_id == list_id))
        .mappings()
        .first()
    )
    if found is None:
        raise NoSuchList(list_id)
    return found


def frozen_changes(connection: Connection, list_id: int) -> Sequence[RowMapping]:
    """Return what differed from the list before when a list was frozen: left, entered, changed."""
    statement = select(FrozenChange.__table__).where(FrozenChange.list_id == list_id)
    order = {"LEFT": 0, "ENTERED": 1, "CHANGED": 2}
    rows = connection.execute(statement).mappings().all()
    return sorted(rows, key=lambda row: (order[row["kind"]], row["parcel_code"]))


def frozen_text(head: Mapping[Any, Any], rows: Sequence[Mapping[Any, Any]]) -> str:
    """Return the canonical text of a frozen list, from what is stored."""
    told = {
        "park_code": head["park_code"], "as_of": head["as_of"], "publication": head["publication_id"],
        "rules": head["rules_version"], "undetermined": head["undetermined"],
    }  # fmt: skip
    return canonical(told, rows)


def proves(head: Mapping[Any, Any], rows: Sequence[Mapping[Any, Any]]) -> bool:
    """Say whether the stored rows still give the hash that was frozen with them."""
    return hashlib.sha256(frozen_text(head, rows).encode("utf-8")).hexdigest() == str(head["content_sha256"])
