"""Dedicated parcels: which contract governs, what it says, and how a fee is shared."""

from collections.abc import Callable

from etl.sample.cases import EC, TODAY, Bench, D, causes, commencement, commencement_dates, day, suspension
from etl.sample.layout import Plot
from etl.sample.records import Contract


def contracts(b: Bench) -> None:
    """T23, T25, T28 and R02 to R20: which contract governs, and what it says."""
    p = b.plot("T23")
    c = b.grant(p, "2022-05-31", "2021-09-08")
    b.s.supplement(c, day("2024-05-20"), commence_by=day("2025-05-31"))
    b.idle(p, "2024-05-19", "Y1", "补充协议签订前一日：按原约定 2022-05-31")
    b.expect(p, "2024-05-20", "NOT_DUE", "补充协议重新约定动工 2025-05-31")
    b.expect(p, "2026-05-31", "OVERDUE", "重新起算，恰满一年当日")
    b.idle(p, "2026-06-01", "Y1", "重新起算，满一年次日")
    b.idle(p, TODAY, "Y1", "重新起算，满一年不满两年")

    p = b.plot("T25")
    _collective(p)
    b.grant(p, "2025-04-30", "2024-09-02", price_wan=D("333.35"))
    b.book.cause(p, "ENTERPRISE", day("2025-05-01"), day("2026-06-15"))
    why = "集体建设用地参照执行；333.35 万元的 20 % 为 66.67 万元"
    b.idle(p, TODAY, "Y1", why, **EC, path="FEE", fee_wan=D("66.67"))

    p = b.plot("T28")
    b.grant(p, "2017-03-31", "2016-08-22")
    b.started(p, "2017-03-01", "2017-06-20")
    b.book.event(p, "COMPLETED", day("2018-09-30"))
    b.book.event(p, "COMPLETION_CHECKED", day("2018-12-05"))
    b.expect(p, TODAY, "COMPLETED", "厂房建成后空置多年：闲置厂房，不是闲置土地")
    p.built = [(2017, p.shape)]

    p = b.plot("R02")
    b.grant(p, "2025-03-31", "2024-08-01", kind="LEASE")
    b.book.cause(p, "ENTERPRISE", day("2025-04-01"), day("2026-04-15"))
    b.idle(p, TODAY, "Y1", "租赁无出让价款，费额待定", **EC, path="FEE", missing=("price_wan",))

    p = b.plot("R04")
    b.grant(p, "2025-03-31", "2024-08-01", kind="ALLOCATION", price_wan=D(3335))
    b.book.cause(p, "ENTERPRISE", day("2025-04-01"), day("2026-04-15"))
    b.idle(p, TODAY, "Y1", "划拨价款 3,335 万元的 20 %", **EC, path="FEE", fee_wan=D(667))

    p = b.plot("R07")
    b.grant(p, "2019-05-31", "2018-09-08")
    b.grant(p, "2026-12-31", "2026-03-18")
    b.idle(p, "2026-03-17", "Y2", "新合同签订前一日：旧合同管辖")
    b.expect(p, TODAY, "NOT_DUE", "新合同取代旧合同，动工 2026-12-31")

    p = b.plot("R08")
    c = b.grant(p, "2024-06-30", "2023-10-09")
    b.s.supplement(c, day("2025-01-10"), commence_by=day("2026-06-30")).amends = None
    b.idle(p, TODAY, "Y2", "补充协议未写明所补充的合同，不改变约定")

    p = b.plot("R09")
    b.s.hold(p)
    b.expect(p, TODAY, "UNDETERMINED", "有使用权人而无合同", missing=("contract",))

    p = b.plot("R11")
    b.grant(p, "2024-03-20", "2023-07-12")
    b.started(p, "2024-02-01", "2024-04-10")
    b.stopped(p, "2024-09-01", "1500")
    b.book.event(p, "RESUMED", day("2024-09-01"))
    b.expect(p, TODAY, "ACTIVE", "同日停工又复工，停工不成立")
    p.built = [(2024, p.shape)]

    p = b.plot("R14")
    b.grant(p, TODAY, "2026-02-09")
    b.expect(p, TODAY, "NOT_DUE", "约定动工日当日")
    b.expect(p, "2026-11-02", "OVERDUE", "次日逾期")
    b.expect(p, "2026-02-08", "NOT_SUPPLIED", "首份合同签订前一日：未供应")

    p = b.plot("R16")
    c = b.grant(p, "2025-10-31", "2025-02-11")
    number = b.s.names.number(f"{p.site.code}-2026-RY", 3)
    late = Contract(number, "ENTRY", [p.code], day("2026-01-15"), p.holder, p.credit_code)
    late.commence_by, late.granted_area_m2 = day("2027-06-30"), c.granted_area_m2
    b.book.contracts.append(late)
    b.idle(p, TODAY, "Y1", "入园合同的动工日不改变出让合同约定")

    p = b.plot("R17")
    b.grant(p, None, "2024-01-10", delivered_on=None)
    b.book.event(p, "DELIVERED", day("2024-03-05"))
    b.expect(p, "2026-03-05", "OVERDUE", "交地事件 2024-03-05 加一年为动工日，再恰满一年")
    b.idle(p, TODAY, "Y1", "满一年不满两年")


def _collective(plot: Plot) -> None:
    """Turn a plot into collective construction land: ownership letter J in its code."""
    plot.collective, plot.code = True, plot.code.replace("GB", "JB")


def shared_contract(b: Bench) -> None:
    """R03: one contract for two parcels; the fee is shared by registered area."""
    large, small = b.plot("R03", 20_000), b.plot("R03", 10_000)
    c = b.grant(large, "2025-03-31", "2024-08-01", price_wan=D(1000), granted_area_m2=D(30_000))
    c.plots = sorted([large.code, small.code])
    small.holder, small.credit_code, small.supply_mode = large.holder, large.credit_code, large.supply_mode
    small.supervision_no = b.s.names.number(f"{small.site.division}2024B", 6)
    shares = {large.code: D("133.333333"), small.code: D("66.666667")}
    if small.code < large.code:  # the last by code takes what rounding leaves
        shares = {small.code: D("66.666667"), large.code: D("133.333333")}
    for p in (large, small):
        b.book.cause(p, "ENTERPRISE", day("2025-04-01"), day("2026-04-15"))
        why = "一份合同两宗地：200 万元按 20,000 与 10,000 ㎡ 分摊"
        b.idle(p, TODAY, "Y1", why, **EC, path="FEE", fee_wan=shares[p.code])


CASES: tuple[Callable[[Bench], None], ...] = (
    commencement_dates, commencement, suspension, causes, contracts, shared_contract,
)  # fmt: skip
