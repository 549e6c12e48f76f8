"""The roles of PostgreSQL: one that connects and may nothing, one for each kind of person, one for the program."""

from psycopg2.extensions import cursor as Cursor
from sqlalchemy import Connection, text

from data.identity import ROLES, SYSTEM

APP_ROLE = "landstock_app"
"""Connects, and takes another role in each transaction; by itself it reads nothing."""
OWNER_ROLE = "landstock_owner"


def role_of(kind: str) -> str:
    """Return the role of PostgreSQL for a kind of actor."""
    return f"landstock_{kind}"


KINDS = tuple(role_of(kind) for kind in ROLES)


def missing(connection: Connection) -> list[str]:
    """Return the statements that are still to be run so that all roles are there, in order.

    The role of the program passes row security by, since COPY into a table with row security is refused to
    everybody else; persons never have it.
    """
    asked = text("SELECT rolname, rolinherit, rolbypassrls FROM pg_roles WHERE rolname = ANY(:names)")
    names = [OWNER_ROLE, APP_ROLE, *KINDS]
    with connection.begin():
        there = {row.rolname: row for row in connection.execute(asked, {"names": names})}
        members = text("SELECT pg_has_role(:role, :of, 'MEMBER')")
        held = {
            kind
            for kind in KINDS
            if {APP_ROLE, kind} <= there.keys() and connection.scalar(members, {"role": APP_ROLE, "of": kind})
        }
    app, system = there.get(APP_ROLE), there.get(role_of(SYSTEM))
    wanted = [f"CREATE ROLE {name} NOLOGIN NOINHERIT" for name in names if name not in there]
    if app is not None and app.rolinherit:
        wanted.append(f"ALTER ROLE {APP_ROLE} NOINHERIT")
    if system is None or not system.rolbypassrls:
        wanted.append(f"ALTER ROLE {role_of(SYSTEM)} BYPASSRLS")
    return wanted + [f"GRANT {kind} TO {APP_ROLE}" for kind in KINDS if kind not in held]


def make_login(cursor: Cursor, password: str) -> None:
    """Make the role that connects to the embedded server."""
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (APP_ROLE,))
    if not cursor.rowcount:
        cursor.execute(f"CREATE ROLE {APP_ROLE} NOLOGIN NOINHERIT")
    cursor.execute(f"ALTER ROLE {APP_ROLE} LOGIN NOSUPERUSER PASSWORD %s", (password,))
