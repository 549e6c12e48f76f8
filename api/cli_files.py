"""Commands that write files: exports and the hand-out map."""

import datetime as dt
from pathlib import Path

import click

from api.cli_frame import (
    Epsg,
    Steps,
    day_options,
    document,
    json_option,
    lang_option,
    open_database,
    park_option,
    person,
)
from gis.errors import UsageFault

purpose_option = click.option(
    "--purpose",
    default="",
    help="What an export of a large area is for, where a second person has to consent.",
)


@click.command()
@click.argument("what")
@click.option(
    "--format", "form", required=True, help="geojson, gpkg, csv, xlsx or txt (界址点), where it makes sense."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write.")
@click.option(
    "--crs", type=Epsg(), help="Coordinate system of gpkg, zone of txt; GeoJSON is EPSG:4490 or EPSG:4326."
)
@park_option
@day_options
@purpose_option
@click.option("--filter", "cql2", metavar="CQL2", help="Not available yet.")
@lang_option
@json_option
@click.pass_context
def export(
    ctx: click.Context,
    what: str,
    form: str,
    out: Path,
    crs: int | None,
    park_code: str | None,
    as_of: dt.date,
    known_on: dt.datetime | None,
    cql2: str | None,
    purpose: str,
    lang: str,
    as_json: bool,
) -> None:
    r"""Write WHAT to a file (导出).

    WHAT: parcels, parks, builtup, buildings, plan-zones, verdicts, idle-list, intensity, growth.

    \b
        landstock export idle-list --format xlsx --out idle-list.xlsx
        landstock export verdicts --format csv --out verdicts.csv --as-of 2026-01-01
    """
    from etl import export as exports

    if cql2 is not None:
        raise UsageFault(
            "--filter is not available yet; use --park, or filter the file.",
            "--filter 尚不可用；请用 --park，或在导出的文件中筛选。",
        )
    exports.check(what, form, crs)
    open_database()
    question = exports.Question(as_of, known_on, park_code, lang, person(), purpose)
    found = exports.export(what, form, out, question, crs, Steps())
    files = [str(path) for path in exports.files(found, form, out)]
    if as_json:
        document(ctx, {"what": what, "format": form, "file": files[0], "files": files, "rows": len(found.rows),
                       "as_of": as_of, **found.source.as_json()})  # fmt: skip
    else:
        click.echo(
            f"{', '.join(files)}: {len(found.rows):,} rows, as of {as_of}. 已写出 {len(found.rows):,} 行。"
        )


@click.command("map")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The HTML file to write.")
@park_option
@day_options
@purpose_option
@lang_option
@json_option
@click.pass_context
def map_(
    ctx: click.Context,
    out: Path,
    park_code: str | None,
    as_of: dt.date,
    known_on: dt.datetime | None,
    purpose: str,
    lang: str,
    as_json: bool,
) -> None:
    """Write one HTML file with a map that opens offline (单文件离线地图)."""
    from api.handing_out import write_map
    from etl.export import Question

    open_database()
    count = write_map(Question(as_of, known_on, park_code, lang, person(), purpose), out, progress=Steps())
    if as_json:
        document(ctx, {"file": str(out), "parcels": count, "as_of": as_of})
    else:
        click.echo(f"{out}: {count:,} parcels, as of {as_of}. 已写出 {count:,} 宗。")
