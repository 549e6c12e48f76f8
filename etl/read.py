"""Read one file as one layer: reader, mapping, coordinate system, shapes, checks of single rows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.layers import LAYERS
from etl.checks import figures
from etl.checks import rows as row_checks
from etl.checks.codes import check_codes
from etl.errors import Refused
from etl.extra import Extra
from etl.issues import Findings, Severity
from etl.limits import out_of_memory, said_limit
from etl.load import fingerprints
from etl.mapping import names
from etl.mapping.apply import Mapped, apply
from etl.mapping.file import SourceRule
from etl.options import ImportOptions
from etl.placing import Asked, place
from etl.progress import Part
from etl.readers import formats, table
from etl.readers.crs import Decision, Place
from etl.readers.crs_decide import decide, require_unshifted
from etl.readers.encoding import Encoding, as_rivals
from etl.readers.raw import Raw, Source
from etl.work import Work

_GRIDS = ("csv", "xlsx")


@dataclass(slots=True)
class Reader:
    """Reads the files of one delivery; a workbook or table that feeds several layers is opened once."""

    options: ImportOptions
    place: Place | None
    folder: Path
    _kept: dict[tuple[str, str | None, str | None], Any] = field(default_factory=dict)
    _books: dict[Path, Any] = field(default_factory=dict)

    def read(self, source: Source, rule: SourceRule | None, layer: str, part: Part | None = None) -> Work:
        """Return the rows of one layer; a file that cannot be taken in comes back with what blocks it."""
        work = Work(source.label, layer, Findings(layer), rule)
        work.accepted_codes = self.options.accept
        part = part or Part()
        try:
            raw = self.raw(source, rule, layer)
            part.rows = len(raw.frame)
            part.reach(0.5)
            self._fill(work, raw, source, rule)
        except Refused as refusal:
            work.findings.add(refusal.code, field=refusal.field, value=refusal.value, **refusal.params)
        except Exception as error:
            if not out_of_memory(error):
                raise
            work = Work(source.label, layer, Findings(layer), rule, accepted_codes=self.options.accept)
            work.findings.add("FILE_TOO_COSTLY", limit=said_limit("memory"))
        return work

    def raw(self, source: Source, rule: SourceRule | None, layer: str | None) -> Raw:
        """Return a table as it was delivered; ``layer`` says which names make its header, any if there is none.

        Raises
        ------
        Refused
            The file cannot be read.
        """
        encoding = self.options.encoding or (rule.encoding if rule else None)
        if source.kind in _GRIDS:
            key = (str(source.disk), source.part, encoding)
            if key not in self._kept:
                self._kept[key] = (
                    table.read_csv(source.disk, encoding)
                    if source.kind == "csv"
                    else table.read_sheet(source.disk, str(source.part), self._books)
                )
            return table.to_raw(self._kept[key], self._known(rule, layer), rule.header if rule else None)
        damaged = "STRUCTURE_DAMAGED" in self.options.accept
        key = (str(source.disk), source.part, encoding)
        if key not in self._kept:
            self._kept[key] = formats.read(source, encoding, damaged, self.folder)
        kept: Raw = self._kept[key]
        return kept

    def _known(self, rule: SourceRule | None, layer: str | None) -> Any:
        asked = {names.plain(s) for r in rule.columns.values() for s in r.source} if rule else set()
        layers = (layer,) if layer else tuple(LAYERS)
        return lambda name: names.plain(name) in asked or any(names.is_known(name, one) for one in layers)

    def _fill(self, work: Work, raw: Raw, source: Source, rule: SourceRule | None) -> None:
        layer = LAYERS[work.layer or ""]
        work.findings.extend(raw.findings.items)
        for issue in raw.findings.items:
            issue.layer = work.layer
        work.read = len(raw.frame)
        if not work.read:  # an export that failed looks like this
            work.findings.add("ROWS_NONE")
        if raw.encoding is not None:
            work.encoding = raw.encoding.name
            self._say_encoding(work, raw, raw.encoding)
        mapped = apply(raw, layer.name, rule, work.findings)
        for row, texts in raw.kept.items():
            mapped.kept.setdefault(row, {}).update(texts)
        self._drop_empty(work, mapped, rule)
        refused = [i.row_no for i in raw.findings.items if i.severity is Severity.REJECTS]
        stays = ~np.isin(mapped.row_no, np.array(refused, dtype=np.int64))  # they have their reason already
        self._require_keys(mapped, raw)
        if self.options.observed_on and "observed_on" in mapped.frame.columns:
            mapped.frame["observed_on"] = mapped.frame["observed_on"].where(
                mapped.frame["observed_on"].notna(), self.options.observed_on
            )
        work.frame, work.row_no, work.units = mapped.frame, mapped.row_no, mapped.units
        if layer.geometry:
            stays &= self._shapes(work, raw, mapped, source, rule, stays)
        work.extra = Extra.of(mapped.extra_columns, mapped.kept)
        self._finish(work, stays, rule)
        if len(mapped.extra_columns.columns):
            there = [str(c) for c in mapped.extra_columns.columns]
            work.findings.add("COLUMNS_KEPT", count=len(there), columns=there)

    def _finish(self, work: Work, stays: Any, rule: SourceRule | None) -> None:
        """Check single rows, name their keys, leave out what was rejected, and hash the rest."""
        work.name_keys()
        keyed = row_checks.check_keys(work)
        row_no, shapes, keys = work.row_no, work.shapes, work.keys
        work.repairs.name(row_no, keys)
        work.keep(stays & keyed)
        check_codes(work.frame, work.row_no, work.keys, rule.forms if rule else {}, work.findings)
        row_checks.check_dates(work)
        figures.check_numbers(work)
        figures.check_areas(work)
        figures.check_thin(work)
        work.hashes = fingerprints(work)
        work.place_issues(row_no, shapes, keys)

    def _say_encoding(self, work: Work, raw: Raw, encoding: Encoding) -> None:
        sample = _sample(raw)
        broken = sum("\ufffd" in text for text in sample)
        if encoding.rivals or encoding.source == "GUESSED":
            code = "ENCODING_UNCERTAIN" if encoding.rivals else "ENCODING_GUESSED"
            work.findings.add(code, value=encoding.name, encoding=encoding.name, rivals=list(encoding.rivals),
                              sample=sample[:5], others=as_rivals(sample[:5], encoding))  # fmt: skip
        if broken:
            work.findings.add("ENCODING_BROKEN", value=encoding.name, encoding=encoding.name, count=broken)

    def _drop_empty(self, work: Work, mapped: Mapped, rule: SourceRule | None) -> None:
        """Leave out rows that are none of the layer: a wide table has rows of several."""
        if not rule or not rule.drop_empty:
            return
        stays = np.ones(len(mapped.frame), dtype=bool)
        for column in rule.drop_empty:
            stays &= ~row_checks.empty(mapped.frame[column])
        if left := int((~stays).sum()):
            self._leave(work, mapped, stays)
            work.findings.add("ROW_DROPPED", count=left, columns=list(rule.drop_empty))

    def _leave(self, work: Work, mapped: Mapped, stays: Any) -> None:
        places = np.flatnonzero(stays)
        gone = set(mapped.row_no[~stays].tolist())
        mapped.kept = {
            new: mapped.kept[int(old)] for new, old in enumerate(places) if int(old) in mapped.kept
        }
        mapped.frame = mapped.frame.iloc[places].reset_index(drop=True)
        mapped.extra_columns = mapped.extra_columns.iloc[places].reset_index(drop=True)
        if mapped.geom is not None:
            mapped.geom = mapped.geom.iloc[places].reset_index(drop=True)
        mapped.wkb = mapped.wkb[places] if mapped.wkb is not None else None
        mapped.row_no = mapped.row_no[places]
        work.read = len(places)
        work.findings.drop_rows(gone)

    def _require_keys(self, mapped: Mapped, raw: Raw) -> None:
        layer = LAYERS[mapped.layer]
        for name in layer.key or tuple(c.name for c in layer.columns if c.required and c.kind is str):
            if len(mapped.frame) and mapped.frame[name].isna().all() and name not in mapped.sources:
                raise Refused("KEY_COLUMN_MISSING", field=name, there=[str(c) for c in raw.frame.columns])

    def _shapes(
        self, work: Work, raw: Raw, mapped: Mapped, source: Source, rule: SourceRule | None, stays: Any
    ) -> Any:
        if mapped.wkb is not None:
            delivered = mapped.wkb
        elif mapped.geom is not None:
            delivered = mapped.geom.to_numpy(dtype=object)
        else:
            raise Refused("GEOMETRY_COLUMN_MISSING")

        def decide(shapes: NDArray[np.object_]) -> Decision:
            decision = self._crs(work, raw, rule, shapes, source)
            work.crs, work.crs_source = decision.label, decision.source
            return decision

        def unshifted(shapes: NDArray[np.object_]) -> None:
            require_unshifted(shapes, self.place, self.options.accept, work.findings)

        asked = Asked(work, delivered, stays, self.options.repairs, _format(source))
        placed = place(asked, decide, unshifted)
        for row, text in placed.kept.items():  # the delivered shape of a mended row stays with the row
            mapped.kept.setdefault(row, {})["delivered_geometry"] = f"{work.crs};{text}"
        work.shapes, work.drawn_m2 = placed.drawn, placed.area_m2
        return stays & placed.stays

    def _crs(self, work: Work, raw: Raw, rule: SourceRule | None, shapes: Any, source: Source) -> Decision:
        declared = self.options.crs or (rule.crs if rule else None)
        grid = source.kind in _GRIDS
        return decide(raw.crs, declared, shapes, self.place, grid, self.options.accept, work.findings)


def _format(source: Source) -> str:
    """Return the format whose convention the direction of rings follows; empty where there is none."""
    if source.kind == "shp":
        return "shp"
    return "geojson" if source.disk.suffix.lower() in (".geojson", ".json") else ""


def _sample(raw: Raw) -> list[str]:
    """Return some texts that are not plain ASCII, to look at: field names first."""
    found = [str(name) for name in raw.frame.columns if not str(name).isascii()]
    for column in raw.frame.columns:
        different = _first_different(raw.frame[column].dropna(), 200)
        found.extend(str(value) for value in different if not str(value).isascii())
    return list(dict.fromkeys(found))


def _first_different(values: Any, most: int) -> Any:
    """Return the first different values of a column; of one with many the head is enough."""
    head = values.iloc[: 20 * most].unique()
    return (head if len(head) >= most else values.unique())[:most]
