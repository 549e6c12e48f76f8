"""Control values of official tables (工业项目建设用地控制指标): looked up, never guessed.

A value counts for one edition, indicator, industry code *of one version of the
classification* and range of land grades. A look-up that misses says so; it is never
zero, never the value of a neighbouring class, and never that of another version of
the classification, whose codes mean other industries. Source: investment-intensity
rules, sections 3 and 4.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gis.places import lies_in

SOURCES = ("NATIONAL_NORMATIVE", "NATIONAL_RECOMMENDED", "PROVINCIAL", "LOCAL")
INDICATORS = ("INTENSITY", "FAR")
# 10,000 CNY a hectare is CNY a square metre; a hectare has 15 mu. Both exact.
PER_HECTARE = {"万元/公顷": Fraction(1), "元/㎡": Fraction(1), "万元/亩": Fraction(15)}
NO_TABLE, NO_SIGNING_DATE, NO_INDUSTRY, NO_VERSION, NO_GRADE, NO_ROW = (
    "NO_TABLE", "NO_SIGNING_DATE", "NO_INDUSTRY", "NO_INDUSTRY_VERSION", "NO_GRADE", "NO_ROW",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Control:
    """One cell of an official table. ``value`` is in ``unit``; grades count from 1 (highest) to 15."""

    edition: str
    place: str
    indicator: str
    industry_code: str
    industry_code_version: str
    grade_from: int | None
    grade_to: int | None
    value: Decimal
    unit: str
    source: str
    binding: bool
    since: dt.date
    until: dt.date | None
    document: str

    @property
    def canonical(self) -> Fraction:
        """The value in 10,000 CNY a hectare, or as a ratio."""
        return Fraction(self.value) * PER_HECTARE.get(self.unit, Fraction(1))


@dataclass(frozen=True, slots=True)
class Grade:
    """The land grade (土地等别) of a county-level division for a time."""

    division_code: str
    grade: int
    since: dt.date
    until: dt.date | None
    document: str


@dataclass(frozen=True, slots=True)
class Standards:
    """All control values and land grades that an installation has loaded; none without official tables."""

    controls: Sequence[Control] = ()
    grades: Sequence[Grade] = ()

    def grade(self, division_code: str | None, on: dt.date) -> int | None:
        """Return the land grade of a division on a day; None where it is not on record."""
        for one in self.grades:
            if one.division_code == division_code and _during(one.since, one.until, on):
                return one.grade
        return None

    def of(
        self, indicator: str, industry: str | None, version: str | None, site: tuple[str | None, str | None],
        on: dt.date | None,
    ) -> list[Control] | str:  # fmt: skip
        """Return the values that apply to an industry at a site on a day, or why there is none.

        ``site`` is division code and park code. The longest industry code of a table that begins the
        project's own code counts, for each edition and place.
        """
        if not self.controls:
            return NO_TABLE
        if on is None:
            return NO_SIGNING_DATE
        if not industry:
            return NO_INDUSTRY
        if not version:
            return NO_VERSION
        division, park = site
        here = [
            one for one in self.controls
            if one.indicator == indicator and one.industry_code_version == version
            and industry.startswith(one.industry_code) and _during(one.since, one.until, on)
            and lies_in(one.place, division, park)
        ]  # fmt: skip
        grade = self.grade(division, on)
        fitting = [one for one in here if _of_grade(one, grade)]
        if not fitting:
            return NO_GRADE if here and grade is None else NO_ROW
        longest = {key: max(len(one.industry_code) for one in fitting if _table(one) == key)
                   for key in {_table(one) for one in fitting}}  # fmt: skip
        return [one for one in fitting if len(one.industry_code) == longest[_table(one)]]


def _table(one: Control) -> tuple[str, str]:
    return one.edition, one.place


def _of_grade(one: Control, grade: int | None) -> bool:
    if one.grade_from is None and one.grade_to is None:
        return True
    return grade is not None and (one.grade_from or 1) <= grade <= (one.grade_to or 15)


def _during(since: dt.date, until: dt.date | None, on: dt.date) -> bool:
    return since <= on and (until is None or on <= until)
