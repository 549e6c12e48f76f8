"""Rows of the database as JSON: areas in square metres as numbers, amounts in 10,000 CNY as exact strings."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from data.dossier import Dossier
from data.overview import Park
from data.queries import Total
from gis.term_trace import term_trace
from gis.trace import explain_idle, explain_intensity
from gis.trace_text import idle_trace
from gis.words import MISSING, STATUS, VERDICTS, status_of
from maps import words as phrases
from maps.catalogue import Catalogue

CONTRACT_TYPES_OF_SUPPLY = ("GRANT", "ALLOCATION", "LEASE")


def figure(value: Decimal | None) -> float | None:
    """Return a figure as a JSON number."""
    return None if value is None else float(value)


def exact(value: Decimal | None) -> str | None:
    """Return an exact decimal without trailing zeros."""
    return None if value is None else f"{value.normalize():f}"


def row_document(row: Mapping[Any, Any], words: Catalogue) -> dict[str, Any]:
    """Return one parcel of a list."""
    status = status_of(row["verdict"])
    return {
        "parcel_code": row["parcel_code"],
        "entity_id": row["entity_id"],
        "park_code": row["park_code"],
        "holder": row["holder"],
        "location": row["location"],
        "status": status,
        "word": STATUS[status][words.lang],
        "verdict": row["verdict"],
        "finding": phrases.finding(words, row),
        "band": row["band"],
        "limbs": row["limbs"],
        "cause": row["cause"],
        "path": row["path"],
        "registered_area_m2": figure(row["registered_area_m2"]),
        "drawn_area_m2": figure(row["drawn_area_m2"]),
        "idle_from": row["idle_from"],
        "days": row["days"],
        "missing": row["missing"],
        "centre": [row["lon"], row["lat"]],
    }


def totals_document(totals: Mapping[str, Total]) -> dict[str, dict[str, Any]]:
    """Return totals by key."""
    return {str(code): {"n": total.n, "area_m2": float(total.area_m2)} for code, total in totals.items()}


def missing_document(codes: Sequence[str], lang: str) -> list[dict[str, str]]:
    """Return missing facts with their words."""
    return [{"code": code, "text": MISSING[code][lang] if code in MISSING else code} for code in codes]


def idle_document(row: Mapping[Any, Any], words: Catalogue) -> dict[str, Any]:
    """Return the idle-land verdict of one parcel with its reasons in words."""
    told = explain_idle(idle_trace(row, row["cited"], row["as_of"]), words.lang)
    status = status_of(row["verdict"])
    return {
        "verdict": row["verdict"],
        "word": VERDICTS[row["verdict"]][words.lang],
        "finding": phrases.finding(words, row),
        "status": status,
        "status_word": STATUS[status][words.lang],
        "band": row["band"],
        "limbs": row["limbs"],
        "cause": row["cause"],
        "cause_word": phrases.cause(words, row["cause"]),
        "consequence": {"path": row["path"], "fee_wan": exact(row["fee_wan"]), "blocked": row["blocked"]},
        "next": phrases.next_step(words, row),
        "by_reference": row["by_reference"],
        "article": row["article"],
        "idle_from": row["idle_from"],
        "days": row["days"],
        "next_due_on": row["next_due_on"],
        "missing": missing_document(row["missing"], words.lang),
        "facts": told["facts"],
        "arithmetic": told["arithmetic"],
        "could_overturn": told["could_overturn"],
    }


def intensity_document(row: Mapping[Any, Any], words: Catalogue) -> dict[str, Any]:
    """Return the verdict on one term of a contract with its reasons in words."""
    told = explain_intensity(term_trace(row, row["facts"], row["cited"], row["as_of"]), words.lang)
    return {
        "contract_no": row["contract_no"],
        "term": row["term"],
        "verdict": row["verdict"],
        "actual": exact(row["actual"]),
        "required": exact(row["required"]),
        "unit": row["unit"],
        "rate": exact(row["rate"]),
        "basis": row["basis"],
        "threshold_source": row["threshold_source"],
        "binding": row["binding"],
        "missing": missing_document(row["missing"], words.lang),
        "facts": told["facts"],
        "arithmetic": told["arithmetic"],
    }


def governing(contracts: Sequence[Mapping[Any, Any]]) -> Mapping[Any, Any] | None:
    """Return the supply contract signed last (tie: the larger number), or nothing."""
    supply = [
        c for c in contracts if c["contract_type"] in CONTRACT_TYPES_OF_SUPPLY and c["signed_on"] is not None
    ]
    return max(supply, key=lambda c: (c["signed_on"], c["contract_no"]), default=None)


def contract_document(row: Mapping[Any, Any] | None) -> dict[str, Any] | None:
    """Return the terms of a contract."""
    if row is None:
        return None
    days = ("signed_on", "delivery_by", "delivered_on", "commence_by", "complete_by", "invest_by")
    amounts = ("price_wan", "total_investment_wan", "planned_investment_ex_land_wan", "intensity_wan_per_ha")
    return {
        "contract_no": row["contract_no"],
        "contract_type": row["contract_type"],
        "parcel_codes": row["parcel_codes"],
        **{name: row[name] for name in days},
        **{name: exact(row[name]) for name in amounts},
        "granted_area_m2": figure(row["granted_area_m2"]),
        "due_area_m2": figure(row["due_area_m2"]),
        "far_min": exact(row["far_min"]),
    }


def parcel_document(
    found: Dossier, run: Mapping[Any, Any], parks: Sequence[Park], words: Catalogue
) -> dict[str, Any]:
    """Return everything on record about one parcel."""
    row = found.parcel
    plain = ("parcel_code", "entity_id", "park_code", "holder", "holder_credit_code", "supervision_no",
             "location", "landuse_code", "landuse_scheme", "supply_mode", "ownership",
             "in_monitoring_system")  # fmt: skip
    return {
        "run_id": run["run_id"],
        "as_of": run["as_of"],
        **{name: row[name] for name in plain},
        "park_name": next((p.name for p in parks if p.park_code == row["park_code"]), row["park_code"]),
        "landuse_word": phrases.landuse(words, row),
        "supply_mode_word": _worded(words, "supply_mode", row["supply_mode"]),
        "registered_area_m2": figure(row["registered_area_m2"]),
        "drawn_area_m2": figure(row["drawn_area_m2"]),
        "contract": contract_document(governing(found.contracts)),
        "idle": idle_document(row, words),
        "intensity": [intensity_document(verdict, words) for verdict in found.intensity],
        "builtup": [
            {"year": b["year"], "builtup_m2": figure(b["builtup_m2"]), "share": figure(b["share"])}
            for b in found.builtup
        ],
        "lineage": [
            {
                "direction": step["direction"],
                "kind": step["kind"],
                "parcel_code": step["parcel_code"],
                "entity_id": step["entity_id"],
                "shared_m2": figure(step["shared_m2"]),
                "published_at": step["published_at"],
                "steps": step["depth"],
            }
            for step in found.lineage
        ],
        "centre": [row["lon"], row["lat"]],
        "bounds": [row["west"], row["south"], row["east"], row["north"]],
    }


def _worded(words: Catalogue, kind: str, code: str | None) -> str | None:
    key = f"{kind}.{code}"
    return words.text(key) if words.has(key) else code
