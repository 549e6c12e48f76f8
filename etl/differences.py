"""What a delivery changes against what is published: new, gone, moved, reshaped, changed; split and merged."""

from sqlalchemy import Connection

from etl.options import ImportOptions
from etl.work import Work


def record(connection: Connection, delivery_id: int, works: list[Work], options: ImportOptions) -> None:
    """Write down the differences of the staged rows from the published ones."""
