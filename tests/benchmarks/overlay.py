"""Built-up area of each parcel in two years and its growth, from and to PostGIS, beside SedonaDB and PostGIS SQL.

    python tests/benchmarks/overlay.py 100k|1m HOME [--city FOLDER] [--runs 3] [--no-peers]

``HOME`` is a store made by ``store.py``. Ours reads parcels and patches of the store, projects and measures them,
resolves overlaps, and copies two areas and the growth of each parcel into a table. SedonaDB works in memory on the
city's GeoParquet (reading apart), PostGIS SQL from tables to tables in the city's own plane, in the same server; each
computes the same three figures: both years, and the last without the first, cut by the parcels. Needs ``sedonadb``
(``pip install sedonadb``) and the city's folder. Ratios count, seconds do not.
"""

import argparse
import importlib
import io
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import shapely

TOP = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(TOP), str(HERE)]
from store import SIZES, filled  # noqa: E402

YEARS = ("2023", "2024")
HELD = 100_000  # parcels
SQL = """
DROP TABLE IF EXISTS peer.o_a, peer.o_b, peer.o_g, peer.grow;
CREATE UNLOGGED TABLE peer.o_a AS SELECT p.id, sum(ST_Area(ST_Intersection(p.geom, b.geom))) v FROM peer.parcels p JOIN peer.a b ON ST_Intersects(p.geom, b.geom) GROUP BY 1;
CREATE UNLOGGED TABLE peer.o_b AS SELECT p.id, sum(ST_Area(ST_Intersection(p.geom, b.geom))) v FROM peer.parcels p JOIN peer.b b ON ST_Intersects(p.geom, b.geom) GROUP BY 1;
CREATE UNLOGGED TABLE peer.grow AS SELECT id, g geom FROM (SELECT b.id, coalesce(ST_Difference(b.geom, (SELECT ST_Union(a.geom) FROM peer.a a WHERE ST_Intersects(a.geom, b.geom))), b.geom) g FROM peer.b b) x WHERE NOT ST_IsEmpty(g);
CREATE INDEX ON peer.grow USING gist (geom); ANALYZE peer.grow;
CREATE UNLOGGED TABLE peer.o_g AS SELECT p.id, sum(ST_Area(ST_Intersection(p.geom, b.geom))) v FROM peer.parcels p JOIN peer.grow b ON ST_Intersects(p.geom, b.geom) GROUP BY 1;
"""


def ours() -> list[float]:
    """From the store and back; return the three totals in hectares."""
    from data.session import engine
    from etl.facts import data_state, read_polygons
    from gis.overlay import areas_inside
    from gis.polygons import valid_polygons

    with engine().begin() as connection:
        state = data_state(connection)
        patches = read_polygons(connection, "builtup", state, ("observed_on",))
        year = patches["observed_on"].dt.year.to_numpy()
        shapes = [valid_polygons(patches.geometry[year == int(name)].array) for name in YEARS]
        grown = growth(*shapes)
        connection.exec_driver_sql(
            "CREATE TEMP TABLE cut (parcel_code text, a float8, b float8, g float8) ON COMMIT DROP"
        )
        layers, totals = [*shapes, grown], np.zeros(3)
        held = groups(connection)
        trees = [shapely.STRtree(layer) for layer in layers]
        for parks in held if len(held) > 1 else [None]:
            codes, land = parcels_of(connection, state, parks)
            near = layers
            if parks is not None:
                near = [
                    layer[np.unique(tree.query(land)[1])] for layer, tree in zip(layers, trees, strict=True)
                ]
            _, found = areas_inside(near, land)
            rows = io.BytesIO()
            columns = [codes, *map(pa.array, found)]
            pa_csv.write_csv(pa.table(columns, ["parcel_code", "a", "b", "g"]), rows)
            rows.seek(0)
            connection.connection.cursor().copy_expert("COPY cut FROM STDIN (FORMAT csv, HEADER)", rows)
            totals += [area.sum() for area in found]
    return [float(total) / 10_000 for total in totals]


def parcels_of(connection: Any, state: Any, parks: list[str] | None) -> tuple[Any, Any]:
    """Return codes and shapes of the parcels of some parks, or of all."""
    from sqlalchemy import func, select

    from data.models import Parcel
    from etl.copied import copied, copied_shapes
    from etl.facts import known_at

    here = known_at("parcel", state)
    if parks is not None:
        here &= Parcel.park_code.in_(parks)
    by = Parcel.parcel_code.collate("C")
    rows = copied(connection, select(Parcel.parcel_code).where(here).order_by(by), {"parcel_code": str})
    return rows["parcel_code"], copied_shapes(
        connection, select(func.ST_AsBinary(Parcel.geom)).where(here).order_by(by)
    )


def groups(connection: Any) -> list[list[str]]:
    """Return the parks in groups of about as many parcels as are held at a time."""
    rows = connection.exec_driver_sql(
        "SELECT park_code, count(*) FROM parcel WHERE upper_inf(known) GROUP BY 1 ORDER BY 1"
    )
    made: list[list[str]] = [[]]
    held = 0
    for park, count in rows:
        if held + count > HELD and made[-1]:
            made.append([])
            held = 0
        made[-1].append(park)
        held += count
    return made


def growth(before: Any, after: Any) -> Any:
    """Return what the second of two layers has and the first has not; unchanged shapes are passed over."""
    tree = shapely.STRtree(before)
    one, other = tree.query(after)
    changed = np.delete(after, one[shapely.equals_identical(after[one], before[other])])
    one, other = tree.query(changed, predicate="intersects")
    ends = np.searchsorted(one, np.arange(len(changed) + 1))
    for number in np.unique(one).tolist():
        near = shapely.union_all(before[other[ends[number] : ends[number + 1]]])
        changed[number] = shapely.difference(changed[number], near)
    parts = shapely.get_parts(changed)
    return parts[shapely.get_dimensions(parts) == 2]


def sedona(city: Path) -> Callable[[], list[float]]:
    """Load the city into SedonaDB's memory and return what computes."""
    sd: Any = importlib.import_module("sedonadb").connect()
    for name, file, key in (
        ("p", "parcels", "DKBH"),
        ("a", f"builtup_{YEARS[0]}", "TBBH"),
        ("b", f"builtup_{YEARS[1]}", "TBBH"),
    ):
        sd.read_parquet(str(city / f"{file}.parquet")).to_view(f"r{name}", overwrite=True)
        sd.sql(f'SELECT "{key}" AS id, geometry AS geom FROM r{name}').to_memtable().to_view(
            name, overwrite=True
        )

    def run() -> list[float]:
        found = []
        for name in "ab":
            rows = sd.sql(f"SELECT p.id, sum(ST_Area(ST_Intersection(p.geom, {name}.geom))) v FROM p JOIN {name} "
                          f"ON ST_Intersects(p.geom, {name}.geom) GROUP BY p.id").to_pandas()  # fmt: skip
            found.append(rows.v.sum())
        sd.sql(
            "SELECT b.id, ST_Union_Agg(a.geom) g FROM b JOIN a ON ST_Intersects(a.geom, b.geom) GROUP BY b.id"
        ).to_memtable().to_view("u", overwrite=True)
        sd.sql(
            "SELECT b.id, ST_Difference(b.geom, u.g) geom FROM b JOIN u ON u.id = b.id"
        ).to_memtable().to_view("g1", overwrite=True)
        sd.sql(
            "SELECT b.id, b.geom FROM b LEFT JOIN u ON u.id = b.id WHERE u.id IS NULL"
        ).to_memtable().to_view("g2", overwrite=True)
        grown = [sd.sql(f"SELECT sum(ST_Area(ST_Intersection(p.geom, g.geom))) v FROM p JOIN {name} g "
                        "ON ST_Intersects(p.geom, g.geom)").to_pandas().v[0] or 0.0 for name in ("g1", "g2")]  # fmt: skip
        return [float(value) / 10_000 for value in (*found, sum(grown))]

    return run


def postgis(city: Path) -> Callable[[], list[float]]:
    """Load the city into tables in its own plane, with indexes, and return what computes."""
    import geopandas as gpd

    from data import cluster
    from data.cluster import making, server
    from data.cluster.place import place

    cluster.start()
    connection = server.connect(place(), making.SUPERUSER, "landstock")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("DROP SCHEMA IF EXISTS peer CASCADE; CREATE SCHEMA peer")
    for name, file in (("parcels", "parcels"), ("a", f"builtup_{YEARS[0]}"), ("b", f"builtup_{YEARS[1]}")):
        shapes = gpd.read_parquet(city / f"{file}.parquet").geometry
        rows = io.StringIO(
            "".join(f"{number}\t{wkb}\n" for number, wkb in enumerate(shapes.to_wkb(hex=True)))
        )
        cursor.execute(f"CREATE TABLE peer.{name} (id int, geom geometry)")
        cursor.copy_expert(f"COPY peer.{name} FROM STDIN", rows)
        cursor.execute(f"CREATE INDEX ON peer.{name} USING gist (geom); ANALYZE peer.{name}")

    def run() -> list[float]:
        cursor.execute(SQL)
        cursor.execute(
            "SELECT (SELECT sum(v) FROM peer.o_a), (SELECT sum(v) FROM peer.o_b), (SELECT sum(v) FROM peer.o_g)"
        )
        return [float(value) / 10_000 for value in cursor.fetchone()]

    return run


def main() -> None:
    """Run all in turn and print the ratios of the medians."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("size", choices=SIZES)
    asked.add_argument("home", type=Path)
    asked.add_argument("--city", type=Path, required=True)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--no-peers", action="store_true")
    options = asked.parse_args()
    filled(options.home, options.size, options.city)
    from gis.edge_pairs import compiled

    compiled()
    running: dict[str, Callable[[], list[float]]] = {"landstock": ours}
    if not options.no_peers:
        running |= {"SedonaDB": sedona(options.city), "PostGIS SQL": postgis(options.city)}
    taken: dict[str, list[float]] = {name: [] for name in running}
    for _ in range(options.runs):
        for name, run in running.items():
            begun = time.perf_counter()
            totals = run()
            taken[name].append(time.perf_counter() - begun)
            print(
                f"{name:12s} {taken[name][-1]:8.2f} s  ha {' '.join(f'{value:,.3f}' for value in totals)}",
                flush=True,
            )
            if name == "landstock" and options.no_peers:
                print(
                    f"             peak of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"
                )
    medians = {name: statistics.median(runs) for name, runs in taken.items()}
    for name, limit in (("SedonaDB", 0.35), ("PostGIS SQL", 0.2)):
        if name in medians:
            print(
                f"landstock / {name:12s} {medians['landstock'] / medians[name]:.2f}   (asked: {limit} at 100k)"
            )


if __name__ == "__main__":
    main()
