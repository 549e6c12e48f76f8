"""A warm worker: everything is imported, one small delivery is in; then it imports what it is told to."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from etl.checks import delivery
from etl.checks.parks import Parks
from etl.importer import run
from etl.options import ImportOptions
from etl.spare import spare_memory


class Topology:
    """Adds up what the checks of shapes against each other and against the parks take."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def of(self, function: Any) -> Any:
        def timed(*arguments: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds += time.perf_counter() - begun

        return timed


def main() -> None:
    spare_memory()  # as the process of a job does
    mapping = Path(sys.argv[1])
    topology = Topology()
    if "--no-topology" in sys.argv:  # for what is asked of an import without it, memory above all
        delivery.check_overlaps = lambda *_: None
    delivery.check_overlaps = topology.of(delivery.check_overlaps)
    Parks.assign = topology.of(Parks.assign)
    for line in sys.stdin:
        topology.seconds = 0.0
        begun = time.perf_counter()
        report = run([Path(p) for p in json.loads(line)], ImportOptions(mapping=mapping, publish=True))
        wall = time.perf_counter() - begun
        said = report.as_json()
        print(json.dumps({"wall": wall, "topology": topology.seconds} | said), flush=True)


if __name__ == "__main__":
    main()
