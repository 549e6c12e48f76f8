"""Read vector layers so that one bad row never costs the layer."""

import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError
from pyogrio.raw import read

from etl.errors import Refused
from etl.readers.dbf import read_dbf
from etl.readers.raw import Raw, Source

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


def _part(shp: Path, ending: str) -> Path | None:
    """Find a part of a shapefile, whatever the case of its ending."""
    for path in shp.parent.glob("*"):
        if path.stem.lower() == shp.stem.lower() and path.suffix.lower() == ending:
            return path
    return None


def read_prj(path: Path | None) -> str | None:
    """Return the text of a .prj; a byte-order mark at its start is dropped."""
    if path is None:
        return None
    text = path.read_bytes().decode("utf-8-sig", errors="replace").strip("\x00 \r\n\t")
    return text or None


def _check_structure(shp: Path, shx: Path | None) -> int | None:
    """Compare the lengths that the header and the index announce with the file; return the count of records.

    Raises
    ------
    Refused
        They differ: rows are lost or mixed up, which the usual reader does not say.
    """
    with shp.open("rb") as opened:
        head = opened.read(100)
    size = shp.stat().st_size
    if len(head) < 100 or int.from_bytes(head[:4], "big") != 9994:
        raise Refused("UNREADABLE", value=head[:20].decode("latin-1"))
    announced = int.from_bytes(head[24:28], "big") * 2
    if announced > size:
        raise Refused("STRUCTURE_DAMAGED", part=".shp", found=f"{size} bytes", expected=f"{announced} bytes")
    if shx is None:
        return None
    index = np.frombuffer(shx.read_bytes()[100:], dtype=">i4")
    ends = (
        index[0::2][: len(index) // 2].astype("int64") + index[1::2].astype("int64")[: len(index) // 2]
    ) * 2 + 8
    if len(ends) and ends.max() > size:
        raise Refused("STRUCTURE_DAMAGED", part=".shx", found=f"{ends.max()} bytes", expected=f"{size} bytes")
    return len(index) // 2


def _open(path: Path, **options: Any) -> tuple[dict[str, Any], Any, Any, Any]:
    """Read a layer with GDAL; whatever it raises means that this file is refused."""
    try:
        with warnings.catch_warnings():
            # What GDAL warns of (open rings, dropped values) the checks report row by row.
            warnings.simplefilter("ignore", RuntimeWarning)
            warnings.simplefilter("ignore", UserWarning)
            meta, fids, wkb, fields = read(path, return_fids=True, force_2d=False, **options)
    except FAULTS as error:
        raise Refused("UNREADABLE", value=str(error).replace(str(path), path.suffix)[:300]) from error
    return meta, fids, wkb, fields


def read_shapefile(source: Source, declared: str | None, accept_damage: bool, work: Path) -> Raw:
    """Return a shapefile: shapes by GDAL, attributes by our own exact reader, put together by record number."""
    shp = source.disk
    shx, dbf, cpg = (_part(shp, ending) for ending in (".shx", ".dbf", ".cpg"))
    damage: Refused | None = None
    try:
        count = _check_structure(shp, shx)
    except Refused as refusal:
        if refusal.code != "STRUCTURE_DAMAGED" or not accept_damage:
            raise
        damage, count = refusal, None
    # GDAL would write a missing index beside the file; a delivery is never written to.
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES" if shx is None else "NO"})
    _, fids, wkb, _ = _open(
        shp if shx is not None else _copy_without_index(shp, work), columns=[], encoding="latin-1"
    )
    fids = np.asarray(fids, dtype=np.int64)
    frame, encoding, deleted = pd.DataFrame(index=range(int(fids.max()) + 1 if len(fids) else 0)), None, None
    if dbf is not None:
        said = read_prj(cpg) if cpg else None
        frame, encoding, deleted = read_dbf(dbf, said, declared)
        if count is not None and count != len(frame) and not accept_damage:
            raise Refused(
                "STRUCTURE_DAMAGED", part=".dbf", found=f"{len(frame)} rows", expected=f"{count} shapes"
            )
    frame = frame.reindex(fids).reset_index(drop=True).astype(object)
    frame = frame.where(frame.notna(), None)
    raw = Raw(frame, fids + 1, np.asarray(wkb, dtype=object), read_prj(_part(shp, ".prj")), encoding)
    if shx is None:
        raw.findings.add("SHX_MISSING")
    if dbf is None:
        raw.findings.add("DBF_MISSING")
    if damage is not None:
        raw.findings.add("STRUCTURE_ACCEPTED", **damage.params)
    if deleted is not None and deleted.any():
        raw.findings.add("ROWS_DELETED", count=int(deleted.sum()))
    return raw


def _copy_without_index(shp: Path, work: Path) -> Path:
    """Return a copy of a .shp in a place of our own, where its index may be made anew."""
    folder = Path(tempfile.mkdtemp(dir=work))
    return Path(shutil.copy(shp, folder / "layer.shp"))


def read_layer(source: Source) -> Raw:
    """Return a layer of any other format that GDAL reads."""
    meta, fids, wkb, fields = _open(source.disk, layer=source.part)
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
