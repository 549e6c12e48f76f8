"""What an import is asked to do, and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Say nothing about progress."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """The options of ``landstock import``.

    ``mapping_data`` is a mapping in the form of the file, given inline: by the
    wizard, or kept of an earlier delivery.
    """

    layer: str | None = None
    park: str | None = None
    crs: str | None = None
    encoding: str | None = None
    mapping: Path | None = None
    mapping_data: dict[str, Any] | None = None
    observed_on: date | None = None
    supplier: str | None = None
    complete: bool = False
    accept: tuple[str, ...] = ()
    reason: str | None = None
    check_only: bool = False
    publish: bool = False
    person: str = "system"
    repairs: tuple[str, ...] | None = None  # kinds of etl.repairs; None: every safe one, (): none
    tolerances: Mapping[str, float] | None = (
        None  # of the checks, as a delivery stores them; None: those in force
    )


@dataclass(slots=True)
class FileReport:
    """What became of one file as one layer."""

    layer: str | None
    file: str
    read: int
    accepted: int
    rejected: int
    issues: dict[str, int]
    crs: str | None
    crs_source: str | None
    encoding: str | None
    blocked_by: list[str]


@dataclass(slots=True)
class ImportReport:
    """What became of a delivery. ``timings`` are seconds by stage."""

    delivery: int
    status: str
    layers: list[FileReport] = field(default_factory=list)
    not_read: list[dict[str, str]] = field(default_factory=list)
    published: bool = False
    publication: int | None = None
    changes: dict[str, dict[str, int]] = field(default_factory=dict)
    duplicate_of: int | None = None
    wanted_publication: bool = False
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 when everything was taken in (or was in already), 1 when a file was refused or stays unpublished."""
        if self.status == "DUPLICATE":
            return 0
        refused = any(file.blocked_by for file in self.layers) or self.status == "REFUSED"
        return 1 if refused or (self.wanted_publication and not self.published) else 0

    def issues(self) -> dict[str, int]:
        """Count the findings of all files by code."""
        counts: dict[str, int] = {}
        for file in self.layers:
            for code, count in file.issues.items():
                counts[code] = counts.get(code, 0) + count
        for other in self.not_read:
            counts[other["code"]] = counts.get(other["code"], 0) + 1
        return dict(sorted(counts.items()))

    def as_json(self) -> dict[str, Any]:
        """Return the report as ``landstock import --json`` prints it."""
        return {
            "delivery": self.delivery,
            "status": self.status,
            "layers": [
                {
                    "layer": f.layer, "file": f.file, "read": f.read, "accepted": f.accepted,
                    "rejected": f.rejected, "issues": f.issues, "crs": f.crs, "crs_source": f.crs_source,
                    "encoding": f.encoding, "blocked_by": f.blocked_by,
                }
                for f in self.layers
            ],
            "not_read": self.not_read,
            "issues": self.issues(),
            "published": self.published,
            "publication": self.publication,
            "changes": self.changes,
            "duplicate_of": self.duplicate_of,
            "seconds": {stage: round(seconds, 2) for stage, seconds in self.timings.items()},
        }  # fmt: skip
