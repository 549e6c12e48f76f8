"""One export as it was asked for: which layers, which parcels, how they are written; and carrying it out."""

import datetime as dt
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from data import approvals, audit, queries
from data.filtering import Filter
from data.models import STORAGE_SRID
from data.session import transaction
from etl.analysis.run import ensure_run
from etl.export import atlas, check, consent, dataset, files, write
from etl.export.aside import written_aside
from etl.export.dataset import Dataset, Question
from etl.export.errors import ExportRefused

DECIMALS: Final = (7, 6, 5)  # of a degree: about 1 cm, 10 cm and 1 m
CRS: Final = (STORAGE_SRID, 4326, *range(4513, 4534), *range(4534, 4555))
_DATUM: Final = {STORAGE_SRID: "CGCS2000", 4326: "WGS84"}
_SHAPED: Final = ("geojson", "gpkg", "txt")
Tell = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Say nothing of progress."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported, for whom, and how.

    Attributes
    ----------
    whats
        Names of ``etl.export.WHATS``, in order.
    crs
        EPSG code of the coordinates; ``None`` for the stored one.
    decimals
        Decimals of a degree in GeoJSON, one of ``DECIMALS``.
    chosen
        Which parcels; layers without a parcel number know only its park.
    term, verdict
        Which verdicts on contract terms; all where empty. Other layers have none.
    """

    whats: tuple[str, ...]
    form: str
    as_of: dt.date
    known_on: dt.datetime | None = None
    crs: int | None = None
    decimals: int = DECIMALS[0]
    chosen: Filter = field(default_factory=Filter)
    lang: str = "zh"
    person: str = "system"
    purpose: str = ""
    term: str | None = None
    verdict: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return plain values, from which :func:`from_json` makes the same order."""
        values = asdict(self) | {"as_of": self.as_of.isoformat(), "known_on": _iso(self.known_on)}
        values["chosen"] = {
            name: _plain(value) for name, value in values["chosen"].items() if value not in (None, ())
        }
        return values


def _iso(value: dt.date | None) -> str | None:
    return None if value is None else value.isoformat()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _tuples(value: Any) -> Any:
    """Return lists, and lists in them, as the tuples they were."""
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value


def from_json(values: Mapping[str, Any]) -> Order:
    """Return the order that :meth:`Order.as_json` wrote."""
    kept = dict(values["chosen"])
    for name in ("area_min", "area_max"):
        if name in kept:
            kept[name] = Decimal(kept[name])
    for name in ("supplied_from", "supplied_to"):
        if name in kept:
            kept[name] = dt.date.fromisoformat(kept[name])
    kept = {name: _tuples(value) for name, value in kept.items()}
    known_on = values["known_on"]
    return Order(
        **{
            **{one.name: values[one.name] for one in fields(Order) if one.name in values},
            "whats": tuple(values["whats"]), "chosen": Filter(**kept),
            "as_of": dt.date.fromisoformat(values["as_of"]),
            "known_on": None if known_on is None else dt.datetime.fromisoformat(known_on),
        }
    )  # fmt: skip


def checked(order: Order) -> Order:
    """Refuse what can't be exported before anything is computed; return the order.

    Raises
    ------
    ExportRefused
        No layer is chosen, a layer has no such form, or a form no such coordinates.
    """
    if not order.whats:
        raise ExportRefused("Choose at least one layer.", "请至少选择一个图层。")
    if order.whats == (atlas.NAME,):
        return replace(order, form="html", crs=None)
    crs = order.crs if order.form in _SHAPED else None
    if crs is not None and crs not in CRS:
        raise ExportRefused(
            f"EPSG:{crs} is no coordinate system that this page writes. Choose one of its list.",
            f"本页不能输出 EPSG:{crs}。请从列表中选择坐标系。",
        )
    if order.form == "txt" and crs in _DATUM:
        crs = None  # boundary points are in metres: each parcel's own zone
    for what in order.whats:
        check(what, order.form, crs)
    return replace(order, crs=None if crs == STORAGE_SRID else crs)


def name_of(order: Order, what: str) -> str:
    """Return the name of the file of a layer; with shapes it states the datum, and the zone where there is one."""
    return f"{what}_{order.as_of:%Y%m%d}{_suffix(order)}.{order.form}"


def _suffix(order: Order) -> str:
    if order.form not in _SHAPED:
        return ""
    crs = order.crs or STORAGE_SRID
    if order.form == "txt":
        return "_CGCS2000" if order.crs is None else f"_CGCS2000_EPSG{crs}"
    return f"_{_DATUM[crs]}" if crs in _DATUM else f"_CGCS2000_EPSG{crs}"


def produce(order: Order, folder: Path, tell: Tell = silent, pack: bool = True) -> Path:
    """Write what was ordered into a folder and return the one file: a pack where there are several.

    Parameters
    ----------
    tell
        Hears of each step (``read``, ``write``, ``pack``), which layer of how many; may raise to end the work.
    pack
        Without it the first file is returned alone, as older addresses of downloads promise.

    Raises
    ------
    ExportRefused, CannotWrite, PurposeNeeded, ApprovalNeeded
    """
    order = checked(order)
    if order.whats == (atlas.NAME,):
        return _atlas(order, folder, tell)
    made: list[Path] = []
    for number, what in enumerate(order.whats):
        tell("read", number, len(order.whats))
        found = _rows(order, what)
        tell("write", number, len(order.whats))
        made += _written(order, what, found, folder)
    if len(made) == 1 or not pack:
        return made[0]
    tell("pack", len(order.whats), len(order.whats))
    return _packed(order, made, folder)


def _question(order: Order, park: str | None) -> Question:
    return Question(
        order.as_of, order.known_on, park, order.lang, order.person, order.purpose, order.decimals,
        order.term, order.verdict,
    )  # fmt: skip


def _atlas(order: Order, folder: Path, tell: Tell) -> Path:
    """Write the atlas of what the filter finds; all other parcels are drawn as neighbours."""
    tell("read", 0, 1)
    whole = replace(dataset("mapped", _question(order, None)), what=atlas.NAME)
    found = _chosen(order, whole, atlas.NAME)
    atlas.require_fitting(len(found.rows))
    chosen = order.as_json()["chosen"] | {"as_of": order.as_of, "known_on": order.known_on}
    granted = consent.ask(found, order.form, chosen)
    path = folder / name_of(order, atlas.NAME)
    with written_aside(path) as aside:
        atlas.write_atlas(found, list(whole.shapes), aside, tell)
    if granted is not None:
        approvals.use_now("export", granted)
    with transaction() as connection:
        told = consent.told(found, order.form, path.read_bytes()) | {"filter": chosen}
        audit.record(connection, "export", atlas.NAME, order.form, told)
    return path


def _rows(order: Order, what: str) -> Dataset:
    found = dataset(what, _question(order, order.chosen.park))
    if order.crs is not None:
        found = replace(found, crs=order.crs)
    conditions = order.as_json()["chosen"]
    if "parcel_code" not in [column.name for column in found.columns]:
        return replace(found, chosen={name: conditions[name] for name in ("park",) if name in conditions})
    return replace(_chosen(order, found, what), chosen=conditions)


def _chosen(order: Order, found: Dataset, what: str) -> Dataset:
    """Return the rows that the filter finds."""
    run_id = ensure_run(order.as_of, order.known_on, None, order.person)
    with transaction() as connection:
        return narrowed(found, queries.matching_codes(connection, run_id, of_list(order.chosen, what)))


def of_list(chosen: Filter, what: str) -> Filter:
    """Return the filter that a layer takes: the idle list holds suspected parcels alone."""
    return queries.idle_filter(chosen) if what == "idle-list" else chosen


def narrowed(found: Dataset, codes: set[str]) -> Dataset:
    """Return the rows of a dataset whose parcels are among some codes."""
    kept = [i for i, code in enumerate(found.values("parcel_code")) if code in codes]
    shapes = found.shapes
    if shapes is not None:
        shapes = shapes.iloc[kept] if hasattr(shapes, "iloc") else shapes[kept]
    return replace(found, rows=[found.rows[i] for i in kept], shapes=shapes)


def _written(order: Order, what: str, found: Dataset, folder: Path) -> list[Path]:
    chosen = order.as_json()["chosen"] | {"as_of": order.as_of, "known_on": order.known_on}
    if what == "intensity":
        chosen |= {name: value for name in ("term", "verdict") if (value := getattr(order, name))}
    granted = consent.ask(found, order.form, chosen)
    path = folder / name_of(order, what)
    write(found, order.form, path)
    made = files(found, order.form, path)
    if granted is not None:
        approvals.use_now("export", granted)
    with transaction() as connection:
        for file in made:
            told = consent.told(found, order.form, file.read_bytes()) | {"filter": chosen}
            audit.record(connection, "export", what, order.form, told)
    aside = [file.with_name(file.name + ".meta.json") for file in made]
    return [*made, *(file for file in aside if file.exists())]


def _packed(order: Order, made: list[Path], folder: Path) -> Path:
    stem = order.whats[0] if len(order.whats) == 1 else "landstock"
    path = folder / f"{stem}_{order.as_of:%Y%m%d}{_suffix(order)}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for file in made:
            pack.write(file, file.name)
    for file in made:
        file.unlink()
    return path
