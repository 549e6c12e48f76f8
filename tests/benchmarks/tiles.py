"""Tiles over HTTP from a server on this machine: made anew, kept, unchanged; beside another server of the same parcels.

    python tests/benchmarks/tiles.py http://127.0.0.1:8600 [--peer 'http://127.0.0.1:8000/.../{z}/{x}/{y}'] [--as-of DAY]

The server was started with ``serve --open``. The tiles are those around parcels taken evenly from the list, the same
for both. A tile is made anew by a condition that every parcel fits and that was never asked before. Ratios to the
peer of the same run count, milliseconds do not. With ``wrk`` on the machine the rate of kept tiles is measured too.
"""

import argparse
import http.client
import json
import math
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from urllib.parse import urlsplit

LEVELS = (12, 13, 14, 15, 16)
TILES = 24
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def connected(address: str) -> http.client.HTTPConnection:
    """Return a connection to a server of this machine; no other is asked."""
    parts = urlsplit(address)
    if parts.hostname not in LOOPBACK:
        raise SystemExit("only servers of this machine are measured")
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)


def asked(connection: http.client.HTTPConnection, path: str, **headers: str) -> tuple[float, int, bytes, str]:
    """Return milliseconds, status, body and tag of one answer."""
    began = time.perf_counter()
    connection.request(
        "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in (200, 204, 304):
        raise SystemExit(f"{path}: {answer.status} {body[:200]!r}")
    return (time.perf_counter() - began) * 1_000, answer.status, body, answer.headers.get("ETag", "")


def places(app: http.client.HTTPConnection, day: str) -> tuple[int, list[tuple[float, float]]]:
    """Return the run and where parcels lie, spread over the list."""
    found, run = [], 0
    for page in range(1, TILES + 1):
        query = f"/api/v1/parcels?size=1&page={page * 97 % 2_000 + 1}{day}"
        listed = json.loads(asked(app, query)[2])
        run = listed["run_id"]
        for item in listed["items"]:
            one = json.loads(asked(app, f"/api/v1/parcels/{item['parcel_code']}")[2])
            numbers = re.findall(r"\[(\d+\.\d+), ?(\d+\.\d+)\]", json.dumps(one))
            found.append((float(numbers[0][0]), float(numbers[0][1])))
    return run, found


def tile_of(z: int, lon: float, lat: float) -> tuple[int, int]:
    """Return column and row of the tile in WebMercatorQuad."""
    n = 1 << z
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n
    return int((lon + 180) / 360 * n), int(row)


def rate(address: str, path: str) -> float | None:
    """Return answers a second of one kept tile on four connections for eight seconds."""
    if shutil.which("wrk") is None:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write("wrk.headers['Accept-Encoding'] = 'gzip'\n")
        script.flush()
        told = subprocess.run(
            ["wrk", "-t1", "-c4", "-d8", "-s", script.name, f"{address}{path}"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", told)[0])


def main() -> None:
    """Measure."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("app")
    given.add_argument("--peer", help="Address of a tile of the other server, with {z}, {x} and {y}")
    given.add_argument("--as-of", help="The day of the run; today without it")
    options = given.parse_args()
    app = connected(options.app)
    peer = connected(options.peer) if options.peer else None
    run, spots = places(app, f"&as_of={options.as_of}" if options.as_of else "")
    never = time.time_ns() % 10**9
    print(
        f"{'z':>3} {'tiles':>5} {'anew ms':>8} {'kept ms':>8} {'304 ms':>7} {'most kB':>8} {'peer ms':>8} {'anew/peer':>9}"
    )
    path = ""
    for z in LEVELS:
        anew, kept, same, sizes, theirs = [], [], [], [], []
        for x, y in sorted({tile_of(z, *spot) for spot in spots}):
            never += 1
            path = f"/tiles/WebMercatorQuad/{z}/{x}/{y}.mvt?run={run}&area_min=0.{never:09d}"
            took, _, body, tag = asked(app, path)
            anew.append(took)
            sizes.append(len(body))
            kept.append(asked(app, path)[0])
            took, status, _, _ = asked(app, path, If_None_Match=tag)
            assert status == 304
            same.append(took)
            if peer is not None:
                where = urlsplit(options.peer.format(z=z, x=x, y=y))
                theirs.append(asked(peer, f"{where.path}?{where.query}")[0])
        ours, other = statistics.median(anew), statistics.median(theirs) if theirs else None
        print(
            f"{z:>3} {len(anew):>5} {ours:>8.1f} {statistics.median(kept):>8.2f} {statistics.median(same):>7.2f} "
            f"{max(sizes) / 1_000:>8.1f} {other or math.nan:>8.1f} {ours / other if other else math.nan:>9.2f}"
        )
    per_second = rate(options.app, path)
    print("rate of kept tiles: " + (f"{per_second:.0f}/s" if per_second else "wrk is not installed"))


if __name__ == "__main__":
    main()
