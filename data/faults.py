"""From errors of the driver and the system to faults that say what to do."""

import errno
from collections.abc import Iterator

import psycopg2
from sqlalchemy.exc import DBAPIError

from gis.errors import EnvironmentFault, LandStockError


class DatabaseFault(EnvironmentFault):
    """The database can't be reached or can't work."""

    code = "database"


class DiskFull(EnvironmentFault):
    """A disk has no room left."""

    code = "disk-full"


class StatementTimeout(EnvironmentFault):
    """A statement took longer than allowed, or waited too long for a lock."""

    code = "statement-timeout"


_Texts = tuple[str, str]  # English, Chinese; {found} is what the driver or the system says
_DISK = (
    "There is no room left on the disk ({found}); free space is expected where the database and the data "
    "folder lie. Free some and repeat: nothing was changed by this step, what was published before stands.",
    "磁盘空间不足（{found}）；数据库和数据目录所在磁盘应有可用空间。请清理后重试：本步骤未作任何更改，此前已发布的数据不受影响。",
)
_BY_STATE: dict[
    str, tuple[type[EnvironmentFault], _Texts]
] = {  # SQLSTATE or its class -> what it says to a person
    "53100": (DiskFull, _DISK),
    "57014": (
        StatementTimeout,
        (
            "A statement was ended before it was done ({found}). Ask for less at once (one park, a shorter "
            "list), or raise LANDSTOCK_REQUEST_TIMEOUT_S.",
            "查询未完成即被终止（{found}）。请缩小查询范围（一个园区、较短的列表），或调大 LANDSTOCK_REQUEST_TIMEOUT_S。",
        ),
    ),
    "55P03": (
        StatementTimeout,
        (
            "Another process holds what this step needs ({found}). Wait until it ends and repeat.",
            "本步骤所需的数据正被其他进程占用（{found}）。请等其结束后重试。",
        ),
    ),
    "28": (
        DatabaseFault,
        (
            "The database refused the log-in ({found}); the user and password of LANDSTOCK_DATABASE_URL are "
            "expected to be right and allowed from here. Correct them.",
            "数据库拒绝登录（{found}）；LANDSTOCK_DATABASE_URL 的用户名和密码应正确，且允许从本机登录。请更正。",
        ),
    ),
    "3D": (
        DatabaseFault,
        (
            "The database named in LANDSTOCK_DATABASE_URL does not exist ({found}). Create it (CREATE DATABASE), "
            "then run `landstock db start`.",
            "LANDSTOCK_DATABASE_URL 指定的数据库不存在（{found}）。请先建库（CREATE DATABASE），"
            "再执行 `landstock db start`。",
        ),
    ),
    "42501": (
        DatabaseFault,
        (
            "The database user lacks a right ({found}). Run `landstock db start` with a user that may grant it.",
            "数据库用户权限不足（{found}）。请用有权授权的用户执行 `landstock db start`。",
        ),
    ),
    "42P01": (
        DatabaseFault,
        (
            "The database lacks a table ({found}); the schema of this version is expected. Run "
            "`landstock db start`, which brings it up to date.",
            "数据库缺少表（{found}）；库结构应与本版本一致。请执行 `landstock db start` 更新。",
        ),
    ),
    "53": (
        DatabaseFault,
        (
            "The database has no room to work: {found}. Close other programs, or enlarge it.",
            "数据库资源不足：{found}。请关闭其他程序，或扩大其资源。",
        ),
    ),
    "58": (
        DatabaseFault,
        (
            "The database could not read or write its files: {found}. Check the disk.",
            "数据库无法读写其文件：{found}。请检查磁盘。",
        ),
    ),
}
_UNREACHABLE = (
    "The database can't be reached ({found}); a running PostGIS is expected. Run `landstock db start` for the "
    "embedded one, or correct LANDSTOCK_DATABASE_URL and check that its server runs; `landstock doctor` says "
    "more.",
    "数据库无法连接（{found}）；需要正在运行的 PostGIS 数据库。使用内置数据库的请执行 `landstock db start`；"
    "否则请检查 LANDSTOCK_DATABASE_URL 及其服务器是否运行。`landstock doctor` 可查看详情。",
)


def _say(kind: type[EnvironmentFault], texts: _Texts, found: str) -> EnvironmentFault:
    en, zh = (text.format(found=found) for text in texts)
    return kind(en, zh)


def fault_of(error: BaseException) -> EnvironmentFault | None:
    """Return the fault behind an error, or ``None`` if the environment is not to blame.

    Looks through wrappings, as COPY reports a dead server as ``SystemError``
    around the driver's own error.
    """
    for inner in _chain(error):
        if isinstance(inner, LandStockError):
            return inner if isinstance(inner, EnvironmentFault) else None
        if isinstance(inner, psycopg2.Error):
            return _of_driver(inner)
        if isinstance(inner, OSError) and inner.errno in (errno.ENOSPC, errno.EDQUOT):
            return _say(DiskFull, _DISK, str(inner.filename or inner.strerror))
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        if isinstance(current, DBAPIError) and current.orig is not None:
            current = current.orig
        else:
            current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _of_driver(error: psycopg2.Error) -> EnvironmentFault | None:
    state = error.pgcode or ""
    found = " ".join(str(error).split()) or type(error).__name__
    if "No space left on device" in found:
        return _say(DiskFull, _DISK, found)
    for length in (5, 2):
        if state[:length] in _BY_STATE:
            return _say(*_BY_STATE[state[:length]], found)
    if state.startswith(("08", "57P")):
        return _say(DatabaseFault, _UNREACHABLE, found)
    if not state and isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError)):
        return _of_connection(found)
    return None


def _of_connection(found: str) -> EnvironmentFault:
    """Return the fault of a connection that failed; the driver gives no SQLSTATE there, only words."""
    if "password authentication failed" in found or "no pg_hba.conf entry" in found:
        return _say(*_BY_STATE["28"], found)
    if "database" in found and "does not exist" in found:
        return _say(*_BY_STATE["3D"], found)
    return _say(DatabaseFault, _UNREACHABLE, found)
