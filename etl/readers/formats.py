"""One way into every format that is no grid of cells."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from etl.readers.boundary_points import read_boundary_points
from etl.readers.dbf import read_dbf
from etl.readers.dxf import read_dxf
from etl.readers.kml import read_kml
from etl.readers.parquet import read_parquet
from etl.readers.raw import Raw, Source
from etl.readers.rings import refuse_odd
from etl.readers.vector import part_of, read_layer, read_shapefile, read_text


def read(source: Source, declared: str | None, accept_damage: bool, work: Path) -> Raw:
    """Return one table of a delivery as it was delivered.

    Parameters
    ----------
    source
        The table, as :func:`etl.readers.discover.discover` found it.
    declared
        The encoding that a person declared.
    accept_damage
        A person accepts a damaged structure.
    work
        A private folder for what has to be written while reading.

    Raises
    ------
    Refused
        The file cannot be taken in.
    """
    if source.kind == "shp":
        return read_shapefile(source, declared, accept_damage, work)
    readers: dict[str, Callable[[], Raw]] = {
        "dbf": lambda: _attributes(source, declared, accept_damage),
        "dxf": lambda: read_dxf(source),
        "kml": lambda: read_kml(source.disk, source.part),
        "parquet": lambda: read_parquet(source.disk),
        "txt": lambda: read_boundary_points(source.disk, declared),
        "vector": lambda: read_layer(source),
    }
    return refuse_odd(readers[source.kind]())


def _attributes(source: Source, declared: str | None, accept: bool) -> Raw:
    """Return an attribute table that came without shapes."""
    table = read_dbf(source.disk, read_text(part_of(source.disk, ".cpg")), declared, accept=accept)
    rows = np.flatnonzero(~table.deleted)
    raw = Raw(
        table.frame.iloc[rows].reset_index(drop=True),
        rows + 1,
        encoding=table.encoding,
        findings=table.findings,
    )
    raw.kept = {place: table.kept[int(row)] for place, row in enumerate(rows) if int(row) in table.kept}
    if table.deleted.any():
        raw.findings.add("ROWS_DELETED", count=int(table.deleted.sum()))
    return raw
