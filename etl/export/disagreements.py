"""Rows of the exports of sources that disagree, and of the index of reporters."""

from typing import Any

from sqlalchemy import Connection

from data import disagreements
from etl.export.columns import Column
from etl.export.dataset import Dataset, Question, Source
from etl.export.land import Builder
from gis.phrases.crosscheck import source_word, tell_disagreement
from gis.words import word
from gis.words_crosscheck import DIRECTIONS, EXPLANATIONS, KINDS, NEXT_STEPS, SLIPS, SUSPICIONS

DISAGREEMENTS = (
    Column("reporter", "报送单位", "Reporter", width=20),
    Column("suspicion_word", "类别", "Class", width=14),
    Column("kind_word", "比对事项", "What disagrees", width=26),
    Column("parcel_code", "宗地代码", "Parcel code", width=21),
    Column("contract_no", "合同编号", "Contract", width=20),
    Column("park_code", "园区代码", "Park code"),
    Column("holder", "企业（土地使用权人）", "Enterprise (holder)", width=24),
    Column("holder_credit_code", "统一社会信用代码", "Credit code", width=20),
    Column("direction_word", "方向", "Direction", width=10),
    Column("said", "报送值", "Reported", "number", 2, 14),
    Column("said_on", "报送日期", "Reported on", "day"),
    Column("said_from", "报送来源", "Source of the report", width=24),
    Column("found", "对照值", "Found", "number", 2, 14),
    Column("found_on", "对照日期", "Found on", "day"),
    Column("found_from", "对照来源", "Source of what was found", width=24),
    Column("unit", "单位代码", "Unit", width=8),
    Column("ratio", "报送值/对照值", "Reported / found", "number", 4),
    Column("size", "相差", "Apart", "number", 2, 14),
    Column("days", "相隔天数", "Days", "count"),
    Column("slip_word", "单位差错", "Slip of units", width=20),
    Column("explanation_word", "可能原因", "Perhaps", width=20),
    Column("next_word", "下一步", "Next step", width=20),
    Column("text", "说明", "In words", width=60),
    Column("kind", "事项代码", "Kind", width=0),
    Column("suspicion", "类别代码", "Class code", width=0),
    Column("explanation", "原因代码", "Explanation code", width=0),
    Column("slip", "差错代码", "Slip code", width=0),
)  # fmt: skip
REPORTERS = (
    Column("park_code", "园区代码", "Park code"),
    Column("reporter", "报送单位", "Reporter", width=24),
    Column("compared", "可比对的报送条数", "Facts compared", "count"),
    Column("overreported", "疑似虚报", "Suspected over-reporting", "count"),
    Column("underreported", "疑似瞒报", "Suspected under-reporting", "count"),
    Column("omitted", "疑似漏报", "Suspected omissions", "count"),
    Column("mismatch", "不一致待核对", "Mismatches", "count"),
    Column("slips", "单位差错", "Slips of units", "count"),
    Column("share", "疑似条数/比对条数（条数过少不计）", "Suspected / compared (none if too few)", "number", 4, 18),
)  # fmt: skip


def _disagreements(connection: Connection, _: Any, question: Question, run_id: Any, __: Any) -> Dataset:
    lang, rows = question.lang, []
    found = disagreements.rows(connection, run_id, park_code=question.park_code)
    for row in sorted(found, key=lambda row: (row["reporter"], row["number"])):
        told = {
            "suspicion_word": word(SUSPICIONS, row["suspicion"], lang), "kind_word": word(KINDS, row["kind"], lang),
            "direction_word": word(DIRECTIONS, row["direction"], lang) if row["direction"] else "",
            "said_from": source_word(row["said_source"], lang), "found_from": source_word(row["found_source"], lang),
            "slip_word": word(SLIPS, row["slip"], lang) if row["slip"] else "",
            "explanation_word": word(EXPLANATIONS, row["explanation"], lang),
            "next_word": word(NEXT_STEPS, row["next_step"], lang), "text": tell_disagreement(dict(row), lang),
        }  # fmt: skip
        rows.append([told[k.name] if k.name in told else row[k.name] for k in DISAGREEMENTS])
    return Dataset("disagreements", question, Source(None, None), DISAGREEMENTS, rows)


def _reporters(connection: Connection, _: Any, question: Question, run_id: Any, __: Any) -> Dataset:
    found = disagreements.reporters(connection, run_id, question.park_code)
    rows = [[row[column.name] for column in REPORTERS] for row in found]
    return Dataset("reporters", question, Source(None, None), REPORTERS, rows)


BUILDERS: dict[str, Builder] = {"disagreements": _disagreements, "reporters": _reporters}
