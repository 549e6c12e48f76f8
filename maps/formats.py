"""How figures are written for people: areas, money, dates, codes. Never a blank: a missing value is a dash."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from markupsafe import Markup, escape

from gis.words import MISSING
from maps.catalogue import Catalogue

DASH = "\u2014"
M2_PER_HA = Decimal(10_000)
M2_PER_MU = Decimal(2_000) / Decimal(3)
UNITS = ("ha", "mu")
PARCEL_CODE_LENGTH = 19


def rounded(value: Decimal, places: int) -> Decimal:
    """Return a figure rounded half-up to some decimals."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def number(value: Decimal | float | int | None, places: int = 0) -> str:
    """Return a figure with thousands separators, or a dash."""
    if value is None:
        return DASH
    return f"{rounded(Decimal(str(value)), places):,}"


def plain(value: Decimal | None) -> str:
    """Return a figure with its own decimals and no trailing zeros, or a dash."""
    if value is None:
        return DASH
    return f"{value.normalize():,f}"


def area(m2: Decimal | None, unit: str, *, total: bool = False) -> str:
    """Return an area without its unit: hectares with 4 decimals (2 in totals), mu with 2."""
    if m2 is None:
        return DASH
    if unit == "mu":
        return number(m2 / M2_PER_MU, 2)
    return number(m2 / M2_PER_HA, 2 if total else 4)


def money(wan: Decimal | None) -> str:
    """Return an amount in 10,000 CNY with 2 decimals, or a dash."""
    return number(wan, 2)


def percent(share: Decimal | float | None, places: int = 1) -> str:
    """Return a share as a percentage without its sign, or a dash."""
    return DASH if share is None else number(Decimal(str(share)) * 100, places)


def day(value: dt.date | dt.datetime | None) -> str:
    """Return an ISO day, or a dash."""
    return DASH if value is None else f"{value:%Y-%m-%d}"


def moment(value: dt.datetime | None, zone: dt.tzinfo) -> str:
    """Return day and minute in a zone, or a dash."""
    return DASH if value is None else f"{value.astimezone(zone):%Y-%m-%d %H:%M}"


def typed_moment(value: dt.datetime, zone: dt.tzinfo) -> str:
    """Return a moment as a form holds it, so that sending it again means the same; the end of a day is the day."""
    local = value.astimezone(zone)
    if local.time() == dt.time(23, 59, 59):
        return f"{local:%Y-%m-%d}"
    return f"{local:%Y-%m-%d %H:%M}" if not (local.second or local.microsecond) else local.isoformat(" ")


def parcel_code(code: str) -> Markup:
    """Return a parcel code of 19 characters as three optical groups; copying gives the code unchanged."""
    if len(code) != PARCEL_CODE_LENGTH:
        return Markup('<span class="code"><b>{}</b></span>').format(code)
    return Markup('<span class="code"><i>{}</i><i>{}</i><b>{}</b></span>').format(
        code[:6], code[6:12], code[12:]
    )


def short_code(code: str) -> str:
    """Return the short number that maps print: the running number of a parcel code."""
    return (code[14:].lstrip("0") or "0") if len(code) == PARCEL_CODE_LENGTH else code[-6:]


def missing_words(codes: Sequence[str], lang: str) -> list[str]:
    """Return missing facts in words; a code without words is shown as it is."""
    return [MISSING[code][lang] if code in MISSING else code for code in codes]


def because(catalogue: Catalogue) -> Callable[[Any, str], Any]:
    """Return a filter that puts the reason beside the dash of a missing value."""

    def reason(value: Any, key: str) -> Any:
        if value is not None and value != "":
            return value
        return Markup('<span class="muted">{} {}</span>').format(DASH, escape(catalogue.text(key)))

    return reason


FIRST_MERIDIAN = 75
_ZONES = (  # first and last EPSG code, degrees between meridians, whether the zone number stands before the easting
    (4491, 4501, 6, True), (4502, 4512, 6, False), (4513, 4533, 3, True), (4534, 4554, 3, False),
)  # fmt: skip


def crs_name(catalogue: Catalogue, label: str | None) -> str:
    """Return a coordinate system as people know it: its degrees, or its zone and meridian; others as they are."""
    if not label:
        return DASH
    code = label.upper().removeprefix("EPSG:")
    if not code.isdigit():
        return label
    number_ = int(code)
    if catalogue.has(f"crs.{number_}"):
        return catalogue.text(f"crs.{number_}")
    for first, last, step, prefixed in _ZONES:
        if first <= number_ <= last:
            meridian = FIRST_MERIDIAN + step * (number_ - first)
            kind = "crs.zone_prefix" if prefixed else "crs.zone"
            zone = meridian // 3 if step == 3 else meridian // 6 + 1
            said = {"zone": zone} if prefixed else {"meridian": meridian}
            return catalogue.text(kind, step=step, code=number_, **said)
    return f"EPSG:{number_}"


def encoding_name(name: str | None) -> str:
    """Return an encoding as people write it, or a dash."""
    known = {"gbk": "GBK", "gb18030": "GB18030", "utf-8": "UTF-8", "utf8": "UTF-8", "utf-8-sig": "UTF-8",
             "cp932": "Shift-JIS (CP932)", "big5": "Big5"}  # fmt: skip
    return DASH if not name else known.get(name.lower(), name.upper())


def file_name(path: str) -> str:
    """Return the last part of a path, however it was written."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path
