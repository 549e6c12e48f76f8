"""Each park is judged by the rules of its own place: equal rules are applied once, to all their parks."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import geopandas as gpd
import pandas as pd

import data.rules as rule_packs
from data.rules import Site
from gis.builtup import current_boundaries
from gis.rules import BuiltupRule, CrosscheckRule, IdleLandRule, IntensityRule, Rule
from gis.standards import Standards

Kind = TypeVar("Kind", bound=Rule)


@dataclass(frozen=True, slots=True)
class Placed(Generic[Kind]):
    """One kind of rule: that of each park, and that of land in no park."""

    default: Kind
    parks: dict[str, Kind]

    def groups(self) -> list[tuple[Kind, list[str]]]:
        """Return each different rule with its parks, by park; rules are told apart by what they are made of."""
        found: dict[str, tuple[Kind, list[str]]] = {}
        for park, rule in sorted(self.parks.items()):
            found.setdefault(rule.ref, (rule, []))[1].append(park)
        return list(found.values())

    def judge(self, table: Callable[[Kind], pd.DataFrame]) -> pd.DataFrame:
        """Return a table of findings in which each row was judged by the rule of its ``park_code``.

        ``table`` judges everything by one rule: a contract may hold parcels of two
        parks, so none can be left out; of the answer the rows of its parks are kept.
        """
        whole = table(self.default)
        others = [(rule, parks) for rule, parks in self.groups() if rule.ref != self.default.ref]
        if not others:
            return whole
        for rule, parks in others:
            here = whole["park_code"].isin(parks).to_numpy()
            if here.any():
                whole = pd.concat([whole[~here], table(rule)[here]]).loc[whole.index]
        return whole

    def collect(self, table: Callable[[Kind], pd.DataFrame]) -> pd.DataFrame:
        """Return a table of which each row was found by the rule of its ``park_code``: its rows depend on the rule."""
        others = [(rule, parks) for rule, parks in self.groups() if rule.ref != self.default.ref]
        whole = table(self.default)
        if not others:
            return whole
        elsewhere = [park for _, parks in others for park in parks]
        parts = [found[found["park_code"].isin(parks)] for rule, parks in others for found in (table(rule),)]
        return pd.concat([whole[~whole["park_code"].isin(elsewhere)], *parts], ignore_index=True)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a day, each by park."""

    idle: Placed[IdleLandRule]
    intensity: Placed[IntensityRule]
    builtup: Placed[BuiltupRule]
    crosscheck: Placed[CrosscheckRule]
    standards: Standards = field(default_factory=Standards)
    divisions: dict[str, str | None] = field(default_factory=dict)
    """The division code of each park."""

    def cited(self) -> dict[str, dict[str, Any]]:
        """Return what each rule that leaves traces says of itself, by its ``ref``."""
        placed: tuple[Placed[Any], ...] = self.idle, self.intensity
        rules = [rule for kind in placed for rule in (kind.default, *kind.parks.values())]
        return {rule.ref: rule.told() for rule in rules}


def rules_on(as_of: dt.date, files: Iterable[Path], parks: gpd.GeoDataFrame) -> Rules:
    """Return the rules in force on a day; ``files`` stand in for the project's own (a what-if).

    ``parks`` has ``park_code`` and ``division_code``, which says in which province and city a park lies.

    Raises
    ------
    RuleNotInForce
        The law has no rule for this day.
    InvalidRule
        A file is wrong.
    """
    chosen = tuple(files)
    current = current_boundaries(parks, as_of)
    sites = [
        Site(str(park), division)
        for park, division in zip(current["park_code"], current["division_code"], strict=True)
    ]

    def placed(rule_of: Callable[..., Kind]) -> Placed[Kind]:
        parks_rules = {str(site.park_code): rule_of(as_of, chosen, site) for site in sites}
        return Placed(rule_of(as_of, chosen), parks_rules)

    return Rules(
        placed(rule_packs.idle_land_rule), placed(rule_packs.intensity_rule), placed(rule_packs.builtup_rule),
        placed(rule_packs.crosscheck_rule), rule_packs.standards(), {str(site.park_code): site.division_code for site in sites},
    )  # fmt: skip
