"""Ordinary parcels: a plausible story for each, and the verdict that follows from it."""

import datetime as dt
from collections.abc import Callable

from etl.sample.layout import Plot
from etl.sample.records import Contract, fee
from etl.sample.stories import DATA_DATE, DAY, TWO_YEARS_AGO, YEAR_AGO, Stories, later


def completed(s: Stories, plot: Plot) -> None:
    """Built, and the completion check passed for the whole."""
    commence_by = s.between(dt.date(2014, 9, 1), dt.date(2023, 9, 30))
    contract = s.ordinary_contract(plot, commence_by)
    started = s.start(plot, commence_by + s.rng.randint(-80, 100) * DAY)
    done = later(started, s.rng.randint(280, 620), DATA_DATE - 90 * DAY)
    s.book.event(plot, "COMPLETED", done)
    checked = later(done, s.rng.randint(15, 85))
    area = plot.registered_m2 if s.rng.random() < 0.6 else None
    s.book.event(plot, "COMPLETION_CHECKED", checked, developed_area_m2=area)
    s.invest(contract, s.rng.uniform(0.82, 1.3), checked)
    s.expect(plot, "COMPLETED")
    plot.built = [(started.year, plot.shape)]
    s.entry(plot, contract)


def active(s: Stories, plot: Plot) -> None:
    """Commenced and being built, some after a pause."""
    commence_by = s.between(dt.date(2023, 9, 1), dt.date(2026, 6, 30))
    contract = s.ordinary_contract(plot, commence_by)
    started = s.start(plot, min(commence_by + s.rng.randint(-60, 80) * DAY, DATA_DATE - 140 * DAY))
    if s.rng.random() < 0.12 and started < dt.date(2025, 9, 1):
        stopped = later(started, s.rng.randint(30, 120))
        s.book.event(plot, "SUSPENDED", stopped, developed_area_m2=s.area(plot, 0.2))
        s.book.event(plot, "RESUMED", later(stopped, s.rng.randint(20, 200)))
    s.book.event(
        plot, "PROGRESS", dt.date(2026, 9, 30), developed_area_m2=s.area(plot, s.rng.uniform(0.3, 0.9))
    )
    s.invest(contract, s.rng.uniform(0.2, 0.9), dt.date(2026, 9, 30))
    s.expect(plot, "ACTIVE")
    plot.built = [(started.year, plot.shape)]
    s.entry(plot, contract)


def not_due(s: Stories, plot: Plot) -> None:
    """Supplied, the commencement date still to come."""
    commence_by = s.between(dt.date(2026, 11, 2), dt.date(2028, 3, 31))
    contract = s.ordinary_contract(plot, commence_by)
    if commence_by < dt.date(2027, 9, 1) and s.rng.random() < 0.2:
        first = commence_by - 365 * DAY
        contract.signed_on, contract.delivered_on = first - 300 * DAY, first - 250 * DAY
        contract.delivery_by, contract.commence_by = first - 240 * DAY, first
        s.supplement(contract, min(first - 20 * DAY, DATA_DATE), commence_by=commence_by)
    s.expect(plot, "NOT_DUE")
    s.entry(plot, contract)


def overdue(s: Stories, plot: Plot) -> None:
    """Not commenced, the commencement date passed by less than a year."""
    commence_by = s.between(YEAR_AGO, DATA_DATE)
    contract = s.ordinary_contract(plot, commence_by)
    if s.rng.random() < 0.4:
        s.book.event(plot, "PERMIT", later(commence_by, s.rng.randint(5, 60)))
    if s.rng.random() < 0.2:
        s.book.event(plot, "REPORTED_START", later(commence_by, s.rng.randint(5, 60)))
    s.expect(plot, "OVERDUE")
    s.entry(plot, contract)


def _cause(s: Stories, plot: Plot, since: dt.date) -> str:
    """Put a cause on record, or none; return what the verdict must call it."""
    kind = s.rng.choices(("E", "NONE", "CLAIM", "G", "FM", "MIXED"), (46, 22, 10, 13, 3, 6))[0]
    begun, verified = since + DAY, s.between(dt.date(2025, 11, 3), dt.date(2026, 10, 30))
    code = f"G{s.rng.randint(1, 6)}"
    if kind in ("E", "MIXED"):
        s.book.cause(plot, "ENTERPRISE", begun, verified)
    if kind in ("G", "MIXED"):
        s.book.cause(plot, code, begun, verified)
    if kind == "CLAIM":
        s.book.cause(plot, code, begun, None)
    if kind == "FM":
        s.book.cause(plot, "FORCE_MAJEURE", begun, verified)
    return {"E": "ENTERPRISE", "G": f"GOVERNMENT:{code}", "FM": "FORCE_MAJEURE"}.get(kind, "CAUSE_PENDING")


def _idle(s: Stories, plot: Plot, first: dt.date, last: dt.date, band: str) -> None:
    commence_by = s.between(first, last)
    contract = s.ordinary_contract(plot, commence_by)
    cause = _cause(s, plot, commence_by)
    more: dict[str, object] = {"band": band, "cause": cause}
    if cause == "ENTERPRISE":
        more["path"] = "FEE" if band == "Y1" else "RECOVERY"
        if band == "Y1":
            more["fee_wan"] = None if contract.price_wan is None else fee(contract.price_wan)
            more["missing"] = ("price_wan",) if contract.price_wan is None else ()
    elif cause != "CAUSE_PENDING":
        plot.monitored = s.rng.random() > 0.15
        more |= {"path": "ART12", "blocked": "" if plot.monitored else "NOT_IN_MONITORING_SYSTEM"}
    s.expect(plot, "IDLE_NOT_COMMENCED", **more)


def idle_one_year(s: Stories, plot: Plot) -> None:
    """Not commenced for one full year, under two."""
    _idle(s, plot, TWO_YEARS_AGO, YEAR_AGO - DAY, "Y1")


def idle_two_years(s: Stories, plot: Plot) -> None:
    """Not commenced for two full years."""
    _idle(s, plot, dt.date(2019, 3, 1), TWO_YEARS_AGO - DAY, "Y2")


def _suspended(s: Stories, plot: Plot, stopped: dt.date, area: float, invested: float) -> Contract:
    """Tell of a start and a stop, with shares of area and of investment without land."""
    commence_by = stopped - s.rng.randint(230, 600) * DAY
    contract = s.ordinary_contract(plot, commence_by)
    s.start(plot, commence_by - s.rng.randint(0, 60) * DAY)
    s.book.event(plot, "SUSPENDED", stopped, developed_area_m2=s.area(plot, area))
    s.invest(contract, invested, later(stopped, 40), land=False)
    plot.built = [(min(stopped.year, 2026), plot.shape)]
    plot.built_share = area
    return contract


def suspended_short(s: Stories, plot: Plot) -> None:
    """Tell of a stop of less than a year."""
    _suspended(s, plot, s.between(YEAR_AGO, DATA_DATE), s.rng.uniform(0.1, 0.8), s.rng.uniform(0.1, 0.7))
    s.expect(plot, "SUSPENDED_UNDER_1Y")


def may_be_idle(s: Stories, plot: Plot) -> None:
    """Tell of a stop of a year, with little built or little invested."""
    limbs = s.rng.choices((("AREA",), ("INVESTMENT",), ("AREA", "INVESTMENT")), (5, 3, 4))[0]
    area = s.rng.uniform(0.05, 0.3) if "AREA" in limbs else s.rng.uniform(0.4, 0.8)
    invested = s.rng.uniform(0.05, 0.22) if "INVESTMENT" in limbs else s.rng.uniform(0.3, 0.7)
    stopped = s.between(dt.date(2021, 6, 1), YEAR_AGO - DAY)
    _suspended(s, plot, stopped, area, invested)
    cause = _cause(s, plot, stopped)
    plot.monitored = s.rng.random() > 0.1
    blocked = "" if plot.monitored else "NOT_IN_MONITORING_SYSTEM"
    s.expect(plot, "MAY_BE_IDLE", limbs=limbs, cause=cause, path="ART12", blocked=blocked)


def suspended_not_idle(s: Stories, plot: Plot) -> None:
    """Tell of a stop of a year, but enough is built and invested."""
    stopped = s.between(dt.date(2021, 6, 1), YEAR_AGO - DAY)
    _suspended(s, plot, stopped, s.rng.uniform(0.38, 0.85), s.rng.uniform(0.3, 0.75))
    s.expect(plot, "SUSPENDED_NOT_IDLE")


def not_supplied(s: Stories, plot: Plot) -> None:
    """Reserve land: no holder, no contract."""
    plot.monitored = False
    if (s.rng.random() < 0.16 and plot.site.lost_year) or s.rng.random() < 0.03:
        plot.built, plot.razed = [(2012, plot.shape)], plot.site.lost_year or s.rng.choice((2022, 2023, 2025))
    s.expect(plot, "NOT_SUPPLIED")


def no_contract(s: Stories, plot: Plot) -> None:
    """Tell of a holder without any contract on record."""
    s.hold(plot)
    s.expect(plot, "UNDETERMINED", missing=("contract",))


def no_dates(s: Stories, plot: Plot) -> None:
    """Tell of a contract with neither a commencement date nor a delivery."""
    contract = s.ordinary_contract(plot, s.between(dt.date(2022, 1, 1), dt.date(2025, 6, 30)))
    contract.commence_by = contract.delivered_on = None
    s.expect(plot, "UNDETERMINED", missing=("commence_by", "delivered_on"))


def no_area(s: Stories, plot: Plot) -> None:
    """Tell of a stop of a year, the investment not low, the developed area not on record."""
    _suspended(s, plot, s.between(dt.date(2022, 1, 1), YEAR_AGO - DAY), 0.5, 0.5)
    s.book.events[-1].developed_area_m2 = None
    s.expect(plot, "UNDETERMINED", missing=("developed_area_m2",))


def no_building(s: Stories, plot: Plot) -> None:
    """Tell of a stop of a year, the area not low, one component of a small investment not stated."""
    _suspended(s, plot, s.between(dt.date(2022, 1, 1), YEAR_AGO - DAY), 0.6, 0.3)
    s.book.reports[-1].building_wan = None
    s.expect(plot, "UNDETERMINED", missing=("building_wan",))


def no_plan(s: Stories, plot: Plot) -> None:
    """Tell of a stop of a year, the area not low, the contract silent on the investment without land."""
    contract = _suspended(s, plot, s.between(dt.date(2022, 1, 1), YEAR_AGO - DAY), 0.6, 0.3)
    contract.planned_investment_ex_land_wan = None
    s.expect(plot, "UNDETERMINED", missing=("planned_investment_ex_land_wan",))


STORIES: tuple[tuple[Callable[[Stories, Plot], None], float, float, float], ...] = (
    # story, weight in the oldest, the middle and the newest part of a park
    (completed, 78, 38, 5),
    (active, 8, 25, 15),
    (not_due, 0, 2.5, 19),
    (overdue, 1, 6, 12),
    (idle_one_year, 1.5, 4, 6),
    (idle_two_years, 3.5, 5.5, 3),
    (suspended_short, 1, 3, 1.5),
    (may_be_idle, 2, 5, 2),
    (suspended_not_idle, 2, 3, 1),
    (not_supplied, 2.5, 7, 33),
    (no_contract, 0.8, 0.8, 0.6),
    (no_dates, 0.4, 0.7, 0.7),
    (no_area, 0.3, 0.6, 0.2),
    (no_building, 0.3, 0.5, 0.2),
    (no_plan, 0.3, 0.5, 0.2),
)


def tell(stories: Stories, plot: Plot) -> None:
    """Tell the story of one ordinary plot; old quarters are built, new ones are empty."""
    if plot.landuse == "0809":
        completed(stories, plot)
        return
    weights = []
    for _, old, middle, new in STORIES:
        low, high, share = (old, middle, plot.age * 2) if plot.age < 0.5 else (middle, new, plot.age * 2 - 1)
        weights.append(low + (high - low) * share)
    stories.rng.choices([story for story, *_ in STORIES], weights)[0](stories, plot)
