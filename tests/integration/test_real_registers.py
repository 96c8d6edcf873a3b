"""Real registers that run backwards, jump and show zero: what was used, and nothing more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adapters.sites import load_site
from core.batch import Columns, Intervals
from core.site import Site
from edge.drivers.csv import CsvDriver
from ingest.rederive import good_reads
from ingest.registers import Rules, linked
from ingest.spread import spread

FOREVER = 4 * 10**12
pytestmark = [pytest.mark.data, pytest.mark.slow]


def derived(name: str, gateway: str, sites: Path, data: Path) -> tuple[Site, Columns, Intervals]:
    site = load_site(sites / "examples" / name)
    driver = CsvDriver(site, gateway, data / name)
    rows = driver.read(FOREVER)
    driver.close()
    rules = Rules.of(site)
    reads = good_reads(rows.keep(rules.is_register[rows.point]))
    none = (np.empty(0, np.int32), np.empty(0, np.int64))
    return site, reads, spread(reads, linked(reads, rules, {}), rules, none)


def test_water_meters_that_run_backwards_use_what_they_counted(
    sites_dir: Path, data_dir: Path
) -> None:
    site, reads, use = derived("water_daiad", "gw-water", sites_dir, data_dir)
    jumped = np.abs(np.diff(reads.value)) * (np.diff(reads.point) == 0) > 200.0
    assert jumped.any(), "the jump of 248,541 L is in the file"
    for point in range(len(site.points)):
        values = reads.value[reads.point == point]
        used = np.nansum(use.value[use.point == point])
        assert used <= values[-1] - values[0] + 1e-6, site.points[point].id
        assert used >= 0.99 * (values[-1] - values[0]), site.points[point].id
    assert np.nanmax(use.value) < 5.0, "no hour of a household uses more than is rated"


def test_heat_meters_that_show_zero_for_hours_invent_nothing(
    sites_dir: Path, data_dir: Path
) -> None:
    site, reads, use = derived("heat_xai4heat", "gw-heat", sites_dir, data_dir)
    for point in np.unique(reads.point).tolist():
        values = reads.value[reads.point == point]
        shown = values[values > 1e6]  # the meter's own level; the rest is what it showed when off
        used = np.nansum(use.value[use.point == point])
        assert used <= shown.max() - shown.min(), site.points[point].id
        assert used > 0.8 * (shown.max() - shown.min()), site.points[point].id
