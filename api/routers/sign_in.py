"""Signing in and out, and the page of one's own account."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import LOOPBACK
from api.actors import OPEN, cookie_name, secret_of
from api.deps import VisitorDep
from api.errors import seen_by
from api.pages import unframed
from api.visitor import Visitor, remember
from data import accounts, sign_in, tokens
from data.identity import STAFF, acting
from data.session import transaction
from data.settings import settings
from gis.errors import LandStockError, UsageFault
from maps.catalogue import catalogue
from maps.viewer import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Secret = Annotated[str, Form(max_length=512)]
Name = Annotated[str, Form(max_length=200)]
Next = Annotated[str, Query(max_length=2_000)]
LONGEST_DAYS = 365


class PlainFromAfar(UsageFault):
    """A password would go over a network in the clear."""

    code = "plain-from-afar"

    def __init__(self) -> None:
        super().__init__(
            "This connection is not encrypted; a password must not be sent over it. Ask your administrator for the "
            "https address (serve --tls-cert --tls-key, or a proxy).",
            "当前连接未加密，不能发送密码。请向管理员索取 https 地址（serve --tls-cert --tls-key，或反向代理）。",
        )


def _text(error: LandStockError, visitor: Visitor) -> str:
    return error.text("en" if visitor.lang == "en" else "zh")


def _inside(asked: str) -> str:
    """Return where to go after signing in: a path of this server, never another place."""
    parts = urlsplit(asked)
    safe = (
        asked.startswith("/")
        and not asked.startswith(("//", "/\\"))
        and not parts.netloc
        and "\\" not in asked
    )
    return asked if safe and asked.isprintable() else "/"


def _entrance(
    request: Request, template: str, visitor: Visitor, status: int = 200, **values: Any
) -> HTMLResponse:
    text = render(
        template, lang=visitor.lang, unit=visitor.unit, path=request.url.path, **seen_by(request),
        **({"error": "", "next": "", "action": request.url.path} | values),
    )  # fmt: skip
    answer = HTMLResponse(
        text, status, headers={"Cache-Control": "no-store", "Content-Language": visitor.lang}
    )
    remember(answer, visitor)
    return answer


def _login_page(
    request: Request, visitor: Visitor, status: int = 200, name: str = "", after: str = "/", error: str = ""
) -> HTMLResponse:
    with acting(sign_in.NOBODY), transaction(settings().request_timeout_s) as connection:
        whom = accounts.administrators(connection)
    return _entrance(
        request, "login.html", visitor, status, name=name, next=after, error=error, administrators=whom
    )


def _with_cookie(request: Request, answer: Response, secret: str) -> Response:
    secure = request.url.scheme == "https"
    answer.set_cookie(
        cookie_name(request.url.scheme), secret, path="/", httponly=True, samesite="lax", secure=secure
    )
    return answer


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


@router.get("/login")
def login(request: Request, visitor: VisitorDep, next: Next = "/") -> Response:
    """Ask for name and password; whoever is signed in goes on."""
    me = request.state.me
    if me is not None and me is not OPEN:
        return RedirectResponse(_inside(next), 303)
    return _login_page(request, visitor, after=_inside(next))


@router.post("/login")
def enter(
    request: Request,
    visitor: VisitorDep,
    name: Name = "",
    password: Secret = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Open a session, with a new secret each time."""
    after = _inside(next)
    if request.url.scheme != "https" and request.url.hostname not in LOOPBACK:
        return _login_page(request, visitor, 403, name, after, _text(PlainFromAfar(), visitor))
    try:
        secret, signed = sign_in.sign_in(name, password, _address(request))
    except sign_in.SignInRefused as error:
        return _login_page(request, visitor, 401, name[:80], after, _text(error, visitor))
    except sign_in.SignInLocked as error:
        return _login_page(request, visitor, 429, name[:80], after, _text(error, visitor))
    if old := secret_of(request):
        sign_in.sign_out(old)
    where = "/account/password" if signed.must_set_password else after
    return _with_cookie(request, RedirectResponse(where, 303), secret)


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
    return _entrance(request, "login_password.html", visitor)


@router.post("/account/password")
def change_password(
    request: Request, visitor: VisitorDep, old: Secret = "", new: Secret = "", again: Secret = ""
) -> Response:
    """Set a new password; all sessions of the account end, and this browser gets a new one."""
    if new != again:
        words = catalogue(visitor.lang).text("password.differ")
        return _entrance(request, "login_password.html", visitor, 422, error=words)
    try:
        secret = sign_in.set_password(request.state.me, old, new, _address(request))
    except (sign_in.PasswordWeak, sign_in.SignInRefused) as error:
        return _entrance(request, "login_password.html", visitor, 422, error=_text(error, visitor))
    return _with_cookie(request, RedirectResponse("/", 303), secret)


def _own_page(request: Request, visitor: Visitor, status: int = 200, **values: Any) -> Response:
    values = {"fresh": "", "error": "", "tokens": tokens.tokens(request.state.me)} | values
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
    values = {"code": None, "error": "", "typed": {}, "accounts": listed, "roles": STAFF} | values
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
        return _accounts_page(request, visitor, 422, error=_text(error, visitor), typed=typed)
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
        return _accounts_page(request, visitor, 404, error=_text(error, visitor))
    return (
        _accounts_page(request, visitor, code=code) if code else RedirectResponse("/settings/accounts", 303)
    )
