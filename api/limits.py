"""How much a request may send, and how slowly: files of a delivery have limits of their own."""

import asyncio

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.actors import SAFE
from api.errors import answer_for
from gis.errors import UsageFault

MOST_BYTES = 1_000_000
SLOWEST_S = 60.0  # between two pieces of a body
UPLOADS = "/import"


class BodyTooLarge(UsageFault):
    """A form is larger than any form of ours."""

    code = "body-too-large"

    def __init__(self) -> None:
        super().__init__(
            f"The request holds more than {MOST_BYTES:,} bytes; a form of this server is much smaller. Send less.",
            f"请求内容超过 {MOST_BYTES:,} 字节，本服务器的表单远小于此。请减少内容。",
        )


class BodyTooSlow(UsageFault):
    """A body stopped coming."""

    code = "body-too-slow"

    def __init__(self) -> None:
        super().__init__(
            f"Nothing more of the request came for {SLOWEST_S:.0f} seconds. Check the network and send it again.",
            f"请求内容中断超过 {SLOWEST_S:.0f} 秒。请检查网络后重新发送。",
        )


class BodyLimits:
    """Refuse bodies that are too large, and stop waiting for those that don't come."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        most = None if scope["path"].startswith(UPLOADS) else MOST_BYTES
        said = request.headers.get("content-length", "")
        if most is not None and said.isdigit() and int(said) > most:
            await answer_for(request, BodyTooLarge())(scope, receive, send)
            return
        came, whole = 0, False

        async def limited() -> Message:
            nonlocal came, whole
            if whole:
                return await receive()  # whoever waits for the end of the connection
            try:
                message = await asyncio.wait_for(receive(), SLOWEST_S)
            except TimeoutError:
                raise BodyTooSlow from None
            came += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if most is not None and came > most:
                raise BodyTooLarge
            return message

        await self.app(scope, limited, send)
