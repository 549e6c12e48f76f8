"""The application: pages, JSON and tiles from one server."""

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import text
from starlette.middleware.gzip import GZipMiddleware

from api import errors
from api.actors import Actors
from api.deps import ConnectionDep
from api.headers import SecurityHeaders
from api.kept_tiles import KeptTiles
from api.limits import BodyLimits
from api.routers import (
    approvals,
    audit,
    basemaps,
    compare,
    deliveries,
    disagreements,
    exports,
    idle,
    idle_lists,
    import_results,
    imports,
    jobs,
    land,
    list_adding,
    lists,
    notices,
    pages,
    parcels,
    printing,
    reference,
    rules,
    search,
    sign_in,
    single_sign_on,
    static,
    statistics,
    summary,
    tiles,
)
from api.single_sign_on import Errand
from data.version import VERSION
from maps.assets import assets
from maps.catalogue import LANGUAGES, catalogue
from maps.viewer import environment

DESCRIPTION = """Parcels, verdicts and totals of land stock and idle land.

Verdicts are computed and therefore always *suspected*; only the bureau determines. Areas are in square
metres, amounts in 10,000 CNY, coordinates in degrees of CGCS2000. Errors are problem details (RFC 9457)
with a stable `type`."""


def healthz() -> dict[str, str]:
    """Say that the program runs."""
    return {"status": "ok"}


def readyz(connection: ConnectionDep) -> JSONResponse:
    """Say that the database answers."""
    connection.execute(text("SELECT 1"))
    return JSONResponse({"status": "ok"})


def create_app(is_open: bool = False) -> FastAPI:
    """Return the application; ``is_open``: who is not signed in reads as much as a clerk (on loopback only).

    Catalogues, templates and files are read now, so that faults show at start.
    """
    app = FastAPI(
        title="LandStock",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.add_middleware(KeptTiles)
    app.add_middleware(Errand)
    app.add_middleware(Actors, is_open=is_open)
    app.add_middleware(BodyLimits)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(SecurityHeaders)
    errors.install(app)
    app.add_api_route("/healthz", healthz, tags=["operation"])
    app.add_api_route("/readyz", readyz, tags=["operation"])
    for module in (
        static,
        sign_in,
        single_sign_on,
        audit,
        approvals,
        notices,
        tiles,
        basemaps,
        exports,
        reference,
        list_adding,
        lists,
        printing,
        pages,
        statistics,
        compare,
        idle,
        deliveries,
        imports,
        import_results,
    ):
        app.include_router(module.router)
    for module in (parcels, land, disagreements, rules, summary, search, jobs, idle_lists):
        app.include_router(module.router, prefix="/api/v1")
    assets()
    for lang in LANGUAGES:
        catalogue(lang)
        environment(lang, "ha")
    return app


def create_open_app() -> FastAPI:
    """Return the application for ``serve --open``."""
    return create_app(is_open=True)
