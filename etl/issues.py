"""Findings about a delivery: what was found where, and what it does to the row or file."""

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shapely import Point


class Severity(StrEnum):
    """What a finding does."""

    BLOCKS = "BLOCKS"  # the whole file stays unpublished
    REJECTS = "REJECTS"  # the row is left out
    WARNS = "WARNS"  # the row is taken in and listed
    INFORMS = "INFORMS"  # nothing; said so that nothing is silent


@dataclass(slots=True)
class Issue:
    """One finding. ``row_no`` is the row of the file as a person counts it (the header included)."""

    code: str
    severity: Severity
    layer: str | None = None
    row_no: int | None = None
    supplier_key: str | None = None
    field: str | None = None
    value: str | None = None
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    point: Point | None = None


class Findings:
    """The findings about one file, in the order in which they were made."""

    def __init__(self, layer: str | None = None) -> None:
        self.layer = layer
        self.items: list[Issue] = []

    def add(
        self,
        code: str,
        row_no: int | None = None,
        field: str | None = None,
        value: object = None,
        key: str | None = None,
        point: Point | None = None,
        **params: Any,
    ) -> None:
        """Record one finding; its severity is the one that the table of words gives the code."""
        from etl.checks.words import severity_of

        said = None if value is None else str(value)[:500]
        named = {"field": field, "value": said}
        params = {name: word for name, word in named.items() if word is not None} | params
        self.items.append(Issue(code, severity_of(code), self.layer, row_no, key, field, said, params, point))

    def extend(self, issues: Iterable[Issue]) -> None:
        """Take over findings that were made elsewhere."""
        self.items.extend(issues)

    def counts(self) -> dict[str, int]:
        """Count the findings by code."""
        return dict(sorted(Counter(issue.code for issue in self.items).items()))

    def blocking(self) -> list[str]:
        """List the codes that block the file, each once."""
        return sorted({i.code for i in self.items if i.severity is Severity.BLOCKS})
