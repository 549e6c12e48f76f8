"""Who may ask for what: every path has a rule, and what has none is for nobody.

The database decides on rows and columns by itself (migrations 0019 and later); this table decides which pages and
interfaces a role has at all.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from data.identity import STAFF

BUREAU = ("clerk", "approver")
READERS = tuple(role for role in STAFF if role != "admin")
EVERYBODY = (*STAFF, "nobody")


class Rule(NamedTuple):
    """Who may ask for paths of a form, by which methods; ``what`` names the part of the program in messages."""

    methods: frozenset[str]
    path: re.Pattern[str]
    roles: tuple[str, ...]
    what: str


def _rule(methods: str, path: str, roles: tuple[str, ...], what: str) -> Rule:
    allowed = set(methods.split())
    return Rule(frozenset(allowed | ({"HEAD"} if "GET" in allowed else set())), re.compile(path), roles, what)


RULES = (
    _rule("GET", r"/static/.+|/favicon\.ico|/healthz|/readyz", EVERYBODY, "start"),
    _rule("GET POST", r"/login", EVERYBODY, "start"),
    _rule("GET", r"/login/sso|/login/sso/back", EVERYBODY, "start"),
    _rule("POST", r"/logout", EVERYBODY, "start"),
    _rule("GET POST", r"/account|/account/password|/account/tokens|/account/tokens/\d+", STAFF, "account"),
    _rule("GET POST", r"/settings/accounts|/settings/accounts/[^/]+", ("admin",), "accounts"),
    _rule("GET", r"/settings", ("admin", "approver"), "settings"),
    _rule("POST", r"/settings/basemaps|/settings/basemaps/.+", ("admin",), "settings"),
    _rule("GET", r"/approvals", (*BUREAU, "auditor"), "approvals"),
    _rule("POST", r"/approvals/\d+", ("approver",), "approvals"),
    _rule("GET", r"/notices", (*BUREAU, "auditor"), "notices"),
    _rule("POST", r"/notices|/notices/\d+", ("approver",), "notices"),
    _rule("GET POST", r"/audit", ("auditor",), "audit"),
    _rule("GET", r"/api/docs|/api/openapi\.json", STAFF, "help"),
    _rule("GET", r"/help", READERS, "help"),
    _rule(
        "GET",
        r"/|/map|/parcels|/parcels/.+|/idle|/compare|/due|/growth|/stock|/scoreboard|/intensity",
        READERS,
        "land",
    ),
    _rule("GET POST", r"/lists/.+", READERS, "land"),
    _rule("GET", r"/idle/undetermined", READERS, "land"),
    _rule(
        "GET",
        r"/idle/frozen|/idle/frozen/.+|/api/v1/idle-lists|/api/v1/idle-lists/.+",
        (*BUREAU, "committee", "auditor"),
        "lists",
    ),
    _rule("POST", r"/idle/check|/idle/freeze|/idle/remark", (*BUREAU, "committee"), "lists"),
    _rule("GET", r"/tiles/.+|/basemap/.+", READERS, "land"),
    _rule("GET", r"/print/(?:sheet|dossiers)", READERS, "land"),
    _rule("GET POST", r"/print/atlas", READERS, "export"),
    _rule("GET", r"/print/handout(?:\.html)?", READERS, "export"),
    _rule("GET", r"/export|/export/.+", READERS, "export"),
    _rule("POST", r"/export/jobs|/export/jobs/\d+", READERS, "export"),
    _rule(
        "GET",
        r"/api/v1/(?:parcels|parcels/.+|growth|stock|scoreboard|intensity|disagreements|reporters|rules|summary|search)",
        READERS,
        "land",
    ),
    _rule("GET", r"/deliveries|/deliveries/.+", (*BUREAU, "auditor"), "import"),
    _rule("GET", r"/quality", (*BUREAU, "committee", "auditor"), "quality"),
    _rule("POST", r"/deliveries/\d+/withdraw", BUREAU, "import"),
    _rule("GET", r"/import|/import/.+|/api/v1/import|/api/v1/import/.+", (*BUREAU, "auditor"), "import"),
    _rule("POST", r"/import|/import/.+|/api/v1/import/.+", BUREAU, "import"),
)


@lru_cache(maxsize=20_000)
def rule_for(method: str, path: str) -> Rule | None:
    """Return the rule of a request, if it has one."""
    return next(
        (rule for rule in RULES if method in rule.methods and rule.path.fullmatch(path)),
        None,
    )


def may(role: str, path: str, method: str = "GET") -> bool:
    """Say whether a role may ask for a path: pages show no link that leads nowhere."""
    found = rule_for(method, path)
    return found is not None and role in found.roles
