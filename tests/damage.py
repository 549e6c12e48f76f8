"""Bytes that differ from valid ones in the ways in which files go bad; a number makes the same damage everywhere."""


def damaged(raw, chance):
    """Return bytes that differ from the valid ones in one of the ways in which files go bad."""
    raw = bytearray(raw)
    way = chance.choice(("flip", "flip", "flip", "byte", "byte", "cut", "zeros", "ones", "twice", "lost"))
    place = chance.randrange(len(raw)) if raw else 0
    if way in ("flip", "byte"):
        for _ in range(chance.choice((1, 1, 2, 8))):
            at = chance.randrange(len(raw))
            raw[at] = raw[at] ^ 1 << chance.randrange(8) if way == "flip" else chance.randrange(256)
    elif way == "cut":
        del raw[place:]
    elif way in ("zeros", "ones"):
        size = chance.choice((1, 4, 16, 512))
        raw[place : place + size] = (b"\x00" if way == "zeros" else b"\xff") * len(raw[place : place + size])
    elif way == "twice":
        raw[place:place] = raw[place : place + chance.choice((1, 4, 100))]
    else:
        del raw[place : place + chance.choice((1, 4, 100))]
    return bytes(raw)
