"""Files of measurements as a plant's gateways: opened, and played through a broker of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.settings import Settings
from core.clock import SteppedClock
from core.errors import Misconfigured, Mistake
from core.site import Site
from edge.drivers.csv import CsvDriver
from plantroom.plant import Plant, embedded


@dataclass(frozen=True)
class Files:
    """The files that a site's gateways read.

    Attributes:
        drivers: By gateway.
        first: Time of the first reading, UTC. [ms]
        last: Time of the last one. [ms]
    """

    drivers: Mapping[str, CsvDriver]
    first: int
    last: int


def opened(site: Site, folder: Path) -> Files:
    """The files of a folder, as the site describes them.

    Raises:
        Misconfigured: They are not what the site says, or hold no reading.
    """
    drivers = {
        g: CsvDriver(site, g, folder) for g, box in site.gateways.items() if box.driver == "csv"
    }
    firsts = [at for d in drivers.values() if (at := d.first_at()) is not None]
    lasts = [at for d in drivers.values() if (at := d.last_at()) is not None]
    if not firsts or not lasts:
        what = f"no reading in {folder} for any gateway of {site.id}"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected="files it names")])
    return Files(drivers, min(firsts), max(lasts))


@contextmanager
def playing(settings: Settings, site: Site, files: Files, clock: SteppedClock) -> Iterator[Plant]:
    """A plant whose edges read these files, ingesting; stopped when left."""
    broker, where = embedded(settings, site)
    plant = Plant(settings=settings, site=site, clock=clock, broker=where)
    try:
        for gateway, driver in files.drivers.items():
            plant.agent(gateway, driver)
        plant.ingest.start()
        yield plant
    finally:
        plant.stop()
        broker.stop()
