"""What an export holds, before it becomes a file."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.models import STORAGE_SRID
from etl.export.columns import Column

DECIMALS = 7  # of a degree, about a centimetre; RFC 7946 section 11.2


@dataclass(frozen=True, slots=True)
class Question:
    """What an export was asked: the day, the time known, the park; and what it is for, where that is said.

    ``decimals`` are those of a degree in GeoJSON. ``term`` and ``verdict`` choose among the verdicts on contract
    terms; other exports have none.
    """

    as_of: dt.date
    known_on: dt.datetime | None = None
    park_code: str | None = None
    lang: str = "zh"
    person: str = "system"
    purpose: str = ""
    decimals: int = DECIMALS
    term: str | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the answer comes from; written beside every file and into the office form."""

    publication_id: int | None
    published_at: dt.datetime | None
    run_id: int | None = None
    rules_version: str | None = None
    rules: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the source as plain values."""
        return {
            "publication": self.publication_id,
            "published_at": self.published_at.isoformat() if self.published_at else None,
            "run": self.run_id,
            "rules": self.rules_version,
        }


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows under columns; ``shapes`` are their polygons in EPSG:4490, one a row."""

    what: str
    question: Question
    source: Source
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    shapes: Any = None
    park_name: str | None = None
    undetermined: int = 0
    crs: int = STORAGE_SRID
    chosen: Mapping[str, Any] = field(default_factory=dict)
    """The conditions of the filter that chose the rows, as plain values; empty for all."""
    seal: Sequence[str] = ()
    """What a frozen list says of itself: number, hash, who checked and froze it; written before the notes."""

    def values(self, name: str) -> list[Any]:
        """Return one column."""
        index = [column.name for column in self.columns].index(name)
        return [row[index] for row in self.rows]
