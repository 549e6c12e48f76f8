"""The list that goes back to a supplier, as a file for download."""

import tempfile
from pathlib import Path
from typing import Literal

from etl import fixlist


def fix_list_file(delivery_id: int, form: Literal["xlsx", "gpkg"], lang: str) -> bytes:
    """Return the fix-list of a delivery.

    Raises
    ------
    NoSuchDelivery
        There is no such delivery.
    """
    with tempfile.TemporaryDirectory(prefix="landstock-fix-list-") as folder:
        path = Path(folder) / f"fix-list.{form}"
        fixlist.write(delivery_id, path, lang="en" if lang == "en" else "zh")
        return path.read_bytes()
