"""Settings of the program, read from the environment on first use."""

import json
import sys
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gis.errors import EnvironmentFault

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""The names by which a machine knows itself."""


def checkout() -> Path | None:
    """Return the checkout that the program runs from; ``None`` where it was installed as a package."""
    top = Path(__file__).resolve().parent.parent
    return top if (top / "pyproject.toml").is_file() and (top / "landstock").is_file() else None


def default_home() -> Path:
    """Return where data lie when nothing is said: ``var/`` of the checkout, else the user's data folder."""
    top = checkout()
    if top:
        return top / "var"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "landstock"
    return Path.home() / ".local" / "share" / "landstock"


class Settings(BaseSettings):
    """Everything an operator may set, as ``LANDSTOCK_<NAME>``. An empty variable counts as not set."""

    model_config = SettingsConfigDict(env_prefix="LANDSTOCK_", env_ignore_empty=True, frozen=True)

    home: Path = Field(default_factory=default_home, description="Data folder.")
    database_url: str | None = Field(
        default=None, repr=False, description="An existing PostGIS instead of the embedded one."
    )
    database_password_file: Path | None = Field(
        default=None, description="File that holds the password of database_url."
    )
    lang: Literal["zh", "en"] = Field(default="zh", description="Language where nobody has chosen one.")
    os_user: str = Field(
        default="postgres", description="Account that runs the embedded database when root starts it."
    )
    connect_timeout_s: int = Field(default=10, ge=1, description="Seconds to wait for a connection.")
    request_timeout_s: float = Field(
        default=30, gt=0, description="Seconds that a statement of a web request may take."
    )
    day_wait_s: float = Field(
        default=3,
        gt=0,
        description="Seconds a page waits for the verdicts of a day that nobody asked for before; then it says so.",
    )
    upload_mb: int = Field(
        default=4096, ge=1, description="Size of the files of one delivery sent by browser."
    )
    import_memory_mb: int | None = Field(
        default=None, ge=256, description="Memory of one import; half of the machine's where nothing is said."
    )
    import_minutes: float = Field(default=240, gt=0, description="Minutes that one import may take.")
    read_minutes: float = Field(default=20, gt=0, description="Minutes that reading one file may take.")
    import_workers: int = Field(default=1, ge=1, le=8, description="Import jobs that run at the same time.")
    export_rows_at_once: int = Field(
        default=5_000, ge=0, description="Parcels up to which an export is waited for; more run as a job."
    )
    sheet_parcels: int = Field(default=3_000, ge=1, description="Parcels that one printed map may show.")
    atlas_parcels: int = Field(default=500, ge=1, description="Parcels that one atlas may hold, a page each.")
    dossiers_at_once: int = Field(
        default=50, ge=1, description="Dossiers that one page for printing may hold."
    )
    export_days: int = Field(default=7, ge=1, description="Days that the file of an export job is kept.")
    session_idle_minutes: int = Field(
        default=30, ge=1, description="Minutes without a request after which a session ends."
    )
    session_hours: float = Field(default=12, gt=0, description="Hours after which a session ends.")
    sign_in_attempts: int = Field(
        default=5, ge=1, description="Failed attempts to sign in after which a name is locked."
    )
    lock_minutes: int = Field(default=15, ge=1, description="Minutes that a name stays locked.")
    code_hours: int = Field(default=72, ge=1, description="Hours that a one-time code holds.")
    oidc_issuer: str | None = Field(
        default=None, description="Address of the OpenID Connect provider that people may sign in at."
    )
    oidc_client: str = Field(default="landstock", description="Client id of this server at the provider.")
    oidc_secret_file: Path | None = Field(
        default=None, description="File that holds the client secret; a public client has none."
    )
    oidc_claim: str = Field(
        default="preferred_username",
        description="Claim that names the account; only the provider's administrators may assign it.",
    )
    two_person: Annotated[frozenset[Literal["publish", "export", "freeze"]], NoDecode] = Field(
        default=frozenset(),
        description="What needs a second person: a JSON list of publish, export, freeze; nothing by default.",
    )
    public_decimals: int = Field(
        default=3,
        ge=1,
        le=4,
        description="Decimals of the degrees that the public edition shows: 3 are about 100 m, 4 about 10 m.",
    )
    secrecy_km2: float = Field(
        default=25,
        gt=0,
        description="Area from which an export of shapes needs a second person, where exports do.",
    )
    log_days: int | None = Field(
        default=None,
        ge=180,
        description="Days that entries of the log are kept, at least 180; for ever without it.",
    )
    view_grid: Literal["WebMercatorQuad", "CGCS2000Quad", "GK40", "GK41"] = Field(
        default="WebMercatorQuad", description="Grid, and so projection, of the map page."
    )
    pool_size: int = Field(default=10, ge=1, description="Database connections that one process keeps.")

    @field_validator("oidc_issuer")
    @classmethod
    def _protected(cls, address: str | None) -> str | None:
        parts = urlsplit(address or "https://-")
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise PydanticCustomError(
                "https_expected", "an https address is expected; plain http only on this machine"
            )
        return address.rstrip("/") if address else None

    @field_validator("two_person", mode="before")
    @classmethod
    def _listed(cls, said: Any) -> Any:
        try:
            return json.loads(said) if isinstance(said, str) else said
        except ValueError:
            raise PydanticCustomError("json_expected", "a JSON list is expected") from None

    @field_validator("home", "database_password_file", "oidc_secret_file")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path.expanduser().resolve() if path else path


_EXPECTED = {
    "greater_than_equal": "应不小于 {ge}", "less_than_equal": "应不大于 {le}", "greater_than": "应大于 {gt}",
    "literal_error": "应为 {expected}", "int_parsing": "应为整数", "float_parsing": "应为数字",
    "json_expected": "应为 JSON 列表，如 [\"publish\"]", "https_expected": "应为 https 地址（本机可用 http）",
}  # fmt: skip


class WrongSetting(EnvironmentFault):
    """A setting holds what it can't hold."""

    code = "wrong-setting"

    def __init__(self, error: ValidationError) -> None:
        found = [(f"LANDSTOCK_{str(one['loc'][0]).upper()}={one['input']}", one) for one in error.errors()]
        english = "; ".join(f"{what}: {one['msg']}" for what, one in found)
        chinese = "；".join(
            f"{what}：{_EXPECTED.get(one['type'], one['msg']).format_map(one.get('ctx', {}))}"
            for what, one in found
        )
        super().__init__(
            f"A setting can't be used. {english}. Change the environment variable and start again.",
            f"设置无效：{chinese}。请修改该环境变量后重新运行。",
        )


@cache
def settings() -> Settings:
    """Return the settings, read once. ``settings.cache_clear()`` makes the next call read again.

    Raises
    ------
    WrongSetting
    """
    try:
        return Settings()
    except ValidationError as error:
        raise WrongSetting(error) from error
