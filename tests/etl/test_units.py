"""Units: stated in five places and compared; whole columns in another unit are named. Nothing is silent."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from shapely import box
from sqlalchemy import text

from data.session import engine
from etl.checks.units import check_units
from etl.importer import run
from etl.issues import Findings
from etl.mapping.apply import apply
from etl.mapping.figures import read_figure, units_noted
from etl.mapping.file import ColumnRule, parse
from etl.mapping.units import unit_in_header
from etl.options import ImportOptions
from etl.readers.raw import Raw
from etl.work import Work

AREA, RATE, MONEY = "granted_area_m2", "intensity_wan_per_ha", "price_wan"


@pytest.mark.parametrize(
    ("header", "dimension", "unit"),
    [
        ("面积（公顷）", "area", "公顷"), ("出让面积(亩)", "area", "亩"), ("用地面积_亩", "area", "亩"), ("用地面积亩", "area", "亩"),
        ("AREA_HA", "area", "HA"), ("Area_m2", "area", "m2"), ("面积/平方公里", "area", "平方公里"), ("面积㎡", "area", "m2"),
        ("成交价格（单位：万元）", "money", "单位:万元"), ("总价_亿元", "money", "亿元"), ("出让价款万元", "money", "万元"),
        ("投资强度（万元/亩）", "rate", "万元/亩"), ("投资强度_万元/公顷", "rate", "万元/公顷"), ("单价元每平方米", "rate", "元每平方米"),
        # None of these states a unit of that dimension.
        ("不动产单元", "money", None), ("alpha", "area", None), ("亩均税收", "area", None), ("面积", "area", None),
        ("投资强度（万元/亩）", "money", None), ("shape_length", "area", None), ("ha", "area", None), ("每亩", "area", None),
    ],
)  # fmt: skip
def test_units_in_headers(header, dimension, unit):
    assert unit_in_header(header, dimension) == unit


def figure(text, column=AREA, source="面积", unit=None, of_row=None, noted=None):
    return read_figure(text, column, ColumnRule((source,), unit=unit), of_row, noted or {})


@pytest.mark.parametrize(
    ("given", "value"),
    [
        # 3 mu are 2000 m2, 1 ha is 10,000 m2, 1.5 km2 are 1,500,000 m2: fractions, never 666.67.
        ({"text": "3亩"}, 2000), ({"text": "3", "source": "面积（亩）"}, 2000), ({"text": "3", "unit": "亩"}, 2000),
        ({"text": "3", "of_row": "亩"}, 2000), ({"text": "3", "of_row": "2"}, 2000), ({"text": "3", "noted": {"area": "亩"}}, 2000),
        ({"text": "1.5", "source": "面积_km2"}, 1_500_000), ({"text": "0.0001", "source": "面积（公顷）"}, 1),
        ({"text": "3", "source": "面积（亩）", "noted": {"area": "公顷"}}, 2000),  # the header of its own says better
        # 300 wan a mu are 4500 wan a hectare; 200 yuan a m2 are 200 wan a hectare.
        ({"text": "300", "column": RATE, "source": "投资强度（万元/亩）"}, 4500),
        ({"text": "300", "column": RATE, "source": "投资强度", "unit": "万元/亩"}, 4500),
        ({"text": "200元/㎡", "column": RATE, "source": "投资强度"}, 200),
        # 1.2 yi are 12,000 wan; 5 yuan are 0.0005 wan.
        ({"text": "1.2亿元", "column": MONEY, "source": "总价"}, 12_000), ({"text": "5", "column": MONEY, "source": "总价（元）"}, Decimal("0.0005")),
    ],
)  # fmt: skip
def test_one_unit_is_converted_exactly(given, value):
    assert figure(**given).value == value


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"text": "3亩", "source": "面积（公顷）"}, "UNIT_CONTRADICTS"),
        ({"text": "3", "source": "面积（公顷）", "unit": "亩"}, "UNIT_CONTRADICTS"),
        ({"text": "3", "source": "面积（公顷）", "of_row": "亩"}, "UNIT_CONTRADICTS"),
        ({"text": "3", "unit": "公顷", "of_row": "亩"}, "UNIT_CONTRADICTS"),
        ({"text": "3亩", "of_row": "公顷"}, "UNIT_CONTRADICTS"),
        ({"text": "3", "unit": "公顷", "noted": {"area": "亩"}}, "UNIT_CONTRADICTS"),
        ({"text": "3元", "column": MONEY, "source": "总价（万元）"}, "UNIT_CONTRADICTS"),
        (
            {"text": "3", "column": RATE, "source": "投资强度（万元/亩）", "unit": "万元/公顷"},
            "UNIT_CONTRADICTS",
        ),
        ({"text": "3", "of_row": "顷"}, "UNIT_UNKNOWN"),
        ({"text": "3", "of_row": ""}, "UNIT_UNKNOWN"),  # the column of units says nothing in this row only
    ],
)
def test_a_contradiction_is_a_finding_and_no_figure(given, code):
    found = figure(**given)
    assert (found.value, found.said[0], found.keep) == (None, code, True)


def test_equal_units_of_two_names_are_no_contradiction():
    assert figure("3", source="面积（公顷）", unit="ha", of_row="hm²").value == 30_000


def test_a_line_above_the_header_states_units():
    assert units_noted(["2024年供地台账", "单位：公顷、万元"]) == {"area": "公顷", "money": "万元"}
    assert units_noted(["（面积单位：亩；金额单位:亿元）"]) == {"area": "亩", "money": "亿元"}
    assert units_noted(["填报单位：锦州市自然资源局"]) == {}
    assert units_noted(["单位：公顷、亩"]) == {}  # two of one kind say nothing about a column


def frame(**columns):
    return Raw(pd.DataFrame(columns, dtype=object), np.arange(2, 2 + len(next(iter(columns.values())))))


def test_a_unit_that_nobody_states_is_said():
    findings = Findings("contract")
    apply(frame(合同编号=["C1"], 出让面积=["3"], 成交价格=["5万元"]), "contract", None, findings)
    ((code, column, params),) = [(i.code, i.field, i.params) for i in findings.items]
    assert (code, column, params["unit"], params["value"]) == (
        "UNIT_NOT_STATED",
        "granted_area_m2",
        "㎡",
        "出让面积",
    )
    canonical = Findings("contract")
    apply(frame(contract_no=["C1"], granted_area_m2=["3"]), "contract", None, canonical)
    assert canonical.items == []


def test_an_empty_column_of_units_is_none():
    findings = Findings("parcel")
    mapped = apply(frame(ZDDM=["A"], ZDMJ=["30"], MJDW=[None]), "parcel", None, findings)
    assert mapped.frame["registered_area_m2"].tolist() == [30]
    assert findings.counts() == {"UNIT_NOT_STATED": 1}
    some = Findings("parcel")
    mapped = apply(frame(ZDDM=["A", "B"], ZDMJ=["30", "30"], MJDW=["亩", None]), "parcel", None, some)
    assert mapped.frame["registered_area_m2"].tolist() == [20_000, None]
    assert some.counts() == {"UNIT_UNKNOWN": 1}


def test_a_ledger_states_its_units_above_the_header(empty_database, tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "contract"
    for row in (
        ["供地台账"],
        ["单位：亩、元"],
        ["合同编号", "签订日期", "出让面积", "成交价格"],
        ["C1", dt.date(2024, 1, 2), 3, 5_000_000],
    ):
        page.append(row)
    book.save(tmp_path / "contract.xlsx")
    run([tmp_path], ImportOptions(publish=True))
    with engine().connect() as connection:
        (row,) = connection.execute(text("SELECT granted_area_m2, price_wan FROM contract")).all()
    assert row == (2_000, 500)


# --- whole columns


def contracts(**columns):
    count = len(next(iter(columns.values())))
    names = ("granted_area_m2", "parcel_codes", "total_investment_wan", "price_wan", "intensity_wan_per_ha")
    table = {name: columns.get(name, [None] * count) for name in names}
    work = Work("台账.xlsx", "contract", Findings("contract"), frame=pd.DataFrame(table, dtype=object))
    work.row_no = np.arange(count)
    return work


def parcel_work(declared, drawn, unit=Fraction(1)):
    codes = [f"P{n}" for n in range(len(declared))]
    work = Work("宗地.shp", "parcel", Findings("parcel"))
    work.frame = pd.DataFrame({"parcel_code": codes, "registered_area_m2": declared}, dtype=object)
    work.row_no, work.drawn_m2 = np.arange(len(declared)), np.array(drawn, dtype=float)
    work.units = {"registered_area_m2": unit}
    return work


@pytest.mark.parametrize(
    ("read_in", "meant", "name", "times"),
    [
        (1, Fraction(10_000), "公顷", "10000"),
        (1, Fraction(2000, 3), "亩", "2000/3"),
        (10_000, Fraction(2000, 3), "亩", "1/15"),
        (10_000, Fraction(1), "㎡", "1/10000"),
        (1, Fraction(1_000_000), "km²", "1000000"),
    ],
)
def test_registered_areas_in_another_unit(read_in, meant, name, times):
    true_m2 = [12_345, 30_000, 8_000, 51_700, 20_000]
    # What stands in the file is the true area in the unit that is meant; it was read in another.
    declared = [Decimal(round(float(area / meant), 6)) * read_in for area in map(Fraction, true_m2)]
    drawn = [area * 1.01 for area in true_m2[:4]] + [90_000]  # one of five is wrong on its own: four agree
    work = parcel_work(declared, drawn, Fraction(read_in))
    check_units([work])
    (said,) = work.findings.items
    assert (said.code, said.field, said.params["unit"], said.params["times"]) == (
        "UNIT_LOOKS_LIKE", "registered_area_m2", name, times,
    )  # fmt: skip
    assert (said.params["rows"], said.params["share"], said.params["share_as_read"]) == (5, 80, 0)


@pytest.mark.parametrize(
    ("declared", "drawn"),
    [
        ([10_000, 20_000, 30_000], [10_010, 20_000, 30_500]),  # they agree
        ([10_000, 20_000, 30_000], [55_000, 7_000, 31_000]),  # they are just wrong
        (
            [1, 2, 30_000, 40_000],
            [10_000, 20_000, 30_000, 40_000],
        ),  # half of them in hectares: rows, no column
        ([1, 2], [10_000, 20_000]),  # too few to tell
        ([None, None, 0], [1, 2, 3]),
    ],
)
def test_columns_that_are_just_wrong_are_no_other_unit(declared, drawn):
    work = parcel_work(declared, drawn)
    check_units([work])
    assert work.findings.items == []


def test_granted_areas_are_held_against_the_parcels():
    parcels = parcel_work([15_000, 30_000, 6_000, 9_000], [15_000, 30_000, 6_000, 9_000])
    # 22.5, 45 and 22.5 mu, read as square metres; the last contract has two parcels.
    work = contracts(
        granted_area_m2=[Decimal("22.5"), 45, Decimal("22.5")], parcel_codes=[["P0"], ["P1"], ["P2", "P3"]]
    )
    work.units = {"granted_area_m2": Fraction(1)}
    check_units([parcels, work])
    (said,) = work.findings.items
    assert (said.params["unit"], said.params["against"]) == ("亩", "registered")


def test_an_intensity_in_mu_is_told_by_investment_over_area():
    # 2 ha and 9000 wan are 4500 wan a hectare; 300 wan a mu is the same figure.
    work = contracts(
        granted_area_m2=[20_000] * 3,
        total_investment_wan=[9_000, 6_000, 12_000],
        intensity_wan_per_ha=[300, 200, 400],
    )
    work.units = {"intensity_wan_per_ha": Fraction(1)}
    check_units([work])
    (said,) = work.findings.items
    assert (said.field, said.params["unit"], said.params["times"]) == (
        "intensity_wan_per_ha",
        "万元/亩",
        "15",
    )
    # An intensity that is simply higher than what was invested is no matter of units.
    other = contracts(
        granted_area_m2=[20_000] * 3, total_investment_wan=[9_000] * 3, intensity_wan_per_ha=[6_000] * 3
    )
    check_units([other])
    assert other.findings.items == []


@pytest.mark.parametrize(
    ("price_wan", "looks"),
    [
        (600, None),  # 600 wan for 2 ha: 300 yuan a square metre
        (6_000_000, "元"),  # the same in yuan, read as wan: 3,000,000 yuan a square metre
        (Decimal("0.06"), "亿元"),  # the same in yi, read as wan: 0.03 yuan a square metre
        (60_000, None),  # 30,000 yuan a square metre: a shop in a large city
    ],
)
def test_prices_are_held_against_what_land_can_cost(price_wan, looks):
    work = contracts(granted_area_m2=[20_000] * 3, price_wan=[price_wan] * 3)
    check_units([work])
    assert [i.params["unit"] for i in work.findings.items] == ([looks] if looks else [])


def test_a_whole_column_in_hectares_is_said_and_not_converted(empty_database, tmp_path):
    shapes = [box(121 + n / 100, 41, 121.01 + n / 100, 41.01) for n in range(4)]
    areas = gpd.GeoSeries(shapes, crs=4490).to_crs("+proj=aea +lat_1=41 +lat_2=41 +lat_0=41 +lon_0=121").area
    gpd.GeoDataFrame(
        {"parcel_code": list("ABCD"), "ZDMJ": (areas / 10_000).round(4)}, geometry=shapes, crs=4490
    ).to_file(tmp_path / "parcel.gpkg", layer="parcel")
    report = run([tmp_path], ImportOptions(publish=True))
    assert (report.exit_code, report.layers[0].issues["UNIT_LOOKS_LIKE"]) == (0, 1)
    with engine().connect() as connection:
        ((params, most),) = connection.execute(
            text(
                "SELECT params, (SELECT max(registered_area_m2) FROM parcel) FROM issue WHERE code = 'UNIT_LOOKS_LIKE'"
            )
        )
    assert (params["unit"], params["taken"]) == ("公顷", "㎡")
    assert most < 100  # as delivered
    # Once it is stated, the figures are square metres.
    mapping = {
        "sources": [
            {
                "match": "*",
                "layer": "parcel",
                "columns": {"registered_area_m2": {"column": "ZDMJ", "unit": "公顷"}},
            }
        ]
    }
    again = run([tmp_path], ImportOptions(publish=True, mapping_data=mapping))
    assert "UNIT_LOOKS_LIKE" not in again.layers[0].issues
    assert parse(mapping, "x").sources[0].columns["registered_area_m2"].unit == "公顷"
