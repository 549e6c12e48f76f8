"""Commands that judge: analyse and explain."""

import datetime as dt
from functools import partial
from pathlib import Path
from typing import Any

import click

from api.cli_frame import (
    Steps,
    day_options,
    document,
    json_option,
    lang_option,
    open_database,
    park_option,
    person,
)
from api.cli_summary_text import summary_text
from api.cli_what_if_text import what_if_text
from gis.errors import UsageFault


@click.command()
@day_options
@park_option
@click.option(
    "--rules",
    type=click.Path(dir_okay=False, path_type=Path),
    multiple=True,
    help="Rule file that stands in for the project's own (a what-if); can be repeated.",
)
@click.option("--save", is_flag=True, help="Store the what-if as a run of its own.")
@click.option(
    "--engine",
    type=click.Choice(["local", "dask"]),
    default="local",
    show_default=True,
    help="Where to compute: here, or by Dask's workers (extra scale). One park is always judged here.",
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="Dask scheduler to use; without it workers are started here."
)
@lang_option
@json_option
@click.pass_context
def analyse(
    ctx: click.Context,
    as_of: dt.date,
    known_on: dt.datetime | None,
    park_code: str | None,
    rules: tuple[Path, ...],
    save: bool,
    engine: str,
    scheduler: str | None,
    lang: str,
    as_json: bool,
) -> None:
    r"""Judge idle land, intensity and built-up growth as of a day, and store the run (分析).

    \b
        landstock analyse --as-of 2026-01-01
        landstock analyse --engine dask                # by workers of this machine
        landstock analyse --rules stricter.yaml        # a what-if, compared with the rules in force
    """
    from data.session import transaction
    from etl.analysis.run import ensure_run
    from etl.analysis.summary import summary

    for path in rules:
        if not path.is_file():
            raise UsageFault(
                f"{path} was not found; --rules names a rule file (YAML).",
                f"未找到 {path}；--rules 应为规则包文件（YAML）。",
            )
    if save and not rules:
        raise UsageFault(
            "--save belongs to --rules: a run by the project's own rules is always stored.",
            "--save 须与 --rules 一起使用：按系统自带规则的运行总会保存。",
        )
    if scheduler and engine != "dask":
        raise UsageFault("--scheduler belongs to --engine dask.", "--scheduler 须与 --engine dask 一起使用。")
    open_database()
    run_id = ensure_run(as_of, known_on, park_code, person(), Steps(), _how(engine, scheduler))
    with transaction() as connection:
        found = summary(connection, run_id)
    changed = _what_if(run_id, as_of, known_on, park_code, list(rules), save, lang) if rules else None
    if as_json:
        document(ctx, found.as_json() | ({"what_if": changed} if changed else {}))
        return
    click.echo(summary_text(found, lang))
    if changed:
        click.echo(what_if_text(changed, lang))


def _how(engine: str, scheduler: str | None) -> Any:
    """Return another way to judge than here; the modules of the extra are loaded only then."""
    if engine == "local":
        return None
    from etl.scale import judge_by_dask

    return partial(judge_by_dask, scheduler=scheduler)


def _what_if(
    run_id: int,
    as_of: dt.date,
    known_on: dt.datetime | None,
    park_code: str | None,
    rules: list[Path],
    save: bool,
    lang: str,
) -> dict[str, Any]:
    """Judge by other rules and return the parcels whose verdict differs; store it only if asked."""
    from etl.analysis.what_if import what_if

    return what_if(run_id, as_of, known_on, park_code, rules, person() if save else None, lang)


@click.command()
@click.argument("parcel_code")
@day_options
@lang_option
@json_option
@click.pass_context
def explain(
    ctx: click.Context,
    parcel_code: str,
    as_of: dt.date,
    known_on: dt.datetime | None,
    lang: str,
    as_json: bool,
) -> None:
    r"""Say every rule's verdict on a parcel with article, facts and arithmetic (说明理由).

    \b
        landstock explain 210700001001GB00001 --as-of 2026-01-01
    """
    from api.cli_explain_text import explanation_text
    from etl.analysis.explain import explain as explained

    open_database()
    told = explained(parcel_code, as_of, known_on, lang, person(), Steps())
    if as_json:
        document(ctx, told)
    else:
        click.echo(explanation_text(told, lang))
