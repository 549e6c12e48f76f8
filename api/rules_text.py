"""Rules in lines of text."""

from collections.abc import Iterator
from typing import Any

from api.cli_text import padded

_WORDS = {
    "zh": {"ok": "规则文件 {file} 有效。", "as_of": "截至 {day}　规则版本 {version}", "unchecked": "尚未与官方文本核对",
           "replace": "下级可设定", "smaller": "下级只可更小", "larger": "下级只可更大", "since": "自 {day} 起"},
    "en": {"ok": "The rule file {file} is valid.", "as_of": "As of {day}, rules {version}",
           "unchecked": "not yet compared with the official text", "replace": "a place below may set it",
           "smaller": "a place below may only make it smaller", "larger": "a place below may only make it larger",
           "since": "since {day}"},
}  # fmt: skip


def rules_text(told: dict[str, Any], lang: str, checked_file: str | None) -> str:
    """Return the rules in force, a line a value."""
    said = _WORDS[lang]
    lines = [said["ok"].format(file=checked_file)] if checked_file else []
    lines.append(said["as_of"].format(day=told["as_of"], version=told["version"]))
    for rule in told["rules"]:
        lines += ["", f"【{rule['title']}】{rule['id']}", *_layers(rule, said), *_values(rule, said)]
    return "\n".join(lines)


def _layers(rule: dict[str, Any], said: dict[str, str]) -> Iterator[str]:
    for layer in rule["layers"]:
        checked = layer["checked"] or said["unchecked"]
        yield f"  {layer['place']}  {layer['instrument']}  {said['since'].format(day=layer['from'])}  ({checked})"


def _values(rule: dict[str, Any], said: dict[str, str]) -> Iterator[str]:
    for value in rule["values"]:
        below = f"  [{said[value['a_place_below_may']]}]" if value["a_place_below_may"] else ""
        place = f"  {value['place']}" if value["place"] != "CN" else ""
        yield f"  · {padded(value['name'], 46)}{value['value']}  （{value['article']}）{place}{below}"
