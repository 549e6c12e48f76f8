"""Entries of the log in words: whose role it was, what changed from what to what."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from maps import formats
from maps.catalogue import Catalogue

_ZONE = ZoneInfo("Asia/Shanghai")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_ROLES = ("role", "shared_role")
_OF_CODES = ("state", "decision", "scope", "kind", "action", "status")
LONGEST = 200


def role(words: Catalogue, name: str) -> str:
    """Return the role of a database role in words."""
    short = name.removeprefix("landstock_")
    for key in (f"role.{short}", f"audit.role.{short}"):
        if words.has(key):
            return words.text(key)
    return name


def thing(words: Catalogue, name: str) -> str:
    """Return what an entry is about in words; its name where it has none."""
    for key in (f"audit.of.{name}", f"export.layer.{name}"):
        if words.has(key):
            return words.text(key)
    return name


def field(words: Catalogue, name: str) -> str:
    """Return a field of an entry in words; its name where it has none."""
    key = f"audit.field.{name}"
    return words.text(key) if words.has(key) else name


def change(words: Catalogue, row: Mapping[Any, Any]) -> list[str]:
    """Return what an entry says that changed, a line a field: what it was before where it was something before."""
    old, new = row["old"] or {}, row["new"] or {}
    lines = []
    for name, now in {**old, **new}.items():
        if row["new"] is not None and name in old:
            before, after = value(words, name, old[name]), value(words, name, new.get(name))
            said = f"{before} → {after}"
        elif now in (None, [], {}):
            continue
        else:
            said = value(words, name, now)
        lines.append(f"{field(words, name)}{words.text('list.colon')}{said}")
    return lines


def value(words: Catalogue, name: str, found: Any) -> str:
    """Return a value of an entry as people read it."""
    if found is None or found in ([], {}, ""):
        return formats.DASH
    if isinstance(found, bool):
        return words.text("audit.yes" if found else "audit.no")
    if name in _ROLES:
        return role(words, str(found))
    if isinstance(found, list):
        said = words.text("list.comma").join(value(words, "", one) for one in found)
    elif isinstance(found, dict):
        said = words.text("list.semicolon").join(
            f"{field(words, key)} {value(words, key, one)}" for key, one in found.items()
        )
    else:
        said = _plain(words, name, str(found))
    return said if len(said) <= LONGEST else said[:LONGEST] + "…"


def _plain(words: Catalogue, name: str, text: str) -> str:
    if _MOMENT.match(text):
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            return text
        return formats.moment(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC), _ZONE)
    for key in (
        (f"audit.value.{text}", f"export.layer.{text}") if name in (*_OF_CODES, "whats", "what", "") else ()
    ):
        if words.has(key):
            return words.text(key)
    return text
