"""Whether the embedded server runs, and what a dead one left behind."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from data.cluster.place import PORT, Place
from gis.errors import EnvironmentFault

ORPHANS_END_S = 15.0


class StillBusy(EnvironmentFault):
    """Processes of a server that died still work in its directory."""

    code = "database-busy"


def server_pid(place: Place) -> int | None:
    """Return the process that runs our directory, or ``None``.

    The pid file alone proves nothing: its process must exist, be a
    ``postgres`` and name our directory on its command line.
    """
    try:
        pid = int(place.pid_file.read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    words = command_line(pid)
    ours = words and Path(words[0]).name == "postgres" and str(place.data) in words
    return pid if ours else None


def command_line(pid: int) -> list[str]:
    """Return the words of a process's command line; empty where there is no such process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").rstrip("\0").split("\0")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return []
    except OSError:
        return []
    told = subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return told.stdout.split()


def backends(place: Place) -> Iterator[int]:
    """Yield the processes that have our data directory as theirs: the server and its children."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(entry / "cwd")) == place.data:
                yield int(entry.name)
        except OSError:
            continue  # ended meanwhile, or another user's


def clear_away(place: Place) -> None:
    """Remove the lock files of a dead server. Call only under the lock of start.

    Children of a killed server end by themselves; one that doesn't is asked
    to, since a new server must not work beside it.

    Raises
    ------
    StillBusy
        A child still works in the directory after 15 seconds.
    """
    if server_pid(place):
        return
    _await_orphans(place)
    place.pid_file.unlink(missing_ok=True)
    socket = place.socket_folder / f".s.PGSQL.{PORT}"
    for leftover in (socket, socket.with_name(socket.name + ".lock")):
        leftover.unlink(missing_ok=True)


def _await_orphans(place: Place) -> None:
    begun, asked = time.monotonic(), False
    while orphans := list(backends(place)):
        waited = time.monotonic() - begun
        if waited > ORPHANS_END_S:
            raise StillBusy(
                f"Processes {', '.join(map(str, orphans))} of a database server that died still work in "
                f"{place.data}; none is expected. End them (kill -QUIT) and start again.",
                f"数据库服务已终止，但其进程 {'、'.join(map(str, orphans))} 仍在使用 {place.data}，不应再有此类进程。"
                "请结束这些进程（kill -QUIT）后重新启动。",
            )
        if waited > ORPHANS_END_S / 3 and not asked:
            asked = True
            for pid in orphans:
                _ask_to_end(pid)
        time.sleep(0.1)


def _ask_to_end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
