"""What one import may cost: memory and time. A hostile file ends its own process, never the server."""

import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from data.settings import settings
from gis.errors import LandStockError

_LEAST_MB = 1024
_WORDS = ("bad_alloc", "out of memory", "cannot allocate", "unable to allocate")

Kind = Literal["memory", "file", "import"]


class TooCostly(LandStockError):
    """An import was ended, as it took more memory or time than it may."""

    code = "FILE_TOO_COSTLY"

    def __init__(self, kind: Kind, file: str | None) -> None:
        self.kind, self.file = kind, file
        where, where_zh = (f" while {file} was read", f"（正在读取 {file}）") if file else ("", "")
        super().__init__(
            f"The import took more than it may ({said_limit(kind)}){where} and was stopped; nothing was taken in. Ask "
            "the supplier whether the file is in order, or split it; an administrator can raise "
            "LANDSTOCK_IMPORT_MEMORY_MB, LANDSTOCK_READ_MINUTES or LANDSTOCK_IMPORT_MINUTES.",
            f"导入超出了允许的资源（{said_limit(kind)}）{where_zh}，已停止，没有写入任何内容。请报送单位核对文件，或分成几个文件；"
            "管理员可调大 LANDSTOCK_IMPORT_MEMORY_MB、LANDSTOCK_READ_MINUTES 或 LANDSTOCK_IMPORT_MINUTES。",
        )


def memory_mb() -> int:
    """Return the memory that one import may take beyond what the bare program takes."""
    chosen = settings().import_memory_mb
    if chosen is not None:
        return chosen
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(_LEAST_MB, whole // 2 >> 20)


def said_limit(kind: Kind) -> str:
    """Return a limit as people read it."""
    if kind == "memory":
        return f"{memory_mb():,} MB"
    minutes = settings().read_minutes if kind == "file" else settings().import_minutes
    return f"{minutes:g} min"


def limit_memory() -> None:
    """Limit the memory of this process, from now on and for ever.

    What counts is the data segment (``RLIMIT_DATA``: all private writable
    memory): the address space would also count what GDAL, OpenBLAS and Arrow
    only reserve. An allocation beyond it fails, which Python, numpy and GEOS
    report as an error. macOS knows no such limit; there the one on time holds.
    """
    if not sys.platform.startswith("linux"):
        return
    most = (_data_kb() << 10) + (memory_mb() << 20)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _data_kb() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1])
    return 0


def out_of_memory(error: BaseException | None) -> bool:
    """Say whether an error is a failed allocation; libraries in C++ and the database's driver wrap theirs."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, MemoryError) or any(word in str(error).lower() for word in _WORDS):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


@contextmanager
def memory_errors(file: str | None = None) -> Iterator[None]:
    """Turn a failed allocation inside the block into the error that says so."""
    try:
        yield
    except LandStockError:
        raise
    except Exception as error:
        if not out_of_memory(error):
            raise
        raise TooCostly("memory", file) from error
