"""Files that browsers load: kept in memory under names that carry their content's hash.

An own script names the modules it imports; in a hashed script these names are
hashed too, so that a page never mixes two versions.
"""

import hashlib
import mimetypes
import posixpath
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gis.errors import LandStockError

STATIC = Path(__file__).parent / "static"
SERVED = {".js", ".css", ".svg", ".png", ".txt", ".json"}
NOT_SERVED = ("readme/",)
_IMPORT = re.compile(rb"""(\bfrom\s*|\bimport\s*\(?\s*)(["'])(\.{1,2}/[^"']+\.js)\2""")
_URL = re.compile(rb"""(url\()(["']?)(?!data:|#|/)([^"')]+)\2""")


class NoSuchAsset(LandStockError):
    """A page or a script names a file that is not there."""

    code = "no-such-asset"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no file {name!r} under maps/static. Expected a path such as 'js/map.js'.",
            f"maps/static 下没有文件 {name!r}，应形如 'js/map.js'。",
        )


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent. ``name`` carries the hash."""

    name: str
    content: bytes
    media_type: str
    etag: str


class Assets:
    """All files under one folder."""

    def __init__(self, root: Path = STATIC) -> None:
        self.root = root
        self._built: dict[str, Asset] = {}
        self._open: list[str] = []
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and path.suffix in SERVED and not name.startswith(NOT_SERVED):
                self._build(name)
        self._by_hashed_name = {asset.name: asset for asset in self._built.values()}

    def url(self, name: str) -> str:
        """Return the address of a file, with its hash."""
        if name not in self._built:
            raise NoSuchAsset(name)
        return f"/static/{self._built[name].name}"

    def find(self, name: str) -> tuple[Asset, bool] | None:
        """Return a file by its hashed name or its plain one, and whether the name was the hashed one."""
        if name in self._by_hashed_name:
            return self._by_hashed_name[name], True
        return (self._built[name], False) if name in self._built else None

    def _build(self, name: str) -> Asset:
        if name in self._built:
            return self._built[name]
        path = self.root / name
        if not path.is_file():
            raise NoSuchAsset(name)
        self._open.append(name)
        content = self._with_hashed_names(name, path.read_bytes())
        self._open.pop()
        etag = hashlib.sha256(content).hexdigest()[:12]
        stem, dot, ending = name.rpartition(".")
        media_type = "text/javascript" if ending == "js" else mimetypes.guess_type(name)[0] or "text/plain"
        self._built[name] = Asset(f"{stem}.{etag}{dot}{ending}", content, media_type, etag)
        return self._built[name]

    def _with_hashed_names(self, name: str, content: bytes) -> bytes:
        if name.startswith("vendor/"):
            return content
        if name.endswith(".js"):
            return _IMPORT.sub(lambda match: self._hashed(name, match), content)
        return (
            _URL.sub(lambda match: self._hashed(name, match), content) if name.endswith(".css") else content
        )

    def _hashed(self, name: str, match: re.Match[bytes]) -> bytes:
        """Return a reference to another file with its hash; in a circle the plain name stays."""
        folder = posixpath.dirname(name)
        wanted = posixpath.normpath(posixpath.join(folder, match[3].decode()))
        if wanted in self._open:
            return match[0]
        hashed = posixpath.relpath(self._build(wanted).name, folder or ".")
        return match[1] + match[2] + (hashed if hashed.startswith(".") else f"./{hashed}").encode() + match[2]


@cache
def assets() -> Assets:
    """Return the program's own files, read once."""
    return Assets()
