"""The short way of a tile that was asked for a moment ago: answered before any route, after who asks was judged."""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from data.identity import Actor, actor
from data.session import engine
from maps.tile_cache import Body, TileCache

TILE: Final = "application/vnd.mapbox-vector-tile"
FRESH_S: Final = 2.0
"""How long an address stands for the same tile without the database being asked: a run that was removed is gone
after that. Who asks, and with which rights, is asked anew at every request (``api.actors``)."""
_MOST_ADDRESSES: Final = 50_000

bodies: Final = TileCache()
_tags: Final[OrderedDict[Hashable, tuple[str, float]]] = OrderedDict()
_lock: Final = threading.Lock()


class KeptTiles:
    """Answer what is kept; everything else goes on to its route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith("/tiles/"):
            request = Request(scope)
            answer = _kept(request)
            if answer is not None:
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _kept(request: Request) -> Response | None:
    tag, known_at = _tags.get(address_of(request, actor()), ("", 0.0))
    if not tag or time.monotonic() - known_at > FRESH_S:
        return None
    if is_unchanged(request, tag):
        return unchanged(tag)
    body = bodies.get(key_of(tag))
    return answer_with(request, tag, body) if body is not None else None


def address_of(request: Request, who: Actor) -> Hashable:
    """Return what a tile's tag is remembered by: the address as asked, and the rights of who asks."""
    return engine(), who.role, who.parks, request.scope["path"], request.scope["query_string"]


def key_of(tag: str) -> Hashable:
    """Return what a tile is kept by."""
    return engine(), tag


def remember(request: Request, tag: str) -> None:
    """Remember the tag of the tile at the address of a request."""
    where = address_of(request, actor())
    with _lock:
        _tags[where] = (tag, time.monotonic())
        _tags.move_to_end(where)
        while len(_tags) > _MOST_ADDRESSES:
            _tags.popitem(last=False)


def _headers(tag: str) -> dict[str, str]:
    return {
        "ETag": tag,
        "Cache-Control": "private, max-age=0, must-revalidate",
        "Vary": "Accept-Encoding, Cookie, Authorization",
    }


def is_unchanged(request: Request, tag: str) -> bool:
    """Say whether the browser has this tile already."""
    return request.headers.get("if-none-match", "").removeprefix("W/") == tag


def unchanged(tag: str) -> Response:
    """Return the answer to a browser that has the tile."""
    return Response(status_code=304, headers=_headers(tag))


def answer_with(request: Request, tag: str, body: Body) -> Response:
    """Return a tile, packed as it is kept where the client reads that."""
    headers = _headers(tag)
    # As the middleware that packs other answers reads it.
    if not body.packed or "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(body.plain(), media_type=TILE, headers=headers)
    return Response(body.content, media_type=TILE, headers={**headers, "Content-Encoding": "gzip"})
