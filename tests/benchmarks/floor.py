"""What the database alone takes: ready rows go by one COPY into a table like the layer, which then gets its indexes.

No import that publishes in one transaction can be faster, whatever its own
part costs: there is no reading, no check and no staging in this.
"""

import time
from pathlib import Path
from typing import Any

LAYER, TABLE = "parcel", "parcel_floor"


def floor(connection: Any, folder: Path) -> dict[str, float]:
    """Return the seconds of COPY and of the indexes for the rows that are published in a database.

    Parameters
    ----------
    connection
        A driver's connection of the superuser to the database; nothing stays in it.
    folder
        Where the rows are written to meanwhile.
    """
    file = folder / "rows.bin"
    with connection.cursor() as cursor:
        with file.open("wb") as out:
            cursor.copy_expert(f"COPY (SELECT * FROM {LAYER}) TO STDOUT (FORMAT binary)", out)
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE {LAYER} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s", [LAYER]
        )
        indexes = [row[0] for row in cursor.fetchall()]
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        begun = time.perf_counter()
        with file.open("rb") as rows:
            cursor.copy_expert(f"COPY {TABLE} FROM STDIN (FORMAT binary)", rows, 1 << 20)
        copied = time.perf_counter()
        for definition in indexes:
            name, on = f"INDEX {TABLE}_", f" ON public.{TABLE} "
            cursor.execute(definition.replace("INDEX ", name, 1).replace(f" ON public.{LAYER} ", on))
        done = time.perf_counter()
    connection.rollback()
    file.unlink()
    return {"copy": copied - begun, "indexes": done - copied}
