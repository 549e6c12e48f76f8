"""The log for auditors: searched, and compared with its seals."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.deps import ConnectionDep, VisitorDep
from api.pages import unframed
from data import audit

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Text = Annotated[str, Query(max_length=120)]
SIZE = 50


def _shown(value: Any) -> Any:
    return "—" if value is None else value


def _change(row: Mapping[Any, Any]) -> str:
    """Return what changed on one line: each value with what it was before."""
    old, new = row["old"] or {}, row["new"] or {}
    parts = [
        f"{name}: {_shown(old[name])} → {_shown(new.get(name))}"
        if name in old and row["new"] is not None
        else f"{name}: {value}"
        for name, value in {**old, **new}.items()
        if value not in (None, [], {})
    ]
    return "; ".join(parts)


def _page(
    request: Request, connection: Any, visitor: Any, asked_for: dict[str, Any], verified: Any = None
) -> HTMLResponse:
    rows = audit.search(connection, **asked_for, size=SIZE)
    older = ""
    if len(rows) == SIZE:
        query = {name: value for name, value in asked_for.items() if value}
        older = "/audit?" + urlencode(query | {"before": rows[-1]["event_id"]})
    return unframed(
        request, "audit.html", visitor, "/audit", rows=[dict(row) | {"change": _change(row)} for row in rows],
        asked_for=asked_for, older=older, totals=audit.totals(connection), seals=audit.seals(connection),
        verified=verified,
    )  # fmt: skip


@router.get("/audit")
def log(
    request: Request,
    connection: ConnectionDep,
    visitor: VisitorDep,
    q: Text = "",
    action: Text = "",
    from_on: dt.date | str | None = None,
    to_on: dt.date | str | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> HTMLResponse:
    """Show the log, the newest entries first."""
    asked_for = {
        "q": q.strip().replace("\x00", ""), "action": action.replace("\x00", ""),
        "from_on": from_on if isinstance(from_on, dt.date) else None,
        "to_on": to_on if isinstance(to_on, dt.date) else None, "before": before,
    }  # fmt: skip
    return _page(request, connection, visitor, asked_for)


@router.post("/audit")
def verify(request: Request, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Compare the log with its seals."""
    asked_for = {"q": "", "action": "", "from_on": None, "to_on": None, "before": None}
    return _page(request, connection, visitor, asked_for, audit.verify(connection))
