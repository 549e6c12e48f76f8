"""How Alembic runs the migrations: on the connection it is given, in the transaction that is open."""

from alembic import context
from sqlalchemy import Connection

from data.migrations import OPTIONS
from data.models import Base


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, **OPTIONS)
    context.run_migrations()


def _connect_and_run() -> None:
    """Serve the ``alembic`` command, for those who write a migration."""
    from sqlalchemy import create_engine, text

    from data.cluster import making, server
    from data.cluster.place import place
    from data.session import external_url
    from data.settings import settings

    address = external_url() if settings().database_url else server.url(place(), making.SUPERUSER)
    with create_engine(address).begin() as connection:
        connection.execute(text("SET LOCAL ROLE landstock_owner"))
        _run(connection)


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    _connect_and_run()
