"""The class of a parcel in each theme of the map, as an expression on the parcels of a stored run.

Every class is read from what the run stored or from the rows that it knew; none is judged a second time.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, String, Text, and_, case, cast, func, literal, null, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, array

from data.filtering import NO_STAGE
from data.map_classes import map_classes
from data.models import (
    AnalysisRun,
    ConstructionEvent,
    Contract,
    IdleVerdict,
    IntensityVerdict,
    Parcel,
    ParcelUse,
)

# Groups of land use by the beginning of the code, longest first, in the classification for territorial
# planning (2023) and in GB/T 21010-2017, where the same numbers mean other uses.
_SPACE: Final = {"07": "housing", "08": "public", "09": "commerce", "10": "industry", "11": "storage", "12": "transport",
                 "13": "utility", "14": "green"}  # fmt: skip
_GB: Final = {"0604": "storage", "0809": "utility", "0810": "green", "05": "commerce", "06": "industry",
              "07": "housing", "08": "public", "10": "transport"}  # fmt: skip
_FIRST: Final = (
    "SHORT",
    "MET",
    "NOT_DUE",
    "UNDETERMINED",
)  # of several contracts, as data/sql/list_intensity.sql


def column(theme: str | None) -> ColumnElement[Any]:
    """Return the class of a parcel of the lists in one of ``maps.themes.THEMES``; null without one."""
    made = {"stage": _stage, "use": _use, "construction": _construction, "intensity": _intensity,
            "completion": _completion}  # fmt: skip
    return cast(null(), String) if theme is None else made[theme]()


def _stage() -> ColumnElement[Any]:
    return func.coalesce(func.nullif(IdleVerdict.stage, ""), NO_STAGE)


def _use() -> ColumnElement[Any]:
    code = Parcel.landuse_code
    of_gb = func.coalesce(Parcel.landuse_scheme, "").contains("21010")
    groups = [
        case(*((code.startswith(start), literal(group)) for start, group in table.items()), else_="other")
        for table in (_GB, _SPACE)
    ]
    return case((func.coalesce(code, "") == "", "none"), (of_gb, groups[0]), else_=groups[1])


def _known_on() -> ColumnElement[Any]:
    run = select(AnalysisRun.known_on).where(AnalysisRun.run_id == IdleVerdict.run_id)
    return run.correlate(IdleVerdict).scalar_subquery()


def _construction() -> ColumnElement[Any]:
    """Return which state of the surveyed land (A built, B not, C not buildable) takes the parcel."""
    bounds = map_classes()

    def area(*begin: str) -> ColumnElement[Any]:
        states = or_(*(ParcelUse.construction_state.startswith(state) for state in begin))
        return func.coalesce(func.sum(ParcelUse.area_m2).filter(states), 0)

    surveyed = area("A", "B", "C")
    whole = surveyed * bounds.whole_share
    found = select(
        case(
            (surveyed < Parcel.drawn_area_m2 * bounds.surveyed_share, "unknown"),
            (area("A") >= whole, "built"),
            (area("B") >= whole, "not_built"),
            (area("C") >= whole, "not_buildable"),
            else_="part",
        )
    ).where(ParcelUse.run_id == IdleVerdict.run_id, ParcelUse.parcel_code == IdleVerdict.parcel_code)
    return found.correlate(IdleVerdict, Parcel).scalar_subquery()


def _intensity() -> ColumnElement[Any]:
    """Return how much of its contract's intensity the parcel reached, in the classes of the bounds."""
    bounds = map_classes().reached
    term = IntensityVerdict
    # Crosswise, not by the stored rate: that is rounded, and 99.99999 % is short.
    steps = [
        (term.actual < term.required * bound, literal(f"r{i}", String)) for i, bound in enumerate(bounds)
    ]
    reached = case(
        (term.verdict == "NOT_DUE", "not_due"),
        (or_(term.verdict == "UNDETERMINED", term.actual.is_(None), term.required.is_(None)), "unknown"),
        *steps,
        else_=f"r{len(bounds)}",
    )
    here = and_(
        term.run_id == IdleVerdict.run_id, term.contract_no == Contract.contract_no, term.term == "INTENSITY"
    )
    found = (
        select(reached)
        .select_from(Contract)
        .join(term, here)
        .where(
            Contract.parcel_codes.op("@>")(array([IdleVerdict.parcel_code])),
            Contract.known.op("@>")(_known_on()),
        )
        .order_by(
            func.array_position(cast(array(_FIRST), ARRAY(Text)), term.verdict),
            term.rate.asc().nulls_last(),
            Contract.contract_no.collate("C"),
        )
        .limit(1)
    )
    return func.coalesce(found.correlate(IdleVerdict).scalar_subquery(), "none")


def _completion() -> ColumnElement[Any]:
    """Return in which years the check fell that completed the parcel.

    That is the first one that covers the whole scale. One without an area does; where an earlier one states an
    area, only years that are the same for all of them are sure.
    """
    event = ConstructionEvent
    year = func.extract("year", func.min(event.happened_on))
    first_whole = func.min(event.happened_on).filter(event.developed_area_m2.is_(None))
    sure = or_(
        func.min(event.happened_on) == first_whole, year == func.extract("year", func.max(event.happened_on))
    )
    since = map_classes().completed_since
    steps = [(year < first, literal(f"y{i}", String)) for i, first in enumerate(since)]
    checked = (
        select(case((func.coalesce(~sure, True), "unknown"), *steps, else_=f"y{len(since)}"))
        .join(AnalysisRun, AnalysisRun.run_id == IdleVerdict.run_id)
        .where(
            event.parcel_code == IdleVerdict.parcel_code,
            event.event == "COMPLETION_CHECKED",
            event.known.op("@>")(AnalysisRun.known_on),
            event.happened_on <= AnalysisRun.as_of,
        )
    )
    return case(
        (IdleVerdict.stage == "COMPLETED", checked.correlate(IdleVerdict).scalar_subquery()),
        (IdleVerdict.stage == "", "unknown"),
        else_="open",
    )
