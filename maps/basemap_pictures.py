"""Pictures of base maps: read from files of the server, or fetched from the configured service and kept on disk.

A service is asked for pictures alone: at its own host, without redirects, with an end to time and size. After a
failure it is left alone for a moment, so that a dead service costs nobody's time.
"""

import contextlib
import hashlib
import os
import sqlite3
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import IO, Final

from data.basemaps import Served
from gis.errors import LandStockError
from maps import basemaps, grids

TIMEOUT_S: Final = 8.0
MOST_BYTES: Final = 2_000_000
"""Of one picture."""
KEPT_BYTES: Final = 512 * 1024 * 1024
"""Of all pictures on disk."""
KEPT_S: Final = 30 * 24 * 3600
REST_S: Final = 10.0
"""How long a service that failed is not asked again."""
_PIECE: Final = 65_536
_ENDINGS: Final = ("png", "jpg", "jpeg", "webp")


class NoPicture(LandStockError):
    """The base map has nothing at this tile."""

    code = "no-basemap-tile"

    def __init__(self) -> None:
        super().__init__(
            "The base map has no picture here; parcels are not affected.",
            "底图在此处没有图像，业务数据不受影响。",
        )


class BasemapUnreachable(LandStockError):
    """The service of the base map does not answer, or not with a picture. Its address and key are not told."""

    code = "basemap-unreachable"

    def __init__(self, why: str, why_zh: str) -> None:
        super().__init__(
            f"The base map can't be had at the moment ({why}); parcels are not affected.",
            f"底图不可用（{why_zh}），业务数据不受影响。",
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and what it is."""

    content: bytes
    media_type: str


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """Follow no redirect: it could lead to another host, with the key."""
        return


# Without the proxies of the environment: only the configured host is asked.
_opener: Final = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


def media_type(content: bytes) -> str | None:
    """Return what kind of picture the bytes are, by their beginning; nothing for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


class Pictures:
    """The pictures of base maps, with those of services kept below a folder."""

    def __init__(self, folder: Path, kept_bytes: int = KEPT_BYTES) -> None:
        self._folder, self._most = folder, kept_bytes
        self._lock = threading.Lock()
        self._held: int | None = None
        self._rests: dict[tuple[int, str], float] = {}

    def picture(self, of: Served, z: int, x: int, y: int) -> Picture:
        """Return the picture of a tile.

        Raises
        ------
        maps.grids.NoSuchTile
            The grid has no such tile.
        NoPicture, BasemapUnreachable
        """
        grids.grid(of.grid).bounds(z, x, y)
        if of.kind == "folder":
            return _of_folder(Path(of.source), z, x, y)
        if of.kind == "mbtiles":
            return _of_mbtiles(Path(of.source), z, x, y)
        kept = self._path(of, z, x, y)
        found = _kept(kept)
        if found is None:
            found = self._fetched(of, z, x, y)
            self._keep(kept, found.content)
        return found

    def _path(self, of: Served, z: int, x: int, y: int) -> Path:
        # Of everything that decides on the picture, the key too: what one key may see another may not.
        which = hashlib.sha256(repr((of, z, x, y)).encode()).hexdigest()
        return self._folder / which[:2] / which

    def _fetched(self, of: Served, z: int, x: int, y: int) -> Picture:
        service = (of.basemap_id, of.version)
        if time.monotonic() < self._rests.get(service, 0.0):
            raise BasemapUnreachable("it failed a moment ago", "刚刚访问失败，稍后自动重试")
        try:
            return fetch(basemaps.address(of, z, x, y))
        except BasemapUnreachable:
            self._rests[service] = time.monotonic() + REST_S
            raise

    def _keep(self, path: Path, content: bytes) -> None:
        """Write whole or not at all; a full disk costs the picture's keeping, not the picture."""
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(content)
                os.replace(name, path)
            except OSError:
                os.unlink(name)
                raise
            self._bound(len(content))

    def _bound(self, added: int) -> None:
        """Remove the pictures fetched longest ago where there are too many, down to nine tenths."""
        with self._lock:
            self._held = added + self._held if self._held is not None else sum(s for _, s, _ in self._files())
            if self._held <= self._most:
                return
            files = self._files()
            held = sum(size for _, size, _ in files)
            for _, size, path in sorted(files):
                if held <= self._most * 9 // 10:
                    break
                path.unlink(missing_ok=True)
                held -= size
            self._held = held

    def _files(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(FileNotFoundError):
                about = path.stat()
                found.append((about.st_mtime, about.st_size, path))
        return found


def _kept(path: Path) -> Picture | None:
    try:
        if time.time() - path.stat().st_mtime > KEPT_S:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    kind = media_type(content)
    return Picture(content, kind) if kind else None


def fetch(address: str) -> Picture:
    """Fetch one picture; the errors tell neither address nor key.

    Raises
    ------
    NoPicture, BasemapUnreachable
    """
    until = time.monotonic() + TIMEOUT_S
    request = urllib.request.Request(address, headers={"User-Agent": "LandStock", "Accept": "image/*"})
    try:
        with _opener.open(request, timeout=TIMEOUT_S) as answer:
            content = b""
            while piece := answer.read1(_PIECE):
                content += piece
                if len(content) > MOST_BYTES:
                    raise BasemapUnreachable("its picture is too large", "返回的图像过大")
                if time.monotonic() > until:
                    raise TimeoutError
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (204, 404):
            raise NoPicture from None
        raise BasemapUnreachable(f"the service answered {error.code}", f"服务返回 {error.code}") from None
    except (OSError, HTTPException, ValueError):
        # From None: the cause may name the address, and with it the key.
        raise BasemapUnreachable("the service does not answer", "服务无响应") from None
    return _picture(content)


def _picture(content: bytes) -> Picture:
    kind = media_type(content)
    if kind is None:
        raise BasemapUnreachable("the answer is no picture", "返回的不是图像，请核对地址、图层和密钥")
    return Picture(content, kind)


def _of_folder(folder: Path, z: int, x: int, y: int) -> Picture:
    for ending in _ENDINGS:
        path = folder / str(z) / str(x) / f"{y}.{ending}"
        try:
            return _picture(path.read_bytes())
        except FileNotFoundError:
            continue
        except OSError:
            raise BasemapUnreachable("its files can't be read", "文件无法读取") from None
    raise NoPicture


def _of_mbtiles(path: Path, z: int, x: int, y: int) -> Picture:
    """Read a tile of an MBTiles file, whose rows count upwards."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=TIMEOUT_S)
        ) as opened:
            row = opened.execute(
                "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                (z, x, 2**z - 1 - y),
            ).fetchone()
    except sqlite3.Error:
        raise BasemapUnreachable("its file can't be read", "文件无法读取") from None
    if row is None:
        raise NoPicture
    return _picture(bytes(row[0]))
