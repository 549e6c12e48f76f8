"""Files that browsers load."""

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from maps.assets import assets

router = APIRouter(include_in_schema=False)
A_YEAR = "public, max-age=31536000, immutable"


@router.get("/static/{name:path}")
def static(name: str, request: Request) -> Response:
    """Return a file: for ever under its hashed name, to be checked again under its plain one."""
    found = assets().find(name)
    if found is None:
        raise HTTPException(404, f"There is no file {name}.")
    asset, hashed = found
    etag = f'"{asset.etag}"'
    headers = {"ETag": etag, "Cache-Control": A_YEAR if hashed else "no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)


@router.get("/favicon.ico")
def favicon() -> Response:
    """Return the mark of the program for the browser's tab."""
    mark = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22"><path d="M1 6.5 9 2v8.5L1 14z" '
        'fill="#0b5394"/><path d="M10.5 2.6 21 6v6.2l-10.5-2.4z" fill="#4c8ec4"/><path d="M1 15.6l8-3.4v8'
        'L1 17.5z" fill="#82b2d8"/><path d="M10.5 11.4 21 13.8V18l-10.5 2.3z" fill="#0b3f72"/></svg>'
    )
    return Response(mark, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})
