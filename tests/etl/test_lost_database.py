"""The database killed, restarted or out of reach while an import runs; requests end in time."""

import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from data import cluster
from data.cluster import process, server
from data.cluster.place import PORT, Place, place
from data.faults import DatabaseFault
from data.session import forget, transaction
from tests.etl import interrupting as h


@pytest.fixture(autouse=True)
def _no_import_is_left() -> Iterator[None]:
    yield
    h.end_all()


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Start a database server that only this test has, and may kill."""
    home = Path(tempfile.mkdtemp(prefix="landstock-lost-")).resolve()
    home.chmod(0o755)
    monkeypatch.setenv("LANDSTOCK_HOME", str(home))
    monkeypatch.delenv("LANDSTOCK_DATABASE_URL", raising=False)
    forget()
    cluster.start()
    found = place()
    yield found
    h.end_all()
    forget()
    if process.server_pid(found):
        server.halt(found, mode="immediate")
    for path in (found.socket_folder, found.root, home):
        shutil.rmtree(path, ignore_errors=True)
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize("how", ["killed", pytest.param("restarted", marks=pytest.mark.slow)])
def test_the_server_goes_away_in_the_middle_of_a_copy(how: str, own_server: Place, tmp_path: Path) -> None:
    first = h.start(h.delivery(tmp_path / "first", 10)).done()
    assert first.result["published"]
    connection = server.connect(own_server, "postgres", server.DATABASE)
    h.pause_at(connection, "staging.parcel", h.ROWS // 2)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({h.PAUSE})")
        going = h.start(h.delivery(tmp_path / "second"))
        h.until(lambda: h.waiting(cursor))
    if how == "killed":
        os.kill(process.server_pid(own_server) or 0, signal.SIGKILL)
    else:
        server.halt(own_server)
    number = going.job_id
    connection.close()
    forget()
    cluster.start()
    assert (going.failed().code, going.failed().exit_code) == ("database", 3)
    found = h.job(number)  # written down once the server was there again
    assert (found.state, found.error["code"]) == ("FAILED", "database")
    assert h.count("parcel") == 10 and h.count("publication") == 1  # the old state is served
    assert h.count("staging.parcel") == 0 and h.work_folders() == []
    assert h.repeat(number).result["published"]
    assert h.count("parcel WHERE upper_inf(known)") == h.ROWS


class Proxy:
    """Stands between the program and the server: passes on, cuts off, or swallows all that is sent."""

    def __init__(self, target: Path) -> None:
        self.target, self.swallowing, self.pairs = target, False, []
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen(20)
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listening.accept()
            except OSError:
                return
            theirs = socket.socket(socket.AF_UNIX)
            theirs.connect(str(self.target))
            self.pairs.append((ours, theirs))
            for one, other in ((ours, theirs), (theirs, ours)):
                threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while block := one.recv(1 << 16):
                if not self.swallowing:
                    other.sendall(block)
        except OSError:
            return
        finally:
            if not self.swallowing:
                self._shut(other)

    @staticmethod
    def _shut(one: socket.socket) -> None:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def cut(self) -> None:
        """End all connections."""
        for pair in self.pairs:
            for one in pair:
                self._shut(one)

    def close(self) -> None:
        self.swallowing = False
        self.cut()
        self._listening.close()
        for pair in self.pairs:
            for one in pair:
                one.close()


@pytest.fixture
def proxy(server_place: Place, empty_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Put a proxy before this test's database."""
    between = Proxy(server_place.socket_folder / f".s.PGSQL.{PORT}")
    given = make_url(empty_database).set(host="127.0.0.1", port=between.port, query={})
    monkeypatch.setenv("LANDSTOCK_DATABASE_URL", given.render_as_string(hide_password=False))
    forget()
    yield between
    h.end_all()
    between.close()
    monkeypatch.undo()
    forget()


def test_a_connection_that_breaks_off(proxy: Proxy, server_place: Place, tmp_path: Path) -> None:
    name = os.environ["LANDSTOCK_DATABASE_URL"].rpartition("/")[2]
    connection = server.connect(server_place, "postgres", name)
    with h.held_up(connection, "LOCK TABLE correction IN ACCESS EXCLUSIVE MODE"):
        going = h.start(h.delivery(tmp_path / "d"))
        h.until(lambda: h.job(going.job_id).stage == "check")
        proxy.cut()
        assert going.failed().exit_code == 3
    assert h.job(going.job_id).state == "FAILED"
    with connection.cursor() as cursor:
        h.until(lambda: h.alone(cursor))
    connection.close()
    assert h.count("parcel") == h.count("staging.parcel") == h.count("delivery") == 0
    assert h.repeat(going.job_id).result["published"]


def test_a_network_that_swallows_everything_does_not_hang_a_request(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data import deadline, session

    monkeypatch.setenv("LANDSTOCK_CONNECT_TIMEOUT_S", "2")
    monkeypatch.setattr(session, "GRACE_S", 0.5)
    forget()
    with transaction(timeout_s=1) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    begun = time.monotonic()
    with pytest.raises(DatabaseFault), transaction(timeout_s=1) as connection:
        proxy.swallowing = True
        connection.scalar(text("SELECT 2"))  # no answer ever comes, nor the server's own end of the statement
    with pytest.raises(DatabaseFault), transaction(timeout_s=1) as connection:
        raise AssertionError("a connection was handed out that does not answer")
    # 1.5 s for the statement; then the pool's other connections and a new one, 2 s each.
    assert time.monotonic() - begun < 20
    assert deadline.GRACE_S > 0
    proxy.swallowing = False
    proxy.cut()
    with transaction(timeout_s=5) as connection:  # once the network is back, all goes on
        assert connection.scalar(text("SELECT 3")) == 3
