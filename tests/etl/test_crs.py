"""Coordinate systems: which are refused, which are guessed, and what tells shifted web-map coordinates."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from shapely import box
from sqlalchemy import text

from data.session import engine
from etl.errors import Refused
from etl.importer import run
from etl.issues import Findings
from etl.options import ImportOptions
from etl.readers import crs_guess
from etl.readers.boundary import looks_shifted
from etl.readers.crs import Decision, Place, in_reach, label, parse
from etl.readers.crs_decide import decide, declared_crs
from etl.readers.webmap import from_bd09, from_gcj02, named, to_bd09, to_gcj02

CITY = Place("锦州市", (120.7, 40.6, 122.6, 42.2))
ALL = [4490, 4528, 4529, 4549, 4550, 4499, 32651, 3857]


def squares(x, y, side=0.01, count=5):
    """Return a checkerboard of square parcels in degrees, its south-western corner at a place."""
    return np.array(
        [box(x + i * side, y + j * side, x + (i + 1) * side, y + (j + 1) * side) for i in range(count) for j in range(count)],
        dtype=object,
    )  # fmt: skip


def moved(shapes, epsg, swapped=False):
    change = Transformer.from_crs(4490, epsg, always_xy=True)
    order = slice(None, None, -1) if swapped else slice(None)
    return shapely.transform(
        shapes, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))[:, order]
    )


def guessed(shapes, place=CITY):
    return crs_guess.whole(crs_guess.candidates(crs_guess.points_of(shapes), place))


def refused(shapes, stated=None, declared=None, place=CITY, accepted=(), canonical=False):
    with pytest.raises(Refused) as raised:
        decide(stated, declared, shapes, place, canonical, accepted, Findings())
    return raised.value


# --- how systems are written


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("EPSG:4528", "EPSG:4528"), ("epsg:4490", "EPSG:4490"), ("CGCS2000 / 3-degree Gauss-Kruger zone 40", "EPSG:4528"),
        ("4549", "EPSG:4549"),
    ],
)  # fmt: skip
def test_systems_as_people_write_them(name, expected):
    assert label(parse(name)) == expected


@pytest.mark.parametrize("epsg", [4490, 4528, 4529, 4549, 4550, 4499, 4510])
def test_systems_as_esri_writes_them(epsg):
    esri = CRS.from_epsg(epsg).to_wkt("WKT1_ESRI")
    assert "China_2000" in esri
    found = parse("\ufeff" + esri)  # some programs put a byte-order mark in front
    # 4550 and 4510 are one projection with two areas of use: either name is right.
    assert label(found) == f"EPSG:{epsg}" or {label(found), f"EPSG:{epsg}"} == {"EPSG:4550", "EPSG:4510"}
    east, north = Transformer.from_crs(4490, found, always_xy=True).transform(121.3, 41.2)
    assert (east, north) == pytest.approx(
        Transformer.from_crs(4490, epsg, always_xy=True).transform(121.3, 41.2), abs=1e-6
    )


XIAN = (
    'PROJCS["{name}",GEOGCS["{gcs}",DATUM["{datum}",SPHEROID["{spheroid}",{a},{rf}]{shift}],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",40500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
GRS80 = {"spheroid": "GRS_1980", "a": "6378137.0", "rf": "298.257222101"}
PLAIN = {"name": "Local_40", "gcs": "GCS_Local", "datum": "D_Local", "shift": ""} | GRS80


@pytest.mark.parametrize(
    "what",
    [
        # The datum is named, the ellipsoid is that of CGCS2000: made by hand, or by a program that mixes them.
        {"datum": "D_Xian_1980"}, {"datum": "D_Beijing_1954"}, {"gcs": "GCS_Xian_1980"}, {"datum": "D_Xian80"},
        {"name": "Beijing_1954_3_Degree_GK_Zone_40"}, {"name": "西安80_3度带_40"}, {"name": "北京54_40"},
        # The ellipsoid tells, whatever the name.
        {"spheroid": "X", "a": "6378140.0", "rf": "298.257"}, {"spheroid": "X", "a": "6378245.0", "rf": "298.3"},
        # The shift to WGS 84 is stated.
        {"shift": ",TOWGS84[15.8,-154.4,-82.3,0,0,0,0]"},
    ],
)  # fmt: skip
def test_xian_and_beijing_by_any_sign(what):
    with pytest.raises(Refused) as raised:
        parse(XIAN.format(**(PLAIN | what)))
    assert raised.value.code == "CRS_NOT_CGCS2000"


def test_a_system_of_the_same_datum_passes():
    # The same without such a sign; JGD2000 states a shift of nothing.
    assert parse(XIAN.format(**PLAIN)).is_projected
    assert parse(XIAN.format(**(PLAIN | {"shift": ",TOWGS84[0,0,0,0,0,0,0]"}))).is_projected
    assert label(parse("EPSG:4612")) == "EPSG:4612"


@pytest.mark.parametrize(
    "text", ["GCJ-02", "gcj02", "GCJ02", "BD-09", "bd09", "百度坐标", "火星坐标系", "GCS_GCJ_02", "高德"]
)
def test_web_map_systems_are_refused_by_name(text):
    with pytest.raises(Refused) as raised:
        declared_crs(text)
    assert raised.value.code == "CRS_WEB_MAP"
    assert named("CGCS2000_3_Degree_GK_Zone_40") is None


def test_north_before_east_can_be_declared():
    found = declared_crs("EPSG:4528,yx")
    assert (found.label, found.source, found.swapped) == ("EPSG:4528", "DECLARED", True)
    assert not declared_crs("EPSG:4528").swapped


# --- the guess


@pytest.mark.parametrize("epsg", ALL)
@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("x", [121.0, 121.46, 122.05])  # west, on the border of zones 40 and 41, east
def test_every_system_is_among_the_guesses(epsg, swapped, x):
    found = guessed(moved(squares(x, 41.1), epsg, swapped))
    fits = {(c.crs, c.swapped): c for c in found}
    assert (f"EPSG:{epsg}", swapped) in fits
    said = fits[f"EPSG:{epsg}", swapped]
    assert said.bounds == pytest.approx((x, 41.1, x + 0.05, 41.15), abs=0.01)
    # By range alone only UTM 51N and the zone of the same meridian are taken for each other: 1.8 km apart.
    assert set(fits) <= {(f"EPSG:{epsg}", swapped), ("EPSG:4550", swapped), ("EPSG:32651", swapped)}
    assert found[0].crs == ("EPSG:4550" if epsg == 32651 else f"EPSG:{epsg}")


@given(st.floats(120.75, 122.5), st.floats(40.65, 42.1), st.sampled_from(ALL), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_guess_near_the_parks_is_the_right_one(x, y, epsg, swapped):
    # The park is three kilometres wide; parcels fill it. UTM 51N moves them by 1.8 km north, out of half of it.
    park = box(x, y, x + 0.036, y + 0.027)
    place = Place("parks", park.bounds, park)
    found = guessed(moved(squares(x + 0.003, y + 0.001, 0.005), epsg, swapped), place)
    assert (found[0].crs, found[0].swapped) == (f"EPSG:{epsg}", swapped)
    assert found[0].inside == 1
    assert found[0].distance_m == 0
    if epsg in (4550, 32651):  # the rival is named, with how much worse it fits
        assert {c.crs for c in found} == {"EPSG:4550", "EPSG:32651"} and found[1].inside < 0.6


def test_a_guess_is_refused_until_it_is_accepted():
    shapes = moved(squares(121.0, 41.1), 4550)
    said = refused(shapes)
    assert (said.code, said.params["guess"]) == ("CRS_GUESSED", "EPSG:4550")
    assert said.params["rivals"][0].startswith("EPSG:32651")
    findings = Findings()
    decision = decide(None, None, shapes, CITY, False, ("CRS_GUESSED",), findings)
    assert (decision.label, decision.source) == ("EPSG:4550", "GUESSED") or decision.label == "EPSG:4510"
    assert findings.counts() == {"CRS_GUESSED": 1}
    swapped = refused(moved(squares(121.0, 41.1), 4528, True))
    assert swapped.params["guess"] == "EPSG:4528,yx"


def test_one_stray_row_does_not_decide():
    shapes = np.append(moved(squares(121.0, 41.1), 4528), box(0, 0, 1, 1))
    assert refused(shapes).params["guess"] == "EPSG:4528"


def test_rows_of_two_zones_in_one_file_are_told():
    shapes = np.concatenate([moved(squares(121.0, 41.1), 4528), moved(squares(122.0, 41.5), 4529)])
    said = refused(shapes)
    assert said.code == "CRS_MIXED"
    assert {system.split()[0] for system in said.params["systems"]} == {"EPSG:4528", "EPSG:4529"}


def test_nothing_fits_and_nothing_is_guessed():
    assert refused(np.array([box(0, 0, 10, 10)], dtype=object)).code == "CRS_UNKNOWN"
    assert refused(np.array([None], dtype=object)).code == "CRS_UNKNOWN"
    assert refused(squares(121.0, 41.1), place=None).code == "CRS_UNKNOWN"


# --- a system that is stated and wrong


@pytest.mark.parametrize(
    ("stated", "true", "swapped", "fits"),
    [
        ("EPSG:4528", 4529, False, "EPSG:4529"),  # the .prj of zone 40, coordinates of zone 41
        ("EPSG:4549", 4550, False, "EPSG:4550"),  # the same without zone number: 250 km too far west, on land
        ("EPSG:4529", 4550, False, "EPSG:4550"),  # no zone number in the numbers
        ("EPSG:4490", 4490, True, "EPSG:4490,yx"),
        ("EPSG:4528", 4528, True, "EPSG:4528,yx"),
        ("EPSG:4490", 4528, False, "EPSG:4528"),
    ],
)
def test_a_stated_system_that_brings_the_layer_elsewhere_is_refused(stated, true, swapped, fits):
    shapes = moved(squares(122.0, 41.5) if true != 4528 else squares(121.0, 41.1), true, swapped)
    for how in ({"stated": stated}, {"declared": stated}):
        said = refused(shapes, **how)
        assert (said.code, said.params["best"]) == ("CRS_ELSEWHERE", fits)
    findings = Findings()
    decide(stated, None, shapes, CITY, False, ("CRS_ELSEWHERE",), findings)
    assert findings.counts() == {"CRS_ELSEWHERE": 1}


def test_a_layer_of_another_city_is_not_ours_to_judge():
    tokyo = moved(squares(139.7, 35.6), 6677)
    assert decide("EPSG:6677", None, tokyo, CITY, False, (), Findings()).label == "EPSG:6677"


def test_canonical_degrees_need_no_statement_unless_swapped():
    assert decide(None, None, squares(121.0, 41.1), CITY, True, (), Findings()).source == "DECLARED"
    swapped = shapely.transform(squares(121.0, 41.1), lambda xy: xy[:, ::-1])
    assert refused(swapped, canonical=True).params["guess"] == "EPSG:4490,yx"


# --- web maps


def test_the_published_formula():
    # Test values of the published implementation (eviltransform), given there to 1e-6 degrees.
    wgs = np.array([[121.5272106, 31.1774276], [113.912316, 22.543847], [116.377817, 39.911954]])
    gcj = [
        [121.531541859215, 31.17530398364597],
        [113.9171764808363, 22.540796131694766],
        [116.38404722455657, 39.91334545536069],
    ]
    assert to_gcj02(wgs) == pytest.approx(np.array(gcj), abs=1e-6)
    # Of BD-09, from the documentation of coordtransform: 116.404, 39.915 in GCJ-02 and in BD-09.
    here = from_gcj02(np.array([[116.404, 39.915]]))
    assert to_bd09(here) == pytest.approx(np.array([[116.41036949371029, 39.92133699351021]]), abs=1e-7)


@given(st.floats(74, 134), st.floats(18, 53))
def test_shifting_back_is_exact(x, y):
    here = np.array([[x, y]])
    assert from_gcj02(to_gcj02(here)) == pytest.approx(here, abs=1e-9)  # a tenth of a millimetre
    assert from_bd09(to_bd09(here)) == pytest.approx(here, abs=1e-9)


PARK = box(121.0, 41.1, 121.05, 41.15)
PARKS = Place("parks", PARK.bounds, PARK)


@pytest.mark.parametrize(("shift", "system"), [(to_gcj02, "GCJ-02"), (to_bd09, "BD-09")])
def test_shifted_parcels_are_recognised_by_the_park_boundary(shift, system):
    # 25 parcels fill a park of 4.2 x 5.6 km to its boundary; 0.5 and 1.3 km of shift leave rows of them outside.
    said = looks_shifted(shapely.transform(squares(121.0, 41.1), shift), PARKS)
    assert (said.system, said.after) == (system, 1)
    assert said.before < 0.9


@pytest.mark.parametrize(
    "shapes",
    [
        squares(121.0, 41.1),  # where they belong
        squares(121.0012, 41.1009),  # moved by 130 m, as Xian 80 might be
        squares(121.0, 41.1, count=6),  # a park that has grown beyond its boundary
        squares(
            121.0495, 41.1495, 0.001
        ),  # new land north-east of the park, where the shift would push it in
        squares(121.0505, 41.1, 0.001, 6),  # a strip along its eastern boundary
        squares(121.6, 41.5),  # elsewhere
        squares(121.0, 41.1)[:2],
        np.array([None], dtype=object),
    ],
    ids=["right", "moved", "grown", "beside", "strip", "elsewhere", "few", "none"],
)
def test_ordinary_parcels_are_not_taken_for_shifted(shapes):
    assert looks_shifted(shapes, PARKS) is None
    assert looks_shifted(shapes, CITY) is None  # without published parks there is no test


def test_shifted_parcels_are_refused_and_say_why(empty_database, tmp_path):
    parks = gpd.GeoDataFrame(
        {"park_code": ["S1"], "park_name": ["北园"], "boundary_version": ["2021"]}, geometry=[PARK], crs=4490
    )
    parks.to_file(tmp_path / "park.gpkg", layer="park")
    assert run([tmp_path / "park.gpkg"], ImportOptions(publish=True)).exit_code == 0
    shapes = squares(121.0, 41.1)
    frame = gpd.GeoDataFrame(
        {"parcel_code": [f"210711001001GB{n:05d}" for n in range(len(shapes))]},
        geometry=shapely.transform(shapes, to_gcj02), crs=4326,
    )  # fmt: skip
    frame.to_file(tmp_path / "parcel.gpkg", layer="parcel")
    report = run([tmp_path / "parcel.gpkg"], ImportOptions(publish=True))
    assert report.layers[0].blocked_by == ["CRS_LOOKS_SHIFTED"]
    with engine().connect() as connection:
        ((params,),) = connection.execute(text("SELECT params FROM issue WHERE code = 'CRS_LOOKS_SHIFTED'"))
    assert (params["system"], params["after"]) == ("GCJ-02", "100%")
    assert 400 < params["by_m"] < 600
    # The same parcels as they are pass.
    frame.set_geometry(gpd.GeoSeries(shapes, crs=4490)).to_file(
        tmp_path / "parcel_right.gpkg", layer="parcel"
    )
    assert run([tmp_path / "parcel_right.gpkg"], ImportOptions(publish=True)).exit_code == 0


@pytest.mark.parametrize(
    ("system", "code"),
    [("GCJ-02", "CRS_WEB_MAP"), ("百度坐标系", "CRS_WEB_MAP"), ("1980西安坐标系", "CRS_NOT_CGCS2000")],
)
def test_boundary_points_that_name_another_system(empty_database, tmp_path, system, code):
    (tmp_path / "parcel.txt").write_text(
        f"[属性描述]\n坐标系={system}\n几度分带=3\n带号=40\n计量单位=米\n[地块坐标]\n"
        "5,0.1,P1,某地块,面,,工业,,@\nJ1,1,4550000,40600000\nJ2,1,4550000,40600100\nJ3,1,4550100,40600100\n"
        "J4,1,4550100,40600000\nJ1,1,4550000,40600000\n",
        encoding="gbk",
    )
    mapping = {"sources": [{"match": "*.txt", "layer": "parcel", "columns": {"parcel_code": "地块编号"}}]}
    report = run([tmp_path], ImportOptions(mapping_data=mapping))
    assert report.layers[0].blocked_by == [code]


def test_a_shapefile_that_names_a_web_map(empty_database, tmp_path):
    frame = gpd.GeoDataFrame({"parcel_cod": ["A"]}, geometry=[box(121, 41.1, 121.01, 41.11)], crs=4326)
    frame.to_file(tmp_path / "parcel.shp")
    prj = (tmp_path / "parcel.prj").read_text().replace("GCS_WGS_1984", "GCS_GCJ_02")
    (tmp_path / "parcel.prj").write_text(prj)
    assert run([tmp_path], ImportOptions()).layers[0].blocked_by == ["CRS_WEB_MAP"]
    # The same asked for on the command line: a refusal that explains, not an unknown name.
    (tmp_path / "parcel.prj").unlink()
    assert run([tmp_path], ImportOptions(crs="火星坐标")).layers[0].blocked_by == ["CRS_WEB_MAP"]


def test_both_zones_in_one_delivery_are_judged_file_by_file(empty_database, tmp_path):
    for name, x, epsg in (("parcel_west", 121.0, 4528), ("parcel_east", 122.0, 4550)):
        shapes = squares(x, 41.5, count=2)
        codes = [f"2107{epsg % 100}001001GB{n:05d}" for n in range(len(shapes))]
        frame = gpd.GeoDataFrame({"parcel_cod": codes}, geometry=moved(shapes, epsg), crs=epsg)
        frame.to_file(tmp_path / f"{name}.shp")
    (tmp_path / "parcel_west.prj").rename(tmp_path / "parcel_west.PRJ")
    (tmp_path / "parcel_west.PRJ").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "parcel_west.PRJ").read_bytes())
    (tmp_path / "parcel_east.prj").unlink()
    report = run([tmp_path], ImportOptions(accept=("CRS_GUESSED",), reason="已核对"))
    assert {f.file: (f.crs, f.crs_source, f.accepted) for f in report.layers} == {
        "parcel_east.shp": ("EPSG:4550", "GUESSED", 4),
        "parcel_west.shp": ("EPSG:4528", "PRJ", 4),
    }


@pytest.mark.parametrize(
    ("system", "west", "east"),
    [
        # Esri's form has no area of use: the registry's for EPSG:4549 is 118.5 to 121.5, and 3 degrees beyond.
        (CRS.from_epsg(4549).to_wkt("WKT1_ESRI"), 115.5, 124.5),
        # A local zone with its meridian at 121.5: a zone of six degrees around it, and 3 degrees beyond.
        ("+proj=tmerc +lat_0=0 +lon_0=121.5 +x_0=500000 +ellps=GRS80 +units=m", 115.5, 127.5),
        # Nothing is known of another projection: the whole Earth.
        ("+proj=lcc +lat_1=30 +lat_2=60 +lon_0=105 +ellps=GRS80 +units=m", -180.0, 180.0),
    ],
)
def test_where_the_coordinates_of_a_system_make_sense(system, west, east):
    box = in_reach(Decision(CRS.from_user_input(system), "PRJ"))
    assert (box[0], box[2]) == pytest.approx((west, east), abs=0.05)


def test_a_local_zone_is_not_named_after_one_of_another_continent():
    local = CRS.from_proj4("+proj=tmerc +lat_0=0 +lon_0=121.5 +x_0=500000 +ellps=GRS80 +units=m")
    assert not label(local).startswith("EPSG:")
