"""Which driver reads a gateway's devices."""

from __future__ import annotations

from pathlib import Path

from core.clock import Clock
from core.errors import Misconfigured, Mistake
from core.ports import Driver
from core.site import Site
from edge.buses.fieldbus import FieldbusDriver
from edge.drivers.csv import CsvDriver


def driver_for(
    site: Site,
    gateway: str,
    files: Path | None = None,
    *,
    clock: Clock | None = None,
    after: int | None = None,
    journal: Path | None = None,
) -> Driver:
    """The driver that the site file names for a gateway.

    Args:
        site: The model.
        gateway: Whose devices.
        files: Folder of a csv driver's files; what its options say where absent.
        clock: The run clock, for drivers that give readings their time; the system's where absent.
        after: What an earlier run had read (``Outbox.read_until``), which is not given again. [ms]
        journal: File of what was written to devices by hand.

    Raises:
        Misconfigured: There is no such driver here.
    """
    box = site.gateways[gateway]
    if box.driver == "csv":
        return CsvDriver(
            site, gateway, files or Path(str(box.options.get("folder", "."))), after=after
        )
    if box.driver == "fieldbus":
        return FieldbusDriver(site, gateway, clock, journal=journal)
    expected = "csv or fieldbus; 'simulated' runs in plantroom demo alone"
    what = f"gateway {gateway}: driver '{box.driver}' cannot run here"
    raise Misconfigured([Mistake(file="site.yaml", line=0, what=what, expected=expected)])
