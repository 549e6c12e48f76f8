"""Where the embedded database lies, and as whom it runs."""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from data.settings import settings
from gis.errors import EnvironmentFault

ELSEWHERE = Path("/var/lib/landstock")
SOCKETS = Path("/tmp")  # a socket's path may have 107 bytes; the folder's owner is checked
PORT = 5432  # names the socket file; nothing listens on the network


class UnusableFolder(EnvironmentFault):
    """The data folder can't hold the embedded database."""

    code = "unusable-folder"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the system that database programs run as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one embedded database and what lies in it.

    ``account`` is ``None`` where the program's own account runs the database.
    """

    root: Path
    home: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """The data directory of the server."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the server writes about itself."""
        return self.root / "server.log"

    @property
    def secrets(self) -> Path:
        """The passwords, in a file that only its owner reads."""
        return self.root / "passwords.json"

    @property
    def pid_file(self) -> Path:
        """The server's own note of the process that runs it."""
        return self.data / "postmaster.pid"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket: short, and the same for everybody who knows the place."""
        return SOCKETS / f"landstock-{_short(self.root)}"

    @property
    def moved(self) -> bool:
        """Say whether the database lies outside the data folder, as its account can't reach that."""
        return self.root.parent != self.home

    @property
    def exists(self) -> bool:
        """Say whether a database was made here."""
        return (self.data / "PG_VERSION").is_file()


def place() -> Place:
    """Return the place of the embedded database of the current data folder.

    Started by root, the database lies in the data folder where its account
    can reach that, else under ``/var/lib/landstock``; a database that is
    there already is taken where it is, with the account that owns it.

    Raises
    ------
    UnusableFolder
        Root started the program and the account to run as does not exist, or
        the database belongs to somebody else.
    """
    home = settings().home
    inside = home / "database"
    if os.geteuid() != 0:
        return _own(Place(inside, home, None))
    elsewhere = ELSEWHERE / _short(home)
    for root in (inside, elsewhere):
        owner = root.stat().st_uid if root.is_dir() else 0
        if owner:
            account = _by_uid(owner)
            return Place(root, home, account)
    account = _by_name(settings().os_user)
    return Place(inside if reaches(account, home) else elsewhere, home, account)


def _own(found: Place) -> Place:
    """Refuse a database that another account runs: neither could read the other's files."""
    if found.root.is_dir() and found.root.stat().st_uid != os.geteuid():
        owner = _by_uid(found.root.stat().st_uid).name
        raise UnusableFolder(
            f"The database in {found.root} belongs to {owner}; the account that runs the program is expected to "
            "own it. Start the program as the one who made it (root, where root did), or set LANDSTOCK_HOME to a "
            "folder of your own.",
            f"{found.root} 中的数据库属于 {owner}，应属于运行程序的账户。"
            "请以建库的账户启动程序（由 root 建立的用 root），或将 LANDSTOCK_HOME 设为自己的目录。",
        )
    return found


def reaches(account: Account, folder: Path) -> bool:
    """Say whether an account may pass through a folder and all folders above it."""
    while not folder.exists():
        folder = folder.parent
    groups = set(os.getgrouplist(account.name, account.gid))
    return all(_passable(account.uid, groups, step.stat()) for step in (folder, *folder.parents))


def _passable(uid: int, groups: set[int], step: os.stat_result) -> bool:
    if step.st_uid == uid:
        return bool(step.st_mode & stat.S_IXUSR)
    if step.st_gid in groups:
        return bool(step.st_mode & stat.S_IXGRP)
    return bool(step.st_mode & stat.S_IXOTH)


def prepare_socket_folder(found: Place) -> None:
    """Make the folder of the socket, or check that it is the server's own.

    Raises
    ------
    UnusableFolder
        Somebody else made a folder or a link of that name.
    """
    folder, uid = found.socket_folder, found.account.uid if found.account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        give(folder, found.account)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid or stat.S_IMODE(status.st_mode) & 0o077:
        raise UnusableFolder(
            f"{folder} is not a private folder of the account that runs the database (owner {status.st_uid}, mode "
            f"{stat.S_IMODE(status.st_mode):o}; owner {uid}, mode 700 are expected). Remove it and start again.",
            f"{folder} 不是运行数据库的账户的私有目录（属主 {status.st_uid}，权限 {stat.S_IMODE(status.st_mode):o}；"
            f"应为属主 {uid}，权限 700）。请删除该目录后重新启动。",
        )


def give(path: Path, account: Account | None) -> None:
    """Make an account the owner of a file or folder; nothing to do for the program's own account."""
    if account:
        os.chown(path, account.uid, account.gid)


def _short(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _by_name(name: str) -> Account:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise UnusableFolder(
            f"There is no account {name} to run the database as; PostgreSQL refuses to run as root. Install "
            "PostgreSQL (its package makes the account), or set LANDSTOCK_OS_USER to an ordinary account.",
            f"没有用于运行数据库的账户 {name}；PostgreSQL 不能以 root 运行。"
            "请安装 PostgreSQL（其安装包会建立该账户），或将 LANDSTOCK_OS_USER 设为普通账户。",
        ) from None
    if entry.pw_uid == 0:
        raise UnusableFolder(
            f"LANDSTOCK_OS_USER is {name}, which is root; PostgreSQL refuses to run as root. Name an ordinary "
            "account, as postgres.",
            f"LANDSTOCK_OS_USER 为 {name}，即 root；PostgreSQL 不能以 root 运行。请指定普通账户，如 postgres。",
        )
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _by_uid(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, uid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
