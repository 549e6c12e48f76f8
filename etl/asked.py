"""What an import is asked to do: its options in one form, where the city lies, what is in already."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, text

from data.layers import LAYERS
from etl import published
from etl.checks.words import acceptable
from etl.errors import ImportUsage, Refused, UnknownLayer
from etl.mapping.file import Mapping, load
from etl.options import ImportOptions
from etl.readers.crs import Place, parse
from etl.readers.encoding import known


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


def place_of(connection: Connection, home: Path) -> Place | None:
    """Return where the city lies: the extent of its parks, else what a file says."""
    extent = published.park_extent(connection)
    if extent:
        return Place("parks", extent)
    own = home / "place.yaml"
    path = own if own.exists() else Path(__file__).parent / "mappings" / "place.yaml"
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    west, south, east, north = (float(number) for number in said["box"])
    return Place(str(said["name"]), (west, south, east, north))


def said(options: ImportOptions) -> dict[str, Any]:
    """Return the options as they are stored with the delivery; those that decide what comes out."""
    stored = asdict(options)
    for name in ("person", "supplier", "check_only", "publish"):
        stored.pop(name)
    if options.mapping:
        stored["mapping"] = Path(options.mapping).read_text(encoding="utf-8-sig")
    stored["observed_on"] = options.observed_on.isoformat() if options.observed_on else None
    stored["accept"] = list(options.accept)
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
