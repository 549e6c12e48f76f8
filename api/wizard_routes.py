"""What the routes of the import share: reading a form, showing a step, having a delivery checked."""

from typing import Annotated, Any

from fastapi import Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from api import wizard, wizard_pages
from api.deps import ConnectionDep
from api.plain_page import plain_page
from api.visitor import Visitor
from data import jobs
from data.job import Job
from maps.catalogue import catalogue

MOST_FIELDS = 50_000  # a wide workbook has two fields a column
Page = Annotated[int, Query(ge=1, le=1_000_000)]


async def form(request: Request) -> dict[str, list[str]]:
    """Return the text fields of a form."""
    found = await request.form(max_fields=MOST_FIELDS)
    texts: dict[str, list[str]] = {}
    for name, value in found.multi_items():
        if isinstance(value, str):
            texts.setdefault(name, []).append(value.replace("\x00", ""))
    return texts


FormDep = Annotated[dict[str, list[str]], Depends(form)]


class NotYet(HTTPException):
    """A step cannot be shown yet; the browser is sent to the one that an import is at."""

    def __init__(self, job_id: int, step: str) -> None:
        super().__init__(303, headers={"Location": f"/import/{job_id}/{step}"})


def at(step: str) -> Any:
    """Return the dependency that hands a route its job, where the step may be shown; else see :class:`NotYet`."""

    def job_at(job_id: int, connection: ConnectionDep) -> Job:
        job = jobs.get(connection, job_id)
        if not job.live and not wizard.reachable(job, step):
            raise NotYet(job_id, wizard.current(job))
        return job

    return Depends(job_at)


def to_step(job_id: int, step: str) -> RedirectResponse:
    """Send the browser to a step."""
    return RedirectResponse(f"/import/{job_id}/{step}", 303)


def show(
    request: Request,
    connection: Connection,
    visitor: Visitor,
    job: Job,
    step: str,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """Return the page of a step, or that of the job while it runs."""
    words = catalogue(visitor.lang)
    template = "wizard_running.html" if job.live else f"wizard_{step}.html"
    shown = wizard_pages.around(job, step, words) | values
    if job.live:
        shown |= {"log": jobs.log_lines(connection, job.job_id), "progress": job.progress("zh")}
    return plain_page(request, connection, template, visitor, current="import", status=status, **shown)


def check_again(connection: Connection, job: Job) -> Response:
    """Have a delivery checked unless it was, by exactly these files and answers."""
    if wizard.report(job) is None:
        jobs.update_answers(connection, job.job_id, {"checked": wizard.fingerprint(job), "compared": None})
        jobs.queue(connection, job.job_id, "CHECK")
    return to_step(job.job_id, "check")
