"""Signing in and out, and the page of one's own account."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.actors import OPEN, cookie_name, secret_of
from api.deps import VisitorDep
from api.doors import (
    Next,
    PlainFromAfar,
    address_of,
    entrance,
    inside,
    login_page,
    new_session,
    require_private,
)
from api.pages import unframed
from api.visitor import Visitor
from data import accounts, sign_in, tokens
from data.identity import STAFF
from data.quality import named_parks
from data.session import transaction
from data.settings import settings
from gis.errors import LandStockError
from maps.catalogue import catalogue

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Secret = Annotated[str, Form(max_length=512)]
Name = Annotated[str, Form(max_length=200)]
LONGEST_DAYS = 365


@router.get("/login")
def login(request: Request, visitor: VisitorDep, next: Next = "/") -> Response:
    """Ask for name and password; whoever is signed in goes on."""
    me = request.state.me
    if me is not None and me is not OPEN:
        return RedirectResponse(inside(next), 303)
    return login_page(request, visitor, after=inside(next))


@router.post("/login")
def enter(
    request: Request,
    visitor: VisitorDep,
    name: Name = "",
    password: Secret = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Open a session, with a new secret each time."""
    after = inside(next)
    try:
        require_private(request)
        secret, signed = sign_in.sign_in(name, password, address_of(request))
    except (PlainFromAfar, sign_in.SignInRefused, sign_in.SignInLocked) as error:
        return login_page(request, visitor, name[:80], after, error)
    where = "/account/password" if signed.must_set_password else after
    return new_session(request, RedirectResponse(where, 303), secret)


@router.post("/logout")
def leave(request: Request) -> Response:
    """End the session."""
    if secret := secret_of(request):
        sign_in.sign_out(secret)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(cookie_name(request.url.scheme), path="/", secure=request.url.scheme == "https")
    return answer


@router.get("/account/password")
def password_(request: Request, visitor: VisitorDep) -> Response:
    """Ask for a new password."""
    return entrance(request, "login_password.html", visitor)


@router.post("/account/password")
def change_password(
    request: Request, visitor: VisitorDep, old: Secret = "", new: Secret = "", again: Secret = ""
) -> Response:
    """Set a new password; all sessions of the account end, and this browser gets a new one."""
    if new != again:
        words = catalogue(visitor.lang).text("password.differ")
        return entrance(request, "login_password.html", visitor, 422, error=words)
    try:
        secret = sign_in.set_password(request.state.me, old, new, address_of(request))
    except (sign_in.PasswordWeak, sign_in.SignInRefused) as error:
        return entrance(request, "login_password.html", visitor, 422, error=error.text(visitor.language))
    return new_session(request, RedirectResponse("/", 303), secret)


def _own_page(request: Request, visitor: Visitor, status: int = 200, **values: Any) -> Response:
    me = request.state.me
    names = named_parks() if me.parks else {}
    values = {"fresh": "", "error": "", "tokens": tokens.tokens(me), "park_names": names} | values
    return unframed(request, "account.html", visitor, "/account", status, **values)


@router.get("/account")
def own(request: Request, visitor: VisitorDep) -> Response:
    """Show who is signed in, with which role, and the tokens of the account."""
    return _own_page(request, visitor)


@router.post("/account/tokens")
def make_token(
    request: Request,
    visitor: VisitorDep,
    label: Annotated[str, Form(min_length=1, max_length=60)],
    scope: Annotated[Literal["read", "write"], Form()] = "read",
    days: Annotated[int, Form(ge=1, le=LONGEST_DAYS)] = 90,
) -> Response:
    """Make a token for a program; it is shown this once."""
    fresh = tokens.new_token(request.state.me, label, scope, days)
    return _own_page(request, visitor, fresh=fresh)


@router.post("/account/tokens/{token_id}")
def end_token(request: Request, token_id: int) -> Response:
    """Revoke a token."""
    tokens.revoke(request.state.me, token_id)
    return RedirectResponse("/account", 303)


@router.get("/settings/accounts")
def accounts_(request: Request, visitor: VisitorDep) -> Response:
    """Show the accounts."""
    return _accounts_page(request, visitor)


def _accounts_page(request: Request, visitor: Visitor, status: int = 200, **values: Any) -> Response:
    with transaction(settings().request_timeout_s) as connection:
        listed = accounts.listed(connection)
    values = {
        "code": None, "error": "", "typed": {}, "accounts": listed, "roles": STAFF, "park_names": named_parks(),
    } | values  # fmt: skip
    return unframed(request, "accounts.html", visitor, "/settings/accounts", status, **values)


def _code(name: str, code: str) -> dict[str, Any]:
    return {"name": accounts.plain_name(name), "code": code, "hours": settings().code_hours}


@router.post("/settings/accounts")
def add_account(
    request: Request,
    visitor: VisitorDep,
    name: Name,
    role: Annotated[str, Form(max_length=20)],
    full_name: Annotated[str, Form(max_length=80)] = "",
    contact: Annotated[str, Form(max_length=80)] = "",
    parks: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Make an account and show its one-time code."""
    typed = {"name": name, "role": role, "full_name": full_name, "contact": contact, "parks": parks}
    codes = parks.replace("，", " ").replace(",", " ").replace("、", " ").replace(";", " ").split()
    try:
        with transaction(settings().request_timeout_s) as connection:
            code = accounts.add(
                connection, name, role, codes, full_name.strip() or None, contact.strip() or None
            )
    except LandStockError as error:
        return _accounts_page(request, visitor, 422, error=error.text(visitor.language), typed=typed)
    return _accounts_page(request, visitor, code=_code(name, code))


@router.post("/settings/accounts/{name}")
def change_account(
    request: Request,
    visitor: VisitorDep,
    name: str,
    act: Annotated[Literal["code", "disable", "enable"], Form()],
) -> Response:
    """Give an account a new one-time code, end it, or open it again."""
    code = None
    try:
        with transaction(settings().request_timeout_s) as connection:
            if act == "code":
                code = _code(name, accounts.new_code(connection, name))
            else:
                accounts.set_disabled(connection, name, act == "disable")
    except LandStockError as error:
        return _accounts_page(request, visitor, 404, error=error.text(visitor.language))
    return (
        _accounts_page(request, visitor, code=code) if code else RedirectResponse("/settings/accounts", 303)
    )
