"""What stands under a list: where its figures come from and how they are defined."""

from typing import Any
from zoneinfo import ZoneInfo

from etl.export.dataset import Dataset
from gis.words import INTENSITY_VERDICTS, TERMS, word

_CHINA = ZoneInfo("Asia/Shanghai")
_DEFINITION = {
    "zh": "判定依据：{instrument}第二条、第三十条；{checked}。",
    "en": "Definition: {instrument}, articles 2 and 30. {checked}.",
}
_CHECKED = {
    "zh": ("规则条文尚未与官方文本逐条核对", "规则条文已与官方文本核对"),
    "en": ("The rules are not yet compared with the official text", "Compared with the official text"),
}


def notes(dataset: Dataset) -> list[str]:
    """Return what a reader must know of the figures, one sentence or two each."""
    lang = dataset.question.lang
    lines = [*dataset.seal, _state(dataset), _source(dataset)]
    if dataset.what in ("idle-list", "verdicts"):
        lines.append(_definition(dataset.source.rules, lang))
    return lines


def data_version(dataset: Dataset) -> str:
    """Return the version of the data in words: the number and time of the publication."""
    source, zh = dataset.source, dataset.question.lang == "zh"
    if source.publication_id is None or source.published_at is None:
        return "尚无发布数据" if zh else "nothing published yet"
    at = source.published_at.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")
    return f"第{source.publication_id}次发布（{at}）" if zh else f"publication {source.publication_id} ({at})"


def _state(dataset: Dataset) -> str:
    question = dataset.question
    day = question.as_of.isoformat()
    scope = dataset.park_name or question.park_code
    if question.lang == "zh":
        facets = "".join(f"；{text}" for text in _facets(dataset))
        return f"截至日期：{day}；范围：{scope or '全部园区'}{facets}；{len(dataset.rows)} 行。"
    facets = "".join(f"; {text}" for text in _facets(dataset))
    return f"As of {day}; {scope or 'all parks'}{facets}; {len(dataset.rows)} rows."


def _facets(dataset: Dataset) -> list[str]:
    """Return which verdicts on contract terms were chosen, in words; nothing where all were."""
    if dataset.what != "intensity":
        return []
    question = dataset.question
    named = (
        ("指标", "term", TERMS, question.term),
        ("判定", "verdict", INTENSITY_VERDICTS, question.verdict),
    )
    if question.lang == "zh":
        return [f"{zh}：{word(words, code, 'zh')}" for zh, _, words, code in named if code]
    return [f"{en}: {word(words, code, 'en')}" for _, en, words, code in named if code]


def _source(dataset: Dataset) -> str:
    source = dataset.source
    if dataset.question.lang == "zh":
        run = f"；运行 {source.run_id}；规则版本 {source.rules_version}" if source.run_id else ""
        return f"数据版本：{data_version(dataset)}{run}；坐标系 CGCS2000。"
    run = f"; run {source.run_id}; rules {source.rules_version}" if source.run_id else ""
    return f"Data: {data_version(dataset)}{run}; CGCS2000."


def _definition(rules: dict[str, Any], lang: str) -> str:
    version = idle_version(rules)
    checked = _CHECKED[lang][bool(version.get("checked"))]
    instrument = version.get("instrument") or "闲置土地处置办法"
    return _DEFINITION[lang].format(instrument=instrument, checked=checked)


def idle_version(rules: dict[str, Any]) -> dict[str, Any]:
    """Return the newest version of the national idle-land rule that a run was computed with."""
    versions = rules.get("idle_land/CN", {}).get("versions", [])
    return dict(versions[-1]) if versions else {}
