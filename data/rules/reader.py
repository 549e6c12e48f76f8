"""Reading one rule file: its form, its types, and the line of whatever is wrong."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from data.rules.packs import Pack, Step, Version, line_of
from gis.errors import InvalidRule
from gis.places import is_place

_HEADER = ("id", "place", "title", "open", "tighten", "versions")
_ENTRY = ("from", "published", "instrument", "values", "articles", "quote", "checked")
_VALUE = ("value", "unit", "article")
_LARGEST = 256 * 1024  # bytes; the law is short, and a file that unfolds into gigabytes is an attack
_YEARS_AHEAD = 2  # a rule published longer before it holds is taken for a slip of the pen


def read_pack(path: Path) -> Pack:
    """Return the rule file at a path.

    Raises
    ------
    InvalidRule
        The file cannot be read, is no YAML, or lacks or misnames something; with the line.
    """
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            raise InvalidRule(
                str(path), 1, f"the file is larger than {_LARGEST} bytes; a rule file is short",
                f"文件大于 {_LARGEST} 字节；规则文件应很短",
            )  # fmt: skip
        text = raw.decode("utf-8-sig")
        _refuse_aliases(str(path), text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRule(
            str(path), 1, f"the file cannot be read: {error}", f"文件无法读取：{error}"
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise InvalidRule(str(path), line, f"not valid YAML: {error}", f"不是有效的 YAML：{error}") from error
    lines: dict[tuple[Step, ...], int] = {}
    if node is not None:
        _walk(str(path), node, (), lines)
    content = yaml.safe_load(text)
    return _Reader(str(path), lines).pack(text, content)


def _refuse_aliases(path: str, text: str) -> None:
    """Refuse anchors: a few lines of them can unfold into more than a machine holds."""
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            raise InvalidRule(
                path, token.start_mark.line + 1, "anchors and aliases (& and *) are not read; write the value out",
                "不支持锚点和别名（& 和 *），请直接写出内容",
            )  # fmt: skip


def _walk(path: str, node: yaml.Node, steps: tuple[Step, ...], lines: dict[tuple[Step, ...], int]) -> None:
    lines.setdefault(steps, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*steps, str(key.value))
            line = key.start_mark.line + 1
            if inner in lines:
                raise InvalidRule(
                    path, line, f"{key.value} stands twice, first in line {lines[inner]}; keep one",
                    f"{key.value} 重复出现，首次在第 {lines[inner]} 行；请只保留一处",
                )  # fmt: skip
            lines[inner] = line
            _walk(path, value, inner, lines)
    elif node.tag == "tag:yaml.org,2002:timestamp":
        try:
            dt.datetime.fromisoformat(node.value)
        except ValueError:
            raise InvalidRule(
                path, node.start_mark.line + 1, f"{node.value} is no day; expected one such as 2012-07-01",
                f"{node.value} 不是有效日期；应如 2012-07-01",
            ) from None  # fmt: skip
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _walk(path, value, (*steps, number), lines)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns the content of one file into a pack, or says what is wrong and where."""

    path: str
    lines: dict[tuple[Step, ...], int]

    def wrong(self, en: str, zh: str, *steps: Step) -> InvalidRule:
        return InvalidRule(self.path, line_of(self.lines, steps), en, zh)

    def pack(self, text: str, content: Any) -> Pack:
        if not isinstance(content, dict):
            raise self.wrong(
                "expected a mapping with id, place and versions", "应为含 id、place 和 versions 的映射"
            )
        self._known(content, _HEADER)
        rule_id, place = (self._text(content, (), key) for key in ("id", "place"))
        if not is_place(place):
            raise self.wrong(
                f"place: {place} is no place; expected CN, CN/21, CN/21/2107, … or one of them with a park code",
                f"place：{place} 不是有效的地区；应为 CN、CN/21、CN/21/2107 等，末尾可加园区代码",
                "place",
            )
        entries = content.get("versions")
        if not isinstance(entries, list) or not entries:
            raise self.wrong(
                "versions: expected at least one version", "versions：至少应有一个版本", "versions"
            )
        versions = tuple(self._version(entry, number) for number, entry in enumerate(entries))
        for number in range(1, len(versions)):
            if versions[number].since <= versions[number - 1].since:
                raise self.wrong(
                    "from: versions must follow one another in time",
                    "from：各版本应按时间先后排列",
                    "versions",
                    number,
                    "from",
                )
        tightened = content.get("tighten") or {}
        if not isinstance(tightened, dict) or not set(tightened.values()) <= {"smaller", "larger"}:
            raise self.wrong(
                "tighten: expected keys with smaller or larger",
                "tighten：应为参数名及 smaller 或 larger",
                "tighten",
            )
        opened = content.get("open") or []
        if not isinstance(opened, list):
            raise self.wrong("open: expected a list of keys", "open：应为参数名列表", "open")
        return Pack(
            self.path,
            text,
            rule_id,
            place,
            self._title(content),
            tuple(map(str, opened)),
            {str(key): str(way) for key, way in tightened.items()},
            versions,
            self.lines,
        )

    def _title(self, content: dict[Any, Any]) -> dict[str, str]:
        title = content.get("title") or {}
        if not isinstance(title, dict) or not all(isinstance(text, str) for text in title.values()):
            raise self.wrong(
                "title: expected texts by language (zh, en)", "title：应按语言（zh、en）给出文字", "title"
            )
        return {str(lang): text for lang, text in title.items()}

    def _version(self, entry: Any, number: int) -> Version:
        at: tuple[Step, ...] = ("versions", number)
        if not isinstance(entry, dict) or not isinstance(entry.get("values"), dict):
            raise self.wrong(
                "a version needs from, published, instrument and values",
                "每个版本应有 from、published、instrument 和 values",
                *at,
            )
        self._known(entry, _ENTRY, *at)
        since, published = (self._day(entry, at, key) for key in ("from", "published"))
        if published > since or (since - published).days > _YEARS_AHEAD * 366:
            raise self.wrong(
                "published: expected a day before `from`, by two years at most",
                "published：应为 from 之前的日期，最多早两年",
                *at,
                "published",
            )
        values, units = {}, {}
        articles = {str(key): str(text) for key, text in (entry.get("articles") or {}).items()}
        for key, value in entry["values"].items():
            here = (*at, "values", str(key))
            if not isinstance(value, dict) or "value" not in value:
                raise self.wrong(
                    f"{key}: expected value, unit and article", f"{key}：应有 value、unit 和 article", *here
                )
            self._known(value, _VALUE, *here)
            values[str(key)] = self._value(value["value"], str(key), here)
            units[str(key)] = self._text(value, here, "unit")
            articles[str(key)] = self._text(value, here, "article")
        checked = entry.get("checked")
        return Version(since, published, self._text(entry, at, "instrument"), values, units, articles,
                       None if checked is None else str(checked))  # fmt: skip

    def _known(self, content: dict[Any, Any], known: tuple[str, ...], *at: Step) -> None:
        """Refuse a word that means nothing here: most likely a slip of the pen that would change nothing."""
        for key in content:
            if key not in known:
                raise self.wrong(
                    f"{key} means nothing here; known: {', '.join(known)}",
                    f"{key} 在此处没有意义；可用：{'、'.join(known)}",
                    *at, str(key),
                )  # fmt: skip

    def _text(self, content: dict[Any, Any], at: tuple[Step, ...], key: str) -> str:
        text = content.get(key)
        if not isinstance(text, str) or not text.strip():
            raise self.wrong(f"{key}: expected a text", f"{key}：应为文字", *at, key)
        return text.strip()

    def _day(self, content: dict[Any, Any], at: tuple[Step, ...], key: str) -> dt.date:
        day = content.get(key)
        if not isinstance(day, dt.date) or isinstance(day, dt.datetime):
            raise self.wrong(
                f"{key}: expected a day such as 2012-07-01", f"{key}：应为日期，如 2012-07-01", *at, key
            )
        return day

    def _value(self, value: Any, key: str, at: tuple[Step, ...]) -> Any:
        """Return a value of the kind that its key's ending asks for; never a float."""
        if key.endswith(("_share", "_m2", "_m", "_wan", "_times")):
            return self._fraction(value, key, at)
        if key.endswith("_years"):
            return self._months(value, key, at)
        if key.endswith("_days"):
            if not isinstance(value, list) or not all(type(day) is int and day > 0 for day in value):
                raise self.wrong(
                    f"{key}: expected a list of whole days above 0", f"{key}：应为大于 0 的整天数列表", *at
                )
            return tuple(sorted(value, reverse=True))
        if key.endswith("_landuse"):
            if not isinstance(value, dict) or not all(isinstance(codes, list) for codes in value.values()):
                raise self.wrong(
                    f"{key}: expected codes for each scheme", f"{key}：应按每种分类标准给出代码", *at
                )
            return {str(scheme): tuple(map(str, codes)) for scheme, codes in value.items()}
        if type(value) is not int or value < 0:
            raise self.wrong(
                f"{key}: expected a whole number of 0 or more, found {value!r}",
                f"{key}：应为不小于 0 的整数，现为 {value!r}",
                *at,
            )
        return value

    def _months(self, value: Any, key: str, at: tuple[Step, ...]) -> Fraction:
        """Return years as a fraction that is a whole number of months: the Civil Code counts days of a month."""
        try:
            found = Fraction(value if isinstance(value, int | str) and not isinstance(value, bool) else "")
        except (ValueError, ZeroDivisionError):
            found = Fraction(-1)
        if found <= 0 or (found * 12).denominator != 1:
            raise self.wrong(
                f"{key}: expected years such as 2, or months as 1/2 for six, found {value!r}",
                f"{key}：应为年数，如 2，或以分数表示的整月，如 1/2 为六个月，现为 {value!r}",
                *at,
            )
        return found

    def _fraction(self, value: Any, key: str, at: tuple[Step, ...]) -> Fraction:
        try:
            found = Fraction(value if isinstance(value, int | str) and not isinstance(value, bool) else "")
        except (ValueError, ZeroDivisionError):
            raise self.wrong(
                f"{key}: expected a fraction such as 1/3, found {value!r}",
                f"{key}：应为分数，如 1/3，现为 {value!r}",
                *at,
            ) from None
        if found < 0 or (key.endswith("_share") and found > 1):
            raise self.wrong(
                f"{key}: {value} is no share of a whole", f"{key}：{value} 不是 0 至 1 之间的比例", *at
            )
        return found
