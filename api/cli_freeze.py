"""The command that freezes an idle-land list."""

import datetime as dt

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
from gis.errors import UsageFault
from gis.list_change import LEFT_REASONS


def _reasons(said: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return the reasons of ``CODE=REASON`` or ``CODE=REASON:note``."""
    found = {}
    for one in said:
        code, equals, rest = one.partition("=")
        reason, _, note = rest.partition(":")
        if not equals or reason not in LEFT_REASONS:
            raise UsageFault(
                f"--left {one!r} is not CODE=REASON with one of {', '.join(LEFT_REASONS)}.",
                f"--left {one!r} 应写作 宗地代码=原因，原因为 {'、'.join(LEFT_REASONS)} 之一。",
            )
        found[code] = {"reason": reason, "note": note}
    return found


@click.command()
@park_option
@day_options
@click.option(
    "--left",
    "left",
    multiple=True,
    metavar="CODE=REASON",
    help="Why a parcel left the list; can be repeated.",
)
@click.option(
    "--accept-proposed", is_flag=True, help="Take the reasons that the facts speak for, where they do."
)
@lang_option
@json_option
@click.pass_context
def freeze(
    ctx: click.Context, park_code: str | None, as_of: dt.date, known_on: dt.datetime | None, left: tuple[str, ...],
    accept_proposed: bool, lang: str, as_json: bool,
) -> None:  # fmt: skip
    r"""Check and freeze an idle-land list (冻结闲置土地清单).

    Parcels that are no longer listed need a reason each. The same state is frozen once; a second time finds it.

    \b
        landstock freeze --park 210700-01 --as-of 2026-10-31
        landstock freeze --park 210700-01 --left 210711012001GB00003=STARTED
    """
    from api import freezing
    from data import frozen_lists
    from data.session import transaction
    from data.sites import site_of
    from etl.analysis.run import ensure_run

    reasons = _reasons(left)
    open_database()
    run_id = ensure_run(as_of, known_on, None, person(), Steps())
    with transaction() as connection:
        if park_code is not None:
            site_of(connection, park_code, as_of)
        here = freezing.standing(connection, run_id, park_code)
        was_there = here.frozen is not None
        if here.step == "DRAFT":
            if accept_proposed:
                proposals = {
                    one.parcel_code: {"reason": one.proposal} for one in here.found.left if one.proposal
                }
                reasons = proposals | reasons
            freezing.check(connection, here, reasons)
    # A transaction of its own: where two persons are wanted, the check stands for the second one.
    with transaction() as connection:
        here = freezing.standing(connection, run_id, park_code)
        head = frozen_lists.one(connection, freezing.freeze(connection, here))
    told = freezing.document(head)
    number = head["list_id"]
    if as_json:
        document(ctx, told | {"was_frozen": was_there, "entered": len(here.found.entered), "left": len(here.found.left),
                              "changed": len(here.found.changed)})  # fmt: skip
        return
    place = head["park_name"] or ("全部园区" if lang == "zh" else "all parks")
    if lang == "zh":
        click.echo(
            f"{'已有' if was_there else '已冻结'}第 {number} 号清单：{place}，截至 {as_of}，{head['parcels']:,} 宗。"
        )
    else:
        click.echo(
            f"{'Found' if was_there else 'Frozen'}: list {number}, {place}, as of {as_of}, {head['parcels']:,} parcels."
        )
    click.echo(f"SHA-256 {head['content_sha256']}")
