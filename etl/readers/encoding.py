"""Which encoding a text is in: decided from the whole of it, never from one value."""

import codecs
import re
from dataclasses import dataclass, field

import numpy as np

CANDIDATES = ("gb18030", "cp932", "big5")
UNIX = ("euc_jp", "cp949")  # share their bytes with GB2312: told apart only where there is enough text
LDID = {
    0x03: "cp1252", 0x13: "cp932", 0x4D: "gb18030", 0x4E: "cp949", 0x4F: "cp950", 0x57: "cp1252",
    0x58: "cp1252", 0x59: "cp1252", 0x7A: "gb18030", 0x7B: "cp932", 0x78: "cp950", 0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip
# GB2312 and GBK are read as GB18030, which holds both, so that a rare character costs no row.
WIDER = {
    "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "936": "gb18030", "shift_jis": "cp932",
    "euc-kr": "cp949", "euc_kr": "cp949",
}  # fmt: skip
WRITTEN = {"65001": "utf-8", "54936": "gb18030", "1200": "utf-16-le", "1201": "utf-16-be", "koi8r": "koi8-r", "big-5": "big5",
           "utf16": "utf-16"}  # fmt: skip
CLEAR_LEAD = 0.08  # by which the best guess has to lead the second to be sure
PLAUSIBLE = 0.6  # share of everyday characters below which a text is in none of the candidates
ENOUGH = 8  # characters from which the Unix encodings of Japan and Korea are told from GB2312
BROKEN_SHARE = 0.02  # of the lines that may be broken before an encoding is out of the question
_SAMPLE = 2_000_000
# What counts as everyday, by lead byte: levels 1 of the standards, signs and full-width letters.
_EVERYDAY = {
    "gb18030": ((0xA1A1, 0xA1FE), (0xA3A1, 0xA3FE), (0xB0A1, 0xD7FE)),
    "cp932": ((0x8140, 0x8396), (0x8840, 0x9872)),
    "big5": ((0xA140, 0xA3BF), (0xA440, 0xC67E)),
    "euc_jp": ((0xA1A1, 0xA1FE), (0xA3A1, 0xA5FE), (0xB0A1, 0xCFFE)),
    "cp949": ((0xA1A1, 0xA1FE), (0xA3A1, 0xA3FE), (0xB0A1, 0xC8FE)),
}
# What no table holds on purpose: control characters, places of private meaning, marks of failed decoding,
# and a letter or two far behind the end of a text.
_DAMAGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\uf8ff\ufffd-\uffff]|\\S {5,}\\S{1,2}$")


def looks_damaged(text: str) -> bool:
    """Say whether a text holds what nobody writes."""
    return _DAMAGE.search(text) is not None


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding, how it was found, and whether another one fits nearly as well."""

    name: str
    source: str  # DECLARED, MARK (byte-order mark), CPG, LDID, UTF8, GUESSED, ASCII
    rivals: tuple[str, ...] = field(default=())


def known(name: str) -> str | None:
    """Return Python's name of an encoding as people and .cpg files write it, or ``None``."""
    asked = name.strip().strip("\x00").lower().replace("windows-", "cp").removeprefix("ansi ")
    if asked in WIDER:
        return WIDER[asked]
    if asked.startswith("8859"):  # as the maker of the format writes ISO 8859-1: 88591
        asked = f"iso8859-{asked[4:].lstrip('-_ ')}"
    asked = WRITTEN.get(asked, f"cp{asked}" if asked.isdigit() else asked)
    try:
        found = codecs.lookup(asked).name
        "".encode(found)  # codecs of bytes to bytes (hex, zip) are no encodings
    except (LookupError, ValueError):  # a zero inside the name
        return None
    return WIDER.get(found, found)


def _share_of_common(raw: bytes, encoding: str) -> tuple[float, int]:
    """Say which share of the characters beyond ASCII is everyday in an encoding, and how many there are."""
    text = raw.decode(encoding, errors="ignore")
    points, counts = np.unique(np.frombuffer(text.encode("utf-32-le"), "<u4"), return_counts=True)
    common = total = 0
    for point, count in zip(points[points > 0x7F].tolist(), counts[points > 0x7F].tolist(), strict=True):
        code = int.from_bytes(chr(point).encode(encoding, errors="ignore"), "big")
        total += count
        common += count * any(
            low <= code <= high and code & 0xFF >= low & 0xFF for low, high in _EVERYDAY[encoding]
        )
    return (common / total if total else 0.0), total


def decodes(raw: bytes, encoding: str) -> bool:
    """Say whether a text of many lines is in an encoding; in a long one single broken lines are forgiven.

    What is broken is reported row by row, so that one damaged byte does not
    make another encoding of the whole table.
    """
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        lines = [line for line in raw.split(b"\n") if not line.isascii()]
        broken, allowed = 0, int(len(lines) * BROKEN_SHARE)
        for line in lines:
            broken += not _whole(line, encoding)
            if broken > allowed:
                return False
    return True


def _whole(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _has_kana(raw: bytes) -> bool:
    return any("\u3041" <= letter <= "\u30fa" for letter in raw.decode("euc_jp", errors="ignore"))


def _utf8_is_doubtful(raw: bytes) -> bool:
    """Say whether text that is valid UTF-8 may still be GBK: only two-byte sequences, none of Chinese."""
    text = raw.decode("utf-8", errors="ignore")
    strange = [letter for letter in text if letter > "\x7f"]
    chinese = sum(letter >= "\u3000" for letter in strange)
    return chinese * 2 < len(strange) and _share_of_common(raw, "gb18030")[0] > 0.9


def detect(raw: bytes) -> Encoding:
    """Return the encoding of a text from all its bytes.

    Strict UTF-8 first; else the East Asian encoding that decodes all of it
    and gives the largest share of everyday characters. ``rivals`` names those
    that fit nearly as well, and all of them where none fits well.
    """
    if raw.isascii():
        return Encoding("utf-8", "ASCII")
    if decodes(raw, "utf-8") and not _utf8_is_doubtful(raw[:_SAMPLE]):
        return Encoding("utf-8", "UTF8")
    scores = {}
    for name in (*CANDIDATES, *UNIX):
        if decodes(raw, name):
            share, letters = _share_of_common(raw[:_SAMPLE], name)
            if name in CANDIDATES or letters >= ENOUGH or (name == "euc_jp" and _has_kana(raw[:_SAMPLE])):
                scores[name] = share
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is None or scores[best] < PLAUSIBLE:
        return Encoding("latin-1", "GUESSED", tuple(scores) or ("gb18030",))
    near = tuple(n for n, score in scores.items() if n != best and scores[best] - score < CLEAR_LEAD)
    if near and decodes(raw, "cp1252"):
        near += ("cp1252",)  # single accents among Western words fit everything a little
    return Encoding(best, "GUESSED", near)


def stated(text: bytes, name: str, source: str) -> Encoding:
    """Return an encoding that a file states, with the rival that its own bytes speak for.

    A single-byte encoding decodes anything, and GBK decodes much of UTF-8:
    that it can be decoded proves nothing.
    """
    if text.isascii():
        return Encoding(name, source)
    found = detect(text)
    clear = not found.rivals and found.name not in (name, WIDER.get(name), "latin-1")
    if clear and name in _EVERYDAY and found.source != "UTF8":
        clear = _share_of_common(text[:_SAMPLE], name)[0] < PLAUSIBLE
    if clear and name == "cp950":
        clear = found.name != "big5"
    return Encoding(name, source, (found.name,) if clear else ())


def as_rivals(texts: list[str], encoding: Encoding) -> list[str]:
    """Return how texts would read in the rival encodings, for a person to choose."""
    return [
        f"{rival}: {', '.join(t.encode(encoding.name, 'replace').decode(rival, 'replace') for t in texts)}"
        for rival in encoding.rivals
    ]


def of_text(raw: bytes, declared: str | None) -> tuple[str, Encoding]:
    """Decode a text file: byte-order mark, then what was declared, then what the bytes say."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            body = raw[len(mark) :] if name == "utf-8" else raw
            return body.decode(name, errors="replace"), Encoding(name, "MARK")
    if not declared and (wide := _without_mark(raw)):
        return raw.decode(wide, errors="replace"), Encoding(wide, "GUESSED")
    found = Encoding(declared, "DECLARED") if declared else detect(raw)
    return raw.decode(found.name, errors="replace"), found


def _without_mark(raw: bytes) -> str | None:
    """Return the UTF-16 that a text without a mark is in: every other byte of its ASCII letters is zero."""
    sample = raw[: _SAMPLE // 2 * 2]
    high, low = sample[1::2].count(0), sample[0::2].count(0)
    if max(high, low) * 20 < len(sample):
        return None
    return "utf-16-le" if high > low else "utf-16-be"
