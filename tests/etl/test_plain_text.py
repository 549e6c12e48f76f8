"""Texts decoded together are those decoded one by one, or all are left to that."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from etl.readers import plain_text
from etl.readers.dbf import _FORM, _text
from etl.readers.encoding import looks_damaged

ENCODINGS = ("gb18030", "utf-8", "cp932", "big5", "latin-1", "cp1252", "ascii")


def together(values, encoding, form=None):
    """Decode values as cells of one width; return texts, or nothing where that is left to the other way."""
    width = max(map(len, values), default=0) or 1
    cells = np.frombuffer(b"".join(value.ljust(width, b"\0") for value in values), np.uint8)
    found = plain_text.decode(cells.reshape(len(values), width), encoding, form)
    return None if found is None else found.to_pylist()


@given(st.lists(st.binary(max_size=6), max_size=5), st.sampled_from(ENCODINGS))
@settings(deadline=None)
def test_any_bytes(values, encoding):
    found = together(values, encoding)
    one_by_one = [_text(value, encoding) for value in values]
    if found is None:
        # Only what is damaged or holds a line's end or a zero is left to the other way.
        texts = [value.decode(encoding, errors="replace") for value in values]
        odd = any(looks_damaged(text) or looks_damaged(text.strip(plain_text.BLANKS)) for text in texts)
        assert odd or any(b"\n" in value or b"\0" in value for value in values)
    else:
        assert found == one_by_one
        assert not any(looks_damaged(text or "") for text in found)


@given(st.lists(st.text(alphabet="锦州 Ａ1\u3000-", max_size=6)), st.sampled_from(ENCODINGS[:4]))
@settings(deadline=None)
def test_sound_texts_are_decoded_together(values, encoding):
    try:
        coded = [value.encode(encoding) for value in values]
    except UnicodeEncodeError:
        return  # big5 has no 锦
    if coded:
        assert together(coded, encoding) == [value.strip(plain_text.BLANKS) or None for value in values]


@pytest.mark.parametrize(
    ("values", "encoding"),
    [
        ([b"\xbd\xf5\xd6"], "gb18030"),  # cut in the middle of a character
        ([b"\xbd", b"\xf5"], "gb18030"),  # two halves never make one
        ([b"a\nb"], "gb18030"),
        ([b"a\0b"], "gb18030"),  # a rest in the buffer of the program that wrote it
        (["甲".encode("utf-16")], "utf-16"),
    ],
)
def test_odd_cells_are_looked_at_alone(values, encoding):
    assert together(values, encoding) is None


@pytest.mark.parametrize(
    "text", ["锦州\x7f", "a\ue000", "\ufffd", "锦州市      市", "锦州市      市区太", "a     b"]
)
def test_what_nobody_writes_is_looked_at_alone(text):
    values = [b"good", text.encode(), b"also good"]
    assert (together(values, "utf-8") is None) == looks_damaged(text)


def test_numbers_have_to_be_numbers():
    assert together([b" 12.50", b"***", b"   "], "gb18030", _FORM) == ["12.50", "***", None]
    for odd in (b"1O", b"12\xa1\xa1", b"1\t", b"1 2"):
        assert together([b" 12.50", odd], "gb18030", _FORM) is None
