"""Checking and freezing an idle-land list, and remarks on what can't be decided: each is one person's act on record."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import Connection, RowMapping, func, insert, select, text

from data import approvals
from data.frozen_lists import CONTENT, Content, Difference, checked_as, frozen_as
from data.identity import actor
from data.models import FrozenChange, FrozenList, ListCheck, ListRemark
from data.sql import load
from gis.errors import LandStockError
from gis.list_change import LEFT_REASONS

LONGEST_NOTE = 300
_ORDER = (
    "ORDER BY c.park_code COLLATE \"C\", CASE WHEN c.band = 'Y2' THEN 0 WHEN c.band = 'Y1' THEN 1 ELSE 2 END, "
    'c.parcel_code COLLATE "C"'
)
"""That of ``list_content.sql``: a join does not keep the order of what it reads."""


class ReasonsMissing(LandStockError):
    """Parcels left the list, and nobody said why."""

    code: ClassVar[str] = "reasons-missing"

    def __init__(self, codes: list[str]) -> None:
        self.codes = codes
        shown = ", ".join(codes[:20]) + (" …" if len(codes) > 20 else "")
        super().__init__(
            f"{len(codes)} parcels left the list since it was frozen last and have no reason: {shown}. "
            f"Give each one of {', '.join(LEFT_REASONS)}.",
            f"与上期冻结清单相比，有 {len(codes)} 宗移出而未写明原因：{shown}。请逐宗选择原因。",
        )


class NotChecked(LandStockError):
    """The list, as it is now, has not been checked."""

    code: ClassVar[str] = "not-checked"

    def __init__(self) -> None:
        super().__init__(
            "The list as it is now has not been checked: nobody did, or data, rules or day have changed since. "
            "Check it, then freeze it.",
            "当前内容的清单尚未核对：还没有人核对，或核对后数据、规则或时点有变化。请先核对，再冻结。",
        )


class SamePerson(LandStockError):
    """Who checked a list may not freeze it here."""

    code: ClassVar[str] = "same-person"

    def __init__(self, person: str) -> None:
        super().__init__(
            f"{person} checked this list; this installation wants another person to freeze it.",
            f"本清单由 {person} 核对；按本单位设置，须由另一人冻结。",
        )


def check(
    connection: Connection, draft: Content, found: Difference, reasons: Mapping[str, Mapping[str, str]]
) -> int:
    """Put on record that the acting person checked this content; return the number of the statement.

    Raises
    ------
    ReasonsMissing
        A parcel that left has no reason of ``LEFT_REASONS``.
    """
    lacking = [
        one.parcel_code
        for one in found.left
        if reasons.get(one.parcel_code, {}).get("reason") not in LEFT_REASONS
    ]
    if lacking:
        raise ReasonsMissing(lacking)
    kept = {
        one.parcel_code: {
            "reason": reasons[one.parcel_code]["reason"],
            "note": reasons[one.parcel_code].get("note", "").strip()[:LONGEST_NOTE],
        }
        for one in found.left
    }
    values = {
        "park_code": draft.park_code, "as_of": draft.run["as_of"], "content_sha256": draft.sha256,
        "previous_id": found.last["list_id"] if found.last else None, "reasons": kept, "checked_by": actor().name,
    }  # fmt: skip
    number: int = connection.execute(
        insert(ListCheck).values(values).returning(ListCheck.check_id)
    ).scalar_one()
    return number


def freeze(connection: Connection, draft: Content, found: Difference, park_name: str | None) -> int:
    """Freeze a list that was checked; return its number. The same content is frozen once and then found again.

    Raises
    ------
    NotChecked
        Nobody checked exactly this content against the list before.
    SamePerson
        Two persons are wanted (``LANDSTOCK_TWO_PERSON``), and this one checked it.
    """
    # One freezing of a scope at a time: both would be "the next list" otherwise.
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"freeze {draft.park_code or ''}"))))
    there = frozen_as(connection, draft.sha256)
    if there is not None:
        return int(there["list_id"])
    checked = checked_as(connection, draft.sha256, found.last["list_id"] if found.last else None)
    if checked is None:
        raise NotChecked
    if approvals.needed("freeze") and checked["checked_by"] == actor().name:
        raise SamePerson(actor().name)
    list_id = _head(connection, draft, checked, park_name)
    _rows(connection, draft, list_id)
    _changes(connection, found, checked["reasons"], list_id)
    return list_id


def _head(connection: Connection, draft: Content, checked: RowMapping, park_name: str | None) -> int:
    run = draft.run
    values = {
        "park_code": draft.park_code, "park_name": park_name, "parcels": len(draft.rows), "area_m2": draft.area_m2,
        "undetermined": draft.undetermined, "content_sha256": draft.sha256, "previous_id": checked["previous_id"],
        "check_id": checked["check_id"], "checked_by": checked["checked_by"], "checked_at": checked["checked_at"],
        "frozen_by": actor().name,
        **{name: run[name] for name in ("as_of", "known_on", "publication_id", "published_at", "rules_version", "rules",
                                        "program_version")},
    }  # fmt: skip
    number: int = connection.execute(
        insert(FrozenList).values(values).returning(FrozenList.list_id)
    ).scalar_one()
    return number


def _rows(connection: Connection, draft: Content, list_id: int) -> None:
    """Copy the rows with their shapes in the database itself, by the statement that the content was read with."""
    names = ", ".join(CONTENT)
    copied = connection.execute(
        text(
            f"INSERT INTO frozen_row (list_id, no, {names}, geom) "
            f"SELECT :list_id, row_number() OVER ({_ORDER}), {', '.join(f'c.{name}' for name in CONTENT)}, p.geom "
            f"FROM ({load('list_content').text}) AS c JOIN parcel AS p ON p.version_id = c.version_id"
        ),
        {"list_id": list_id, "run_id": draft.run["run_id"], "park": draft.park_code},
    )
    assert copied.rowcount == len(draft.rows), "a run never changes"


def _changes(connection: Connection, found: Difference, reasons: Mapping[str, Any], list_id: int) -> None:
    rows: list[dict[str, Any]] = [
        {
            "parcel_code": one.parcel_code,
            "kind": "LEFT",
            "area_m2": one.area_m2,
            "fields": {},
            **reasons[one.parcel_code],
        }
        for one in found.left
    ]
    rows += [
        {"parcel_code": one.parcel_code, "kind": one.kind, "reason": one.reason, "note": "", "area_m2": one.area_m2,
         "fields": {name: [_told(old), _told(new)] for name, (old, new) in one.fields.items()}}
        for one in found.changes
    ]  # fmt: skip
    if rows:
        connection.execute(insert(FrozenChange), [{"list_id": list_id, **row} for row in rows])


def _told(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bool | list) else str(value)


def remark(connection: Connection, parcel_code: str, park_code: str | None, said: str) -> None:
    """Put on record what somebody notes on a parcel that can't be decided."""
    values = {
        "parcel_code": parcel_code,
        "park_code": park_code,
        "said": said.strip(),
        "said_by": actor().name,
    }
    connection.execute(insert(ListRemark).values(values))


def remarks(connection: Connection, codes: list[str]) -> dict[str, list[RowMapping]]:
    """Return the remarks on some parcels, the newest first."""
    statement = select(ListRemark.__table__).where(ListRemark.parcel_code.in_(codes))
    found: dict[str, list[RowMapping]] = {}
    for row in connection.execute(statement.order_by(ListRemark.remark_id.desc())).mappings():
        found.setdefault(row["parcel_code"], []).append(row)
    return found
