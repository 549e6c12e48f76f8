"""Parts of a city in files: their facts as GeoParquet and Parquet, their findings ready to be stored.

A part is judged where it can be read: by another process of this machine or by a worker on another one.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.models import Base
from etl.analysis.facts import Facts
from etl.analysis.judging import (
    WHOLE_READS,
    Findings,
    judge_parts,
    judge_whole,
    with_actual,
    without_collection,
)
from etl.analysis.partitions import Part, together
from etl.analysis.places import Rules
from etl.analysis.rows import Shelf, ready, write_prepared
from etl.copied import texts
from gis.facts import Tables

LARGE = ("idle_verdict", "intensity_verdict", "contract_account", "parcel_builtup")
"""The tables of findings with a row or more for each parcel or contract."""
_PEERS = ("peers", "peer_median")


def judged(folder: str, rules: Rules, as_of: dt.date) -> Findings:
    """Judge a part in its folder: the large tables are written there, the others returned.

    Of the accounts those columns are returned that :func:`etl.analysis.judging.judge_whole` reads.
    """
    home = Path(folder)
    part = read_part(home)
    with without_collection():
        found = judge_parts(part.facts, rules, as_of)
        own = part.own(found | {"accounts": with_actual(found)[list(WHOLE_READS)]})
        for name in LARGE:
            later = _PEERS if name == "contract_account" else ()
            write_prepared(Base.metadata.tables[name], own.pop(name), home / f"{name}.arrow", later)
    return own


def shelve(shelf: Shelf, folder: str) -> None:
    """Store what a part has left in its folder, but for the accounts, which wait for their peers."""
    for name in LARGE:
        if name != "contract_account":
            shelf.take(name, Path(folder) / f"{name}.arrow")


def joined(
    facts: Facts, rules: Rules, as_of: dt.date, folders: Sequence[str], found: Sequence[Findings], shelf: Shelf
) -> Findings:  # fmt: skip
    """Store the accounts and return the other findings of all parts as one, with what needs all contracts."""
    small = together(facts, [{name: part[name] for name in part if name != "accounts"} for part in found])
    accounts = pd.concat([part["accounts"] for part in found], ignore_index=True)
    with without_collection():
        whole = judge_whole(facts, rules, as_of, accounts, small["disagreement"])
    peers = ready(Base.metadata.tables["contract_account"], whole.pop("contract_account")[list(_PEERS)])
    start = 0
    for folder, part in zip(folders, found, strict=True):
        count = len(part["accounts"])
        shelf.take("contract_account", Path(folder) / "contract_account.arrow", peers.slice(start, count))
        start += count
    return small | whole


def write_part(part: Part, folder: Path) -> str:
    """Write a part as GeoParquet and Parquet, a file a table, and return its folder."""
    folder.mkdir()
    for item in fields(Tables):
        table = getattr(part.facts.tables, item.name)
        if item.init and isinstance(table, pd.DataFrame):
            pq.write_table(_arrow(table), folder / f"{item.name}.parquet")
    for item in fields(Facts):
        value = getattr(part.facts, item.name)
        if isinstance(value, gpd.GeoDataFrame):
            value.to_parquet(folder / f"shapes-{item.name}.parquet")
        elif isinstance(value, pd.DataFrame):
            pq.write_table(_arrow(value), folder / f"rows-{item.name}.parquet")
    own = {name: sorted(getattr(part, name)) for name in ("parks", "parcels", "contracts")}
    (folder / "own.json").write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
    return str(folder)


def read_part(folder: Path) -> Part:
    """Return a part as it was written.

    Raises
    ------
    FileNotFoundError
        The folder is not there: a worker on a machine that does not see it.
    """
    own = json.loads((folder / "own.json").read_text(encoding="utf-8"))
    names = [item.name for item in fields(Tables) if (folder / f"{item.name}.parquet").exists()]
    tables = Tables(**{name: _frame(pq.read_table(folder / f"{name}.parquet")) for name in names})
    rest: dict[str, Any] = {}
    for path in folder.glob("shapes-*.parquet"):
        rest[path.stem.removeprefix("shapes-")] = _plain(gpd.read_parquet(path))
    for path in folder.glob("rows-*.parquet"):
        rest[path.stem.removeprefix("rows-")] = _frame(pq.read_table(path))
    return Part(
        Facts(tables=tables, **rest), *(frozenset(own[name]) for name in ("parks", "parcels", "contracts"))
    )


def _arrow(table: pd.DataFrame) -> pa.Table:
    """Return a table of facts as Arrow columns of the same values."""
    columns = {}
    for name, values in table.items():
        if isinstance(values.dtype, pd.ArrowDtype):
            columns[str(name)] = pa.chunked_array(values.array.__arrow_array__())
        elif isinstance(values.dtype, pd.CategoricalDtype):
            columns[str(name)] = _coded(values)
        else:
            columns[str(name)] = pa.array(values, from_pandas=True)
    return pa.table(columns)


def _coded(values: pd.Series) -> pa.Array:
    """Return a categorical column with those categories alone that it has: a part has few of a city's keys."""
    codes = values.cat.codes.to_numpy()
    used, places = np.unique(codes, return_inverse=True)
    missing = codes < 0
    used, places = (used[1:], places - 1) if missing.any() else (used, places)
    dictionary = pa.array(values.cat.categories.to_numpy(dtype=object)[used], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32), mask=missing), dictionary)


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return Arrow columns as :mod:`etl.copied` gives them to the analysis."""
    return pd.DataFrame({name: _series(table[name]) for name in table.column_names})


def _series(values: pa.ChunkedArray) -> pd.Series:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return texts(values.cast(kind.value_type))
    if pa.types.is_timestamp(kind) or (pa.types.is_integer(kind) and not values.null_count):
        return pd.Series(values.to_numpy())
    if pa.types.is_decimal(kind) or pa.types.is_list(kind) or pa.types.is_string(kind):
        return pd.Series(values, dtype=pd.ArrowDtype(kind))
    return pd.Series(values.to_pylist(), dtype=object)


def _plain(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table of shapes with texts as objects, None where nothing is recorded."""
    for name in table.columns.drop("geometry"):
        if table[name].dtype.kind not in "iM":
            values = table[name].to_numpy(dtype=object, copy=True)
            values[pd.isna(values)] = None
            table[name] = pd.Series(values, dtype=object, index=table.index)
    return table
