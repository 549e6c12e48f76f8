"""The attribute table of a shapefile, read exactly: texts as they are written, not as floats.

The usual readers turn numbers into floating point and undecodable text into
question marks; both lose what was delivered. The format is a header of 32
bytes a field and records of fixed width.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etl.errors import Refused
from etl.readers.encoding import LDID, Encoding, detect, known

TEXT_KINDS = frozenset("CNFDLM")


def _fields(raw: bytes, header: int) -> list[tuple[bytes, str, int]]:
    """List name, kind and width of each field."""
    fields = []
    for place in range(32, header - 1, 32):
        if raw[place] == 0x0D:
            break
        name = raw[place : place + 11].split(b"\x00")[0]
        kind, width = chr(raw[place + 11]), raw[place + 16]
        if kind == "C":  # long texts use the count of decimals as the high byte
            width += raw[place + 17] << 8
        fields.append((name, kind, width))
    return fields


def choose_encoding(text: bytes, ldid: int, cpg: str | None, declared: str | None) -> Encoding:
    """Return the encoding of a table: declared, .cpg, language byte, then all its bytes.

    A .cpg or language byte that cannot decode the whole is a mistake and is
    passed over, as is a .cpg that names nothing.
    """
    if declared:
        return Encoding(declared, "DECLARED")
    for name, source in ((known(cpg) if cpg else None, "CPG"), (LDID.get(ldid), "LDID")):
        if name:
            try:
                text.decode(name)
            except UnicodeDecodeError:
                continue
            return Encoding(name, source)
    return detect(text)


def _unique_names(names: list[str]) -> list[str]:
    """Give repeated names a number, as the usual readers do."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name] - 1}")
    return unique


def _decode(cell: tuple[Any, Any], encoding: str) -> pd.Series:
    """Decode one column; each different value once."""
    codes, values = cell
    texts = [value.decode(encoding, errors="replace").strip(" \x00\u3000") or None for value in values]
    return pd.Series(np.array([*texts, None], dtype=object)[codes], dtype=object)


def read_dbf(path: Path, cpg: str | None, declared: str | None) -> tuple[pd.DataFrame, Encoding, np.ndarray]:
    """Return the table, its encoding and which records are marked as deleted.

    Raises
    ------
    Refused
        The header does not fit the file.
    """
    raw = path.read_bytes()
    if len(raw) < 33:
        raise Refused(
            "STRUCTURE_DAMAGED", part=path.suffix, found=f"{len(raw)} bytes", expected="at least 33"
        )
    count = int.from_bytes(raw[4:8], "little")
    header, width = (int.from_bytes(raw[a : a + 2], "little") for a in (8, 10))
    fields = _fields(raw, min(header, len(raw)))
    if header < 33 or width < 1 or sum(w for _, _, w in fields) + 1 > width:
        raise Refused(
            "STRUCTURE_DAMAGED", part=path.suffix, found=f"record of {width} bytes", expected="its fields"
        )
    if header + count * width > len(raw):
        raise Refused(
            "STRUCTURE_DAMAGED",
            part=path.suffix,
            found=f"{len(raw)} bytes",
            expected=f"{header + count * width} bytes",
        )
    body = raw[header : header + count * width]
    kinds = [(f"f{i}", f"S{w}") for i, (_, _, w) in enumerate(fields)]
    left = width - 1 - sum(w for _, _, w in fields)
    table = np.frombuffer(body, dtype=[("deleted", "S1"), *kinds, *([("rest", f"S{left}")] if left else [])])
    cells = [pd.factorize(table[f"f{i}"]) if w else None for i, (_, _, w) in enumerate(fields)]
    encoding = choose_encoding(_sample(fields, cells), raw[29], cpg, declared)
    # The name of a field may be cut in the middle of a character: a broken tail is dropped.
    labels = _unique_names([name.decode(encoding.name, errors="ignore").strip() for name, _, _ in fields])
    columns = {
        label: _decode(cell, encoding.name)
        for label, cell in zip(labels, cells, strict=True)
        if cell is not None
    }
    return pd.DataFrame(columns, index=range(count)), encoding, table["deleted"] == b"*"


def _sample(fields: list[tuple[bytes, str, int]], cells: list[Any]) -> bytes:
    """Return the names and all different texts, one a line, for the test of the encoding.

    A text that fills its field may have been cut in the middle of a
    character and would spoil a strict test; it counts only if there is no other.
    """
    whole: list[bytes] = []
    full: list[bytes] = []
    for (name, kind, width), cell in zip(fields, cells, strict=True):
        (full if len(name) == 10 else whole).append(name)
        if cell is not None and kind in TEXT_KINDS:
            for value in cell[1]:
                text = value.rstrip(b" \x00")
                (full if len(text) == width else whole).append(text)
    text = b"\n".join(whole)
    return text if not text.isascii() else b"\n".join((text, *map(_clip, full)))


def _clip(text: bytes) -> bytes:
    """Drop a last character that is cut, if that makes the text valid UTF-8."""
    for cut in range(min(4, len(text))):
        try:
            text[: len(text) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return text[: len(text) - cut]
    return text
