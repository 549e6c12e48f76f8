"""The worker: takes jobs from the queue, runs each in a process of its own, and finds the dead ones."""

import asyncio
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import Any

import procrastinate
import psycopg
import psycopg_pool

from data import audit, export_jobs, incoming, job_runs, sign_in
from data.identity import SYSTEM, Actor, act, acting
from data.jobs import QUEUE, TASK
from data.listening import address, become_system
from data.session import transaction
from data.settings import settings
from etl import exporting, running
from etl.child import Child, Stopped, warm_up
from etl.reporting import process_name
from gis.errors import EnvironmentFault, LandStockError

SWEEP_S = 10.0
_SEAL_S = 300.0  # how long an entry of the log may wait for its seal
STOP_S = 5.0  # a stopping worker lets a running job go on for so long
_AGAIN_S = 2.0  # before a lost database is asked again
log = logging.getLogger("landstock.worker")
_Lost = (procrastinate.exceptions.ConnectorException, psycopg.Error, psycopg_pool.PoolTimeout, OSError)


def queue_app() -> procrastinate.App:
    """Return the application of procrastinate: one task, on our tables in the schema ``jobs``."""
    where, options = address()
    connector = procrastinate.PsycopgConnector(
        conninfo=where,
        kwargs=options | {"options": "-c search_path=jobs,public"},
        configure=become_system,
        min_size=1,
        max_size=4,
        timeout=settings().connect_timeout_s,
    )
    app = procrastinate.App(connector=connector)
    app.task(name=TASK, queue=QUEUE)(carry_out)
    app.task(name=export_jobs.TASK, queue=export_jobs.QUEUE)(export)
    return app


async def export(export_id: int) -> None:
    """Carry out one export job; it reads our own data, and has a thread instead of a process."""
    await asyncio.to_thread(exporting.carry_out, export_id)


async def carry_out(job_id: int) -> None:
    """Carry out one job; a worker that is stopped meanwhile ends it."""
    held: list[Child] = []
    work = asyncio.create_task(asyncio.to_thread(_run, job_id, held))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        for child in held:
            child.kill(Stopped())
        await work
        raise


def _run(job_id: int, held: list[Child]) -> None:
    """Run a job that waits; how it ended is in its row, also where that is an error."""
    try:
        running.run(("job", job_id, process_name()), _silent, held.append)
    except LandStockError as error:
        log.info("job %s: %s", job_id, error)


def _silent(stage: str, done: int, total: int) -> None:
    """Leave progress to the row that the process of the job writes itself."""


def sweep() -> None:
    """Give up dead jobs, and remove files that nobody needs any more."""
    with transaction(timeout_s=settings().request_timeout_s) as connection:
        for job_id in job_runs.sweep(connection):
            log.warning("job %s had lost its process", job_id)
        incoming.clear(connection)
        export_jobs.sweep(connection)
        days = settings().log_days
        if days is not None:
            audit.forget(connection, days)
    audit.seal_now(_SEAL_S)
    with acting(sign_in.NOBODY), transaction(timeout_s=settings().request_timeout_s) as connection:
        sign_in.clear(connection)


async def _keep_sweeping() -> None:
    while True:
        try:
            await asyncio.to_thread(sweep)
        except (EnvironmentFault, OSError) as fault:
            log.warning("sweeping: %s", fault)
        await asyncio.sleep(SWEEP_S)


async def _work(queue: str, concurrency: int) -> None:
    """Take jobs of a queue until cancelled; a database that goes away is waited for."""
    while True:
        try:
            app = queue_app()
            async with app.open_async():
                await app.run_worker_async(
                    queues=[queue],
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    delete_jobs="always",
                    shutdown_graceful_timeout=STOP_S,
                    fetch_job_polling_interval=5,
                )
        except (*_Lost, EnvironmentFault) as error:
            log.warning("the queue of jobs is out of reach: %s", error)
        await asyncio.sleep(_AGAIN_S)


async def _serve(until_eof: bool) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        threading.Thread(target=_await_eof, args=(loop, stop), daemon=True).start()
    work = [_work(QUEUE, settings().import_workers), _work(export_jobs.QUEUE, 1), _keep_sweeping()]
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(one) for one in work]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, stopping):
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


def _await_eof(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Stop when whoever started this worker is gone: the pipe that is our input then ends."""
    while os.read(sys.stdin.fileno(), 1 << 10):
        pass
    with suppress(RuntimeError):  # the loop has ended already
        loop.call_soon_threadsafe(stop.set)


def serve(until_eof: bool = False) -> None:
    """Work until told to end.

    Parameters
    ----------
    until_eof
        End also when standard input ends.
    """
    act(Actor("worker", SYSTEM))
    warm_up()
    asyncio.run(_serve(until_eof))
