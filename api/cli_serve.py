"""The browser application and the API, served."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click

from api.cli_frame import document, json_option, open_database
from api.keeping import today_beside, worker_beside
from data.public_edition import refresh
from data.settings import LOOPBACK
from gis.errors import EnvironmentFault, UsageFault

DEFAULT_PORT = 8000
CREATE, CREATE_OPEN = "api.main:create_app", "api.main:create_open_app"
_TRIED = 50


class PortBusy(EnvironmentFault):
    """Another program listens where ours should."""

    code = "port-busy"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host} is in use by another program. End that program or choose another port "
            "with --port.",
            f"{host} 的端口 {port} 已被其他程序占用。请结束该程序，或用 --port 另选端口。",
        )


class CannotListen(EnvironmentFault):
    """The address can't be listened on."""

    code = "cannot-listen"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True, help="Port.")
@click.option("--tls-cert", type=click.Path(dir_okay=False, path_type=Path), help="Certificate chain (PEM).")
@click.option("--tls-key", type=click.Path(dir_okay=False, path_type=Path), help="Private key (PEM).")
@click.option(
    "--worker/--no-worker", default=True, show_default=True, help="Carry out import jobs beside the server."
)
@click.option(
    "--open", "is_open", is_flag=True, help="Answer reads without signing in; on this machine only."
)
@click.option(
    "--public",
    "is_public",
    is_flag=True,
    help="Serve only what is made for the public: land still to be had, notices of idle land; no sign-in.",
)
@json_option
@click.pass_context
def serve(
    ctx: click.Context,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    worker: bool,
    is_open: bool,
    is_public: bool,
    as_json: bool,
) -> None:
    """Serve the browser application and the API until Ctrl-C (启动网页服务)."""
    tls = _tls(tls_cert, tls_key)
    if is_open and host not in LOOPBACK:
        raise UsageFault(
            f"--open answers everybody and belongs to this machine alone; --host {host} lets others in. Leave one out.",
            f"--open 对任何人开放读取，只能用于本机；--host {host} 允许他人访问。请去掉其中之一。",
        )
    if is_open and is_public:
        raise UsageFault(
            "--open shows everything on this machine, --public only what is public, to everybody. Give one of them.",
            "--open 在本机开放全部数据，--public 仅公开可公示内容。请只给出其一。",
        )
    require_free(host, port)
    open_database()
    if is_public:
        refresh()
    address = f"{'https' if tls else 'http'}://{host if ':' not in host else f'[{host}]'}:{port}/"
    if as_json:
        document(ctx, {"address": address})
    else:
        click.echo(f"LandStock: {address}   (Ctrl-C ends it / 按 Ctrl-C 结束)")
    made = "api.public_app:create_public_app" if is_public else CREATE_OPEN if is_open else CREATE
    run(host, port, worker=worker and not is_public, made=made, **tls)


def _tls(cert: Path | None, key: Path | None) -> dict[str, str]:
    if cert is None and key is None:
        return {}
    if cert is None or key is None:
        raise UsageFault(
            "--tls-cert and --tls-key belong together; only one of them was given. Give both.",
            "--tls-cert 与 --tls-key 须同时给出，现只给出其一。",
        )
    for path in (cert, key):
        if not path.is_file():
            raise UsageFault(f"{path} was not found; expected a PEM file.", f"未找到 {path}；应为 PEM 文件。")
    return {"ssl_certfile": str(cert), "ssl_keyfile": str(key)}


def run(host: str, port: int, *, worker: bool = True, made: str = CREATE, **options: Any) -> None:
    """Serve what ``made`` makes until the process is told to end, with a worker for jobs and today's verdicts beside.

    Messages go to standard error.
    """
    import uvicorn

    from api.patience import Impatient

    with _beside() if worker else nullcontext():
        uvicorn.run(
            made,
            factory=True,
            http=Impatient,
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            **options,
        )


@contextmanager
def _beside() -> Iterator[None]:
    with worker_beside(), today_beside():
        yield


def require_free(host: str, port: int) -> None:
    """Check that a port can be listened on.

    Raises
    ------
    PortBusy
        Another program has it.
    CannotListen
        The address is none of this machine's, or the port is reserved.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortBusy(host, port) from error
        raise CannotListen(
            f"{host}:{port} can't be listened on: {error.strerror}. Choose another --host or --port.",
            f"无法监听 {host}:{port}：{error.strerror}。请另选 --host 或 --port。",
        ) from error


def free_port(host: str) -> int:
    """Return the default port, or the next one that nobody uses.

    Raises
    ------
    PortBusy
        None of them is free.
    """
    for port in range(DEFAULT_PORT, DEFAULT_PORT + _TRIED):
        try:
            require_free(host, port)
        except PortBusy:
            continue
        return port
    raise PortBusy(host, DEFAULT_PORT)
