"""Errors raised on purpose, and nothing else."""

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar, Literal


class LandStockError(Exception):
    """Base of every error this system raises on purpose.

    ``code`` never changes once released: logs, the API and the command line
    use it, and people search for it. The message is for a person and says
    what was found, what was expected and what to do, in English (`en`, the
    text of logs) and in Chinese (`zh`).
    """

    code: ClassVar[str] = "landstock"
    exit_code: ClassVar[int] = 1

    def __init__(self, en: str, zh: str) -> None:
        self._texts = {"en": en, "zh": zh}
        super().__init__(en)

    def text(self, lang: Literal["zh", "en"]) -> str:
        """Return the message in a language."""
        return self._texts[lang]


class UsageFault(LandStockError):
    """The command or the request was wrong in itself."""

    code = "usage"
    exit_code = 2


class EnvironmentFault(LandStockError):
    """The machine lacks something: a database, disk space, a program."""

    code = "environment"
    exit_code = 3


class MissingColumns(LandStockError):
    """A table lacks columns that the analysis reads."""

    code = "missing-columns"

    def __init__(self, table: str, columns: Iterable[str]) -> None:
        self.table = table
        self.columns = tuple(columns)
        super().__init__(
            f"The table {table} has no column {', '.join(self.columns)}. "
            "Add it (empty cells mean unknown) where the table is read.",
            f"表 {table} 缺少列 {'、'.join(self.columns)}。请在读取该表处补上（空值表示未知）。",
        )


class DuplicateKey(LandStockError):
    """A table holds two rows for what must be one thing."""

    code = "duplicate-key"

    def __init__(self, table: str, column: str, values: Iterable[object]) -> None:
        self.table = table
        self.values = tuple(values)
        shown = ", ".join(str(value) for value in self.values[:5])
        super().__init__(
            f"The table {table} has more than one row for {column} {shown}; one row each is expected. "
            "Give only the version known on one day.",
            f"表 {table} 中 {column} {shown} 有多行，应各只有一行。请只给出同一时点已知的版本。",
        )


class WrongCRS(LandStockError):
    """Geometry is not in the system's own CRS."""

    code = "wrong-crs"

    def __init__(self, crs: object) -> None:
        self.crs = crs
        super().__init__(
            f"Geometry here is CGCS2000 (EPSG:4490); this table has {crs or 'none'}. "
            "Reproject where the delivery is read.",
            f"此处的图形应为 CGCS2000（EPSG:4490），该表为 {crs or '无坐标系'}。请在读取成果处转换坐标。",
        )


class RuleNotInForce(LandStockError):
    """No version of a rule was in force on a day."""

    code = "rule-not-in-force"

    def __init__(self, rule: str, on: dt.date, first: dt.date) -> None:
        self.rule = rule
        self.on = on
        self.first = first
        super().__init__(
            f"The rule {rule} was not in force on {on.isoformat()}: its first version holds from "
            f"{first.isoformat()}. Ask for that day or a later one.",
            f"规则 {rule} 在 {on.isoformat()} 尚未施行，最早一版自 {first.isoformat()} 起施行。请选择该日或以后的日期。",
        )


class InvalidRule(LandStockError):
    """A rule file is wrong or contradicts the file that it refines."""

    code = "invalid-rule"

    def __init__(self, file: str, line: int, en: str, zh: str) -> None:
        self.file = file
        self.line = line
        super().__init__(f"{file}, line {line}: {en}", f"规则包 {file} 第 {line} 行：{zh}")


class UnlikeFigures(LandStockError):
    """Figures of different kinds were to be added: a mistake in the program."""

    code = "unlike-figures"

    def __init__(self, kinds: Iterable[str]) -> None:
        self.kinds = tuple(kinds)
        listed = ", ".join(self.kinds) or "none"
        super().__init__(
            f"Figures can only be added where all have one definition that adds up; these have: {listed}.",
            f"只有同一定义且可加的数字才能相加；所给为：{listed}。",
        )
