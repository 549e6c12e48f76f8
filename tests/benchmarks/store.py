"""A store of our own with the benchmark's city in it: parks, parcels, two years of built-up land, contracts, events, reports.

    python tests/benchmarks/store.py 100k|1m HOME [--city FOLDER]

Takes the city of the shared bench (``city.py``). Parcels are not compared with
each other while they are taken in: that is measured elsewhere.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

TOP = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(TOP), str(HERE)]
from city import city_of  # noqa: E402

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}


def ledgers(city: Path, folder: Path) -> None:
    """Write contracts, events and reports as the store names them, from the city's one table of contracts."""
    rows = pd.read_parquet(city / "contracts.parquet")
    days = {name: pd.to_datetime(rows[name]).dt.strftime("%Y-%m-%d") for name in rows if name.endswith("RQ")}
    signed, started, stopped = days["QDRQ"], days["SJKGRQ"], days["ZZKFRQ"]
    pd.DataFrame({
        "contract_no": rows["HTBH"], "contract_type": "GRANT", "parcel_codes": rows["DKBH"], "signed_on": signed,
        "commence_by": days["YDKGRQ"], "complete_by": days["YDJGRQ"], "price_wan": rows["CJJK"],
        "granted_area_m2": rows["CRMJ"], "total_investment_wan": rows["ZTZ"],
    }).to_csv(folder / "contract.csv", index=False)  # fmt: skip
    begun, ended = started.notna(), stopped.notna()
    nothing = dict.fromkeys(("foundation_type", "done", "of", "developed_area_m2"))
    parts = [
        {"parcel_code": rows["DKBH"][begun], "event": "PERMIT", "happened_on": started[begun], **nothing},
        {"parcel_code": rows["DKBH"][begun], "event": "FOUNDATION", "happened_on": started[begun], **nothing,
         "foundation_type": "PIT", "done": 1, "of": 1},
        {"parcel_code": rows["DKBH"][ended], "event": "SUSPENDED", "happened_on": stopped[ended], **nothing,
         "developed_area_m2": rows["KFMJ"][ended]},
    ]  # fmt: skip
    pd.concat([pd.DataFrame(part) for part in parts]).to_csv(folder / "construction_event.csv", index=False)
    pd.DataFrame({
        "contract_no": rows["HTBH"], "reported_on": "2024-12-01", "basis": np.where(rows.index % 2, "REPORTED", "VERIFIED"),
        "building_wan": rows["YTZ"], "equipment_wan": 0, "land_price_wan": 0, "other_wan": 0,
    }).to_csv(folder / "investment_report.csv", index=False)  # fmt: skip


def filled(home: Path, size: str, city_folder: Path | None = None) -> None:
    """Start the store at a home and fill it, unless it has been filled before."""
    os.environ["LANDSTOCK_HOME"] = str(home)
    os.environ.pop("LANDSTOCK_DATABASE_URL", None)
    from data import cluster
    from data.identity import SYSTEM, Actor, act
    from etl.checks import delivery
    from etl.importer import run
    from etl.options import ImportOptions

    home.mkdir(parents=True, exist_ok=True)
    os.chmod(home, 0o755)
    act(Actor("bench", SYSTEM))
    cluster.start()
    if (home / "filled").exists():
        return
    delivery.check_overlaps = lambda *_: None
    with tempfile.TemporaryDirectory(prefix="landstock-bench-") as folder:
        target = Path(folder)
        city = city_of(city_folder or target / "city", SIZES[size])
        files = target / "delivery"
        files.mkdir()
        for path in city.iterdir():
            if (
                path.stem in ("parcels", "parks", "builtup_2023", "builtup_2024")
                and path.suffix != ".parquet"
            ):
                shutil.copy(path, files)
        ledgers(city, files)
        for stem in (
            "parks",
            "parcels",
            "builtup_2023",
            "builtup_2024",
            "contract",
            "construction_event",
            "investment_report",
        ):
            report = run(
                sorted(files.glob(f"{stem}.*")), ImportOptions(mapping=HERE / "city.yaml", publish=True)
            )
            print(
                stem,
                report.published,
                {f.file: (f.read, f.accepted) for f in report.layers},
                report.issues(),
                flush=True,
            )
            if not report.published:
                raise SystemExit(f"{stem} was not published")
    (home / "filled").touch()


def main() -> None:
    """Fill a store."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("size", choices=SIZES)
    asked.add_argument("home", type=Path)
    asked.add_argument("--city", type=Path)
    options = asked.parse_args()
    filled(options.home, options.size, options.city)


if __name__ == "__main__":
    main()
