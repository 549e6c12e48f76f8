"""Typed columns mean what Python objects mean: the same verdicts, traces and gaps, to the last figure."""

from typing import Any

import pandas as pd
import pyarrow as pa
from hypothesis import HealthCheck, given, settings

from gis.facts import Tables
from tests.gis.makers import RULE, judge, tables_of
from tests.gis.worlds import as_of_days, building_sites, worlds

CODES = ("contract_type", "event", "foundation_type", "basis", "cause", "ownership")
FIGURES = pa.decimal128(20, 6)


def typed(tables: Tables) -> Tables:
    """The same facts as the reader of the store gives them: categories, keys as row numbers, Arrow decimals."""
    made: dict[str, Any] = {}
    for layer in ("parcel", "contract", "construction_event", "investment_report"):
        frame = getattr(tables, layer).copy()
        for name in frame.columns:
            if name in CODES:
                frame[name] = frame[name].astype("category")
            elif name.endswith(("_m2", "_wan")) or name in ("done", "of"):
                frame[name] = pd.Series(frame[name].tolist(), dtype=pd.ArrowDtype(FIGURES), index=frame.index)
        made[layer] = frame
    events = made["construction_event"]
    known = list(tables.parcels)
    others = sorted({code for code in events["parcel_code"] if code not in known})
    events["parcel_code"] = pd.Categorical(events["parcel_code"], categories=[*known, *others])
    return Tables(**made, idle_cause=tables.idle_cause)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), building_sites(), as_of_days)
def test_typed_columns_give_the_same_verdicts(world, site, day):
    for rows in (world, site):
        tables = tables_of(rows)
        pd.testing.assert_frame_equal(judge(typed(tables), RULE, day), judge(tables, RULE, day))
