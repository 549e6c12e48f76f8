"""What each finding is called in Chinese and English, how grave it is, and how to mend it."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from etl.issues import Severity


@cache
def table() -> dict[str, dict[str, str]]:
    """Return the table of findings: code -> severity, zh, en, mend_zh, mend_en."""
    text = (files("etl.checks") / "words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded


@cache
def severity_of(code: str) -> Severity:
    """Return what a finding does."""
    return Severity(table()[code]["severity"])


def acceptable() -> list[str]:
    """List the findings that a person may accept with a reason."""
    return sorted(code for code, said in table().items() if said.get("accept"))


class _Params(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value[:8]) + (" …" if len(value) > 8 else "")
    return f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


EVENTS = {
    "SIGNED": {"zh": "合同签订", "en": "signing"},
    "DELIVERED": {"zh": "交地", "en": "delivery of the land"},
    "PERMIT": {"zh": "施工许可", "en": "permit"},
    "REPORTED_START": {"zh": "申报开工", "en": "reported start"},
    "FOUNDATION": {"zh": "基础施工", "en": "foundation"},
    "PROGRESS": {"zh": "进度巡查", "en": "progress"},
    "SUSPENDED": {"zh": "中止", "en": "suspension"},
    "RESUMED": {"zh": "复工", "en": "resumption"},
    "COMPLETED": {"zh": "申报竣工", "en": "completion"},
    "COMPLETION_CHECKED": {"zh": "竣工核验", "en": "check of completion"},
}
HINT = {"zh": "；可能应为“{hint}”", "en": "; perhaps {hint}"}


def message(code: str, params: dict[str, Any], lang: str) -> str:
    """Return a finding in words. ``params`` may hold ``value``, ``field`` and ``row`` beside its own."""
    said = table().get(code)
    if said is None:
        return code
    lang = lang if lang in said else "zh"
    told = {name: EVENTS[value][lang] if name in ("event", "before") and value in EVENTS else value
            for name, value in params.items()}  # fmt: skip
    shown = _Params({name: _shown(value) for name, value in told.items()})
    return (said[lang] + (HINT[lang] if params.get("hint") else "")).format_map(shown)


def how_to_mend(code: str, lang: str) -> str:
    """Return what to do about a finding, and who."""
    said = table().get(code, {})
    return said.get(f"mend_{lang}", said.get("mend_zh", ""))
