"""Who is behind a request: named before anything of it runs, so that each transaction has that person's rights."""

from starlette.types import ASGIApp, Receive, Scope, Send

from data.identity import Actor, acting


class Actors:
    """Name who acts for every HTTP request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with acting(Actor("web", "clerk")):
            await self.app(scope, receive, send)
