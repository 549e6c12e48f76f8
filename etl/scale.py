"""The analysis on several processes or machines: parts as GeoParquet, judged by Dask's workers (extra ``scale``).

The same pure functions run on each part as on the whole; what needs all contracts is done where the parts come
together. A worker that dies costs the time of its part: Dask gives it to another one.
"""

import datetime as dt
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.settings import settings
from etl.analysis.compute import STEPS, Findings, Progress, Rules, judge_parts, judge_whole, tell
from etl.analysis.facts import Facts
from etl.analysis.partitions import Part, parts, together
from etl.copied import texts
from gis.errors import EnvironmentFault
from gis.facts import Tables

_RETRIES = 3
_PARTS_A_WORKER = 2
_CONNECT_S = 10


class ScaleMissing(EnvironmentFault):
    """The extra ``scale`` is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "--engine dask needs the extra `scale`, which is not installed. "
            "Install it with `pip install landstock[scale]`, or leave --engine out.",
            "--engine dask 需要可选组件 scale，尚未安装。请执行 `pip install landstock[scale]`，或去掉 --engine。",
        )


class NoScheduler(EnvironmentFault):
    """Nobody answers at the address of the scheduler, or it has no workers."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"No Dask scheduler with workers answers at {address}. Start one with `dask scheduler` and `dask worker {address}`, "
            "check the address, or leave --scheduler out to use this machine.",
            f"{address} 没有带工作进程的 Dask 调度器应答。请用 `dask scheduler` 和 `dask worker {address}` 启动，"
            "核对地址，或去掉 --scheduler 在本机运行。",
        )


class PartNotSeen(EnvironmentFault):
    """A worker on another machine can't read the folder of the parts."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"A Dask worker can't read {folder}. Workers must see the data folder under the same path: share it, "
            "or set LANDSTOCK_HOME to a shared folder.",
            f"Dask 工作进程无法读取 {folder}。各工作进程须能以同一路径访问数据文件夹：请共享该文件夹，"
            "或将 LANDSTOCK_HOME 设为共享文件夹。",
        )


def judge_by_dask(
    facts: Facts, rules: Rules, as_of: dt.date, progress: Progress | None = None, scheduler: str | None = None,
    count: int | None = None,
) -> Findings:  # fmt: skip
    """Return what :func:`etl.analysis.compute.judge` returns, worked out in parts by Dask's workers.

    Parameters
    ----------
    scheduler
        The address of a running scheduler; without it workers are started on this machine.
    count
        How many parts; two for each worker without it. The findings do not depend on it.

    Raises
    ------
    ScaleMissing, NoScheduler, PartNotSeen
        The extra is not installed, nobody answers, or a worker can't read the parts.
    """
    with _client(scheduler) as client, tempfile.TemporaryDirectory(prefix="parts-", dir=_work()) as folder:
        workers = len(client.scheduler_info()["workers"])
        folders = [_written(part, Path(folder) / f"part-{number}")
                   for number, part in enumerate(parts(facts, count or workers * _PARTS_A_WORKER))]  # fmt: skip
        waiting = [
            client.submit(judged, path, rules, as_of, retries=_RETRIES, pure=False) for path in folders
        ]
        tell(progress, "idle land", 3)
        try:
            found = client.gather(waiting)
        except FileNotFoundError as error:
            raise PartNotSeen(folder) from error
    tell(progress, "sources against each other", STEPS - 1)
    return judge_whole(facts, rules, as_of, together(facts, found))


def judged(folder: str, rules: Rules, as_of: dt.date) -> Findings:
    """Return the findings about what a part owns; runs in a worker."""
    part = read_part(Path(folder))
    return part.own(judge_parts(part.facts, rules, as_of))


def _work() -> Path:
    found = settings().home / "work"
    found.mkdir(parents=True, exist_ok=True)
    return found


@contextmanager
def _client(scheduler: str | None) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ScaleMissing from error
    if scheduler is None:
        with LocalCluster(host="127.0.0.1", threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:  # fmt: skip
            yield client
        return
    try:
        client = Client(scheduler, timeout=_CONNECT_S)
        client.wait_for_workers(1, timeout=_CONNECT_S)
    except (OSError, ValueError, TimeoutError) as error:
        raise NoScheduler(scheduler) from error
    with client:
        yield client


def _written(part: Part, folder: Path) -> str:
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
        else:
            columns[str(name)] = pa.array(values, from_pandas=True)
    return pa.table(columns)


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
