"""The sample delivery: it is whole, it holds every case, and it is the same on every run."""

import csv
import struct
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyproj
import pytest
import shapely
import yaml
from shapely import Polygon

import etl.sample
from etl.sample.build import Sample, build
from etl.sample.names import check_character
from etl.sample.shapefile import esri_prj

SAMPLES = Path(etl.sample.__file__).parents[2] / "data" / "samples"
DELIVERY = SAMPLES / etl.sample.FOLDER


@pytest.fixture(scope="module")
def sample() -> Sample:
    return build()


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def dbf(raw: bytes) -> list[dict[str, str]]:
    """Read a table by the format's own rules: 32 bytes a field, records of fixed width."""
    count, header, width = struct.unpack_from("<IHH", raw, 4)
    fields = [
        (raw[at : at + 11].rstrip(b"\0").decode("gbk"), raw[at + 16]) for at in range(32, header - 1, 32)
    ]
    found = []
    for number in range(count):
        at, row = header + number * width + 1, {}
        for name, size in fields:
            row[name], at = raw[at : at + size].decode("gbk").strip(), at + size
        found.append(row)
    return found


def parcel_tables() -> dict[int, list[dict[str, str]]]:
    west = (DELIVERY / "宗地" / "宗地_西部_40带.dbf").read_bytes()
    with zipfile.ZipFile(DELIVERY / "宗地" / "宗地_东部_41带.zip") as archive:
        east = archive.read("宗地_东部_41带.dbf")
    return {40: dbf(west), 41: dbf(east)}


def content(path: Path) -> dict[str, bytes]:
    """Return what a file holds: the members of an archive, for another zlib packs them differently."""
    if path.suffix in (".zip", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            return {f"{i.filename} {i.date_time}": archive.read(i) for i in archive.infolist()}
    return {"": path.read_bytes()}


def test_the_same_on_every_run(tmp_path: Path) -> None:
    etl.sample.write(tmp_path)
    made = {p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file()}
    kept = {p.relative_to(SAMPLES) for p in SAMPLES.rglob("*") if p.is_file()}
    assert made == kept - {Path("city.yaml")}
    differing = [str(p) for p in sorted(made) if content(tmp_path / p) != content(SAMPLES / p)]
    assert differing == []


def test_it_is_small() -> None:
    assert sum(p.stat().st_size for p in SAMPLES.rglob("*") if p.is_file()) < 3_000_000


def test_four_parks_on_both_sides_of_the_zone_border(sample: Sample) -> None:
    # Zone 40 ends and zone 41 begins at 121.5 degrees east.
    west = [park for park in sample.city.parks if park.centre[0] < 121.5]
    assert [park.zone for park in sample.city.parks] == [40, 40, 41, 41]
    assert len(west) == 2
    assert 1_900 <= len(sample.plots) <= 2_300


def test_shapefiles_are_gbk_without_saying_so() -> None:
    assert not list(DELIVERY.rglob("*.cpg"))
    for path in DELIVERY.rglob("*.dbf"):
        assert path.read_bytes()[29] == 0  # the language byte


def test_prj_texts_are_the_systems_they_name(sample: Sample) -> None:
    assert pyproj.CRS.from_wkt(esri_prj()).to_epsg(min_confidence=20) == 4490
    for zone in sample.city.zones.values():
        stated = pyproj.CRS.from_wkt(esri_prj(zone.number, zone.meridian))
        to_stated = pyproj.Transformer.from_crs(zone.epsg, stated, always_xy=True)
        point = (zone.number * 1_000_000 + 600_000.0, 4_560_000.0)
        assert to_stated.transform(*point) == pytest.approx(point, abs=1e-6)


def test_codes_have_their_forms() -> None:
    for zone, table in parcel_tables().items():
        for row in table:
            assert len(row["ZDDM"]) == 19 and row["ZDDM"][:4] == "2107" and row["ZDDM"][12:14] in ("GB", "JB")
            assert row["BDCDYH"][:19] == row["ZDDM"] and len(row["BDCDYH"]) == 28
            assert row["DZJGH"] == "" or len(row["DZJGH"]) == 17
            assert row["MJDW"] == {40: "㎡", 41: "公顷"}[zone]


def test_one_credit_code_is_wrong_and_only_one() -> None:
    # A published code of a listed company, 9144030071526726XG, shows the weights to be right.
    assert check_character("9144030071526726X") == "G"
    codes = {row["TYSHXYDM"] for table in parcel_tables().values() for row in table if row["TYSHXYDM"]}
    assert len([code for code in codes if check_character(code[:17]) != code[17]]) == 1


def test_registered_areas_agree_with_the_shapes(sample: Sample) -> None:
    # The tolerance of the standard: 0.1 % or 10 m2, whichever is larger. F04 is planted; F03 is no area.
    tables = {row["ZDDM"]: row for table in parcel_tables().values() for row in table}
    off = set()
    for plot in sample.plots:
        row = tables[plot.code]
        times = 10_000 if row["MJDW"] == "公顷" else 1
        registered = Decimal(row["ZDMJ"]) * times
        if plot.case not in ("F03", "F06") and abs(float(registered) - plot.shape.area) > max(
            10, 0.001 * plot.shape.area
        ):
            off.add(plot.case)
    assert off == {"F04"}


def test_parcels_do_not_overlap_except_the_planted_pair(sample: Sample) -> None:
    for zone in sample.city.zones:
        plots = [p for p in sample.plots if p.site.zone == zone and p.case != "F03"]
        shapes = [p.shape for p in plots]
        tree = shapely.STRtree(shapes)
        pairs = tree.query(shapes, predicate="intersects").T
        over = [(plots[a].case, plots[b].case) for a, b in pairs
                if a < b and shapes[a].intersection(shapes[b]).area > 1]  # fmt: skip
        assert over == ([("F01", "F01")] if zone == 40 else [])


def test_shapes_that_trip_software_are_there(sample: Sample) -> None:
    kinds = Counter(plot.kind.split()[0] for plot in sample.plots if plot.kind)
    assert kinds["L"] > 50 and kinds["hole"] >= 10 and kinds["multipart"] >= 10
    assert any(isinstance(p.shape, Polygon) and p.shape.interiors for p in sample.plots)
    assert all(0.29 < float(p.registered_m2) / 10_000 < 12.5 for p in sample.plots)


def test_every_case_of_the_decision_table_occurs() -> None:
    named = {case for row in rows("expected.csv") for case in row["case"].split()}
    assert {f"T{n:02d}" for n in range(1, 29) if n != 24} <= named


def test_every_verdict_occurs_and_in_plausible_shares() -> None:
    found = Counter(row["verdict"] for row in rows("expected-day.csv"))
    assert set(found) == {
        "NOT_DUE", "OVERDUE", "IDLE_NOT_COMMENCED", "SUSPENDED_UNDER_1Y", "MAY_BE_IDLE", "SUSPENDED_NOT_IDLE",
        "ACTIVE", "COMPLETED", "NOT_SUPPLIED", "UNDETERMINED",
    }  # fmt: skip
    total = sum(found.values())
    assert 0.5 < (found["COMPLETED"] + found["ACTIVE"]) / total < 0.68
    assert 0.05 < found["IDLE_NOT_COMMENCED"] / total < 0.11


def test_one_expectation_a_parcel_and_day() -> None:
    for name in ("expected.csv", "expected-day.csv"):
        keys = Counter((row["parcel_code"], row["as_of"]) for row in rows(name))
        assert [key for key, count in keys.items() if count > 1] == []


def test_built_up_area_grows_except_where_said(sample: Sample) -> None:
    stopped = {
        (row["park_code"], int(row["year"]))
        for row in rows("expected-growth.csv")
        if row["target_met"] == "false"
    }
    said = {(p.code, year) for p in sample.city.parks for year in (p.quiet_year, p.lost_year) if year}
    assert stopped == said and len(said) == 2


def test_some_built_up_patches_overlap(sample: Sample) -> None:
    own = [p.shape for p in sample.patches if p.year == 2025 and p.site is sample.city.parks[0]]
    assert sum(shape.area for shape in own) > shapely.union_all(own).area + 10_000


def test_the_mapping_names_only_layers_and_files_that_are_there() -> None:
    mapping = yaml.safe_load(
        (SAMPLES.parents[1] / "etl" / "mappings" / "jinzhou-sample.yaml").read_text(encoding="utf-8")
    )
    assert mapping["supplier"] == "jinzhou-sample"
    layers = {source["layer"] for source in mapping["sources"]}
    assert layers == {
        "park", "parcel", "builtup", "building", "contract", "construction_event", "idle_cause",
        "investment_report", "enterprise", "park_statistics", "land_state",
    }  # fmt: skip
