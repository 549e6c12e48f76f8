"""Tables. Names of columns carry their unit: ``_m2``, ``_ha``, ``_wan``."""

from data.models.analysis import (
    AnalysisRun,
    BuiltupGrowth,
    IdleVerdict,
    IntensityVerdict,
    ParcelBuiltup,
)
from data.models.base import STORAGE_SRID, Base, Versioned
from data.models.delivery import Delivery, DeliveryFile, Issue, Publication
from data.models.intake import (
    Correction,
    CorrectionUse,
    DeliveryChange,
    ImportJob,
    ImportJobLog,
    Lineage,
    Repair,
    SupplierMapping,
)
from data.models.layers import (
    Building,
    Builtup,
    ConstructionEvent,
    Contract,
    ContractPhase,
    Enterprise,
    IdleCause,
    InvestmentReport,
    LandState,
    Parcel,
    Park,
    ParkStatistics,
    PlanZone,
)
from data.models.staging import STAGING

__all__ = [
    "STAGING",
    "STORAGE_SRID",
    "AnalysisRun",
    "Base",
    "Building",
    "Builtup",
    "BuiltupGrowth",
    "ConstructionEvent",
    "Contract",
    "ContractPhase",
    "Correction",
    "CorrectionUse",
    "Delivery",
    "DeliveryChange",
    "DeliveryFile",
    "Enterprise",
    "IdleCause",
    "IdleVerdict",
    "ImportJob",
    "ImportJobLog",
    "IntensityVerdict",
    "InvestmentReport",
    "Issue",
    "LandState",
    "Lineage",
    "Parcel",
    "ParcelBuiltup",
    "Park",
    "ParkStatistics",
    "PlanZone",
    "Publication",
    "Repair",
    "SupplierMapping",
    "Versioned",
]
