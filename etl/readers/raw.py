"""What a reader hands on: one table as it was delivered, with nothing interpreted."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.issues import Findings
from etl.readers.encoding import Encoding
from etl.readers.plain_shape import Records


@dataclass(frozen=True, slots=True)
class Source:
    """One readable table of a delivery: a file, a layer of a file or a sheet of a workbook.

    ``path`` is the place inside the delivery (``archive.zip/inner.shp``),
    ``disk`` the file to read, ``part`` the layer or sheet, ``names`` what the
    layer may be guessed from, best first.
    """

    path: str
    disk: Path
    kind: str
    part: str | None = None
    names: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The place inside the delivery, with the layer or sheet where a file has several."""
        return (
            f"{self.path}#{self.part}" if self.part and self.kind in ("xlsx", "vector", "kml") else self.path
        )


@dataclass(slots=True)
class Raw:
    """A table as delivered: texts (or ``None``) by column, row numbers, geometry as WKB."""

    frame: pd.DataFrame
    row_no: NDArray[np.int64]
    wkb: NDArray[np.object_] | Records | None = None
    crs: str | None = None  # what the file itself says: a .prj, a layer's own system
    encoding: Encoding | None = None
    findings: Findings = field(default_factory=Findings)
    kept: dict[int, dict[str, str]] = field(
        default_factory=dict
    )  # place -> column -> text left out as unreadable
    variants: dict[str, tuple[str, ...]] = field(default_factory=dict)  # column -> other names it goes by
    notes: tuple[str, ...] = ()  # texts above the header: a title, 单位：亩
