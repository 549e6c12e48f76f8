"""Dedicated contracts for investment intensity: the worked example and its boundary cases."""

from decimal import Decimal

from etl.sample.cases import TODAY, Bench, D, day
from etl.sample.layout import Plot
from etl.sample.records import Contract, ExpectedIntensity


class Terms:
    """Makes completed plots with chosen terms, and writes down what they must come to."""

    def __init__(self, bench: Bench) -> None:
        self.b = bench

    def grant(self, case: str, exact_m2: int | None = None, **terms: object) -> tuple[Plot, Contract]:
        """Put a grant contract of a completed plot on record: 4 ha, 10,000 in all, 2,500 a hectare."""
        p = self.b.plot(case, exact_m2, 0 if exact_m2 else 34_000)
        usual: dict[str, object] = {
            "granted_area_m2": D(40_000), "area_basis": "GRANTED", "price_wan": D(1_200),
            "total_investment_wan": D(10_000), "intensity_wan_per_ha": D(2_500), "far_min": None,
            "planned_investment_ex_land_wan": D(8_700), "complete_by": day("2025-06-30"),
        }  # fmt: skip
        c = self.b.grant(p, "2023-06-30", "2022-10-10", **(usual | terms))
        self.b.started(p, "2023-05-10", "2023-08-20")
        self.b.book.event(p, "COMPLETED", day("2025-04-20"))
        self.b.book.event(p, "COMPLETION_CHECKED", day("2025-06-10"))
        self.b.expect(p, TODAY, "COMPLETED", "投资强度用例，已竣工核验")
        p.built = [(2023, p.shape)]
        return p, c

    def expect(
        self, case: str, contract: Contract, term: str, verdict: str,
        actual: str | None, required: str | None, why: str, as_of: str = TODAY,
    ) -> None:  # fmt: skip
        """Write down what one term must come to on a day."""
        reached, promised = (Decimal(text) if text is not None else None for text in (actual, required))
        found = ExpectedIntensity(
            case, contract.contract_no, day(as_of), term, verdict, reached, promised, why
        )
        self.b.book.intensity.append(found)


def worked_example(t: Terms) -> None:
    """I01, I02: 12,000 on 4.80 ha promised, 8,100 invested; by granted and by surveyed area."""
    base = {"total_investment_wan": D(12_000), "granted_area_m2": D(48_000), "price_wan": D(1_440)}
    parts = ("4000", "2660", "1440", "50", "30")  # 8,100 with land; tax and other are not counted
    _, c = t.grant("I01", 49_200, **base, intensity_wan_per_ha=None)
    t.b.invested(c, "2025-06-30", *parts)
    t.expect("I01", c, "INTENSITY", "SHORT", "1687.5", "2500", "8,100/4.80 公顷；12,000/4.80 公顷")
    t.expect("I01", c, "TOTAL_INVESTMENT", "SHORT", "8100", "12000", "8,100 低于 12,000")
    _, c = t.grant("I02", 49_200, **base, area_basis="SURVEYED")
    t.b.invested(c, "2025-06-30", *parts)
    t.expect("I02", c, "INTENSITY", "SHORT", "1646.341463", "2500", "以实测面积为准：8,100/4.92 公顷")


def boundaries(t: Terms) -> None:
    """I03, I04: exactly as agreed, and five thousandths less."""
    _, c = t.grant("I03")
    t.b.invested(c, "2025-06-30", "5000", "3800", "1200", "40", "0")
    t.expect("I03", c, "INTENSITY", "MET", "2500", "2500", "恰等于约定，达到")
    t.expect("I03", c, "TOTAL_INVESTMENT", "MET", "10000", "10000", "恰等于约定，达到")
    _, c = t.grant("I04")
    t.b.invested(c, "2025-06-30", "5000", "3799.98", "1200", "40", "0")
    t.expect("I04", c, "INTENSITY", "SHORT", "2499.995", "2500", "9,999.98/4 公顷，不四舍五入")
    t.expect("I04", c, "TOTAL_INVESTMENT", "SHORT", "9999.98", "10000", "差 0.02 万元")


def entry_in_mu(t: Terms) -> None:
    """I05: an entry contract of 60 mu at 300 a mu is 4 ha at 4,500 a hectare."""
    p, c = t.grant("I05")
    t.b.invested(c, "2025-06-30", "10000", "6800", "1200", "40", "0")
    number = t.b.s.names.number(f"{p.site.code}-2022-RY", 3)
    entry = Contract(number, "ENTRY", [p.code], day("2022-08-20"), p.holder, p.credit_code)
    entry.granted_area_m2, entry.intensity_wan_per_ha = D(40_000), D(4_500)
    entry.total_investment_wan, entry.invest_by = D(18_000), day("2025-12-31")
    t.b.book.contracts.append(entry)
    t.b.invested(entry, "2026-01-20", "10000", "6800", "1200", "40", "0")
    t.expect("I05", entry, "INTENSITY", "MET", "4500", "4500", "300 万元/亩 × 15 = 4,500 万元/公顷")
    t.expect("I05", entry, "TOTAL_INVESTMENT", "MET", "18000", "18000", "恰等于约定")


def unknown(t: Terms) -> None:
    """I06, I07, I11: an area, a total or a date that is not stated."""
    _, c = t.grant("I06", granted_area_m2=None)
    t.b.invested(c, "2025-06-30", "5000", "3800", "1200", "40", "0")
    t.expect("I06", c, "INTENSITY", "UNDETERMINED", None, "2500", "合同未载明出让面积")
    t.expect("I06", c, "TOTAL_INVESTMENT", "MET", "10000", "10000", "总投资不涉及面积")
    _, c = t.grant("I07", total_investment_wan=None)
    t.b.invested(c, "2025-06-30", "5000", "2800", "1200", "40", "0")
    t.expect("I07", c, "INTENSITY", "SHORT", "2250", "2500", "只约定强度：9,000/4 公顷")
    _, c = t.grant("I11")
    c.complete_by = c.invest_by = None
    t.b.invested(c, "2025-06-30", "5000", "2800", "1200", "40", "0")
    t.expect("I11", c, "INTENSITY", "UNDETERMINED", "2250", "2500", "无投资到位和竣工期限")


def days(t: Terms) -> None:
    """I08 to I10, I12: before the term, on its day, a term put off, verified before reported."""
    _, c = t.grant("I08", invest_by=day("2026-10-31"))
    t.b.invested(c, "2025-06-30", "4000", "2800", "1200", "40", "0")
    t.expect("I08", c, "INTENSITY", "NOT_DUE", "2000", "2500", "期限前一日", as_of="2026-10-30")
    t.expect("I08", c, "INTENSITY", "SHORT", "2000", "2500", "期限当日", as_of="2026-10-31")
    _, c = t.grant("I09", invest_by=day("2027-12-31"))
    t.b.invested(c, "2025-06-30", "6000", "3200", "1200", "40", "0")
    t.expect("I09", c, "INTENSITY", "MET", "2600", "2500", "期限未到，已达到")
    _, c = t.grant("I10")
    t.b.invested(c, "2025-06-30", "4000", "2800", "1200", "40", "0")
    t.b.s.supplement(c, day("2025-05-20"), complete_by=day("2027-06-30"))
    t.expect("I10", c, "INTENSITY", "NOT_DUE", "2000", "2500", "批准延建至 2027-06-30")
    _, c = t.grant("I12")
    t.b.invested(c, "2025-06-30", "4000", "2800", "1200", "40", "0")
    t.b.invested(c, "2026-06-30", "7000", "3800", "1200", "40", "0", basis="REPORTED")
    t.expect("I12", c, "INTENSITY", "SHORT", "2000", "2500", "核实数优先于其后的上报数")


def add(bench: Bench) -> None:
    """Put every case of investment intensity on record."""
    terms = Terms(bench)
    for case in (worked_example, boundaries, entry_in_mu, unknown, days):
        case(terms)
