"""Who acts in the pages: the name given in a form, kept for the next one. Accounts are not known yet."""

from urllib.parse import quote, unquote

from fastapi import Request, Response

from api.visitor import A_YEAR

COOKIE = "landstock_person"
LONGEST = 80


def person_of(request: Request) -> str:
    """Return the name that this browser gave last, or nothing."""
    return unquote(request.cookies.get(COOKIE, ""))[:LONGEST].strip()


def keep_person(response: Response, name: str) -> None:
    """Keep a name for the next form."""
    response.set_cookie(COOKIE, quote(name), max_age=A_YEAR, samesite="lax", httponly=True, path="/")
