"""Faults of the environment say what to do; an external database goes the same way as the embedded one."""

import errno
import io
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg2 import sql
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError

from data import cluster
from data.cluster import making, server
from data.cluster.place import Place
from data.faults import DatabaseFault, DiskFull, StatementTimeout, fault_of
from data.locks import AlreadyRunning, exclusive
from data.session import engine, forget, transaction
from data.settings import Settings, settings
from gis.errors import EnvironmentFault


@pytest.fixture
def point(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Hand out a function that sets the address of the database until the test ends."""

    def to(address: str) -> None:
        monkeypatch.setenv("LANDSTOCK_DATABASE_URL", address)
        forget()

    yield to
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "can't be reached"),  # nothing listens on port 1
        ("mysql://somebody@127.0.0.1/some", "not the address of a PostgreSQL database"),
        ("no address at all", "not the address of a PostgreSQL database"),
        ("postgresql://127.0.0.1:1", "not the address of a PostgreSQL database"),  # names no database
    ],
)
def test_a_database_out_of_reach(point: Callable[[str], None], address: str, said: str) -> None:
    point(address)
    for step in (lambda: transaction().__enter__(), cluster.start):
        with pytest.raises(EnvironmentFault, match=said) as fault:
            step()
        assert fault.value.exit_code == 3
        assert "LANDSTOCK_DATABASE_URL" in str(fault.value)


def test_before_the_first_start_the_message_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("LANDSTOCK_HOME", str(tmp_path))
        patch.delenv("LANDSTOCK_DATABASE_URL", raising=False)
        forget()
        with pytest.raises(DatabaseFault, match="landstock db start"):
            engine()
    forget()


def _raise(state: str) -> None:
    with transaction() as connection:
        connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ("53100", DiskFull),  # disk_full
        ("57014", StatementTimeout),  # query_canceled
        ("57P01", DatabaseFault),  # admin_shutdown
        ("53300", DatabaseFault),  # too_many_connections
        ("58030", DatabaseFault),  # io_error
    ],
)
def test_states_of_the_server_become_faults(state: str, fault: type[EnvironmentFault]) -> None:
    with pytest.raises(fault) as raised:
        _raise(state)
    assert raised.value.exit_code == 3


@pytest.mark.usefixtures("database")
def test_a_mistake_in_a_row_is_no_fault_of_the_environment() -> None:
    with pytest.raises(IntegrityError):
        _raise("23505")  # unique_violation


@pytest.mark.usefixtures("database")
def test_a_statement_has_a_deadline_if_asked_for() -> None:
    with pytest.raises(StatementTimeout), transaction(timeout_s=0.05) as connection:
        connection.execute(text("SELECT pg_sleep(20)"))
    with transaction() as connection:  # the deadline ended with its transaction
        assert connection.scalar(text("SHOW statement_timeout")) == "0"


class _Killing(io.StringIO):
    """Rows for COPY; reading them ends the connection that reads."""

    def __init__(self, pid: int) -> None:
        super().__init__("1\n" * 1000)
        self.pid = pid

    def read(self, size: int | None = -1) -> str:
        with transaction() as other:
            other.execute(
                text("SET LOCAL ROLE landstock_app")
            )  # only the role that connects may end its sessions
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": self.pid})
        return super().read(size)


@pytest.mark.usefixtures("database")
def test_a_server_that_dies_during_copy() -> None:
    with pytest.raises(DatabaseFault), transaction() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE copied (n integer)"))
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        assert isinstance(pid, int)
        cursor = connection.connection.cursor()
        cursor.copy_expert("COPY copied FROM STDIN", _Killing(pid))


def test_what_wraps_a_fault_is_looked_through() -> None:
    wrapped = SystemError("returned a result with an exception set")
    wrapped.__cause__ = OSError(errno.ENOSPC, "No space left on device", "rows.tmp")
    assert isinstance(fault_of(wrapped), DiskFull)
    assert fault_of(ValueError("a mistake")) is None
    assert fault_of(OSError(errno.ENOENT, "No such file")) is None


@pytest.fixture
def external(server_place: Place) -> Iterator[tuple[str, str, Callable[[str], None]]]:
    """Hand out the address of a database without a schema, its owner, and a way to run statements as administrator."""
    name = f"external_{uuid.uuid4().hex[:8]}"
    connection = server.connect(server_place, making.SUPERUSER, "postgres")
    connection.autocommit = True
    cursor = connection.cursor()
    identity = sql.Identifier(name)
    cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'secret'").format(identity))
    cursor.execute(sql.SQL("CREATE DATABASE {0} OWNER {0} TEMPLATE template0").format(identity))
    address = server.url(server_place, making.SUPERUSER, name).set(username=name, password="secret")

    def administer(statement: str) -> None:
        inside = server.connect(server_place, making.SUPERUSER, name)
        with inside, inside.cursor() as inner:
            inner.execute(statement)
        inside.close()

    yield address.render_as_string(hide_password=False), name, administer
    forget()
    cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identity))
    cursor.execute(sql.SQL("DROP ROLE {}").format(identity))
    connection.close()


def test_a_user_that_may_not_prepare_is_told_what_the_administrator_runs(
    external: tuple[str, str, Callable[[str], None]], point: Callable[[str], None]
) -> None:
    address, name, administer = external
    point(address)
    with pytest.raises(DatabaseFault) as fault:
        cluster.start()
    assert fault.value.exit_code == 3
    statements = str(fault.value).split("runs there: ")[1].split(" — then")[0]
    assert "CREATE EXTENSION postgis" in statements and f"GRANT landstock_owner TO {name}" in statements
    administer(statements)  # what the message says is enough
    cluster.start()
    with transaction() as connection:
        assert connection.execute(text("SELECT current_user, session_user")).one() == (
            "landstock_system",
            name,
        )
        assert connection.scalar(text("SELECT count(*) FROM parcel")) == 0
    cluster.start()  # a second time there is nothing to do


def test_a_database_that_nobody_prepared(
    external: tuple[str, str, Callable[[str], None]], point: Callable[[str], None]
) -> None:
    point(external[0])
    with pytest.raises(DatabaseFault, match="landstock db start"), transaction() as connection:
        connection.execute(text("SELECT count(*) FROM parcel"))


def test_a_password_may_lie_in_a_file(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = make_url(database)
    (tmp_path / "password").write_text(f"{given.password}\n")
    with monkeypatch.context() as patch:
        patch.setenv("LANDSTOCK_DATABASE_URL", given.set(password=None).render_as_string(hide_password=False))
        patch.setenv("LANDSTOCK_DATABASE_PASSWORD_FILE", str(tmp_path / "password"))
        forget()
        with transaction() as connection:
            assert connection.scalar(text("SELECT current_user")) == "landstock_system"
    forget()


def test_settings_are_fixed_and_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSTOCK_DATABASE_URL", "postgresql://user:kept-apart@127.0.0.1/name")
    found = Settings()
    assert "kept-apart" not in repr(found)
    with pytest.raises(ValueError, match="frozen"):
        found.lang = "en"  # type: ignore[misc]
    monkeypatch.setenv("LANDSTOCK_DATABASE_URL", "")  # empty counts as not set
    assert Settings().database_url is None


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    with exclusive("demo", folder=tmp_path):
        with (
            pytest.raises(AlreadyRunning, match="Another `demo`") as refused,
            exclusive("demo", folder=tmp_path),
        ):
            pass
        assert refused.value.exit_code == 1
    with exclusive("demo", folder=tmp_path):
        assert settings().home.exists()
