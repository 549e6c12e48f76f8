"""What is found out about a table of a delivery before it is taken in."""

from dataclasses import asdict, dataclass, field
from typing import Any

from etl.mapping.suggest import Suggestion


@dataclass(slots=True)
class EncodingSeen:
    """The encoding of a table: its name, how it was found, its rivals, and three sample names in each."""

    name: str
    source: str
    rivals: tuple[str, ...]
    samples: dict[str, list[str]]


@dataclass(slots=True)
class CrsSeen:
    """The coordinate system of a table, how it was found, and what else its numbers may be.

    ``source`` is PRJ, DECLARED, or GUESSED, which a person has to confirm;
    ``label`` is empty where none is found. ``distance_m`` is from the parks.
    """

    label: str | None
    source: str | None
    swapped: bool = False
    stated: str | None = None
    distance_m: float | None = None
    candidates: list[dict[str, Any]] = field(default_factory=list)
    note: dict[str, str] | None = None


@dataclass(slots=True)
class Recognised:
    """One table of a delivery. ``bounds`` are degrees (west, south, east, north) in the best system known.

    ``layer_why`` is MAPPING, ASKED, NAME (of the file or sheet), COLUMNS or NONE; ``layers`` are the
    layers that its columns would fit, the best first. ``findings`` are those
    that keep it from being taken in as things stand. ``kept`` says which mapping kept for the supplier was used.
    """

    path: str
    part: str | None
    label: str
    kind: str
    layer: str | None = None
    layer_why: str = "NONE"
    layers: list[str] = field(default_factory=list)
    encoding: EncodingSeen | None = None
    rows: int = 0
    geometry: bool = False
    columns: list[Suggestion] = field(default_factory=list)
    crs: CrsSeen | None = None
    bounds: tuple[float, float, float, float] | None = None
    kept: dict[str, Any] | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return plain values, to be kept with a job."""
        return asdict(self)
