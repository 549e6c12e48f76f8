"""Judge idle land in memory and compare with DuckDB's bare flag query over the same contracts.

    python tests/benchmarks/idle.py 100k|1m [--runs 5]

The query chooses the newest contract of each parcel and sets a flag by dates
and floating-point quotients. Ours reads every rule with exact figures, keeps
for each parcel the rows that the verdict rests on, and says what is missing.
Both read tables in memory, in turn. Needs ``duckdb`` (``pip install duckdb``).
"""

import argparse
import datetime as dt
import importlib
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP)]

from data.rules import idle_land_rule  # noqa: E402
from etl.analysis.judging import without_collection  # noqa: E402
from gis.facts import Tables  # noqa: E402
from gis.idle import find  # noqa: E402
from gis.tables import COLUMNS, empty  # noqa: E402

DAY = dt.date(2024, 12, 31)
SIZES = {"100k": 100_000, "1m": 1_000_000}
FLAG = f"""CREATE OR REPLACE TABLE flag AS SELECT p.id, CASE WHEN c.number IS NULL THEN 0
 WHEN started IS NULL AND due + INTERVAL '2 year' < DATE '{DAY}' THEN 2
 WHEN started IS NULL AND due + INTERVAL '1 year' < DATE '{DAY}' THEN 1
 WHEN stopped IS NOT NULL AND stopped + INTERVAL '1 year' < DATE '{DAY}'
  AND (developed / area < 1 / 3.0 OR invested / planned < 0.25) THEN 3 ELSE 0 END flag
 FROM p LEFT JOIN (SELECT * FROM c QUALIFY row_number() OVER (PARTITION BY code ORDER BY signed DESC, number DESC) = 1) c
 USING (code)"""


def city(count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return parcels and contracts as the bench's city has them: 80 % have a contract, one in twenty a second."""
    rng = np.random.default_rng(7)
    number = np.arange(count)
    codes = np.array([f"210701{n // 2500:04d}GB{n % 2500 + 1:05d}" for n in number.tolist()], dtype=object)
    has = np.flatnonzero(rng.random(count) < 0.8)
    parcel = np.concatenate([has, has[rng.random(len(has)) < 0.06]])
    size = len(parcel)
    signed = np.datetime64("2012-01-01") + rng.integers(0, 4_200, size)
    signed[len(has) :] += 400
    due = signed + rng.integers(90, 540, size)
    nothing = np.datetime64("NaT")
    started = np.where(rng.random(size) < 0.72, due + rng.integers(-60, 700, size), nothing)
    stops = (rng.random(size) < 0.15) & ~np.isnat(started)
    stopped = np.where(stops, started + rng.integers(60, 1_200, size), nothing)
    area, planned = rng.integers(200_000, 2_000_000, size), rng.integers(50_000, 8_000_000, size)
    return pd.DataFrame({"code": codes, "id": number}), pd.DataFrame({
        "number": [f"锦土合字{n:08d}" for n in range(size)], "code": codes[parcel], "parcel": parcel, "signed": signed,
        "due": due, "started": started, "stopped": stopped, "area": area / 100, "planned": planned / 100,
        "developed": (area * rng.beta(1.2, 1.2, size)).astype(np.int64) / 100,
        "invested": (planned * rng.beta(1.2, 1.2, size)).astype(np.int64) / 100,
    })  # fmt: skip


def _arrow(values: Any) -> Any:
    """Return an Arrow column as a pandas one."""
    return pd.Series(values, dtype=pd.ArrowDtype(values.type))


def _figures(values: Any) -> Any:
    """Return hundredths as exact Arrow decimals."""
    return _arrow(pa.array(np.asarray(values).round(2).astype(str)).cast(pa.decimal128(20, 4)))  # fmt: skip


def _layer(layer: str, count: int, **columns: Any) -> pd.DataFrame:
    """Return a layer's table; columns not given are empty."""
    kinds = empty(layer).dtypes
    frame = {name: columns[name] if name in columns else pd.Series(np.full(count, None), dtype=object)
             if kinds[name] == "object" else pd.Series(np.full(count, np.datetime64("NaT", "us")))
             for name in COLUMNS[layer]}  # fmt: skip
    return pd.DataFrame(frame)


def tables(parcels: pd.DataFrame, terms: pd.DataFrame) -> Tables:
    """Return the city's facts with typed columns, keyed as the store reads them."""
    codes, count = pd.Index(parcels["code"], dtype=object), len(parcels)
    one: Any = lambda kind, n: pd.Series(pd.Categorical.from_codes(np.zeros(n, np.int8), [kind]))  # noqa: E731
    key: Any = lambda rows: pd.Series(pd.Categorical.from_codes(rows, codes))  # noqa: E731
    begun, stopped = terms[terms["started"].notna()], terms[terms["stopped"].notna()]
    events = [
        ("PERMIT", begun, "started"),
        ("FOUNDATION", begun, "started"),
        ("SUSPENDED", stopped, "stopped"),
    ]
    sizes = [len(rows) for _, rows, _ in events]
    whole = pd.Series(
        np.concatenate([np.full(sizes[0], np.nan), np.full(sizes[1], 100.0), np.full(sizes[2], np.nan)])
    )
    done = _arrow(pa.array(whole, from_pandas=True).cast(pa.decimal128(20, 4)))
    built = pa.chunked_array([pa.nulls(sizes[0] + sizes[1], pa.decimal128(20, 4)),
                              _figures(stopped["developed"]).array.__arrow_array__().combine_chunks()])  # fmt: skip
    size = len(terms)
    lists = pa.ListArray.from_arrays(
        pa.array(np.arange(size + 1, dtype=np.int32)), pa.array(terms["code"], pa.string())
    )
    return Tables(
        parcel=_layer("parcel", count, parcel_code=parcels["code"], entity_id=parcels["id"], version_id=parcels["id"],
                      holder=one("锦州锦辽新材料有限公司", count), ownership=one("STATE", count)),
        contract=_layer("contract", size, contract_no=terms["number"], contract_type=one("GRANT", size),
                        parcel_codes=_arrow(lists),
                        signed_on=terms["signed"], commence_by=terms["due"], due_area_m2=_figures(terms["area"]),
                        planned_investment_ex_land_wan=_figures(terms["planned"])),
        construction_event=_layer(
            "construction_event", sum(sizes), parcel_code=key(np.concatenate([rows["parcel"] for _, rows, _ in events])),
            event=pd.Series(pd.Categorical.from_codes(np.repeat(np.arange(3, dtype=np.int8), sizes), [kind for kind, _, _ in events])),
            happened_on=pd.concat([rows[name] for _, rows, name in events], ignore_index=True),
            foundation_type=pd.Series(pd.Categorical.from_codes(np.repeat(np.array([-1, 0, -1], np.int8), sizes), ["PIT"])),
            done=done, of=done, developed_area_m2=_arrow(built)),
        investment_report=_layer(
            "investment_report", size, contract_no=pd.Series(pd.Categorical.from_codes(np.arange(size), pd.Index(terms["number"], dtype=object))),
            reported_on=terms["signed"], basis=one("VERIFIED", size), building_wan=_figures(terms["invested"]),
            equipment_wan=_figures(np.zeros(size)), other_wan=_figures(np.zeros(size))),
        named_parcels=pd.DataFrame({"contract": np.arange(size), "code": key(terms["parcel"])}),
    )  # fmt: skip


def main() -> None:
    """Run both in turn and print the ratio of the medians."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("size", choices=SIZES)
    asked.add_argument("--runs", type=int, default=5)
    options = asked.parse_args()
    duckdb: Any = importlib.import_module("duckdb")
    parcels, terms = city(SIZES[options.size])
    facts, rule = tables(parcels, terms), idle_land_rule(DAY)
    peer = duckdb.connect()
    peer.execute("SET threads=2")
    peer.execute("CREATE TABLE p AS SELECT * FROM parcels")
    peer.execute("CREATE TABLE c AS SELECT * FROM terms")
    taken: dict[str, list[float]] = {"DuckDB": [], "landstock": []}
    for _ in range(options.runs):
        begun = time.perf_counter()
        peer.execute(FLAG)
        taken["DuckDB"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        with without_collection():  # as the analysis does
            found = find(facts, rule, DAY)
        taken["landstock"].append(time.perf_counter() - begun)
    print("flags   ", dict(peer.sql("SELECT flag, count(*) FROM flag GROUP BY 1 ORDER BY 1").fetchall()))
    print("verdicts", pd.Series(found.verdict + " " + found.band).value_counts().to_dict())
    for name, runs in taken.items():
        print(f"{name:10s} median {statistics.median(runs):.3f} s  best {min(runs):.3f} s")
    medians = [statistics.median(runs) for runs in taken.values()]
    print(f"landstock / DuckDB  {medians[1] / medians[0]:.2f}   (asked: 1.0 at 1m)")


if __name__ == "__main__":
    main()
