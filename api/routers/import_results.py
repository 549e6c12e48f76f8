"""The import wizard, steps 4 to 6: what the check found, what would change, and the publication."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import wizard, wizard_pages
from api.deps import ConnectionDep, VisitorDep
from api.findings_page import findings_values
from api.rights import WriterDep
from api.wizard_routes import FormDep, Page, at, check_again, show, to_step
from api.wizard_tables import one
from data import jobs
from data.job import Job
from data.layers import LAYERS
from maps.catalogue import catalogue

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/import/{job_id}/check")
def check(
    job: Annotated[Job, at("check")], request: Request, connection: ConnectionDep, visitor: VisitorDep, severity: str = "", code: str = "",
    page: Page = 1, issue: int | None = None,
) -> Response:  # fmt: skip
    """Show the check while it runs, then what it found."""
    values: dict[str, Any] = {}
    checked = wizard.report(job)
    if not job.live and checked is not None and job.delivery_id is not None:
        values = findings_values(
            connection, job.delivery_id, visitor.lang, severity=severity, code=code, page=page, issue=issue
        ) | {"blocks": wizard_pages.blocks(connection, job, visitor.lang)}
    return show(request, connection, visitor, job, "check", **(
        {"report": checked, "base": f"/import/{job.job_id}/check", "repair_form": f"/import/{job.job_id}/repairs",
         "fixlist": True} | values
    ))  # fmt: skip


@router.post("/import/{job_id}/repairs")
def repairs(job_id: int, connection: ConnectionDep, writer: WriterDep, said: FormDep) -> Response:
    """Choose the repairs and check again with them."""
    job = jobs.get(connection, job_id)
    if not wizard.changeable(job):
        return RedirectResponse(f"/import/{job_id}", 303)
    return check_again(
        connection, jobs.update_answers(connection, job_id, {"repairs": sorted(said.get("repair", []))})
    )


@router.post("/import/{job_id}/accept")
def accept(
    job_id: int,
    request: Request,
    connection: ConnectionDep,
    visitor: VisitorDep,
    writer: WriterDep,
    said: FormDep,
) -> Response:
    """Accept a fault that keeps a file out, with a reason that goes on record, and check again."""
    job, words = jobs.get(connection, job_id), catalogue(visitor.lang)
    code, reason = one(said, "code"), one(said, "reason")[:500]
    back = "differences" if code in wizard.ON_STEP_FIVE else "check"
    if code not in wizard.blocked(job) or not wizard.changeable(job):
        return RedirectResponse(f"/import/{job_id}", 303)
    if not reason:
        errors = {f"reason-{code}": words.text("wizard.need_reason")}
        if back == "differences":
            values = wizard_pages.differences(connection, job, "", "", 1, words)
        else:
            assert job.delivery_id is not None
            values = findings_values(connection, job.delivery_id, visitor.lang) | {
                "blocks": wizard_pages.blocks(connection, job, visitor.lang), "report": wizard.report(job),
                "base": f"/import/{job_id}/check", "repair_form": f"/import/{job_id}/repairs", "fixlist": True,
            }  # fmt: skip
        return show(request, connection, visitor, job, back, 422, **(values | {"errors": errors}))
    reasons = (job.answers.get("reasons") or {}) | {code: reason}
    told = "; ".join(f"{name}: {why}" for name, why in reasons.items())
    answers = {"reasons": reasons, "accept": sorted(reasons), "reason": told}
    return check_again(connection, jobs.update_answers(connection, job_id, answers))


@router.get("/import/{job_id}/differences")
def differences(
    job: Annotated[Job, at("differences")], request: Request, connection: ConnectionDep, visitor: VisitorDep, layer: str = "", kind: str = "",
    page: Page = 1,
) -> Response:  # fmt: skip
    """Show what the delivery would change."""
    layer = layer if layer in LAYERS else ""
    values = {} if job.live else wizard_pages.differences(
        connection, job, layer, kind if kind.isalpha() else "", page, catalogue(visitor.lang)
    )  # fmt: skip
    return show(request, connection, visitor, job, "differences", **values)


@router.post("/import/{job_id}/differences")
def compare(job_id: int, connection: ConnectionDep, writer: WriterDep) -> Response:
    """Say that the differences were looked at."""
    job = jobs.get(connection, job_id)
    if wizard.changeable(job) and wizard.done(job)["check"]:
        jobs.update_answers(connection, job_id, {"compared": job.delivery_id})
    return RedirectResponse(f"/import/{job_id}", 303)


@router.get("/import/{job_id}/write")
def write(
    job: Annotated[Job, at("write")], request: Request, connection: ConnectionDep, visitor: VisitorDep
) -> Response:
    """Show what will be published, and afterwards what was."""
    return show(
        request,
        connection,
        visitor,
        job,
        "write",
        **({} if job.live else wizard_pages.writing(connection, job)),
    )


@router.post("/import/{job_id}/write")
def publish(job_id: int, connection: ConnectionDep, writer: WriterDep, said: FormDep) -> Response:
    """Publish the delivery; with another choice about rows that are missing it is checked again first."""
    job = jobs.get(connection, job_id)
    if not wizard.changeable(job) or not wizard.reachable(job, "write"):
        return RedirectResponse(f"/import/{job_id}", 303)
    complete = one(said, "complete") == "1"
    if complete != bool(job.answers.get("complete")):
        return check_again(connection, jobs.update_answers(connection, job_id, {"complete": complete}))
    jobs.queue(connection, job_id, "PUBLISH")
    return to_step(job_id, "write")
