"""Roles, database, extension and rights: what precedes the migrations, done once by a privileged log-in."""

import psycopg2
from psycopg2 import sql
from sqlalchemy import Connection, NullPool, create_engine, text

from data import roles
from data.cluster import making, server
from data.cluster.place import Place
from data.faults import DatabaseFault
from data.identity import SYSTEM
from data.migrations import head, upgrade_to_head
from data.roles import APP_ROLE, OWNER_ROLE
from data.session import connect_args, external_url, faults

_ESTIMATED = ("text, text", "text, text, text", "text, text, text, boolean")


def embedded(place: Place) -> None:
    """Bring roles, database, rights and schema of the embedded server up to date."""
    with faults():
        if _is_current(place):
            return
        _make_database(place)
        made = create_engine(server.url(place, making.SUPERUSER), poolclass=NullPool)
        try:
            with made.connect() as connection:
                prepare(connection)
                upgrade_to_head(connection)
        finally:
            made.dispose()


def external() -> None:
    """Bring rights and schema of the database of ``LANDSTOCK_DATABASE_URL`` up to date.

    Raises
    ------
    DatabaseFault
        It can't be reached, or its user may not do what is needed.
    """
    made = create_engine(external_url(), poolclass=NullPool, connect_args=connect_args())
    try:
        with faults(), made.connect() as connection:
            if _revision(connection) != head():
                prepare(connection)
                upgrade_to_head(connection)
    finally:
        made.dispose()


def _is_current(place: Place) -> bool:
    """Say whether the schema is up to date; asks as the application, which needs no libraries of migrations."""
    try:
        connection = server.connect(place, APP_ROLE, server.DATABASE)
    except psycopg2.OperationalError:
        return False  # not made yet
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT version_num FROM alembic_version")
            return [row[0] for row in cursor.fetchall()] == [head()]
    except psycopg2.ProgrammingError:
        return False
    finally:
        connection.close()


def _revision(connection: Connection) -> str | None:
    with connection.begin():
        if connection.scalar(text("SELECT to_regclass('public.alembic_version')")) is None:
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def _make_database(place: Place) -> None:
    connection = server.connect(place, making.SUPERUSER, "postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (OWNER_ROLE,))
            if not cursor.rowcount:
                cursor.execute(f"CREATE ROLE {OWNER_ROLE} NOLOGIN NOINHERIT")
            roles.make_login(cursor, making.passwords(place)[APP_ROLE])
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", (server.DATABASE,))
            if not cursor.rowcount:
                name, owner = sql.Identifier(server.DATABASE), sql.Identifier(OWNER_ROLE)
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, owner))
    finally:
        connection.close()


def prepare(connection: Connection) -> None:
    """Make what is missing of roles, extension and rights in the database connected to.

    Raises
    ------
    DatabaseFault
        The user may not make them; the message holds the statements.
    """
    for statement in _missing(connection):
        try:
            with connection.begin():
                connection.execute(text(statement))
        except Exception as error:
            if not isinstance(getattr(error, "orig", None), psycopg2.errors.InsufficientPrivilege):
                raise
            raise DatabaseFault(
                f"The user of LANDSTOCK_DATABASE_URL may not prepare the database ({error.orig}). "  # type: ignore[attr-defined]
                f"An administrator of the server runs there: {'; '.join(_missing(connection))}; — then repeat "
                "`landstock db start`.",
                f"LANDSTOCK_DATABASE_URL 的用户无权准备数据库（{error.orig}）。"  # type: ignore[attr-defined]
                f"请服务器管理员在该库执行：{'; '.join(_missing(connection))}；然后重新执行 `landstock db start`。",
            ) from error


def _missing(connection: Connection) -> list[str]:
    """Return the statements that are still to be run, in order."""
    wanted = roles.missing(connection)
    with connection.begin():
        there = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
        postgis = connection.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'"))
        names = connection.execute(
            text("SELECT quote_ident(session_user), quote_ident(current_database()), "
                 "(SELECT rolsuper FROM pg_roles WHERE rolname = session_user), session_user")
        ).one()  # fmt: skip
        user, database, is_super, login = names
        if not postgis:
            wanted.append("CREATE EXTENSION postgis")
        wanted += _rights(connection, there, database)
        wanted += [
            f"GRANT {role} TO {user}"
            for role in (OWNER_ROLE, APP_ROLE)
            if login != role and not is_super and not _may(connection, role, there)
        ]
    return wanted + _revocations(connection)


def _may(connection: Connection, role: str, there: set[str]) -> bool:
    return role in there and bool(
        connection.scalar(text("SELECT pg_has_role(session_user, :role, 'MEMBER')"), {"role": role})
    )


def _rights(connection: Connection, there: set[str], database: str) -> list[str]:
    """Return the grants on database and schema that are missing."""
    asked = text(
        "SELECT has_database_privilege(:owner, current_database(), 'CREATE'), "
        "has_schema_privilege(:owner, 'public', 'CREATE')"
    )
    on_database, on_schema = (
        connection.execute(asked, {"owner": OWNER_ROLE}).one() if OWNER_ROLE in there else (False, False)
    )
    granted = [] if on_database else [f"GRANT CREATE ON DATABASE {database} TO {OWNER_ROLE}"]
    return granted + ([] if on_schema else [f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER_ROLE}"])


def _revocations(connection: Connection) -> list[str]:
    """Return the statements that close ``ST_EstimatedExtent`` to all, and let the program name points of the log.

    That function ignores rights on rows. Only a superuser can; on a server
    that is not ours its administrator decides, and ``doctor`` says so.
    """
    with connection.begin():
        is_super = connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = session_user"))
    if not is_super:
        return []
    return [
        *(f"REVOKE EXECUTE ON FUNCTION st_estimatedextent({kind}) FROM PUBLIC" for kind in _ESTIMATED),
        # Whether boxes overlap tells nothing of hidden rows, so a committee's tiles may be looked up by place first.
        "ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF",
        f"GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO {roles.role_of(SYSTEM)}",
    ]
