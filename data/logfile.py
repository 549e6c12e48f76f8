"""The program's own log of what went wrong unexpectedly: ``landstock.log`` of the data folder."""

import time
import traceback
from pathlib import Path

from data.settings import settings


def note(error: BaseException, doing: str) -> Path | None:
    """Write an error with its traceback to the log; return where, or ``None`` if that can't be written."""
    path = settings().home / "landstock.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as handle:
            handle.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {doing}\n")
            traceback.print_exception(error, file=handle)
    except OSError:
        return None
    return path
