"""Signing in at the sign-in service of the house."""

import logging

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import single_sign_on
from api.deps import VisitorDep
from api.doors import Next, address_of, inside, login_page, new_session, require_private
from api.visitor import Visitor
from data.settings import settings
from data.single_sign_on import sign_in_as
from gis.errors import LandStockError

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
log = logging.getLogger(__name__)


class NoSignOn(LandStockError):
    """No sign-in service is set."""

    code = "sign-on-not-set"

    def __init__(self) -> None:
        super().__init__(
            "This server knows no sign-in service. Sign in with name and password.",
            "本服务器未配置统一登录。请用用户名和密码登录。",
        )


async def _refused(request: Request, visitor: Visitor, after: str, error: LandStockError) -> Response:
    """Show the other door; the operator finds the reason in the log."""
    why = error.__cause__ or error
    log.warning("sign-on refused: %s: %s", type(why).__name__, why)
    return await run_in_threadpool(login_page, request, visitor, after=after, fault=error)


@router.get("/login/sso", name="set_out")
async def set_out(request: Request, visitor: VisitorDep, next: Next = "/") -> Response:
    """Send the browser to the service."""
    if settings().oidc_issuer is None:
        raise NoSignOn
    try:
        require_private(request)
        back = str(request.url_for("come_back"))
        answer: Response = await single_sign_on.set_out(request, back, settings())
    except LandStockError as error:
        return await _refused(request, visitor, inside(next), error)
    request.session["next"] = inside(next)
    return answer


@router.get("/login/sso/back", name="come_back")
async def come_back(request: Request, visitor: VisitorDep) -> Response:
    """Open a session for whom the service vouches."""
    if settings().oidc_issuer is None:
        raise NoSignOn
    after = inside(str(request.session.pop("next", "/")))
    try:
        require_private(request)
        subject, name = await single_sign_on.come_back(request, settings())
        secret = await run_in_threadpool(
            sign_in_as, str(settings().oidc_issuer), subject, name, address_of(request)
        )
    except LandStockError as error:
        return await _refused(request, visitor, after, error)
    request.session.clear()
    return await run_in_threadpool(new_session, request, RedirectResponse(after, 303), secret)
