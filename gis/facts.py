"""The tables that verdicts are read from."""

from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from gis.tables import COLUMNS, empty, require_columns, require_unique


@dataclass(frozen=True, slots=True)
class Tables:
    """What is on record, as delivered: nothing is filtered by day.

    Each table has the canonical columns of its layer. Dates are
    ``datetime64``, figures ``Decimal`` or None, truth values True, False or
    None; ``contract.parcel_codes`` holds lists of text. Where a row comes
    from is its ``source`` or, where a layer has none, ``origin``; both may be
    absent. A table left out is empty.

    Texts may also be categorical, figures exact Arrow decimals, and lists
    Arrow lists (:mod:`gis.columns` reads both). ``named_parcels`` optionally
    holds the lists of the contracts taken apart, in the order of the
    contracts: ``contract`` (row), ``code``.

    Raises
    ------
    MissingColumns
        A table lacks a canonical column that a verdict reads.
    DuplicateKey
        Two rows have one parcel code, or one contract number.
    """

    parcel: pd.DataFrame = field(default_factory=partial(empty, "parcel"))
    contract: pd.DataFrame = field(default_factory=partial(empty, "contract"))
    contract_phase: pd.DataFrame = field(default_factory=partial(empty, "contract_phase"))
    construction_event: pd.DataFrame = field(default_factory=partial(empty, "construction_event"))
    investment_report: pd.DataFrame = field(default_factory=partial(empty, "investment_report"))
    idle_cause: pd.DataFrame = field(default_factory=partial(empty, "idle_cause"))
    building: pd.DataFrame = field(default_factory=partial(empty, "building"))
    enterprise: pd.DataFrame = field(default_factory=partial(empty, "enterprise"))

    named_parcels: pd.DataFrame | None = None
    parcels: pd.Index = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse tables that no verdict could be read from."""
        for name, columns in COLUMNS.items():
            require_columns(getattr(self, name), columns, name)
        require_unique(self.parcel, "parcel_code", "parcel")
        object.__setattr__(self, "parcels", pd.Index(self.parcel["parcel_code"], dtype=object))
        require_unique(self.contract, "contract_no", "contract")
