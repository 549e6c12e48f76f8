"""Steps 2 and 3 of an import as forms: the tables that were recognised, and what a person says about them."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.job import Job
from data.layers import LAYERS
from etl.mapping.compose import compose
from etl.mapping.file import glob_fits
from etl.mapping.units import AREA, MONEY, dimension_of
from maps.catalogue import Catalogue

Form = Mapping[str, Sequence[str]]
UNITS = {
    "area": ("㎡", "公顷", "亩", "平方公里"),
    "money": ("元", "万元", "亿元"),
    "rate": ("万元/公顷", "万元/亩", "元/㎡"),
}
OWN_UNIT = {"_m2": "㎡", "_ha": "公顷", "_wan_per_ha": "万元/公顷", "_wan": "万元"}
CHOSEN_HERE = ("CRS_GUESSED", "CRS_UNKNOWN", "CRS_UNREADABLE", "CRS_ELSEWHERE", "CRS_MIXED", "ENCODING_UNCERTAIN",
               "LAYER_UNKNOWN", "COLUMN_AMBIGUOUS", "KEY_COLUMN_MISSING")  # fmt: skip
assert all(unit in AREA for unit in UNITS["area"]), "a unit offered is not one that is read"
assert all(unit in MONEY for unit in UNITS["money"]), "a unit offered is not one that is read"


@dataclass(slots=True)
class Read:
    """A form as it was read: the answers, and what is missing or wrong by the id of the field."""

    answers: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def one(form: Form, name: str) -> str:
    """Return the text of a field, or nothing."""
    found = form.get(name) or ("",)
    return str(found[0]).strip()


def importable(table: Mapping[str, Any]) -> bool:
    """Say whether a table has columns at all; what could not be read has only its finding."""
    return bool(table["columns"])


def hopeless(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the findings that no choice of these steps lifts."""
    return [finding for finding in table["findings"] if finding["code"] not in CHOSEN_HERE]


def to_confirm(table: Mapping[str, Any]) -> bool:
    """Say whether the coordinate system of a table was guessed or not found, so that a person has to say it."""
    crs = table.get("crs")
    return crs is not None and (crs["label"] is None or crs["source"] == "GUESSED" or _elsewhere(table))


def _elsewhere(table: Mapping[str, Any]) -> bool:
    return any(finding["code"] == "CRS_ELSEWHERE" for finding in table["findings"])


def uncertain(table: Mapping[str, Any]) -> bool:
    """Say whether several encodings fit, so that a person has to choose."""
    return any(finding["code"] == "ENCODING_UNCERTAIN" for finding in table["findings"])


def chosen_before(job: Job, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a person said about a table, else what is proposed; a guess is never proposed as an answer."""
    said: dict[str, Any] | None = (job.answers.get("tables") or {}).get(table["label"])
    if said is not None:
        return said
    return {
        "use": importable(table) and table["layer"] is not None,
        "layer": table["layer"] or "",
        "encoding": "" if uncertain(table) or not table["encoding"] else table["encoding"]["name"],
        "crs": "",
    }


def read_tables(form: Form, found: Sequence[Mapping[str, Any]], words: Catalogue) -> Read:
    """Return what the form of step 2 says about each table."""
    read, tables = Read(), {}
    for place, table in enumerate(found):
        name = f"t{place}"
        crs = one(form, f"{name}.crs")
        if crs == "other":
            crs = one(form, f"{name}.crs_other").upper().replace("：", ":")
            crs = f"EPSG:{crs}" if crs.isdigit() else crs
        said = {
            "use": bool(one(form, f"{name}.use")),
            "layer": one(form, f"{name}.layer"),
            "encoding": one(form, f"{name}.encoding"),
            "crs": crs,
        }
        tables[table["label"]] = said
        if not said["use"]:
            continue
        if said["layer"] not in LAYERS:
            read.errors[f"{name}.layer"] = words.text("wizard.need_layer", name=table["label"])
        if uncertain(table) and not said["encoding"]:
            read.errors[f"{name}.encoding"] = words.text("wizard.need_encoding", name=table["label"])
        if to_confirm(table) and not crs:
            read.errors[f"{name}.crs"] = words.text("wizard.need_crs", name=table["label"])
    if not any(said["use"] for said in tables.values()):
        read.errors["tables"] = words.text("wizard.need_table")
    read.answers = {"tables": tables}
    return read


def looks_again(job: Job, found: Sequence[Mapping[str, Any]], tables: Mapping[str, Any]) -> bool:
    """Say whether the columns have to be looked at again, as the encoding or the layer is another one."""
    for table in found:
        said = tables[table["label"]]
        encoding = table["encoding"]["name"] if table["encoding"] else ""
        if said["use"] and (
            said["layer"] != table["layer"] or (said["encoding"] and said["encoding"] != encoding)
        ):
            return True
    return False


def declared(job: Job, found: Sequence[Mapping[str, Any]], tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers with which the tables are recognised again: layer, encoding and system as chosen."""
    chosen = [
        _entry(table, tables[table["label"]], {})
        for table in found
        if tables[table["label"]]["use"] and importable(table)
    ]
    return {
        "layers": {table["label"]: tables[table["label"]]["layer"] for table in found if importable(table)},
        "mapping_data": compose(chosen, job.answers.get("supplier")),
    }


def _entry(
    table: Mapping[str, Any], said: Mapping[str, Any], columns: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    encoding = table["encoding"]
    guessed = encoding is not None and encoding["source"] in ("GUESSED", "DECLARED")
    name = said["encoding"] if guessed or (encoding and said["encoding"] != encoding["name"]) else ""
    return {
        "path": table["path"], "part": table["part"], "kind": table["kind"], "layer": said["layer"],
        "columns": dict(columns), "crs": said["crs"], "encoding": name, **more,
    }  # fmt: skip


def units_of(target: str | None) -> tuple[str, ...]:
    """Return the units that a canonical column may be delivered in."""
    dimension = dimension_of(target or "")
    return UNITS[dimension[0]] if dimension else ()


def own_unit(target: str) -> str:
    """Return the unit that a canonical column itself is in."""
    return next((unit for ending, unit in OWN_UNIT.items() if target.endswith(ending)), "")


def kept_entry(job: Job, table: Mapping[str, Any], layer: str) -> dict[str, Any]:
    """Return the entry of the supplier's kept mapping for a table, or nothing."""
    kept = (job.answers.get("kept") or {}).get("mapping") or {}
    for entry in kept.get("sources", ()):
        if entry["layer"] != layer or not glob_fits(str(entry["match"]), table["path"]):
            continue
        sheet = entry.get("sheet")
        if sheet is None or fnmatch.fnmatchcase((table["part"] or "").lower(), str(sheet).lower()):
            return dict(entry)
    return {}


def missing_key(layer: str, given: set[str], answers: Mapping[str, Any]) -> list[str]:
    """Return the columns of a layer's key, or other required ones, that nothing delivers."""
    wanted = LAYERS[layer].key or tuple(c.name for c in LAYERS[layer].columns if c.required)
    there = given | ({"observed_on"} if answers.get("observed_on") else set())
    if answers.get("park"):
        there.add("park_code")
    return [name for name in wanted if name not in there]


def read_mapping(
    form: Form,
    job: Job,
    used: Sequence[tuple[int, Any, Any]],
    all_tables: Sequence[Mapping[str, Any]],
    words: Catalogue,
) -> Read:
    """Return what the form of step 3 says: the mapping of all tables, in the form of the mapping file."""
    read, entries, mapped, all_columns = Read(), [], 0, 0
    typed: dict[str, Any] = {}
    for place, table, said in used:
        name, kept = f"t{place}", kept_entry(job, table, said["layer"])
        targets: dict[str, Any] = {}
        typed[table["label"]] = {"columns": {}, "units": {}, "constants": {}}
        for number, column in enumerate(table["columns"]):
            target, unit = one(form, f"{name}.c{number}"), one(form, f"{name}.u{number}")
            typed[table["label"]]["columns"][column["column"]] = target
            typed[table["label"]]["units"][column["column"]] = unit
            all_columns += 1
            if not target:
                continue
            if target in targets or target not in LAYERS[said["layer"]].names:
                read.errors[f"{name}.c{number}"] = words.text(
                    "wizard.twice", name=column["column"], target=words.text(f"field.{target}")
                    if words.has(f"field.{target}") else target,
                )  # fmt: skip
                continue
            targets[target] = _rule(column, target, unit, kept)
            mapped += 1
        constants = dict(kept.get("constants") or {})
        for target in LAYERS[said["layer"]].names:
            if text := one(form, f"{name}.k.{target}"):
                constants[target] = typed[table["label"]]["constants"][target] = text
        for target in missing_key(said["layer"], {*targets, *constants}, job.answers):
            read.errors[f"{name}.k.{target}"] = words.text(
                "wizard.need_key", name=table["label"], target=words.text(f"field.{target}")
            )
        entries.append((table, said, targets, constants, kept))
    read.answers = {"typed": typed, "mapped_counts": [mapped, all_columns]}
    if not read.errors:
        left = [table for table in all_tables if table["label"] not in typed]
        read.answers["mapping_data"] = _composed(entries, left, job.answers.get("supplier"))
    return read


def _rule(column: Mapping[str, Any], target: str, unit: str, kept: Mapping[str, Any]) -> Any:
    """Return the entry of one column: as it was kept where that is the same column, with the unit as chosen."""
    before = (kept.get("columns") or {}).get(target)
    rule: dict[str, Any] = {"column": column["column"]}
    if isinstance(before, dict) and column["why"] == "SAVED":
        rule = dict(before)
    by_column = column["unit_why"] == "COLUMN" and column["target"] == target
    if unit and (unit != own_unit(target) or by_column):
        rule = {k: v for k, v in rule.items() if k not in ("unit_column", "money")} | {"unit": unit}
    elif by_column:
        rule["unit_column"] = column["unit"]
    return rule["column"] if set(rule) == {"column"} else rule


def _composed(
    entries: Sequence[tuple[Any, Any, Any, Any, Any]],
    left_out: Sequence[Mapping[str, Any]],
    supplier: str | None,
) -> dict[str, Any]:
    taken = [
        _entry(table, chosen, targets, constants=constants, header=kept.get("header"))
        for table, chosen, targets, constants, kept in entries
    ]
    left = [
        {"path": t["path"], "part": t["part"], "kind": t["kind"], "layer": ""}
        for t in left_out
        if t["kind"] != "file"
    ]
    said = compose([*taken, *left], supplier)
    for entry, (_, _, _, _, kept) in zip(said["sources"], entries, strict=True):
        entry.update({name: kept[name] for name in ("forms", "drop_empty") if kept.get(name)})
    return said
