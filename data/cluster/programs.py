"""The programs of PostgreSQL: where they are, and running them with few rights."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.cluster.place import Account
from gis.errors import EnvironmentFault

_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat and relatives
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
    "/usr/bin",
)
_LZ4_SINCE = 15
NEEDED = ("initdb", "pg_ctl", "postgres")
INSTALL_DEBIAN = (
    "apt-get update && mkdir -p /etc/postgresql-common/createcluster.d && "
    "echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/landstock.conf && "
    "apt-get install -y --no-install-recommends postgresql postgresql-postgis python3-venv"
)
INSTALL_MAC = "brew install postgis"


class MissingProgram(EnvironmentFault):
    """PostgreSQL or PostGIS is not installed."""

    code = "missing-program"


class ProgramFailed(EnvironmentFault):
    """A program of PostgreSQL ended with an error."""

    code = "database-program"


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one major version of PostgreSQL."""

    folder: Path
    major: int

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def how_to_install() -> str:
    """Return the line that installs PostGIS on this kind of system."""
    return INSTALL_MAC if sys.platform == "darwin" else INSTALL_DEBIAN


def find(major: int | None = None) -> Programs:
    """Return the programs of a major version, or of the newest that has PostGIS.

    Raises
    ------
    MissingProgram
        There are none.
    """
    found = list(installed())
    fitting = [p for p in found if p.major == major] if major else [p for p in found if has_postgis(p)]
    if fitting:
        return max(fitting, key=lambda programs: programs.major)
    have = ", ".join(f"PostgreSQL {p.major} without PostGIS" for p in found) or "no PostgreSQL"
    have_zh = "、".join(f"PostgreSQL {p.major}（无 PostGIS）" for p in found) or "未安装 PostgreSQL"
    raise MissingProgram(
        f"Found {have}; PostgreSQL with PostGIS is expected. An administrator installs it with: "
        f"{how_to_install()} — or point LANDSTOCK_DATABASE_URL at an existing PostGIS.",
        f"现有：{have_zh}；需要带 PostGIS 的 PostgreSQL。请管理员执行：{how_to_install()}；"
        "或将 LANDSTOCK_DATABASE_URL 指向已有的 PostGIS 数据库。",
    )


def installed() -> Iterator[Programs]:
    """Yield every PostgreSQL on this machine, with or without PostGIS."""
    folders = [path for pattern in _FOLDERS for path in sorted(Path("/").glob(pattern[1:]))]
    folders += [Path(p) for p in os.environ.get("PATH", "").split(os.pathsep) if p]
    seen: set[Path] = set()
    for folder in folders:
        server = Path(
            os.path.realpath(folder / "postgres")
        )  # some systems link the programs into a common folder
        if server not in seen and all(os.access(folder / name, os.X_OK) for name in NEEDED):
            seen.add(server)
            major = _major(folder)
            if major:
                yield Programs(folder, major)


def _major(folder: Path) -> int | None:
    told = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, env=_environment(), check=False
    )
    words = told.stdout.split()
    return int(words[2].split(".")[0]) if told.returncode == 0 and len(words) > 2 else None


def has_postgis(programs: Programs) -> bool:
    """Say whether the extension is installed for these programs."""
    told = _built(programs, "--sharedir")
    shares = [Path(told)] if told else [Path(f"/usr/share/postgresql/{programs.major}")]
    return any((share / "extension" / "postgis.control").is_file() for share in shares)


def has_lz4(programs: Programs) -> bool:
    """Say whether the server can compress its log by LZ4; false where that isn't told."""
    return programs.major >= _LZ4_SINCE and "--with-lz4" in _built(programs, "--configure")


def _built(programs: Programs, asked: str) -> str:
    """Return what the programs say about how they were built; nothing where they don't."""
    if not os.access(programs["pg_config"], os.X_OK):
        return ""
    return subprocess.run(
        [programs["pg_config"], asked], capture_output=True, text=True, env=_environment(), check=False
    ).stdout.strip()


def run(command: Sequence[str], account: Account | None, *, timeout_s: float = 120) -> str:
    """Run a program as an account, away from our folder and environment; return what it wrote.

    Raises
    ------
    ProgramFailed
        It ended with an error, or not in time.
    """
    name = Path(command[0]).name
    try:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            command, env=_environment(), cwd="/", stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", timeout=timeout_s, check=False, umask=0o077, **_identity(account),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ProgramFailed(
            f"{name} did not end within {timeout_s:g} seconds. See the server's log.",
            f"{name} 在 {timeout_s:g} 秒内未结束。请查看数据库日志。",
        ) from None
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[-800:]
        raise ProgramFailed(
            f"{name} ended with {done.returncode}: {said}",
            f"{name} 异常结束（返回码 {done.returncode}）：{said}",
        )
    return done.stdout


def _identity(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    groups = sorted(set(os.getgrouplist(account.name, account.gid)))
    return {"user": account.uid, "group": account.gid, "extra_groups": groups}


def _environment() -> dict[str, str]:
    """Return an environment in which no variable of the caller changes what the programs do."""
    locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": locale, "LANG": locale}
