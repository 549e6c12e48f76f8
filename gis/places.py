"""Places of rules and standards: ``CN``, ``CN/21``, ``CN/21/2107``, ``CN/21/2107/210703``, or one park of one of them."""

import re
from itertools import pairwise

DIVISION = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}")
PLACE = re.compile(r"CN(/[0-9]{2})?(/[0-9]{4})?(/[0-9]{6})?(/[A-Za-z0-9._-]{1,40})?")


def is_place(text: str) -> bool:
    """Say whether a text names a place, each division in the one before it: CN/21/2107 does, CN/21/3301 does not."""
    divisions = [step for step in text.split("/")[1:] if DIVISION.fullmatch(step)]
    nested = all(inner.startswith(outer) for outer, inner in pairwise(divisions))
    return bool(PLACE.fullmatch(text)) and nested


def lies_in(place: str, division_code: str | None, park_code: str | None) -> bool:
    """Say whether a park lies in a place: by its division code, and by its own code."""
    steps = place.split("/")[1:]
    inside = all((division_code or "").startswith(step) for step in steps if DIVISION.fullmatch(step))
    return inside and all(step == park_code for step in steps if not DIVISION.fullmatch(step))
