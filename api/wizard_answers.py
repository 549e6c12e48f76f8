"""Step 1 of an import as a form: who sends what, and which files."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.filters import read_day
from api.wizard_tables import Form, Read, one
from maps.catalogue import Catalogue

LONGEST = 80


def start_fields(form: Form, words: Catalogue) -> Read:
    """Return supplier, day of observation and whether the delivery is complete."""
    read = Read()
    supplier = one(form, "supplier")
    if not supplier:
        read.errors["supplier"] = words.text("wizard.need_supplier")
    if len(supplier) > LONGEST:
        read.errors["supplier"] = words.text("wizard.too_long", n=LONGEST)
    day = None
    if said := one(form, "observed_on"):
        try:
            day = read_day(said).isoformat()
        except ValueError:
            read.errors["observed_on"] = words.text("wizard.bad_day", text=said)
    read.answers = {
        "wizard": True, "supplier": supplier, "complete": one(form, "complete") == "1", "observed_on": day,
    }  # fmt: skip
    return read


def read_files(form: Form, there: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the files that stay: all but those that are taken out."""
    out = set(form.get("remove", ()))
    return [dict(file) for file in there if file["path"] not in out]
