"""Repairs of shapes: proposed with before and after, chosen by kind, written down; nothing is mended in silence."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etl.errors import ImportUsage

SAFE = ("CLOSE_RING", "MAKE_VALID", "DEDUPLICATE", "ORIENT")
KINDS = (*SAFE, "SNAP")  # SNAP moves corners: only on request
NONE = "none"

Shapes = NDArray[np.object_]


def asked(said: Iterable[str]) -> tuple[str, ...] | None:
    """Return the kinds of repair that ``--repair`` names: ``None`` for the safe ones, ``()`` for ``none``.

    Raises
    ------
    ImportUsage
        A kind that does not exist, or ``none`` beside a kind.
    """
    kinds = tuple(dict.fromkeys(kind.upper() for kind in said))
    if not kinds:
        return None
    if kinds == (NONE.upper(),):
        return ()
    if odd := [kind for kind in kinds if kind not in KINDS]:
        raise ImportUsage(
            f"--repair {', '.join(odd)}: there is no such repair. Kinds: {', '.join(KINDS)}; or {NONE} alone.",
            f"--repair {'、'.join(odd)}：没有这种修复。可用：{'、'.join(KINDS)}；或单独用 {NONE}。",
        )
    return kinds


def chosen(kind: str, repairs: tuple[str, ...] | None) -> bool:
    """Say whether a kind of repair was chosen (``None``: every safe kind)."""
    return kind in (SAFE if repairs is None else repairs)


@dataclass(slots=True)
class Proposals:
    """The repairs proposed for one file, kept as columns: a million rows may need one."""

    columns: dict[str, list[Any]] = field(
        default_factory=lambda: {
            n: [] for n in ("row_no", "key", "kind", "chosen", "before_m2", "after_m2", "before", "after")
        }
    )

    def __len__(self) -> int:
        return sum(len(part) for part in self.columns["row_no"])

    def add(
        self,
        kind: str,
        taken: bool,
        rows: NDArray[np.int64],
        before: Shapes | None = None,
        after: Shapes | None = None,
        before_m2: NDArray[np.float64] | None = None,
        after_m2: NDArray[np.float64] | None = None,
    ) -> None:
        """Propose one kind of repair for some rows. Where nothing but the direction changes there are no shapes."""
        count = len(rows)
        if not count:
            return
        nothing, unknown = np.full(count, None, dtype=object), np.full(count, np.nan)
        values = {
            "row_no": rows, "key": np.full(count, None, dtype=object), "kind": np.full(count, kind, dtype=object), "chosen": np.full(count, taken),
            "before_m2": unknown if before_m2 is None else before_m2, "after_m2": unknown if after_m2 is None else after_m2,
            "before": nothing if before is None else before, "after": nothing if after is None else after,
        }  # fmt: skip
        for name, column in values.items():
            self.columns[name].append(column)

    def join(self, other: "Proposals") -> None:
        """Take over the repairs proposed for a batch of rows of the same file."""
        for name, parts in other.columns.items():
            self.columns[name] += parts

    def name(self, row_no: NDArray[np.int64], keys: NDArray[np.object_]) -> None:
        """Give the proposals the keys of their rows, as the supplier knows them."""
        order = np.argsort(row_no, kind="stable")
        for rows, named in zip(self.columns["row_no"], self.columns["key"], strict=True):
            if len(order):
                at = order[np.minimum(np.searchsorted(row_no, rows, sorter=order), len(order) - 1)]
                known = row_no[at] == rows
                named[known] = keys[at[known]]

    def joined(self) -> dict[str, NDArray[Any]]:
        """Return the columns of all proposals."""
        return {name: np.concatenate(parts) for name, parts in self.columns.items()}
