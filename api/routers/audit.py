"""The log for auditors: searched, and compared with its seals."""

import datetime as dt
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.deps import ConnectionDep, VisitorDep
from api.filters import read_day
from api.pages import unframed
from data import audit
from maps import audit_words
from maps.catalogue import catalogue

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Text = Annotated[str, Query(max_length=120)]
SIZE = 50


def _day(typed: str) -> tuple[dt.date | None, bool]:
    """Return the day of a typed text, and whether it could be read."""
    try:
        found = read_day(typed) if typed else None
    except ValueError:
        return None, False
    return found, True


def _page(
    request: Request, connection: Any, visitor: Any, asked_for: dict[str, Any], verified: Any = None,
    typed: dict[str, str] | None = None, wrong: tuple[str, ...] = (),
) -> HTMLResponse:  # fmt: skip
    words = catalogue(visitor.lang)
    rows = [] if wrong else audit.search(connection, **asked_for, size=SIZE)
    older = ""
    if len(rows) == SIZE:
        query = {name: value for name, value in asked_for.items() if value}
        older = "/audit?" + urlencode(query | {"before": rows[-1]["event_id"]})
    return unframed(
        request, "audit.html", visitor, "/audit", 422 if wrong else 200,
        rows=[dict(row) | {"lines": audit_words.change(words, row), "what": audit_words.thing(words, row["object"]),
                           "role": audit_words.role(words, row["role"])} for row in rows],
        asked_for=asked_for, typed=typed or {}, wrong=wrong, older=older, totals=audit.totals(connection), seals=audit.seals(connection),
        verified=verified,
    )  # fmt: skip


@router.get("/audit")
def log(
    request: Request,
    connection: ConnectionDep,
    visitor: VisitorDep,
    q: Text = "",
    action: Text = "",
    from_on: Text = "",
    to_on: Text = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> HTMLResponse:
    """Show the log, the newest entries first."""
    typed, days, wrong = {"from_on": from_on.strip(), "to_on": to_on.strip()}, {}, []
    for name, text in typed.items():
        days[name], read = _day(text)
        wrong += [] if read else [name]
    asked_for = {
        "q": q.strip().replace("\x00", ""),
        "action": action.replace("\x00", ""),
        **days,
        "before": before,
    }
    return _page(request, connection, visitor, asked_for, typed=typed, wrong=tuple(wrong))


@router.post("/audit")
def verify(request: Request, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Compare the log with its seals."""
    asked_for = {"q": "", "action": "", "from_on": None, "to_on": None, "before": None}
    return _page(request, connection, visitor, asked_for, audit.verify(connection))
