"""The steps of the demo, each of which is skipped where its result is there already."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from sqlalchemy import distinct, select

from api import freezing
from api.demo_accounts import make_accounts
from api.handing_out import write_map
from api.sample_start import MAPPING, SAMPLE
from data import approvals, frozen_lists
from data.cluster import start
from data.models import DeliveryFile, Park
from data.session import transaction
from data.settings import checkout
from etl import export
from etl.analysis.judging import Progress
from etl.analysis.run import ensure_run
from etl.analysis.summary import RunSummary, summary
from etl.importer import run as import_delivery
from etl.options import ImportOptions
from gis.periods import month_before
from maps.handout import LIMIT

FILES = ("idle-list.xlsx", "idle-list.geojson", "parcels.geojson", "map.html")


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo made. ``mapped_parks`` are those of the map, where it holds not all."""

    report: Mapping[str, Any]
    was_in: bool
    summary: RunSummary
    files: dict[str, Path]
    mapped: int
    mapped_parks: tuple[str, ...] | None
    accounts: list[dict[str, str]]


def default_folder() -> Path:
    """Return ``out/`` of the checkout, or of the current folder where the program is installed."""
    return (checkout() or Path.cwd()) / "out"


def prepare(out: Path | None, as_of: dt.date, lang: str, person: str, progress: Progress) -> Demo:
    """Import, analyse and write the files; what is there already is used as it is.

    Raises
    ------
    EnvironmentFault
        PostGIS is missing, or the disk is full.
    """
    folder = (out or default_folder()).resolve()
    progress("PostGIS", 0, 1)
    start()
    progress("sample delivery", 0, 1)
    report = _imported(person, progress)
    progress("analysis", 0, 1)
    run_id = ensure_run(as_of, None, None, person, progress)
    with transaction() as connection:
        found = summary(connection, run_id)
    question = export.Question(as_of, None, None, lang, person)
    wanted = {name: folder / name for name in FILES}
    for number, name in enumerate(FILES[:3]):
        progress(f"write {name}", number, 1)
        what, form = name.rsplit(".", 1)
        export.export(what, form, wanted[name], question)
    progress("freeze the list of last month", 0, 1)
    _freeze_last_month(min(code for code in found.parks if code), as_of, person)
    progress("write map.html", 0, 1)
    only = None if found.parcels <= LIMIT else _parks_of_sample(report)
    mapped = write_map(question, wanted["map.html"], only)
    made = make_accounts(min(code for code in found.parks if code), person)
    return Demo(report, report.get("duplicate_of") is not None, found, wanted, mapped, only, made)


def _imported(person: str, progress: Progress) -> dict[str, Any]:
    """Import and publish the sample delivery; what is in already is not read again."""
    with (
        as_file(files("data") / "samples" / SAMPLE) as delivery,
        as_file(files("etl") / "mappings" / MAPPING) as mapping,
    ):
        options = ImportOptions(mapping=mapping, publish=True, person=person)
        return import_delivery([delivery], options, progress).as_json()


def _freeze_last_month(park_code: str, as_of: dt.date, person: str) -> None:
    """Freeze one park's list of the end of last month, so that the present one has something to differ from.

    Only as the first of its park: a later one may need reasons that only a person can give.
    """
    run_id = ensure_run(month_before(as_of), None, None, person)
    with transaction() as connection:
        if frozen_lists.listed(connection, park_code) or approvals.needed("freeze"):
            return
        freezing.check(connection, freezing.standing(connection, run_id, park_code), {})
        freezing.freeze(connection, freezing.standing(connection, run_id, park_code))


def _parks_of_sample(report: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parks that the sample delivery brought, for a database that holds much else."""
    number = report.get("duplicate_of") or report["delivery"]
    statement = (
        select(distinct(Park.park_code))
        .join(DeliveryFile, DeliveryFile.file_id == Park.file_id)
        .where(DeliveryFile.delivery_id == number)
        .order_by(Park.park_code)
    )
    with transaction() as connection:
        return tuple(connection.execute(statement).scalars())
