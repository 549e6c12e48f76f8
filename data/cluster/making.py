"""Making the embedded database: aside first, then renamed, so that half of one is never found."""

import json
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from data.cluster import programs
from data.cluster.place import PORT, Place, UnusableFolder, give

SUPERUSER = "postgres"
_MIB = 1 << 20


def make(place: Place, tools: programs.Programs, *, throw_away: bool = False) -> None:
    """Make a new database with checksums and random passwords.

    Raises
    ------
    ProgramFailed
        ``initdb`` refused; nothing is left at the place.
    UnusableFolder
        The folder can't be written.
    """
    aside = _aside(place)
    try:
        made = Place(aside, place.home, place.account)
        passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, "landstock_app")}
        _write_private(made.secrets, json.dumps(passwords))
        _initdb(made, tools, passwords[SUPERUSER], sync=not throw_away)
        configure(made, tools, socket_folder=place.socket_folder)
        if place.root.exists():
            place.root.rmdir()
        aside.rename(place.root)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _aside(place: Place) -> Path:
    """Return a new private folder beside the place, owned by the account of the server."""
    try:
        place.root.parent.mkdir(parents=True, exist_ok=True)
        for old in place.root.parent.glob(f"{place.root.name}.making-*"):
            shutil.rmtree(old, ignore_errors=True)
        aside = Path(tempfile.mkdtemp(prefix=f"{place.root.name}.making-", dir=place.root.parent))
        give(aside, place.account)
    except PermissionError as error:
        raise UnusableFolder(
            f"{place.root.parent} can't be written ({error.strerror}); a data folder of the account that starts the "
            "program is expected. Set LANDSTOCK_HOME to such a folder, or correct the rights of this one.",
            f"{place.root.parent} 不可写（{error.strerror}）；数据目录应归启动程序的账户所有。"
            "请将 LANDSTOCK_HOME 设为这样的目录，或更正该目录的权限。",
        ) from error
    return aside


def _initdb(made: Place, tools: programs.Programs, password: str, *, sync: bool) -> None:
    password_file = made.root / "initial"
    _write_private(password_file, password + "\n")
    give(password_file, made.account)
    locale = "C" if sys.platform == "darwin" else "C.UTF-8"
    command = [
        tools["initdb"], "-D", str(made.data), "-U", SUPERUSER, f"--pwfile={password_file}",
        "--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", f"--locale={locale}", "--no-instructions",
    ]  # fmt: skip
    programs.run(command if sync else [*command, "--no-sync"], made.account)
    password_file.unlink()


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def passwords(place: Place) -> dict[str, str]:
    """Return the password of each role.

    Raises
    ------
    UnusableFolder
        The file is gone or can't be read.
    """
    try:
        found: dict[str, str] = json.loads(place.secrets.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableFolder(
            f"The passwords of the embedded database can't be read from {place.secrets} ({error}); the file that "
            "was made with the database is expected. Start the program as the account that made it, or restore "
            "the file from a backup.",
            f"无法从 {place.secrets} 读取内置数据库的密码（{error}）；该文件应是建库时生成的。"
            "请以建库的账户启动程序，或从备份恢复该文件。",
        ) from error
    return found


def configure(
    place: Place, tools: programs.Programs, *, socket_folder: Path | None = None, throw_away: bool = False
) -> None:
    """Write the server's settings; done before each start, so that a new version's settings count."""
    settings: dict[str, str | int] = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": str(socket_folder or place.socket_folder),
        "unix_socket_permissions": "0700",
        "max_connections": 100,
        "password_encryption": "scram-sha-256",
        "shared_buffers": f"{_shared_mib()}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",  # five times slower for spatial queries under row-level security
        # PostgreSQL's own way of compressing took longer than closing 100,000 versions itself: 4.8 of 7.8 s.
        "wal_compression": "lz4" if programs.has_lz4(tools) else "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "log_line_prefix": "%m [%p] %u ",
    }
    if throw_away:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    text = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    _replace(place.data / "landstock.conf", text, place)
    main = place.data / "postgresql.conf"
    if "landstock.conf" not in main.read_text(encoding="utf-8"):
        _replace(main, main.read_text(encoding="utf-8") + "\ninclude 'landstock.conf'\n", place)


def _shared_mib() -> int:
    """Return an eighth of the memory, at least 128 MiB and at most 1 GiB, in MiB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MIB
    return max(128, min(1024, memory // 8))


def _replace(path: Path, text: str, place: Place) -> None:
    aside = path.with_name(path.name + ".new")
    aside.unlink(missing_ok=True)
    _write_private(aside, text)
    give(aside, place.account)
    aside.replace(path)
