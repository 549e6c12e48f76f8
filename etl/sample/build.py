"""The sample as a whole, before anything is written."""

import random
from dataclasses import dataclass

from etl.sample import intensity_cases
from etl.sample.builtup import Patch, patches
from etl.sample.cases import EXACT_M2, Bench
from etl.sample.city import City, load
from etl.sample.contract_cases import CASES
from etl.sample.faults import Fault, plant
from etl.sample.layout import Plot, all_plots
from etl.sample.names import Names
from etl.sample.ordinary import tell
from etl.sample.records import Book
from etl.sample.stories import Stories


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything that the delivery and its tables of expectations are written from."""

    city: City
    plots: list[Plot]
    book: Book
    patches: list[Patch]
    faults: list[Fault]


def build() -> Sample:
    """Return the sample; the same on every run."""
    city = load()
    plots = all_plots(city, EXACT_M2)
    _land_uses(plots, random.Random(f"{city.seed} uses"))
    stories = Stories(Book(), Names(city.seed), city.seed)
    bench = Bench(stories, plots)
    for case in CASES:
        case(bench)
    intensity_cases.add(bench)
    for plot in plots:
        if not plot.case:
            tell(stories, plot)
    found = patches(plots, city)
    faults = plant(stories, plots)
    return Sample(city, plots, stories.book, found, faults)


def _land_uses(plots: list[Plot], rng: random.Random) -> None:
    """Islands are substations and the like (0809); the rest is industry, some storage and trade."""
    for plot in plots:
        use = rng.choices(("0601", "0604", "0507"), (90, 8, 2))[0]
        plot.landuse = "0809" if plot.kind == "island" else use
        if plot.kind == "" and plot.registered_m2 < 40_000 and rng.random() < 0.006 and use == "0601":
            plot.collective, plot.code = True, plot.code.replace("GB", "JB")
