"""Statistics: parks side by side, land stock, growth of built-up area, and what contracts promised."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api import map_page, statistics
from api.deps import AskedDep, ConnectionDep, PagingDep, VisitorDep
from api.documents import exact, figure, intensity_document
from api.filters import Links, TermCode, TermVerdictCode
from api.pages import frame, page
from data import land, overview
from data import statistics as read
from data.growth_targets import growth_targets
from gis.definitions import DEFINITIONS, Figure, add
from gis.term_trace import term_trace
from gis.trace import explain_intensity
from gis.words_land import STATE_GROUPS
from maps import growth_chart
from maps.catalogue import catalogue
from maps.formats import M2_PER_HA, M2_PER_MU

router = APIRouter(tags=["statistics"])
SIZES = (25, 50, 100, 200)
Term = Annotated[TermCode, Query(description="Which contract term")]
Verdict = Annotated[TermVerdictCode | Literal[""], Query(description="Verdict on the term; all if empty")]


@router.get("/scoreboard", include_in_schema=False, response_class=HTMLResponse)
def scoreboard(
    request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep, paging: PagingDep
) -> HTMLResponse:
    """Show parks side by side, and suspected idle land by the month in which it became idle."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="scoreboard")
    sort = paging.sort or "park"
    months, axis = statistics.idle_months(connection, asked)
    drawn = statistics.idle_chart(months, axis, visitor.lang, visitor.unit)
    parks = statistics.scores(connection, asked, sort)
    kinds = {"parcels": "parcel_area", "suspected": "suspected_area"}
    sums = {
        name: add([Figure(DEFINITIONS[kind], getattr(one, name).area_m2) for one in parks]).value if parks else None
        for name, kind in kinds.items()
    }  # fmt: skip
    return page(
        request, "scoreboard.html", visitor, asked, around, current="scoreboard", parks=parks, sort=sort, sums=sums,
        months=months, links=Links(asked.query, **({"sort": sort} if paging.sort else {})), few=statistics.FEW,
        rates=statistics.SHOWN_RATES,
        data=statistics.page_data([drawn] if drawn else [], visitor.lang, visitor.unit),
    )  # fmt: skip


@router.get("/stock", include_in_schema=False, response_class=HTMLResponse)
def stock(request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Show land stock by state and park, and the rates with both their sides."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="stock")
    found = statistics.stocks(connection, asked)
    drawn = statistics.stock_charts(found, visitor.lang, visitor.unit)
    boundaries = land.rows(connection, "boundary_count", asked.run_id, asked.query.park)
    return page(
        request, "stock.html", visitor, asked, around, current="stock", stocks=found, boundaries=boundaries,
        branches=STATE_GROUPS, data=statistics.page_data(drawn, visitor.lang, visitor.unit),
    )  # fmt: skip


@router.get("/growth", include_in_schema=False, response_class=HTMLResponse)
def growth(request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Show built-up area by year: map with a slider, chart, and the ledger that explains every change."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="growth")
    park = asked.query.park
    rows = overview.growth(connection, asked.run_id, park)
    targets = growth_targets(rows, asked.as_of)
    increases = {code: target.increase_m2 for code, target in targets.items()}
    lines = growth_chart.lines(rows, land.rows(connection, "growth_ledger", asked.run_id, park), increases)
    unit = M2_PER_MU if visitor.unit == "mu" else M2_PER_HA
    data = map_page.page_data(connection, asked, around, visitor.lang, visitor.unit)
    data["growth_of"] = growth_chart.of_parks(rows)
    return page(
        request, "growth.html", visitor, asked, around, current="growth", rows=rows, lines=lines,
        chart=growth_chart.chart(lines, unit), data=data, targets=statistics.told_targets(targets, around), n_parks=len({row["park_code"] for row in rows}),
    )  # fmt: skip


def _facets(counts: dict[tuple[str | None, str, str], int], term: str) -> dict[str, int]:
    return {v: sum(n for (_, t, w), n in counts.items() if (t, w) == (term, v)) for v in read.VERDICTS}


@router.get("/intensity", include_in_schema=False, response_class=HTMLResponse)
def intensity(
    request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep, paging: PagingDep,
    term: Term = "INTENSITY", found: Verdict = "",
) -> HTMLResponse:  # fmt: skip
    """Show what contracts promised beside what was reported and verified; each row opens its arithmetic."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="intensity")
    counts = read.term_counts(connection, asked.run_id, asked.query.park)
    facets = _facets(counts, term)
    chosen, n = (
        read.Terms(asked.query.park, term, found or None),
        facets[found] if found else sum(facets.values()),
    )
    pages = max(1, -(-n // paging.size))
    number, sort = min(paging.page, pages), paging.sort or "reached"
    rows = read.term_rows(connection, asked.run_id, chosen, sort=sort, size=paging.size, page=number)
    steps = read.reached_steps(connection, asked.run_id, read.Terms(asked.query.park, term))
    drawn = statistics.reached_chart(steps, visitor.lang)
    kept = {
        "term": term,
        "found": found,
        "sort": paging.sort,
        "size": "" if paging.size == SIZES[1] else str(paging.size),
    }
    return page(
        request, "intensity.html", visitor, asked, around, current="intensity", term=term, chosen=found, sort=sort,
        rows=[(row, explain_intensity(term_trace(row, row["facts"], row["cited"], row["as_of"]), visitor.lang)) for row in rows],
        facets=facets, n=n, drawn_n=sum(steps.values()), terms=read.TERMS,
        term_counts={name: sum(_facets(counts, name).values()) for name in read.TERMS},
        page=number, pages=pages, size=paging.size, sizes=SIZES, whole=_Whole(n),
        links=Links(asked.query, **{name: value for name, value in kept.items() if value}),
        data=statistics.page_data([drawn] if drawn else [], visitor.lang, visitor.unit),
    )  # fmt: skip


class _Whole:
    """How many rows the pager counts."""

    def __init__(self, n: int) -> None:
        self.n = n


@router.get("/api/v1/scoreboard")
def scoreboard_document(asked: AskedDep, connection: ConnectionDep) -> dict[str, Any]:
    """Return the figures of each park side by side."""
    return {
        "run_id": asked.run(),
        "as_of": asked.as_of,
        "parks": [
            {
                "park_code": one.code, "park_name": one.name, "parcels": one.parcels.n,
                "area_m2": figure(one.parcels.area_m2), "suspected": one.suspected.n,
                "suspected_m2": figure(one.suspected.area_m2), "suspected_share": figure(one.suspected_share),
                "undetermined": one.undetermined, "few": one.few, "rates": {name: exact(one.rate(name)) for name in one.rates},
                "growth_rate": exact(one.growth["growth_rate"]) if one.growth else None,
                "growth_year": one.growth["year"] if one.growth else None, "intensity": dict(one.terms),
            }
            for one in statistics.scores(connection, asked)
        ],
    }  # fmt: skip


@router.get("/api/v1/intensity")
def intensity_documents(
    asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep, paging: PagingDep,
    term: Term = "INTENSITY", found: Verdict = "",
) -> dict[str, Any]:  # fmt: skip
    """Return one page of the verdicts on a contract term, with the arithmetic of each."""
    run_id, words = asked.run(), catalogue(visitor.lang)
    chosen = read.Terms(asked.query.park, term, found or None)
    facets = _facets(read.term_counts(connection, run_id, asked.query.park), term)
    rows = read.term_rows(
        connection, run_id, chosen, sort=paging.sort or "reached", size=paging.size, page=paging.page
    )
    amounts = ("committed_wan", "reported_wan", "verified_wan")
    return {
        "run_id": run_id,
        "as_of": asked.as_of,
        "verdicts": facets,
        "total": facets[found] if found else sum(facets.values()),
        "rows": [
            intensity_document(row, words)
            | {"park_code": row["park_code"], "parcel_codes": row["parcel_codes"], "reached": exact(row["reached"])}
            | {name: exact(row[name]) for name in amounts}
            for row in rows
        ],
    }  # fmt: skip
