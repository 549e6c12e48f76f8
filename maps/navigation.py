"""The order of pages: groups of the header, what belongs to each, and what the person's own menu holds."""

from typing import Final

GROUPS: Final = {
    "map": (("map", "/map"),),
    "parcels": (("parcels", "/parcels"), ("compare", "/compare")),
    "idle": (("idle", "/idle"),),
    "stats": (
        ("scoreboard", "/scoreboard"),
        ("growth", "/growth"),
        ("stock", "/stock"),
        ("intensity", "/intensity"),
    ),
    "import": (("import", "/import"), ("deliveries", "/deliveries"), ("quality", "/quality")),
    "export": (("export", "/export"),),
}
"""Group -> its pages as (name, path). A group leads to the first of its pages that the person may open."""

SUBBARS: Final = ("parcels", "stats")
"""Groups whose pages are offered in a bar of their own; pages of the import have theirs in the page."""

MENU: Final = (
    ("approvals", "/approvals"),
    ("notices", "/notices"),
    ("settings", "/settings"),
    ("accounts", "/settings/accounts"),
    ("audit", "/audit"),
    ("help", "/help"),
)


def group_of(name: str) -> str:
    """Return the group of a page by its name; its own name for a page that is in none."""
    return next((group for group, pages in GROUPS.items() if name in dict(pages)), name)
