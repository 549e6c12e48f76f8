"""What rights cost: the tile and list queries as each role, beside the same queries without row security.

    python tests/benchmarks/rights.py 100k HOME [--city FOLDER] [--runs 20]

``HOME`` is a store made by ``store.py``, with an analysis. Medians; without row security the same statements run as
the program's role, which passes it by. A committee is compared with the same question narrowed to its park. Ratios
count, seconds do not. The plans at the end show which index finds the parcels of a box.
"""

import argparse
import datetime as dt
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(TOP), str(HERE)]
from store import SIZES, filled  # noqa: E402

DAY = dt.date(2025, 1, 1)


def main() -> None:
    """Measure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("size", choices=SIZES)
    asked.add_argument("home", type=Path)
    asked.add_argument("--city", type=Path)
    asked.add_argument("--runs", type=int, default=20)
    given = asked.parse_args()
    filled(given.home, given.size, given.city)
    from sqlalchemy import text

    from data import queries
    from data.filtering import Filter
    from data.identity import SYSTEM, Actor, acting
    from data.session import transaction
    from etl.analysis.run import ensure_run
    from maps import tiles

    run_id = ensure_run(DAY)
    with transaction() as connection:
        park, box, lon, lat = connection.execute(
            text(
                "SELECT p.park_code, ST_Expand(ST_PointOnSurface(p.geom), 0.01)::box2d::text, "
                "ST_X(ST_PointOnSurface(p.geom)), ST_Y(ST_PointOnSurface(p.geom)) FROM park AS p ORDER BY 1 LIMIT 1"
            )
        ).one()
    west, south, east, north = (float(value) for value in box[4:-1].replace(",", " ").split())
    z = 14
    n = 2**z
    import math

    x = int((lon + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)

    def tile(connection: Any, narrowed: bool) -> object:
        chosen = tiles.TileFilter(park=park) if narrowed else tiles.ANY
        return tiles.tile(connection, "WebMercatorQuad", z, x, y, run_id, chosen, tiles.DRAWN)

    def listed(connection: Any, narrowed: bool) -> object:
        chosen = Filter(park=park) if narrowed else Filter()
        return queries.parcel_rows(connection, run_id, chosen, sort="parcel_code", size=50, page=1)

    def counted(connection: Any, narrowed: bool) -> object:
        return queries.status_totals(connection, run_id, Filter(park=park) if narrowed else Filter())

    def median(role: str, ask: Callable[[Any, bool], object], narrowed: bool) -> float:
        parks = (park,) if role == "committee" else ()
        times = []
        with acting(Actor("bench", role, parks)):
            for _ in range(given.runs + 2):
                with transaction() as connection:
                    begun = time.perf_counter()
                    ask(connection, narrowed)
                    times.append(time.perf_counter() - begun)
        return statistics.median(times[2:]) * 1000

    print("ms without row security, then ratio of each role")
    for name, ask in (("tile", tile), ("list", listed), ("totals", counted)):
        whole, own = median(SYSTEM, ask, False), median(SYSTEM, ask, True)
        ratios = {role: median(role, ask, False) / whole for role in ("clerk", "auditor", "planner")}
        ratios["committee"] = median("committee", ask, False) / own
        told = "  ".join(f"{role} {ratio:.2f}" for role, ratio in ratios.items())
        print(f"{name:7} all {whole:7.2f}  one park {own:7.2f}   {told}")
    statement = text(
        "EXPLAIN SELECT count(*) FROM parcel AS p WHERE upper_inf(p.known) AND p.geom && "
        "ST_MakeEnvelope(:w, :s, :e, :n, 4490) AND ST_Intersects(p.geom, ST_MakeEnvelope(:w, :s, :e, :n, 4490))"
    )
    for role in ("clerk", "planner", "committee"):
        with (
            acting(Actor("bench", role, (park,) if role == "committee" else ())),
            transaction() as connection,
        ):
            plan = connection.scalars(statement, {"w": west, "s": south, "e": east, "n": north}).all()
        used = [line.strip() for line in plan if "Index" in line or "Seq" in line]
        print(role, "|", "; ".join(used))


if __name__ == "__main__":
    main()
