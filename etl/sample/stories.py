"""What stories of parcels are made of: holders, contracts, starts, investment."""

import datetime as dt
import random
from decimal import Decimal

from etl.sample.layout import Plot
from etl.sample.names import Names
from etl.sample.records import Book, Contract, Expected, Report, money

DAY = dt.timedelta(days=1)
DATA_DATE = dt.date(2026, 10, 31)
JUDGED_ON = dt.date(2026, 11, 1)
# A term of one year that began on this day or later has not passed on the day judged (Civil Code art. 202).
YEAR_AGO, TWO_YEARS_AGO = dt.date(2025, 11, 1), dt.date(2024, 11, 1)
LETTERS = {"GRANT": ("CR", "B"), "ALLOCATION": ("HB", "A"), "LEASE": ("ZL", "C")}
WORDS = {"GRANT": "出让", "ALLOCATION": "划拨", "LEASE": "租赁"}


def later(day: dt.date, days: int, last: dt.date = DATA_DATE) -> dt.date:
    """Return a day some days later, but not after the last day of the data."""
    return min(day + dt.timedelta(days=days), last)


class Stories:
    """Tells the stories; one random series for all of them."""

    def __init__(self, book: Book, names: Names, seed: int) -> None:
        self.book, self.names, self.rng = book, names, random.Random(f"{seed} stories")

    def between(self, first: dt.date, last: dt.date) -> dt.date:
        """Return a day between two days, both included."""
        return first + dt.timedelta(days=self.rng.randint(0, (last - first).days))

    def hold(self, plot: Plot) -> None:
        """Give a plot a holder."""
        if plot.holder is None:
            plot.holder, industry = self.names.holder(plot.landuse)
            plot.credit_code = self.names.credit_code(plot.site.division)
            self.book.industries[plot.credit_code] = (plot.holder, industry)

    def contract(self, plot: Plot, kind: str, signed: dt.date, **terms: object) -> Contract:
        """Put a governing contract on record, with ordinary terms where none are given."""
        self.hold(plot)
        letters, letter = LETTERS[kind]
        stem = f"{plot.site.division}{signed.year}"
        plot.supply_mode = WORDS[kind]
        plot.supervision_no = self.names.number(f"{stem}{letter}", 6)
        number = self.names.number(f"{stem}{letters}", 4)
        area = Decimal(plot.registered_m2)
        price = money(float(area) * self.rng.randint(160, 320) / 10_000)
        hectares = float(area) / 10_000
        total = Decimal(round(hectares * self.rng.randint(1_600, 3_900) / 10) * 10)
        found = Contract(
            number, kind, [plot.code], signed, plot.holder, plot.credit_code,
            granted_area_m2=area, price_wan=None if kind == "LEASE" else price,
            area_basis="SURVEYED" if self.rng.random() < 0.06 else "GRANTED",
            delivery_by=signed + 60 * DAY, delivered_on=later(signed, self.rng.randint(20, 75)),
            total_investment_wan=total,
            planned_investment_ex_land_wan=(total - price * Decimal("1.035")).quantize(Decimal(1)),
            intensity_wan_per_ha=None if self.rng.random() < 0.3 else Decimal(int(total / area * 10_000)),
            far_min=Decimal(self.rng.choice(("0.6", "0.7", "0.8", "1.0"))),
            industry_code=self.book.industries[plot.credit_code or ""][1],
            shortfall_clause=self.rng.random() < 0.7, cure_days=self.rng.choice((None, 30, 60)),
        )  # fmt: skip
        for name, value in terms.items():
            setattr(found, name, value)
        if found.complete_by is None and found.commence_by is not None:
            found.complete_by = found.commence_by + self.rng.choice((540, 730, 900)) * DAY
        self.book.contracts.append(found)
        return found

    def ordinary_contract(self, plot: Plot, commence_by: dt.date) -> Contract:
        """Put a contract on record that was signed some months before its commencement date."""
        signed = min(commence_by - self.rng.randint(190, 420) * DAY, DATA_DATE - 20 * DAY)
        kind = "ALLOCATION" if plot.landuse == "0809" else self.rng.choices(("GRANT", "LEASE"), (30, 1))[0]
        return self.contract(plot, kind, signed, commence_by=commence_by)

    def supplement(self, contract: Contract, signed: dt.date, **terms: object) -> Contract:
        """Put a supplement to a contract on record, with the terms that it changes."""
        number = self.names.number(f"{contract.contract_no}-BC", 1)
        found = Contract(number, "SUPPLEMENT", [], signed, contract.holder, contract.holder_credit_code)
        found.amends = contract.contract_no
        for name, value in terms.items():
            setattr(found, name, value)
        self.book.contracts.append(found)
        return found

    def entry(self, plot: Plot, grant: Contract) -> None:
        """Put an entry contract with the park committee on record: mu, and 10,000 yuan a mu."""
        if grant.signed_on is None or self.rng.random() > 0.35:
            return
        signed = grant.signed_on - self.rng.randint(20, 120) * DAY
        number = self.names.number(f"{plot.site.code}-{signed.year}-RY", 3)
        per_mu = Decimal(self.rng.choice((120, 150, 180, 200, 220, 240, 260)))
        mu = (grant.granted_area_m2 or plot.registered_m2) * 3 / 2000
        mu = mu.quantize(Decimal("0.01"))
        entry = Contract(
            number, "ENTRY", [plot.code], signed, plot.holder, plot.credit_code,
            granted_area_m2=mu * 2000 / 3, total_investment_wan=(per_mu * mu).quantize(Decimal(100)),
            intensity_wan_per_ha=per_mu * 15, invest_by=grant.complete_by, complete_by=grant.complete_by,
            industry_code=grant.industry_code, shortfall_clause=True, cure_days=90,
        )  # fmt: skip
        self.book.contracts.append(entry)
        if plot.outcome in ("COMPLETED", "ACTIVE") and self.rng.random() < 0.5:
            self.invest(entry, self.rng.uniform(0.5, 1.25), dt.date(2026, 9, 30))

    def invest(self, contract: Contract, share: float, on: dt.date, land: bool = True) -> None:
        """Report investment: a share of the total (with land) or of the amount without land."""
        total = contract.total_investment_wan or Decimal(1000)
        price = contract.price_wan or Decimal(0)
        works = float(total - price if land else contract.planned_investment_ex_land_wan or total) * share
        building = self.rng.uniform(0.45, 0.7)
        tax = (price * Decimal("0.035")).quantize(Decimal("0.01"))
        self.book.reports.append(
            Report(
                contract.contract_no, on, self.rng.choice(("REPORTED", "REPORTED", "VERIFIED")),
                money(works * building), money(works * (1 - building) * 0.94), price, tax,
                money(works * (1 - building) * 0.06),
            )
        )  # fmt: skip

    def start(self, plot: Plot, permit: dt.date) -> dt.date:
        """Put permit and finished foundation on record; return the day of commencement."""
        self.book.event(plot, "PERMIT", permit)
        kind = self.rng.choices(("PIT", "PILES", "OTHER"), (2, 4, 5))[0]
        done = later(permit, self.rng.randint(25, 130))
        of = Decimal({"PIT": 1, "PILES": self.rng.randint(40, 420), "OTHER": 3}[kind])
        self.book.event(
            plot, "FOUNDATION", done, foundation_type=kind, done=of if kind != "OTHER" else of - 1, of=of
        )
        return done

    def expect(self, plot: Plot, verdict: str, **more: object) -> None:
        """Say what a parcel must be on the day the sample is judged on."""
        plot.outcome = verdict
        found = Expected(plot.code, JUDGED_ON, verdict, by_reference=plot.collective, **more)  # type: ignore[arg-type]
        self.book.expected.append(found)

    def area(self, plot: Plot, share: float) -> Decimal:
        """Return a share of a plot in whole square metres."""
        return Decimal(int(float(plot.registered_m2) * share))
