"""Faults planted on purpose, each with the finding that a check should report."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon, affinity

from etl.sample.layout import Plot, registered
from etl.sample.records import Book
from etl.sample.stories import DATA_DATE, DAY, Stories


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted fault: where it is, what is wrong, which finding is expected."""

    name: str
    layer: str
    where: str
    what: str
    finding: str


def _reserve(plots: list[Plot], park: int) -> list[Plot]:
    """Return reserve plots of a park in the order of their codes: a fault there changes no verdict."""
    codes = sorted({p.site.code for p in plots})
    able = [p for p in plots if p.site.code == codes[park] and p.outcome == "NOT_SUPPLIED"]
    return [p for p in able if not p.kind and not p.case and not p.built and len(p.shape.exterior.coords) < 9]


def _overlap(plots: list[Plot]) -> Fault:
    able = _reserve(plots, 0)
    first, second = next((p, q) for p in able for q in able if p.code < q.code and p.shape.touches(q.shape)
                         and p.shape.buffer(8).intersection(q.shape).area > 300)  # fmt: skip
    grown = first.shape.union(first.shape.buffer(8, join_style="mitre").intersection(second.shape))
    first.shape = shapely.transform(grown, lambda points: np.round(points, 3))
    first.registered_m2 = registered(first)
    first.case = second.case = "F01"
    return Fault("F01", "parcel", f"{first.code} / {second.code}", "两宗地重叠约 8 m 宽", "OVERLAP")


def _outside(plots: list[Plot]) -> Fault:
    plot = _reserve(plots, 1)[0]
    plot.shape = shapely.transform(
        affinity.translate(plot.shape, 5_200, 300), lambda points: np.round(points, 3)
    )
    plot.case = "F02"
    return Fault("F02", "parcel", plot.code, "宗地在园区范围以外", "OUTSIDE_PARK")


def _crossed(plots: list[Plot]) -> Fault:
    plot = _reserve(plots, 2)[1]
    points = list(plot.shape.exterior.coords)
    points[1], points[2] = points[2], points[1]
    plot.shape, plot.case = Polygon(points), "F03"
    return Fault("F03", "parcel", plot.code, "界址线自相交", "GEOMETRY_INVALID")


def _unclosed(plots: list[Plot]) -> Fault:
    plot = _reserve(plots, 2)[3]
    plot.case = "F10"
    return Fault("F10", "parcel", plot.code, "界址线未闭合（末点缺失）", "RING_CLOSED")


def _wrong_area(plots: list[Plot]) -> Fault:
    plot = _reserve(plots, 3)[2]
    plot.registered_m2, plot.case = (plot.registered_m2 * 15 / 10).quantize(plot.registered_m2), "F04"
    return Fault("F04", "parcel", plot.code, "登记面积比图形面积大一半", "AREA_MISMATCH")


def _twice(plots: list[Plot]) -> Fault:
    first, second = _reserve(plots, 3)[4:6]
    old, second.code, second.case = second.code, first.code, "F06"
    first.case = "F06"
    return Fault("F06", "parcel", first.code, f"代码重复：第二宗本应为 {old}", "DUPLICATE_KEY")


def _no_parcel(stories: Stories, plots: list[Plot]) -> Fault:
    plot = next(p for p in plots if p.outcome == "OVERDUE" and not p.case)
    contract = stories.contract(plot, "GRANT", DATA_DATE - 200 * DAY, commence_by=DATA_DATE + 200 * DAY)
    contract.plots = [f"{plot.code[:14]}99999"]
    return Fault(
        "F07", "contract", contract.contract_no, f"所列宗地 {contract.plots[0]} 不存在", "REFERENCE_MISSING"
    )


def _placeholder(book: Book) -> Fault:
    able = (
        c
        for c in book.contracts
        if c.contract_type == "GRANT" and c.commence_by and c.commence_by > DATA_DATE
    )
    contract = next(c for c in able if c.delivered_on and c.delivered_on < DATA_DATE - 100 * DAY)
    contract.delivered_on = PLACEHOLDER
    return Fault("F08", "contract", contract.contract_no, "实际交地时间填 1900-01-01", "DATE_PLACEHOLDER")


PLACEHOLDER = DATA_DATE.replace(1900, 1, 1)


def _check_character(book: Book, plots: list[Plot]) -> Fault:
    plot = next(p for p in reversed(plots) if p.outcome == "ACTIVE" and not p.case and p.credit_code)
    old = plot.credit_code or ""
    wrong = old[:-1] + ("7" if old[-1] != "7" else "8")
    plot.credit_code, plot.case = wrong, "F09"
    book.industries[wrong] = book.industries.pop(old)
    for contract in book.contracts:
        if contract.holder_credit_code == old:
            contract.holder_credit_code = wrong
    return Fault("F09", "enterprise", wrong, "统一社会信用代码校验码错误", "CREDIT_CODE_FORM")


def plant(stories: Stories, plots: list[Plot]) -> list[Fault]:
    """Plant every fault, and take parcels whose row is faulty off the list of what is expected."""
    book = stories.book
    missing = next(e.parcel_code for e in book.events if e.happened_on is None)
    found = [
        _overlap(plots), _outside(plots), _crossed(plots), _wrong_area(plots),
        Fault("F05", "construction_event", missing, "施工许可证缺日期（同 R10）", "DATE_MISSING"),
        _twice(plots), _no_parcel(stories, plots), _placeholder(book), _check_character(book, plots), _unclosed(plots),
    ]  # fmt: skip
    faulty = {p.code for p in plots if p.case in ("F01", "F02", "F03", "F06", "F10")}
    gone = {found[5].what[-19:]}
    book.expected = [e for e in book.expected if e.parcel_code not in faulty | gone]
    return found
