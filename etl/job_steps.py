"""The steps of a job: recognise, check, publish, or take in at one go. Each may run twice and stays right."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text

from data import incoming, job_runs, jobs
from data.job import Job
from data.session import apart, transaction
from data.settings import settings
from etl.answers import options_from
from etl.asked import checked_options, place_of
from etl.errors import NotPublishable, PathMissing
from etl.importer import run
from etl.keep import content_hash
from etl.options import ImportReport, Progress
from etl.publish import publish
from etl.readers.discover import files_of
from etl.recognise import recognise

Outcome = tuple[dict[str, Any], int | None]  # what the job's ``result`` holds; the delivery


def carry_out(job: Job, progress: Progress) -> Outcome:
    """Do what a job asks for last; return its result and its delivery."""
    steps: dict[str | None, Callable[[Job, Progress], Outcome]] = {
        "RECOGNISE": _recognise, "CHECK": _check, "PUBLISH": _publish, "IMPORT": _import,
    }  # fmt: skip
    return steps[job.what](job, progress)


def paths_of(job: Job) -> list[Path]:
    """Return what a job takes in: its files where they lie, else the copy that was kept of them.

    Raises
    ------
    PathMissing
        Neither is there any more.
    """
    found = incoming.paths(job.job_id, job.files)
    if found and all(path.exists() for path in found):
        return found
    kept = settings().home / "deliveries" / (job.content_sha256 or "-")
    if kept.is_dir():
        return sorted(kept.iterdir())
    raise PathMissing(next((path for path in found if not path.exists()), kept))


def _recognise(job: Job, progress: Progress) -> Outcome:
    progress("recognise", 0, 1)
    options, _ = checked_options(options_from(job.answers, job.created_by))
    with transaction() as connection:
        place = place_of(connection, settings().home)
    found = recognise(files_of(paths_of(job)), options, place, job.answers.get("layers"))
    progress("recognise", 1, 1)
    return {"tables": [_plain(table.as_json()) for table in found]}, None


def _check(job: Job, progress: Progress) -> Outcome:
    """Check and stage; the delivery that an earlier check of this job staged leaves staging."""
    report = _run(job, progress, publish=False, check_only=False)
    if job.delivery_id is not None and job.delivery_id != report.delivery:
        with transaction() as connection:
            jobs.discard_staged(connection, job.delivery_id)
    return _plain(report.as_json()), report.delivery


def _publish(job: Job, progress: Progress) -> Outcome:
    assert job.delivery_id is not None
    progress("publish", 0, _staged_rows(job.delivery_id))
    done = publish(job.delivery_id, job.created_by, job.answers.get("reason"))
    return {"publication": done.publication_id, "changes": done.changes}, job.delivery_id


def _import(job: Job, progress: Progress) -> Outcome:
    """Take in at one go; where an earlier attempt had staged the delivery whole, go on from there."""
    if job.answers.get("publish") and job.delivery_id is not None and _status(job.delivery_id) == "STAGED":
        try:
            return _publish(job, progress)
        except NotPublishable:  # a crash of the server empties staging: read again
            with transaction() as connection:
                jobs.discard_staged(connection, job.delivery_id)
    report = _run(job, progress)
    with transaction() as connection:
        jobs.discard_superseded(connection, report.delivery)
    return _plain(report.as_json() | {"exit_code": report.exit_code}), report.delivery


def _run(job: Job, progress: Progress, **changed: Any) -> ImportReport:
    paths = paths_of(job)
    with apart() as connection:
        job_runs.note_content(connection, job.job_id, content_hash(files_of(paths)))
    options = dataclasses.replace(options_from(job.answers, job.created_by), **changed)
    return run(paths, options, progress)


def _status(delivery_id: int) -> str | None:
    with transaction() as connection:
        found: str | None = connection.scalar(
            text("SELECT status FROM delivery WHERE delivery_id = :id"), {"id": delivery_id}
        )
        return found


def _staged_rows(delivery_id: int) -> int:
    with transaction() as connection:
        asked = text("SELECT coalesce(sum(rows_accepted), 0) FROM delivery_file WHERE delivery_id = :id")
        return int(connection.scalar(asked, {"id": delivery_id}) or 0)


def _plain(content: Any) -> Any:
    """Return what JSON can hold."""
    return json.loads(json.dumps(content, ensure_ascii=False, default=str))
