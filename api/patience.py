"""How long a connection may take to say what it wants: a few slow clients must not hold the door for everybody."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS_S = 20.0
"""From the connection, or the first byte of a further request, to the end of its headers."""


class Impatient(H11Protocol):
    """The server's protocol, with an end to waiting for headers; bodies have limits of their own (``api.limits``)."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait as long as the headers are not whole."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._have_waited()
        elif self._waiting is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._have_waited()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(HEADERS_S, self._give_up)

    def _have_waited(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.close()
