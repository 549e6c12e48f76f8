"""What the ways of signing in share: their page, where they lead, the cookie of the session."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response

from api.actors import cookie_name, secret_of
from api.errors import status_of_error
from api.pages import unframed
from api.visitor import Visitor
from api.whom import administrators
from data import sign_in
from data.settings import LOOPBACK, settings
from gis.errors import LandStockError, UsageFault

Next = Annotated[str, Query(max_length=2_000)]


class PlainFromAfar(UsageFault):
    """A password would go over a network in the clear."""

    code = "plain-from-afar"

    def __init__(self) -> None:
        super().__init__(
            "This connection is not encrypted; a password must not be sent over it. Ask your administrator for the "
            "https address (serve --tls-cert --tls-key, or a proxy).",
            "当前连接未加密，不能发送密码。请向管理员索取 https 地址（serve --tls-cert --tls-key，或反向代理）。",
        )


def require_private(request: Request) -> None:
    """Refuse to open a door over a network in the clear.

    Raises
    ------
    PlainFromAfar
    """
    if request.url.scheme != "https" and request.url.hostname not in LOOPBACK:
        raise PlainFromAfar


def inside(asked: str) -> str:
    """Return where to go after signing in: a path of this server, never another place."""
    parts = urlsplit(asked)
    safe = (
        asked.startswith("/")
        and not asked.startswith(("//", "/\\"))
        and not parts.netloc
        and "\\" not in asked
    )
    return asked if safe and asked.isprintable() else "/"


def address_of(request: Request) -> str:
    """Return where a request comes from."""
    return request.client.host if request.client else ""


def entrance(
    request: Request, template: str, visitor: Visitor, status: int = 200, **values: Any
) -> HTMLResponse:
    """Return a page for somebody who is not inside yet; its form goes to ``path``."""
    values = {"error": "", "next": "", "path": request.url.path} | values
    return unframed(request, template, visitor, values.pop("path"), status, **values)


def login_page(
    request: Request, visitor: Visitor, name: str = "", after: str = "/", fault: LandStockError | None = None
) -> HTMLResponse:
    """Return the page that asks for name and password, with what went wrong before."""
    return entrance(
        request, "login.html", visitor, status_of_error(fault) if fault else 200, name=name, next=after,
        error=fault.text(visitor.language) if fault else "", administrators=administrators(), path="/login",
        sso=settings().oidc_issuer is not None,
    )  # fmt: skip


def new_session(request: Request, answer: Response, secret: str) -> Response:
    """Give the browser a session in place of the one it may have had."""
    if old := secret_of(request):
        sign_in.sign_out(old)
    secure = request.url.scheme == "https"
    answer.set_cookie(
        cookie_name(request.url.scheme), secret, path="/", httponly=True, samesite="lax", secure=secure
    )
    return answer
