"""Drawings of the dossier, worked out as positions: the time line, the bars, the history."""

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gis.every_rule import STEPS_OF
from gis.words import VERDICTS
from maps.catalogue import Catalogue
from maps.formats import day, missing_words, plain

LEFT, RIGHT = 7.0, 96.0  # of the time line, in percent of its width
PX = 800.0  # the width it is laid out for
AGREED = ("delivery_by", "commence_by", "complete_by", "invest_by")
LABELLED = {"DELIVERED", "PERMIT", "REPORTED_START", "FOUNDATION", "SUSPENDED", "RESUMED", "COMPLETED",
            "COMPLETION_CHECKED"}  # fmt: skip
TIER_PX, AXIS_PX = 36, 18
SUSPECTED = ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE")


@dataclass(slots=True)
class Mark:
    """One dated mark. ``x`` and the label's box are percent of the width; ``tier`` 0 is next to the line."""

    on: dt.date
    name: str
    kind: str
    x: float = 0.0
    left: float = 0.0
    tier: int = 0
    label: bool = True


@dataclass(slots=True)
class Timeline:
    """Two lanes of marks over years. ``top`` and ``bottom`` are the heights of the label tiers in pixels."""

    agreed: list[Mark]
    real: list[Mark]
    years: list[tuple[int, float]]
    now: float
    as_of: dt.date
    span: tuple[float, float] | None = None
    agreed_y: int = 0
    real_y: int = 0
    height: int = 0


def text_px(text: str) -> float:
    """Return about how wide a text of 13 px is."""
    return sum(13.0 if unicodedata.east_asian_width(c) in "WF" else 7.2 for c in text)


def _tiers(marks: list[Mark]) -> int:
    """Give every label a tier in which it touches no other; return how many there are."""
    ends: list[float] = []
    for mark in sorted(marks, key=lambda m: m.on):
        if not mark.label:
            continue
        width = max(text_px(mark.name), text_px(day(mark.on))) / PX * 100 + 1.2
        mark.left = min(max(mark.x - width / 2, LEFT), 100 - width)
        mark.tier = next((i for i, end in enumerate(ends) if end <= mark.left), len(ends))
        ends[mark.tier : mark.tier + 1] = [mark.left + width]
    return max(len(ends), 1)


def _agreed(
    contract: Mapping[Any, Any] | None, others: Iterable[Mapping[Any, Any]], words: Catalogue
) -> list[Mark]:
    """Return the agreed days; a day that a supplement replaced stays as an older mark."""
    if contract is None:
        return []
    marks: list[Mark] = []
    chain, valid = {contract["contract_no"]}, {name: contract[name] for name in AGREED}
    for row in others:
        if row["contract_type"] != "SUPPLEMENT" or row["amends"] not in chain:
            continue
        chain.add(row["contract_no"])
        for name in AGREED:
            if row[name] is not None and row[name] != valid[name]:
                if valid[name] is not None:
                    marks.append(Mark(valid[name], words.text(f"agreed.{name}.old"), "old"))
                valid[name] = row[name]
    return marks + [
        Mark(on, words.text(f"agreed.{name}"), "") for name, on in valid.items() if on is not None
    ]


def _real(events: Sequence[Mapping[Any, Any]], words: Catalogue) -> list[Mark]:
    newest = {row["event"]: row["happened_on"] for row in events if row["happened_on"] is not None}
    marks = []
    for row in events:
        event, on = row["event"], row["happened_on"]
        if event is None or on is None:
            continue
        repeated = event in ("FOUNDATION", "PROGRESS") and on != newest[event]
        kind = "bad" if event == "SUSPENDED" else "real"
        name = words.text(f"event.{event}")
        marks.append(Mark(on, name, kind, label=event in LABELLED and not repeated))
    return marks


def timeline(
    found: Any, contract: Mapping[Any, Any] | None, as_of: dt.date, words: Catalogue
) -> Timeline | None:
    """Return agreed and real days of a parcel on one axis, or nothing if there is no day on record."""
    parcel = found.parcel
    agreed, real = _agreed(contract, found.contracts, words), _real(found.events, words)
    if (
        contract is not None
        and contract["delivered_on"]
        and not any(e["event"] == "DELIVERED" for e in found.events)
    ):
        real.append(Mark(contract["delivered_on"], words.text("event.DELIVERED"), "real"))
    if contract is not None and contract["signed_on"]:
        real.append(Mark(contract["signed_on"], words.text("event.signed"), "real"))
    suspected = parcel["verdict"] in SUSPECTED and parcel["idle_from"] is not None
    if suspected:
        real.append(Mark(parcel["idle_from"], words.text("event.idle_from"), "bad"))
    marks = agreed + real
    if not marks:
        return None
    first = min([as_of, *(m.on for m in marks)])
    last = max([as_of, *(m.on for m in marks)])
    days = max((last - first).days, 60)

    def place(on: dt.date) -> float:
        return LEFT + 2 + (on - first).days / days * (RIGHT - LEFT - 2)

    for mark in marks:
        mark.x = place(mark.on)
    above, below = _tiers(agreed), _tiers(real)
    agreed_y = AXIS_PX + above * TIER_PX + 6
    real_y = agreed_y + 34
    years = [(y, place(dt.date(y, 1, 1))) for y in range(first.year + 1, last.year + 1)]
    step = max(1, len(years) // 12)
    start = place(parcel["idle_from"]) if suspected else None
    return Timeline(
        agreed=agreed, real=real, years=years[::step], now=place(as_of), as_of=as_of,
        span=None if start is None else (start, place(as_of) - start),
        agreed_y=agreed_y, real_y=real_y, height=real_y + 8 + below * TIER_PX,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: height in percent of the tallest possible."""

    year: int
    share: Decimal | None
    height: float
    grown: bool


def builtup_bars(rows: Sequence[Mapping[Any, Any]]) -> list[Bar]:
    """Return built-up shares of the years as bars; a year without growth is drawn pale."""
    bars: list[Bar] = []
    before: Decimal | None = None
    for row in rows:
        share = row["share"]
        grown = share is not None and (before is None or share > before)
        bars.append(Bar(row["year"], share, float(min(share or 0, Decimal(1))) * 100, grown))
        before = share
    return bars


def history(found: Any, as_of: dt.date, words: Catalogue) -> list[tuple[dt.date, str]]:
    """Return what happened to a parcel and its papers, newest first, up to the day."""
    entries: list[tuple[dt.date, str]] = []
    for row in found.contracts:
        if row["signed_on"]:
            kind = words.text(f"contract_type.{row['contract_type'] or 'none'}")
            entries.append((row["signed_on"], words.text("history.signed", kind=kind, no=row["contract_no"])))
    for row in found.events:
        if row["happened_on"] and row["event"]:
            entries.append((row["happened_on"], _event_text(row, words)))
    for row in found.versions:
        text = words.text("history.version", n=row["published_by"])
        entries.append((row["known_from"].date(), text))
    for row in found.lineage:
        said = {"code": row["parcel_code"], "m2": plain(row["shared_m2"].quantize(Decimal("0.01")))}
        entries.append(
            (row["published_at"].date(), words.text(f"history.{row['direction']}.{row['kind']}", **said))
        )
    return sorted((e for e in entries if e[0] <= as_of), key=lambda e: e[0], reverse=True)


def _event_text(row: Mapping[Any, Any], words: Catalogue) -> str:
    text = words.text(f"event.{row['event']}")
    if row["foundation_type"]:
        text += f" {words.text('foundation.' + row['foundation_type'])}"
    if row["done"] is not None and row["of"] is not None:
        text += f" {plain(row['done'])} / {plain(row['of'])}"
    if row["developed_area_m2"] is not None:
        text += " " + words.text("history.developed", m2=plain(row["developed_area_m2"]))
    return text


PAGE_PX, WIDEST_PX = 735.0, 1050.0  # of an A4 sheet, landscape, within its margins, at 96 px an inch
LARGEST_ZOOM, SMALLEST_ZOOM = 0.72, 0.5


def print_zoom(
    told: Mapping[Any, Any],
    terms: Sequence[Any],
    line: Timeline | None,
    crosschecks: Sequence[str] = (),
    why: str = "",
) -> float:
    """Return the scale at which a dossier fits on one A4 sheet; wider paper lines come with a smaller scale."""
    zoom = LARGEST_ZOOM
    while (
        zoom > SMALLEST_ZOOM and _height_px(told, terms, line, crosschecks, WIDEST_PX / zoom) * zoom > PAGE_PX
    ):
        zoom -= 0.01
    return round(zoom, 2)


def _height_px(
    told: Mapping[Any, Any],
    terms: Sequence[Any],
    line: Timeline | None,
    crosschecks: Sequence[str],
    width: float,
) -> float:
    """Return about how high the sheet is at a width in pixels."""
    fact_room, rule_room = width * 0.40 * 0.5, width * 0.64 * 0.48
    facts = sum(25 * lines(f"{fact['value']} {fact['date'] or ''}", fact_room) for fact in told["facts"])
    steps = sum(10 + 20 * lines(str(step["text"]), rule_room) for step in told["arithmetic"])
    # Of each term one step is shown, the last or the one before the note on the rule.
    shown = [
        max(lines(str(step["text"]), rule_room) for step in told["arithmetic"][-2:]) for _, told in terms
    ]
    contract = sum(12 + 20 * count for count in shown)
    laws = 40 + sum(10 + 20 * lines(_last_text(told), rule_room) for _ in STEPS_OF)
    beside = 300 + sum(8 + 21 * lines(text, width * 0.29) for text in crosschecks[:2])
    below = max(60 + laws + steps + contract, beside)
    return 90 + max(310, 180 + facts) + (line.height if line else 0) + below + 150


def _last_text(told: Mapping[Any, Any]) -> str:
    """Return the longest step of a trace: what a rule may show of it."""
    return max((str(step["text"]) for step in told["arithmetic"]), key=len, default="")


def why_not(parcel: Mapping[Any, Any], told: Mapping[Any, Any], words: Catalogue) -> str:
    """Return in a sentence why a parcel is not on the list of suspected land; nothing for one that is."""
    if parcel["verdict"] in SUSPECTED:
        return ""
    if parcel["verdict"] == "UNDETERMINED":
        missing = words.text("list.comma").join(missing_words(parcel["missing"], words.lang))
        return words.text("why.unknown", missing=missing)
    steps = [step for step in told["arithmetic"] if "#" in str(step["rule"]) and step["holds"] is not None]
    said = {"verdict": VERDICTS[parcel["verdict"]][words.lang]}
    if not steps:
        return words.text("why.plain", **said)
    article = str(steps[-1]["article"] or "")
    return words.text("why.not", reason=str(steps[-1]["text"]).rstrip("。."), article=article, **said)


def lines(text: str, room: float) -> int:
    """Return about how many lines a text of 14 px takes in a column of some pixels."""
    return 1 + int(text_px(text) * 14 / 13 // room)
