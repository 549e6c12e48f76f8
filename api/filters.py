"""The filter that every list, map, chart and export takes, as query parameters."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import shapely
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from data.filtering import NO_STAGE, Filter
from gis.errors import LandStockError
from gis.stages import STAGES
from gis.words import STATUS, VERDICTS

ZONE = ZoneInfo("Asia/Shanghai")
_DAY = re.compile(r"(\d{4})\s*[-./年]?\s*(\d{1,2})\s*[-./月]?\s*(\d{1,2})\s*日?")


def read_day(value: Any) -> Any:
    """Return the day in ``2026-11-01``, ``2026.11.1``, ``20261101`` or the Chinese form; refuse other text."""
    if not isinstance(value, str):
        return value
    found = _DAY.fullmatch(value.strip())
    if found is None or (value.strip().isdigit() and len(value.strip()) != 8):
        raise ValueError("expected a day such as 2026-11-01")
    year, month, day = (int(part) for part in found.groups())
    return dt.date(year, month, day)


def read_moment(value: Any) -> Any:
    """Return a moment in ISO 8601; a day counts as its end, a moment without zone as Asia/Shanghai."""
    if not isinstance(value, str):
        return value
    text = value.strip().replace(" ", "+") if value.count(":") > 2 else value.strip()
    if _DAY.fullmatch(text):
        return dt.datetime.combine(read_day(text), dt.time(23, 59, 59), ZONE)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("expected a moment such as 2026-11-01T08:00:00+08:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


Text = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$", strip_whitespace=True)]
Code = Annotated[str, StringConstraints(max_length=80, pattern=r"^[\w.:\- ()（）-]+$", strip_whitespace=True)]
Day = Annotated[dt.date, BeforeValidator(read_day)]
Moment = Annotated[dt.datetime, BeforeValidator(read_moment)]
StatusCode = Literal[
    "determined", "disposing", "investigating", "closed", "suspected", "watch", "unknown", "normal"
]
VerdictCode = Literal[
    "NOT_DUE", "OVERDUE", "IDLE_NOT_COMMENCED", "SUSPENDED_UNDER_1Y", "MAY_BE_IDLE", "SUSPENDED_NOT_IDLE",
    "ACTIVE", "COMPLETED", "NOT_SUPPLIED", "UNDETERMINED",
]  # fmt: skip
StageCode = Literal["NOT_SUPPLIED", "SUPPLIED", "DELIVERED", "COMMENCED", "COMPLETED", "UNKNOWN"]
TermCode = Literal["INTENSITY", "TOTAL_INVESTMENT", "FAR"]
TermVerdictCode = Literal["MET", "SHORT", "NOT_DUE", "UNDETERMINED"]
LandUse = Annotated[str, StringConstraints(max_length=10, pattern=r"^[0-9A-Za-z.]+$", strip_whitespace=True)]
EntityId = Annotated[int, Field(ge=1, le=2**63 - 1)]
MOST_IDS = 2_000  # an address of 2,000 numbers is as long as browsers and proxies carry


def read_box(value: Any) -> Any:
    """Return ``west,south,east,north`` in degrees as four numbers; refuse other text and a box turned inside out."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # a parameter of an address comes as a list where the field holds several values
    if not isinstance(value, str):
        return value
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError as error:
        raise ValueError(
            "expected west,south,east,north in degrees, such as 121.1,41.0,121.2,41.1"
        ) from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError("expected west < east and south < north, in degrees")
    return (west, south, east, north)


MOST_CORNERS = 100  # an address of 2,500 characters is as long as the other conditions leave room for


def read_polygon(value: Any) -> Any:
    """Return ``lon,lat;lon,lat;…`` in degrees as corners; refuse other text and a line that crosses itself.

    A last corner equal to the first, as closed rings have, is left out.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        return value
    try:
        corners = [
            tuple(float(part) for part in pair.split(",")) for pair in value.split(";") if pair.strip()
        ]
    except ValueError as error:
        raise ValueError("expected corners in degrees, such as 121.1,41.0;121.2,41.0;121.2,41.1") from error
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if not 3 <= len(corners) <= MOST_CORNERS:
        raise ValueError(f"expected 3 to {MOST_CORNERS} corners")
    if not all(len(pair) == 2 and abs(pair[0]) <= 180 and abs(pair[1]) <= 90 for pair in corners):
        raise ValueError("expected a longitude and a latitude in degrees at each corner")
    if not shapely.Polygon(corners).is_valid:
        raise ValueError("the sides of the polygon must not cross or touch")
    return tuple(corners)


Polygon = Annotated[tuple[tuple[float, float], ...], BeforeValidator(read_polygon)]
Box = Annotated[tuple[float, float, float, float], BeforeValidator(read_box)]
CONDITIONS = ("park", "status", "verdict", "band", "cause", "missing", "stage", "use", "supplied_from", "supplied_to",
              "holder", "q", "area_min", "area_max", "ids", "box", "polygon")  # fmt: skip
TIMES = ("as_of", "known_on")
assert {*STAGES, NO_STAGE} == set(StageCode.__args__), "a stage of gis.stages is missing here"  # type: ignore[attr-defined]
assert set(STATUS) <= set(StatusCode.__args__), "a status of gis.words is missing here"  # type: ignore[attr-defined]
assert set(VERDICTS) <= set(VerdictCode.__args__), "a verdict of gis.words is missing here"  # type: ignore[attr-defined]


class FilterUnread(LandStockError):
    """The filter of an address holds a condition that can't be read."""

    code = "filter-unread"
    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            "The filter of the list holds a value that can't be read. Correct it first.",
            "列表的筛选条件有误，请先改正。",
        )


class FilterQuery(BaseModel):
    """The filter query. Empty values count as not given, so that plain forms work."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    park: Code | None = Field(None, description="Park code")
    status: list[StatusCode] = Field([], description="Map status; several allowed")
    verdict: list[VerdictCode] = Field([], description="Verdict; several allowed")
    band: Literal["Y1", "Y2"] | None = Field(None, description="Band of IDLE_NOT_COMMENCED")
    cause: Code | None = Field(None, description="Cause, or its beginning, e.g. GOVERNMENT")
    missing: Code | None = Field(None, description="A missing fact, e.g. contract.commence_by")
    stage: list[StageCode] = Field([], description="Stage of the parcel's life; several allowed")
    use: LandUse | None = Field(None, description="Land-use code, or its beginning, e.g. 1001")
    supplied_from: Day | None = Field(None, description="Governing contract signed on this day or later")
    supplied_to: Day | None = Field(None, description="Governing contract signed on this day or earlier")
    holder: Text | None = Field(None, description="A part of the holder's name")
    q: Text | None = Field(None, description="A part of a number, holder, address or contract number")
    area_min: Decimal | None = Field(None, ge=0, le=10**12, description="Smallest area, square metres")
    area_max: Decimal | None = Field(None, ge=0, le=10**12, description="Largest area, square metres")
    ids: list[EntityId] = Field([], max_length=MOST_IDS, description="Chosen parcels, by lasting identity")
    box: Box | None = Field(None, description="west,south,east,north in degrees; parcels that touch it")
    polygon: Polygon | None = Field(
        None, description="lon,lat;lon,lat;… in degrees; parcels that touch its area"
    )
    as_of: Day | None = Field(None, description="Day of the verdict; today in Asia/Shanghai when left out")
    known_on: Moment | None = Field(None, description="Judge by what was known then; now when left out")

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        kept = {}
        for name, value in values.items():
            if isinstance(value, list):
                value = [part for part in value if part != ""]
            if value not in ("", None):
                kept[name] = value
        return kept

    def filter(self) -> Filter:
        """Return the conditions for ``data.queries``."""
        return Filter(
            park=self.park, status=tuple(self.status), verdict=tuple(self.verdict), band=self.band,
            cause=self.cause, missing=self.missing, stage=tuple(self.stage), use=self.use,
            supplied_from=self.supplied_from, supplied_to=self.supplied_to, holder=self.holder, q=self.q,
            area_min=self.area_min, area_max=self.area_max, entity_ids=tuple(self.ids), box=self.box,
            polygon=self.polygon,
        )  # fmt: skip

    def pairs(self) -> list[tuple[str, str]]:
        """Return what was asked as query parameters, in a fixed order."""
        found: list[tuple[str, str]] = []
        for name in (*CONDITIONS, *TIMES):
            value = getattr(self, name)
            values = value if isinstance(value, list) else [] if value is None else [value]
            found += [(name, _written(v)) for v in values]
        return found


def _written(value: Any) -> str:
    """Return a value as it stands in an address."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return ";".join(_written(pair) for pair in value)
    if isinstance(value, tuple):
        return ",".join(f"{part:g}" if part == int(part) else repr(part) for part in value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def read_pairs(pairs: Sequence[tuple[str, str]]) -> FilterQuery:
    """Return the filter of the pairs of an address; other parts of it are left out.

    Raises
    ------
    FilterUnread
        A condition can't be read.
    """
    values: dict[str, Any] = {}
    for name, value in pairs:
        field = FilterQuery.model_fields.get(name)
        if field is not None and str(field.annotation).startswith("list"):
            values.setdefault(name, []).append(value)
        elif field is not None:
            values[name] = value
    try:
        return FilterQuery.model_validate(values)
    except ValidationError as error:
        raise FilterUnread from error


class Links:
    """Addresses that carry the filter of the page from one page to the next."""

    def __init__(self, query: FilterQuery, **more: str) -> None:
        self.query = query
        self.more = more

    def __call__(self, path: str, **changes: Any) -> str:
        """Return ``path`` with the filter; ``None`` takes a condition away, a value replaces it."""
        pairs = [(k, v) for k, v in [*self.query.pairs(), *self.more.items()] if k not in changes]
        for name, value in changes.items():
            if value is not None:
                pairs += [(name, str(v)) for v in (value if isinstance(value, list | tuple) else [value])]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def bare(self, path: str, **changes: Any) -> str:
        """Return ``path`` with the day only, and no other condition."""
        return self(path, **dict.fromkeys((*CONDITIONS, *self.more)) | changes)

    def dossier(self, parcel_code: str) -> str:
        """Return the address of a parcel's dossier, with the day only."""
        return self.bare(f"/parcels/{quote(parcel_code, safe='')}")
