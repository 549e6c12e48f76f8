"""The analysis on several processes or machines: parts as GeoParquet, judged by Dask's workers (extra ``scale``).

The same pure functions run on each part as on the whole; what needs all contracts is done where the parts come
together. A worker that dies costs the time of its part: Dask gives it to another one.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from etl.analysis.facts import Facts
from etl.analysis.judging import STEPS, Findings, Progress, tell
from etl.analysis.part_files import joined, judged, shelve, write_part
from etl.analysis.partitions import parts
from etl.analysis.places import Rules
from etl.analysis.rows import Shelf
from gis.errors import EnvironmentFault

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
    facts: Facts, rules: Rules, as_of: dt.date, progress: Progress | None, shelf: Shelf, scheduler: str | None = None,
    count: int | None = None,
) -> Findings:  # fmt: skip
    """Return the findings of :func:`etl.analysis.judging.judge`, worked out in parts by Dask's workers.

    Parameters
    ----------
    shelf
        Where facts and findings of the parts are put; workers see its folder under the same path.
    scheduler
        The address of a running scheduler; without it workers are started on this machine.
    count
        How many parts; two for each worker without it. The findings do not depend on it.

    Raises
    ------
    ScaleMissing, NoScheduler, PartNotSeen
        The extra is not installed, nobody answers, or a worker can't read the parts.
    """
    with _client(scheduler) as client:
        workers = len(client.scheduler_info()["workers"])
        folders = [write_part(part, shelf.folder / f"part-{number}")
                   for number, part in enumerate(parts(facts, count or workers * _PARTS_A_WORKER))]  # fmt: skip
        waiting = [
            client.submit(judged, path, rules, as_of, retries=_RETRIES, pure=False) for path in folders
        ]
        tell(progress, "idle land", 3)
        try:
            found = client.gather(waiting)
        except FileNotFoundError as error:
            raise PartNotSeen(str(shelf.folder)) from error
    tell(progress, "sources against each other", STEPS - 1)
    for path in folders:
        shelve(shelf, path)
    return joined(facts, rules, as_of, folders, found, shelf)


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
