"""What a stored run says about the land of parks."""

from typing import Any

from sqlalchemy import Connection, RowMapping, select

from data.models import Base, ParcelUse

TABLES = ("builtup_growth", "growth_ledger", "boundary_count", "land_stock", "park_rate", "land_consumption")


def rows(connection: Connection, table: str, run_id: int, park_code: str | None = None) -> list[RowMapping]:
    """Return the rows of one table of findings about parks, by its key, without the run's number.

    Raises
    ------
    KeyError
        The table is none of ``TABLES``: a mistake in the program.
    """
    if table not in TABLES:
        raise KeyError(table)
    found = Base.metadata.tables[table]
    keys = [key.collate("C") if key.type.python_type is str else key for key in found.primary_key]
    statement = select(*(column for column in found.c if column.name != "run_id")).where(
        found.c.run_id == run_id
    )
    if park_code is not None:
        statement = statement.where(found.c.park_code == park_code)
    return list(connection.execute(statement.order_by(*keys)).mappings())


def uses(connection: Connection, run_id: int, parcel_code: str) -> list[RowMapping]:
    """Return the land states inside a parcel, the largest area first."""
    names: list[Any] = [ParcelUse.construction_state, ParcelUse.supply_state, ParcelUse.high_tech, ParcelUse.area_m2,
                        ParcelUse.observed_on]  # fmt: skip
    statement = (
        select(*names)
        .where(ParcelUse.run_id == run_id, ParcelUse.parcel_code == parcel_code)
        .order_by(ParcelUse.area_m2.desc(), ParcelUse.construction_state, ParcelUse.supply_state)
    )
    return list(connection.execute(statement).mappings())
