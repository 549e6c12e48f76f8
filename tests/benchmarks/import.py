"""Compare an import with history, checks and indexes with ogr2ogr's bare load of the same file.

    python tests/benchmarks/import.py 10k|100k|1m [--runs 3] [--city FOLDER] [--cold] [--floor]

Both sides use one private server with the same settings, in turn. Ratios
count, seconds do not: the machine may be busy with other things. Needs
``ogr2ogr`` (Debian: gdal-bin). Our side reads, checks structure and rows,
stages and publishes with history; ``warm`` is a worker that has imported a
file before, ``cold`` the command from its start, ``second`` another delivery
in which a tenth of the rows has another holder, ``floor`` what the database
alone takes for rows that are ready.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(TOP), str(HERE)]
from city import city_of, deliveries  # noqa: E402
from floor import floor  # noqa: E402
from watch import Watch, seconds  # noqa: E402

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
Row = dict[str, Any]


class Server:
    """The private server: a database for ogr2ogr, and a fresh one of ours for each run."""

    def __init__(self, home: Path) -> None:
        os.environ["LANDSTOCK_HOME"] = str(home)
        os.environ.pop("LANDSTOCK_DATABASE_URL", None)
        from data import cluster
        from data.cluster import making, process, server
        from data.cluster.place import place

        self.stop = cluster.stop
        cluster.start()
        self.place, self.server, self.user = place(), server, making.SUPERUSER
        self.pid = int(process.server_pid(self.place) or 0)
        self.number = 0
        self.do("CREATE DATABASE peer")
        self.do("CREATE EXTENSION postgis", "peer")

    def do(self, statement: str, database: str = "postgres") -> None:
        connection = self.server.connect(self.place, self.user, database)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    def fresh(self) -> str:
        """Return the address of a new, empty database of ours."""
        from data.roles import APP_ROLE

        if self.number:
            self.do(f"DROP DATABASE bench_{self.number} WITH (FORCE)")
        self.number += 1
        name = f"bench_{self.number}"
        self.do(f"CREATE DATABASE {name} OWNER landstock_owner TEMPLATE landstock")
        self.do("CHECKPOINT")
        return str(self.server.url(self.place, APP_ROLE, name).render_as_string(hide_password=False))

    def peer(self) -> tuple[str, dict[str, str]]:
        """Return the address of ogr2ogr's database and the environment with its password."""
        url = self.server.url(self.place, self.user, "peer")
        address = f"host={url.query['host']} port={url.query['port']} user={url.username} dbname=peer"
        return address, os.environ | {"PGPASSWORD": str(url.password)}


def ogr2ogr(server: Server, shp: Path) -> Row:
    """Load the file by ogr2ogr, with a spatial index."""
    address, environment = server.peer()
    server.do("DROP TABLE IF EXISTS t", "peer")
    server.do("CHECKPOINT")
    command = ["ogr2ogr", "-q", "-f", "PostgreSQL", f"PG:{address}", str(shp), "-nln", "t", "-nlt",
               "PROMOTE_TO_MULTI", "-a_srs", "EPSG:4549", "-lco", "SPATIAL_INDEX=GIST", "-lco",
               "GEOMETRY_NAME=geom", "-lco", "PRECISION=NO", "--config", "PG_USE_COPY", "YES", "--config",
               "SHAPE_ENCODING", "GBK"]  # fmt: skip
    before, begun = seconds(server.pid), time.perf_counter()
    with subprocess.Popen(command, env=environment) as process, Watch(process.pid, server.pid) as watch:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"ogr2ogr ended with {process.returncode}")
    return {"wall": time.perf_counter() - begun, "cpu": used.ru_utime + used.ru_stime,
            "pg": seconds(server.pid) - before, "peak_mb": watch.peak_mb, "above_mb": watch.above_mb}  # fmt: skip


def warm(server: Server, first: Path, second: Path, *more: str) -> list[Row]:
    """Import in a worker that has imported the parks: a first and a second delivery of the parcels."""
    environment = os.environ | {"LANDSTOCK_DATABASE_URL": server.fresh(), "PYTHONPATH": str(TOP)}
    command = [sys.executable, "-P", str(HERE / "worker.py"), str(HERE / "city.yaml"), *more]
    found: list[Row] = []
    with subprocess.Popen(
        command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as worker:
        assert worker.stdin and worker.stdout
        for files in (
            sorted(first.glob("parks.*")),
            sorted(first.glob("parcels.*")),
            sorted(second.glob("parcels.*")),
        ):
            cpu, pg = seconds(worker.pid), seconds(server.pid)
            with Watch(worker.pid, server.pid) as watch:
                print(
                    json.dumps([str(f) for f in files if f.suffix != ".parquet"]),
                    file=worker.stdin,
                    flush=True,
                )
                line = worker.stdout.readline()
            if not line:
                raise SystemExit("the worker ended; its message is above")
            row = json.loads(line)
            if not row["published"]:
                raise SystemExit(f"not published: {row['layers']}")
            found.append(row | {"cpu": seconds(worker.pid) - cpu, "pg": seconds(server.pid) - pg,
                                "peak_mb": watch.peak_mb, "above_mb": watch.above_mb})  # fmt: skip
        worker.stdin.close()
    return found[1:]


def cold(server: Server, city: Path) -> Row:
    """Import by the command, from the start of its process; ``start`` is what it takes for a few parks alone."""
    environment = os.environ | {"LANDSTOCK_DATABASE_URL": server.fresh(), "PYTHONPATH": str(TOP)}
    # The parks go first, so that the programs are compiled, as they are once installed.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(server.place.home / "compiled")
    command = [sys.executable, "-P", "-m", "api.cli", "import", "--json", "--publish", "--mapping",
               str(HERE / "city.yaml")]  # fmt: skip
    walls = []
    for name in ("parks", "parcels"):
        files = [str(f) for f in sorted(city.glob(f"{name}.*")) if f.suffix != ".parquet"]
        before, begun = seconds(server.pid), time.perf_counter()
        with subprocess.Popen([*command, *files], env=environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process, Watch(process.pid, server.pid) as watch:  # fmt: skip
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"the import ended with {process.returncode}")
        walls.append(time.perf_counter() - begun)
    return {"wall": walls[1], "start": walls[0], "cpu": used.ru_utime + used.ru_stime,
            "pg": seconds(server.pid) - before, "peak_mb": watch.peak_mb, "above_mb": watch.above_mb}  # fmt: skip


def alone(server: Server) -> Row:
    """Return what the database alone takes for the rows that the last run published."""
    connection = server.server.connect(server.place, server.user, f"bench_{server.number}")
    server.do("CHECKPOINT")
    before = seconds(server.pid)
    try:
        with tempfile.TemporaryDirectory(prefix="landstock-bench-") as folder, Watch(server.pid) as watch:
            taken = floor(connection, Path(folder))
    finally:
        connection.close()
    return {"wall": sum(taken.values()), "cpu": 0.0, "pg": seconds(server.pid) - before, "peak_mb": watch.peak_mb,
            "above_mb": watch.above_mb, "seconds": taken}  # fmt: skip


def _shown(name: str, row: Row) -> str:
    stages = " ".join(f"{stage} {taken:.2f}" for stage, taken in row.get("seconds", {}).items())
    topology = f"topology {row['topology']:.2f} " if "topology" in row else ""
    return (f"{name:9s}{row['wall']:8.2f} s  client {row['cpu']:6.1f} s  server {row['pg']:6.1f} s  "
            f"peak {row['peak_mb']:6.0f} MB  {topology}{stages}")  # fmt: skip


def main() -> None:
    """Run the rounds and print the ratios."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("size", choices=SIZES)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--city", type=Path, help="folder of the city's files; made when it is not there")
    asked.add_argument("--cold", action="store_true", help="the command from its start as well")
    asked.add_argument("--floor", action="store_true", help="what the database alone takes for the same rows")
    asked.add_argument("--no-topology", action="store_true", help="parcels are not compared with each other")
    options = asked.parse_args()
    if not shutil.which("ogr2ogr"):
        raise SystemExit("ogr2ogr is missing; Debian: apt-get install gdal-bin")
    with tempfile.TemporaryDirectory(prefix="landstock-bench-") as folder:
        os.chmod(folder, 0o711)  # the server's account passes through it
        city = city_of(options.city or Path(folder) / "city", SIZES[options.size])
        first, second = deliveries(city, Path(folder))
        server = Server(Path(folder) / "home")
        try:
            rounds(server, first, second, options)
        finally:
            server.stop()


def rounds(server: Server, first: Path, second: Path, options: argparse.Namespace) -> None:
    """Run both sides in turn; print each run, then the medians."""
    rows: dict[str, list[Row]] = {}

    def told(name: str, row: Row) -> None:
        rows.setdefault(name, []).append(row)
        print(_shown(name, row), flush=True)

    for _ in range(options.runs):
        told("ogr2ogr", ogr2ogr(server, first / "parcels.shp"))
        once, again = warm(server, first, second, *(["--no-topology"] if options.no_topology else []))
        told("warm", once)
        told("second", again)
        if options.floor:
            told("floor", alone(server))
        if options.cold:
            told("cold", cold(server, first))
    report(rows)


def report(rows: dict[str, list[Row]]) -> None:
    """Print the medians and what the issue asks for."""

    def median(name: str, key: str) -> float:
        return statistics.median(row[key] for row in rows[name])

    def work(name: str) -> float:
        return statistics.median(row["cpu"] + row["pg"] for row in rows[name])

    load = statistics.median(row["wall"] - row["topology"] for row in rows["warm"])
    print(f"\nmedians of {len(rows['warm'])} runs")
    print(
        f"warm import without topology / ogr2ogr   {load / median('ogr2ogr', 'wall'):.2f}   (asked: 0.65 at 1m)"
    )
    print(
        f"warm import, all of it / ogr2ogr         {median('warm', 'wall') / median('ogr2ogr', 'wall'):.2f}"
    )
    print(f"processor time, all of it / ogr2ogr      {work('warm') / work('ogr2ogr'):.2f}")
    print(f"topology / import without it             {median('warm', 'topology') / load:.2f}   (asked: 1.5)")
    print(
        f"second delivery / first                  {median('second', 'wall') / median('warm', 'wall'):.2f}   (asked: 0.6)"
    )
    if "floor" in rows:
        print(
            f"the database alone / ogr2ogr             {median('floor', 'wall') / median('ogr2ogr', 'wall'):.2f}"
        )
    if "cold" in rows:
        print(
            f"cold import / ogr2ogr                    {median('cold', 'wall') / median('ogr2ogr', 'wall'):.2f}   (asked: 1.0 at 100k)"
        )
        print(
            f"cold import of the parks alone / ogr2ogr {median('cold', 'start') / median('ogr2ogr', 'wall'):.2f}"
        )
    for name in rows:
        peak, above = median(name, "peak_mb"), median(name, "above_mb")
        print(
            f"peak of memory, {name:9s}                {peak:.0f} MB, {above:.0f} without shared buffers   (asked: 1,000)"
        )


if __name__ == "__main__":
    main()
