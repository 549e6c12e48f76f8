"""One file of a delivery on its way from reader to staging: its rows, and what was found about them."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.layers import LAYERS
from etl.coded import nothing, values_of
from etl.drawn import Drawn
from etl.extra import Extra
from etl.issues import Findings
from etl.mapping.file import SourceRule
from etl.repairs import Proposals


@dataclass(slots=True)
class Work:
    """The rows of one layer read from one file. Row arrays have one length and shrink together."""

    path: str
    layer: str | None
    findings: Findings
    rule: SourceRule | None = None
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    row_no: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    shapes: Drawn | None = None
    drawn_m2: NDArray[np.float64] | None = None
    extra: Extra = field(default_factory=lambda: Extra([], nothing(0)))
    hashes: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 16), dtype=np.uint8))
    keys: Any = field(default_factory=lambda: nothing(0))  # texts or ``None``: coded, or an array of objects
    crs: str | None = None
    crs_source: str | None = None
    encoding: str | None = None
    read: int = 0
    rejected: int = 0
    accepted_codes: tuple[str, ...] = ()
    file_id: int = 0
    units: dict[str, Fraction] = field(default_factory=dict)  # columns all of whose figures were in one unit
    repairs: Proposals = field(default_factory=Proposals)

    @property
    def blocked_by(self) -> list[str]:
        """The codes that keep this file unpublished."""
        return [code for code in self.findings.blocking() if code not in self.accepted_codes]

    @property
    def accepted(self) -> int:
        """How many rows go on to staging."""
        return 0 if self.blocked_by or self.layer is None else len(self.row_no)

    def keep(self, stays: NDArray[np.bool_]) -> None:
        """Leave out the rows that were rejected."""
        if stays.all():
            return
        self.rejected += int((~stays).sum())
        self.frame = self.frame[stays].reset_index(drop=True)
        if self.shapes is not None and len(self.shapes) == len(stays):
            self.shapes = self.shapes.where(stays)
        for name in ("row_no", "drawn_m2", "extra", "hashes", "keys"):
            values = getattr(self, name)
            if values is not None and len(values) == len(stays):
                setattr(self, name, values[stays])

    def name_keys(self) -> None:
        """Set the key that a person knows each row by: the layer's key, else a code the row refers to."""
        assert self.layer is not None
        names = LAYERS[self.layer].key or tuple(
            n for n in ("parcel_code", "contract_no", "zone_code") if n in self.frame.columns
        )
        if len(names) == 1 and all(c.kind is str for c in LAYERS[self.layer].columns if c.name == names[0]):
            self.keys = values_of(self.frame[names[0]]).copy()
            self.keys[self.keys == ""] = None
            return
        texts = [self.frame[n].map(lambda v: "" if v is None else str(v)) for n in names]
        joined = texts[0] if texts else pd.Series([""] * len(self.row_no), dtype=object)
        for text in texts[1:]:
            joined = joined + "/" + text
        self.keys = np.array([key or None for key in joined], dtype=object)

    def place_issues(self, rows: NDArray[np.int64], shapes: Drawn | None, keys: Any) -> None:
        """Give findings about rows the row's key and a point inside its shape, where they have none."""
        of_rows = [issue for issue in self.findings.items if issue.row_no is not None]
        named = np.array([issue.row_no for issue in of_rows], dtype=np.int64)
        order = np.argsort(rows, kind="stable")
        found = np.append(order, 0)[np.searchsorted(rows, named, sorter=order)]
        there = rows[found] == named if len(rows) else np.zeros(len(named), dtype=bool)
        need = [issue for issue, is_there in zip(of_rows, there, strict=True) if is_there]
        place_of = dict(zip(named[there].tolist(), found[there].tolist(), strict=True))
        if len(keys) == len(rows):  # a file that was refused early has rows without keys
            for issue in need:
                if issue.supplier_key is None:
                    issue.supplier_key = keys[place_of[issue.row_no]]
        if shapes is None or len(shapes) != len(rows):
            return
        need = [i for i in need if i.point is None]
        places = np.array([place_of[i.row_no] for i in need], dtype=np.int64)
        points = shapely.point_on_surface(shapes[places]) if len(places) else []
        for issue, point in zip(need, points, strict=True):
            if point is not None and not point.is_empty:
                issue.point = point
