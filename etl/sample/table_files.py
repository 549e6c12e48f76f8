"""The workbooks and text tables of the delivery."""

import csv
import io
import random
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

from etl.sample.archive import save
from etl.sample.build import Sample
from etl.sample.builtup import YEARS, areas_ha
from etl.sample.forms import Cell, Office, sheet
from etl.sample.records import Contract, Event, plain

KINDS = {"GRANT": "出让", "ALLOCATION": "划拨", "LEASE": "租赁"}
BASES = {"GRANTED": "合同面积", "SURVEYED": "实测面积", None: None}
CAUSES = {
    "ENTERPRISE": "企业自身原因", "G1": "未按约定交地", "G2": "规划修改", "G3": "政策调整", "G4": "群众信访",
    "G5": "军事管制或文物保护", "G6": "政府其他行为", "FORCE_MAJEURE": "不可抗力", "PREPARATORY": "前期工作",
}  # fmt: skip
STEPS = {
    "DELIVERED": "交地", "REPORTED_START": "申报开工", "PROGRESS": "进度巡查", "SUSPENDED": "停工", "RESUMED": "复工",
    "COMPLETED": "竣工", "COMPLETION_CHECKED": "竣工核验",
}  # fmt: skip
FOUNDATIONS = {"PIT": "深基坑", "PILES": "桩基", "OTHER": "其他基础"}
LEDGER = [
    ("", "序号", 6), ("", "合同编号", 22), ("", "供应方式", 9), ("", "宗地代码", 22), ("", "受让人", 34),
    ("", "统一社会信用代码", 22), ("", "签订日期", 14), ("交地", "约定交地时间", 14), ("交地", "实际交地时间", 14),
    ("开发期限", "约定动工时间", 14), ("开发期限", "约定竣工时间", 14), ("开发期限", "投资到位期限", 14),
    ("面积（㎡）", "出让面积（㎡）", 14), ("面积（㎡）", "面积依据", 10), ("面积（㎡）", "应动工面积（㎡）", 14),
    ("", "成交价款（万元）", 14), ("投资约定", "固定资产总投资（万元）", 16),
    ("投资约定", "其中不含土地价款和税费的投资（万元）", 20), ("投资约定", "投资强度（万元/公顷）", 14),
    ("", "容积率下限", 8), ("", "行业代码", 8), ("违约条款", "是否约定投资违约责任", 10), ("违约条款", "整改期限（日）", 10),
]  # fmt: skip
SUPPLEMENTS = [
    ("", "序号", 6), ("", "补充协议编号", 26), ("", "原合同编号", 22), ("", "受让人", 34), ("", "签订日期", 14),
    ("调整后的期限", "调整后动工时间", 16), ("调整后的期限", "调整后竣工时间", 16), ("", "备注", 20),
]  # fmt: skip
ENTRIES = [
    ("", "序号", 6), ("", "入园合同编号", 24), ("", "宗地代码", 22), ("", "企业名称", 34), ("", "统一社会信用代码", 22),
    ("", "签订日期", 14), ("用地", "用地面积（亩）", 12), ("投资承诺", "总投资（万元）", 12),
    ("投资承诺", "投资强度（万元/亩）", 12), ("投资承诺", "投资到位期限", 14), ("", "承诺动工日期", 14),
    ("", "整改期限（日）", 10),
]  # fmt: skip


class Tables:
    """Writes the tables of one sample; one clerk's hand for all of them."""

    def __init__(self, sample: Sample) -> None:
        self.sample, self.city, self.book = sample, sample.city, sample.book
        self.office = Office(sample.city.seed)

    def _save(self, book: Workbook, path: Path) -> None:
        save(book, path, self.city.data_date, self.city.bureau)

    def _new(self) -> Workbook:
        book = Workbook()
        book.remove(book.worksheets[0])
        return book

    def _ledger_row(self, number: int, c: Contract) -> list[Cell]:
        o = self.office
        clause = None if c.shortfall_clause is None else "是" if c.shortfall_clause else "否"
        dates = (c.delivery_by, c.delivered_on, c.commence_by, c.complete_by, c.invest_by)
        return [
            number, c.contract_no, KINDS[c.contract_type], "、".join(c.plots), c.holder, c.holder_credit_code,
            o.date(c.signed_on), *map(o.date, dates), o.number(c.granted_area_m2), BASES[c.area_basis],
            o.number(c.due_area_m2), o.number(c.price_wan), o.number(c.total_investment_wan),
            o.number(c.planned_investment_ex_land_wan), o.number(c.intensity_wan_per_ha), o.number(c.far_min),
            c.industry_code, clause, c.cure_days,
        ]  # fmt: skip

    def grants(self, folder: Path) -> None:
        """Write the ledger of grants, leases and allocations, and the supplements on a sheet of their own."""
        book, o = self._new(), self.office
        own = sorted(
            (c for c in self.book.contracts if c.contract_type in KINDS), key=lambda c: c.contract_no
        )
        rows = [self._ledger_row(number, c) for number, c in enumerate(own, 1)]
        total = sum((c.granted_area_m2 or Decimal(0) for c in own), Decimal(0))
        notes = [
            f"合计：{len(own)} 份，出让面积 {total / 10_000:,.4f} 公顷",
            "注：1. 金额单位为万元，面积单位为平方米；“/”“无”表示合同未载明。",
            "    2. 固定资产总投资按合同口径含土地价款；闲置认定所用投资额另列，不含土地价款和税费。",
            f"填报单位：{self.city.bureau}    数据截至：{self.city.data_date:%Y年%m月%d日}",
        ]
        sheet(book, "供地台账", f"{self.city.name}产业园区国有建设用地供应台账", LEDGER, rows, notes)
        changes = [c for c in self.book.contracts if c.contract_type == "SUPPLEMENT"]
        rows = [
            [number, c.contract_no, c.amends or o.none(), c.holder, o.date(c.signed_on), o.date(c.commence_by),
             o.date(c.complete_by), None]
            for number, c in enumerate(changes, 1)
        ]  # fmt: skip
        sheet(
            book,
            "补充协议",
            f"{self.city.name}出让合同补充协议登记表",
            SUPPLEMENTS,
            rows,
            ["注：只填调整的内容。"],
        )
        self._save(book, folder / "供地台账.xlsx")

    def entries(self, folder: Path) -> None:
        """Write the park committees' ledger of entry contracts, in mu."""
        book, o = self._new(), self.office
        rows: list[list[Cell]] = []
        for c in (c for c in self.book.contracts if c.contract_type == "ENTRY"):
            mu = (
                None
                if c.granted_area_m2 is None
                else (c.granted_area_m2 * 3 / 2000).quantize(Decimal("0.01"))
            )
            per_mu = None if c.intensity_wan_per_ha is None else c.intensity_wan_per_ha / 15
            rows.append([
                len(rows) + 1, c.contract_no, "、".join(c.plots), c.holder, c.holder_credit_code, o.date(c.signed_on),
                o.number(mu), o.number(c.total_investment_wan), o.number(per_mu), o.date(c.invest_by),
                o.date(c.commence_by), c.cure_days,
            ])  # fmt: skip
        sheet(
            book,
            "入园合同",
            f"{self.city.name}产业园区入园合同台账",
            ENTRIES,
            rows,
            ["注：面积单位为亩，1 公顷 = 15 亩。"],
        )
        self._save(book, folder / "入园合同台账.xlsx")

    def events(self, folder: Path) -> None:
        """Write what happened on the parcels: permits, foundations, and the rest."""
        book, o = self._new(), self.office
        own = sorted(self.book.events, key=lambda e: (e.parcel_code, e.happened_on or self.city.data_date))
        permits = [
            [i, e.parcel_code, o.date(e.happened_on)] for i, e in enumerate(self._of(own, {"PERMIT"}), 1)
        ]
        sheet(
            book,
            "施工许可",
            "建筑工程施工许可证发放情况",
            _plain("宗地代码", "发证日期"),
            permits,
            ["来源：住建部门"],
        )
        ground = [
            [i, e.parcel_code, FOUNDATIONS[e.foundation_type or "OTHER"], o.date(e.happened_on), o.number(e.done),
             o.number(e.of)]
            for i, e in enumerate(self._of(own, {"FOUNDATION"}), 1)
        ]  # fmt: skip
        head = _plain("宗地代码", "基础类型", "确认日期", "已完成", "总量")
        sheet(
            book, "基础施工", "基础施工完成情况", head, ground, ["注：桩基按根数，其他基础按三分之几填写。"]
        )
        rest = [
            [
                i,
                e.parcel_code,
                STEPS[e.event],
                o.date(e.happened_on),
                o.number(e.developed_area_m2),
                "动态巡查",
            ]
            for i, e in enumerate(self._of(own, set(STEPS)), 1)
        ]
        head = _plain("宗地代码", "事项", "发生日期", "已开发面积（㎡）", "信息来源")
        sheet(book, "停复工与竣工", "开发建设动态巡查台账", head, rest, ["注：面积为累计数。"])
        self._save(book, folder / "开发建设进展.xlsx")

    @staticmethod
    def _of(events: list[Event], kinds: set[str]) -> list[Event]:
        return [event for event in events if event.event in kinds]

    def causes(self, folder: Path) -> None:
        """Write the claimed and verified causes of idleness."""
        book, o = self._new(), self.office
        rows: list[list[Cell]] = [
            [i, c.parcel_code, CAUSES[c.cause], o.date(c.from_on), o.date(c.to_on), o.date(c.verified_on),
             f"{self.city.bureau}执法监察科" if c.verified_on else None]
            for i, c in enumerate(sorted(self.book.causes, key=lambda c: (c.parcel_code, c.cause)), 1)
        ]  # fmt: skip
        head = _plain("宗地代码", "闲置原因", "起始日期", "截止日期", "核实日期", "核实单位")
        sheet(book, "闲置原因", "疑似闲置土地原因登记表", head, rows, ["注：未核实的为企业说明。"])
        self._save(book, folder / "闲置原因登记.xlsx")

    def reports(self, folder: Path) -> None:
        """Write the investment reports: a text table in GBK with text numbers."""
        head = ["合同编号", "统计日期", "数据性质", "厂房建设投资(万元)", "设备投资(万元)", "土地价款(万元)",
                "土地税费(万元)", "其他投资(万元)", "来源"]  # fmt: skip
        rows = []
        for r in self.book.reports:
            parts = (r.building_wan, r.equipment_wan, r.land_price_wan, r.land_tax_wan, r.other_wan)
            kind = "核实" if r.basis == "VERIFIED" else "上报"
            day = r.reported_on.isoformat() if r.reported_on else ""
            rows.append(
                [
                    r.contract_no,
                    day,
                    kind,
                    *map(plain, parts),
                    "投资专项审计" if kind == "核实" else "企业直报",
                ]
            )
        _csv(folder / "投资完成情况.csv", head, rows)

    def enterprises(self, folder: Path) -> None:
        """Write the register of enterprises."""
        rows = [
            [code, name, industry, "GB/T 4754-2017", "存续"]
            for code, (name, industry) in self.book.industries.items()
        ]
        _csv(
            folder / "企业名录.csv",
            ["统一社会信用代码", "企业名称", "行业代码", "行业分类版本", "经营状态"],
            sorted(rows),
        )

    def statistics(self, folder: Path) -> None:
        """Write the yearly figures of the parks, in units of 100 million and of 10,000 yuan."""
        book, rng = self._new(), random.Random(f"{self.city.seed} statistics")
        built = areas_ha(self.sample.patches, self.city)
        rows: list[list[Cell]] = []
        for site in self.city.parks:
            per_ha = rng.uniform(1_500, 2_600)
            for year in YEARS:
                gdp = float(built[site.code, year]) * per_ha * 1.045 ** (year - YEARS[0])
                rows.append([
                    site.code, site.name, year, round(gdp / 10_000, 2), round(gdp * rng.uniform(0.3, 0.5)),
                    round(gdp * rng.uniform(0.55, 0.7)), round(gdp * rng.uniform(0.06, 0.09)),
                    round(float(built[site.code, year]) * rng.uniform(16, 22)),
                ])  # fmt: skip
        head = [("", "园区代码", 12), ("", "园区名称", 26), ("", "年度", 8), ("", "地区生产总值（亿元）", 14),
                ("", "固定资产投资（万元）", 14), ("", "工业增加值（万元）", 14), ("", "税收收入（万元）", 14),
                ("", "常住人口（人）", 12)]  # fmt: skip
        sheet(book, "年度统计", f"{self.city.name}产业园区主要经济指标", head, rows, ["注：年末数。"])
        self._save(book, folder / "园区年度统计.xlsx")


def _plain(*names: str) -> list[tuple[str, str, int]]:
    return [("", "序号", 6), *(("", name, 22) for name in names)]


def _csv(path: Path, head: list[str], rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([head, *rows])
    path.write_bytes(text.getvalue().encode("gbk"))
