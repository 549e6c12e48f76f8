"""Read vector layers so that one bad row never costs the layer."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError
from pyogrio.raw import read

from etl.errors import Refused
from etl.issues import Findings
from etl.readers import plain_shape, structure
from etl.readers.dbf import read_dbf
from etl.readers.phrases import zh
from etl.readers.plain_shape import Records
from etl.readers.raw import Raw, Source
from etl.readers.rings import too_large
from etl.readers.structure import Structure

FAULTS = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    OSError,
    ValueError,
    RuntimeError,
    TypeError,
)


def _addresses(path: str) -> bool:
    return any(letter in "!?;#" or letter < " " for letter in path)


@contextmanager
def plainly_named(path: Path) -> Iterator[str]:
    """Give a path that pyogrio takes for a path: it reads ``!``, ``?`` and ``;`` as parts of an address."""
    if not _addresses(str(path.absolute())):
        yield str(path.absolute())
        return
    with tempfile.TemporaryDirectory() as folder:
        if _addresses(path.name):
            link = Path(folder) / f"layer{path.suffix}"
            link.symlink_to(path.absolute())
            yield str(link)
        else:
            (Path(folder) / "in").symlink_to(path.absolute().parent)
            yield str(Path(folder) / "in" / path.name)


def part_of(shp: Path, ending: str) -> Path | None:
    """Find a part of a shapefile, whatever the case of its ending."""
    for path in shp.parent.glob("*"):
        if path.stem.lower() == shp.stem.lower() and path.suffix.lower() == ending:
            return path
    return None


def read_text(path: Path | None) -> str | None:
    """Return the text of a .prj or .cpg; a byte-order mark at its start is dropped."""
    if path is None:
        return None
    text = path.read_bytes().decode("utf-8-sig", errors="replace").strip("\x00 \r\n\t")
    return text or None


def _open(path: Path, **options: Any) -> tuple[dict[str, Any], Any, Any, Any]:
    """Read a layer with GDAL; whatever it raises means that this file is refused."""
    try:
        with warnings.catch_warnings(), plainly_named(path) as plain:
            # What GDAL warns of (open rings, dropped values) the checks report row by row.
            warnings.simplefilter("ignore", RuntimeWarning)
            warnings.simplefilter("ignore", UserWarning)
            meta, fids, wkb, fields = read(plain, return_fids=True, force_2d=False, **options)
    except FAULTS as error:
        raise Refused("UNREADABLE", value=str(error).replace(str(path), path.suffix)[:300]) from error
    return meta, fids, wkb, fields


def read_shapefile(source: Source, declared: str | None, accept_damage: bool, work: Path) -> Raw:
    """Return a shapefile: shapes by GDAL, attributes by our own exact reader, put together by record number.

    GDAL is shown only the records that our own check of the structure found
    sound, in a folder of our own: a broken one costs its row, never the layer.

    Raises
    ------
    Refused
        ``UNREADABLE``, or ``STRUCTURE_DAMAGED`` without ``accept_damage``.
    """
    shp = source.disk
    shx, dbf, cpg = (part_of(shp, ending) for ending in (".shx", ".dbf", ".cpg"))
    found = structure.check(shp, shx, accept_damage)
    wkb = _shapes(shp, found, work)
    findings, count = Findings(), len(found)
    frame, encoding, stays = pd.DataFrame(index=range(count)), None, np.ones(count, dtype=bool)
    if dbf is not None:
        table = read_dbf(dbf, read_text(cpg), declared, count, accept_damage)
        count = min(count, len(table.frame))  # they differ only where damage is accepted
        frame, encoding, stays = (
            table.frame.iloc[:count].reset_index(drop=True),
            table.encoding,
            ~table.deleted[:count],
        )
        findings.extend(table.findings.items)
    for part, name in ((shx, "SHX_MISSING"), (dbf, "DBF_MISSING")):
        if part is None:
            findings.add(name)
    _say(found, findings, int((~stays).sum()))
    rows = np.flatnonzero(stays)
    frame = frame.iloc[rows].reset_index(drop=True)
    gone = {int(row) + 1 for row in np.flatnonzero(~stays)} | set(range(count + 1, len(found) + 1))
    findings.items = [issue for issue in findings.items if issue.row_no not in gone]
    raw = Raw(frame, rows + 1, wkb.where(rows), read_text(part_of(shp, ".prj")), encoding, findings)
    raw.kept = (
        {place: table.kept[int(row)] for place, row in enumerate(rows) if int(row) in table.kept}
        if dbf and table.kept
        else {}
    )
    return raw


def _say(found: Structure, findings: Findings, deleted: int) -> None:
    """Report what the check of the structure found, row by row where it lies in a row."""
    for refusal in found.damage:
        findings.add("STRUCTURE_ACCEPTED", **refusal.params)
    if found.odd:
        findings.add("STRUCTURE_ODD", value="; ".join(found.odd), value_zh="；".join(map(zh, found.odd)))
    for place, what in sorted(found.rows.items()):
        code = "BOX_ACCEPTED" if place in found.boxes and found.damage_accepted else "RECORD_DAMAGED"
        findings.add(code, place + 1, "geom", what, value_zh=zh(what))
    for row in np.flatnonzero(found.too_large()):
        too_large(findings, int(row) + 1, int(found.lengths[row]) // 16)
    for row in np.flatnonzero(found.types == structure.MULTIPATCH):
        findings.add("GEOMETRY_MULTIPATCH", int(row) + 1, "geom", "MultiPatch")
    if deleted:
        findings.add("ROWS_DELETED", count=deleted)


def _shapes(shp: Path, found: Structure, work: Path) -> Records:
    """Return the shapes of the sound records in their places, ``None`` for the others.

    Plain polygons are taken as they lie in the file; GDAL reads the rest.
    """
    shapes = np.full(len(found), None, dtype=object)
    sound = found.sound()
    plain = plain_shape.plain_records(shp, found, sound)
    good = np.flatnonzero(sound & ~plain)
    if len(good):
        folder = Path(tempfile.mkdtemp(dir=work))
        (folder / "layer.shp").symlink_to(shp.resolve())  # a delivery is never written to
        index = np.empty((len(good), 2), dtype=">i4")
        index[:, 0], index[:, 1] = (found.offsets[good] - 8) // 2, found.lengths[good] // 2
        length = (100 + index.nbytes) // 2
        (folder / "layer.shx").write_bytes(
            found.header[:24] + length.to_bytes(4, "big") + found.header[28:] + index.tobytes()
        )
        _, fids, wkb, _ = _open(folder / "layer.shp", columns=[], encoding="latin-1")
        shapes[good[np.asarray(fids, dtype=np.int64)]] = wkb
        shutil.rmtree(folder)
    return Records(shp, found.offsets, found.lengths, plain, shapes)


def layers_of(path: Path) -> list[str]:
    """List the layers of a file.

    Raises
    ------
    Refused
        GDAL cannot open it.
    """
    try:
        with warnings.catch_warnings(), plainly_named(path) as plain:
            warnings.simplefilter("ignore")  # of measures and surfaces: the checks report them row by row
            return [str(name) for name, _ in pyogrio.list_layers(plain)]
    except FAULTS as error:
        raise Refused("UNREADABLE", value=str(error).replace(str(path), path.suffix)[:300]) from error


def read_layer(source: Source, **options: str) -> Raw:
    """Return a layer of any other format that GDAL reads; ``options`` are those of its driver."""
    meta, fids, wkb, fields = _open(source.disk, layer=source.part, **options)
    columns = {str(n): _texts(values) for n, values in zip(meta["fields"], fields, strict=True)}
    frame = pd.DataFrame(columns, index=range(len(fids)), dtype=object)
    rows = np.arange(1, len(fids) + 1, dtype=np.int64)
    shapes = np.asarray(wkb, dtype=object) if wkb is not None else None
    return Raw(frame, rows, shapes, meta["crs"])


def _texts(values: Any) -> pd.Series:
    """Return values as texts: whole numbers without a decimal point, dates in ISO form, ``None`` for nothing."""
    series = pd.Series(values)
    empty = series.isna().to_numpy()
    if series.dtype.kind == "f":
        texts = [
            str(int(v)) if v.is_integer() and abs(v) < 1e15 else repr(v) for v in series.fillna(0).tolist()
        ]
    elif series.dtype.kind == "M":
        texts = [str(v).removesuffix(" 00:00:00") for v in series.tolist()]
    elif series.dtype.kind == "b":
        texts = ["true" if v else "false" for v in series.tolist()]
    else:
        texts = [str(v).strip(" \u3000") for v in series.tolist()]
    return pd.Series(
        [None if gone or not t else t for t, gone in zip(texts, empty, strict=True)], dtype=object
    )
