"""A large city on the processors of this machine: parts of it are judged by processes of their own, in less memory."""

import datetime as dt
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from etl.analysis.facts import Facts
from etl.analysis.judging import STEPS, Findings, Progress, tell
from etl.analysis.part_files import joined, judged, shelve, write_part
from etl.analysis.partitions import parts_of
from etl.analysis.places import Rules
from etl.analysis.rows import Shelf
from gis.errors import EnvironmentFault

MANY_PARCELS = 60_000
"""From how many parcels on starting processes pays."""
_PARCELS_A_PART = 25_000
_MOST_PROCESSES = 8


class ProcessLost(EnvironmentFault):
    """A process that judged a part ended before it was done."""

    def __init__(self) -> None:
        super().__init__(
            "A process of the analysis was ended from outside, most likely because memory ran out. Nothing was stored. "
            "Free memory and run the analysis again.",
            "分析的一个子进程被外部终止，多半是内存不足。未保存任何结果。请释放内存后重新分析。",
        )


def judge_in_processes(
    facts: Facts,
    rules: Rules,
    as_of: dt.date,
    progress: Progress | None,
    shelf: Shelf,
    count: int | None = None,
) -> Findings:
    """Return the findings of :func:`etl.analysis.judging.judge`, worked out in parts by several processes.

    Parameters
    ----------
    shelf
        Where facts and findings of the parts are put; it has stored the large tables afterwards.
    count
        How many parts; by the number of parcels without it. The findings do not depend on it.

    Raises
    ------
    ProcessLost
        A process was ended from outside.
    """
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES)
    rounds = -(-len(facts.parcels) // (_PARCELS_A_PART * processes))
    folders, waiting, found = [], [], []
    # A process made anew shares no lock and no connection with this one.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        for number, part in enumerate(parts_of(facts, count or rounds * processes)):
            folders.append(write_part(part, shelf.folder / f"part-{number}"))
            waiting.append(pool.submit(judged, folders[-1], rules, as_of))
        for number, (folder, one) in enumerate(zip(folders, waiting, strict=True), start=1):
            try:
                found.append(one.result())
            except BrokenProcessPool as error:
                raise ProcessLost from error
            shelve(shelf, folder)  # while the others go on
            tell(progress, "judge the parts", number, len(waiting))
    tell(progress, "sources against each other", STEPS - 1)
    return joined(facts, rules, as_of, folders, found, shelf)
