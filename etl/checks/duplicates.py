"""Rows of one layer against each other, over all files of a delivery: the same key, the same content, the same shape."""

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.layers import LAYERS
from etl.coded import joined
from etl.drawn import Drawn
from etl.work import Work


def reject_duplicates(works: list[Work]) -> None:
    """Leave out rows whose key (or, without a key, whose content) an earlier row has; say which.

    The first in the order of files and rows stays: a rule that can be told to
    the supplier. A repeat with other content is ``DUPLICATE_KEY``.
    """
    if not works:
        return
    layer = LAYERS[works[0].layer or ""]
    keys, hashes = joined([w.keys for w in works]), np.concatenate([w.hashes for w in works])
    if layer.key:
        numbers = pd.factorize(keys, use_na_sentinel=False)[0]
    else:
        halves = pd.DataFrame(hashes.view(np.uint64))  # two numbers for the sixteen bytes of a hash
        numbers = halves.groupby([0, 1], sort=False).ngroup().to_numpy()
    again = pd.Series(numbers).duplicated().to_numpy()
    if not again.any():
        return
    _, firsts = np.unique(numbers, return_index=True)
    origin = firsts[numbers]  # the place of the first row with the same key
    same = (hashes == hashes[origin]).all(axis=1)
    files = np.repeat(np.arange(len(works)), [len(w.row_no) for w in works])
    paths = np.array([work.path for work in works], dtype=object)[files]
    rows, keys = np.concatenate([w.row_no for w in works]), np.asarray(keys, dtype=object)
    for number, work in enumerate(works):
        for code, kind in (("ROW_DUPLICATE", same), ("DUPLICATE_KEY", ~same)):
            places = np.flatnonzero(again & kind & (files == number))
            work.findings.add_rows(
                code, rows[places], ",".join(layer.key) or None, keys[places], keys[places],
                other=rows[origin[places]], file=paths[origin[places]],
            )  # fmt: skip
        work.keep(~again[files == number])


def _alike(shapes: Drawn, days: NDArray[np.object_] | None) -> NDArray[np.int64]:
    """Return, for each shape, the place of the first that is drawn the same (its own, where it is the first).

    Equal shapes have equal bounds and equally many points: only where those agree, the shapes
    are brought into one form and compared, so that a table without repeats costs next to nothing.
    """
    own = near = np.arange(len(shapes), dtype=np.int64)
    measures = [*shapes.boxes.T, shapes.points, *([] if days is None else [days])]
    for values in measures:  # after the first hardly any are left
        near = near[pd.Series(values[near]).duplicated(keep=False).to_numpy()]
    if not len(near):
        return own
    forms = pd.DataFrame({"form": shapely.to_wkb(shapely.normalize(shapes[near]))})
    if days is not None:
        forms["day"] = days[near]
    group = forms.groupby(list(forms.columns), sort=False, dropna=False).ngroup().to_numpy()
    _, first = np.unique(group, return_index=True)
    own[near] = near[first[group]]
    return own


def same_shapes(works: list[Work]) -> set[tuple[int, int]]:
    """Report shapes drawn twice; return the pairs (places in the joined table), which are no overlaps as well."""
    shapes = Drawn.joined([w.shapes for w in works if w.shapes is not None])
    days = None
    if "observed_on" in works[0].frame.columns:
        joined = pd.concat([w.frame["observed_on"] for w in works], ignore_index=True)
        days = joined.map(str).to_numpy(dtype=object)
    first = _alike(shapes, days)
    again = np.flatnonzero(first != np.arange(len(first)))
    if not len(again):
        return set()
    whose = np.repeat(np.arange(len(works)), [len(w.row_no) for w in works])
    rows, keys = (np.concatenate([getattr(w, name) for w in works]) for name in ("row_no", "keys"))
    for number, work in enumerate(works):
        places = again[whose[again] == number]
        others = [str(keys[o] or f"{works[whose[o]].path}:{rows[o]}") for o in first[places]]
        work.findings.add_rows("DUPLICATE_SHAPE", rows[places], "geom", None, keys[places], other=others)
    return set(zip(first[again].tolist(), again.tolist(), strict=True))
