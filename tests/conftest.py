"""A real PostGIS for the tests: one throw-away server a run, a fresh database where it is asked for.

``database``, ``sample_database`` and ``empty_database`` name the database
that ``data.session.engine()`` points to while a test runs.
"""

import os
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import hypothesis
import pytest
from psycopg2 import sql
from sqlalchemy import Connection

from data import bootstrap, cluster
from data.cluster import making, process, server
from data.cluster.place import Place, place
from data.identity import SYSTEM, Actor, act
from data.locks import exclusive
from data.roles import APP_ROLE
from data.session import engine, forget
from data.settings import settings

TOP = Path(__file__).resolve().parent.parent
PREFIX = "landstock-tests-"
SAMPLE = "landstock_sample"
SAMPLE_AS_OF = date(2026, 11, 1)
_made: dict[str, str] = {}  # fixture -> address of the database that this worker uses for it


# Where a change is judged, the same cases are tried each time; elsewhere every run looks for new ones.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a data folder of its own; workers take that of the process that started them."""
    for name in [
        name for name in os.environ if name.startswith("LANDSTOCK_") and name != "LANDSTOCK_TEST_RUN"
    ]:
        del os.environ[name]
    if not hasattr(config, "workerinput"):
        os.environ["LANDSTOCK_TEST_RUN"] = str(_new_run())
    os.environ["LANDSTOCK_HOME"] = os.environ["LANDSTOCK_TEST_RUN"]
    os.environ["LANDSTOCK_DAY_WAIT_S"] = "300"  # a page of a new day is waited for, also on a loaded machine
    forget()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server of the run and remove its folder."""
    forget()
    if not hasattr(config, "workerinput") and "LANDSTOCK_TEST_RUN" in os.environ:
        _remove(Path(os.environ.pop("LANDSTOCK_TEST_RUN")))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Point the engine at the database of the test, before any fixture of it is made; name who acts."""
    act(Actor("tests", SYSTEM))
    for fixture in ("sample_database", "database"):
        if fixture in getattr(item, "fixturenames", ()) and fixture in _made:
            _point(_made[fixture])
            return


def _new_run() -> Path:
    """Make the folder of a run, and remove those of runs that were killed."""
    top = Path(tempfile.gettempdir())
    for old in top.glob(f"{PREFIX}*"):
        owner = (old / "owner").read_text() if (old / "owner").is_file() else ""
        if owner.isdigit() and not any("pytest" in word for word in process.command_line(int(owner))):
            _remove(old)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=top)).resolve()
    folder.chmod(0o711)  # the server's account passes through it
    (folder / "owner").write_text(str(os.getpid()))
    return folder


def _remove(folder: Path) -> None:
    os.environ["LANDSTOCK_HOME"] = str(folder)
    forget()
    found = place()
    if process.server_pid(found):
        server.halt(found, mode="immediate")
    shutil.rmtree(found.socket_folder, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    sys.stderr.write(f"\n[{what}: {time.monotonic() - begun:.1f} s]\n")


@pytest.fixture(scope="session")
def server_place() -> Place:
    """Return the place of the run's server, with a migrated template; made by whoever needs it first."""
    with exclusive("tests", wait_s=300):
        found = place()
        if not server.running(found):
            with _timed("test database made and migrated"):
                cluster.ensure_server(found, throw_away=True)
                bootstrap.embedded(found)
    return found


def _create(found: Place, name: str, template: str) -> str:
    """Make a database from a template and return its address as the application's role."""
    _administer(found, sql.SQL("CREATE DATABASE {} OWNER landstock_owner TEMPLATE {}"), name, template)
    return server.url(found, APP_ROLE, name).render_as_string(hide_password=False)


def _administer(found: Place, statement: sql.SQL, *names: str) -> None:
    connection = server.connect(found, making.SUPERUSER, "postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement.format(*(sql.Identifier(name) for name in names)))
    finally:
        connection.close()


def _point(address: str | None) -> None:
    """Make ``engine()`` use a database."""
    if settings().database_url != address:
        if address:
            os.environ["LANDSTOCK_DATABASE_URL"] = address
        else:
            os.environ.pop("LANDSTOCK_DATABASE_URL", None)
        forget()


@pytest.fixture(scope="session")
def database(server_place: Place) -> str:
    """Return the address of this worker's database: migrated, empty, for tests that are rolled back."""
    _made["database"] = _create(server_place, f"worker_{uuid.uuid4().hex[:12]}", server.DATABASE)
    _point(_made["database"])
    return _made["database"]


def _own(server_place: Place, template: str = server.DATABASE) -> Iterator[str]:
    """Make a database, point the engine at it, and drop it afterwards."""
    name, before = f"test_{uuid.uuid4().hex[:12]}", settings().database_url
    address = _create(server_place, name, template)
    _number_jobs_apart(server_place, name)
    _point(address)
    yield address
    _point(before)
    _administer(server_place, sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)


def _number_jobs_apart(found: Place, name: str) -> None:
    """Let the jobs of a database begin at a number of its own: their files lie in the one folder of the run."""
    with closing(server.connect(found, making.SUPERUSER, name)) as connection, connection.cursor() as cursor:
        for table, key in (("import_job", "job_id"), ("export_job", "export_id")):
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", (table, key, uuid.uuid4().int % 10**9)
            )
        connection.commit()


@pytest.fixture
def empty_database(server_place: Place) -> Iterator[str]:
    """Hand out the address of a database that only this test has, for tests that commit."""
    yield from _own(server_place)


@pytest.fixture(scope="module")
def module_database(server_place: Place) -> Iterator[str]:
    """Hand out the address of a database that only the tests of one module have, for one import to share."""
    yield from _own(server_place)


@pytest.fixture(scope="session")
def sample_database(server_place: Place) -> str:
    """Return the address of this worker's database with the sample delivery published and analysed."""
    with exclusive("tests-sample", wait_s=600):
        done = settings().home / "sample-is-there"
        if not done.exists():
            with _timed("sample delivery imported and analysed"):
                _import_sample(server_place)
            done.touch()
    name = f"sample_{uuid.uuid4().hex[:12]}"
    _made["sample_database"] = _create(server_place, name, SAMPLE)
    _number_jobs_apart(server_place, name)
    _point(_made["sample_database"])
    return _made["sample_database"]


@pytest.fixture
def sample_copy(server_place: Place, sample_database: str) -> Iterator[str]:
    """Hand out the address of a copy of the sample's database that only this test has, for tests that publish."""
    yield from _own(server_place, SAMPLE)


def _import_sample(found: Place) -> None:
    from etl.analysis.run import ensure_run
    from etl.importer import run
    from etl.options import ImportOptions
    from etl.sample import FOLDER

    _administer(found, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), SAMPLE)
    _point(_create(found, SAMPLE, server.DATABASE))
    mapping = TOP / "etl" / "mappings" / "jinzhou-sample.yaml"
    report = run(
        [TOP / "data" / "samples" / FOLDER], ImportOptions(mapping=mapping, publish=True, person="tests")
    )
    assert report.as_json()["published"], "the sample delivery was not published"
    ensure_run(SAMPLE_AS_OF, person="tests")
    _point(None)


@pytest.fixture
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """Hand out a transaction that is rolled back, on the sample's database if the test asks for that too."""
    fixture = "sample_database" if "sample_database" in request.fixturenames else "database"
    request.getfixturevalue(fixture)
    _point(_made[fixture])  # another test may have pointed the engine elsewhere since it was made
    with engine().connect() as connection, connection.begin() as open_transaction:
        yield connection
        open_transaction.rollback()
