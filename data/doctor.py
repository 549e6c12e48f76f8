"""What is installed, reachable, out of date or wrong, and how to mend it."""

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

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
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``ok`` is ``None`` where it is only worth knowing."""

    name: str
    ok: bool | None
    found: str
    expected: str
    mend: str


def checks(*, for_tests: bool = False) -> list[dict[str, object]]:
    """Look at everything the program needs; nothing is changed.

    Parameters
    ----------
    for_tests
        Look for what only the tests need as well (a browser).

    Returns
    -------
    list of dict
        ``name, ok, found, expected, mend`` a check; ``ok`` is null where the
        finding is no fault.
    """
    looks: list[Callable[[], Iterator[Check]]] = [_python, _packages, _programs, _database, _disk, _fonts]
    if for_tests:
        looks.append(_browser)
    return [asdict(check) for look in looks for check in _safely(look)]


def _safely(look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """Run a look; a fault that stops it is a finding, not the end of the others."""
    try:
        yield from look()
    except EnvironmentFault as fault:
        yield Check(look.__name__.strip("_"), False, str(fault), "to be examined", "As the finding says.")


def _python() -> Iterator[Check]:
    found = ".".join(map(str, sys.version_info[:3]))
    yield Check(
        "python",
        sys.version_info[:2] >= PYTHON,
        found,
        "3.11 or newer",
        "Install Python 3.11 and start with it.",
    )


def _packages() -> Iterator[Check]:
    """Compare what is installed with the lock; only a checkout has one."""
    top = checkout()
    lock = top / "requirements.lock" if top else None
    if lock is None or not lock.is_file():
        return
    wrong = list(_differences(lock))
    yield Check(
        "packages",
        not wrong,
        "; ".join(wrong[:5]) or "as locked",
        f"the versions of {lock.name} ({hashlib.sha256(lock.read_bytes()).hexdigest()[:12]})",
        f"Remove {settings().home / 'venv'} and start ./landstock again: it installs them.",
    )


def _differences(lock: Path) -> Iterator[str]:
    for line in re.findall(r"^[A-Za-z0-9].*?(?= \\$)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate():
            continue
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            yield f"{wanted.name} is missing"
        else:
            if not wanted.specifier.contains(found, prereleases=True):
                yield f"{wanted.name} is {found}, not {wanted.specifier}"


def _programs() -> Iterator[Check]:
    if settings().database_url is not None:
        return
    found = list(programs.installed())
    spoken = ", ".join(
        f"PostgreSQL {p.major} {'with' if programs.has_postgis(p) else 'without'} PostGIS ({p.folder})"
        for p in found
    )
    yield Check(
        "postgis-programs",
        any(programs.has_postgis(p) for p in found),
        spoken or "no PostgreSQL",
        "PostgreSQL 13 or newer with PostGIS",
        f"An administrator runs: {programs.how_to_install()}",
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
    yield Check("database-version", None, f"PostgreSQL {release}", "any that is supported", "")
    yield Check("schema", found == head(), str(found), head(), "Run: landstock db start")
    yield Check(
        "estimated-extent",
        not leak,
        "open to all" if leak else "closed",
        "closed: it answers from all rows, whoever asks",
        "The server's administrator runs: REVOKE EXECUTE ON FUNCTION st_estimatedextent(text, text), "
        "st_estimatedextent(text, text, text), st_estimatedextent(text, text, text, boolean) FROM PUBLIC",
    )


def _server(state: Status) -> Iterator[Check]:
    if state.kind == "external":
        yield Check(
            "database", state.running, "answers" if state.running else "does not answer", "a PostGIS that answers",
            "Check LANDSTOCK_DATABASE_URL, its server and the network; then run: landstock db start",
        )  # fmt: skip
        return
    where = f"{state.folder}, run by {state.account or 'this account'}"
    yield Check(
        "database",
        state.running or None,
        f"{where}: {f'running, process {state.pid}' if state.running else 'stopped' if state.exists else 'not made yet'}",
        "running; the next command that needs it starts it",
        "" if state.running else "Run: landstock db start",
    )
    if state.moved:
        yield Check(
            "database-folder", None, f"data lie in {state.folder}, outside {settings().home}", "either place works",
            f"{state.account} can't reach {settings().home}; nothing needs mending. Back up both folders.",
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
            name, free >= ROOM_B, f"{free / 2**30:.1f} GiB free at {folder}", f"{ROOM_B / 2**30:.0f} GiB or more",
            "Free some, or set LANDSTOCK_HOME to a larger disk.",
        )  # fmt: skip
    writable = os.access(_existing(settings().home), os.W_OK)
    yield Check(
        "data-folder", writable, f"{settings().home} is {'' if writable else 'not '}writable", "writable",
        "Correct its rights, or set LANDSTOCK_HOME to a folder of yours.",
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
        str(found) if found else "none on this machine",
        "one, where pages are printed or pictured on this machine; browsers elsewhere bring their own",
        "" if found else "Debian: apt-get install fonts-noto-cjk",
    )


def _browser() -> Iterator[Check]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    yield Check(
        "chromium",
        bool(found),
        found or "none",
        "Chromium, for the tests",
        "Debian: apt-get install chromium",
    )
