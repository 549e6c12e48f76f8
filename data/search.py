"""What the search box finds."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping

from data.sql import load


def find(connection: Connection, run_id: int, text: str, limit: int = 8) -> Sequence[RowMapping]:
    """Return the first finds for a typed text among the parcels of a run (see ``search.sql``)."""
    part = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    params = {"run_id": run_id, "like": f"%{part}%", "start": f"{part}%", "limit": limit}
    return connection.execute(load("search"), params).mappings().all()
