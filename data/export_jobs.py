"""Exports that run as jobs: ordered, listed, cancelled by who ordered them; begun, followed and ended by the worker.

Whose jobs are seen the database decides (migration 0027). A job is one row of ``export_job``; its file lies in
``exports/<number>/`` of the data folder until it expires.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from data.identity import Actor, by_system
from data.session import transaction
from data.settings import settings
from gis.errors import LandStockError

QUEUE = "exports"
TASK = "landstock.export"
SILENT_S = 60.0  # a running job without a sign of life for so long is dead
LIVE = ("QUEUED", "RUNNING")
_COLUMNS = ("export_id, account_id, person, role, parks, asked, state, made_at, started_at, finished_at, stage, done, "
            "total, cancel_asked, file, bytes, until, error")  # fmt: skip
_SELECT = f"SELECT {_COLUMNS} FROM export_job"
INTERRUPTED = {
    "code": "JOB_INTERRUPTED",
    "zh": "执行该导出的进程被终止（断电、重启或内存不足）。请重新执行。",
    "en": "The process that carried this export out was ended (power, a restart or memory). Run it again.",
}
NO_ACCOUNT = {
    "code": "no-rights",
    "zh": "账号已停用或角色、园区已变更，导出未执行。",
    "en": "The account was disabled or its role or parks changed; nothing was exported.",
}


class NoSuchExport(LandStockError):
    """There is no such export job for this person, or its file is gone."""

    code = "export-not-found"

    def __init__(self, export_id: int) -> None:
        super().__init__(
            f"There is no export {export_id} for you, or its file has expired. Run it again on the page of exports.",
            f"没有您的导出任务 {export_id}，或其文件已过期。请在导出页重新执行。",
        )


@dataclass(frozen=True, slots=True)
class ExportJob:
    """One export job; columns of ``export_job``."""

    export_id: int
    account_id: int | None
    person: str
    role: str
    parks: list[str]
    asked: dict[str, Any]
    state: str
    made_at: Any
    started_at: Any
    finished_at: Any
    stage: str | None
    done: int
    total: int
    cancel_asked: bool
    file: str | None
    bytes: int | None
    until: Any
    error: dict[str, Any] | None

    @property
    def live(self) -> bool:
        """Whether it waits or runs."""
        return self.state in LIVE

    def path(self) -> Path:
        """Return where its file lies.

        Raises
        ------
        NoSuchExport
            It has none (any more).
        """
        found = folder_of(self.export_id) / (self.file or "-")
        if self.state != "DONE" or not found.is_file():
            raise NoSuchExport(self.export_id)
        return found


def folder_of(export_id: int) -> Path:
    """Return the folder of a job's file; it need not be there."""
    return settings().home / "exports" / str(int(export_id))


def order(who: Actor, asked: Mapping[str, Any]) -> int:
    """Make a job for a person and queue it; return its number. Both are committed when this returns."""
    with transaction() as connection:
        number = connection.scalar(
            text(
                "INSERT INTO export_job (account_id, person, role, parks, asked) VALUES "
                "(:account, :person, :role, :parks, CAST(:asked AS jsonb)) RETURNING export_id"
            ),
            {
                "account": who.account_id, "person": who.name, "role": who.role, "parks": list(who.parks),
                "asked": json.dumps(dict(asked), ensure_ascii=False),
            },
        )  # fmt: skip
    _defer_now(int(number or 0))
    return int(number or 0)


@by_system
def _defer_now(number: int) -> None:
    with transaction() as connection:
        defer(connection, number)


def defer(connection: Connection, export_id: int) -> None:
    """Put a job into the queue of the workers."""
    connection.execute(
        text(
            "SELECT jobs.procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, 0, NULL, :once, "
            "jsonb_build_object('export_id', CAST(:id AS bigint)), NULL)::jobs.procrastinate_job_to_defer_v1])"
        ),
        {"queue": QUEUE, "task": TASK, "once": f"{TASK}:{export_id}", "id": export_id},
    )


def listed(connection: Connection, limit: int = 20) -> list[ExportJob]:
    """Return the jobs that whoever acts may see, the newest first."""
    rows = connection.execute(text(f"{_SELECT} ORDER BY export_id DESC LIMIT :limit"), {"limit": limit})
    return [ExportJob(**row) for row in rows.mappings()]


def get(connection: Connection, export_id: int) -> ExportJob:
    """Return one job.

    Raises
    ------
    NoSuchExport
        There is none that whoever acts may see.
    """
    row = (
        connection.execute(text(f"{_SELECT} WHERE export_id = :id"), {"id": export_id})
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NoSuchExport(export_id)
    return ExportJob(**row)


def cancel(connection: Connection, export_id: int) -> None:
    """End a job: at once where it waits, at its next step where it runs."""
    job = get(connection, export_id)
    if job.state == "QUEUED":
        connection.execute(
            text(
                "UPDATE export_job SET state = 'CANCELLED', finished_at = clock_timestamp() "
                "WHERE export_id = :id AND state = 'QUEUED'"
            ),
            {"id": export_id},
        )
    elif job.state == "RUNNING":
        connection.execute(
            text("UPDATE export_job SET cancel_asked = true WHERE export_id = :id"), {"id": export_id}
        )


def begin(connection: Connection, export_id: int) -> ExportJob | None:
    """Mark a job that waits as running; return it, or ``None`` where it is not to be run.

    A job whose person may not do so any more fails.
    """
    found = connection.scalar(
        text(
            "UPDATE export_job SET state = 'RUNNING', started_at = clock_timestamp(), heartbeat_at = clock_timestamp() "
            "WHERE export_id = :id AND state = 'QUEUED' RETURNING export_id"
        ),
        {"id": export_id},
    )
    if found is None:
        return None
    job = get(connection, export_id)
    same = connection.scalar(
        text(
            "SELECT a.disabled_at IS NULL AND a.role = :role AND ARRAY(SELECT k.park_code FROM account_park AS k "
            "WHERE k.account_id = a.account_id ORDER BY 1) @> CAST(:parks AS text[]) "
            "FROM account AS a WHERE a.account_id = :account"
        ),
        {"role": job.role, "parks": job.parks, "account": job.account_id},
    )
    if not same:
        end(connection, export_id, "FAILED", error=NO_ACCOUNT)
        return None
    return job


def beat(connection: Connection, export_id: int, stage: str | None, done: int, total: int) -> bool:
    """Write down how far a job is; say whether it is to end."""
    row = connection.execute(
        text(
            "UPDATE export_job SET heartbeat_at = clock_timestamp(), stage = :stage, done = :done, total = :total "
            "WHERE export_id = :id AND state = 'RUNNING' RETURNING cancel_asked"
        ),
        {"id": export_id, "stage": stage, "done": done, "total": total},
    ).one_or_none()
    return row is None or bool(row.cancel_asked)


def end(
    connection: Connection, export_id: int, state: str, file: Path | None = None,
    error: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write down how a running job ended; its file is kept for ``LANDSTOCK_EXPORT_DAYS``."""
    connection.execute(
        text(
            "UPDATE export_job SET state = :state, finished_at = clock_timestamp(), stage = NULL, file = :file, "
            "bytes = :bytes, done = CASE WHEN :state = 'DONE' THEN total ELSE done END, "
            "until = CASE WHEN :state = 'DONE' THEN clock_timestamp() + make_interval(days => :days) END, "
            "error = CAST(:error AS jsonb) WHERE export_id = :id AND state = 'RUNNING'"
        ),
        {
            "id": export_id, "state": state, "file": file.name if file else None,
            "bytes": file.stat().st_size if file else None, "days": settings().export_days,
            "error": None if error is None else json.dumps(dict(error), ensure_ascii=False),
        },
    )  # fmt: skip


def sweep(connection: Connection, silent_s: float = SILENT_S) -> None:
    """Give up jobs whose process is gone, queue those that are in no queue, and remove files that have expired."""
    for number in connection.scalars(
        text(
            "SELECT export_id FROM export_job WHERE state = 'RUNNING' AND "
            "heartbeat_at < clock_timestamp() - make_interval(secs => :silent) FOR UPDATE SKIP LOCKED"
        ),
        {"silent": silent_s},
    ).all():
        end(connection, number, "FAILED", error=INTERRUPTED)
    lost = connection.scalars(
        text(
            "SELECT export_id FROM export_job AS e WHERE state = 'QUEUED' AND made_at < clock_timestamp() - "
            "interval '10 seconds' AND NOT EXISTS (SELECT FROM jobs.procrastinate_jobs AS q WHERE q.task_name = :task "
            "AND CAST(q.args ->> 'export_id' AS bigint) = e.export_id AND q.status IN ('todo', 'doing')) "
            "FOR UPDATE SKIP LOCKED"
        ),
        {"task": TASK},
    ).all()
    for number in lost:
        defer(connection, number)
    expired = connection.scalars(
        text(
            "UPDATE export_job SET state = 'EXPIRED' WHERE state = 'DONE' AND until < clock_timestamp() "
            "RETURNING export_id"
        )
    ).all()
    for number in expired:
        shutil.rmtree(folder_of(number), ignore_errors=True)
