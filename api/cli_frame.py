"""What all commands share: errors as one line, ``--json``, days, languages, progress."""

import datetime as dt
import getpass
import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

from api import clock
from data import logfile
from data.settings import WrongSetting, settings
from gis.errors import LandStockError, UsageFault

Command = TypeVar("Command", bound=Callable[..., Any])
_JSON = "landstock.json"
_LANG = "landstock.lang"
Lang = Literal["zh", "en"]


class Commands(click.Group):
    """A group that shows an expected error as one line, without a traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; whether a document is asked for must be known before a wrong usage ends the parsing."""
        ctx.find_root().meta[_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, on record for the system's user as a clerk of the bureau."""
        from data.identity import Actor, act

        act(Actor(person(), "clerk"))
        try:
            return super().invoke(ctx)
        except LandStockError as error:
            _refuse(ctx, error)
        except click.UsageError as error:
            _say_usage(ctx, error)
            raise
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            _explain_unexpected(ctx, error)


def _say_usage(ctx: click.Context, error: click.UsageError) -> None:
    """Say a wrong usage in Chinese beside click's English, and as a document where one was asked for."""
    message = " ".join(error.format_message().split())
    chinese = _usage_zh(error, message)
    if language(ctx) == "zh":
        click.echo(f"错误：{chinese}", err=True)
    if ctx.find_root().meta.get(_JSON):
        document(ctx, {"error": {"code": UsageFault.code, "message": chinese, "message_en": message}})


def _usage_zh(error: click.UsageError, message: str) -> str:
    named = ""
    if isinstance(error, click.BadParameter) and error.param is not None:
        named = error.param.get_error_hint(error.ctx)
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}。--help 列出全部选项。"
    if isinstance(error, click.MissingParameter):
        return f"缺少 {named}。--help 说明用法。"
    if isinstance(error, click.BadParameter):
        return f"{named} 的取值无效：{error.message}"
    return f"用法有误：{message} --help 说明用法。"


def _refuse(ctx: click.Context, error: LandStockError) -> None:
    lang = language(ctx)
    text = error.text(lang)
    head = "Error: " if lang == "en" else "错误："
    click.echo(f"{head}{text} [{error.code}]", err=True)
    if ctx.find_root().meta.get(_JSON):
        document(ctx, {"error": {"code": error.code, "message": text, "message_en": str(error)}})
    ctx.exit(error.exit_code)


def language(ctx: click.Context) -> Lang:
    """Return the language of words for people: of ``--lang`` where it was given, else of the settings."""
    said = ctx.find_root().meta.get(_LANG)
    if said is None:
        try:
            said = settings().lang
        except WrongSetting:  # the language itself may still be set well
            said = os.environ.get("LANDSTOCK_LANG")
    return "en" if said == "en" else "zh"


def _explain_unexpected(ctx: click.Context, error: Exception) -> None:
    """Say what the environment is to blame for; keep everything else in the log."""
    from data.faults import fault_of

    fault = fault_of(error)
    if fault is not None:
        _refuse(ctx, fault)
    _refuse(ctx, Unexpected(error, logfile.note(error, " ".join(sys.argv[1:]))))


class Unexpected(LandStockError):
    """A mistake of the program."""

    code = "unexpected"

    def __init__(self, error: Exception, log: Path | None) -> None:
        where = (
            f"The details are in {log}." if log else "The details could not be written to the data folder."
        )
        where_zh = f"详情见 {log}。" if log else "详情未能写入数据目录。"
        first = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
        super().__init__(f"Unexpected fault: {first}. {where}", f"程序出现意外错误：{first}。{where_zh}")


def document(ctx: click.Context, content: Any) -> None:
    """Print the one JSON document of a command; a second one would be a mistake."""
    click.echo(json.dumps(content, ensure_ascii=False, default=str))


def json_option(command: Command) -> Command:
    """Give a command ``--json``."""

    def remember(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
        ctx.find_root().meta[_JSON] = value
        return value

    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        is_eager=True,
        callback=remember,
        help="One JSON document on standard output; everything else on standard error.",
    )(command)


class Day(click.ParamType[dt.date]):
    """A day such as 2026-01-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Return the day."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day; expected one such as 2026-01-31.", param, ctx)


class Moment(click.ParamType[dt.datetime]):
    """A time such as 2026-01-31T18:00 in Asia/Shanghai; a day alone means its end."""

    name = "timestamp"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """Return the time with its zone."""
        if isinstance(value, dt.datetime):
            return value
        try:
            found = dt.datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time; expected one such as 2026-01-31T18:00+08:00.", param, ctx)
        if re.fullmatch(r"\d{4}-?\d\d-?\d\d", value):
            found = dt.datetime.combine(found.date(), dt.time.max)
        return found if found.tzinfo else found.replace(tzinfo=clock.ZONE)


class Epsg(click.ParamType[int]):
    """A coordinate system such as EPSG:4490."""

    name = "epsg"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of the system."""
        match = re.fullmatch(r"(?:EPSG:)?(\d{4,6})", str(value), re.IGNORECASE)
        if match is None:
            self.fail(f"{value!r} is no coordinate system; expected one such as EPSG:4490.", param, ctx)
        return int(match[1])


def day_options(command: Command) -> Command:
    """Give a command ``--as-of`` and ``--known-on``."""
    as_of = click.option(
        "--as-of", type=Day(), default=clock.today, show_default="today", help="The day asked about."
    )
    known_on = click.option(
        "--known-on", type=Moment(), show_default="now", help="Answer with what was published at this time."
    )
    return as_of(known_on(command))


def park_option(command: Command) -> Command:
    """Give a command ``--park``."""
    return click.option("--park", "park_code", metavar="CODE", help="Only this park.")(command)


def lang_option(command: Command) -> Command:
    """Give a command ``--lang``; errors and progress are told in it too."""

    def remember(ctx: click.Context, _: click.Parameter, value: str) -> str:
        ctx.find_root().meta[_LANG] = value
        return value

    return click.option(
        "--lang",
        type=click.Choice(["zh", "en"]),
        default=lambda: settings().lang,
        is_eager=True,
        callback=remember,
        show_default="LANDSTOCK_LANG, else zh",
        help="Language of words for people.",
    )(command)


def person() -> str:
    """Return who acts: the system user's name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return "unknown"


def open_database() -> None:
    """Make sure that the database runs."""
    from data.cluster import ready

    ready()


STEPS: dict[str, dict[Lang, str]] = {
    "keep": {"zh": "留存成果", "en": "keep"},
    "read": {"zh": "读取", "en": "read"},
    "check": {"zh": "检查", "en": "check"},
    "stage": {"zh": "入暂存库", "en": "stage"},
    "compare": {"zh": "与已发布数据比对", "en": "compare with what is published"},
    "publish": {"zh": "发布", "en": "publish"},
    "read what is published": {"zh": "读取已发布数据", "en": "read what is published"},
    "built-up area and land stock of parks": {
        "zh": "统计园区建成区和土地存量",
        "en": "built-up area and land stock of parks",
    },
    "judge the parts": {"zh": "分部分判定", "en": "judge the parts"},
    "built-up area by parcel": {"zh": "按宗地统计建成区", "en": "built-up area by parcel"},
    "idle land": {"zh": "闲置土地判定", "en": "idle land"},
    "investment intensity": {"zh": "投资强度判定", "en": "investment intensity"},
    "sources against each other": {"zh": "多源数据比对", "en": "sources against each other"},
    "sample delivery": {"zh": "示例成果", "en": "sample delivery"},
    "analysis": {"zh": "分析", "en": "analysis"},
    "write": {"zh": "写出", "en": "write"},
    "rebuild": {"zh": "重建", "en": "rebuild"},
    "store the run": {"zh": "保存运行结果", "en": "store the run"},
}


class Steps:
    """Progress on standard error: one line a step, with the time since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._told: tuple[str, int] = ("", -1)

    def __call__(self, step: str, done: int, total: int) -> None:
        """Report a step; called often, it prints only a new step or every tenth part of a long one."""
        tenth = 10 * done // total if total > 0 else 0
        if (step, tenth) == self._told:
            return
        self._told = (step, tenth)
        of = f" {done:,}/{total:,}" if total > 1 else ""
        lang = language(click.get_current_context())
        words, _, name = step.partition("write ")
        told = f"{STEPS['write'][lang]} {name}" if name else STEPS[words][lang] if words in STEPS else step
        click.echo(f"  {time.monotonic() - self._began:6.1f} s  {told}{of}", err=True)
