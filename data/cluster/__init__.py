"""The embedded PostGIS: a private server that the program starts and stops itself."""

from dataclasses import dataclass
from pathlib import Path

from data.cluster import making, programs, server
from data.cluster import process as processes
from data.cluster.place import Place, place
from data.locks import exclusive
from data.settings import settings

__all__ = ["Status", "ready", "start", "status", "stop"]

_WAIT_S = 180.0


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the database.

    ``kind`` is ``embedded`` or ``external``; for an external one only
    ``running`` is known. ``moved`` says that the data lie outside the data
    folder, as the server's account can't reach that.
    """

    kind: str
    running: bool
    exists: bool
    pid: int | None = None
    folder: Path | None = None
    account: str | None = None
    log: Path | None = None
    moved: bool = False


def start() -> Status:
    """Make, start and bring up to date the database; nothing happens where all that is done.

    With ``LANDSTOCK_DATABASE_URL`` set the roles, the extension and the
    schema are brought up to date there.

    Raises
    ------
    EnvironmentFault
        PostGIS is missing, the data are of another version, the folder is
        unusable, or the server can't be reached.
    """
    from data import bootstrap

    if settings().database_url is None:
        found = place()
        with exclusive("database", wait_s=_WAIT_S):
            ensure_server(found)
            bootstrap.embedded(found)
    else:
        bootstrap.external()
    return status()


def ensure_server(found: Place, *, throw_away: bool = False) -> None:
    """Make and start the server unless it runs. Call under the lock of start."""
    if not found.exists:
        making.make(found, programs.find(), throw_away=throw_away)
    if not server.running(found):
        server.launch(found, throw_away=throw_away)


def ready() -> None:
    """Make sure that there is a database to work with: what each command calls first.

    Starts the embedded one; leaves an external one alone, which only
    ``landstock db start`` changes.
    """
    if settings().database_url is None:
        start()


def stop() -> bool:
    """Stop the embedded server; return whether it ran.

    Raises
    ------
    EnvironmentFault
        It can't be stopped.
    """
    found = place()
    with exclusive("database", wait_s=_WAIT_S):
        if processes.server_pid(found) is None:
            return False
        server.halt(found)
    return True


def status() -> Status:
    """Return the state of the database without changing anything."""
    if settings().database_url is not None:
        from data.session import reachable

        return Status("external", reachable(), exists=True)
    found = place()
    return Status(
        kind="embedded",
        running=found.exists and server.running(found),
        exists=found.exists,
        pid=processes.server_pid(found),
        folder=found.root,
        account=found.account.name if found.account else None,
        log=found.log,
        moved=found.moved,
    )
