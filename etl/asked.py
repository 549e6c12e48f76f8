"""What an import is asked to do: its options in one form, where the city lies, what is in already."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, text

from data import supplier_mappings
from data.layers import LAYERS
from data.supplier_mappings import Kept
from data.version import VERSION
from etl import published
from etl.checks.limits import tolerances
from etl.checks.words import acceptable
from etl.errors import ImportUsage, Refused, UnknownLayer
from etl.mapping.file import Mapping, parse, read
from etl.options import ImportOptions
from etl.readers.crs import Place
from etl.readers.crs_decide import declared_crs
from etl.readers.encoding import known
from etl.work import Work


def checked_options(options: ImportOptions) -> tuple[ImportOptions, Mapping | None]:
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
            declared_crs(options.crs)
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
    mapping = _mapping_of(options)
    supplier = (options.supplier or "").strip() or (mapping.supplier if mapping else None)
    said = mapping.said if mapping else None
    return replace(options, encoding=encoding, supplier=supplier, mapping=None, mapping_data=said), mapping


def _mapping_of(options: ImportOptions) -> Mapping | None:
    """Return the mapping that is given as a file or inline, or ``None``."""
    if options.mapping and options.mapping_data is not None:
        raise ImportUsage(
            "A mapping file and an inline mapping exclude each other. Give one of them.",
            "对照文件与直接给出的对照不能同时使用，请只给其一。",
        )
    if options.mapping:
        return parse(read(Path(options.mapping)), options.mapping)
    if options.mapping_data is not None:
        return parse(options.mapping_data, "mapping")
    return None


def kept_mapping(
    connection: Connection, options: ImportOptions, mapping: Mapping | None
) -> tuple[ImportOptions, Mapping | None, Kept | None]:
    """Return options and mapping with the one kept for the supplier, where none is given, and which it is."""
    if mapping is not None or not options.supplier:
        return options, mapping, None
    kept = supplier_mappings.newest(connection, options.supplier)
    if kept is None:
        return options, None, None
    found = parse(kept.mapping, f"{kept.supplier} #{kept.mapping_id}")
    return replace(options, mapping_data=found.said), found, kept


def say_kept(works: Iterable[Work], kept: Kept) -> None:
    """Say on each file whether it was read by the mapping kept for the supplier, which one, when and by whom."""
    for work in works:
        code = "MAPPING_REUSED" if work.rule is not None else "MAPPING_NOT_FITTING"
        work.findings.add(code, value=kept.supplier, **said_of(kept))


def said_of(kept: Kept) -> dict[str, Any]:
    """Return which mapping was kept for whom, when and by whom."""
    return {
        "supplier": kept.supplier, "mapping": kept.mapping_id, "saved": kept.saved_at.date().isoformat(),
        "person": kept.saved_by,
    }  # fmt: skip


def place_of(connection: Connection, home: Path) -> Place | None:
    """Return where the city lies: its published parks, else what a file says."""
    extent = published.park_extent(connection)
    if extent:
        return Place("parks", extent, published.park_area(connection))
    own = home / "place.yaml"
    path = own if own.exists() else Path(__file__).parent / "mappings" / "place.yaml"
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    west, south, east, north = (float(number) for number in said["box"])
    return Place(str(said["name"]), (west, south, east, north))


def said(options: ImportOptions) -> dict[str, Any]:
    """Return the options as they are stored with the delivery; those that decide what comes out.

    The mapping is stored as text, in one form whether it came as a file,
    inline or was kept, so that the same delivery is recognised.
    """
    stored = asdict(options)
    for name in ("person", "supplier", "check_only", "publish"):
        stored.pop(name)
    inline = stored.pop("mapping_data")
    stored["mapping"] = json.dumps(inline, ensure_ascii=False, sort_keys=True) if inline is not None else None
    stored["observed_on"] = options.observed_on.isoformat() if options.observed_on else None
    stored["accept"] = list(options.accept)
    stored["repairs"] = None if options.repairs is None else list(options.repairs)
    stored["tolerances"] = tolerances()  # with them the same checks can be made again
    stored["program"] = VERSION
    return stored


def already_in(connection: Connection, sha256: str, options: ImportOptions) -> Any:
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
        {"sha": sha256, "options": json.dumps(said(options), ensure_ascii=False)},
    ).one_or_none()


def record(
    connection: Connection,
    sha256: str,
    paths: list[Path],
    options: ImportOptions,
    status: str,
    options_said: dict[str, Any],
) -> int:
    """Write down that a delivery came in; return its number."""
    found = connection.scalar(
        text(
            "INSERT INTO delivery (received_by, supplier, paths, content_sha256, options, status) VALUES "
            "(:person, :supplier, :paths, :sha, CAST(:options AS jsonb), :status) RETURNING delivery_id"
        ),
        {
            "person": options.person, "supplier": options.supplier, "paths": [Path(p).name for p in paths],
            "sha": sha256, "options": json.dumps(options_said, ensure_ascii=False), "status": status,
        },
    )  # fmt: skip
    return int(found or 0)
