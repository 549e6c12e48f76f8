"""How far an import is: rows done of the rows expected, told as often as it likes and passed on seldom."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from etl.options import Progress, silent
from etl.readers.raw import Source

EVERY_S = 0.2  # progress of one stage is passed on five times a second at most
_BYTES_A_ROW = {"csv": 90, "xlsx": 60}  # of a ledger, where counting would mean reading it
_DEFAULT_BYTES = 300


class Meter:
    """Counts rows through the stages of one import and tells a ``Progress``.

    The ``Progress`` may raise: that is how an import is ended. It is called
    between batches and between files, never inside a statement.
    """

    def __init__(self, progress: Progress = silent) -> None:
        self._progress = progress
        self._note = getattr(progress, "reading", None)
        self.stage, self.done, self.total = "", 0, 0
        self._told_at = 0.0

    def begin(self, stage: str, total: int) -> None:
        """Enter a stage that goes through ``total`` rows."""
        self.stage, self.done, self.total = stage, 0, total
        self._tell()

    def advance(self, rows: int) -> None:
        """Say that some more rows are done."""
        self.done += rows
        if time.monotonic() - self._told_at >= EVERY_S or self.done >= self.total:
            self._tell()

    @contextmanager
    def file(self, label: str, rows: int) -> Iterator["Part"]:
        """Go through one file of so many rows (as far as is known); all of them are done at the end."""
        part = Part(self, rows, self.done)
        if self._note is not None:
            self._note(label)
        self._tell()
        try:
            yield part
        finally:
            if self._note is not None:
                self._note(None)
        self.total = max(0, self.total + part.rows - rows)
        self.done = part.start
        self.advance(part.rows)

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        self._progress(self.stage, min(self.done, self.total), self.total)


class Part:
    """One file on its way: ``rows`` may be set right once they are counted."""

    def __init__(self, meter: Meter | None = None, rows: int = 0, start: int = 0) -> None:
        self._meter, self.rows, self.start = meter, rows, start

    def reach(self, share: float) -> None:
        """Say that a share (0 to 1) of the work on this file is done."""
        if self._meter is not None:
            self._meter.done = self.start
            self._meter.advance(int(self.rows * share))


def expected_rows(source: Source) -> int:
    """Return how many rows a table will have, at a glance: exact for shapefiles and GeoPackages, else by its size."""
    try:
        if source.kind in ("shp", "dbf"):
            return _of_dbf(source.disk.with_suffix(".dbf"), source.disk)
        if source.disk.suffix.lower() == ".gpkg":
            return _of_geopackage(source.disk, source.part or "")
        size = source.disk.stat().st_size
    except OSError:
        return 0
    return max(1, size // _BYTES_A_ROW.get(source.kind, _DEFAULT_BYTES))


def _of_dbf(dbf: Path, disk: Path) -> int:
    table = next((p for p in (dbf, dbf.with_suffix(".DBF"), disk) if p.is_file()), disk)
    with table.open("rb") as opened:
        head = opened.read(8)
    if table.suffix.lower() == ".dbf" and len(head) == 8:
        most = table.stat().st_size  # a damaged header may claim any number
        return min(int.from_bytes(head[4:8], "little"), most)
    return max(1, disk.stat().st_size // _DEFAULT_BYTES)


def _of_geopackage(disk: Path, layer: str) -> int:
    uri = f"{disk.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as opened:
            found = opened.execute(
                "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = ?", (layer,)
            ).fetchone()
    except sqlite3.Error:
        found = None
    if found is None or not isinstance(found[0], int):
        return max(1, disk.stat().st_size // _DEFAULT_BYTES)
    return max(0, found[0])
