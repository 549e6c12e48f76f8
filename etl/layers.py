"""Which layer a file is: its name is the layer's, with a suffix after ``-`` or ``_``; the longest name wins."""

from data.layers import LAYERS


def layer_of(names: tuple[str, ...]) -> str | None:
    """Return the layer that one of the names says, best name first; ``None`` if none does."""
    for name in names:
        plain = name.strip().lower()
        fits = [layer for layer in LAYERS if plain == layer or plain.startswith((f"{layer}-", f"{layer}_"))]
        if fits:
            return max(fits, key=len)
    return None
