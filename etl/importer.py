"""Take in a delivery: keep it, read it, check it, stage it and, when asked, publish it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, text

from data.layers import LAYERS
from data.session import transaction
from data.settings import settings
from etl import published
from etl.checks import delivery as delivery_checks
from etl.checks.words import acceptable
from etl.errors import ImportUsage, Refused, UnknownLayer
from etl.issues import Findings
from etl.keep import content_hash, keep, require_room, work_folder
from etl.layers import layer_of
from etl.load import stage, write_issues
from etl.mapping.file import Mapping, SourceRule, load
from etl.options import ImportOptions, ImportReport, Progress, silent
from etl.publish import plan_for_bulk, publish_in
from etl.read import Reader
from etl.readers.crs import Place, parse
from etl.readers.discover import discover, files_of
from etl.readers.encoding import known
from etl.readers.raw import Source
from etl.records import begin_file, finish_file, report_of, settle
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
        ``publish``), files done and files in all.

    Raises
    ------
    ImportUsage
        The command is wrong: a path that is not there, an unknown layer or
        encoding, an unreadable mapping file.
    EnvironmentFault
        The database or the disk.
    """
    options, mapping = _require(options)
    clock = _Clock()
    files = files_of([Path(path) for path in paths])
    home = settings().home
    with clock.stage("keep"):
        progress("keep", 0, len(files))
        require_room(files, home)
        sha256 = content_hash(files)
        with transaction() as connection:
            place = _place(connection, home)
            earlier = _already_in(connection, sha256, options) if not options.check_only else None
            if earlier:
                return _duplicate(connection, earlier, sha256, paths, options, clock)
        keep(files, sha256, home)
    with work_folder(home) as folder:
        with clock.stage("read"):
            works, unread = _read(files, folder, place, mapping, options, progress)
        report = _store(works, unread, sha256, paths, options, progress, clock)
    return report


def _require(options: ImportOptions) -> tuple[ImportOptions, Mapping | None]:
    """Return the options with their names in one form, and the mapping.

    Raises
    ------
    ImportUsage
        An option cannot be meant.
    """
    if options.layer is not None and options.layer not in LAYERS:
        raise UnknownLayer(options.layer, LAYERS)
    if options.crs:
        try:
            parse(options.crs)
        except Refused as refusal:
            if refusal.code == "CRS_UNREADABLE":
                raise ImportUsage(
                    f"--crs {options.crs} is no coordinate system; EPSG:4528 is one.",
                    f"--crs {options.crs} 不是坐标系；应形如 EPSG:4528。",
                ) from refusal
    encoding = known(options.encoding) if options.encoding else None
    if options.encoding and encoding is None:
        raise ImportUsage(
            f"--encoding {options.encoding} is unknown; gbk, utf-8, cp932 and big5 are known.",
            f"--encoding {options.encoding} 不可识别；可用 gbk、utf-8、cp932、big5。",
        )
    if options.accept and not (options.reason or "").strip():
        raise ImportUsage(
            "--accept needs --reason TEXT: who accepts a fault says why.",
            "--accept 须同时给出 --reason TEXT：接受问题的，应说明理由。",
        )
    if odd := [code for code in options.accept if code not in acceptable()]:
        raise ImportUsage(
            f"--accept {', '.join(odd)}: cannot be accepted. These can: {', '.join(acceptable())}.",
            f"--accept {'、'.join(odd)}：不能接受。可接受的：{'、'.join(acceptable())}。",
        )
    mapping = load(Path(options.mapping)) if options.mapping else None
    supplier = options.supplier or (mapping.supplier if mapping else None)
    values = {name: getattr(options, name) for name in options.__dataclass_fields__}
    return ImportOptions(**(values | {"encoding": encoding, "supplier": supplier})), mapping


def _place(connection: Connection, home: Path) -> Place | None:
    """Return where the city lies: the extent of its parks, else what a file says."""
    extent = published.park_extent(connection)
    if extent:
        return Place("parks", extent)
    own = home / "place.yaml"
    path = own if own.exists() else Path(__file__).parent / "mappings" / "place.yaml"
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    west, south, east, north = (float(number) for number in said["box"])
    return Place(str(said["name"]), (west, south, east, north))


def _said(options: ImportOptions) -> dict[str, Any]:
    """Return the options as they are stored with the delivery; those that decide what comes out."""
    said = asdict(options)
    for name in ("person", "supplier", "check_only", "publish"):
        said.pop(name)
    if options.mapping:
        said["mapping"] = Path(options.mapping).read_text(encoding="utf-8-sig")
    said["observed_on"] = options.observed_on.isoformat() if options.observed_on else None
    said["accept"] = list(options.accept)
    return said


def _already_in(connection: Connection, sha256: str, options: ImportOptions) -> Any:
    """Return the delivery with the same content and options that is published and the newest of its layers."""
    return connection.execute(
        text(
            "SELECT d.delivery_id, p.publication_id FROM delivery d JOIN publication p USING (delivery_id) "
            "WHERE d.content_sha256 = :sha AND d.status = 'PUBLISHED' AND p.action = 'PUBLISH' "
            "AND d.options = CAST(:options AS jsonb) "
            "AND NOT EXISTS (SELECT FROM delivery_file f WHERE f.delivery_id = d.delivery_id AND f.blocked_by <> '{}') "
            "AND NOT EXISTS (SELECT FROM publication q WHERE q.publication_id > p.publication_id "
            "AND EXISTS (SELECT FROM jsonb_object_keys(q.changes) AS k (layer) WHERE p.changes ? k.layer)) "
            "ORDER BY p.publication_id DESC LIMIT 1"
        ),
        {"sha": sha256, "options": json.dumps(_said(options), ensure_ascii=False)},
    ).one_or_none()


def _record(
    connection: Connection,
    sha256: str,
    paths: list[Path],
    options: ImportOptions,
    status: str,
    said: dict[str, Any],
) -> int:
    found = connection.scalar(
        text(
            "INSERT INTO delivery (received_by, supplier, paths, content_sha256, options, status) VALUES "
            "(:person, :supplier, :paths, :sha, CAST(:options AS jsonb), :status) RETURNING delivery_id"
        ),
        {
            "person": options.person, "supplier": options.supplier, "paths": [Path(p).name for p in paths],
            "sha": sha256, "options": json.dumps(said, ensure_ascii=False), "status": status,
        },
    )  # fmt: skip
    return int(found or 0)


def _duplicate(
    connection: Connection,
    earlier: Any,
    sha256: str,
    paths: list[Path],
    options: ImportOptions,
    clock: _Clock,
) -> ImportReport:
    said = _said(options) | {"duplicate_of": earlier.delivery_id}
    number = _record(connection, sha256, paths, options, "DUPLICATE", said)
    return ImportReport(number, "DUPLICATE", published=True, publication=earlier.publication_id,
                        duplicate_of=earlier.delivery_id, timings=clock.seconds)  # fmt: skip


def _read(
    files: list[tuple[str, Path]],
    folder: Path,
    place: Place | None,
    mapping: Mapping | None,
    options: ImportOptions,
    progress: Progress,
) -> tuple[list[Work], list[Work]]:
    """Return what was read as layers (refused files among them) and what was not read."""
    unread: list[Work] = []

    def report(path: str, code: str, params: dict[str, str]) -> None:
        work = Work(path, None, Findings(), accepted_codes=options.accept)
        said: dict[str, Any] = {name: text for name, text in params.items() if name != "value"}
        work.findings.add(code, value=params.get("value") or path, **said)
        unread.append(work)

    tasks: list[tuple[Source, SourceRule | None, str | None]] = []
    for source in discover(files, folder, report):
        reason = mapping.ignored(source.path) if mapping else None
        if reason is not None:
            report(source.label, "FILE_IGNORED", {"reason": reason})
            continue
        rules = (
            mapping.rules_for(source.path, source.part if source.kind == "xlsx" else None) if mapping else []
        )
        if rules and not options.layer:
            tasks.extend((source, rule, rule.layer) for rule in rules)
        else:
            tasks.append((source, None, options.layer or layer_of(source.names)))
    reader = Reader(options, place, folder)
    works: list[Work] = []
    for number, (source, rule, layer) in enumerate(tasks):
        progress("read", number, len(tasks))
        if layer is None:
            report(source.label, "LAYER_UNKNOWN", {"valid": ", ".join(LAYERS)})
        else:
            works.append(reader.read(source, rule, layer))
    return works, unread


def _store(
    works: list[Work],
    unread: list[Work],
    sha256: str,
    paths: list[Path],
    options: ImportOptions,
    progress: Progress,
    clock: _Clock,
) -> ImportReport:
    """Check the layers against each other and what is published, store all of it, and publish when asked."""
    with transaction() as connection:
        plan_for_bulk(connection)
        number = _record(connection, sha256, paths, options, "STAGED", _said(options))
        with clock.stage("check"):
            progress("check", 0, len(works))
            delivery_checks.within(connection, works, options)
        with clock.stage("stage"):
            for place, work in enumerate(works):
                progress("stage", place, len(works))
                begin_file(connection, number, work)
                if work.accepted:
                    stage(connection, work)
        with clock.stage("check"):
            delivery_checks.against_published(connection, works, options)
        with clock.stage("stage"):
            for work in (*works, *unread):
                if not work.file_id:
                    begin_file(connection, number, work)
                work.place_issues(work.row_no, work.shapes, work.keys)
                finish_file(connection, work)
                write_issues(connection, number, work.file_id, work.findings.items)
            status = settle(connection, number, works, options)
    report = report_of(number, status, works, unread, options, clock.seconds)
    if status == "STAGED" and options.publish:
        with clock.stage("publish"):
            progress("publish", 0, 1)
            with transaction() as connection:
                done = publish_in(connection, number, options.person, options.reason)
                progress("publish", 1, 1)
        report.status, report.published = "PUBLISHED", True
        report.publication, report.changes = done.publication_id, done.changes
    return report
