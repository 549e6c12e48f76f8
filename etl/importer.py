"""Take in a delivery: keep it, read it, check it, stage it and, when asked, publish it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from data import approvals
from data.identity import by_system
from data.layers import LAYERS
from data.session import transaction
from data.settings import settings
from etl import corrections, differences
from etl.asked import already_in, checked_options, kept_mapping, place_of, record, said, say_kept
from etl.checks import delivery as delivery_checks
from etl.checks.limits import using
from etl.issues import Findings
from etl.keep import content_hash, keep, require_room, work_folder
from etl.layers import layer_of
from etl.load import stage, write_issues
from etl.mapping.file import Mapping, SourceRule
from etl.options import ImportOptions, ImportReport, Progress, silent
from etl.progress import Meter, expected_rows
from etl.publish import plan_for_bulk, publish_in
from etl.read import Reader
from etl.readers.crs import Place
from etl.readers.discover import discover, files_of
from etl.readers.raw import Source
from etl.records import begin_file, finish_file, report_of, settle
from etl.spare import give_back
from etl.work import Work


@dataclass(slots=True)
class _Clock:
    """Seconds spent by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
            give_back()


@by_system
def run(paths: list[Path], options: ImportOptions, progress: Progress = silent) -> ImportReport:
    """Take in a delivery.

    Parameters
    ----------
    paths
        Folders, archives or files; together they are one delivery.
    options
        See :class:`etl.options.ImportOptions`.
    progress
        Called with stage (``keep``, ``read``, ``check``, ``stage``,
        ``compare``, ``publish``), rows done and rows in all; what it raises
        ends the import, and nothing of it stays.

    Raises
    ------
    ImportUsage
        The command is wrong: a path that is not there, an unknown layer or
        encoding, an unreadable mapping file.
    EnvironmentFault
        The database or the disk.
    """
    with using(options.tolerances):
        return _run(paths, options, progress)


def _run(paths: list[Path], options: ImportOptions, progress: Progress) -> ImportReport:
    options, mapping = checked_options(options)
    clock, meter = _Clock(), Meter(progress)
    files = files_of([Path(path) for path in paths])
    home = settings().home
    with clock.stage("keep"):
        meter.begin("keep", 0)
        require_room(files, home)
        sha256 = content_hash(files)
        with transaction() as connection:
            place = place_of(connection, home)
            options, mapping, kept = kept_mapping(connection, options, mapping)
            earlier = already_in(connection, sha256, options) if not options.check_only else None
            if earlier:
                return _duplicate(connection, earlier, sha256, paths, options, clock)
        keep(files, sha256, home)
    with work_folder(home) as folder:
        with clock.stage("read"):
            works, unread = _read(files, folder, place, mapping, options, meter)
        if kept is not None:
            say_kept((*works, *(work for work in unread if work.blocked_by)), kept)
        report = _store(works, unread, sha256, paths, options, meter, clock)
    del works, unread  # a publication has what is staged, and may need the memory
    give_back()
    if report.status == "STAGED" and options.publish:
        _publish(report, options, meter, clock)
    return report


def _duplicate(
    connection: Connection,
    earlier: Any,
    sha256: str,
    paths: list[Path],
    options: ImportOptions,
    clock: _Clock,
) -> ImportReport:
    stored = said(options) | {"duplicate_of": earlier.delivery_id}
    number = record(connection, sha256, paths, options, "DUPLICATE", stored)
    return ImportReport(number, "DUPLICATE", published=True, publication=earlier.publication_id,
                        duplicate_of=earlier.delivery_id, timings=clock.seconds)  # fmt: skip


def _read(
    files: list[tuple[str, Path]],
    folder: Path,
    place: Place | None,
    mapping: Mapping | None,
    options: ImportOptions,
    meter: Meter,
) -> tuple[list[Work], list[Work]]:
    """Return what was read as layers (refused files among them) and what was not read."""
    unread: list[Work] = []

    def report(path: str, code: str, params: dict[str, str]) -> None:
        work = Work(path, None, Findings(), accepted_codes=options.accept)
        told: dict[str, Any] = {name: text for name, text in params.items() if name != "value"}
        work.findings.add(code, value=params.get("value") or path, **told)
        unread.append(work)

    tasks: list[tuple[Source, SourceRule | None, str | None]] = []
    for source in discover(files, folder, report):
        reason = mapping.ignored(source.path, source.label) if mapping else None
        if reason is not None:
            report(source.label, "FILE_IGNORED", {"reason": reason})
            continue
        rules = mapping.rules_for(source.path, source.part) if mapping else []
        if options.layer:
            rules = [rule for rule in rules if rule.layer == options.layer]
        if rules:
            tasks.extend((source, rule, rule.layer) for rule in rules)
        else:
            tasks.append((source, None, options.layer or layer_of(source.names)))
    if not tasks and not any(work.blocked_by for work in unread):  # said, or it is refused without a word
        report(files[0][0] if len(files) == 1 else ".", "DELIVERY_EMPTY", {"count": str(len(files))})
    reader = Reader(options, place, folder)
    works: list[Work] = []
    expected = [expected_rows(source) for source, _, _ in tasks]
    meter.begin("read", sum(expected))
    for (source, rule, layer), rows in zip(tasks, expected, strict=True):
        with meter.file(source.label, rows) as part:
            if layer is None:
                report(source.label, "LAYER_UNKNOWN", {"valid": ", ".join(LAYERS)})
            else:
                works.append(reader.read(source, rule, layer, part))
    return works, unread


def _store(
    works: list[Work],
    unread: list[Work],
    sha256: str,
    paths: list[Path],
    options: ImportOptions,
    meter: Meter,
    clock: _Clock,
) -> ImportReport:
    """Check the layers against each other and what is published, and store all of it."""
    with transaction() as connection:
        plan_for_bulk(connection)
        number = record(connection, sha256, paths, options, "STAGED", said(options))
        with clock.stage("check"):
            meter.begin("check", sum(len(work.row_no) for work in works))
            corrections.apply(connection, number, works)
            waiting = delivery_checks.within(connection, works, options)
        with clock.stage("stage"):
            meter.begin("stage", rows := sum(work.accepted for work in works))
            for work in works:
                begin_file(connection, number, work)
                if work.accepted:
                    stage(connection, work)
                    meter.advance(work.accepted)
        with clock.stage("compare"):
            meter.begin("compare", rows)
            delivery_checks.against_published(connection, number, works, options, waiting)
            differences.record(connection, number, works, options)
        with clock.stage("stage"):
            for work in (*works, *unread):
                if not work.file_id:
                    begin_file(connection, number, work)
                work.place_issues(work.row_no, work.shapes, work.keys)
                finish_file(connection, work)
                write_issues(connection, number, work.file_id, work.findings.items)
            status = settle(connection, number, works, options)
    return report_of(number, status, works, unread, options, clock.seconds)


def _publish(report: ImportReport, options: ImportOptions, meter: Meter, clock: _Clock) -> None:
    rows = sum(layer.accepted for layer in report.layers)
    with clock.stage("publish"):
        meter.begin("publish", rows)
        approvals.ask_unless_granted("publish", str(report.delivery), options.person)
        with transaction() as connection:
            done = publish_in(connection, report.delivery, options.person, options.reason)
            meter.advance(rows)
    report.status, report.published = "PUBLISHED", True
    report.publication, report.changes = done.publication_id, done.changes
