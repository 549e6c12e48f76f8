"""What happens to a job while it runs: begun, followed, ended, and found dead.

The process that carries a job out holds the advisory lock of the job on a
connection of its own. The system frees it when the process is killed, so that
a job that says ``RUNNING`` without a holder is dead.
"""

import json
from typing import Any

from sqlalchemy import Connection, text

from data import jobs
from data.job import Job

SILENT_S = 30.0  # without a heartbeat for so long a job is looked at
_STARTABLE = ["DRAFT", "DONE", "FAILED", "CANCELLED"]
_LOCK = "hashtext('landstock.job'), CAST(:id AS integer)"

INTERRUPTED: dict[str, str] = {
    "code": "JOB_INTERRUPTED",
    "en": "The process that carried this job out was ended in the stage “{stage}” (power, a restart, memory, or "
    "kill). Nothing was published by halves. {kept} Repeat the job.",
    "zh": "执行该任务的进程在“{stage_zh}”阶段被终止（断电、重启、内存不足或被强制结束）。没有只发布一半的数据。{kept_zh}请重新执行该任务。",
}
STAGE_WORDS = {
    "keep": "留存成果", "recognise": "识别", "read": "读取", "check": "检查", "stage": "入暂存库",
    "compare": "与已发布数据比对", "publish": "发布",
}  # fmt: skip


def begin(connection: Connection, job_id: int, worker: str, what: str | None = None) -> Job | None:
    """Mark a queued job as running; return it, or ``None`` if it is not to be run (any more).

    With ``what`` it is run at once, by whoever calls, without having been queued.
    """
    found = connection.scalar(
        text(
            "UPDATE import_job SET state = 'RUNNING', what = coalesce(:what, what), worker = :worker, "
            "attempts = attempts + 1, started_at = clock_timestamp(), heartbeat_at = clock_timestamp(), "
            "stage = NULL, stage_at = NULL, done = 0, total = 0, finished_at = NULL, error = NULL, "
            "cancel_asked = false "
            "WHERE job_id = :id AND state = ANY(:from) RETURNING job_id"
        ),
        {"id": job_id, "worker": worker, "what": what, "from": _STARTABLE if what else ["QUEUED"]},
    )
    if found is None:
        return None
    jobs.log(connection, job_id, "STARTED", worker=worker)
    jobs.notify(connection, job_id)
    return jobs.get(connection, job_id)


def hold(connection: Connection, job_id: int) -> bool:
    """Take the lock of a job for this connection; say whether it is ours now."""
    return bool(connection.scalar(text(f"SELECT pg_try_advisory_lock({_LOCK})"), {"id": job_id}))


def beat(connection: Connection, job_id: int, stage: str | None, done: int, total: int) -> bool:
    """Write down how far a job is; say whether it is to be ended.

    A job that is no longer ``RUNNING`` (cancelled, or given up as dead) is to
    be ended as well.
    """
    row = connection.execute(
        text(
            "UPDATE import_job SET heartbeat_at = clock_timestamp(), done = :done, total = :total, stage = :stage, "
            "stage_at = CASE WHEN stage IS DISTINCT FROM :stage THEN clock_timestamp() ELSE stage_at END "
            "WHERE job_id = :id AND state = 'RUNNING' RETURNING cancel_asked"
        ),
        {"id": job_id, "stage": stage, "done": done, "total": total},
    ).one_or_none()
    jobs.notify(connection, job_id)
    return row is None or bool(row.cancel_asked)


def note_content(connection: Connection, job_id: int, sha256: str) -> None:
    """Write down the content hash of what a job takes in, by which it is kept."""
    connection.execute(
        text("UPDATE import_job SET content_sha256 = :sha WHERE job_id = :id"), {"sha": sha256, "id": job_id}
    )


def finish(
    connection: Connection,
    job_id: int,
    state: str,
    result: dict[str, Any] | None = None,
    error: dict[str, Any] | None = None,
    delivery_id: int | None = None,
) -> None:
    """Write down how a running job ended; ``result`` is kept under the name of the step."""
    found = connection.scalar(
        text(
            "UPDATE import_job SET state = :state, finished_at = clock_timestamp(), "
            "done = CASE WHEN :state = 'DONE' THEN total ELSE done END, error = CAST(:error AS jsonb), "
            "delivery_id = coalesce(:delivery, delivery_id), result = CASE WHEN CAST(:result AS jsonb) IS NULL "
            "THEN result ELSE coalesce(result, '{}') || jsonb_build_object(what, CAST(:result AS jsonb)) END "
            "WHERE job_id = :id AND state = 'RUNNING' RETURNING job_id"
        ),
        {
            "id": job_id, "state": state, "delivery": delivery_id,
            "result": None if result is None else json.dumps(result, ensure_ascii=False, default=str),
            "error": None if error is None else json.dumps(error, ensure_ascii=False, default=str),
        },
    )  # fmt: skip
    if found is not None:
        jobs.log(connection, job_id, state, **({"error": error["code"]} if error else {}))
    jobs.notify(connection, job_id)


def end_cancelled(connection: Connection, job_id: int) -> None:
    """Write down that a running job was cancelled; what it had staged by then leaves staging."""
    left = _left(connection, jobs.get(connection, job_id))
    if left is not None:
        jobs.discard_staged(connection, left)
    finish(connection, job_id, "CANCELLED")


def sweep(connection: Connection, silent_s: float = SILENT_S) -> list[int]:
    """Give up the jobs whose process is gone, and return their numbers.

    A job counts as dead when it has not given a sign for ``silent_s`` seconds
    and nobody holds its lock. One that waits and is in no queue (its worker
    died between taking it and beginning it) is queued again.
    """
    silent = connection.scalars(
        text(
            "SELECT job_id FROM import_job WHERE state = 'RUNNING' AND "
            "coalesce(heartbeat_at, started_at) < clock_timestamp() - make_interval(secs => :silent) "
            "ORDER BY job_id FOR UPDATE SKIP LOCKED"
        ),
        {"silent": silent_s},
    ).all()
    dead = [job_id for job_id in silent if _nobody_holds(connection, job_id)]
    for job_id in dead:
        _give_up(connection, job_id)
    _end_orphans(connection, silent_s)
    _queue_again(connection)
    return dead


def _nobody_holds(connection: Connection, job_id: int) -> bool:
    return bool(connection.scalar(text(f"SELECT pg_try_advisory_xact_lock({_LOCK})"), {"id": job_id}))


def _give_up(connection: Connection, job_id: int) -> None:
    if jobs.get(connection, job_id).cancel_asked:
        end_cancelled(connection, job_id)
    else:
        end_interrupted(connection, job_id)


def end_failed(connection: Connection, job_id: int, error: dict[str, Any]) -> None:
    """Write down that a job failed; what it had staged whole by then stays, for a repeat to go on from."""
    left = _left(connection, jobs.get(connection, job_id))
    finish(connection, job_id, "FAILED", error=error, delivery_id=left)


def end_interrupted(connection: Connection, job_id: int, error: dict[str, Any] | None = None) -> None:
    """Write down that the process of a job was ended, and what of it is there to go on from.

    ``error`` says by what, where that is known.
    """
    job = jobs.get(connection, job_id)
    end_failed(connection, job_id, interrupted(connection, job) | (error or {}))


def interrupted(connection: Connection, job: Job) -> dict[str, Any]:
    """Return the error of a job whose process was ended: where it was, and what of it is there."""
    left = _left(connection, job)
    stage = job.stage or "keep"
    words = {
        "stage": stage,
        "stage_zh": STAGE_WORDS.get(stage, stage),
        "kept": f"Delivery {left} had been staged whole; a repeat goes on from there." if left else "",
        "kept_zh": f"成果 {left} 已完整入暂存库，重新执行时从此处继续。" if left else "",
    }
    return INTERRUPTED | {lang: INTERRUPTED[lang].format(**words) for lang in ("en", "zh")} | {"stage": stage}


def _left(connection: Connection, job: Job) -> int | None:
    """Return the delivery that an interrupted job had stored whole before its process ended."""
    if job.content_sha256 is None:
        return None
    found = connection.scalar(
        text(
            "SELECT max(delivery_id) FROM delivery WHERE content_sha256 = :sha AND received_at >= :since "
            "AND status IN ('STAGED', 'PUBLISHED')"
        ),
        {"sha": job.content_sha256, "since": job.started_at},
    )
    return None if found is None else int(found)


def _end_orphans(connection: Connection, silent_s: float) -> None:
    """End what procrastinate still takes for running although its worker is gone; it would stay so for ever."""
    connection.execute(
        text(
            "SELECT jobs.procrastinate_finish_job_v1(q.id, 'failed', true) FROM jobs.procrastinate_jobs q "
            "LEFT JOIN jobs.procrastinate_workers w ON w.id = q.worker_id WHERE q.status = 'doing' "
            "AND (w.id IS NULL OR w.last_heartbeat < clock_timestamp() - make_interval(secs => :silent)) "
            "AND NOT EXISTS (SELECT FROM import_job j WHERE j.job_id = CAST(q.args ->> 'job_id' AS bigint) "
            "AND j.state = 'RUNNING')"
        ),
        {"silent": silent_s},
    )


def _queue_again(connection: Connection) -> None:
    lost = connection.scalars(
        text(
            "SELECT job_id FROM import_job j WHERE state = 'QUEUED' AND NOT EXISTS (SELECT FROM "
            "jobs.procrastinate_jobs q WHERE CAST(q.args ->> 'job_id' AS bigint) = j.job_id "
            "AND q.status IN ('todo', 'doing')) FOR UPDATE SKIP LOCKED"
        )
    ).all()
    for job_id in lost:
        jobs.defer(connection, job_id)
