"""Reading one rule file: its form, its types, and the line of whatever is wrong."""

import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from gis.errors import InvalidRule

Step = str | int
_YEARS_AHEAD = 2  # a rule published longer before it holds is taken for a slip of the pen


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a rule: what holds from a day on."""

    since: dt.date
    published: dt.date
    instrument: str
    values: dict[str, Any]
    units: dict[str, str]
    articles: dict[str, str]
    checked: str | None


@dataclass(frozen=True, slots=True)
class Pack:
    """One rule file. ``open`` names the keys that a place below may set."""

    path: str
    text: str
    id: str
    place: str
    open: tuple[str, ...]
    versions: tuple[Version, ...]
    lines: dict[tuple[Step, ...], int] = field(repr=False)

    @property
    def parent(self) -> str | None:
        """The place above; None for a country."""
        return self.place.rpartition("/")[0] or None

    def line(self, *steps: Step) -> int:
        """Return the line of an entry, or of the nearest one around it that exists."""
        return _line(self.lines, steps)

    def version_on(self, day: dt.date) -> Version | None:
        """Return the version in force on a day, if there is one."""
        in_force = [version for version in self.versions if version.since <= day]
        return in_force[-1] if in_force else None

    def as_json(self) -> dict[str, Any]:
        """Return the versions as JSON can hold them; fractions as text."""
        return {
            "open": list(self.open),
            "versions": [
                {
                    "from": entry.since.isoformat(),
                    "published": entry.published.isoformat(),
                    "instrument": entry.instrument,
                    "checked": entry.checked,
                    "values": {
                        key: {
                            "value": _plain(value),
                            "unit": entry.units[key],
                            "article": entry.articles[key],
                        }
                        for key, value in entry.values.items()
                    },
                    "articles": entry.articles,
                }
                for entry in self.versions
            ],
        }


def read_pack(path: Path) -> Pack:
    """Return the rule file at a path.

    Raises
    ------
    InvalidRule
        The file cannot be read, is no YAML, or lacks or misnames something; with the line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        node, content = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
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
        _walk(node, (), lines)
    return _Reader(str(path), lines).pack(text, content)


def _walk(node: yaml.Node, steps: tuple[Step, ...], lines: dict[tuple[Step, ...], int]) -> None:
    lines.setdefault(steps, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*steps, str(key.value))
            lines[inner] = key.start_mark.line + 1
            _walk(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _walk(value, (*steps, number), lines)


def _line(lines: dict[tuple[Step, ...], int], steps: tuple[Step, ...]) -> int:
    while steps and steps not in lines:
        steps = steps[:-1]
    return lines.get(steps, 1)


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, tuple):
        return list(value)
    return {key: list(codes) for key, codes in value.items()} if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns the content of one file into a pack, or says what is wrong and where."""

    path: str
    lines: dict[tuple[Step, ...], int]

    def wrong(self, en: str, zh: str, *steps: Step) -> InvalidRule:
        return InvalidRule(self.path, _line(self.lines, steps), en, zh)

    def pack(self, text: str, content: Any) -> Pack:
        if not isinstance(content, dict):
            raise self.wrong(
                "expected a mapping with id, place and versions", "应为含 id、place 和 versions 的映射"
            )
        rule_id, place = (self._text(content, (), key) for key in ("id", "place"))
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
        opened = content.get("open") or []
        if not isinstance(opened, list):
            raise self.wrong("open: expected a list of keys", "open：应为参数名列表", "open")
        return Pack(
            self.path,
            text,
            rule_id,
            place,
            tuple(map(str, opened)),
            versions,
            self.lines,
        )

    def _version(self, entry: Any, number: int) -> Version:
        at: tuple[Step, ...] = ("versions", number)
        if not isinstance(entry, dict) or not isinstance(entry.get("values"), dict):
            raise self.wrong(
                "a version needs from, published, instrument and values",
                "每个版本应有 from、published、instrument 和 values",
                *at,
            )
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
            values[str(key)] = self._value(value["value"], str(key), here)
            units[str(key)] = self._text(value, here, "unit")
            articles[str(key)] = self._text(value, here, "article")
        self._contradictions(values, (*at, "values"))
        checked = entry.get("checked")
        return Version(since, published, self._text(entry, at, "instrument"), values, units, articles,
                       None if checked is None else str(checked))  # fmt: skip

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
        if key.endswith(("_share", "_m2", "_m")):
            return self._fraction(value, key, at)
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

    def _contradictions(self, values: dict[str, Any], at: tuple[Step, ...]) -> None:
        first, second = values.get("first_band_years"), values.get("second_band_years")
        if first is not None and second is not None and second <= first:
            raise self.wrong(
                "second_band_years: must be later than first_band_years",
                "second_band_years：应晚于 first_band_years",
                *at,
                "second_band_years",
            )
