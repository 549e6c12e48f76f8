"""Commands about import jobs: list, follow up, cancel, repeat; and the worker that carries them out."""

import datetime as dt
from typing import Any

import click

from api.cli_deliveries import import_text
from api.cli_frame import Lang, document, json_option, lang_option, language, open_database
from api.cli_progress import Rows, stoppable
from gis.errors import LandStockError, UsageFault


@click.command()
@click.argument("job_id", required=False, type=int, metavar="[ID]")
@click.option("--cancel", is_flag=True, help="End the job.")
@click.option("--repeat", is_flag=True, help="Carry it out again, here and now.")
@lang_option
@json_option
@click.pass_context
def jobs(
    ctx: click.Context, job_id: int | None, cancel: bool, repeat: bool, lang: str, as_json: bool
) -> None:
    r"""List the import jobs, or say what became of one (导入任务).

    \b
        landstock jobs 12            state, progress and log of one
        landstock jobs 12 --cancel   end it
        landstock jobs 12 --repeat   again, from the copy that was kept
    """
    from data import job_runs
    from data import jobs as kept
    from data.session import transaction

    if (cancel or repeat) and job_id is None:
        raise UsageFault(
            "--cancel and --repeat need the number of a job.", "--cancel 与 --repeat 须指明任务编号。"
        )
    if cancel and repeat:
        raise UsageFault(
            "--cancel and --repeat exclude each other. Give one.",
            "--cancel 与 --repeat 不能同时使用，请只给其一。",
        )
    open_database()
    with transaction() as connection:
        job_runs.sweep(connection)
        if job_id is not None and cancel:
            kept.cancel(connection, job_id)
    if repeat:
        carry_out(ctx, ("repeat", job_id), language(ctx), as_json)
    with transaction() as connection:
        if job_id is None:
            found = kept.list_jobs(connection)
            _show(ctx, {"jobs": [job.progress(language(ctx)) for job in found]}, as_json)
        else:
            job = kept.get(connection, job_id)
            lines = kept.log_lines(connection, job_id)
            _show(ctx, job.progress(language(ctx)) | {"log": lines, "result": job.result}, as_json)


def carry_out(ctx: click.Context, asked: tuple[Any, ...], lang: Lang, as_json: bool) -> None:
    """Carry out a job in a process of its own and print what came out; ends the command."""
    from etl.reporting import Cancelled
    from etl.running import run

    rows = Rows(lang)
    with stoppable(lang) as started:
        try:
            ran = run(asked, rows, started)
        except LandStockError as error:
            rows.end()
            if error.code != Cancelled.code:
                raise
            click.echo(error.text(lang), err=True)
            ctx.exit(130)
    rows.end()
    content = {"job": ran.job_id} | ran.result
    code = content.pop("exit_code", 0)
    if as_json:
        document(ctx, content)
    elif "layers" in content:
        click.echo(import_text(content, lang))
    else:
        click.echo("\n".join(f"{name}: {value}" for name, value in content.items()))
    ctx.exit(code)


def _show(ctx: click.Context, content: dict[str, Any], as_json: bool) -> None:
    if as_json:
        document(ctx, content)
    elif "jobs" in content:
        for job in content["jobs"]:
            click.echo(_one_line(job))
        if not content["jobs"]:
            click.echo("No import job yet. 还没有导入任务。")
    else:
        click.echo(_one_line(content))
        if content["error"]:
            click.echo(f"  {content['error']['message']} [{content['error']['code']}]")
        for line in content["log"]:
            at: dt.datetime = line["at"]
            params = "  ".join(f"{name}={value}" for name, value in line["params"].items())
            click.echo(f"  {at.astimezone():%Y-%m-%d %H:%M:%S}  {line['code']}  {params}".rstrip())


def _one_line(job: dict[str, Any]) -> str:
    line = f"{job['job']:>6}  {job['state']:<9}  {job['what'] or '—':<9}"
    if job["state"] == "RUNNING":
        line += f"  {job['stage'] or ''} {job['done']:,}/{job['total']:,}  {job['share']:.0%}"
    if job["delivery_id"]:
        line += f"  delivery 成果 {job['delivery_id']}"
    return line


@click.command()
@click.option("--until-eof", is_flag=True, hidden=True, help="End also when standard input ends.")
@json_option
@click.pass_context
def worker(ctx: click.Context, until_eof: bool, as_json: bool) -> None:
    """Carry out queued import jobs until Ctrl-C; `serve` starts one itself (导入任务进程)."""
    from etl.reporting import process_name
    from etl.worker import serve

    open_database()
    if as_json:
        document(ctx, {"worker": process_name()})
    serve(until_eof)
