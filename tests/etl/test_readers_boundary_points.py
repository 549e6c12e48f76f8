"""Boundary points (界址点): both directions, their zones, and plots whose points do not add up."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely import MultiPolygon, Polygon, box
from sqlalchemy import text

from data.session import engine
from etl import export
from etl.errors import Refused
from etl.export.boundary_points import write_boundary_points
from etl.export.columns import PARCELS
from etl.export.dataset import Dataset, Question, Source
from etl.export.errors import ExportRefused
from etl.importer import run
from etl.options import ImportOptions
from etl.readers.boundary_points import read_boundary_points
from gis.errors import LandStockError

HEAD = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=40\n精度=0.001\n转换参数=,,,,,,\n[地块坐标]\n"
# A square of 100 m with a hole of 10 m; X is north, Y east with the number of zone 40 in front.
PLOT = (
    "10,0.99,210711001001GB00001,某某公司,面,K51G001,工业用地,0601,@\n"
    "J1,1,4541000.000,40560000.000\nJ2,1,4541000.000,40560100.000\nJ3,1,4541100.000,40560100.000\n"
    "J4,1,4541100.000,40560000.000\nJ1,1,4541000.000,40560000.000\n"
    "J5,2,4541010.000,40560010.000\nJ6,2,4541020.000,40560010.000\nJ7,2,4541020.000,40560020.000\n"
    "J8,2,4541010.000,40560020.000\nJ5,2,4541010.000,40560010.000\n"
)


def written(path, content, encoding="gbk"):
    path.write_bytes(content.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16"])
def test_plots_with_holes(tmp_path, encoding):
    raw = read_boundary_points(written(tmp_path / "parcel.txt", HEAD + PLOT, encoding), None)
    (shape,) = shapely.from_wkb(raw.wkb)
    assert shape.area == 100 * 100 - 10 * 10 and shape.bounds == (
        40_560_000,
        4_541_000,
        40_560_100,
        4_541_100,
    )
    assert raw.crs == "EPSG:4528"  # zone 40 of 3 degrees, with its number in the easting
    assert raw.frame.iloc[0].to_dict() == {
        "宗地面积(公顷)": "0.99", "宗地代码": "210711001001GB00001", "地块名称": "某某公司", "图形属性": "面", "图幅号": "K51G001",
        "地块用途": "工业用地", "地类编码": "0601",
    }  # fmt: skip
    assert raw.row_no.tolist() == [10] and not raw.findings.items


@pytest.mark.parametrize(
    ("change", "crs"),
    [
        ({",40560": ",560"}, "EPSG:4549"),  # no number in Y: the zone is the declared one
        ({"带号=40\n": ""}, "EPSG:4528"),
        ({"带号=40\n": "", ",40560": ",560"}, None),
        ({"几度分带=3": "几度分带=6", "带号=40": "带号=21", ",40560": ",21560"}, "EPSG:4499"),
        ({"几度分带=3": "几度分带=6", "带号=40": "带号=21", ",40560": ",560"}, "EPSG:4510"),
        ({"2000国家大地坐标系": "1980西安坐标系"}, "EPSG:2364"),
        ({"2000国家大地坐标系": "1954年北京坐标系"}, "EPSG:2416"),
        ({"坐标系=2000国家大地坐标系\n": ""}, None),
        ({"2000国家大地坐标系": "独立坐标系"}, None),
    ],
)
def test_the_system_is_what_description_and_coordinates_say(tmp_path, change, crs):
    content = HEAD + PLOT
    for old, new in change.items():
        assert old in content
        content = content.replace(old, new)
    assert read_boundary_points(written(tmp_path / "a.txt", content), None).crs == crs


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HEAD.replace("带号=40", "带号=41") + PLOT, "ZONE_CONTRADICTS"),
        (HEAD.replace("带号=40\n", "") + PLOT + PLOT.replace(",40560", ",41360"), "ZONES_MIXED"),
        (HEAD, "NO_ROWS"),
        (HEAD + "J1,1,4541000.000,40560000.000\n" + PLOT, "POINTS_WITHOUT_PLOT"),
    ],
)
def test_files_that_contradict_themselves(tmp_path, content, code):
    with pytest.raises(Refused, match=code):
        read_boundary_points(written(tmp_path / "a.txt", content), None)


def test_a_plot_whose_points_do_not_add_up_costs_its_row(tmp_path):
    short = "".join(PLOT.splitlines(keepends=True)[:-1])
    letter = PLOT.replace("4541100.000,40560100.000", "454l100.000,40560100.000")
    raw = read_boundary_points(written(tmp_path / "a.txt", HEAD + short + letter + PLOT), None)
    assert [(i.code, i.row_no) for i in raw.findings.items] == [
        ("POINTS_DIFFER", 10),
        ("POINT_UNREADABLE", 20),
    ]
    assert [shape is None for shape in raw.wkb] == [True, True, False]


def test_parts_beside_each_other_and_parameters(tmp_path):
    apart = PLOT.replace("J5,2,4541010", "J5,2,4542010").replace("J6,2,4541020", "J6,2,4542020")
    apart = apart.replace("J7,2,4541020", "J7,2,4542020").replace("J8,2,4541010", "J8,2,4542010")
    head = HEAD.replace("转换参数=,,,,,,", "转换参数=1.5,0,0,0,0,0,0")
    raw = read_boundary_points(written(tmp_path / "a.txt", head + apart), None)
    (shape,) = shapely.from_wkb(raw.wkb)
    assert shape.geom_type == "MultiPolygon" and shape.area == 100 * 100 + 10 * 10
    assert [i.code for i in raw.findings.items] == ["PARAMETERS_IGNORED"]


def parcels(shapes, crs=4490, codes=None):
    columns = PARCELS[:13]
    names = [column.name for column in columns]
    rows = []
    for number in range(len(shapes)):
        row = dict.fromkeys(names) | {
            "parcel_code": f"210711001001GB{number + 1:05d}", "location": "太和区, 某路\n@1号",
            "registered_area_m2": Decimal("9300.55"), "landuse_code": "0601",
        }  # fmt: skip
        rows.append([row[name] for name in names])
    question = Question(dt.date(2026, 1, 1))
    return Dataset(
        "parcels", question, Source(None, None), columns, rows, np.array(shapes, dtype=object), crs=crs
    )


RING = Polygon([(121.01, 41.01), (121.0212345678, 41.01), (121.02, 41.0198765432), (121.01, 41.02)],
               [[(121.012, 41.012), (121.013, 41.012), (121.013, 41.013)]])  # fmt: skip


def test_what_is_written_reads_back_to_the_written_precision(tmp_path):
    shapes = [RING, MultiPolygon([box(121.03, 41.0, 121.031, 41.001), box(121.04, 41.0, 121.041, 41.001)])]
    write_boundary_points(parcels(shapes), tmp_path / "a.txt")
    raw = read_boundary_points(tmp_path / "a.txt", None)
    assert raw.crs == "EPSG:4528" and raw.frame["宗地面积(公顷)"].tolist() == ["0.930055"] * 2
    assert raw.frame["地块名称"][0] == "太和区， 某路 ＠1号"
    back = Transformer.from_crs(4528, 4490, always_xy=True)
    read = shapely.transform(
        shapely.from_wkb(raw.wkb), lambda xy: np.column_stack(back.transform(xy[:, 0], xy[:, 1]))
    )
    # A thousandth of a metre, half of it from rounding, is 6e-9 degrees at this latitude.
    for before, after in zip(shapes, read, strict=True):
        assert np.abs(shapely.get_coordinates(before) - shapely.get_coordinates(after)).max() < 6e-9
        assert after.geom_type == before.geom_type
    write_boundary_points(parcels(list(read)), tmp_path / "b.txt")
    assert (tmp_path / "b.txt").read_bytes() == (tmp_path / "a.txt").read_bytes()


def test_each_zone_has_a_file_unless_one_is_chosen(tmp_path):
    both = [
        box(121.49, 41, 121.495, 41.001),
        box(121.51, 41, 121.515, 41.001),
    ]  # 121.5 E divides zones 40 and 41
    found = parcels(both)
    write_boundary_points(found, tmp_path / "a.txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a_40.txt", "a_41.txt"]
    assert export.files(found, "txt", tmp_path / "a.txt") == [tmp_path / "a_40.txt", tmp_path / "a_41.txt"]
    read = {zone: read_boundary_points(tmp_path / f"a_{zone}.txt", None) for zone in (40, 41)}
    assert {zone: (raw.crs, raw.frame["宗地代码"].tolist()) for zone, raw in read.items()} == {
        40: ("EPSG:4528", ["210711001001GB00001"]), 41: ("EPSG:4529", ["210711001001GB00002"]),
    }  # fmt: skip
    write_boundary_points(parcels(both, crs=4550), tmp_path / "b.txt")  # CM 123E: zone 41 without its number
    raw = read_boundary_points(tmp_path / "b.txt", None)
    assert (raw.crs, len(raw.frame)) == ("EPSG:4550", 2) and "带号=41" in (tmp_path / "b.txt").read_text(
        "gbk"
    )
    write_boundary_points(parcels([]), tmp_path / "c.txt")  # nothing to write is a file without plots
    assert "带号=\n" in (tmp_path / "c.txt").read_text("gbk")


def test_files_of_several_zones_are_written_all_or_none(tmp_path, monkeypatch):
    both = [box(121.49, 41, 121.495, 41.001), box(121.51, 41, 121.515, 41.001)]
    (tmp_path / "a_40.txt").write_text("old")
    monkeypatch.setattr(
        "etl.export.boundary_points._plot", lambda *_: (_ for _ in ()).throw(OSError(28, "full"))
    )
    with pytest.raises((OSError, LandStockError)):
        write_boundary_points(parcels(both), tmp_path / "a.txt")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a_40.txt", "old")]


@pytest.mark.parametrize("crs", [4490, 3857, 32651, 2364])
def test_only_zones_of_the_national_system(crs):
    with pytest.raises(ExportRefused, match="4528"):
        export.check("parcels", "txt", crs)


def test_import_and_export_give_the_same_file(tmp_path, empty_database):
    write_boundary_points(parcels([RING]), tmp_path / "parcel.txt")
    report = run([tmp_path / "parcel.txt"], ImportOptions(publish=True))
    (file,) = report.layers
    assert (file.accepted, file.crs, file.crs_source, report.published) == (1, "EPSG:4528", "PRJ", True)
    with engine().connect() as connection:
        row = connection.execute(text("SELECT parcel_code, registered_area_m2, extra FROM parcel")).one()
    assert (
        row[:2] == ("210711001001GB00001", Decimal("9300.55"))
        and row.extra["地块名称"] == "太和区， 某路 ＠1号"
    )
    question = Question(dt.date(2026, 1, 1))
    export.export("parcels", "txt", tmp_path / "out.txt", question)
    lines = [(tmp_path / name).read_text("gbk").splitlines() for name in ("parcel.txt", "out.txt")]
    # The place name is kept aside, not as a canonical column; the points are the same to the last digit.
    assert [line for line in lines[0] if "@" not in line] == [line for line in lines[1] if "@" not in line]
