"""One import job as it stands, and what can be wrong with it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from gis.errors import LandStockError

STATES = ("DRAFT", "QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED")
KINDS = ("IMPORT", "CHECK", "PUBLISH")
STEPS = ("RECOGNISE", "CHECK", "PUBLISH", "IMPORT")
LIVE = ("QUEUED", "RUNNING")
# Shares of the stages in the time of an import, in hundredths: an estimate that only the time left rests on.
_STAGES = {"keep": 2, "read": 50, "check": 14, "stage": 14, "compare": 6, "publish": 14}
_AT_LEAST = 0.03  # of the work done before a time left is worth saying

State = Literal["DRAFT", "QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"]


class NoSuchJob(LandStockError):
    """No job has this number."""

    code = "job-not-found"

    def __init__(self, job_id: int) -> None:
        super().__init__(
            f"There is no import job {job_id}. `landstock jobs` lists them.",
            f"没有编号为 {job_id} 的导入任务。`landstock jobs` 可列出全部任务。",
        )


class JobBusy(LandStockError):
    """A job is queued or running and can't be changed."""

    code = "job-busy"

    def __init__(self, job_id: int, state: str) -> None:
        super().__init__(
            f"Import job {job_id} is {state}; it can be changed once it has ended. Wait, or cancel it.",
            f"导入任务 {job_id} 的状态为 {state}，结束后才能更改。请等待或取消该任务。",
        )


class JobNotReady(LandStockError):
    """A job can't do what is asked of it, as something is missing."""

    code = "job-not-ready"


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands. ``now`` is the database's clock when the row was read."""

    job_id: int
    kind: str
    state: State
    what: str | None
    created_at: dt.datetime
    created_by: str
    files: list[dict[str, Any]]
    answers: dict[str, Any]
    content_sha256: str | None
    delivery_id: int | None
    stage: str | None
    stage_at: dt.datetime | None
    done: int
    total: int
    started_at: dt.datetime | None
    heartbeat_at: dt.datetime | None
    finished_at: dt.datetime | None
    cancel_asked: bool
    worker: str | None
    attempts: int
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    now: dt.datetime

    @property
    def live(self) -> bool:
        """Say whether it waits or runs."""
        return self.state in LIVE

    @property
    def rate(self) -> float | None:
        """Rows a second in this stage; ``None`` while that can't be said."""
        if self.state != "RUNNING" or self.stage_at is None or not self.done:
            return None
        seconds = (self.now - self.stage_at).total_seconds()
        return self.done / seconds if seconds > 0 else None

    @property
    def share(self) -> float:
        """How much of the whole is done, from 0 to 1."""
        if self.state in ("DONE", "DRAFT", "QUEUED"):
            return 1.0 if self.state == "DONE" else 0.0
        of_stage = min(1.0, self.done / self.total) if self.total else 0.0
        if self.stage not in _STAGES:
            return of_stage
        names = list(_STAGES)
        steps = names if self.answers.get("publish") or self.what == "PUBLISH" else names[:-1]
        if self.what == "PUBLISH":
            return of_stage
        whole = sum(_STAGES[name] for name in steps)
        before = sum(_STAGES[name] for name in steps[: names.index(self.stage)])
        return min(1.0, (before + _STAGES[self.stage] * of_stage) / whole)

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the rest may take, from the time that the part done took."""
        if self.state != "RUNNING" or self.started_at is None or self.share < _AT_LEAST:
            return None
        return (self.now - self.started_at).total_seconds() * (1 - self.share) / self.share

    def progress(self, lang: Literal["zh", "en"] = "zh") -> dict[str, Any]:
        """Return what a person or a program follows a job by, as it is sent to browsers."""
        left, rate = self.seconds_left, self.rate
        return {
            "job": self.job_id, "kind": self.kind, "what": self.what, "state": self.state, "stage": self.stage,
            "done": self.done, "total": self.total, "share": round(self.share, 4),
            "rate": None if rate is None else round(rate, 1),
            "seconds_left": None if left is None else round(left, 1),
            "cancel_asked": self.cancel_asked, "delivery_id": self.delivery_id,
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
            "error": self.error and {"code": self.error.get("code"), "message": self.error.get(lang)},
        }  # fmt: skip
