"""Print the cases of the sample: what each must come to and what was found, then the trace of each.

    LANDSTOCK_HOME=... python tests/etl/cases.py [--traces] [--lang en]

The store must hold the sample (``landstock demo``).
"""

import argparse
import csv
import datetime as dt
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP)]


def main() -> None:
    """Print the table, and the traces if asked."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--traces", action="store_true")
    asked.add_argument("--lang", choices=("zh", "en"), default="zh")
    options = asked.parse_args()
    from data.identity import Actor, act
    from etl.analysis.explain import explain

    act(Actor("cases", "clerk"))

    with (TOP / "data" / "samples" / "expected.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["case"]]
    rows.sort(key=lambda row: (row["case"], row["as_of"]))
    differing = 0
    for row in rows:
        told = explain(row["parcel_code"], dt.date.fromisoformat(row["as_of"]), lang=options.lang)
        idle = told["idle"]
        fee = idle["consequence"]["fee_wan"] or ""
        expected = (row["verdict"], row["band"], row["cause"], row["path"], row["fee_wan"])
        found = (idle["verdict"], idle["band"], idle["cause"], idle["consequence"]["path"], fee)
        same = expected == tuple(value or "" for value in found)
        differing += not same
        print(f"{row['case']:12s} {row['parcel_code']} {row['as_of']}  {' '.join(filter(None, expected)):55s} "
              f"{'=' if same else '≠ ' + ' '.join(map(str, found))}")  # fmt: skip
        if options.traces:
            for part in ("facts", "arithmetic", "could_overturn", "missing_words"):
                for line in idle[part]:
                    print(
                        "        ",
                        part,
                        line if isinstance(line, str) else " ".join(str(v) for v in line.values() if v),
                    )
    print(f"{len(rows)} cases and days, {differing} differ")


if __name__ == "__main__":
    main()
