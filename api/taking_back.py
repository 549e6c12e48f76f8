"""Taking the publication of a delivery back from a page."""

from collections.abc import Mapping

from etl.errors import NotPublishable
from etl.publish import withdraw as withdraw_delivery
from maps.catalogue import catalogue


def refusals(typed: Mapping[str, str], lang: str) -> dict[str, str]:
    """Return what is missing in the form, by field."""
    words, errors = catalogue(lang), {}
    if not typed.get("reason", "").strip():
        errors["reason"] = words.text("withdraw.need_reason")
    if typed.get("confirm") != "1":
        errors["confirm"] = words.text("withdraw.need_confirm")
    return errors


def withdraw(delivery_id: int, reason: str, person: str, lang: str) -> dict[str, str]:
    """Take the publication of a delivery back; return why that is not possible, by field, or nothing."""
    try:
        withdraw_delivery(delivery_id, reason.strip(), person)
    except NotPublishable as refusal:
        return {"reason": refusal.text("en" if lang == "en" else "zh")}
    return {}
