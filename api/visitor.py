"""Who looks at a page: language and unit of area, by query, then by cookie."""

from dataclasses import dataclass
from typing import Literal

from fastapi import Request, Response

from maps.catalogue import LANGUAGES
from maps.formats import UNITS

A_YEAR = 365 * 24 * 3600
COOKIES = {"lang": "landstock_lang", "unit": "landstock_unit"}
CHOICES = {"lang": LANGUAGES, "unit": UNITS}


@dataclass(frozen=True, slots=True)
class Visitor:
    """The choices of one visitor; ``asked`` holds those that the address itself makes."""

    lang: str
    unit: str
    asked: dict[str, str]

    @property
    def language(self) -> Literal["zh", "en"]:
        """The language that errors are told in."""
        return "en" if self.lang == "en" else "zh"


def visitor(request: Request) -> Visitor:
    """Return the visitor's choices; anything unknown counts as not said."""
    asked = {
        name: request.query_params[name]
        for name, allowed in CHOICES.items()
        if request.query_params.get(name) in allowed
    }
    kept = {
        name: request.cookies[cookie]
        for name, cookie in COOKIES.items()
        if request.cookies.get(cookie) in CHOICES[name]
    }
    chosen = {name: allowed[0] for name, allowed in CHOICES.items()} | kept | asked
    return Visitor(lang=chosen["lang"], unit=chosen["unit"], asked=asked)


def remember(response: Response, here: Visitor) -> None:
    """Keep what the address chose for the next pages."""
    for name, value in here.asked.items():
        response.set_cookie(COOKIES[name], value, max_age=A_YEAR, samesite="lax", httponly=True, path="/")
