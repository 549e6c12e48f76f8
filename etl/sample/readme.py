"""What the sample must come to: tables for tests, and the page that explains the cases."""

import csv
import io
from collections import Counter
from decimal import Decimal
from pathlib import Path

from etl.sample.build import Sample
from etl.sample.builtup import YEARS, areas_ha
from etl.sample.records import Expected, plain

HEAD = ["parcel_code", "as_of", "verdict", "band", "limbs", "cause", "path", "fee_wan", "blocked",
        "by_reference", "missing", "case"]  # fmt: skip


def _row(e: Expected) -> list[str]:
    return [
        e.parcel_code, e.as_of.isoformat(), e.verdict, e.band, ";".join(e.limbs), e.cause, e.path, plain(e.fee_wan),
        e.blocked, "true" if e.by_reference else "false", ";".join(e.missing), e.case,
    ]  # fmt: skip


def _write(path: Path, head: list[str], rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")


def growth(sample: Sample) -> list[list[str]]:
    """Return park, year, hectares, and whether the area grew over the year before."""
    areas, rows = areas_ha(sample.patches, sample.city), []
    for site in sample.city.parks:
        before: Decimal | None = None
        for year in YEARS:
            area = areas[site.code, year]
            met = "" if before is None else "true" if area > before else "false"
            rows.append([site.code, str(year), plain(area), met])
            before = area
    return rows


def write_expectations(sample: Sample, out: Path) -> None:
    """Write expected.csv (cases), expected-day.csv (every parcel), and those of intensity and growth."""
    book, judged = sample.book, sample.city.judged_on
    _write(out / "expected.csv", HEAD, [_row(e) for e in book.expected if e.case])
    day = sorted((e for e in book.expected if e.as_of == judged), key=lambda e: e.parcel_code)
    _write(out / "expected-day.csv", HEAD, [_row(e) for e in day])
    rows = [
        [i.contract_no, i.as_of.isoformat(), i.term, i.verdict, plain(i.actual), plain(i.required), i.case]
        for i in book.intensity
    ]
    head = ["contract_no", "as_of", "term", "verdict", "actual", "required", "case"]
    _write(out / "expected-intensity.csv", head, rows)
    _write(out / "expected-growth.csv", ["park_code", "year", "builtup_ha", "target_met"], growth(sample))


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _counts(sample: Sample) -> str:
    found = Counter((e.verdict, e.band) for e in sample.book.expected if e.as_of == sample.city.judged_on)
    rows = [[f"`{verdict}`", band, str(count)] for (verdict, band), count in sorted(found.items())]
    return _table(["verdict", "band", "parcels"], rows)


def _cases(sample: Sample) -> str:
    rows = [
        [e.case, f"`{e.parcel_code}`", e.as_of.isoformat(), f"`{e.verdict}`", e.band, " ".join(e.limbs), e.cause,
         e.path if e.path != "NONE" else "", plain(e.fee_wan), e.blocked, " ".join(e.missing), e.why]
        for e in sample.book.expected if e.case
    ]  # fmt: skip
    head = [
        "case",
        "parcel",
        "as of",
        "verdict",
        "band",
        "limbs",
        "cause",
        "path",
        "fee_wan",
        "blocked",
        "missing",
        "why",
    ]
    return _table(head, sorted(rows, key=lambda row: (row[0][:3], row[2])))


def _intensity(sample: Sample) -> str:
    rows = [
        [i.case, f"`{i.contract_no}`", i.as_of.isoformat(), i.term, f"`{i.verdict}`", plain(i.actual),
         plain(i.required), i.why]
        for i in sample.book.intensity
    ]  # fmt: skip
    return _table(["case", "contract", "as of", "term", "verdict", "actual", "required", "why"], sorted(rows))


def write_readme(sample: Sample, out: Path) -> None:
    """Write README.md beside the delivery."""
    city, book = sample.city, sample.book
    parks = [[s.code, s.name, s.division_name, f"zone {s.zone}", str(sum(p.site is s for p in sample.plots))]
             for s in city.parks]  # fmt: skip
    faults = [[f.name, f.layer, f.where, f.what, f.finding] for f in sample.faults]
    text = PAGE.format(
        date=city.data_date, judged=city.judged_on, plots=len(sample.plots), contracts=len(book.contracts),
        events=len(book.events), reports=len(book.reports), causes=len(book.causes), patches=len(sample.patches),
        parks=_table(["code", "park", "district", "delivered in", "parcels"], parks), counts=_counts(sample),
        cases=_cases(sample), intensity=_intensity(sample),
        growth=_table(["park", "year", "built-up ha", "grew"], growth(sample)),
        faults=_table(["fault", "layer", "where", "what", "finding"], faults),
    )  # fmt: skip
    (out / "README.md").write_text(text, encoding="utf-8", newline="\n")


PAGE = """# 示例数据 · Sample delivery

一个虚构城市的产业园区数据，按自然资源局实际交付的样子制作；园区、企业、编号和数字全部虚构，只有行政区代码是真实的。
An invented city in the form a land bureau would send it. Parks, firms, numbers and figures are invented;
only the district codes are real. This page is generated together with the delivery: `etl.sample.write`
makes the same files on every run from `city.yaml`. Mapping: `etl/mappings/jinzhou-sample.yaml`.

Data of {date}, judged on {judged}. {plots} parcels, {contracts} contracts, {events} events, {reports} investment
reports, {causes} causes, {patches} built-up patches.

{parks}

| file | what is special about it |
|---|---|
| `园区/园区范围.shp` | degrees (EPSG:4490) |
| `宗地/宗地_西部_40带.shp` | EPSG:4528, areas in ㎡, land use as code |
| `宗地/宗地_东部_41带.zip` | EPSG:4529, other field names and order, areas in 公顷, land use as name |
| `建成区/建成区_2021-2025.zip` | one shapefile a year, degrees; some patches overlap |
| `土地利用状况/*` | land states of three of the four parks, surveyed on 2025-12-31; one block forgotten |
| `建筑/建筑物.zip` | halls on completed parcels |
| `合同/供地台账.xlsx` | two header rows with merged cells, five date forms, text numbers, notes; supplements on a second sheet |
| `合同/入园合同台账.xlsx` | areas in 亩, intensity in 万元/亩 |
| `建设/开发建设进展.xlsx` | permits, foundations and other events on three sheets |
| `建设/闲置原因登记.xlsx` | causes, claimed and verified |
| `投资/投资完成情况.csv` | GBK |
| `企业与统计/*` | enterprises (GBK), yearly figures of the parks (亿元 and 万元) |

All shapefiles: GBK without `.cpg`, language byte 0, Esri `.prj`.

## Expected verdicts on {judged}

Every parcel: `expected-day.csv` (parcels with a faulty row are left out).

{counts}

## Cases

`T…` are those of the decision table, `R…` rules of reading, `I…` investment intensity. Also in `expected.csv`.
Verdict, band, limbs, cause, path, fee and block are exact; `missing` lists what must be among the missing facts.

{cases}

## Investment intensity

Also in `expected-intensity.csv`.

{intensity}

## Built-up area

Also in `expected-growth.csv`. Area of the union in the plane, scaled to the ellipsoid at the middle of the park: right to 0.01 %.

{growth}

## Planted faults

{faults}
"""
