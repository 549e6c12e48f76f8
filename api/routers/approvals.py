"""Requests for a second person's consent: the list, and an approver's decision."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.deps import ConnectionDep, VisitorDep
from api.pages import unframed
from data import approvals

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def _page(
    request: Request, connection: Any, visitor: Any, status: int = 200, error: str = ""
) -> HTMLResponse:
    kinds = [kind for kind in ("publish", "export", "freeze") if approvals.needed(kind)]
    rows = approvals.listed(connection)
    return unframed(
        request, "approvals.html", visitor, "/approvals", status, rows=rows, error=error, kinds=kinds
    )


@router.get("/approvals")
def waiting(request: Request, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Show what waits for consent, and what was decided."""
    return _page(request, connection, visitor)


@router.post("/approvals/{number}")
def decide(
    request: Request,
    connection: ConnectionDep,
    visitor: VisitorDep,
    number: Annotated[int, Path(ge=1, le=2**62)],
    act: Annotated[Literal["approve", "refuse"], Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Grant or refuse a request of somebody else."""
    try:
        approvals.decide(connection, number, act == "approve", reason.strip() or None)
    except approvals.CannotDecide as error:
        return _page(request, connection, visitor, 409, error.text(visitor.language))
    return RedirectResponse("/approvals", 303)
