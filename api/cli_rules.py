"""The command that shows the rules in plain words."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from api.cli_frame import day_options, document, json_option, lang_option, open_database, park_option
from gis.errors import UsageFault


@click.command()
@day_options
@park_option
@click.option(
    "--check", type=click.Path(dir_okay=False, path_type=Path), help="Say whether a rule file is valid."
)
@lang_option
@json_option
@click.pass_context
def rules(
    ctx: click.Context, as_of: dt.date, known_on: dt.datetime | None, park_code: str | None, check: Path | None,
    lang: str, as_json: bool,
) -> None:  # fmt: skip
    r"""Show the rules in force on a day with value, article and place, or check a rule file (规则).

    \b
        landstock rules --as-of 2026-01-01 --park S217901
        landstock rules --check stricter.yaml
        landstock rules --check control-values.csv
    """
    from api.rules_text import rules_text
    from data.rules import layers_in_force, standards, version
    from data.rules.tables import read_standards
    from data.rules.told import rules_told

    del known_on  # rules have no second time of their own: the file says since when it holds
    if check is not None and not check.is_file():
        raise UsageFault(
            f"{check} was not found; --check names a rule file.", f"未找到 {check}；--check 应为规则文件。"
        )
    table = check if check is not None and check.suffix.lower() == ".csv" else None
    files = (check,) if check is not None and table is None else ()
    if table is not None:
        read_standards((table,))  # refuses a wrong table with its line
    elif check is not None:
        layers_in_force("idle_land", as_of, files)  # refuses a wrong file with its line
    site = _site(park_code, as_of) if park_code else None
    loaded = standards()
    told: dict[str, Any] = {
        "as_of": as_of.isoformat(),
        "version": version(files),
        "rules": rules_told(as_of, files, site, lang),
        "tables": {"controls": len(loaded.controls), "grades": len(loaded.grades)},
    }
    if as_json:
        document(ctx, told)
    else:
        click.echo(rules_text(told, lang, str(check) if check else None))


def _site(park_code: str, as_of: dt.date) -> Any:
    from data.session import transaction
    from data.sites import site_of

    open_database()
    with transaction() as connection:
        return site_of(connection, park_code, as_of)
