"""A filter that can't be read comes back as a form: what was typed, what is wrong with it, and how to write it."""

from dataclasses import dataclass
from typing import Any, get_args

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse

from api.filters import FilterQuery, StageCode, StatusCode, VerdictCode
from api.visitor import Visitor
from maps.viewer import render

_DAYS = ("as_of", "supplied_from", "supplied_to")
_AREAS = ("area_min", "area_max")
_CHOICES: dict[str, tuple[str, ...]] = {
    "status": get_args(StatusCode),
    "verdict": get_args(VerdictCode),
    "stage": get_args(StageCode),
    "band": ("Y1", "Y2"),
}
_PLACES = ("page", "size", "sort", "run", "view")
"""Parameters of a page that no form holds: they are left out of the next try."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One condition that can't be read: what was typed, how it is written, what there is to choose from."""

    name: str
    typed: str
    how: str
    choices: tuple[str, ...] = ()


def refused_filter(
    request: Request, error: RequestValidationError, visitor: Visitor, **seen: Any
) -> HTMLResponse | None:
    """Return the form that puts a filter right, or nothing where something else is wrong than the filter."""
    places = [tuple(one["loc"]) for one in error.errors()]
    names = list(dict.fromkeys(str(place[1]) for place in places if len(place) > 1 and place[0] == "query"))
    known = (*FilterQuery.model_fields, *_PLACES)
    if (
        request.method != "GET"
        or len(names) < len({place[:2] for place in places})
        or not set(names) <= set(known)
    ):
        return None
    sent = request.query_params.multi_items()
    found = [_refused(name, [v for k, v in sent if k == name and v]) for name in names if name not in _PLACES]
    kept = [(k, v) for k, v in sent if k not in names and v and k in FilterQuery.model_fields]
    text = render(
        "filter_refused.html", lang=visitor.lang, unit=visitor.unit, visitor=visitor, path=request.url.path,
        current="", frame=None, links=None, asked=None, refused=found, places=[n for n in names if n in _PLACES],
        kept=kept, **seen,
    )  # fmt: skip
    return HTMLResponse(text, 422, headers={"Content-Language": visitor.lang, "Vary": "HX-Request, Cookie"})


def _refused(name: str, typed: list[str]) -> Refused:
    choices = _CHOICES.get(name, ())
    how = (
        "day" if name in _DAYS
        else "area" if name in _AREAS
        else "choice" if choices
        else name if name in ("known_on", "box", "polygon", "ids", "use")
        else "text"
    )  # fmt: skip
    return Refused(name, ", ".join(typed), how, choices)
