"""Lists of chosen parcels: a saved view that names its parcels, and what is put to it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from api.deps import Asked
from api.filters import MOST_IDS
from data import list_settings, queries
from data.identity import actor
from data.list_settings import View, ViewRefused

ONE = "ids"  # how a filter names a parcel


def lists(connection: Connection) -> list[View]:
    """Return the own views that name their parcels and say nothing else."""
    found = list_settings.views(connection, actor())
    return [one for one in found if one.own and one.query and all(name == ONE for name, _ in one.query)]


def add(connection: Connection, asked: Asked, view_id: int | None, name: str) -> int:
    """Put the parcels of a filter to a list of one's own, or to a new one of this name; return its number.

    Raises
    ------
    ViewRefused
        The list would be too long, its name is taken or missing, or nothing was found.
    NoSuchView
        It is no list of one's own.
    """
    kept = None if view_id is None else _own(connection, view_id)
    ids = queries.matching_ids(connection, asked.run(), asked.filter, MOST_IDS)
    if ids is None:
        raise _too_long()
    if not ids:
        raise ViewRefused("The filter finds no parcel to add.", "没有符合条件的宗地可以加入。")
    if kept is None and any(
        one.own and one.name == name.strip() for one in list_settings.views(connection, actor())
    ):
        raise ViewRefused(
            f"You have a view named {name.strip()} already. Choose it, or give another name.",
            f"您已有名为“{name.strip()}”的视图或清单。请选择该清单，或另取名称。",
        )
    before = [] if kept is None else [int(value) for _, value in kept.query]
    whole = sorted({*before, *ids})
    if len(whole) > MOST_IDS:
        raise _too_long()
    share = "" if kept is None else "role" if kept.shared_role else "park" if kept.shared_park else ""
    return list_settings.keep_view(
        connection, actor(), name if kept is None else kept.name, _pairs(whole),
        [] if kept is None else kept.columns, "" if kept is None else kept.sort, share,
    )  # fmt: skip


def _pairs(ids: Sequence[int]) -> list[tuple[str, str]]:
    return [(ONE, str(one)) for one in ids]


def _own(connection: Connection, view_id: int) -> View:
    for one in lists(connection):
        if one.view_id == view_id:
            return one
    raise list_settings.NoSuchView(view_id)


def _too_long() -> ViewRefused:
    return ViewRefused(
        f"A list names at most {MOST_IDS:,} parcels. Narrow the choice, or save the filter itself as a view.",
        f"一份清单最多 {MOST_IDS:,} 宗。请缩小范围，或把筛选条件本身保存为视图。",
    )
