"""The rules in plain words: what holds where, since when, by which article."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data.rules import KINDS, layers_in_force
from data.rules.layers import keys_of
from data.rules.packs import Pack, Site, Version
from gis.words_rules import KEYS, key_word, value_word


def rules_told(
    on: dt.date, files: Sequence[Path] = (), site: Site | None = None, lang: str = "zh"
) -> list[dict[str, Any]]:
    """Return each rule in force on a day at a place: its title and layers, and each value with where it comes from.

    Raises
    ------
    InvalidRule
        A file is wrong.
    """
    return [_rule(rule_id, layers_in_force(rule_id, on, files, site), on, lang) for rule_id in sorted(KINDS)]


def _rule(rule_id: str, chain: list[Pack], on: dt.date, lang: str) -> dict[str, Any]:
    versions = [(pack, entry) for pack in chain if (entry := pack.version_on(on)) is not None]
    values = []
    for key in sorted(keys_of(rule_id), key=list(KEYS).index):
        own = [(pack, entry) for pack, entry in versions if key in entry.values]
        if own:
            values.append(_value(key, *own[-1], chain[-1], lang))
    return {
        "id": rule_id,
        "title": chain[0].title.get(lang, rule_id) if chain else rule_id,
        "layers": [_layer(pack, entry) for pack, entry in versions],
        "values": values,
    }


def _layer(pack: Pack, entry: Version) -> dict[str, Any]:
    return {
        "place": pack.place, "from": entry.since.isoformat(), "published": entry.published.isoformat(),
        "instrument": entry.instrument, "checked": entry.checked,
    }  # fmt: skip


def _value(key: str, pack: Pack, entry: Version, last: Pack, lang: str) -> dict[str, Any]:
    below = "replace" if key in last.open else last.tighten.get(key, "")
    return {
        "key": key,
        "name": key_word(key, lang),
        "value": value_word(key, entry.values[key], lang),
        "unit": entry.units[key],
        "article": entry.articles[key],
        "instrument": entry.instrument,
        "place": pack.place,
        "from": entry.since.isoformat(),
        "a_place_below_may": below,
    }
