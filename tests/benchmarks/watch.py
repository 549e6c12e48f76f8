"""Processor time and memory of a process and of a database server, read from /proc."""

import os
import threading
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> tuple[int, float]:
    """Return the parent and the seconds of processor time, those of ended children included."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(parts[1]), sum(map(int, parts[11:15])) / TICK


def _parents() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                found.setdefault(_stat(int(name))[0], []).append(int(name))
            except OSError:
                continue
    return found


def tree(*roots: int) -> list[int]:
    """List processes and all that come from them."""
    children, todo, found = _parents(), list(roots), []
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def seconds(*roots: int) -> float:
    """Return the processor time that processes and their children have used so far."""
    total = 0.0
    for pid in tree(*roots):
        try:
            total += _stat(pid)[1]
        except OSError:
            continue
    return total


def _pss_mb(pid: int) -> tuple[float, float]:
    """Return the proportional set size, and what of it is shared memory: the server's buffers."""
    whole = shared = 0.0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                whole = int(line.split()[1]) / 1024
            elif line.startswith("Pss_Shmem:"):
                shared = int(line.split()[1]) / 1024
    except OSError:
        pass  # it has ended since it was listed
    return whole, shared


class Watch(threading.Thread):
    """Samples the memory of processes (proportional set size) and keeps the peaks: all of it, and without shared buffers."""

    def __init__(self, *roots: int) -> None:
        super().__init__(daemon=True)
        self.roots, self.peak_mb, self.above_mb, self._on = roots, 0.0, 0.0, True

    def run(self) -> None:
        """Sample until the block ends."""
        while self._on:
            found = [_pss_mb(pid) for pid in tree(*self.roots)]
            whole, shared = (sum(part) for part in zip(*found, strict=True))
            self.peak_mb, self.above_mb = max(self.peak_mb, whole), max(self.above_mb, whole - shared)
            time.sleep(0.5)  # reading the maps of a server is work itself

    def __enter__(self) -> "Watch":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._on = False
        self.join()
