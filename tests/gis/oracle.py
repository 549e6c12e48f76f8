"""A second, slow reading of the rules: one parcel at a time, plain Python.

Written from the published reading rules alone; it shares no code with the
program. Dates are ``datetime.date`` or None, figures ``Fraction`` or None. It
answers with the verdict, band, limbs, cause, path, fee, blocked, first idle
day, days and the missing facts that every reading agrees on.
"""

import calendar
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

BASES = ("GRANT", "ALLOCATION", "LEASE")
World = dict[str, list[dict[str, Any]]]


def later(start: Any, years: int) -> dt.date:
    """The last day of a period of years."""
    year = start.year + years
    return dt.date(year, start.month, min(start.day, calendar.monthrange(year, start.month)[1]))


def frac(value: Any) -> Any:
    return None if value is None else Fraction(str(value))


class Case:
    """One parcel on one day."""

    def __init__(self, world: World, code: str, day: dt.date) -> None:
        self.world, self.code, self.day = world, code, day
        self.parcel = next(p for p in world["parcel"] if p["parcel_code"] == code)
        self.contracts = {c["contract_no"]: c for c in world["contract"]}
        self.events = [e for e in world["construction_event"] if e["parcel_code"] == code]
        self.dated = [e for e in self.events if e["happened_on"] and e["happened_on"] <= day]
        self.undated = [e for e in self.events if not e["happened_on"]]
        bases = [
            c for c in world["contract"] if c["contract_type"] in BASES and code in (c["parcel_codes"] or [])
        ]
        self.base_undated = [c for c in bases if not c["signed_on"]]
        self.base_future = [c for c in bases if c["signed_on"] and c["signed_on"] > day]
        past = [c for c in bases if c["signed_on"] and c["signed_on"] <= day]
        newest = max(past, key=lambda c: (c["signed_on"], c["contract_no"]), default=None)
        self.supplied = newest is not None
        self.contract: Any = None if self.base_undated else newest

    # contracts ------------------------------------------------------------------

    def root(self, row: dict[str, Any]) -> dict[str, Any] | None:
        seen = set()
        while row["contract_type"] == "SUPPLEMENT":
            if row["contract_no"] in seen or row["amends"] not in self.contracts:
                return None
            seen.add(row["contract_no"])
            row = self.contracts[row["amends"]]
        return row

    def family(self) -> list[dict[str, Any]]:
        own = [
            c
            for c in self.world["contract"]
            if c["contract_type"] == "SUPPLEMENT" and self.root(c) is self.contract
        ]
        return [self.contract, *own] if self.contract else []

    def term(self, name: str) -> tuple[Any, bool]:
        """The value of a term and whether it is unknown."""
        if self.contract is None:
            return None, True
        own = self.family()[1:]

        def stated(row: dict[str, Any]) -> bool:
            value = row.get(name)
            return value is not None and not (name == "delivered_on" and value > self.day)

        if any(stated(row) and not row["signed_on"] for row in own):
            return None, True
        newest = sorted(
            (row for row in own if row["signed_on"] and row["signed_on"] <= self.day and stated(row)),
            key=lambda row: (row["signed_on"], row["contract_no"]),
        )
        if newest:
            return newest[-1][name], False
        return (self.contract[name] if stated(self.contract) else None), False

    def commencement_date(self) -> Any:
        agreed, unknown = self.term("commence_by")
        if unknown or agreed:
            return agreed
        if any(e["event"] == "DELIVERED" for e in self.undated):
            return None
        first = min((e["happened_on"] for e in self.dated if e["event"] == "DELIVERED"), default=None)
        if first is None:
            first, unknown = self.term("delivered_on")
            if unknown:
                return None
        return later(first, 1) if first else None

    # events ---------------------------------------------------------------------

    def reached(self, row: dict[str, Any]) -> bool:
        done, of = frac(row["done"]), frac(row["of"])
        if done is None or of is None:
            return False
        return bool(3 * done >= of if row["foundation_type"] == "OTHER" else done >= of)

    def foundation(self, rows: list[dict[str, Any]], before: set[str]) -> Any:
        """The first day on which a type is on record and every type then on record has reached.

        ``before``: types that count as on record from the outset.
        """
        days = sorted({e["happened_on"] for e in rows})
        for day in days:
            so_far = [e for e in rows if e["happened_on"] <= day]
            if any(e["event"] in ("COMPLETED", "COMPLETION_CHECKED") for e in so_far):
                return day
            works = [e for e in so_far if e["event"] == "FOUNDATION"]
            types = {e["foundation_type"] for e in works} | before
            done = {e["foundation_type"] for e in works if self.reached(e)}
            if works and types <= done:
                return day
        return None

    def commenced(self) -> tuple[Any, Any]:
        """The earliest and the latest possible commencement; None for never by the day."""
        first = dt.date.min
        late_permit = min((e["happened_on"] for e in self.dated if e["event"] == "PERMIT"), default=None)
        early_permit = first if any(e["event"] == "PERMIT" for e in self.undated) else late_permit
        works = [e for e in self.undated if e["event"] == "FOUNDATION"]
        bad = {e["foundation_type"] for e in works if not self.reached(e)}
        good = any(self.reached(e) for e in works)
        finished = any(e["event"] in ("COMPLETED", "COMPLETION_CHECKED") for e in self.undated)
        late_work = self.foundation(self.dated, bad)
        early_work = first if good or finished else self.foundation(self.dated, set())
        early = max(early_permit, early_work) if early_permit and early_work else None
        late = max(late_permit, late_work) if late_permit and late_work else None
        return early, late

    def suspension(self, commenced: dt.date) -> Any:
        resumed = max((e["happened_on"] for e in self.dated if e["event"] == "RESUMED"), default=dt.date.min)
        starts = [e["happened_on"] for e in self.dated if e["event"] == "SUSPENDED"]
        return min((s for s in starts if s >= commenced and s > resumed), default=None)

    # ratios ---------------------------------------------------------------------

    def parcels(self) -> list[str]:
        return sorted(set(self.contract["parcel_codes"]))

    def registered(self, code: str) -> Any:
        found = [p for p in self.world["parcel"] if p["parcel_code"] == code]
        return frac(found[0]["registered_area_m2"]) if found else None

    def due_area(self) -> Any:
        if self.contract is None:
            return None
        stated, unknown = self.term("due_area_m2")
        if unknown:
            return None
        if stated is None:
            areas = [self.registered(code) for code in self.parcels()]
            stated = None if None in areas else sum(areas)
        whole = frac(stated)
        return whole if whole is not None and whole > 0 else None

    def area_low(self) -> bool | None:
        whole, part = self.due_area(), Fraction(0)
        for code in self.parcels():
            rows = [
                e for e in self.world["construction_event"]
                if e["parcel_code"] == code and e["developed_area_m2"] is not None
                and (not e["happened_on"] or e["happened_on"] <= self.day)
            ]  # fmt: skip
            known = code in {p["parcel_code"] for p in self.world["parcel"]}
            if not rows or not known or any(not e["happened_on"] for e in rows):
                return None
            newest = max(e["happened_on"] for e in rows)
            part += max(frac(e["developed_area_m2"]) for e in rows if e["happened_on"] == newest)
        return None if whole is None else 3 * part < whole

    def investment_low(self) -> bool | None:
        numbers = {c["contract_no"] for c in self.family()}
        rows = [r for r in self.world["investment_report"] if r["contract_no"] in numbers]
        rows = [r for r in rows if not r["reported_on"] or r["reported_on"] <= self.day]
        for basis in ("VERIFIED", "REPORTED"):
            mine = [r for r in rows if r["basis"] == basis]
            if any(not r["reported_on"] for r in mine):
                return None
            if mine:
                break
        else:
            return None
        planned, unknown = self.term("planned_investment_ex_land_wan")
        whole = frac(planned)
        if unknown or whole is None or whole <= 0:
            return None
        newest = max(r["reported_on"] for r in mine)
        names = ("building_wan", "equipment_wan", "other_wan")

        def order(row: dict[str, Any]) -> tuple[Any, ...]:
            return sum(frac(row[n]) or 0 for n in names), *(
                -1 if row[n] is None else frac(row[n]) for n in names
            )

        chosen = max((r for r in mine if r["reported_on"] == newest), key=order)
        stated = [frac(chosen[name]) for name in names]
        part = sum(value for value in stated if value is not None)
        if 4 * part >= whole and any(value is not None for value in stated):
            return False
        return None if None in stated else True

    # verdict --------------------------------------------------------------------

    def completed(self) -> bool | None:
        answers = []
        for e in self.dated + self.undated:
            if e["event"] != "COMPLETION_CHECKED":
                continue
            area, whole = frac(e["developed_area_m2"]), self.due_area()
            passed = True if area is None else None if whole is None else area >= whole
            answers.append(None if passed and not e["happened_on"] else passed)
        return True if True in answers else None if None in answers else False

    def verdict(self) -> tuple[str, Any]:
        """The verdict, and the day that its counting starts from."""
        holder = (self.parcel["holder"] or "").strip()
        if not self.supplied:
            if self.base_undated:
                return "UNDETERMINED", None
            if self.base_future or not holder:
                return "NOT_SUPPLIED", None
        done = self.completed()
        if done is not False:
            return ("COMPLETED" if done else "UNDETERMINED"), None
        early, late = self.commenced()
        if early is None:
            return self.not_commenced()
        if late is None:
            return "UNDETERMINED", None
        return self.after_commencement(early, late)

    def not_commenced(self) -> tuple[str, Any]:
        due = self.commencement_date()
        if due is None:
            return "UNDETERMINED", None
        if self.day <= due:
            return "NOT_DUE", due
        return ("OVERDUE" if self.day <= later(due, 1) else "IDLE_NOT_COMMENCED"), due

    def after_commencement(self, early: dt.date, late: dt.date) -> tuple[str, Any]:
        since = self.suspension(late)
        kinds = {e["event"] for e in self.undated}
        if "SUSPENDED" in kinds or self.suspension(early) != since or ("RESUMED" in kinds and since):
            return "UNDETERMINED", None
        if since is None:
            return "ACTIVE", None
        if self.day <= later(since, 1):
            return "SUSPENDED_UNDER_1Y", since
        low = (self.area_low(), self.investment_low()) if self.contract else (None, None)
        if True in low:
            return "MAY_BE_IDLE", since
        return ("UNDETERMINED" if None in low else "SUSPENDED_NOT_IDLE"), since

    def cause(self, start: dt.date) -> str:
        known: list[dict[str, Any]] = []
        doubt = False
        for row in self.world["idle_cause"]:
            if row["parcel_code"] != self.code or (row["to_on"] and row["to_on"] < start):
                continue
            if row["from_on"] and row["from_on"] > self.day:
                continue
            verified = row["verified_on"] and row["verified_on"] <= self.day
            undated = not row["verified_on"] and row["verified_by"]
            if undated or (verified and not row["from_on"]):
                doubt = True
            elif verified:
                known.append(row)
        own = [row["cause"] == "ENTERPRISE" for row in known]
        if doubt or not known or any(own) != all(own):
            return "CAUSE_PENDING"
        if all(own):
            return "ENTERPRISE"
        newest = max(known, key=lambda row: (row["from_on"], row["cause"]))["cause"]
        return f"GOVERNMENT:{newest}" if newest.startswith("G") else newest

    def fee(self) -> Decimal | None:
        price, unknown = self.term("price_wan")
        if unknown or price is None or self.contract["contract_type"] == "LEASE":
            return None
        codes = self.parcels()
        areas = {code: self.registered(code) for code in codes}
        whole = Decimal(str(price)) * Decimal("0.2")
        whole = whole.quantize(Decimal("0.000001"), ROUND_HALF_UP)
        if len(codes) == 1:
            return whole
        if None in areas.values() or sum(areas.values()) <= 0:
            return None
        shares = {}
        for code in codes[:-1]:
            exact = Fraction(whole) * areas[code] / sum(areas.values())
            shares[code] = Decimal(int(exact * 1_000_000 + Fraction(1, 2))).scaleb(-6)
        shares[codes[-1]] = whole - sum(shares.values())
        return shares[self.code]

    def answer(self) -> dict[str, Any]:
        verdict, start = self.verdict()
        idle = verdict in ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE")
        band = ("Y2" if self.day > later(start, 2) else "Y1") if verdict == "IDLE_NOT_COMMENCED" else ""
        limbs = []
        if verdict == "MAY_BE_IDLE":
            limbs = [
                name
                for name, low in (("AREA", self.area_low()), ("INVESTMENT", self.investment_low()))
                if low
            ]
        cause = self.cause(start) if idle else ""
        path = "NONE"
        if verdict == "MAY_BE_IDLE" or (idle and cause not in ("ENTERPRISE", "CAUSE_PENDING")):
            path = "ART12"
        elif idle and cause == "ENTERPRISE":
            path = "FEE" if band == "Y1" else "RECOVERY"
        barred = path == "ART12" and self.parcel["in_monitoring_system"] is False
        first: Any = later(start, 1) + dt.timedelta(1) if idle else None
        return {
            "verdict": verdict, "band": band, "limbs": limbs, "cause": cause, "path": path,
            "fee_wan": self.fee() if path == "FEE" else None,
            "blocked": "NOT_IN_MONITORING_SYSTEM" if barred else "",
            "by_reference": self.parcel["ownership"] == "COLLECTIVE",
            "idle_from": first, "days": (self.day - first).days + 1 if idle else None,
        }  # fmt: skip

    def must_list(self) -> set[str]:
        """Facts that have to be among the missing ones whatever the verdict."""
        listed = {"happened_on"} if self.undated else set()
        listed |= {"signed_on"} if self.base_undated else set()
        own = [c for c in self.family()[1:] if not c["signed_on"]]
        listed |= {"signed_on"} if own else set()
        causes = [c for c in self.world["idle_cause"] if c["parcel_code"] == self.code and not c["from_on"]]
        return listed | ({"from_on"} if causes else set())
