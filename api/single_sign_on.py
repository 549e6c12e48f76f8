"""What this server and the sign-in service of the house (OpenID Connect) say to each other, by a kept library.

Code flow with PKCE, state and nonce. What has to be remembered meanwhile lies in a signed cookie of the browser that
set out, so that nobody can be signed in by an answer that another browser asked for.
"""

import secrets
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from fastapi import Request
from joserfc.errors import JoseError
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from data.settings import Settings
from gis.errors import EnvironmentFault, LandStockError

PATH = "/login/sso"
TIMEOUT_S = 10.0
ERRAND_S = 600
_FAULTS = (
    AuthlibBaseError, JoseError, httpx2.HTTPError, RuntimeError,
    ValueError, LookupError, TypeError, AttributeError,  # documents that are none of the protocol
    OSError,  # the file of the secret
)  # fmt: skip


class SignOnRefused(LandStockError):
    """The service did not vouch for anybody, or the answer is not to a question of this browser."""

    code = "sign-on-refused"

    def __init__(self) -> None:
        super().__init__(
            "The sign-in service did not confirm who you are. Try again, or sign in with name and password.",
            "统一登录未能确认您的身份。请重试，或用用户名和密码登录。",
        )


class SignOnUnreachable(EnvironmentFault):
    """The service does not answer, or not as such a service does."""

    code = "sign-on-unreachable"

    def __init__(self) -> None:
        super().__init__(
            "The sign-in service does not answer. Sign in with name and password, and tell your administrator.",
            "统一登录服务没有响应。请用用户名和密码登录，并告知管理员。",
        )


class Errand:
    """Give the routes of signing on a session of their own: ten minutes, signed, for this browser alone."""

    def __init__(self, app: ASGIApp) -> None:
        key = secrets.token_hex(32)  # a restart meanwhile costs one more attempt
        self.app = app
        self._by_scheme = {
            scheme: SessionMiddleware(
                app, key, session_cookie=name, max_age=ERRAND_S, https_only=scheme == "https"
            )
            for scheme, name in (("https", "__Host-landstock-sso"), ("http", "landstock_sso"))
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        ours = scope["type"] == "http" and scope["path"].startswith(PATH)
        await (self._by_scheme[scope["scheme"]] if ours else self.app)(scope, receive, send)


def provider(found: Settings) -> StarletteOAuth2App:
    """Return the client of the service that the settings name."""
    registry = OAuth()
    secret = found.oidc_secret_file.read_text(encoding="utf-8").strip() if found.oidc_secret_file else None
    registry.register(
        "sso",
        client_id=found.oidc_client,
        client_secret=secret,
        server_metadata_url=f"{found.oidc_issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "timeout": TIMEOUT_S,
            **({} if secret else {"token_endpoint_auth_method": "none"}),
        },
    )
    return registry.sso


async def set_out(request: Request, back: str, found: Settings) -> Any:
    """Return the way to the service.

    Raises
    ------
    SignOnUnreachable
    """
    try:
        return await provider(found).authorize_redirect(request, back)
    except _FAULTS as error:
        raise SignOnUnreachable from error


async def come_back(request: Request, found: Settings) -> tuple[str, str]:
    """Return whom the service vouches for: its lasting number for the person, and the name of their account.

    Signature, issuer, audience, times, nonce and state are checked.

    Raises
    ------
    SignOnUnreachable, SignOnRefused
    """
    expected = {
        "iss": {"essential": True, "value": found.oidc_issuer},
        "aud": {"essential": True, "value": found.oidc_client},
    }
    try:
        token = await provider(found).authorize_access_token(request, claims_options=expected)
        claims = token["userinfo"]
        return str(claims["sub"]), str(claims[found.oidc_claim])
    except httpx2.TransportError as error:
        raise SignOnUnreachable from error
    except _FAULTS as error:
        raise SignOnRefused from error
