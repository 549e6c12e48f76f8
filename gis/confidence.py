"""How sure a suspicion is, and in which order parcels are worth a visit (踏勘)."""

from typing import Any

import numpy as np
import pandas as pd

from gis.columns import choose
from gis.exact import figure
from gis.findings import Findings

SUSPECTED = ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE")
CONTRARY = ("PROGRESS", "REPORTED_START", "COMPLETED")


def confidences(found: Findings, builtup: pd.DataFrame | None) -> Any:
    """Return how sure the suspicion about each parcel is; "" where there is none.

    ``LOW``: something on record speaks against it (for land that is not
    commenced: reported progress, start or completion, or built-up land seen
    inside it). ``MEDIUM``: nothing does, but facts are missing or the cause is
    not verified. ``HIGH``: neither. It decides nothing about the verdict; it
    says where a visit may change it (project convention).
    """
    suspected = found.has(*SUSPECTED)
    contrary = np.zeros(len(suspected), dtype=bool)
    for kind in CONTRARY:
        contrary |= found.events.last(found.events.rows(kind))[1] >= 0
    contrary |= _built(found, builtup)
    contrary &= found.has("IDLE_NOT_COMMENCED")
    asked = np.flatnonzero(suspected)
    gaps = np.zeros(len(suspected), dtype=bool)
    gaps[asked] = [bool(found.missing[n]) or found.causes.cause[n] == "CAUSE_PENDING" for n in asked.tolist()]
    choices = [(~suspected, ""), (contrary, "LOW"), (gaps, "MEDIUM")]
    return choose(choices, "HIGH")


def _built(found: Findings, builtup: pd.DataFrame | None) -> Any:
    """Say which parcels show built-up land in their newest year: at least the share that the rule calls visible."""
    if builtup is None or builtup.empty:
        return np.zeros(len(found.verdict), dtype=bool)
    newest = builtup.sort_values("year", kind="stable").drop_duplicates("parcel_code", keep="last")
    shares = [figure(share) for share in newest["share"]]
    least = found.rule.visible_share
    seen = [share is not None and share * least.denominator >= least.numerator for share in shares]
    codes = set(newest["parcel_code"].to_numpy()[np.array(seen, dtype=bool)])
    return found.tables.parcels.isin(codes)
