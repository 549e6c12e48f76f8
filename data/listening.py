"""Hearing of changes of jobs: one connection a process listens, everybody in it is told.

Runs in an event loop, with psycopg 3; psycopg2, which does the rest, can't wait without a thread.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import sql

from data.identity import SYSTEM
from data.jobs import CHANNEL
from data.roles import role_of
from data.session import connect_args, url

log = logging.getLogger("landstock")
_AGAIN_S = 2.0  # before a lost connection is made again
_QUIET_S = 20.0  # without a message the connection is asked whether it lives


def address() -> tuple[str, dict[str, Any]]:
    """Return the address of the database for psycopg 3, and the options of a connection."""
    return url().set(drivername="postgresql").render_as_string(hide_password=False), connect_args()


async def become_system(connection: "psycopg.AsyncConnection[Any]") -> None:
    """Take the role of the program for as long as the connection lives."""
    await connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role_of(SYSTEM))))
    if not connection.autocommit:
        await connection.commit()


class Hub:
    """Tells those who follow a job that it has changed.

    The listening task lives as long as somebody follows a job. While its
    connection is down, followers are woken now and then and read for
    themselves.
    """

    def __init__(self) -> None:
        self._followers: dict[int, set[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def follow(self, job_id: int) -> AsyncIterator[asyncio.Event]:
        """Hand out an event that is set whenever the job may have changed."""
        event = asyncio.Event()
        self._followers.setdefault(job_id, set()).add(event)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen(), name="listen for jobs")
        try:
            yield event
        finally:
            self._followers[job_id].discard(event)
            if not self._followers[job_id]:
                del self._followers[job_id]
            if not self._followers and self._task is not None:
                self._task.cancel()
                self._task = None

    def _wake(self, job_id: int | None = None) -> None:
        chosen = self._followers.values() if job_id is None else [self._followers.get(job_id, set())]
        for events in chosen:
            for event in events:
                event.set()

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except (psycopg.Error, OSError) as error:
                log.warning("listening for jobs: %s", error)
                self._wake()
                await asyncio.sleep(_AGAIN_S)

    async def _hear(self) -> None:
        where, options = address()
        async with await psycopg.AsyncConnection.connect(where, autocommit=True, **options) as connection:
            await become_system(connection)
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            self._wake()  # what happened before we listened was not heard
            while True:
                async for notice in connection.notifies(timeout=_QUIET_S):
                    if notice.payload.isdigit():
                        self._wake(int(notice.payload))
                await asyncio.wait_for(connection.execute("SELECT 1"), timeout=_QUIET_S)
