"""Changes of the schema, in order; the only way in which tables come to be."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

FOLDER = Path(__file__).resolve().parent
_LOCK = 0x6C616E64  # any number that no other advisory lock of the program uses


@cache
def head() -> str:
    """Return the newest revision, which is the number its file name starts with."""
    numbers = [
        m.group(1) for f in (FOLDER / "versions").iterdir() if (m := re.match(r"(\d{4})_.*\.py$", f.name))
    ]
    return max(numbers)


def upgrade_to_head(connection: Connection) -> None:
    """Bring the schema up to date, as its owner, one process at a time.

    The connection's user must be able to become ``landstock_owner``.
    """
    migrate(connection, "head")


def migrate(connection: Connection, revision: str) -> None:
    """Bring the schema to a revision, upwards or downwards (``base``: nothing is left)."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    with connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        connection.execute(text("SET LOCAL ROLE landstock_owner"))
        if revision == "head":
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)


def compare(connection: Connection) -> list[object]:
    """Return the differences between the database and the models; none are expected."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from data.models import Base

    with connection.begin():
        migrations = MigrationContext.configure(connection, opts=dict(OPTIONS))
        return list(compare_metadata(migrations, Base.metadata))


def _ours(found: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Say whether a thing of the database is ours, not one of PostGIS."""
    return not (kind == "table" and reflected and compare_to is None and name == "spatial_ref_sys")


def _our_schema(name: str | None, kind: str, _: object) -> bool:
    return kind != "schema" or name in {None, "public", "staging"}


OPTIONS: dict[str, Any] = {  # how Alembic looks at the database
    "include_schemas": True,
    "include_object": _ours,
    "include_name": _our_schema,
    "compare_type": True,
    "compare_server_default": True,
}
