"""Errors of taking in a delivery: wrong usage, and refusals of one file."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from gis.errors import LandStockError


class ImportUsage(LandStockError):
    """The command cannot be carried out as it was given."""

    code: ClassVar[str] = "import-usage"
    exit_code: ClassVar[int] = 2


class PathMissing(ImportUsage):
    """A path that was named does not exist."""

    code: ClassVar[str] = "path-missing"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} was not found. Name a folder, an archive or a file of the delivery.")


class UnknownLayer(ImportUsage):
    """``--layer`` names no layer."""

    code: ClassVar[str] = "layer-unknown"

    def __init__(self, layer: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no layer {layer!r}. Layers: {', '.join(known)}.")


class BadMapping(ImportUsage):
    """A mapping file is not in the form that is expected."""

    code: ClassVar[str] = "mapping-unreadable"

    def __init__(self, path: Path | str, found: str) -> None:
        super().__init__(
            f"Mapping file {path}: {found}. The README shows the form; mend the file and repeat."
        )


class NotPublishable(LandStockError):
    """A delivery is not in a state in which it can be published or withdrawn."""

    code: ClassVar[str] = "not-publishable"


class NoSpace(LandStockError):
    """The disk has too little room for a delivery."""

    code: ClassVar[str] = "no-space"
    exit_code: ClassVar[int] = 3

    def __init__(self, needed: int, free: int, where: Path) -> None:
        super().__init__(
            f"{where} has {free / 1e6:,.0f} MB free; this delivery needs {needed / 1e6:,.0f} MB "
            "(four times its size). Free some space or move LANDSTOCK_HOME, then repeat."
        )


class Refused(Exception):
    """One file cannot be taken in; the others go on. Carries what the issue says."""

    def __init__(self, code: str, field: str | None = None, value: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code, self.field, self.value, self.params = code, field, value, params
