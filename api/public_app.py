"""The public edition: an application of its own, without signing in, that can read nothing but what is made public."""

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api import errors
from api.headers import SecurityHeaders
from api.limits import BodyLimits
from api.routers import public, static
from data import public_edition
from data.identity import acting
from data.version import VERSION
from maps.assets import assets
from maps.catalogue import LANGUAGES, catalogue
from maps.viewer import environment


class Anybody:
    """Let every request be a visitor's, whatever it sends along."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        with acting(public_edition.ANYBODY):
            await self.app(scope, receive, send)


def create_public_app() -> FastAPI:
    """Return the application of the public edition."""
    app = FastAPI(title="LandStock", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Anybody)
    app.add_middleware(BodyLimits)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(SecurityHeaders)
    errors.install(app)
    app.include_router(static.router)
    app.include_router(public.router)
    assets()
    for lang in LANGUAGES:
        catalogue(lang)
        environment(lang, "ha")
    return app
