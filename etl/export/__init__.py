"""Exports: one WHAT in one FORMAT, whole or not at all."""

from dataclasses import replace
from pathlib import Path

from data import audit
from data.session import transaction
from etl.analysis.judging import Progress
from etl.export import boundary_points, consent
from etl.export.boundary_points import require_zone, write_boundary_points
from etl.export.dataset import Dataset, Question
from etl.export.errors import ExportRefused
from etl.export.geo_files import write_geojson, write_gpkg
from etl.export.office import write_idle_list
from etl.export.table_files import write_csv, write_xlsx
from etl.export.tables import WHATS, WITHOUT_SHAPE, dataset

__all__ = [
    "FORMATS",
    "WHATS",
    "Dataset",
    "ExportRefused",
    "Question",
    "check",
    "dataset",
    "export",
    "files",
    "write",
]

_TABLES = ("csv", "xlsx")
_POLYGONS = ("csv", "geojson", "gpkg", "xlsx")
FORMATS: dict[str, tuple[str, ...]] = {
    what: _TABLES if what in WITHOUT_SHAPE else _POLYGONS for what in WHATS
} | {"parcels": (*_POLYGONS, "txt")}
_WRITERS = {"csv": write_csv, "xlsx": write_xlsx, "geojson": write_geojson, "gpkg": write_gpkg,
            "txt": write_boundary_points}  # fmt: skip
_GEOJSON_CRS = (4490, 4326)


def check(what: str, form: str, crs: int | None) -> None:
    """Refuse what does not exist before anything is computed.

    Raises
    ------
    ExportRefused
        The WHAT, its FORMAT or the CRS for this format does not exist; the message lists what does.
    """
    if what not in FORMATS:
        raise ExportRefused(
            f"There is no export {what!r} yet. There are: {listing()}.",
            f"没有导出内容 {what!r}。可导出：{listing()}。",
        )
    if form not in FORMATS[what]:
        raise ExportRefused(
            f"{what} can't be written as {form!r} yet. There are: {listing()}.",
            f"{what} 不能导出为 {form!r}。可导出：{listing()}。",
        )
    if crs is not None and form in _TABLES:
        raise ExportRefused(
            f"{form} holds no coordinates; leave --crs out, or choose geojson or gpkg.",
            f"{form} 不含坐标；请去掉 --crs，或改用 geojson 或 gpkg。",
        )
    if crs is not None and form == "txt":
        require_zone(crs)
    if crs is not None and form == "geojson" and crs not in _GEOJSON_CRS:
        raise ExportRefused(
            f"GeoJSON is longitude/latitude by its standard (RFC 7946), not EPSG:{crs}. "
            "Use --crs EPSG:4490 or EPSG:4326, or --format gpkg for other systems.",
            f"GeoJSON 标准（RFC 7946）规定使用经纬度，不能用 EPSG:{crs}。"
            "请用 --crs EPSG:4490 或 EPSG:4326；其他坐标系请用 --format gpkg。",
        )


def listing() -> str:
    """Return what can be exported and how, for people."""
    return "; ".join(f"{what}: {', '.join(forms)}" for what, forms in FORMATS.items())


def write(found: Dataset, form: str, path: Path) -> None:
    """Write rows as a file."""
    if found.what == "idle-list" and form == "xlsx":
        write_idle_list(found, path)
    else:
        _WRITERS[form](found, path)


def files(found: Dataset, form: str, path: Path) -> list[Path]:
    """Return the files that a dataset is written to: one, but for boundary points of several zones."""
    return list(boundary_points.files(found, path)) if form == "txt" else [path]


def export(
    what: str,
    form: str,
    path: Path,
    question: Question,
    crs: int | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Write one WHAT to a file and return what was written.

    Raises
    ------
    ExportRefused
        The combination does not exist.
    CannotWrite
        The file could not be written; an older one is unchanged.
    PurposeNeeded, ApprovalNeeded
        A second person's consent is needed first.
    """
    check(what, form, crs)
    found = dataset(what, question, progress)
    consent.require(found, form)
    if crs is not None:
        found = replace(found, crs=crs)
    write(found, form, path)
    with transaction() as connection:
        for file in files(found, form, path):
            audit.record(connection, "export", what, form, consent.told(found, form, file.read_bytes()))
    return found
