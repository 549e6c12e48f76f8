"""Signs in delivered texts that must not turn into others."""

import unicodedata


def has_odd_digits(text: str) -> bool:
    """Say whether a text has signs that only look like digits: ½, ①, Ⅷ, an exponent as in 10².

    Normalised, they would become digits of another number; the ² of m² is a unit.
    """
    before = " " + text
    return any(
        unicodedata.category(sign) in ("No", "Nl")
        and sign not in "〇"  # a digit of Chinese dates
        and not (sign in "²³" and before[place].isalpha())
        for place, sign in enumerate(text)
    )
