"""The sample delivery: a city that doesn't exist, in the form a land bureau would send it."""

import shutil
from pathlib import Path

from etl.sample import vector_files
from etl.sample.build import build
from etl.sample.readme import write_expectations, write_readme
from etl.sample.table_files import Tables

FOLDER = "jinzhou-2026-10"


def write(out: Path) -> None:
    """Write the delivery, its list of cases and what they must come to into a folder.

    The delivery's own folder is made anew; other files of ``out`` stay.
    """
    sample = build()
    home = out / FOLDER
    if home.exists():
        shutil.rmtree(home)
    folders = {
        name: home / name
        for name in ("园区", "宗地", "建成区", "建筑", "合同", "建设", "投资", "企业与统计", "土地利用状况")
    }
    for folder in folders.values():
        folder.mkdir(parents=True)
    vector_files.parks(sample, folders["园区"])
    vector_files.parcels(sample, folders["宗地"])
    vector_files.builtup(sample, folders["建成区"])
    vector_files.buildings(sample, folders["建筑"])
    vector_files.land_states(sample, folders["土地利用状况"])
    tables = Tables(sample)
    tables.grants(folders["合同"])
    tables.entries(folders["合同"])
    tables.events(folders["建设"])
    tables.causes(folders["建设"])
    tables.reports(folders["投资"])
    tables.enterprises(folders["企业与统计"])
    tables.statistics(folders["企业与统计"])
    write_expectations(sample, out)
    write_readme(sample, out)
