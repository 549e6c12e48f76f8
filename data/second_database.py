"""A second database beside the one in use: made, looked into, put in its place."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2 import sql
from sqlalchemy import NullPool, create_engine, make_url, text

from data import bootstrap
from data.cluster import making, server
from data.cluster.place import place
from data.faults import DatabaseFault
from data.migrations import upgrade_to_head
from data.roles import APP_ROLE, OWNER_ROLE
from data.session import external_url, faults, forget
from data.settings import settings


@contextmanager
def pointed(address: str) -> Iterator[None]:
    """Make the engine of this process use another database while the block runs."""
    name = "LANDSTOCK_DATABASE_URL"
    before = os.environ.get(name)
    os.environ[name] = address
    forget()
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
        forget()


def make(name: str) -> str:
    """Make a database with the schema of this version and no row; return its address as the application.

    Raises
    ------
    DatabaseFault
        The user of an external server may not make databases.
    """
    with faults():
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
            sql.Identifier(name), sql.Identifier(OWNER_ROLE)
        )
        try:
            _administer(statement)
        except psycopg2.errors.InsufficientPrivilege as error:
            raise DatabaseFault(
                "The user of LANDSTOCK_DATABASE_URL may not make a database. An administrator makes an empty one and "
                "runs `landstock db start` on it; then: landstock rebuild --check --into URL.",
                "LANDSTOCK_DATABASE_URL 的用户无权建立数据库。请管理员建立一个空库并对其执行 `landstock db start`；"
                "然后执行：landstock rebuild --check --into 数据库地址。",
            ) from error
        made = create_engine(_privileged(name), poolclass=NullPool)
        try:
            with made.connect() as connection:
                bootstrap.prepare(connection)
                upgrade_to_head(connection)
        finally:
            made.dispose()
    return _as_application(name)


def clear(name: str, tables: Sequence[str]) -> None:
    """Empty tables of a database that :func:`make` made, which the application itself may not.

    Their triggers rest until :func:`settle`, so that what is copied into them is not logged as new.
    """
    _as_owner(
        name,
        [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
        + [f"TRUNCATE {', '.join(tables)} CASCADE"],
    )


def settle(name: str, tables: Sequence[str]) -> None:
    """Let the triggers of tables work again that :func:`clear` emptied."""
    _as_owner(name, [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables])


def _as_owner(name: str, statements: Sequence[str]) -> None:
    made = create_engine(_privileged(name), poolclass=NullPool)
    try:
        with faults(), made.begin() as connection:
            connection.execute(text(f"SET LOCAL ROLE {OWNER_ROLE}"))
            for statement in statements:
                connection.execute(text(statement))
    finally:
        made.dispose()


def drop(name: str) -> None:
    """Remove a database that :func:`make` made."""
    _administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def replace(current: str, new: str, kept_as: str) -> None:
    """Put a database in the place of the one in use, which stays under another name.

    Connections to both are closed; programs that are running connect anew.
    """
    forget()
    for name in (current, new):
        _administer(
            sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(
                sql.Literal(name)
            )
        )
    for old, named in ((current, kept_as), (new, current)):
        _administer(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(named))
        )


def in_use() -> str:
    """Return the name of the database in use."""
    return server.DATABASE if settings().database_url is None else str(external_url().database)


def _as_application(name: str) -> str:
    address = (
        server.url(place(), APP_ROLE, name)
        if settings().database_url is None
        else external_url().set(database=name)
    )
    return address.render_as_string(hide_password=False)


def _privileged(name: str) -> Any:
    if settings().database_url is None:
        return server.url(place(), making.SUPERUSER, name)
    return external_url().set(database=name)


def _administer(statement: sql.Composable) -> None:
    """Run one statement about databases, outside any transaction, from a third one."""
    address = make_url(_privileged("postgres"))
    connection = psycopg2.connect(
        host=address.query.get("host") or address.host, port=address.query.get("port") or address.port,
        user=address.username, password=address.password, dbname="postgres", connect_timeout=10,
    )  # fmt: skip
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
