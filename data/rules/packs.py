"""Rule files as they were read: a pack of one rule and place, with its versions."""

import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from gis.places import DIVISION, lies_in

Step = str | int


@dataclass(frozen=True, slots=True)
class Site:
    """Where a rule is asked for: a park and the code of its administrative division, as far as known."""

    park_code: str | None = None
    division_code: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a rule: what holds from a day on."""

    since: dt.date
    published: dt.date
    instrument: str
    values: dict[str, Any]
    units: dict[str, str]
    articles: dict[str, str]
    checked: str | None


@dataclass(frozen=True, slots=True)
class Pack:
    """One rule file.

    ``open`` names the keys that a place below may set, ``tighten`` those that
    it may only make ``smaller`` or ``larger``.
    """

    path: str
    text: str
    id: str
    place: str
    title: dict[str, str]
    open: tuple[str, ...]
    tighten: dict[str, str]
    versions: tuple[Version, ...]
    lines: dict[tuple[Step, ...], int] = field(repr=False)

    @property
    def local(self) -> bool:
        """Whether this is the pack of a place below the country."""
        return "/" in self.place

    def of_park(self) -> bool:
        """Whether the place is a single park."""
        return self.local and not DIVISION.fullmatch(self.place.rpartition("/")[2])

    def above(self, other: "Pack") -> bool:
        """Say whether this pack's place holds the place of another pack of the same rule."""
        return self.id == other.id and other.place.startswith(f"{self.place}/")

    def applies(self, site: Site) -> bool:
        """Say whether a park lies in this pack's place: by its division code, and by its own code."""
        return lies_in(self.place, site.division_code, site.park_code)

    def line(self, *steps: Step) -> int:
        """Return the line of an entry, or of the nearest one around it that exists."""
        return line_of(self.lines, steps)

    def version_on(self, day: dt.date) -> Version | None:
        """Return the version in force on a day, if there is one."""
        in_force = [version for version in self.versions if version.since <= day]
        return in_force[-1] if in_force else None

    def as_json(self) -> dict[str, Any]:
        """Return the versions as JSON can hold them; fractions as text."""
        return {
            "open": list(self.open),
            "tighten": dict(self.tighten),
            "versions": [
                {
                    "from": entry.since.isoformat(),
                    "published": entry.published.isoformat(),
                    "instrument": entry.instrument,
                    "checked": entry.checked,
                    "values": {
                        key: {
                            "value": _plain(value),
                            "unit": entry.units[key],
                            "article": entry.articles[key],
                        }
                        for key, value in entry.values.items()
                    },
                    "articles": entry.articles,
                }
                for entry in self.versions
            ],
        }


def line_of(lines: dict[tuple[Step, ...], int], steps: tuple[Step, ...]) -> int:
    """Return the line of an entry of a file, or of the nearest one around it that exists."""
    while steps and steps not in lines:
        steps = steps[:-1]
    return lines.get(steps, 1)


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    return {key: list(codes) for key, codes in value.items()} if isinstance(value, dict) else value
