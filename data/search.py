"""What the search box finds."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, RowMapping, TextClause
from sqlalchemy import text as sql

from data.identity import actor
from data.sql import load

_DELIVERED_NUMBERS = (
    "原宗地代码", "原宗地号", "旧宗地号", "YZDDM", "DJH", "地籍号", "DH", "地号", "宗地号", "YDZJGH",
)  # fmt: skip
_WITHOUT_DELIVERED = ("committee", "planner")
"""Roles that do not read what was delivered beside the canonical columns, since it may name persons."""


@cache
def _statement(delivered: bool) -> TextClause:
    more = "".join(f", (p.extra ->> '{name}')" for name in _DELIVERED_NUMBERS) if delivered else ""
    return sql(load("search").text.replace(" /* delivered numbers */", more))


def find(connection: Connection, run_id: int, text: str, limit: int = 8) -> Sequence[RowMapping]:
    """Return the first finds for a typed text among the parcels of a run (see ``search.sql``).

    Old numbers that came in columns of their own are found by the roles that may read those.
    """
    part = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    params = {"run_id": run_id, "like": f"%{part}%", "start": f"{part}%", "limit": limit}
    statement = _statement(actor().role not in _WITHOUT_DELIVERED)
    return connection.execute(statement, params).mappings().all()
