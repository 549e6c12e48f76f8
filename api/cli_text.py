"""Columns in a terminal."""

import unicodedata


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Pad by what a terminal shows: a Chinese character takes two columns."""
    shown = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    space = " " * max(width - shown, 1)
    return space + text if right else text + space
