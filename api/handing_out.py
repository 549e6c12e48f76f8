"""The hand-out map from the database to a file: etl reads, maps draws."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import geopandas as gpd

from data import audit
from data.session import transaction
from etl import export
from etl.analysis.judging import Progress
from etl.export import consent
from etl.export.aside import written_aside
from etl.export.notes import data_version
from etl.export.order import narrowed
from maps.handout import About, handout

_EVERYWHERE = {"zh": "全部园区", "en": "All parks"}


def write_map(
    question: export.Question,
    path: Path,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    codes: set[str] | None = None,
) -> int:
    """Write the hand-out map and return its number of parcels.

    ``only`` leaves out parcels of other parks than these, ``codes`` all other parcels.

    Raises
    ------
    TooManyParcels
        There are more parcels than one file may hold.
    CannotWrite
        The file could not be written.
    PurposeNeeded, ApprovalNeeded
        A second person's consent is needed first.
    """
    found = export.dataset("mapped", question, progress)
    if codes is not None:
        found = narrowed(found, codes)
    consent.require(found, "html")
    parcels = _frame(found)
    parcels["area_m2"] = parcels["registered_area_m2"].where(
        parcels["registered_area_m2"].notna(), parcels["drawn_area_m2"]
    )
    parks = _frame(export.dataset("parks", replace(question)))
    parks = parks.drop_duplicates("park_code", keep="last")
    if only is not None:
        parcels = parcels[parcels["park_code"].isin(list(only))]
        parks = parks[parks["park_code"].isin(list(only))]
    assert found.source.run_id is not None
    about = About(
        as_of=question.as_of,
        state=data_version(found),
        run_id=found.source.run_id,
        rules_version=found.source.rules_version or "",
        place=found.park_name or question.park_code or _EVERYWHERE[question.lang],
        lang=question.lang,
    )
    page = handout(parcels, parks, about)
    with written_aside(path) as aside:
        aside.write_text(page, encoding="utf-8")
    with transaction() as connection:
        audit.record(connection, "export", "map", "html", consent.told(found, "html", path.read_bytes()))
    return len(parcels)


def _frame(found: export.Dataset) -> gpd.GeoDataFrame:
    """Return a dataset as a table whose values are what they were: None stays None."""
    import pandas as pd

    columns = {column.name: pd.Series(found.values(column.name), dtype=object) for column in found.columns}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(list(found.shapes)), crs="EPSG:4490")
