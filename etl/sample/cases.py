"""Dedicated parcels: T01 to T28 of the decision table, and the rules of reading (R01 onwards).

What a case must come to is worked out here by hand, never by the analysis.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from etl.sample.layout import Plot
from etl.sample.records import Contract, Expected, Report
from etl.sample.stories import DAY, Stories

D = Decimal


def day(text: str) -> dt.date:
    """Return the day that ISO text names."""
    return dt.date.fromisoformat(text)


class Bench:
    """Hands out plots for cases, and writes down what is expected of them."""

    def __init__(self, stories: Stories, plots: list[Plot]) -> None:
        self.s, self.book = stories, stories.book
        parks = sorted({p.site.code for p in plots})
        able = [p for p in plots if not p.kind and 6_000 < p.registered_m2 < 90_000 and p.landuse == "0601"]
        self._free = {code: list(self._spread([p for p in able if p.site.code == code])) for code in parks}
        self._exact = [p for p in plots if p.kind.startswith("exact")]
        self._turn, self._parks = 0, parks

    @staticmethod
    def _spread(plots: list[Plot]) -> Iterator[Plot]:
        """Go through plots in strides, so that cases don't lie side by side."""
        for first in range(17):
            yield from plots[first::17]

    def plot(self, case: str, exact_m2: int | None = None, least_m2: int = 0) -> Plot:
        """Take a plot for a case; with a registered area, or a least one, where the case needs it."""
        if exact_m2 is not None:
            found = next(p for p in self._exact if p.registered_m2 == exact_m2 and not p.case)
        else:
            self._turn += 1
            first = self._turn % len(self._parks)
            free = [p for code in (*self._parks[first:], *self._parks[:first]) for p in self._free[code]]
            found = next(p for p in free if not p.case and p.registered_m2 >= least_m2)
        found.case = case
        return found

    def grant(self, plot: Plot, commence_by: str | None, signed: str, **terms: object) -> Contract:
        """Put a grant contract on record."""
        kind = str(terms.pop("kind", "GRANT"))
        agreed = day(commence_by) if commence_by else None
        terms.setdefault("delivered_on", day(signed) + 40 * DAY)
        return self.s.contract(plot, kind, day(signed), commence_by=agreed, **terms)

    def started(self, plot: Plot, permit: str, founded: str) -> None:
        """Put permit and a finished pit on record."""
        self.book.event(plot, "PERMIT", day(permit))
        self.book.event(plot, "FOUNDATION", day(founded), foundation_type="PIT", done=D(1), of=D(1))

    def stopped(self, plot: Plot, on: str, developed: str | None) -> None:
        """Put a suspension on record, with the area developed by then."""
        area = D(developed) if developed is not None else None
        self.book.event(plot, "SUSPENDED", day(on), developed_area_m2=area)

    def invested(self, contract: Contract, on: str, *parts: str | None, basis: str = "VERIFIED") -> None:
        """Report building, equipment, land price, land tax and other."""
        amounts = [D(part) if part is not None else None for part in parts]
        self.book.reports.append(Report(contract.contract_no, day(on), basis, *amounts))

    def expect(self, plot: Plot, as_of: str, verdict: str, why: str, **more: object) -> None:
        """Write down what a plot must be judged to be on a day."""
        found = Expected(plot.code, day(as_of), verdict, case=plot.case, why=why, **more)  # type: ignore[arg-type]
        found.by_reference = plot.collective
        self.book.expected.append(found)
        plot.outcome = verdict

    def idle(
        self, plot: Plot, as_of: str, band: str, why: str, cause: str = "CAUSE_PENDING", **more: object
    ) -> None:
        """Write down that a plot must be suspected idle, not commenced."""
        self.expect(plot, as_of, "IDLE_NOT_COMMENCED", why, band=band, cause=cause, **more)


TODAY = "2026-11-01"
C1, SIGNED = "2023-05-31", "2022-09-08"
EC = {"cause": "ENTERPRISE"}


def commencement_dates(b: Bench) -> None:
    """T01 to T08: the day on which a year has passed."""
    p = b.plot("T01")
    b.grant(p, C1, SIGNED)
    b.expect(p, "2023-05-31", "NOT_DUE", "约定动工 2023-05-31，当日仍在期内")
    b.expect(p, "2023-06-01", "OVERDUE", "约定动工日次日起逾期")
    p.case = "T02"
    b.expect(p, "2024-05-31", "OVERDUE", "恰满一年当日，未超过")
    p.case = "T01 T02"
    b.idle(p, TODAY, "Y2", "已满两年，原因未核实，不算后果")

    p = b.plot("T03")
    b.grant(p, C1, SIGNED, price_wan=D(1800))
    b.book.cause(p, "ENTERPRISE", day("2023-06-01"), day("2024-06-01"))
    b.idle(
        p, "2024-06-01", "Y1", "满一年次日；1,800 万元的 20 % 为 360 万元", **EC, path="FEE", fee_wan=D(360)
    )
    p.case = "T04"
    b.idle(p, "2025-05-31", "Y1", "恰满两年当日，仍缴闲置费", **EC, path="FEE", fee_wan=D(360))
    p.case = "T05"
    b.idle(p, "2025-06-01", "Y2", "满两年次日，无偿收回", **EC, path="RECOVERY")
    p.case = "T03 T04 T05"
    b.idle(p, TODAY, "Y2", "满两年，无偿收回", **EC, path="RECOVERY")

    p = b.plot("T06")
    b.grant(p, "2024-02-29", "2023-06-15")
    b.expect(p, "2025-02-28", "OVERDUE", "2025 年无 2 月 29 日，一年止于 2 月 28 日")
    b.idle(p, "2025-03-01", "Y1", "次日满一年")
    b.idle(p, "2026-02-28", "Y1", "恰满两年当日")
    b.idle(p, TODAY, "Y2", "2026-03-01 起满两年")

    p = b.plot("T07")
    b.grant(p, None, "2022-03-01", delivered_on=day("2022-04-20"), delivery_by=None)
    b.expect(p, "2024-04-20", "OVERDUE", "未约定动工日，交地 2022-04-20 加一年为 2023-04-20")
    b.idle(p, "2024-04-21", "Y1", "满一年次日")
    b.idle(p, "2025-04-21", "Y2", "满两年次日")
    b.idle(p, TODAY, "Y2", "满两年")

    p = b.plot("T08")
    b.grant(p, None, "2021-11-10", delivered_on=None)
    missing = ("commence_by", "delivered_on")
    for on in ("2022-01-01", "2024-06-01", TODAY):
        b.expect(p, on, "UNDETERMINED", "无约定动工日，无交地确认", missing=missing)


def commencement(b: Bench) -> None:
    """T09 to T11 and R10, R12, R13, R19: what counts as commenced."""
    p = b.plot("T09")
    b.grant(p, "2024-03-20", "2023-07-12")
    b.book.event(p, "PERMIT", day("2024-02-01"))
    b.book.event(p, "FOUNDATION", day("2024-05-10"), foundation_type="PILES", done=D(99), of=D(100))
    b.idle(p, TODAY, "Y2", "100 根桩完成 99 根，不算动工")

    p = b.plot("T10")
    b.grant(p, "2024-12-20", "2024-03-12")
    b.book.event(p, "FOUNDATION", day("2025-01-10"), foundation_type="PIT", done=D(1), of=D(1))
    b.idle(p, TODAY, "Y1", "基坑完成但无施工许可证，不算动工")

    p = b.plot("T11")
    b.grant(p, "2024-03-20", "2023-07-12")
    b.book.event(p, "PERMIT", day("2024-02-01"))
    b.book.event(p, "FOUNDATION", day("2024-04-10"), foundation_type="OTHER", done=D(1), of=D(3))
    b.expect(p, TODAY, "ACTIVE", "其他项目，地基恰完成三分之一，已动工")
    p.built = [(2024, p.shape)]

    p = b.plot("R10")
    b.grant(p, "2024-03-20", "2023-07-12")
    b.book.event(p, "PERMIT", None)
    b.book.event(p, "FOUNDATION", day("2024-04-10"), foundation_type="PIT", done=D(1), of=D(1))
    missing = ("happened_on",)
    b.expect(p, TODAY, "UNDETERMINED", "施工许可证在案但缺日期", missing=missing)

    p = b.plot("R12")
    b.grant(p, "2023-03-20", "2022-07-12")
    b.started(p, "2023-02-01", "2023-04-10")
    b.book.event(p, "COMPLETED", day("2025-06-30"))
    b.expect(p, TODAY, "ACTIVE", "申报竣工而未经核验，不算竣工")
    p.built = [(2023, p.shape)]

    p = b.plot("R13", least_m2=10_000)
    b.grant(p, "2022-03-20", "2021-07-12", due_area_m2=D(10_000), planned_investment_ex_land_wan=D(5_000))
    b.started(p, "2022-02-01", "2022-04-10")
    b.book.event(p, "COMPLETION_CHECKED", day("2023-06-30"), developed_area_m2=D(2_000))
    b.stopped(p, "2023-07-01", None)
    b.expect(p, TODAY, "MAY_BE_IDLE", "只核验了五分之一（2,000/10,000 ㎡）即停工，不算整体竣工",
             limbs=("AREA",), cause="CAUSE_PENDING", path="ART12")  # fmt: skip

    p = b.plot("R19")
    b.grant(p, "2024-12-20", "2024-03-12")
    b.book.event(p, "COMPLETED", day("2026-03-01"))
    b.idle(p, TODAY, "Y1", "竣工可视为地基完成，但无施工许可证")


def _ratio(
    b: Bench, case: str, developed: str | None, parts: tuple[str | None, ...], exact: bool = True
) -> Plot:
    """Tell of a suspension since 2024-08-15 with 30,000 m2 due and 10,000 planned without land."""
    p = b.plot(case, 30_000 if exact else None, 30_000)
    due = None if exact else D(30_000)
    c = b.grant(p, "2023-09-30", "2023-01-16", due_area_m2=due, planned_investment_ex_land_wan=D(10_000),
                price_wan=D(720), total_investment_wan=D(11_000))  # fmt: skip
    b.started(p, "2023-08-10", "2023-11-20")
    b.stopped(p, "2024-08-15", developed)
    b.invested(c, "2024-09-30", *parts)
    p.built = [(2024, p.shape)]
    p.built_share = float(developed or 6_000) / 30_000
    return p


def suspension(b: Bench) -> None:
    """T12 to T18, T26, T27: a third and a quarter, exactly."""
    pending = {"cause": "CAUSE_PENDING", "path": "ART12"}
    p = _ratio(b, "T12", "10000", ("2000", "900", "720", "25", "100"))
    b.expect(p, TODAY, "SUSPENDED_NOT_IDLE", "10,000/30,000 恰为三分之一，投资 30 %")
    b.expect(p, "2025-08-15", "SUSPENDED_UNDER_1Y", "停工恰满一年当日")
    b.expect(p, "2025-08-16", "SUSPENDED_NOT_IDLE", "停工满一年次日")
    p = _ratio(b, "T13", "9999.99", ("2000", "900", "720", "25", "100"))
    b.expect(p, TODAY, "MAY_BE_IDLE", "9,999.99/30,000 不足三分之一", limbs=("AREA",), **pending)
    p = _ratio(b, "T14", "24000", ("1500", "900", "720", "25", "100"))
    b.expect(p, TODAY, "SUSPENDED_NOT_IDLE", "面积 80 %，投资恰为 25 %（2,500/10,000）")
    p = _ratio(b, "T15", "24000", ("1500", "900", "720", "25", "99.99"))
    why = "面积 80 %，投资 2,499.99/10,000 不足 25 %"
    b.expect(p, TODAY, "MAY_BE_IDLE", why, limbs=("INVESTMENT",), **pending)
    p = _ratio(b, "T26", "24000", ("1500", None, "720", "25", "100"), exact=False)
    missing = ("equipment_wan",)
    b.expect(p, TODAY, "UNDETERMINED", "面积不低；设备投资缺，已知部分 16 % 不足以判定", missing=missing)
    p = _ratio(b, "T27", "3000", ("1500", None, "720", "25", "100"), exact=False)
    b.expect(p, TODAY, "MAY_BE_IDLE", "投资未知，面积 10 % 已低", limbs=("AREA",), **pending)
    p = _ratio(b, "R18", "24000", ("1500", "1000", "720", "25", None), exact=False)
    b.expect(p, TODAY, "SUSPENDED_NOT_IDLE", "已知部分已达 25 %，其余未知也不低")
    p = _ratio(b, "T21", "3000", ("500", "500", "720", "25", "0"), exact=False)
    b.book.cause(p, "ENTERPRISE", day("2024-08-15"), day("2025-10-20"))
    why = "企业原因，但中止开发的一律按第十二条，无闲置费"
    b.expect(p, TODAY, "MAY_BE_IDLE", why, limbs=("AREA", "INVESTMENT"), cause="ENTERPRISE", path="ART12")

    p = b.plot("T16", least_m2=20_000)
    c = b.grant(p, "2025-03-31", "2024-07-02", due_area_m2=D(20_000), planned_investment_ex_land_wan=D(8_000))
    b.started(p, "2025-02-20", "2025-05-08")
    b.book.event(p, "PROGRESS", day("2026-08-31"), developed_area_m2=D(2_000))
    b.invested(c, "2026-08-31", "500", "300", "400", "10", "0")
    b.expect(p, TODAY, "ACTIVE", "面积、投资均 10 %，但仍在施工")
    p.built, p.built_share = [(2025, p.shape)], 0.1

    p = b.plot("T17", least_m2=20_000)
    c = b.grant(p, "2022-06-30", "2021-10-11", due_area_m2=D(20_000), planned_investment_ex_land_wan=D(8_000))
    b.started(p, "2022-05-20", "2022-08-08")
    b.stopped(p, "2023-03-10", "2000")
    b.invested(c, "2023-04-30", "500", "300", "400", "10", "0")
    b.expect(p, "2024-03-10", "SUSPENDED_UNDER_1Y", "停工 2023-03-10，恰满一年当日")
    low = ("AREA", "INVESTMENT")
    b.expect(p, "2024-03-11", "MAY_BE_IDLE", "满一年次日，两项均低", limbs=low, **pending)
    b.expect(p, TODAY, "MAY_BE_IDLE", "两项均低", limbs=low, **pending)
    p.built, p.built_share = [(2022, p.shape)], 0.1

    p = b.plot("T18", least_m2=20_000)
    c = b.grant(p, "2022-06-30", "2021-10-11", due_area_m2=D(20_000), price_wan=D(3_000),
                total_investment_wan=D(10_000), planned_investment_ex_land_wan=D(7_000))  # fmt: skip
    b.started(p, "2022-05-20", "2022-08-08")
    b.stopped(p, "2024-05-10", "16000")
    b.invested(c, "2024-06-30", "800", "300", "3000", "0", "0")
    why = "含地价 4,100/10,000 为 41 %；扣除地价 1,100/7,000 为 15.7 %"
    b.expect(p, TODAY, "MAY_BE_IDLE", why, limbs=("INVESTMENT",), **pending)
    p.built, p.built_share = [(2022, p.shape)], 0.8


def causes(b: Bench) -> None:
    """T19 to T22 and R01, R05, R06: whose cause it is, and what follows."""
    for case, cause, verified, name, path, why in (
        ("T19", "G2", "2025-03-12", "GOVERNMENT:G2", "ART12", "政府原因经核实：第十二条，无闲置费、不收回"),
        ("T20", "G1", None, "CAUSE_PENDING", "NONE", "主张政府原因而未核实：无后果"),
        ("T22", "G2", "2025-03-12", "GOVERNMENT:G2", "ART12", "未录入监测监管系统，不得按第十二条处置"),
        ("R05", "FORCE_MAJEURE", "2025-03-12", "FORCE_MAJEURE", "ART12", "不可抗力按政府原因办理"),
        ("R06", "PREPARATORY", "2025-03-12", "PREPARATORY", "ART12", "房地产用地动工必需的前期工作"),
    ):
        p = b.plot(case)
        p.landuse = "0507" if case == "R06" else p.landuse
        p.monitored = case != "T22"
        b.grant(p, "2023-05-31", "2022-09-08")
        b.book.cause(p, cause, day("2023-06-30"), day(verified) if verified else None)
        blocked = "" if p.monitored else "NOT_IN_MONITORING_SYSTEM"
        b.idle(p, TODAY, "Y2", why, cause=name, path=path, blocked=blocked)
        if case == "T19":
            b.idle(p, "2025-03-11", "Y1", "核实前一日：原因待核实")

    p = b.plot("R01")
    b.grant(p, "2025-03-31", "2024-08-01")
    b.book.cause(p, "ENTERPRISE", day("2025-04-01"), day("2026-04-15"))
    b.book.cause(p, "G4", day("2025-09-01"), day("2026-05-20"))
    b.idle(p, "2026-05-19", "Y1", "核实信访原因前一日：只有企业原因", **EC, path="FEE",
           fee_wan=b.book.contracts[-1].price_wan / 5)  # type: ignore[operator]  # fmt: skip
    b.idle(p, TODAY, "Y1", "企业与政府原因并存：待核实，无后果")


EXACT_M2 = {
    "S217901": [49_200, 49_200, 30_000, 30_000],
    "S217902": [20_000, 10_000, 30_000],
    "S217903": [30_000],
}
