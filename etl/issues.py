"""Findings about a delivery: what was found where, and what it does to the row or file."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
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
    """The findings about one file, in the order in which they were made.

    Of one code only the first ``findings_listed`` (a tolerance) are kept one by
    one, the rest is counted: a file with a million bad rows is one mistake made a million
    times, and must not cost a million objects. :meth:`close` says how many are not listed.
    A reader's findings (no layer yet) are all kept: they say which rows are left out.
    """

    def __init__(self, layer: str | None = None) -> None:
        self.layer = layer
        self.items: list[Issue] = []
        self.unlisted: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self._most: int | None = None

    @property
    def most(self) -> int:
        """How many findings of one code are listed."""
        if self._most is None:
            from etl.checks.limits import tolerances

            self._most = max(1, int(tolerances()["findings_listed"]))
        return self._most

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

        severity = severity_of(code)
        if self.layer and severity is not Severity.BLOCKS and self._kept[code] >= self.most:
            self.unlisted[code] += 1
            return
        self._kept[code] += 1
        said = None if value is None else str(value)[:500]
        named = {"field": field, "value": said}
        params = {name: word for name, word in named.items() if word is not None} | params
        self.items.append(Issue(code, severity, self.layer, row_no, key, field, said, params, point))

    def add_rows(
        self,
        code: str,
        rows: Sequence[Any] | Any,
        field: str | None = None,
        values: Any = None,
        keys: Any = None,
        points: Any = None,
        **columns: Any,
    ) -> None:
        """Record one finding a row: ``columns`` are parallel to the rows, or one value for all of them."""
        from etl.checks.words import severity_of

        severity = severity_of(code)
        count = min(len(rows), max(0, self.most - self._kept[code]))
        numbers, keys, points = (_first(found, count) for found in (rows, keys, points))
        said = [None if value is None else str(value)[:500] for value in _first(values, count)]
        named = {name: _first(found, count) for name, found in columns.items()}
        for place in range(count):
            params: dict[str, Any] = {}
            if field is not None:
                params["field"] = field
            if said[place] is not None:
                params["value"] = said[place]
            for name, found in named.items():
                params[name] = found[place]
            what = (field, said[place], params, points[place])
            self.items.append(Issue(code, severity, self.layer, int(numbers[place]), keys[place], *what))
        self._kept[code] += count
        if len(rows) > count:
            self.unlisted[code] += len(rows) - count

    def extend(self, issues: Iterable[Issue]) -> None:
        """Take over findings that were made elsewhere."""
        for issue in issues:
            self.items.append(issue)
            self._kept[issue.code] += 1

    def join(self, other: "Findings") -> None:
        """Take over what was found about a batch of rows of the same file; what speaks of the whole file is said once.

        Such a finding may count rows (``count`` or ``rows``, or ``rows`` as a list of the first): they are added up.
        """
        whole = {issue.code: issue for issue in self.items if issue.row_no is None}
        for issue in other.items:
            if issue.row_no is None and issue.code in whole:
                _add_up(whole[issue.code].params, issue.params)
            elif self.layer and issue.severity is not Severity.BLOCKS and self._kept[issue.code] >= self.most:
                self.unlisted[issue.code] += 1
            else:
                self._kept[issue.code] += 1
                self.items.append(issue)
        self.unlisted.update(other.unlisted)

    def drop_rows(self, gone: set[int]) -> None:
        """Forget the findings about rows that turn out to be none of the layer."""
        self.items = [issue for issue in self.items if issue.row_no not in gone]
        self._kept = Counter(issue.code for issue in self.items)

    def close(self) -> None:
        """Say how many findings of each code are not listed one by one."""
        for code, count in sorted(self.unlisted.items()):
            if not any(i.code == "FINDINGS_MORE" and i.value == code for i in self.items):
                self.add("FINDINGS_MORE", value=code, count=count, listed=self._kept[code])

    def counts(self) -> dict[str, int]:
        """Count the findings by code, those that are not listed included."""
        return dict(sorted((Counter(issue.code for issue in self.items) + self.unlisted).items()))

    def blocking(self) -> list[str]:
        """List the codes that block the file, each once."""
        return sorted({i.code for i in self.items if i.severity is Severity.BLOCKS})


_ROWS_NAMED = 20  # rows that a finding about a whole file names


def _add_up(params: dict[str, Any], more: dict[str, Any]) -> None:
    for name in ("count", "rows"):
        if isinstance(params.get(name), int):
            params[name] += more[name]
        elif isinstance(params.get(name), list):
            params[name] = [*params[name], *more[name]][:_ROWS_NAMED]


def _first(found: Any, count: int) -> list[Any]:
    """Return the first of what is said row by row as Python values, or what is said of all rows as often."""
    if not isinstance(found, list) and not hasattr(found, "__array__"):
        return [found] * count
    return [value.item() if hasattr(value, "item") else value for value in found[:count]]
