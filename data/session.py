"""The engine and its transactions.

Every connection is the application's role, which may nothing by itself; each transaction takes the role of whoever
acts (:mod:`data.identity`) and gives it back at its end, so that a connection of the pool carries nobody's rights.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

import psycopg2
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError

from data.cluster import server
from data.cluster.place import place
from data.deadline import GRACE_S, answers_within
from data.faults import DatabaseFault, fault_of
from data.identity import SYSTEM, actor
from data.roles import APP_ROLE, role_of
from data.settings import settings
from gis.errors import EnvironmentFault

LOOKS_IN = {"planner": {"search_path": "planner, public"}}
"""A planner finds views without prices before the tables (migration 0019)."""
_NOTICES_ABSENCE = (
    150000  # a server from 15 on sees during a statement that its client is gone, on all systems
)


@cache
def engine() -> Engine:
    """Return the engine of the application, made on first use.

    Raises
    ------
    EnvironmentFault
        On first use of a connection: the database can't be reached.
    """
    made = create_engine(
        url(),
        pool_size=settings().pool_size,
        max_overflow=settings().pool_size,
        connect_args=connect_args(),
    )
    event.listen(made, "connect", _become_application)
    event.listen(made, "checkout", _require_answer)
    event.listen(made, "handle_error", _say_what_to_do)
    event.listen(made, "begin", _become_actor)
    return made


def connect_args() -> dict[str, Any]:
    """Return the driver's options: no connection waits for ever, not even on a dead network."""
    wait = settings().connect_timeout_s
    return {
        "connect_timeout": wait,
        "application_name": "landstock",
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25_000,
    }


def url() -> URL:
    """Return the address of the database, as the application's role where it is the embedded one."""
    if settings().database_url is None:
        found = place()
        if not found.exists:
            raise DatabaseFault(
                f"There is no database in {found.root} yet. Run `landstock db start`, which makes it.",
                f"{found.root} 中还没有数据库。请执行 `landstock db start` 建立。",
            )
        return server.url(found, APP_ROLE)
    return external_url()


def external_url() -> URL:
    """Return ``LANDSTOCK_DATABASE_URL`` with our driver and the password of the password file.

    Raises
    ------
    DatabaseFault
        It is not the address of a PostgreSQL database.
    """
    given = settings().database_url or ""
    try:
        found = make_url(given.replace("postgres://", "postgresql://", 1))
    except Exception as error:  # SQLAlchemy raises several kinds for what is no address
        raise _no_address() from error
    if found.get_backend_name() != "postgresql" or not found.database:
        raise _no_address()
    file = settings().database_password_file
    if file:
        try:
            found = found.set(password=file.read_text(encoding="utf-8").strip())
        except OSError as error:
            raise DatabaseFault(
                f"LANDSTOCK_DATABASE_PASSWORD_FILE can't be read: {error}. Name a file that this account may read.",
                f"LANDSTOCK_DATABASE_PASSWORD_FILE 无法读取：{error}。请指定本账户可读的文件。",
            ) from error
    return found.set(drivername="postgresql+psycopg2")


def _no_address() -> DatabaseFault:
    return DatabaseFault(
        "LANDSTOCK_DATABASE_URL is not the address of a PostgreSQL database; postgresql://USER@HOST:5432/NAME is "
        "expected. Correct it, or unset it to use the embedded database.",
        "LANDSTOCK_DATABASE_URL 不是 PostgreSQL 数据库地址，应形如 postgresql://USER@HOST:5432/NAME。"
        "请更正；如使用内置数据库，请取消该设置。",
    )


def _become_application(connection: Any, _: Any) -> None:
    """Take the application's role where the log-in is another, and refuse to work as a superuser."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] != APP_ROLE:
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (APP_ROLE,))
            if cursor.rowcount == 0:
                raise DatabaseFault(
                    f"The database has no role {APP_ROLE}: it was not prepared. Run `landstock db start`.",
                    f"数据库中没有角色 {APP_ROLE}，尚未准备。请执行 `landstock db start`。",
                )
            cursor.execute(f"SET ROLE {APP_ROLE}")
        cursor.execute("SELECT current_setting('is_superuser')")
        if cursor.fetchone()[0] == "on":
            raise DatabaseFault(
                f"The role {APP_ROLE} is a superuser; the application must not be one. Run: ALTER ROLE {APP_ROLE} "
                "NOSUPERUSER.",
                f"角色 {APP_ROLE} 是超级用户，程序不得以超级用户运行。请执行：ALTER ROLE {APP_ROLE} NOSUPERUSER。",
            )
        if connection.server_version >= _NOTICES_ABSENCE:
            cursor.execute("SET client_connection_check_interval = '2s'")
    connection.commit()


def _become_actor(connection: Connection) -> None:
    """Take the role of whoever acts until the transaction ends; nobody acting is a mistake of the program.

    Where every statement is a transaction of its own nothing is taken, so that it reads nothing.
    """
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    who = actor()
    account = "" if who.account_id is None else str(who.account_id)
    told = {"landstock.person": who.name, "landstock.parks": ";".join(who.parks), "landstock.account": account,
            "landstock.request": who.request} | LOOKS_IN.get(who.role, {})  # fmt: skip
    settings_ = ", ".join(f"set_config('{name}', %s, true)" for name in told)
    connection.connection.cursor().execute(
        f"SET LOCAL ROLE {role_of(who.role)}; SELECT {settings_}", tuple(told.values())
    )


def _require_answer(driver: Any, record: Any, proxy: Any) -> None:
    """Ask a connection of the pool whether it still lives, with an end to the waiting; a dead one is replaced."""
    if "used" not in record.info:
        record.info["used"] = True  # made just now
        return
    try:
        with answers_within(driver, settings().connect_timeout_s), driver.cursor() as cursor:
            cursor.execute("SELECT 1")
        driver.rollback()
    except psycopg2.Error as error:
        raise DisconnectionError(str(error)) from error


def _say_what_to_do(context: ExceptionContext) -> None:
    fault = fault_of(context.original_exception)
    if fault is not None:
        raise fault from context.original_exception


@contextmanager
def transaction(timeout_s: float | None = None) -> Iterator[Connection]:
    """Hand out a connection in one transaction: committed at the end, rolled back on any error.

    Parameters
    ----------
    timeout_s
        Seconds that one statement, and all of the transaction, may take;
        without it they may take as long as they need. Requests give
        ``settings().request_timeout_s``.

    Raises
    ------
    EnvironmentFault
        The database can't be reached, its disk is full, or time is up.
    """
    with faults(), engine().begin() as connection, ExitStack() as held:
        if timeout_s is not None:
            driver = connection.connection.driver_connection
            held.enter_context(answers_within(driver, timeout_s + GRACE_S))
            milliseconds = str(max(1, round(timeout_s * 1000)))
            connection.execute(
                text("SELECT set_config('statement_timeout', :ms, true)"), {"ms": milliseconds}
            )
        yield connection


@contextmanager
def apart() -> Iterator[Connection]:
    """Hand out a connection of its own, outside the pool, whose statements are committed one by one.

    For locks that last as long as the session and for what others are to see
    while a transaction is open. It has the rights of the program, and is closed at the end, never reused.
    """
    with faults(), engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()
        connection.execute(text(f"SET ROLE {role_of(SYSTEM)}"))
        yield connection


@contextmanager
def faults() -> Iterator[None]:
    """Turn errors of the environment inside the block into faults that say what to do.

    COPY on the driver's own cursor reports a dead server as ``SystemError``
    around the true error; that is looked through as well.
    """
    try:
        yield
    except EnvironmentFault:
        raise
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        raise fault from error


def reachable() -> bool:
    """Say whether the database answers."""
    try:
        with transaction() as connection:
            connection.execute(text("SELECT 1"))
    except (EnvironmentFault, psycopg2.Error):
        return False
    return True


def forget() -> None:
    """Close all connections and read the settings anew on next use."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
    settings.cache_clear()
