"""The attribute table of a shapefile, read exactly: texts as they are written, not as floats.

The usual readers turn numbers into floating point and undecodable text into
question marks; both lose what was delivered. The format is a header of 32
bytes a field and records of fixed width.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from etl.coded import coded
from etl.issues import Findings
from etl.readers import plain_text
from etl.readers.encoding import LDID, Encoding, decodes, detect, known, looks_damaged, stated
from etl.readers.phrases import zh
from etl.readers.structure import damaged as refused

TEXT_KINDS = frozenset("CNFDLM")
NUMBER_KINDS = frozenset("NF")
UNSAID = frozenset({0x03, 0x57, 0x58, 0x59})  # "the system's own": on a Chinese system that is GBK
_FORM = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|\*+"  # stars stand for a number too long
_NUMBER = re.compile(_FORM.encode())
_BLANK = b" \x00"
NOT_DELETED, DELETED = 0x20, 0x2A  # the marks before records
_BLOCK = 16_384  # records that are read at once
Field = tuple[bytes, str, int]
Cells = tuple[NDArray[np.integer[Any]], NDArray[np.uint8]]  # the number of each row's value, and the values


@dataclass(slots=True)
class Table:
    """The rows as texts, which of them are marked as deleted, and what was left out as unreadable."""

    frame: pd.DataFrame
    encoding: Encoding
    deleted: NDArray[np.bool_]
    findings: Findings = field(default_factory=Findings)
    kept: dict[int, dict[str, str]] = field(default_factory=dict)


def _fields(raw: bytes) -> list[Field]:
    """List name, kind and width of each field."""
    fields = []
    for place in range(32, len(raw) - 31, 32):
        if raw[place] == 0x0D:
            break
        kind, width = chr(raw[place + 11]), raw[place + 16]
        if kind == "C":  # long texts use the count of decimals as the high byte
            width += raw[place + 17] << 8
        fields.append((raw[place : place + 11], kind, width))
    return fields


def choose_encoding(
    text: bytes, ldid: int, cpg: str | None, declared: str | None, wide: bool = False
) -> Encoding:
    """Return the encoding of a table: declared, .cpg, language byte, then all its bytes.

    A .cpg or language byte that cannot decode the whole is a mistake and is
    passed over, as is a .cpg that names nothing. ``wide`` says that the field
    names are written in units of two bytes.
    """
    if declared:
        return Encoding(declared, "DECLARED")
    if wide:
        said = known(cpg) if cpg else None
        return Encoding(said, "CPG") if said and said.startswith("utf-16") else Encoding("utf-16", "GUESSED")
    byte = None if ldid in UNSAID else LDID.get(ldid)
    for name, source in ((known(cpg) if cpg else None, "CPG"), (byte, "LDID")):
        if name and decodes(text, name):
            return stated(text, name, source)
    found = detect(text)
    if ldid in UNSAID and found.name == "latin-1" and "gb18030" not in found.rivals:
        return Encoding(LDID[ldid], "LDID", found.rivals)
    return found


def _unique_names(names: list[str]) -> list[str]:
    """Give repeated names a number, as the usual readers do."""
    seen: dict[str, int] = {}
    unique: list[str] = []
    for name in names:
        count = seen.get(name, 0)
        made = f"{name}_{count}" if count else name
        while made in unique:
            count += 1
            made = f"{name}_{count}"
        seen[name] = count + 1
        unique.append(made)
    return unique


def _name(raw: bytes, encoding: str) -> str:
    """Return a field's name; a character that was cut at its end is dropped."""
    if encoding.startswith("utf-16"):
        return raw[:10].decode(encoding, errors="ignore").partition("\x00")[0].strip("\ufeff ")
    return raw.split(b"\x00")[0].decode(encoding, errors="ignore").strip()


def _text(value: bytes, encoding: str) -> str | None:
    """Return a value as text; what follows a zero is a rest in the buffer of the program that wrote it."""
    text = value.decode(encoding, errors="replace").lstrip("\x00")
    return text.partition("\x00")[0].rstrip(" \x1a").strip(" \u3000\ufeff") or None


def read_dbf(
    path: Path, cpg: str | None, declared: str | None, shapes: int | None = None, accept: bool = False
) -> Table:
    """Return the table.

    Parameters
    ----------
    cpg, declared
        What the .cpg and what a person says about the encoding.
    shapes
        How many shapes the table belongs to, where there are any.
    accept
        A person accepts a damaged structure: what is there is read.

    Raises
    ------
    Refused
        The header does not fit the file.
    """
    head, fields, marks, raw, findings = _structure(path, shapes, accept)
    cells = [_cells(raw, place) for place in range(len(fields))]
    deleted = marks == DELETED
    wide = bool(fields) and fields[0][0].startswith((b"\xff\xfe", b"\xfe\xff"))
    sample = b"" if declared else _sample(fields, cells)  # a declared encoding is not doubted
    encoding = choose_encoding(sample, head[29], cpg, declared, wide)
    labels = _unique_names([_name(name, encoding.name) for name, _, _ in fields])
    rows = range(len(deleted))
    found = Table(pd.DataFrame(index=rows), encoding, deleted, findings)
    columns = {}
    for place, (label, (_, kind, _)) in enumerate(zip(labels, fields, strict=True)):
        cell, cells[place] = cells[place], None  # as bytes they are needed no longer
        if cell is not None:
            columns[label] = _column(found, label, kind, cell)
    found.frame = pd.DataFrame(columns, index=rows, copy=False)
    return found


def _structure(
    path: Path, shapes: int | None, accept: bool
) -> tuple[bytes, list[Field], NDArray[np.uint8], list[Any], Findings]:
    """Return header, fields, marks and columns of a table whose lengths agree with each other, or were accepted."""
    findings = Findings()

    def damaged(found: str, expected: str, final: bool = False) -> None:
        refusal = refused(path.suffix, found, expected)
        if final or not accept:
            raise refusal
        findings.add("STRUCTURE_ACCEPTED", **refusal.params)

    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(32)
        if size < 33:
            damaged(f"{size} bytes", "at least 33", final=True)
        count = int.from_bytes(start[4:8], "little")
        header, width = (int.from_bytes(start[a : a + 2], "little") for a in (8, 10))
        fields = _fields(start + file.read(max(0, header - 32)))
        if header < 33 or width < 1 or sum(w for _, _, w in fields) + 1 != width:
            damaged(
                f"records of {width} bytes",
                f"fields of {sum(w for _, _, w in fields)} bytes and one",
                final=True,
            )
        if wrong := next((kind for _, kind, _ in fields if not kind.isalpha() and kind not in "@+0"), None):
            damaged(f"field of kind {wrong!r}", "C, N, F, D, L or M", final=True)
        there = (size - header) // width if size > header else 0
        if count > there:
            damaged(f"{size} bytes", f"{header + count * width} bytes")
        elif size - header - count * width > 1:
            if there > count and count != shapes:
                damaged(f"{there} records", f"{count} records")
            odd = f"{path.suffix}: {size - header - count * width} bytes after the last record"
            findings.add("STRUCTURE_ODD", value=odd, value_zh=zh(odd))
        if shapes is not None and count != shapes:
            damaged(f"{count} rows", f"{shapes} shapes")
        count = min(count, there)
        file.seek(header)
        marks, raw = _records(file, [w for _, _, w in fields], count)
    if strange := int((~np.isin(marks, (NOT_DELETED, DELETED))).sum()):
        damaged(f"{strange} records without a mark", "a blank or a star before each record")
    return start, fields, marks, raw, findings


def _records(file: BinaryIO, widths: list[int], count: int) -> tuple[NDArray[np.uint8], list[Any]]:
    """Return the marks before the records, and the bytes of each field of all records (``None``: of no width)."""
    kinds = [(f"f{place}", f"V{width}") for place, width in enumerate(widths) if width]
    form = np.dtype([("mark", "u1"), *kinds])
    marks = np.zeros(count, dtype=np.uint8)
    columns: list[Any] = [np.zeros(count, f"V{width}") if width else None for width in widths]
    for start in range(0, count, _BLOCK):
        stop = min(start + _BLOCK, count)
        read = file.read(form.itemsize * (stop - start))
        if len(read) != form.itemsize * (stop - start):  # cut off while it is read
            raise refused(Path(file.name).suffix, f"{start} records", f"{count} records")
        block = np.frombuffer(read, form)
        marks[start:stop] = block["mark"]
        for name, _ in kinds:
            columns[int(name[1:])][start:stop] = block[name]
    return marks, columns


def _cells(raw: list[Any], place: int) -> Cells | None:
    """Return one column as codes and its different values, a row of bytes each; its bytes are let go of."""
    column, raw[place] = raw[place], None
    if column is None:
        return None
    width = column.dtype.itemsize
    cells = pa.Array.from_buffers(pa.binary(width), len(column), [None, pa.py_buffer(column)])
    found = cells.dictionary_encode()  # in a fifth of the time that pandas takes
    values = found.dictionary.buffers()[1] if len(found.dictionary) else b""
    return np.asarray(found.indices), np.frombuffer(values, np.uint8).reshape(len(found.dictionary), width)


def _values(cells: NDArray[np.uint8]) -> list[bytes]:
    """Return the values of cells, without the zeros at their end."""
    values: list[bytes] = np.ascontiguousarray(cells).view(f"S{cells.shape[1]}")[:, 0].tolist()
    return values


def _column(found: Table, label: str, kind: str, cell: Cells) -> pd.Series:
    """Return one column as texts, each different value decoded once; report what cannot be read."""
    codes, cells = cell
    encoding = found.encoding.name
    plain = plain_text.decode(cells, encoding, _FORM if kind in NUMBER_KINDS else None)
    if plain is not None:
        return pd.Series(coded(codes, plain), copy=False)
    texts: list[str | None] = []
    for code, value in enumerate(_values(cells)):
        if kind in NUMBER_KINDS and (bare := value.strip(_BLANK)) and not _NUMBER.fullmatch(bare):
            shown = _text(value, encoding) or ""
            for row in np.flatnonzero(codes == code):
                if not found.deleted[row]:
                    found.findings.add("NUMBER_DAMAGED", int(row) + 1, label, shown)
                    found.kept.setdefault(int(row), {})[label] = shown
            texts.append(None)
            continue
        text = _text(value, encoding)
        rest = value.strip(_BLANK)
        if (text is not None and looks_damaged(text)) or (
            b"\x00" in rest and not encoding.startswith("utf-16")
        ):
            for row in np.flatnonzero(codes == code):
                found.findings.add("TEXT_DAMAGED", int(row) + 1, label, text)
        texts.append(text)
    return pd.Series(coded(codes, pa.array(texts, pa.string())), copy=False)


def _sample(fields: list[Field], cells: list[Cells | None]) -> bytes:
    """Return the names and all different texts, one a line, for the test of the encoding.

    A text that fills its field may have been cut in the middle of a
    character and would spoil a strict test; it counts only if there is no other.
    """
    whole: list[bytes] = []
    full: list[bytes] = []
    for (raw, kind, width), cell in zip(fields, cells, strict=True):
        name = raw.split(b"\x00")[0]
        (full if len(name) >= 10 else whole).append(name)
        if cell is not None and kind in TEXT_KINDS:
            for value in _values(cell[1]):
                text = value.rstrip(_BLANK)
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
