"""The import wizard, steps 1 to 3: the files, what their tables are, which column is which."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from api import wizard, wizard_pages
from api.deps import ConnectionDep, VisitorDep
from api.plain_page import plain_page
from api.rights import WriterDep
from api.sample_start import sample_answers, sample_archive
from api.visitor import Visitor
from api.wizard_answers import read_files, start_fields
from api.wizard_routes import FormDep, at, check_again, show, to_step
from api.wizard_tables import declared, looks_again, one, read_mapping, read_tables
from data import findings, incoming, jobs
from data.job import Job
from data.overview import recent_deliveries
from data.supplier_mappings import newest
from maps.catalogue import catalogue

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Files = Annotated[list[UploadFile], File()]


@router.get("/import")
def start(request: Request, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Show where files are dropped, and what can be gone on with."""
    typed = {"complete": "0"}
    return _start(request, connection, visitor, typed, {}, 200)


def _start(
    request: Request,
    connection: Connection,
    visitor: Visitor,
    typed: dict[str, str],
    errors: dict[str, str],
    status: int,
) -> HTMLResponse:
    return plain_page(
        request, connection, "wizard_start.html", visitor, current="import", status=status, typed=typed,
        errors=errors, suppliers=findings.suppliers(connection), recent=recent_deliveries(connection, 6),
        open_jobs=wizard_pages.job_rows(jobs.list_jobs(connection, 100), catalogue(visitor.lang))[:8],
    )  # fmt: skip


@router.post("/import")
def begin(
    request: Request,
    connection: ConnectionDep,
    visitor: VisitorDep,
    writer: WriterDep,
    said: FormDep,
    files: Files = [],  # noqa: B006
) -> Response:
    """Take the files of a delivery in, make its job, and have it looked at."""
    words = catalogue(visitor.lang)
    read = start_fields(said, words)
    sent = [file for file in files if file.filename]
    if not sent:
        read.errors = {"files": words.text("wizard.need_files")} | read.errors
    if read.errors:
        typed = {name: one(said, name) for name in ("supplier", "complete", "observed_on")}
        return _start(request, connection, visitor, typed, read.errors, 422)
    job_id = jobs.create(connection, "IMPORT", writer, (), read.answers | _kept(connection, read.answers))
    jobs.update_answers(
        connection, job_id, {}, [incoming.receive(job_id, f.filename or "", f.file) for f in sent]
    )
    jobs.queue(connection, job_id, "RECOGNISE")
    return to_step(job_id, "recognise")


@router.post("/import/sample")
def sample(connection: ConnectionDep, writer: WriterDep) -> Response:
    """Begin an import of the sample delivery; it goes through the same steps as any other."""
    job_id = jobs.create(connection, "IMPORT", writer, (), sample_answers())
    name, content = sample_archive()
    jobs.update_answers(connection, job_id, {}, [incoming.receive(job_id, name, content)])
    jobs.queue(connection, job_id, "RECOGNISE")
    return to_step(job_id, "recognise")


def _kept(connection: Connection, answers: dict[str, Any]) -> dict[str, Any]:
    """Return the answers that go with the mapping kept for the supplier, if there is one."""
    kept = newest(connection, answers["supplier"]) if answers.get("supplier") else None
    if kept is None:
        return {"kept": None, "mapping_data": None}
    told = {"mapping_id": kept.mapping_id, "saved_on": f"{kept.saved_at:%Y-%m-%d}", "saved_by": kept.saved_by}
    return {"kept": told | {"mapping": kept.mapping}, "mapping_data": kept.mapping}


@router.get("/import/{job_id}")
def job_(job_id: int, request: Request, connection: ConnectionDep, visitor: VisitorDep) -> Response:
    """Go to the step that an import is at; one from the command line is shown while it runs."""
    job = jobs.get(connection, job_id)
    if not job.answers.get("wizard"):
        if job.live or job.delivery_id is None:
            return show(request, connection, visitor, job, "check")
        return RedirectResponse(f"/deliveries/{job.delivery_id}", 303)
    at = {"RECOGNISE": "recognise", "CHECK": "check", "PUBLISH": "write"}.get(job.what or "", "")
    return to_step(job_id, at if job.live and at else wizard.current(job))


@router.get("/import/{job_id}/progress")
def progress(job_id: int, request: Request, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Show only how far a job is; the page's script puts it into the page."""
    job = jobs.get(connection, job_id)
    return plain_page(
        request, connection, "_progress.html", visitor, current="import", job=job, progress=job.progress("zh"),
        log=jobs.log_lines(connection, job_id),
    )  # fmt: skip


@router.post("/import/{job_id}/cancel")
def cancel(job_id: int, connection: ConnectionDep, writer: WriterDep, said: FormDep) -> Response:
    """End what runs; an import that is given up leaves the list."""
    jobs.cancel(connection, job_id)
    return RedirectResponse("/import" if one(said, "give_up") else f"/import/{job_id}", 303)


@router.post("/import/{job_id}/again")
def again(job_id: int, connection: ConnectionDep, writer: WriterDep) -> Response:
    """Carry out the last step again, after it failed or was cancelled."""
    job = jobs.get(connection, job_id)
    if wizard.changeable(job):
        jobs.queue(connection, job_id, job.what or "RECOGNISE")
    return RedirectResponse(f"/import/{job_id}", 303)


@router.get("/import/{job_id}/files")
def files_(
    job: Annotated[Job, at("files")], request: Request, connection: ConnectionDep, visitor: VisitorDep
) -> Response:
    """Show the files of an import; more may be added, and some taken out."""
    typed = {name: job.answers.get(name) or "" for name in ("supplier", "observed_on")} | {
        "complete": "1" if job.answers.get("complete") else "0",
    }  # fmt: skip
    return show(
        request, connection, visitor, job, "files", typed=typed, suppliers=findings.suppliers(connection)
    )


@router.post("/import/{job_id}/files")
def change_files(
    job_id: int, request: Request, connection: ConnectionDep, visitor: VisitorDep, writer: WriterDep, said: FormDep,
    files: Files = [],  # noqa: B006
) -> Response:  # fmt: skip
    """Change the files of an import; all that rested on them is looked at again."""
    words, job = catalogue(visitor.lang), jobs.get(connection, job_id)
    if not wizard.changeable(job):
        return RedirectResponse(f"/import/{job_id}", 303)
    read = start_fields(said, words)
    kept = read_files(said, job.files)
    sent = [file for file in files if file.filename]
    if not kept and not sent:
        read.errors["files"] = words.text("wizard.need_files")
    if read.errors:
        typed = {name: one(said, name) for name in ("supplier", "complete", "observed_on")}
        return show(request, connection, visitor, job, "files", 422, typed=typed, errors=read.errors,
                     suppliers=findings.suppliers(connection))  # fmt: skip
    new = [incoming.receive(job_id, f.filename or "", f.file) for f in sent]
    replaced = {file["path"] for file in new}
    together = [file for file in kept if file["path"] not in replaced] + new
    supplier_changed = read.answers.get("supplier") != job.answers.get("supplier")
    answers = read.answers | (_kept(connection, read.answers) if supplier_changed else {})
    if together == job.files and not supplier_changed:
        jobs.update_answers(connection, job_id, answers)
        return RedirectResponse(f"/import/{job_id}", 303)
    fresh = {
        "confirmed": False,
        "mapped": False,
        "tables": None,
        "typed": None,
        "layers": None,
        "checked": None,
    }
    jobs.update_answers(connection, job_id, answers | fresh, together)
    jobs.queue(connection, job_id, "RECOGNISE")
    return to_step(job_id, "recognise")


@router.get("/import/{job_id}/recognise")
def recognise(
    job: Annotated[Job, at("recognise")], request: Request, connection: ConnectionDep, visitor: VisitorDep
) -> Response:
    """Show what the tables are: layer, encoding with sample names, coordinate system with its place."""
    values = {} if job.live else wizard_pages.recognised(connection, job, catalogue(visitor.lang))
    return show(request, connection, visitor, job, "recognise", **values)


@router.post("/import/{job_id}/recognise")
def confirm(
    job_id: int,
    request: Request,
    connection: ConnectionDep,
    visitor: VisitorDep,
    writer: WriterDep,
    said: FormDep,
) -> Response:
    """Keep what a person says about the tables; where that changes the columns, look again."""
    job = jobs.get(connection, job_id)
    if not wizard.changeable(job):
        return RedirectResponse(f"/import/{job_id}", 303)
    found, words = wizard.tables(job), catalogue(visitor.lang)
    read = read_tables(said, found, words)
    job = jobs.update_answers(connection, job_id, read.answers | {"confirmed": False, "mapped": False})
    if read.errors:
        values = wizard_pages.recognised(connection, job, words) | {"errors": read.errors}
        return show(request, connection, visitor, job, "recognise", 422, **values)
    if looks_again(job, found, read.answers["tables"]):
        jobs.update_answers(
            connection, job_id, declared(job, found, read.answers["tables"]) | {"typed": None}
        )
        jobs.queue(connection, job_id, "RECOGNISE")
        return to_step(job_id, "recognise")
    jobs.update_answers(connection, job_id, {"confirmed": True})
    return to_step(job_id, "mapping")


@router.get("/import/{job_id}/mapping")
def mapping(
    job: Annotated[Job, at("mapping")], request: Request, connection: ConnectionDep, visitor: VisitorDep
) -> Response:
    """Show which delivered column stands for which canonical one."""
    return show(
        request, connection, visitor, job, "mapping", **({} if job.live else wizard_pages.mapping(job))
    )


@router.post("/import/{job_id}/mapping")
def map_(
    job_id: int,
    request: Request,
    connection: ConnectionDep,
    visitor: VisitorDep,
    writer: WriterDep,
    said: FormDep,
) -> Response:
    """Keep the mapping and have the delivery checked by it."""
    job = jobs.get(connection, job_id)
    if not wizard.changeable(job) or not wizard.reachable(job, "mapping"):
        return RedirectResponse(f"/import/{job_id}", 303)
    read = read_mapping(said, job, wizard.used(job), wizard.tables(job), catalogue(visitor.lang))
    job = jobs.update_answers(connection, job_id, read.answers | {"mapped": not read.errors})
    if read.errors:
        values = wizard_pages.mapping(job) | {"errors": read.errors}
        return show(request, connection, visitor, job, "mapping", 422, **values)
    return check_again(connection, job)
