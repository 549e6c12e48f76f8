"""How a page is put together: what its frame says, and what every template may use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from api import clock, kept
from api.access import may
from api.deps import Asked
from api.errors import seen_by
from api.filters import FilterQuery, Links
from api.visitor import Visitor, remember
from data import feeds, overview
from data.identity import actor
from data.queries import Total
from etl.checks.words import how_to_mend, message
from gis.words import STATUS
from maps.catalogue import Catalogue, catalogue
from maps.viewer import render

COMPUTED = ("suspected", "watch", "unknown", "normal")  # the others need a case; shown once there are some


@dataclass(frozen=True, slots=True)
class Frame:
    """What header, banner and footer say."""

    state: Any
    run: Any | None
    parks: list[overview.Park]
    load: Any | None = None
    stale: Sequence[feeds.Stale] = ()

    def park_name(self, code: str | None) -> str | None:
        """Return the name of a park, its code without one, or nothing."""
        return next((park.name for park in self.parks if park.park_code == code), code)


def frame(connection: Connection, asked: Asked) -> Frame:
    """Return the frame for a page."""
    load, stale = running_load(connection), feeds.stale(connection, min(asked.as_of, clock.today()))
    if asked.run_id is None:
        return Frame(overview.frame(connection), None, [], load, stale)
    run_id = asked.run_id
    return Frame(
        overview.frame(connection),
        overview.run(connection, run_id),
        kept.of_run(connection, run_id, "parks", lambda: overview.parks(connection, run_id)),
        load,
        stale,
    )


def running_load(connection: Connection) -> Any | None:
    """Return the import that runs, for those who see imports."""
    return overview.running_load(connection) if may(actor().role, "/import") else None


def findings(issues: Sequence[Mapping[Any, Any]], lang: str) -> list[dict[str, str]]:
    """Return what the checks found, in words, and how to mend it."""
    return [
        {"text": message(issue["code"], issue["params"], lang), "mend": how_to_mend(issue["code"], lang)}
        for issue in issues
    ]


def shown(totals: dict[str, Total]) -> dict[str, Total]:
    """Return the statuses to show: the computed ones, and those of cases where there are any."""
    return {code: total for code, total in totals.items() if total.n or code in COMPUTED}


def status_list(words: Catalogue) -> list[dict[str, str]]:
    """Return the map statuses with word, colour, pattern and letter."""
    return [
        {"code": code, "word": entry[words.lang], "fill": entry["fill"], "pattern": entry["pattern"],
         "text": entry["text"]}
        for code, entry in STATUS.items()
    ]  # fmt: skip


def unframed(
    request: Request, template: str, visitor: Visitor, path: str, status: int = 200, **values: Any
) -> HTMLResponse:
    """Return the page of a path about people; it says nothing of land data and is not kept by the browser."""
    text = render(
        template, lang=visitor.lang, unit=visitor.unit, visitor=visitor, path=path, current=template.removesuffix(".html"),
        frame=None, asked=None, links=Links(FilterQuery()), **seen_by(request), **values,
    )  # fmt: skip
    response = HTMLResponse(
        text, status, headers={"Cache-Control": "no-store", "Content-Language": visitor.lang}
    )
    remember(response, visitor)
    return response


def page(
    request: Request,
    template: str,
    visitor: Visitor,
    asked: Asked,
    frame: Frame,
    *,
    current: str,
    **values: Any,
) -> HTMLResponse:
    """Return a page in the visitor's language; choices made by the address are kept for the next one."""
    values = {"links": Links(asked.query), "path": request.url.path, **values}
    text = render(
        template, lang=visitor.lang, unit=visitor.unit, visitor=visitor, asked=asked, frame=frame,
        current=current, **seen_by(request), words=catalogue(visitor.lang), **values,
    )  # fmt: skip
    response = HTMLResponse(text, headers={"Vary": "HX-Request, Cookie", "Content-Language": visitor.lang})
    remember(response, visitor)
    return response
