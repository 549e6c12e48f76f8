"""Rules of law as values: what a rule pack says, frozen, with its articles.

No threshold stands in code. ``data.rules`` reads the dated packs and hands
these values in; a value knows its article through :meth:`Rule.cite`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One version of one rule.

    ``checked`` says who compared the entry with the official text, and when;
    while it is None every verdict says that nobody has.
    """

    id: str
    place: str
    since: dt.date
    instrument: str
    checked: str | None
    articles: Mapping[str, str]
    layers: tuple[str, ...] = ()
    """The versions that make the rule, as ``place/first day``, the country first."""

    @property
    def ref(self) -> str:
        """The stable name of this version, as a trace stores it: every layer that it is made of."""
        return f"{self.id}/{'+'.join(self.layers or (f'{self.place}/{self.since.isoformat()}',))}"

    def cite(self, key: str) -> str:
        """Return the article behind a value or a step of the rule.

        Raises
        ------
        KeyError
            The pack names no article for the key: a mistake in the program, since packs are checked
            when they are read.
        """
        return self.articles[key]

    def told(self) -> dict[str, Any]:
        """Return what a trace needs of the rule when it is read: its articles and who checked them."""
        return {"articles": dict(self.articles), "checked": self.checked, "instrument": self.instrument}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleLandRule(Rule):
    """The definition and the consequences of idle land (闲置土地).

    Periods are years, or exact fractions of one that are whole months; shares are exact fractions of one.
    ``government_cause_stops_clock`` is 0 or 1: whether days of a verified cause that is not the
    enterprise's are left out of the count. The law is silent; 0 unless a what-if asks.
    """

    first_band_years: Fraction
    second_band_years: Fraction
    suspension_years: Fraction
    delivery_years: Fraction
    temporary_use_years: Fraction
    developed_share: Fraction
    invested_share: Fraction
    foundation_share: Fraction
    pit_share: Fraction
    fee_share: Fraction
    fee_places: int
    warning_days: tuple[int, ...]
    visible_share: Fraction
    government_cause_stops_clock: int
    real_estate_landuse: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntensityRule(Rule):
    """How investment is compared with what a contract promises.

    Areas of one contract that differ by more than the larger of ``area_warning_share`` and
    ``area_warning_m2`` are pointed out; so are a stated intensity and total over area that differ by more
    than ``contract_disagreement_share``. A median of peers needs ``peer_least`` of them. Damages have
    ``damages_places`` decimals of 10,000 CNY.
    """

    contract_disagreement_share: Fraction
    area_warning_share: Fraction
    area_warning_m2: Fraction
    peer_least: int
    damages_places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltupRule(Rule):
    """How built-up area is counted and when its yearly target is met."""

    target_change_m2: Fraction
    sliver_m2: Fraction
    sliver_width_m: Fraction
    infill_share: Fraction
    inside_share: Fraction
    least_population_growth_share: Fraction
    industrial_zone_share: Fraction
    residential_zone_share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosscheckRule(Rule):
    """How far sources may be apart before the difference is shown. Conventions, not law.

    Shares are exact fractions of one, amounts 10,000 CNY, areas square metres, periods (``_d``) days. Two areas or
    amounts differ if they are apart by more than the share and by more than the least; ``slip_share`` is how
    near to a factor of units a ratio must be to be taken for one; land is seen as built on from
    ``built_share`` and as bare below ``unseen_share`` of the parcel; an index of a reporter needs
    ``reporter_least`` facts compared.
    """

    slip_share: Fraction
    amount_share: Fraction
    amount_least_wan: Fraction
    area_share: Fraction
    area_least_m2: Fraction
    built_share: Fraction
    unseen_share: Fraction
    start_d: int
    late_d: int
    seen_after_d: int
    report_d: int
    promise_times: Fraction
    repeated_least_wan: Fraction
    reporter_least: int
