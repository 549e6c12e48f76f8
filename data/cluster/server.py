"""Starting and stopping the server of an embedded database that exists."""

import time

import psycopg2
from sqlalchemy import URL

from data.cluster import making, process, programs
from data.cluster.place import PORT, Place, UnusableFolder, prepare_socket_folder
from data.faults import DatabaseFault

DATABASE = "landstock"
_LOG_LIMIT = 10 << 20
_START_S = 120


class OtherVersion(UnusableFolder):
    """The data are of a major version of PostgreSQL that is not installed."""

    code = "other-postgresql"


def url(place: Place, role: str, database: str = DATABASE) -> URL:
    """Return the address of a database of the embedded server for one role."""
    return URL.create(
        "postgresql+psycopg2",
        username=role,
        password=making.passwords(place)[role],
        database=database,
        query={"host": str(place.socket_folder), "port": str(PORT)},
    )


def answers(place: Place) -> bool:
    """Say whether the server takes connections."""
    try:
        connect(place, making.SUPERUSER, "postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def connect(place: Place, role: str, database: str) -> "psycopg2.extensions.connection":
    """Return a plain connection of the driver, for what precedes the engine."""
    return psycopg2.connect(
        host=str(place.socket_folder), port=PORT, user=role, dbname=database,
        password=making.passwords(place)[role], connect_timeout=10,
    )  # fmt: skip


def running(place: Place) -> bool:
    """Say whether our server runs: its process exists, names our directory, and it answers."""
    return process.server_pid(place) is not None and answers(place)


def tools_for(place: Place) -> programs.Programs:
    """Return the programs that fit the data.

    Raises
    ------
    OtherVersion
        The data are of a major version that is not installed.
    """
    major = int((place.data / "PG_VERSION").read_text(encoding="utf-8").split()[0].split(".")[0])
    try:
        return programs.find(major)
    except programs.MissingProgram as error:
        have = ", ".join(str(p.major) for p in programs.installed()) or "none"
        raise OtherVersion(
            f"The data in {place.data} are of PostgreSQL {major}; installed: {have}. Install version {major} again "
            f"(Debian: apt-get install postgresql-{major} postgresql-{major}-postgis-3), or make a backup with it "
            "(`landstock db backup FILE`), move the folder away and `landstock db restore FILE`.",
            f"{place.data} 中的数据属于 PostgreSQL {major}；已安装：{have}。请重新安装 {major} 版"
            f"（Debian：apt-get install postgresql-{major} postgresql-{major}-postgis-3），或用该版本备份"
            "（`landstock db backup FILE`），移走该目录后执行 `landstock db restore FILE`。",
        ) from error


def launch(place: Place, *, throw_away: bool = False) -> None:
    """Start the server of a database that exists and wait until it answers. Call under the lock of start."""
    tools = tools_for(place)
    if process.server_pid(place):
        if comes_up(place):
            return
        if process.server_pid(place):
            halt(place)
    process.clear_away(place)
    prepare_socket_folder(place)
    making.configure(place, tools, throw_away=throw_away)
    if place.log.is_file() and place.log.stat().st_size > _LOG_LIMIT:
        place.log.replace(place.log.with_suffix(".log.1"))
    command = [
        tools["pg_ctl"],
        "start",
        "-D",
        str(place.data),
        "-l",
        str(place.log),
        "-w",
        "-t",
        str(_START_S),
    ]
    try:
        programs.run(command, place.account, timeout_s=_START_S + 10)
    except programs.ProgramFailed as error:
        raise DatabaseFault(
            f"The embedded database did not start ({error}). {_last_words(place)} The log is {place.log}; "
            "`landstock doctor` checks disk and rights.",
            f"内置数据库未能启动（{error.text('zh')}）。{_last_words(place)} 日志：{place.log}；"
            "`landstock doctor` 可检查磁盘和权限。",
        ) from error
    if not running(place):
        raise DatabaseFault(
            f"The embedded database started but does not answer. {_last_words(place)} The log is {place.log}.",
            f"内置数据库已启动但没有响应。{_last_words(place)} 日志：{place.log}。",
        )


def comes_up(place: Place) -> bool:
    """Wait for a server that runs and does not answer; say whether it answers now.

    It may be recovering. Without its socket it never will: something cleared
    the folder of temporary files.
    """
    socket = place.socket_folder / f".s.PGSQL.{PORT}"
    until = time.monotonic() + _START_S
    while process.server_pid(place) and time.monotonic() < until:
        if answers(place):
            return True
        if not socket.exists() and time.monotonic() > until - _START_S + 2:
            return False
        time.sleep(0.1)
    return False


def halt(place: Place, *, mode: str = "fast") -> None:
    """Stop the server and wait until it has ended."""
    programs.run(
        [tools_for(place)["pg_ctl"], "stop", "-D", str(place.data), "-m", mode, "-w", "-t", "60"],
        place.account,
    )


def _last_words(place: Place) -> str:
    """Return the last complaints in the server's log."""
    try:
        lines = place.log.read_text(encoding="utf-8", errors="replace").splitlines()[-60:]
    except OSError:
        return "It wrote no log."
    telling = [
        line for line in lines if any(w in line for w in ("FATAL", "PANIC", "ERROR", "HINT", "DETAIL"))
    ]
    return "It said: " + " | ".join(telling[-4:]) + "." if telling else "It said nothing of an error."
