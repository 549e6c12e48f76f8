"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.export.errors import CannotWrite, ExportRefused


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a path beside the wanted one and rename it there at the end.

    Raises
    ------
    CannotWrite
        The disk is full or the folder can't be written; the old file is as it was.
    ExportRefused
        The path is a folder.
    """
    if path.is_dir():
        raise ExportRefused(
            f"{path} is a folder; --out names the file to write.", f"{path} 是目录；--out 应为要写入的文件。"
        )
    aside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield aside
        with aside.open("rb") as handle:
            os.fsync(handle.fileno())
        aside.replace(path)
    except OSError as error:
        raise CannotWrite(path, error) from error
    finally:
        for left in (aside, aside.with_name(aside.name + "-journal")):
            left.unlink(missing_ok=True)
