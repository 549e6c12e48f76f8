"""The six steps of an import, worked out from its job: which are done, which one is next, what each came to."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.job import Job

STEPS = ("files", "recognise", "mapping", "check", "differences", "write")
DECIDING = (
    "mapping_data",
    "repairs",
    "accept",
    "complete",
    "observed_on",
    "park",
)  # answers that a check rests on
ON_STEP_FIVE = ("DROP_THRESHOLD",)  # what blocks a file, and is looked at with the differences


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``state`` is done, now, open or bad; ``reachable`` says whether its page may be opened."""

    name: str
    number: int
    state: str
    reachable: bool
    note: str = ""


def fingerprint(job: Job) -> str:
    """Return what a check was made of: files and answers. Another one means that the check is out of date."""
    said = [
        [(file["name"], file["size"]) for file in job.files],
        *(job.answers.get(name) for name in DECIDING),
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]


def result(job: Job, step: str) -> dict[str, Any] | None:
    """Return the answer of a step that a worker carried out, unless it is being asked for again."""
    if job.what == step and job.state != "DONE":
        return None
    found: dict[str, Any] | None = (job.result or {}).get(step)
    return found


def tables(job: Job) -> list[dict[str, Any]]:
    """Return the tables that were recognised."""
    found = result(job, "RECOGNISE")
    return list(found["tables"]) if found else []


def report(job: Job) -> dict[str, Any] | None:
    """Return the report of the check, if it is about the files and answers as they are now."""
    found = result(job, "CHECK")
    return found if found and job.answers.get("checked") == fingerprint(job) else None


def blocked(job: Job) -> set[str]:
    """Return the codes that keep a file of the checked delivery unpublished."""
    return {code for layer in (report(job) or {}).get("layers", ()) for code in layer["blocked_by"]}


def publication(job: Job) -> int | None:
    """Return the number of the publication, once there is one."""
    found = result(job, "PUBLISH")
    return None if found is None else int(found["publication"])


def done(job: Job) -> dict[str, bool]:
    """Say for each step whether it is done; a step counts only while those before it do."""
    checked = report(job)
    passed = checked is not None and (
        checked["status"] == "STAGED" or (blocked(job) and blocked(job) <= set(ON_STEP_FIVE))
    )
    own = {
        "files": bool(job.files),
        "recognise": bool(tables(job)) and bool(job.answers.get("confirmed")),
        "mapping": bool(job.answers.get("mapped")),
        "check": bool(passed),
        "differences": checked is not None
        and checked["status"] == "STAGED"
        and job.answers.get("compared") == job.delivery_id,
        "write": publication(job) is not None,
    }
    if own["write"]:
        return dict.fromkeys(STEPS, True)
    found, before = {}, True
    for name in STEPS:
        before = before and own[name]
        found[name] = before
    return found


def current(job: Job) -> str:
    """Return the step to go on with: the first that is not done, or the last."""
    finished = done(job)
    return next((name for name in STEPS if not finished[name]), STEPS[-1])


def reachable(job: Job, step: str) -> bool:
    """Say whether a step may be opened: all before it are done; after publication only the last has anything to say."""
    if publication(job) is not None:
        return step == STEPS[-1]
    return STEPS.index(step) <= STEPS.index(current(job))


def changeable(job: Job) -> bool:
    """Say whether answers may be given: not while a worker is at it, and not once it is published."""
    return not job.live and publication(job) is None


def steps(job: Job, here: str, notes: Mapping[str, str]) -> list[Step]:
    """Return the bar of steps for the page of one of them."""
    finished = done(job)
    checked = report(job)
    found = []
    for number, name in enumerate(STEPS, 1):
        state = "now" if name == here else "done" if finished[name] else "open"
        if name == "check" and name != here and checked is not None and checked["status"] == "REFUSED":
            state = "bad" if not finished[name] else state
        found.append(Step(name, number, state, reachable(job, name), notes.get(name, "")))
    return found


def is_open(job: Job) -> bool:
    """Say whether an import of the pages can be gone on with."""
    return bool(job.answers.get("wizard")) and job.state != "CANCELLED" and publication(job) is None


def used(job: Job) -> list[tuple[int, dict[str, Any], dict[str, Any]]]:
    """Return the tables that are taken in: place, what was recognised, what a person chose."""
    chosen = job.answers.get("tables") or {}
    return [
        (place, table, chosen[table["label"]])
        for place, table in enumerate(tables(job))
        if chosen.get(table["label"], {}).get("use")
    ]
