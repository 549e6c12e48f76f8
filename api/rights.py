"""Who may change something through the web: the one place where that is decided.

There are no accounts yet; whoever reaches the server may. A page of another
origin may not make a visitor's browser do it.
"""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from gis.errors import LandStockError

NOBODY_IN_PARTICULAR = "web"


class OtherOrigin(LandStockError):
    """A page of another origin asked for a change."""

    code = "other-origin"

    def __init__(self, origin: str) -> None:
        super().__init__(
            f"The request came from {origin or 'another site'}; only pages of this server may change data. "
            "Open the page on this server and repeat.",
            f"请求来自 {origin or '其他网站'}；只有本服务器的页面可以更改数据。请在本服务器的页面上重新操作。",
        )


def writer(request: Request) -> str:
    """Return the name that a change goes on record with.

    Raises
    ------
    OtherOrigin
        The browser says that a page of another origin is behind the request.
    """
    origin = request.headers.get("origin")
    if origin is not None:
        if urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
            raise OtherOrigin(origin)
    elif request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise OtherOrigin("")
    return NOBODY_IN_PARTICULAR


WriterDep = Annotated[str, Depends(writer)]
