"""Totals of the idle-land list: by park and kind, by kind, and the whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from etl.export.dataset import Dataset
from etl.export.idle_list import MU_PER_M2
from etl.export.office_words import WORDS
from gis import words
from gis.words import word


@dataclass(frozen=True, slots=True)
class Total:
    """One line: how many parcels, with how much area in three units."""

    label: str
    count: int
    area_m2: Decimal
    unit: str
    grand: bool = False

    @property
    def area_ha(self) -> Decimal:
        """Hectares, exactly."""
        return self.area_m2.scaleb(-4)

    @property
    def area_mu(self) -> Decimal:
        """Mu, exactly."""
        return self.area_m2 * MU_PER_M2


def totals(dataset: Dataset) -> list[Total]:
    """Return the lines under the list; each adds rows that stand above it."""
    lang = dataset.question.lang
    names = WORDS[lang]
    rows = list(
        zip(
            [name or code or names["no_park"] for name, code in
             zip(dataset.values("park_name"), dataset.values("park_code"), strict=True)],
            [_kind(verdict, band, lang) for verdict, band in
             zip(dataset.values("verdict"), dataset.values("band"), strict=True)],
            dataset.values("area_m2"),
            strict=True,
        )
    )  # fmt: skip
    lines = [
        _total(names["park_total"].format(park=park, kind=kind), group, lang)
        for (park, kind), group in _grouped(rows, lambda row: row[:2])
    ]
    lines += [
        _total(names["kind_total"].format(kind=kind), group, lang)
        for (kind,), group in _grouped(rows, lambda row: row[1:2])
    ]
    return [*lines, _total(names["total"], rows, lang, grand=True)]


def _kind(verdict: str, band: str, lang: str) -> str:
    if band:
        return ("未动工" if lang == "zh" else "not commenced, ") + word(words.BANDS, band, lang)
    return "中止开发满一年（可以认定）" if lang == "zh" else "suspended for a year (may be idle)"


def _grouped(rows: Iterable[Any], key: Any) -> list[tuple[Any, list[Any]]]:
    """Return groups in the order in which they first occur."""
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return list(groups.items())


def _total(label: str, rows: list[Any], lang: str, *, grand: bool = False) -> Total:
    area = sum((row[2] for row in rows), Decimal(0))
    return Total(label, len(rows), area, WORDS[lang]["unit"], grand)
