"""A frozen list as an export: exactly what was stored when it was frozen, with its number and hash."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, func, select

from data.frozen_lists import frozen_rows
from data.models import FrozenRow
from etl.export.columns import IDLE_LIST
from etl.export.dataset import Dataset, Question, Source
from etl.export.idle_list import listed_row
from etl.facts import from_wkb

_CHINA = ZoneInfo("Asia/Shanghai")
_SEAL = {
    "zh": ("本表为第 {n} 号冻结清单，冻结后内容不再改变。内容校验值 SHA-256：{sha}。", "{by} 于 {at} 核对，{frozen_by} 于 {frozen_at} 冻结。"),
    "en": ("Frozen list {n}; its content does not change any more. SHA-256 of the content: {sha}.",
           "Checked by {by} at {at}, frozen by {frozen_by} at {frozen_at}."),
}  # fmt: skip


def frozen_dataset(connection: Connection, head: RowMapping, lang: str, person: str) -> Dataset:
    """Return a frozen list in the columns of the idle-land list, with its shapes."""
    list_id = head["list_id"]
    rows = [
        listed_row(row["no"], row, row["park_name"], row["contract_no"], lang)
        for row in frozen_rows(connection, list_id)
    ]
    wkb = connection.execute(
        select(func.ST_AsBinary(FrozenRow.geom)).where(FrozenRow.list_id == list_id).order_by(FrozenRow.no)
    )
    shapes = from_wkb(list(wkb.scalars()))
    source = Source(head["publication_id"], head["published_at"], None, head["rules_version"], head["rules"])
    question = Question(head["as_of"], head["known_on"], head["park_code"], lang, person)
    return Dataset(
        "idle-list", question, source, IDLE_LIST, rows, shapes, head["park_name"], head["undetermined"],
        seal=seal(head, lang),
    )  # fmt: skip


def seal(head: Any, lang: str) -> list[str]:
    """Return what a frozen list says of itself."""
    values = {
        "n": head["list_id"], "sha": head["content_sha256"], "by": head["checked_by"], "at": _moment(head["checked_at"]),
        "frozen_by": head["frozen_by"], "frozen_at": _moment(head["frozen_at"]),
    }  # fmt: skip
    return [line.format(**values) for line in _SEAL[lang]]


def _moment(value: Any) -> str:
    return f"{value.astimezone(_CHINA):%Y-%m-%d %H:%M}"
