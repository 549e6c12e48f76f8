"""What an account keeps about the table of parcels: its columns, and named views.

Whose rows they are, and which shared ones are seen, the database decides (migration 0027).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from data.identity import Actor
from gis.errors import LandStockError

MOST_VIEWS = 100
SHARES = ("", "role", "park")


class ViewRefused(LandStockError):
    """A view can't be kept as it was asked for."""

    code = "view-refused"
    exit_code = 2


class NoSuchView(LandStockError):
    """There is no such view for this person."""

    code = "view-not-found"

    def __init__(self, view_id: int) -> None:
        super().__init__(
            f"There is no saved view {view_id} for you. It may have been deleted, or is not shared with you any more.",
            f"没有您可用的视图 {view_id}。它可能已被删除，或不再与您共享。",
        )


@dataclass(frozen=True, slots=True)
class View:
    """A named filter with columns and order. ``query`` holds the pairs of an address, ``own`` says whose it is."""

    view_id: int
    name: str
    owner: str
    query: list[tuple[str, str]]
    columns: list[str]
    sort: str
    shared_role: str | None
    shared_park: str | None
    own: bool


def columns(connection: Connection, who: Actor) -> list[str]:
    """Return the columns that an account chose; none where it never chose."""
    found = connection.scalar(
        text("SELECT columns FROM list_columns WHERE account_id = :id"), {"id": who.account_id}
    )
    return list(found or [])


def keep_columns(connection: Connection, who: Actor, names: Sequence[str]) -> None:
    """Keep the columns of an account; none takes the choice back."""
    if not names:
        connection.execute(text("DELETE FROM list_columns WHERE account_id = :id"), {"id": who.account_id})
        return
    connection.execute(
        text(
            "INSERT INTO list_columns (account_id, columns) VALUES (:id, :names) ON CONFLICT (account_id) "
            "DO UPDATE SET columns = excluded.columns, changed_at = now()"
        ),
        {"id": who.account_id, "names": list(names)},
    )


_SELECT = (
    "SELECT view_id, name, owner, query, columns, sort, shared_role, shared_park, account_id = :me AS own "
    "FROM saved_view"
)


def _view(row: Any) -> View:
    pairs = [(str(name), str(value)) for name, value in row.query]
    return View(row.view_id, row.name, row.owner, pairs, list(row.columns), row.sort, row.shared_role,
                row.shared_park, bool(row.own))  # fmt: skip


def views(connection: Connection, who: Actor) -> list[View]:
    """Return the views that a person has and those that are shared with it; the own ones first, by name."""
    if not who.account_id:
        return []
    rows = connection.execute(
        text(f"{_SELECT} ORDER BY account_id <> :me, name, view_id"), {"me": who.account_id}
    )
    return [_view(row) for row in rows]


def view(connection: Connection, who: Actor, view_id: int) -> View:
    """Return one view.

    Raises
    ------
    NoSuchView
        There is none with this number that the person may see.
    """
    row = connection.execute(
        text(f"{_SELECT} WHERE view_id = :id"), {"id": view_id, "me": who.account_id}
    ).one_or_none()
    if row is None:
        raise NoSuchView(view_id)
    return _view(row)


def keep_view(
    connection: Connection, who: Actor, name: str, query: Sequence[tuple[str, str]], names: Sequence[str],
    sort: str, share: str = "",
) -> int:  # fmt: skip
    """Keep a view under a name; one of the own with this name is replaced. Return its number.

    Parameters
    ----------
    share
        ``role``: everybody of the own role sees it; ``park``: everybody of the own (first) park.

    Raises
    ------
    ViewRefused
        It has no name, there are too many, or there is nobody to share it with.
    """
    name = _named(name)
    if not who.account_id:
        raise ViewRefused("Sign in to keep views.", "登录后才能保存视图。")
    if share not in SHARES or (share == "park" and not who.parks):
        raise ViewRefused(
            "You belong to no park that a view could be shared with. Share it with your role, or keep it for yourself.",
            "您不属于任何园区，不能按园区共享。请按角色共享，或仅供自己使用。",
        )
    if (
        connection.scalar(
            text("SELECT count(*) FROM saved_view WHERE account_id = :me AND name <> :name"),
            {"me": who.account_id, "name": name},
        )
        or 0
    ) >= MOST_VIEWS:
        raise ViewRefused(
            f"You have {MOST_VIEWS} views already. Delete one that you don't need any more.",
            f"您已保存 {MOST_VIEWS} 个视图。请先删除不再需要的视图。",
        )
    found = connection.scalar(
        text(
            "INSERT INTO saved_view (account_id, owner, name, query, columns, sort, shared_role, shared_park) "
            "VALUES (:me, :owner, :name, CAST(:query AS jsonb), :columns, :sort, :role, :park) "
            "ON CONFLICT (account_id, name) DO UPDATE SET query = excluded.query, columns = excluded.columns, "
            "sort = excluded.sort, shared_role = excluded.shared_role, shared_park = excluded.shared_park, "
            "changed_at = now() RETURNING view_id"
        ),
        {
            "me": who.account_id, "owner": who.name, "name": name, "query": json.dumps(list(query), ensure_ascii=False),
            "columns": list(names), "sort": sort, "role": who.role if share == "role" else None,
            "park": who.parks[0] if share == "park" else None,
        },
    )  # fmt: skip
    return int(found or 0)


def rename_view(connection: Connection, who: Actor, view_id: int, name: str) -> None:
    """Give a view of one's own another name.

    Raises
    ------
    NoSuchView, ViewRefused
        It is not one's own; the name is empty or taken.
    """
    name = _named(name)
    taken = connection.scalar(
        text("SELECT count(*) FROM saved_view WHERE account_id = :me AND name = :name AND view_id <> :id"),
        {"me": who.account_id, "name": name, "id": view_id},
    )
    if taken:
        raise ViewRefused(f"You have a view named {name} already.", f"您已有名为“{name}”的视图。")
    _of_own(
        connection, who, view_id, "UPDATE saved_view SET name = :name, changed_at = now()", {"name": name}
    )


def delete_view(connection: Connection, who: Actor, view_id: int) -> None:
    """Delete a view of one's own.

    Raises
    ------
    NoSuchView
        It is not one's own.
    """
    _of_own(connection, who, view_id, "DELETE FROM saved_view", {})


def _of_own(connection: Connection, who: Actor, view_id: int, statement: str, params: dict[str, Any]) -> None:
    done = connection.execute(
        text(f"{statement} WHERE view_id = :id AND account_id = :me"),
        params | {"id": view_id, "me": who.account_id},
    )
    if done.rowcount != 1:
        raise NoSuchView(view_id)


def _named(name: str) -> str:
    name = " ".join(name.split())[:60]
    if not name:
        raise ViewRefused("Give the view a name.", "请填写视图名称。")
    return name
