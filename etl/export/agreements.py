"""Rows of the export of contracts: promise, report, verification, areas and phases side by side, by enterprise."""

from typing import Any

from sqlalchemy import Connection, select

from data.models import Base
from etl.export.columns import Column
from etl.export.dataset import Dataset, Question, Source
from etl.export.land import Builder
from gis.words import word
from gis.words_intensity import FLAGS, KINDS

CONTRACTS = (
    Column("holder_credit_code", "统一社会信用代码", "Credit code", width=20),
    Column("holder", "企业（土地使用权人）", "Enterprise (holder)", width=24),
    Column("contract_no", "合同编号", "Contract", width=20),
    Column("kind", "合同类型", "Kind"),
    Column("park_code", "园区代码", "Park code"),
    Column("parcel_codes", "宗地代码", "Parcels", "list", width=24),
    Column("committed_wan", "约定总投资（万元）", "Promised (10,000 CNY)", "number", 2, 14),
    Column("committed_on", "约定日期", "Promised on", "day"),
    Column("committed_source", "约定来源", "Source of the promise", width=24),
    Column("reported_wan", "上报投资（万元）", "Reported (10,000 CNY)", "number", 2, 14),
    Column("reported_on", "上报日期", "Reported on", "day"),
    Column("reported_source", "上报来源", "Source of the report", width=24),
    Column("verified_wan", "核实投资（万元）", "Verified (10,000 CNY)", "number", 2, 14),
    Column("verified_on", "核实日期", "Verified on", "day"),
    Column("verified_source", "核实来源", "Source of the verification", width=24),
    Column("planned_ex_land_wan", "约定投资，不含地价税费（万元）", "Promised, without land (10,000 CNY)", "number", 2, 14),
    Column("reported_ex_land_wan", "上报投资，不含地价税费（万元）", "Reported, without land (10,000 CNY)", "number", 2, 14),
    Column("verified_ex_land_wan", "核实投资，不含地价税费（万元）", "Verified, without land (10,000 CNY)", "number", 2, 14),
    Column("area_basis", "考核面积口径", "Area judged"),
    Column("granted_m2", "合同面积（㎡）", "Granted area (m²)", "number", 2),
    Column("registered_m2", "登记面积（㎡）", "Registered area (m²)", "number", 2),
    Column("drawn_m2", "图形面积（㎡）", "Drawn area (m²)", "number", 2),
    Column("per_granted", "按合同面积的强度（万元/公顷）", "Intensity by granted area", "number", 2),
    Column("per_registered", "按登记面积的强度（万元/公顷）", "Intensity by registered area", "number", 2),
    Column("per_drawn", "按图形面积的强度（万元/公顷）", "Intensity by drawn area", "number", 2),
    Column("due_wan", "分期已到期应投（万元）", "Due by phases (10,000 CNY)", "number", 2, 14),
    Column("phase_rate", "分期完成率", "Phase rate", "number", 6),
    Column("peers", "同行业合同数", "Peers", "count"),
    Column("peer_median", "同行业中位数（万元/公顷）", "Median of peers", "number", 2),
    Column("flags", "需核对代码", "To check (codes)", "list", width=24),
    Column("notices", "需核对事项", "To check", width=40),
    Column("shared_with", "宗地共列合同", "Shares parcels with", "list", width=24),
)  # fmt: skip


def _contracts(connection: Connection, _: Any, question: Question, run_id: Any, __: Any) -> Dataset:
    table = Base.metadata.tables["contract_account"]
    statement = (
        select(table)
        .where(table.c.run_id == run_id)
        .order_by(table.c.holder_credit_code.collate("C"), table.c.contract_no.collate("C"))
    )
    if question.park_code is not None:
        statement = statement.where(table.c.park_code == question.park_code)
    rows, lang = [], question.lang
    for row in connection.execute(statement).mappings():
        told = {
            "kind": word(KINDS, row["kind"], lang),
            "notices": ("；" if lang == "zh" else "; ").join(
                word(FLAGS, flag, lang) for flag in row["flags"]
            ),
        }
        rows.append([told[k.name] if k.name in told else row[k.name] for k in CONTRACTS])
    return Dataset("contracts", question, Source(None, None), CONTRACTS, rows)


BUILDERS: dict[str, Builder] = {"contracts": _contracts}
