"""What is installed, reachable, out of date or wrong, and how to mend it."""

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement
from sqlalchemy import text

from data.cluster import Status, programs, status
from data.migrations import head
from data.session import transaction
from data.settings import checkout, settings
from gis.errors import EnvironmentFault

PYTHON = (3, 11)
ROOM_B = 2 << 30
FONTS = (
    "/usr/share/fonts/**/*CJK*",
    "/usr/share/fonts/**/*wqy*",
    "/usr/share/fonts/**/*SourceHan*",
    "/System/Library/Fonts/PingFang.ttc",
    "/Library/Fonts/*CJK*",
)
_CLOSE = (
    "REVOKE EXECUTE ON FUNCTION st_estimatedextent(text, text), "
    "st_estimatedextent(text, text, text), st_estimatedextent(text, text, text, boolean) FROM PUBLIC"
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


Texts = tuple[str, str]  # English, Chinese
NOTHING: Texts = ("", "")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at, told in English and in Chinese. ``ok`` is ``None`` where it is only worth knowing."""

    name: str
    ok: bool | None
    found: Texts
    expected: Texts
    mend: Texts

    def told(self, lang: Literal["zh", "en"]) -> dict[str, object]:
        """Return the check with its texts in a language."""
        place = 1 if lang == "zh" else 0
        texts = {"found": self.found[place], "expected": self.expected[place], "mend": self.mend[place]}
        return {"name": self.name, "ok": self.ok, **texts}


def checks(lang: Literal["zh", "en"] = "en", *, for_tests: bool = False) -> list[dict[str, object]]:
    """Look at everything the program needs; nothing is changed.

    Parameters
    ----------
    lang
        Language of ``found``, ``expected`` and ``mend``.
    for_tests
        Look for what only the tests need as well (a browser).

    Returns
    -------
    list of dict
        ``name, ok, found, expected, mend`` a check; ``ok`` is null where the
        finding is no fault.
    """
    from data.doctor_feeds import feeds  # it builds on what stands here

    looks: list[Callable[[], Iterator[Check]]] = [_python, _packages, _programs, _database, _disk, _fonts]
    looks.append(feeds)
    if for_tests:
        looks.append(_browser)
    return [check.told(lang) for look in looks for check in _safely(look)]


def _safely(look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """Run a look; a fault that stops it is a finding, not the end of the others."""
    try:
        yield from look()
    except EnvironmentFault as fault:
        yield Check(
            look.__name__.strip("_"),
            False,
            (str(fault), fault.text("zh")),
            ("to be examined", "应可检查"),
            ("As the finding says.", "按上述说明处理。"),
        )


def _python() -> Iterator[Check]:
    found = ".".join(map(str, sys.version_info[:3]))
    yield Check(
        "python",
        sys.version_info[:2] >= PYTHON,
        (found, found),
        ("3.11 or newer", "3.11 或更高版本"),
        ("Install Python 3.11 and start with it.", "请安装 Python 3.11 并用其启动。"),
    )


def _packages() -> Iterator[Check]:
    """Compare what is installed with the lock; only a checkout has one."""
    top = checkout()
    lock = top / "requirements.lock" if top else None
    if lock is None or not lock.is_file():
        return
    wrong = list(_differences(lock))
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    yield Check(
        "packages",
        not wrong,
        (
            "; ".join(en for en, _ in wrong[:5]) or "as locked",
            "；".join(zh for _, zh in wrong[:5]) or "与锁定版本一致",
        ),
        (f"the versions of {lock.name} ({digest})", f"{lock.name} 中的版本（{digest}）"),
        (
            f"Remove {settings().home / 'venv'} and start ./landstock again: it installs them.",
            f"请删除 {settings().home / 'venv'} 后重新启动 ./landstock，将自动安装。",
        ),
    )


def _differences(lock: Path) -> Iterator[Texts]:
    for line in re.findall(r"^[A-Za-z0-9].*?(?= \\$)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate():
            continue
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            yield f"{wanted.name} is missing", f"缺少 {wanted.name}"
        else:
            if not wanted.specifier.contains(found, prereleases=True):
                yield (
                    f"{wanted.name} is {found}, not {wanted.specifier}",
                    f"{wanted.name} 为 {found}，应为 {wanted.specifier}",
                )


def _programs() -> Iterator[Check]:
    if settings().database_url is not None:
        return
    found = list(programs.installed())
    spoken = ", ".join(
        f"PostgreSQL {p.major} {'with' if programs.has_postgis(p) else 'without'} PostGIS ({p.folder})"
        for p in found
    )
    spoken_zh = "、".join(
        f"PostgreSQL {p.major}（{'含' if programs.has_postgis(p) else '无'} PostGIS，{p.folder}）"
        for p in found
    )
    yield Check(
        "postgis-programs",
        any(programs.has_postgis(p) for p in found),
        (spoken or "no PostgreSQL", spoken_zh or "未安装 PostgreSQL"),
        ("PostgreSQL 13 or newer with PostGIS", "PostgreSQL 13 或更高版本，含 PostGIS"),
        (
            f"An administrator runs: {programs.how_to_install()}",
            f"请管理员执行：{programs.how_to_install()}",
        ),
    )


def _database() -> Iterator[Check]:
    state = status()
    yield from _server(state)
    if not state.running:
        return
    with transaction() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        release = connection.execute(
            text("SELECT current_setting('server_version') || ', PostGIS ' || postgis_lib_version()")
        ).scalar()
        leak = connection.execute(
            text(
                "SELECT bool_or(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc WHERE proname = 'st_estimatedextent'"
            )
        ).scalar()
    yield Check(
        "database-version",
        None,
        (f"PostgreSQL {release}",) * 2,
        ("any that is supported", "受支持的版本"),
        NOTHING,
    )
    yield Check(
        "schema",
        found == head(),
        (str(found),) * 2,
        (head(),) * 2,
        ("Run: landstock db start", "请执行：landstock db start"),
    )
    yield Check(
        "estimated-extent",
        not leak,
        ("open to all", "对所有用户开放") if leak else ("closed", "已关闭"),
        ("closed: it answers from all rows, whoever asks", "应关闭：该函数对任何用户都依据全部数据作答"),
        (f"The server's administrator runs: {_CLOSE}", f"请服务器管理员执行：{_CLOSE}"),
    )


def _server(state: Status) -> Iterator[Check]:
    if state.kind == "external":
        yield Check(
            "database", state.running, ("answers", "有响应") if state.running else ("does not answer", "没有响应"),
            ("a PostGIS that answers", "有响应的 PostGIS 数据库"),
            (
                "Check LANDSTOCK_DATABASE_URL, its server and the network; then run: landstock db start",
                "请检查 LANDSTOCK_DATABASE_URL、服务器和网络，然后执行：landstock db start",
            ),
        )  # fmt: skip
        return
    if state.running:
        now, now_zh = f"running, process {state.pid}", f"运行中，进程 {state.pid}"
    else:
        now, now_zh = ("stopped", "已停止") if state.exists else ("not made yet", "尚未建立")
    yield Check(
        "database",
        state.running or None,
        (
            f"{state.folder}, run by {state.account or 'this account'}: {now}",
            f"{state.folder}，由{state.account or '本账户'}运行：{now_zh}",
        ),
        ("running; the next command that needs it starts it", "运行中；需要时由下一条命令启动"),
        NOTHING if state.running else ("Run: landstock db start", "请执行：landstock db start"),
    )
    if state.moved:
        yield Check(
            "database-folder", None,
            (f"data lie in {state.folder}, outside {settings().home}", f"数据位于 {state.folder}，不在 {settings().home} 内"),
            ("either place works", "两处均可"),
            (
                f"{state.account} can't reach {settings().home}; nothing needs mending. Back up both folders.",
                f"{state.account} 无法访问 {settings().home}；无需处理，备份时请备份两处目录。",
            ),
        )  # fmt: skip


def _disk() -> Iterator[Check]:
    places = {"disk": settings().home}
    if settings().database_url is None:
        folder = status().folder
        if folder is not None:
            places["disk-database"] = folder
    for name, folder in places.items():
        free = shutil.disk_usage(_existing(folder)).free
        yield Check(
            name, free >= ROOM_B,
            (f"{free / 2**30:.1f} GiB free at {folder}", f"{folder} 可用 {free / 2**30:.1f} GiB"),
            (f"{ROOM_B / 2**30:.0f} GiB or more", f"{ROOM_B / 2**30:.0f} GiB 或更多"),
            ("Free some, or set LANDSTOCK_HOME to a larger disk.", "请清理磁盘，或将 LANDSTOCK_HOME 设到更大的磁盘。"),
        )  # fmt: skip
    writable = os.access(_existing(settings().home), os.W_OK)
    yield Check(
        "data-folder", writable,
        (f"{settings().home} is {'' if writable else 'not '}writable", f"{settings().home} {'可写' if writable else '不可写'}"),
        ("writable", "可写"),
        ("Correct its rights, or set LANDSTOCK_HOME to a folder of yours.", "请更正其权限，或将 LANDSTOCK_HOME 设为自己的目录。"),
    )  # fmt: skip


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _fonts() -> Iterator[Check]:
    found = next((f for pattern in FONTS for f in Path("/").glob(pattern[1:])), None)
    yield Check(
        "chinese-fonts",
        True if found else None,
        (str(found), str(found)) if found else ("none on this machine", "本机没有"),
        (
            "one, where pages are printed or pictured on this machine; browsers elsewhere bring their own",
            "在本机打印或截图页面时需要一种；其他机器的浏览器自带字体",
        ),
        NOTHING if found else ("Debian: apt-get install fonts-noto-cjk",) * 2,
    )


def _browser() -> Iterator[Check]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    yield Check(
        "chromium",
        bool(found),
        (found, found) if found else ("none", "没有"),
        ("Chromium, for the tests", "Chromium，供测试使用"),
        ("Debian: apt-get install chromium",) * 2,
    )
