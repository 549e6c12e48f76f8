"""Jobs of taking deliveries in: how far they are, live or asked for; ending one."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse

from api.deps import ConnectionDep, VisitorDep
from api.rights import WriterDep
from data import jobs
from data.job import Job
from data.listening import Hub
from data.session import transaction
from data.settings import settings

router = APIRouter(tags=["import"])
JobNumber = Annotated[int, Path(ge=1, le=2**62)]
Lang = Literal["zh", "en"]
_LOOK_S = 5.0  # a follower reads for itself after so long without word


def _lang(here: VisitorDep) -> Lang:
    return "en" if here.lang == "en" else "zh"


@router.get("/import")
def import_jobs(
    connection: ConnectionDep,
    here: VisitorDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List the jobs, the newest first."""
    return {"jobs": [job.progress(_lang(here)) for job in jobs.list_jobs(connection, limit, offset)]}


@router.get("/import/{job_id}")
def import_job(connection: ConnectionDep, here: VisitorDep, job_id: JobNumber) -> dict[str, Any]:
    """Return how far a job is, its log and what came out of its steps."""
    job = jobs.get(connection, job_id)
    more = {
        "files": [{key: file.get(key) for key in ("name", "size")} for file in job.files],
        "result": job.result,
        "log": [line | {"at": line["at"].isoformat()} for line in jobs.log_lines(connection, job_id)],
    }
    return job.progress(_lang(here)) | more


@router.post("/import/{job_id}/cancel")
def cancel_job(
    connection: ConnectionDep, here: VisitorDep, person: WriterDep, job_id: JobNumber
) -> dict[str, Any]:
    """End a job; one that runs ends within seconds and leaves nothing behind."""
    return jobs.cancel(connection, job_id).progress(_lang(here))


@router.get("/import/{job_id}/events")
async def job_events(request: Request, here: VisitorDep, job_id: JobNumber) -> EventSourceResponse:
    """Follow a job by server-sent events ``progress``, ``done`` and ``failed``.

    Each holds the same document as polling gives. The first one says how the
    job stands, so that a stream that broke goes on where it is; after
    ``done`` or ``failed`` the stream ends.
    """
    await run_in_threadpool(_read, job_id)  # a job that is not there is answered with 404
    return EventSourceResponse(
        _follow(_hub(request), job_id, _lang(here)),
        ping=15,
        send_timeout=30,
        headers={"Cache-Control": "no-store"},
    )


def _hub(request: Request) -> Hub:
    """Return the hub of this application; there is one a process."""
    state = request.app.state
    if not hasattr(state, "job_hub"):
        state.job_hub = Hub()
    hub: Hub = state.job_hub
    return hub


def _read(job_id: int) -> Job:
    with transaction(timeout_s=settings().request_timeout_s) as connection:
        return jobs.get(connection, job_id)


async def _follow(hub: Hub, job_id: int, lang: Lang) -> AsyncIterator[dict[str, str]]:
    told: dict[str, Any] | None = None
    async with hub.follow(job_id) as changed:
        while True:
            changed.clear()
            job = await run_in_threadpool(_read, job_id)
            content = job.progress(lang)
            kind = {"DONE": "done", "FAILED": "failed", "CANCELLED": "failed"}.get(job.state, "progress")
            if content != told:
                told = content
                yield {"event": kind, "data": json.dumps(content, ensure_ascii=False)}
            if kind != "progress":
                return
            try:
                await asyncio.wait_for(changed.wait(), timeout=_LOOK_S)
            except TimeoutError:
                continue
