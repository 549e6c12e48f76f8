"""The ``landstock`` command. A command parses, calls one function, prints."""

import click

from api.cli_analysis import analyse, explain
from api.cli_audit import audit
from api.cli_corrections import correct, corrections
from api.cli_database import db, doctor
from api.cli_deliveries import deliveries, import_, publish, withdraw
from api.cli_demo import demo
from api.cli_files import export, map_
from api.cli_frame import Commands
from api.cli_freeze import freeze
from api.cli_jobs import jobs, worker
from api.cli_rebuild import rebuild
from api.cli_rules import rules
from api.cli_serve import serve
from api.cli_source import source
from api.cli_users import user
from data.version import VERSION


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="landstock", help="Print the version and end.")
def main() -> None:
    """Land stock and idle land of industrial parks (存量土地与闲置土地).

    Exit codes: 0 done; 1 refused, or left unpublished; 2 wrong usage; 3 the environment.
    """


for _command in (
    demo,
    import_,
    deliveries,
    publish,
    withdraw,
    correct,
    corrections,
    source,
    analyse,
    explain,
    rules,
    user,
    audit,
    export,
    freeze,
    map_,
    serve,
    worker,
    jobs,
    db,
    rebuild,
    doctor,
):
    main.add_command(_command)


if __name__ == "__main__":
    main()
