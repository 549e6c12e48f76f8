"""Let the tests of this folder import its helpers as ``tests.gis.…``, wherever pytest was started."""

import sys
from pathlib import Path

ROOT = str(Path(__file__).parents[2])
if ROOT not in sys.path:
    sys.path.append(ROOT)
