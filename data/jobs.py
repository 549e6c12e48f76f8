"""Jobs of taking deliveries in: made, asked about, changed, queued and cancelled.

A job is one row of ``import_job``. A person fills it step by step (``DRAFT``);
each step that takes time (``RECOGNISE``, ``CHECK``, ``PUBLISH``) is queued, and
a worker carries it out. What a worker does to the row is in
:mod:`data.job_runs`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, text

from data import staged
from data.job import STEPS, Job, JobBusy, JobNotReady, NoSuchJob

CHANNEL = "landstock_job"
QUEUE = "imports"
TASK = "landstock.job"

_COLUMNS = ", ".join(field.name for field in fields(Job) if field.name != "now")
_SELECT = f"SELECT {_COLUMNS}, clock_timestamp() AS now FROM import_job"


def create(
    connection: Connection,
    kind: str,
    person: str,
    files: Sequence[Mapping[str, Any]] = (),
    answers: Mapping[str, Any] | None = None,
) -> int:
    """Make a job in the state ``DRAFT`` and return its number.

    Parameters
    ----------
    kind
        ``IMPORT``.
    files
        Each ``{"name": …, "path": …, "size": …}``: the name as it was
        delivered and where the file lies (see :mod:`data.incoming`).
    answers
        Options of an import by the names of ``etl.options.ImportOptions``;
        other keys are kept and ignored by the worker.
    """
    found = connection.scalar(
        text(
            "INSERT INTO import_job (kind, state, created_by, files, answers) VALUES "
            "(:kind, 'DRAFT', :person, CAST(:files AS jsonb), CAST(:answers AS jsonb)) RETURNING job_id"
        ),
        {"kind": kind, "person": person, "files": _json(list(files)), "answers": _json(dict(answers or {}))},
    )
    return int(found or 0)


def get(connection: Connection, job_id: int) -> Job:
    """Return a job.

    Raises
    ------
    NoSuchJob
        There is none with this number.
    """
    row = connection.execute(text(f"{_SELECT} WHERE job_id = :id"), {"id": job_id}).mappings().one_or_none()
    if row is None:
        raise NoSuchJob(job_id)
    return Job(**row)


def list_jobs(connection: Connection, limit: int = 50, offset: int = 0) -> list[Job]:
    """Return the jobs, the newest first."""
    rows = connection.execute(
        text(f"{_SELECT} ORDER BY job_id DESC LIMIT :limit OFFSET :offset"),
        {"limit": limit, "offset": offset},
    )
    return [Job(**row) for row in rows.mappings()]


def update_answers(
    connection: Connection,
    job_id: int,
    answers: Mapping[str, Any],
    files: Sequence[Mapping[str, Any]] | None = None,
) -> Job:
    """Set some answers of a job, and its files where they are given; the other answers stay.

    Raises
    ------
    NoSuchJob, JobBusy
        There is no such job, or it is queued or running.
    """
    _require_idle(connection, job_id)
    connection.execute(
        text(
            "UPDATE import_job SET answers = answers || CAST(:answers AS jsonb), "
            "files = coalesce(CAST(:files AS jsonb), files) WHERE job_id = :id"
        ),
        {
            "id": job_id, "answers": _json(dict(answers)),
            "files": None if files is None else _json(list(files)),
        },
    )  # fmt: skip
    return get(connection, job_id)


def queue(connection: Connection, job_id: int, what: str) -> Job:
    """Have a worker carry out a step of a job; it starts when the transaction is committed.

    Parameters
    ----------
    what
        ``RECOGNISE``, ``CHECK``, ``PUBLISH`` or ``IMPORT`` (all of it in one
        run, with the job's answers).

    Raises
    ------
    NoSuchJob, JobBusy, JobNotReady
        There is no such job; it is queued or running; it has no files, or
        nothing to publish.
    """
    if what not in STEPS:
        raise ValueError(what)
    job = _require_idle(connection, job_id)
    if what == "PUBLISH" and job.delivery_id is None:
        raise JobNotReady(
            f"Import job {job_id} has no checked delivery yet. Queue its check first.",
            f"导入任务 {job_id} 还没有通过检查的成果。请先执行检查。",
        )
    if what != "PUBLISH" and not job.files:
        raise JobNotReady(
            f"Import job {job_id} has no files. Add the files of the delivery first.",
            f"导入任务 {job_id} 没有文件。请先上传成果文件。",
        )
    connection.execute(
        text(
            "UPDATE import_job SET state = 'QUEUED', what = :what, stage = NULL, stage_at = NULL, done = 0, "
            "total = 0, started_at = NULL, heartbeat_at = NULL, finished_at = NULL, cancel_asked = false, "
            "worker = NULL, error = NULL WHERE job_id = :id"
        ),
        {"id": job_id, "what": what},
    )
    log(connection, job_id, "QUEUED", what=what)
    defer(connection, job_id)
    notify(connection, job_id)
    return get(connection, job_id)


def defer(connection: Connection, job_id: int) -> None:
    """Put a job into the queue of the workers."""
    connection.execute(
        text(
            "SELECT jobs.procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, 0, NULL, :once, "
            "jsonb_build_object('job_id', CAST(:id AS bigint)), NULL)::jobs.procrastinate_job_to_defer_v1])"
        ),
        {"queue": QUEUE, "task": TASK, "once": f"{TASK}:{job_id}", "id": job_id},
    )


def cancel(connection: Connection, job_id: int) -> Job:
    """End a job: at once where it does not run, else as soon as its worker sees it.

    The staged rows of a delivery that it checked and nobody published leave
    the staging tables.

    Raises
    ------
    NoSuchJob
        There is none with this number.
    """
    job = _locked(connection, job_id)
    if job.state == "RUNNING":
        connection.execute(
            text("UPDATE import_job SET cancel_asked = true WHERE job_id = :id"), {"id": job_id}
        )
        log(connection, job_id, "CANCEL_ASKED")
    elif job.state != "CANCELLED" and not _published(connection, job):
        if job.state == "QUEUED":
            unqueue(connection, job_id)
        if job.delivery_id is not None:
            discard_staged(connection, job.delivery_id)
        connection.execute(
            text(
                "UPDATE import_job SET state = 'CANCELLED', finished_at = clock_timestamp() WHERE job_id = :id"
            ),
            {"id": job_id},
        )
        log(connection, job_id, "CANCELLED")
    notify(connection, job_id)
    return get(connection, job_id)


def unqueue(connection: Connection, job_id: int) -> None:
    """Take a job that no worker has begun out of the queue."""
    connection.execute(
        text(
            "SELECT jobs.procrastinate_cancel_job_v1(id, false, true) FROM jobs.procrastinate_jobs "
            "WHERE status = 'todo' AND queueing_lock = :once"
        ),
        {"once": f"{TASK}:{job_id}"},
    )


def discard_staged(connection: Connection, delivery_id: int) -> None:
    """Take the staged rows of a delivery that nobody will publish out of staging; its findings stay."""
    found = connection.scalar(
        text(
            "UPDATE delivery SET status = 'CHECKED' WHERE delivery_id = :id AND status = 'STAGED' RETURNING delivery_id"
        ),
        {"id": delivery_id},
    )
    if found is None:
        return
    files = connection.execute(
        text(
            "SELECT layer, array_agg(file_id) AS numbers FROM delivery_file "
            "WHERE delivery_id = :id AND layer IS NOT NULL GROUP BY layer"
        ),
        {"id": delivery_id},
    ).all()
    for of_layer in files:
        staged.discard(connection, of_layer.layer, of_layer.numbers)


def discard_superseded(connection: Connection, delivery_id: int) -> None:
    """Take earlier staged copies of a delivery, with the same content and options, out of staging."""
    earlier = connection.scalars(
        text(
            "SELECT e.delivery_id FROM delivery d JOIN delivery e USING (content_sha256, options) "
            "WHERE d.delivery_id = :id AND e.delivery_id < :id AND e.status = 'STAGED' ORDER BY 1"
        ),
        {"id": delivery_id},
    ).all()
    for number in earlier:
        discard_staged(connection, number)


def log(connection: Connection, job_id: int, code: str, **params: Any) -> None:
    """Add a line to the log of a job."""
    connection.execute(
        text("INSERT INTO import_job_log (job_id, code, params) VALUES (:id, :code, CAST(:params AS jsonb))"),
        {"id": job_id, "code": code, "params": _json(params)},
    )


def log_lines(connection: Connection, job_id: int) -> list[dict[str, Any]]:
    """Return the log of a job: ``at``, ``code`` and ``params`` of each line."""
    rows = connection.execute(
        text("SELECT at, code, params FROM import_job_log WHERE job_id = :id ORDER BY line_id"),
        {"id": job_id},
    )
    return [dict(row) for row in rows.mappings()]


def notify(connection: Connection, job_id: int) -> None:
    """Tell those who listen that a job has changed."""
    connection.execute(text("SELECT pg_notify(:channel, :id)"), {"channel": CHANNEL, "id": str(job_id)})


def _published(connection: Connection, job: Job) -> bool:
    return job.delivery_id is not None and connection.scalar(
        text("SELECT status FROM delivery WHERE delivery_id = :id"), {"id": job.delivery_id}
    ) in ("PUBLISHED", "WITHDRAWN", "DUPLICATE")


def _locked(connection: Connection, job_id: int) -> Job:
    connection.execute(text("SELECT FROM import_job WHERE job_id = :id FOR UPDATE"), {"id": job_id})
    return get(connection, job_id)


def _require_idle(connection: Connection, job_id: int) -> Job:
    job = _locked(connection, job_id)
    if job.live:
        raise JobBusy(job_id, job.state)
    return job


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, default=str)
