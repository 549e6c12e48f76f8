"""What the pages of the import show, step by step."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from api import wizard
from api.finding_rows import finding_rows
from api.wizard_tables import (
    chosen_before,
    hopeless,
    importable,
    kept_entry,
    missing_key,
    own_unit,
    to_confirm,
    uncertain,
    units_of,
)
from data import changes, deliveries, finding_map, findings
from data.job import Job
from data.layers import LAYERS
from etl.checks.names import short_name
from etl.checks.words import acceptable, message
from maps import formats
from maps.catalogue import Catalogue

THUMBNAIL_RATIO = 1.5
CHANGES_SIZE = 50
LESS = ("GONE_MANY", "ROWS_FEWER", "AREA_LESS")


def notes(job: Job, words: Catalogue) -> dict[str, str]:
    """Return in a few words what each step came to."""
    found: dict[str, str] = {}
    if job.files:
        found["files"] = words.text("wizard.note.files", n=len(job.files))
    taken = wizard.used(job)
    if taken:
        encodings = {formats.encoding_name(c["encoding"]) for _, _, c in taken if c["encoding"]}
        systems = {
            (c["crs"] or (t["crs"] or {}).get("label") or "").removeprefix("EPSG:") for _, t, c in taken
        } - {""}
        comma = words.text("list.comma")
        named = [*sorted(encodings)[:1], *sorted(systems)[:1]]
        more = len(encodings) + len(systems) - len(named)
        found["recognise"] = comma.join(named) + (words.text("wizard.note.more", n=more) if more else "")
    if counts := job.answers.get("mapped_counts"):
        found["mapping"] = f"{counts[0]} / {counts[1]}"
    if checked := wizard.report(job):
        rejected = sum(layer["rejected"] for layer in checked["layers"])
        read = sum(layer["read"] for layer in checked["layers"])
        found["check"] = (
            words.text("wizard.note.blocked")
            if checked["status"] == "REFUSED"
            else words.text("wizard.note.check", read=formats.number(read), rejected=formats.number(rejected))
        )
    if number := wizard.publication(job):
        found["write"] = words.text("deliveries.publication", n=number)
    return found


def around(job: Job, here: str, words: Catalogue) -> dict[str, Any]:
    """Return what every step's page shows: the bar, the name of the delivery, what is before and after."""
    place = wizard.STEPS.index(here)
    checked = wizard.report(job)
    rows = sum(layer["read"] for layer in checked["layers"]) if checked else sum(
        table["rows"] for _, table, _ in wizard.used(job)
    )  # fmt: skip
    return {
        "job": job, "step": here, "number": place + 1, "steps": wizard.steps(job, here, notes(job, words)),
        "names": [file["name"] for file in job.files], "supplier": job.answers.get("supplier"), "rows_in_all": rows,
        "previous": wizard.STEPS[place - 1] if place else None,
        "following": wizard.STEPS[place + 1] if place + 1 < len(wizard.STEPS) else None,
        "done": wizard.done(job), "error": job.error and job.error.get(words.lang), "errors": {},
    }  # fmt: skip


def recognised(connection: Connection, job: Job, words: Catalogue) -> dict[str, Any]:
    """Return the tables of step 2, each with what is to be chosen and where it lies."""
    shown = []
    for table in wizard.tables(job):
        crs = table["crs"] or {"candidates": []}
        boxes = [candidate["bounds"] for candidate in crs["candidates"]][:4] if to_confirm(table) else []
        boxes = boxes or ([table["bounds"]] if table["bounds"] else [])
        shown.append(
            {
                "table": table,
                "said": chosen_before(job, table),
                "importable": importable(table),
                "hopeless": [
                    {"name": short_name(f["code"], words.lang), "severity": f["severity"], "accept": f["code"] in acceptable(),
                     "text": message(f["code"], {"value": f["value"], "field": f["field"]} | f["params"], words.lang)}
                    for f in hopeless(table)
                ],
                "confirm_crs": to_confirm(table),
                "uncertain": uncertain(table),
                "thumbnail": finding_map.thumbnail(connection, [tuple(b) for b in boxes], ratio=THUMBNAIL_RATIO) if boxes else None,
            }
        )  # fmt: skip
    return {"tables": shown, "layers": list(LAYERS), "kept": job.answers.get("kept")}


def mapping(job: Job) -> dict[str, Any]:
    """Return the columns of step 3: samples, what is proposed, what was chosen, the units there are."""
    shown = []
    for place, table, said in wizard.used(job):
        typed = (job.answers.get("typed") or {}).get(table["label"], {})
        kept = kept_entry(job, table, said["layer"])
        columns = []
        for column in table["columns"]:
            name = column["column"]
            proposed = column["target"] if column["target"] in LAYERS[said["layer"]].names else ""
            target = typed.get("columns", {}).get(name, proposed or "")
            stated = column["unit"] if column["unit_why"] in ("SAVED", "HEADER", "TEXT") else ""
            by_column = column["unit_why"] == "COLUMN" and target == column["target"]
            columns.append(
                column
                | {
                    "chosen": target,
                    "chosen_unit": typed.get("units", {}).get(
                        name, "" if by_column else stated or own_unit(target)
                    ),
                    "units": units_of(target),
                    "own_unit": own_unit(target),
                }
            )
        given = {c["chosen"] for c in columns if c["chosen"]}
        constants = dict(kept.get("constants") or {}) | typed.get("constants", {})
        shown.append(
            {
                "place": place, "table": table, "layer": said["layer"], "columns": columns,
                "targets": LAYERS[said["layer"]].names, "constants": constants,
                "needed": [name for name in missing_key(said["layer"], given, job.answers) if name in LAYERS[said["layer"]].names],
                "mapped": len(given),
            }
        )  # fmt: skip
    return {"tables": shown, "kept": job.answers.get("kept")}


def blocks(connection: Connection, job: Job, lang: str) -> list[dict[str, Any]]:
    """Return what keeps files of the checked delivery unpublished, in words; what a person accepted does not."""
    assert job.delivery_id is not None
    found = deliveries.issues(connection, job.delivery_id, severity="BLOCKS", limit=50)
    codes = wizard.blocked(job)
    rows = [dict(row) | {"delivery_id": job.delivery_id} for row in found if row["code"] in codes]
    return finding_rows(rows, lang)


def differences(
    connection: Connection, job: Job, layer: str, kind: str, page: int, words: Catalogue
) -> dict[str, Any]:
    """Return what the delivery changes, counted and listed, and the warning where too much would end."""
    assert job.delivery_id is not None
    totals = changes.totals(connection, job.delivery_id)
    kinds = {
        name: sum(n.get(name, 0) for key, n in totals.items() if not layer or key == layer)
        for name in (*changes.KINDS, "SAME")
    }
    rows = changes.rows(
        connection, job.delivery_id, layer or None, kind or None, limit=CHANGES_SIZE,
        offset=(page - 1) * CHANGES_SIZE,
    )  # fmt: skip
    total = kinds.get(kind, 0) if kind else sum(n for name, n in kinds.items() if name != "SAME")
    return {
        "totals": totals, "kinds": kinds, "rows": rows, "layer": layer, "kind": kind, "total": total, "page": page,
        "pages": max(1, -(-min(total, 10_000) // CHANGES_SIZE)), "size": CHANGES_SIZE,
        "drops": [b for b in blocks(connection, job, words.lang) if b["code"] in wizard.ON_STEP_FIVE],
        "warned": _warned(connection, job.delivery_id, words.lang),
        "complete": bool(job.answers.get("complete")),
    }  # fmt: skip


def _warned(connection: Connection, delivery_id: int, lang: str) -> list[dict[str, Any]]:
    """Return what warns of a delivery that has less than was expected."""
    found = [
        dict(row) | {"delivery_id": delivery_id}
        for code in LESS
        for row in deliveries.issues(connection, delivery_id, code=code, limit=5)
    ]
    return finding_rows(found, lang)


def writing(connection: Connection, job: Job) -> dict[str, Any]:
    """Return the summary before the publication, and what came of it."""
    assert job.delivery_id is not None
    found = deliveries.delivery(connection, job.delivery_id)
    return {
        "found": found, "severities": findings.severities(connection, found), "fixlist": bool(found["by_code"]),
        "totals": changes.totals(connection, job.delivery_id), "publication": wizard.publication(job),
        "complete": bool(job.answers.get("complete")), "typed": {},
        "outcome": (wizard.result(job, "PUBLISH") or {}).get("changes", {}),
    }  # fmt: skip


def job_rows(jobs: Sequence[Job], words: Catalogue) -> list[dict[str, Any]]:
    """Return the imports that can be gone on with, each with its step in words."""
    return [
        {
            "job": job, "names": [file["name"] for file in job.files], "supplier": job.answers.get("supplier"),
            "step": wizard.STEPS.index(wizard.current(job)) + 1, "word": words.text(f"wizard.step.{wizard.current(job)}"),
        }
        for job in jobs
        if wizard.is_open(job)
    ]  # fmt: skip
