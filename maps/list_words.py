"""Words of lists before and after they are frozen: what a changed column held, and who has a missing fact."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from gis.words import BANDS, BLOCKS, CAUSES, PATHS, VERDICTS
from maps import formats
from maps.catalogue import Catalogue

FACT_FROM: Final = {
    "registered_area_m2": "registry", "in_monitoring_system": "registry", "landuse_code": "registry",
    "happened_on": "construction", "event": "construction", "foundation_type": "construction", "done": "construction",
    "developed_area_m2": "construction", "completed_on": "construction", "building": "construction",
    "floor_area_m2": "construction", "investment_report": "investment", "reported_on": "investment",
    "basis": "investment", "building_wan": "investment", "equipment_wan": "investment", "other_wan": "investment",
    "land_price_wan": "investment", "land_tax_wan": "investment", "from_on": "cause", "verified_on": "cause",
    "cause": "cause",
}  # fmt: skip
"""Missing fact -> who usually has it; what is not named here stands in the contract."""
_TABLES: Final[dict[str, Any]] = {
    "verdict": VERDICTS, "band": BANDS, "cause": CAUSES, "path": PATHS, "blocked": BLOCKS,
}  # fmt: skip


def fact_from(code: str) -> str:
    """Return who usually has a missing fact: contract, registry, construction, investment or cause."""
    return FACT_FROM.get(code, "contract")


def list_value(words: Catalogue, unit: str, name: str, value: Any) -> str:
    """Return what a column of a list held, in words; exact texts of a frozen list are read as well."""
    if value in (None, "", []):
        return formats.DASH
    if name in _TABLES:
        entry = _TABLES[name].get(value)
        return str(entry[words.lang]) if entry else str(value)
    if name == "area_m2":
        return f"{formats.area(Decimal(str(value)), unit)} {words.text('unit.' + unit)}"
    if name == "limbs":
        return _joined(words, [words.text(f"limb.{one}") for one in value])
    if name == "missing":
        return _joined(words, formats.missing_words(value, words.lang))
    return str(value)


def _joined(words: Catalogue, parts: Sequence[str]) -> str:
    return words.text("list.comma").join(parts)
