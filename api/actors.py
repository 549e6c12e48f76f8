"""Who is behind a request: found out before anything of it runs, so that each transaction has that person's rights."""

import base64
import binascii
import secrets
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie
from typing import ClassVar
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import Rule, rule_for
from api.errors import answer_for, wants_page
from data.identity import acting
from data.settings import LOOPBACK
from data.sign_in import NOBODY, Signed, by_session
from data.tokens import by_token
from gis.errors import LandStockError

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = Signed(0, "open", None, "clerk", (), scope="read")
"""Whoever reads at a server that was started open, on this machine alone: as much as a clerk, and changes nothing."""


class OtherOrigin(LandStockError):
    """A page of another origin asked for a change."""

    code = "other-origin"

    def __init__(self, origin: str) -> None:
        super().__init__(
            f"The request came from {origin or 'another site'}; only pages of this server may change data. "
            "Open the page on this server and repeat.",
            f"请求来自 {origin or '其他网站'}；只有本服务器的页面可以更改数据。请在本服务器的页面上重新操作。",
        )


class NoRights(LandStockError):
    """The role of the person does not have this part of the program."""

    code = "no-rights"
    _WHAT: ClassVar = {
        "start": ("this", "此项"), "account": ("accounts", "账号"), "accounts": ("accounts", "账号"), "settings": ("settings", "系统设置"),
        "help": ("the help", "帮助"), "land": ("land data", "土地数据"), "export": ("exports", "导出功能"),
        "import": ("deliveries", "成果导入"), "audit": ("the log", "日志"), "approvals": ("approvals", "审批"), "notices": ("public notices", "公示公告"),
        "quality": ("data quality", "数据质量"), "lists": ("frozen lists", "冻结清单"), "change": ("changes", "更改数据"),
    }  # fmt: skip

    def __init__(self, what: str) -> None:
        en, zh = self._WHAT[what]
        super().__init__(
            f"Your role may not {'make' if what == 'change' else 'see'} {en}. Ask your administrator if you need it.",
            f"您的角色不能{'' if what == 'change' else '查看'}{zh}。如工作需要，请联系管理员。",
        )


class NotSignedIn(LandStockError):
    """Nobody is signed in, or what was sent does not open the door."""

    code = "not-signed-in"

    def __init__(self) -> None:
        super().__init__(
            "Sign in first, or send a token that holds (Authorization: Bearer). Your account page makes tokens.",
            "请先登录，或发送有效的访问令牌（Authorization: Bearer）。令牌可在账号页面生成。",
        )


def cookie_name(scheme: str) -> str:
    """Return the name of the session's cookie: with the prefix that browsers protect, where there is TLS."""
    return "__Host-landstock" if scheme == "https" else "landstock_session"


def secret_of(request: Request) -> str:
    """Return the secret that the browser's cookie holds, or nothing."""
    cookies = SimpleCookie()
    try:
        cookies.load(request.headers.get("cookie", "")[:8_192])
    except CookieError:  # a cookie header that can't be read holds no session
        return ""
    morsel = cookies.get(cookie_name(request.url.scheme))
    return morsel.value if morsel is not None else ""


def token_of(request: Request) -> str | None:
    """Return the token of a request: as Bearer, or as the password of Basic, which desktop programs send."""
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return None


def _says_who(request: Request) -> bool:
    return "cookie" in request.headers or "authorization" in request.headers


def _who(request: Request) -> Signed | None:
    token = token_of(request)
    if token is not None:
        return by_token(token) if token else None
    secret = secret_of(request)
    return by_session(secret) if secret else None


def _require_own_origin(request: Request, said: bool) -> None:
    """Refuse a change that a page of another origin makes a signed-in browser ask for.

    Browsers say where a form comes from. With ``said`` a request that does not say it is refused; without it, as at
    the door, that may be a program.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        raise OtherOrigin(origin)
    if site not in ("same-origin", "none") and (site is not None or (said and origin is None)):
        raise OtherOrigin(site or "")


class Actors:
    """Name who acts for every HTTP request, and turn away who may not ask for it."""

    def __init__(self, app: ASGIApp, is_open: bool = False) -> None:
        self.app, self.is_open = app, is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        request.state.me = None
        number = secrets.token_hex(8)
        with acting(replace(NOBODY, request=number)) as nobody:
            try:
                signed = await run_in_threadpool(_who, request) if _says_who(request) else None
                refused = self._judge(request, signed)
            except Exception as error:  # answered like an error of a route
                refused, signed = answer_for(request, error), None
            if refused is not None:
                await refused(scope, receive, send)
                return
        signed = signed or (OPEN if self._reads_open(request) else None)
        request.state.me = signed
        with acting(signed.actor(number) if signed is not None else nobody):
            await self.app(scope, receive, send)

    def _reads_open(self, request: Request) -> bool:
        rule = rule_for(request.method, request.scope["path"])
        return (
            self.is_open
            and request.url.hostname in LOOPBACK  # a name that somebody else lets point here is not ours
            and request.method in SAFE
            and rule is not None
            and OPEN.role in rule.roles
            and rule.what not in ("start", "account")
        )

    def _judge(self, request: Request, signed: Signed | None) -> Response | None:
        """Return the answer that turns a request away; nothing where it may go on."""
        rule = rule_for(request.method, request.scope["path"])
        if rule is None:
            return (
                None if signed is not None or self.is_open else self._sign_in(request)
            )  # no route has it either
        if signed is None:
            if "nobody" in rule.roles or self._reads_open(request):
                if request.method not in SAFE:
                    _require_own_origin(request, said=False)
                return None
            return self._sign_in(request)
        return self._judge_signed(request, signed, rule)

    def _judge_signed(self, request: Request, signed: Signed, rule: Rule) -> Response | None:
        request.state.me = signed
        if request.method not in SAFE and not signed.by_token:
            _require_own_origin(request, said=True)
        if "nobody" in rule.roles:
            return None
        if signed.must_set_password and rule.what != "account":
            return (
                RedirectResponse("/account/password", 303) if wants_page(request) else self._sign_in(request)
            )
        if signed.role == "admin" and request.scope["path"] == "/":
            return RedirectResponse("/settings/accounts", 303)
        if signed.role not in rule.roles:
            raise NoRights(rule.what)
        if signed.by_token and request.method not in SAFE and signed.scope != "write":
            raise NoRights("change")
        return None

    def _sign_in(self, request: Request) -> Response:
        if wants_page(request) and request.method in SAFE and not request.headers.get("hx-request"):
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(here, safe='')}" if here != "/" else "/login", 303)
        answer = answer_for(request, NotSignedIn())
        # A browser would ask for a password by itself; desktop programs wait to be asked.
        browser = "sec-fetch-mode" in request.headers
        answer.headers["WWW-Authenticate"] = f'{"Bearer" if browser else "Basic"} realm="LandStock"'
        if request.headers.get("hx-request"):
            answer.headers["HX-Redirect"] = "/login"
        return answer
