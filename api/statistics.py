"""What the statistics pages show: parks side by side, land stock, and what contracts promised."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection

from api.deps import Asked
from api.pages import Frame, status_list
from data import land, overview, queries, statistics
from data.filtering import Filter
from data.growth_targets import Target
from data.models import IdleVerdict
from data.queries import LISTED, Total, UnknownSort
from gis.words import word
from gis.words_land import STATE_GROUPS, STATES
from maps import charts
from maps.catalogue import catalogue
from maps.formats import M2_PER_HA, M2_PER_MU

FEW: Final = 10
"""Below so many parcels a share says little; pages say so. Nothing is decided by it."""
SHOWN_RATES: Final = ("development_rate", "supply_rate", "built_rate", "idle_rate")
WHOLE: Final = ("", "MAIN")
"""Parts of a zone that stand for it: the undivided zone, else its main part. Parts are never added up."""


@dataclass(frozen=True, slots=True)
class ParkScore:
    """One park on the scoreboard."""

    code: str
    name: str
    parcels: Total
    suspected: Total
    undetermined: int
    rates: Mapping[str, Any]
    growth: Any | None
    terms: Mapping[str, int]

    @property
    def few(self) -> bool:
        """Whether shares of so few parcels say little."""
        return self.parcels.n < FEW

    @property
    def suspected_share(self) -> Decimal | None:
        """Suspected idle area over the area of all parcels; None without parcels."""
        return self.suspected.area_m2 / self.parcels.area_m2 if self.parcels.area_m2 else None

    def rate(self, name: str) -> Decimal | None:
        """Return a rate, or None where it is not known."""
        row = self.rates.get(name)
        return None if row is None else row["value"]

    @property
    def decided(self) -> int:
        """Terms of investment intensity that are met or short."""
        return self.terms.get("MET", 0) + self.terms.get("SHORT", 0)


_ORDERS: Final[dict[str, Callable[[ParkScore], Any]]] = {
    "park": lambda score: score.code,
    "parcels": lambda score: score.parcels.n,
    "suspected": lambda score: score.suspected.area_m2,
    "share": lambda score: score.suspected_share,
    "undetermined": lambda score: score.undetermined,
    "growth": lambda score: score.growth and score.growth["growth_rate"],
    "short": lambda score: score.terms.get("SHORT", 0),
} | {name: (lambda score, name=name: score.rate(name)) for name in SHOWN_RATES}


def _sorted(scores: list[ParkScore], sort: str) -> list[ParkScore]:
    name = sort.removeprefix("-")
    if name not in _ORDERS:
        raise UnknownSort(sort, _ORDERS)
    order = _ORDERS[name]
    known = [score for score in scores if order(score) is not None]
    known.sort(key=order, reverse=sort.startswith("-"))
    return known + [score for score in scores if order(score) is None]


def scores(connection: Connection, asked: Asked, sort: str = "park") -> list[ParkScore]:
    """Return the parks that whoever asks may see, side by side.

    Raises
    ------
    UnknownSort
        There is no such order.
    """
    run_id, park = asked.run(), asked.query.park
    totals = queries.totals_by(
        connection, run_id, Filter(park=park), IdleVerdict.park_code, IdleVerdict.verdict
    )
    rates: dict[str, dict[str, Any]] = {}
    for row in land.rows(connection, "park_rate", run_id, park):
        if row["zone_part"] in WHOLE:
            rates.setdefault(row["park_code"], {})[row["rate"]] = row
    newest = {row["park_code"]: row for row in overview.growth(connection, run_id, park)}
    terms = statistics.term_counts(connection, run_id, park)
    found = []
    for one in overview.parks(connection, run_id):
        if park is not None and one.park_code != park:
            continue
        own = {verdict: total for (code, verdict), total in totals.items() if code == one.park_code}
        intensity = {
            v: n for (code, term, v), n in terms.items() if (code, term) == (one.park_code, "INTENSITY")
        }
        found.append(ParkScore(
            one.park_code, one.name, queries.add(list(own.values())), queries.add([own[v] for v in LISTED if v in own]),
            own["UNDETERMINED"].n if "UNDETERMINED" in own else 0, rates.get(one.park_code, {}),
            newest.get(one.park_code), intensity,
        ))  # fmt: skip
    return _sorted(found, sort)


def in_unit(m2: Decimal, unit: str) -> float:
    """Return an area in the unit of the page, for a chart."""
    return round(float(m2 / (M2_PER_MU if unit == "mu" else M2_PER_HA)), 4)


def page_data(drawn: Sequence[dict[str, Any]], lang: str, unit: str) -> dict[str, Any]:
    """Return what the scripts of a page with charts read."""
    words = catalogue(lang)
    return {
        "lang": lang,
        "unit": unit,
        "words": words.for_scripts(),
        "statuses": status_list(words),
        "charts": drawn,
    }


def _months(first: dt.date, last: dt.date) -> list[dt.date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [dt.date(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1, 1) for i in range(count)]  # fmt: skip


BANDS: Final = ("Y1", "Y2", "")
"""Bands of the idle list; "" is land that may be idle because building stopped."""


def idle_months(connection: Connection, asked: Asked) -> tuple[list[statistics.IdleMonth], list[dt.date]]:
    """Return suspected idle land by month and band, and every month from the first to the last."""
    found = statistics.idle_months(connection, asked.run(), asked.query.park)
    dated = [row.month for row in found if row.month is not None]
    return found, _months(min(dated), max(dated)) if dated else []


def idle_chart(
    found: Sequence[statistics.IdleMonth], months: Sequence[dt.date], lang: str, unit: str
) -> dict[str, Any] | None:
    """Return the chart of suspected idle land by month and band, or None where there is nothing to draw."""
    if not months:
        return None
    words = catalogue(lang)
    values = {(row.month, row.band): in_unit(row.area_m2, unit) for row in found}
    series = [
        charts.series(words.text(f"stats.band.{band or 'MAY'}"), colour, [values.get((m, band)) for m in months], stack="area")
        for band, colour in zip(BANDS, ("--y-3", "--y-6", "--c-line-strong"), strict=True)
        if any(b == band for _, b in values)
    ]  # fmt: skip
    return charts.chart(
        "idle-months", "bar", words.text("stats.idle_months"), words.text(f"unit.{unit}"),
        [f"{month:%Y-%m}" for month in months], series, decals=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stock:
    """The land states of one zone or part of it, by code; and how the sum of a branch agrees with the zone."""

    park_code: str
    park_name: str
    part: str
    states: Mapping[str, Any]
    rates: Sequence[Any]

    def area(self, code: str) -> Decimal | None:
        """Return the area of a state, None where it is not known."""
        row = self.states.get(code)
        return None if row is None else row["area_m2"]

    def balance(self, branch: str) -> Decimal | None:
        """Return zone area − the states of a branch − what has none + what is in two: 0 where all agrees."""
        whole, gap, twice = STATE_GROUPS[branch]
        values = [self.area(code) for code in ("ZONE", *whole, gap, twice)]
        if any(value is None for value in values):
            return None
        zone, *parts, missing, double = [value for value in values if value is not None]
        return zone - sum(parts, Decimal(0)) - missing + double


def stocks(connection: Connection, asked: Asked) -> list[Stock]:
    """Return the land stock of each zone, by park and part."""
    run_id, park = asked.run(), asked.query.park
    names = {one.park_code: one.name for one in overview.parks(connection, run_id)}
    states: dict[tuple[str, str], dict[str, Any]] = {}
    for row in land.rows(connection, "land_stock", run_id, park):
        states.setdefault((row["park_code"], row["zone_part"]), {})[row["code"]] = row
    rates: dict[tuple[str, str], list[Any]] = {}
    for row in land.rows(connection, "park_rate", run_id, park):
        rates.setdefault((row["park_code"], row["zone_part"]), []).append(row)
    order = {code: i for i, code in enumerate(STATES)}
    return [
        Stock(code, names.get(code, code), part, dict(sorted(own.items(), key=lambda kept: order[kept[0]])),
              rates.get((code, part), []))
        for (code, part), own in sorted(states.items())
    ]  # fmt: skip


def stock_charts(found: Sequence[Stock], lang: str, unit: str) -> list[dict[str, Any]]:
    """Return a stacked bar a branch, one bar a zone; zones of which nothing is known have none."""
    words = catalogue(lang)
    made = []
    for branch, (codes, gap, _) in STATE_GROUPS.items():
        shown = [one for one in found if any(one.area(code) is not None for code in codes)]
        if not shown:
            continue
        series = [
            charts.series(word(STATES, code, lang), colour, [_drawn(one.area(code), unit) for one in shown], stack="zone")
            for code, colour in zip((*codes, gap), ("--y-6", "--y-4", "--y-2", "--c-line-strong"), strict=False)
            if any(one.area(code) for one in shown)
        ]  # fmt: skip
        names = [one.park_name + (f" · {one.part}" if one.part else "") for one in shown]
        made.append(charts.chart(
            f"stock-{branch}", "rows", words.text(f"stock.{branch}"), words.text(f"unit.{unit}"), names, series, decals=True,
        ))  # fmt: skip
    return made


def told_targets(targets: Mapping[str, Target], around: Frame) -> list[tuple[Target, list[str]]]:
    """Return each different target of yearly growth with the names of its parks."""
    found: dict[Target, list[str]] = {}
    for code, target in targets.items():
        found.setdefault(target, []).append(around.park_name(code) or code)
    return list(found.items())


def _drawn(area_m2: Decimal | None, unit: str) -> float | None:
    return None if area_m2 is None else in_unit(area_m2, unit)


def reached_chart(steps: Mapping[tuple[int, str], int], lang: str) -> dict[str, Any] | None:
    """Return how many contract terms reach which share of what they require, with a line at 100 %."""
    if not steps:
        return None
    words = catalogue(lang)
    places = range(min(0, *(step for step, _ in steps)), statistics.LAST_STEP + 1)
    colours = {
        "SHORT": "--c-danger",
        "MET": "--c-ok",
        "NOT_DUE": "--c-line-strong",
        "UNDETERMINED": "--c-warn-mark",
    }
    series = [
        charts.series(words.text(f"intensity.{verdict}"), colours[verdict], [steps.get((i, verdict)) for i in places], stack="n")
        for verdict in statistics.VERDICTS
        if any(v == verdict for _, v in steps)
    ]  # fmt: skip
    last = statistics.LAST_STEP
    names = [f"{i * 10}–{i * 10 + 10}" if i < last else f"≥{i * 10}" for i in places]
    return charts.chart(
        "reached", "bar", words.text("stats.reached"), words.text("stats.terms_unit"), names, series, decals=True,
        mark=(list(places).index(10), words.text("stats.threshold")), across=words.text("stats.reached_axis"),
    )  # fmt: skip
