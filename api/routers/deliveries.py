"""Pages of what was delivered: the list, one delivery, the quality of what is published."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import may
from api.delivery_page import delivery_values
from api.deps import ConnectionDep, VisitorDep
from api.exporting import MEDIA
from api.filters import Code, Text
from api.finding_rows import code_rows, finding_rows
from api.findings_page import findings_values
from api.fixlists import fix_list_file
from api.plain_page import plain_page
from api.rights import WriterDep
from api.taking_back import refusals
from api.taking_back import withdraw as take_back
from data import findings, quality
from data.identity import actor
from data.layers import LAYERS
from data.session import transaction

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Status = Literal["STAGED", "PUBLISHED", "WITHDRAWN", "REFUSED", "CHECKED", "DUPLICATE"]
Page = Annotated[int, Query(ge=1, le=1_000_000)]
SIZE = 50


@router.get("/deliveries")
def deliveries(
    request: Request,
    connection: ConnectionDep,
    visitor: VisitorDep,
    status: Status | Literal[""] = "",
    supplier: Text = "",
    page: Page = 1,
) -> HTMLResponse:
    """Show what was delivered, the newest first."""
    rows, counts = findings.deliveries_page(
        connection, status=status or None, supplier=supplier or None, size=SIZE, page=page
    )
    total = counts.get(status, 0) if status else sum(counts.values())
    return plain_page(
        request, connection, "deliveries.html", visitor, current="import", rows=rows, counts=counts,
        status_asked=status, supplier_asked=supplier, suppliers=findings.suppliers(connection), total=total,
        page=page, pages=max(1, -(-total // SIZE)), size=SIZE,
    )  # fmt: skip


@router.get("/deliveries/{delivery_id}")
def delivery(
    delivery_id: int, request: Request, connection: ConnectionDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show one delivery: its files, what was found, what it changed, what became of it."""
    values = delivery_values(connection, delivery_id, visitor.lang)
    return plain_page(request, connection, "delivery.html", visitor, current="import", **values)


@router.get("/quality")
def quality_(
    request: Request,
    connection: ConnectionDep,
    visitor: VisitorDep,
    layer: Code | Literal[""] = "",
    supplier: Text | None = None,
    park: Code | Literal[""] | None = None,
    code: Code | Literal[""] = "",
    page: Page = 1,
) -> HTMLResponse:
    """Show how good the published data are, in plain words, and what is open."""
    narrowed = {"layer": layer if layer in LAYERS else None, "supplier": supplier, "park": park}
    counted = quality.counts(connection, **narrowed)
    rows = quality.listed(connection, **narrowed, code=code or None, size=SIZE, page=page)
    total = rows[0]["total"] if rows else 0
    by_code = [
        {"code": r["value"], "severity": r["severity"], "n": r["n"]} for r in counted if r["by"] == "code"
    ]
    return plain_page(
        request, connection, "quality.html", visitor, layers=quality.layers(connection),
        counted=counted, codes=code_rows(by_code, visitor.lang), rows=finding_rows(rows, visitor.lang),
        found=rows, narrowed=narrowed | {"code": code or None}, parks=quality.park_names(connection),
        total=total, page=page, pages=max(1, -(-total // SIZE)), size=SIZE,
        current="import" if may(actor().role, "/import") else "quality",
    )  # fmt: skip


@router.get("/deliveries/{delivery_id}/fix-list.{form}")
def fix_list(delivery_id: int, form: Literal["xlsx", "gpkg"], visitor: VisitorDep) -> Response:
    """Return what the supplier has to mend, as a workbook or with the shapes."""
    return Response(
        fix_list_file(delivery_id, form, visitor.lang),
        media_type=MEDIA[form],
        headers={"Content-Disposition": f'attachment; filename="fix-list_{delivery_id}.{form}"'},
    )


@router.get("/deliveries/{delivery_id}/issues")
def issues(
    delivery_id: int,
    request: Request,
    connection: ConnectionDep,
    visitor: VisitorDep,
    severity: str = "",
    code: Code | Literal[""] = "",
    page: Page = 1,
    issue: int | None = None,
) -> HTMLResponse:
    """Show what was found in a delivery, one by one, with a small map."""
    values = findings_values(
        connection, delivery_id, visitor.lang, severity=severity, code=code, page=page, issue=issue
    )
    return plain_page(
        request, connection, "findings.html", visitor, current="import", repair_form="", fixlist=True,
        base=f"/deliveries/{delivery_id}/issues", **values,
    )  # fmt: skip


@router.post("/deliveries/{delivery_id}/withdraw")
def withdraw(
    delivery_id: int,
    request: Request,
    visitor: VisitorDep,
    writer: WriterDep,
    reason: Annotated[str, Form(max_length=500)] = "",
    confirm: Annotated[str, Form(max_length=1)] = "",
) -> Response:
    """Take the publication of a delivery back, with a reason that goes on record."""
    typed = {"reason": reason, "confirm": confirm}
    errors = refusals(typed, visitor.lang)
    errors = errors or take_back(delivery_id, reason, writer, visitor.lang)
    if not errors:
        return RedirectResponse(f"/deliveries/{delivery_id}", 303)
    with transaction() as opened:
        values = delivery_values(opened, delivery_id, visitor.lang) | {"errors": errors, "typed": typed}
        return plain_page(request, opened, "delivery.html", visitor, current="import", status=422, **values)
