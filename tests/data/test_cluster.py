"""The embedded server: made once, started again after any end, never open to anybody else."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from data import cluster
from data.cluster import process, programs, server
from data.cluster.place import UnusableFolder, place, prepare_socket_folder
from data.doctor import checks
from data.session import engine, forget, transaction

TOP = Path(__file__).resolve().parents[2]
INSERT = text(
    "INSERT INTO delivery (received_by, paths, content_sha256, status) VALUES (:who, '{}', '', 'STAGED') RETURNING 1"
)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Hand out a function that makes a folder the data folder until the test ends."""

    def enter(home: Path) -> None:
        monkeypatch.setenv("LANDSTOCK_HOME", str(home))
        monkeypatch.delenv("LANDSTOCK_DATABASE_URL", raising=False)
        forget()

    yield enter
    monkeypatch.undo()
    forget()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Hand out a data folder that the server's account can reach, with a server that is stopped at the end."""
    home = Path(tempfile.mkdtemp(prefix="landstock-cluster-")).resolve()
    home.chmod(0o755)
    yield home
    _clear(home)


def _clear(home: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDSTOCK_HOME", str(home))
        patch.delenv("LANDSTOCK_DATABASE_URL", raising=False)
        forget()
        found = place()
        if process.server_pid(found):
            server.halt(found, mode="immediate")
        for path in (found.socket_folder, found.root, home):
            shutil.rmtree(path, ignore_errors=True)
    forget()


@pytest.fixture
def home(folder: Path, at: Callable[[Path], None]) -> Path:
    """Return the data folder of this file's server, which runs."""
    at(folder)
    cluster.start()
    return folder


def _deliveries() -> int:
    with transaction() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM delivery")) or 0)


def test_a_second_start_finds_the_server_running(home: Path) -> None:
    before = cluster.status()
    assert before.running and before.exists and before.folder == home / "database"
    assert cluster.start() == before


def test_a_stop_and_a_start_keep_what_is_there(home: Path) -> None:
    with transaction() as connection:
        connection.execute(INSERT, {"who": "stop"})
    kept = _deliveries()
    forget()
    assert cluster.stop() is True
    assert cluster.stop() is False
    assert cluster.status().running is False
    cluster.start()
    assert _deliveries() == kept


def test_a_killed_server_starts_again_with_its_rows(home: Path) -> None:
    with transaction() as connection:
        connection.execute(INSERT, {"who": "kill"})
    kept, pid = _deliveries(), cluster.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    forget()
    after = cluster.start()
    assert after.running and after.pid != pid
    assert _deliveries() == kept


def test_a_pid_file_that_names_another_process_is_no_server(home: Path) -> None:
    # After a restart of the machine the number may be anybody's: here it is that of this test.
    found = place()
    lines = found.pid_file.read_text().splitlines()
    forget()
    cluster.stop()
    found.pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    lock = found.socket_folder / ".s.PGSQL.5432.lock"
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert process.server_pid(found) is None
    assert cluster.status().running is False
    assert cluster.start().running


def test_a_server_whose_socket_was_cleared_away_is_started_again(home: Path) -> None:
    # Programs that clean the folder of temporary files do this.
    before, kept = cluster.status().pid, _deliveries()
    forget()
    shutil.rmtree(place().socket_folder)
    assert cluster.status().running is False
    after = cluster.start()
    assert after.running and after.pid != before
    assert _deliveries() == kept


def test_the_application_is_no_superuser(home: Path) -> None:
    asked = text(
        "SELECT session_user, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolinherit "
        "FROM pg_roles WHERE rolname = session_user"
    )
    with transaction() as connection:
        assert connection.execute(asked).one() == ("landstock_app", *[False] * 5)


def test_the_server_is_set_as_decided(home: Path) -> None:
    expected = {
        "listen_addresses": "",
        "jit": "off",
        # Of `on` the server says pglz.
        "wal_compression": "lz4" if programs.has_lz4(server.tools_for(place())) else "pglz",
        "data_checksums": "on",
        "password_encryption": "scram-sha-256",
        "fsync": "on",
    }
    with transaction() as connection:
        asked = text("SELECT name, setting FROM pg_settings WHERE name = ANY (:names)")
        found = {row[0]: row[1] for row in connection.execute(asked, {"names": list(expected)})}
    assert found == expected


def test_nobody_else_reads_passwords_or_reaches_the_socket(home: Path) -> None:
    found = place()
    assert stat.S_IMODE(found.secrets.stat().st_mode) == 0o600
    assert stat.S_IMODE(found.root.stat().st_mode) == 0o700
    assert stat.S_IMODE(found.socket_folder.stat().st_mode) == 0o700
    # The system takes 107 bytes for the path of a socket, however deep the data folder lies.
    assert len(os.fsencode(found.socket_folder / ".s.PGSQL.5432")) <= 107


def test_a_wrong_password_is_refused(home: Path) -> None:
    address = engine().url.set(password="guessed")
    from sqlalchemy import create_engine
    from sqlalchemy.exc import OperationalError

    with pytest.raises(OperationalError, match="password authentication failed"):
        create_engine(address).connect()


def test_data_of_another_version_are_refused(home: Path) -> None:
    forget()
    cluster.stop()
    version = place().data / "PG_VERSION"
    kept = version.read_text()
    version.write_text("9.6\n")
    try:
        with pytest.raises(server.OtherVersion, match="are of PostgreSQL 9") as refused:
            cluster.start()
        assert refused.value.exit_code == 3
        assert "landstock db backup" in str(refused.value)
    finally:
        version.write_text(kept)


def test_a_socket_folder_of_somebody_else_is_refused(home: Path) -> None:
    forget()
    cluster.stop()
    sockets = place().socket_folder
    sockets.chmod(0o777)
    with pytest.raises(UnusableFolder, match="not a private folder"):
        prepare_socket_folder(place())
    sockets.chmod(0o700)


def test_two_first_starts_at_once_make_one_database(at: Callable[[Path], None]) -> None:
    home = Path(tempfile.mkdtemp(prefix="landstock-cluster-")).resolve()
    home.chmod(0o755)
    (home / "database.making-killed").mkdir()  # what a killed first start leaves
    at(home)
    try:
        environment = dict(os.environ, PYTHONPATH=str(TOP))
        command = [sys.executable, "-P", "-c", "from data.cluster import start; print(start().pid)"]
        both = [
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)
        ]
        said = [one.communicate(timeout=120)[0].strip() for one in both]
        assert [one.returncode for one in both] == [0, 0]
        assert said[0] == said[1] == str(cluster.status().pid)
        assert sorted(p.name for p in home.iterdir()) == ["database", "locks"]
    finally:
        _clear(home)


def test_a_folder_that_the_server_cannot_reach(tmp_path: Path, at: Callable[[Path], None]) -> None:
    tmp_path.chmod(0o700)
    home = tmp_path / "var"
    at(home)
    try:
        after = cluster.start()
        assert after.running
        noted = [check for check in checks() if check["name"] == "database-folder"]
        if os.geteuid() == 0:  # the server runs as another account
            assert (
                after.moved and after.folder is not None and after.folder.parent == Path("/var/lib/landstock")
            )
            assert str(after.folder) in str(noted[0]["found"])
        else:
            assert not after.moved and noted == []
    finally:
        _clear(home)


@pytest.mark.parametrize(
    ("major", "said", "has"),
    [
        (15, "'--with-icu' '--with-lz4'", True),
        (15, "'--with-icu'", False),
        (14, "'--with-lz4'", False),
        (15, None, False),
    ],
)
def test_the_log_is_compressed_by_lz4_where_the_server_can(
    tmp_path: Path, major: int, said: str | None, has: bool
) -> None:
    if said is not None:
        told = tmp_path / "pg_config"
        told.write_text(f'#!/bin/sh\necho "{said}"\n', encoding="utf-8")
        told.chmod(0o755)
    assert programs.has_lz4(programs.Programs(tmp_path, major)) is has
