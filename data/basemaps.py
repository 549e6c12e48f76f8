"""Base maps on record: listed for everybody who reads, changed by administrators, keys read by the program alone."""

from dataclasses import dataclass

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from data.identity import actor, by_system
from data.session import transaction
from data.settings import settings
from gis.errors import LandStockError, UsageFault

_SHOWN = (
    "basemap_id, name, kind, grid, source, layers, key_name, key_set_at IS NOT NULL AS has_key, attribution, "
    "approval, is_overlay"
)


class NoSuchBasemap(LandStockError):
    """There is no such base map, or no longer."""

    code = "no-such-basemap"

    def __init__(self, basemap_id: int) -> None:
        super().__init__(
            f"There is no base map {basemap_id}; it may have been removed. Reload the page.",
            f"没有底图 {basemap_id}，可能已被移除。请刷新页面。",
        )


class BasemapNameTaken(UsageFault):
    """Two base maps would have one name."""

    code = "basemap-name-taken"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"A base map called “{name}” exists already. Choose another name.",
            f"已有名为“{name}”的底图。请另取名称。",
        )


@dataclass(frozen=True, slots=True)
class BasemapSource:
    """What is typed of a base map. An empty ``key`` leaves the one on record as it is."""

    name: str
    kind: str
    grid: str
    source: str
    layers: str
    key_name: str
    key: str
    attribution: str
    approval: str
    is_overlay: bool


@dataclass(frozen=True, slots=True)
class Served:
    """What the server needs to know to get pictures; ``version`` changes with every change."""

    basemap_id: int
    kind: str
    grid: str
    source: str
    layers: str
    key_name: str
    key: str
    version: str


def listed(connection: Connection) -> list[Row[tuple[object, ...]]]:
    """Return the base maps without their keys, those to lie above others last."""
    asked = text(f"SELECT {_SHOWN} FROM basemap WHERE removed_at IS NULL ORDER BY is_overlay, basemap_id")
    return list(connection.execute(asked).all())


@by_system
def served(basemap_id: int) -> Served:
    """Return where the pictures of a base map come from, with the key.

    Raises
    ------
    NoSuchBasemap
    """
    asked = text(
        "SELECT basemap_id, kind, grid, source, layers, key_name, coalesce(key_value, ''), "
        "extract(epoch FROM changed_at)::text FROM basemap WHERE basemap_id = :id AND removed_at IS NULL"
    )
    with transaction(settings().request_timeout_s) as connection:
        row = connection.execute(asked, {"id": basemap_id}).one_or_none()
    if row is None:
        raise NoSuchBasemap(basemap_id)
    return Served(*row)


def add(connection: Connection, of: BasemapSource) -> None:
    """Put a base map on record.

    Raises
    ------
    BasemapNameTaken
    """
    asked = text(
        "INSERT INTO basemap (name, kind, grid, source, layers, key_name, key_value, key_set_at, attribution, approval, "
        "is_overlay, created_by) VALUES (:name, :kind, :grid, :source, :layers, :key_name, nullif(:key, ''), "
        "CASE WHEN :key <> '' THEN now() END, :attribution, :approval, :is_overlay, :person)"
    )
    try:
        connection.execute(asked, _values(of) | {"person": actor().name})
    except IntegrityError:
        raise BasemapNameTaken(of.name) from None  # the error holds what was sent


def change(connection: Connection, basemap_id: int, of: BasemapSource) -> None:
    """Change a base map; its key stays unless another is typed.

    Raises
    ------
    NoSuchBasemap, BasemapNameTaken
    """
    new_key = ", key_value = :key, key_set_at = now()" if of.key else ""
    asked = text(
        "UPDATE basemap SET name = :name, kind = :kind, grid = :grid, source = :source, layers = :layers, "
        "key_name = :key_name, attribution = :attribution, approval = :approval, is_overlay = :is_overlay, "
        f"changed_at = clock_timestamp(){new_key} WHERE basemap_id = :id AND removed_at IS NULL"
    )
    try:
        found = connection.execute(asked, _values(of) | {"id": basemap_id}).rowcount
    except IntegrityError:
        raise BasemapNameTaken(of.name) from None  # the error holds what was sent
    if not found:
        raise NoSuchBasemap(basemap_id)


def remove(connection: Connection, basemap_id: int) -> None:
    """Take a base map from the map; its key is forgotten.

    Raises
    ------
    NoSuchBasemap
    """
    asked = text(
        "UPDATE basemap SET removed_at = now(), key_value = NULL, key_set_at = NULL "
        "WHERE basemap_id = :id AND removed_at IS NULL"
    )
    if not connection.execute(asked, {"id": basemap_id}).rowcount:
        raise NoSuchBasemap(basemap_id)


class _Key(str):
    """A key that is not told by errors of the database, which name what was sent."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def _values(of: BasemapSource) -> dict[str, object]:
    return {
        "name": of.name, "kind": of.kind, "grid": of.grid, "source": of.source, "layers": of.layers,
        "key_name": of.key_name, "key": _Key(of.key), "attribution": of.attribution, "approval": of.approval,
        "is_overlay": of.is_overlay,
    }  # fmt: skip
