"""Rows of one layer against each other, over all files of a delivery."""

from typing import Any

import numpy as np
import pandas as pd
import shapely

from data.layers import LAYERS
from etl.work import Work


def reject_duplicates(works: list[Work]) -> None:
    """Leave out rows whose key (or, without a key, whose content) an earlier row has; say which.

    The first in the order of files and rows stays: a rule that can be told to
    the supplier. A repeat with other content is ``DUPLICATE_KEY``.
    """
    if not works:
        return
    layer = LAYERS[works[0].layer or ""]
    table = pd.DataFrame(
        {
            "file": np.repeat(np.arange(len(works)), [len(w.row_no) for w in works]),
            "place": np.concatenate([np.arange(len(w.row_no)) for w in works]),
            "row": np.concatenate([w.row_no for w in works]),
            "hash": np.concatenate([w.hashes for w in works]),
            "key": np.concatenate([w.keys for w in works]),
        }
    )
    by = "key" if layer.key else "hash"
    again = table.duplicated(by).to_numpy()
    if again.any():
        first = table.drop_duplicates(by).set_index(by, drop=False)
        repeated: Any = table[again].itertuples()
        for line in repeated:
            origin: Any = first.loc[getattr(line, by)]
            code = "ROW_DUPLICATE" if origin["hash"] == line.hash else "DUPLICATE_KEY"
            work = works[int(line.file)]
            work.findings.add(
                code, int(line.row), ",".join(layer.key) or None, line.key, key=line.key,
                other=int(origin["row"]), file=works[int(origin["file"])].path,
            )  # fmt: skip
        for number, work in enumerate(works):
            work.keep(~again[table["file"].to_numpy() == number])


def same_shapes(works: list[Work]) -> set[tuple[int, int]]:
    """Report shapes drawn twice; return the pairs (places in the joined table), which are no overlaps as well."""
    shapes = np.concatenate([w.shapes for w in works if w.shapes is not None])
    whose = np.repeat(np.arange(len(works)), [len(w.row_no) for w in works])
    place = np.concatenate([np.arange(len(w.row_no)) for w in works])
    forms = pd.Series(shapely.to_wkb(shapely.normalize(shapes)))
    if "observed_on" in works[0].frame.columns:
        days = pd.concat([w.frame["observed_on"] for w in works], ignore_index=True).map(str)
        forms = pd.Series(list(zip(forms, days, strict=True)))
    pairs: set[tuple[int, int]] = set()
    again = forms.duplicated().to_numpy()
    if not again.any():
        return pairs
    first = {form: number for number, form in reversed(list(enumerate(forms)))}
    for number in np.flatnonzero(again):
        other = first[forms.iat[int(number)]]
        pairs.add((other, int(number)))
        work, origin = works[whose[number]], works[whose[other]]
        named = origin.keys[place[other]] or f"{origin.path}:{origin.row_no[place[other]]}"
        work.findings.add(
            "DUPLICATE_SHAPE",
            int(work.row_no[place[number]]),
            "geom",
            key=work.keys[place[number]],
            other=str(named),
        )
    return pairs
