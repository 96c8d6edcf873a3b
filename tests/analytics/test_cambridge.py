"""A year of hourly electricity of 35 real buildings through PWR-03."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from adapters.sites import load_site
from adapters.store import open_store
from analytics.backtest import Backtest, backtest
from analytics.rules import late_stop
from core.batch import Batch, BatchName, Bools, Columns
from core.words import Carrier

pytestmark = pytest.mark.data


def _ms(text: str) -> int:
    return int(pd.Timestamp(text, tz="Europe/London").timestamp() * 1000)


@pytest.fixture(scope="module")
def use(data_dir: Path) -> pd.DataFrame:
    """Hourly use by building, on the end of the hour, UTC; what is missing is NaN. [kWh]"""
    file = data_dir / "cambridge_estates" / "electricity_2018_2019_wide.csv.gz"
    table = pd.read_csv(file, index_col="datetime", parse_dates=True)
    # The source stores a missing hour as 0.
    return table.where(table != 0)


@pytest.fixture(scope="module")
def estates(use: pd.DataFrame, sites_dir: Path) -> Backtest:
    site = load_site(sites_dir / "examples" / "cambridge_estates")
    store = open_store("duckdb::memory:", site)
    at = pd.DatetimeIndex(use.index).as_unit("ms").asi8
    parts = []
    for column in use.columns:
        value = use[column].to_numpy(dtype=np.float64)
        there = np.isfinite(value)
        index = site.index[f"{column}.m-main.power"]
        parts.append(Columns.of([index] * int(there.sum()), at[there], value[there]))
    rows = Columns.joined(parts)
    batch = Batch(name=BatchName("gw-estates", "test", 1), rows=rows, received=int(rows.at.max()))
    store.write([batch], receipted=frozenset())
    return backtest(site, store, _ms("2019-01-01"), _ms("2020-01-01"), [late_stop.RULE])


def test_every_day_of_every_building_has_its_say(estates: Backtest) -> None:
    said = estates.summary()["PWR-03"]
    assert sum(said.values()) == pytest.approx(35 * 365 * 24)
    # 260 weekdays less the holidays of the country; the rest is not this rule's.
    assert said["other_mode"] < 0.32 * 35 * 365 * 24
    assert said["FAULT"] + said["OK"] > 0.5 * 35 * 365 * 24


def test_waste_is_what_an_hour_by_hour_sum_says(estates: Backtest, use: pd.DataFrame) -> None:
    """Each finding's first day again with pandas, from its frozen references."""
    checked = 0
    for finding in estates.findings:
        base, level = finding.references["base"], finding.references["day"]
        [first] = [
            run for run in estates.verdicts["PWR-03", finding.target] if run.start == finding.onset
        ]
        hours = use[finding.target.partition(".")[0]].copy()
        hours.index = pd.DatetimeIndex(hours.index).tz_localize("UTC")
        end = pd.to_datetime(first.end, unit="ms", utc=True)
        day = hours[end - pd.Timedelta("23h") : end].tz_convert("Europe/London")
        ends = pd.DatetimeIndex(day.index).hour
        morning, evening = (ends <= 8) & (ends > 0), (ends > 19) | (ends == 0)
        busy = max(level, day[~morning & ~evening].median())
        parts = day, busy, morning, evening
        before, _ = _spells(*parts, foot=base)
        stayed = len(before) > 0 and pd.DatetimeIndex(before.index).hour.min() <= 5
        foot = base if stayed else max(base, day[(ends > 0) & (ends <= 5)].median())
        late = pd.concat(_spells(*parts, foot=foot))
        assert first.waste[Carrier.ELECTRICITY] == pytest.approx(float((late - foot).sum()))
        checked += 1
    assert checked > 20


def test_a_case_is_judged_against_what_it_began_with(estates: Backtest) -> None:
    """Whatever a year brings, an open case's references stand still."""
    oldest = min(f.onset for f in estates.findings if f.cleared is None)
    assert oldest < _ms("2019-01-08")
    assert all(f.references["day"] > f.references["base"] for f in estates.findings)


def _spells(
    day: pd.Series[float], busy: float, morning: Bools, evening: Bools, *, foot: float
) -> tuple[pd.Series[float], pd.Series[float]]:
    """What goes on until the hours begin, or from their end, for two hours at least."""
    high = day > foot + 0.5 * max(busy - foot, 0.0)
    goes_on = high[evening].cumprod().astype(bool)
    until = high[morning][::-1].cumprod()[::-1].astype(bool)
    before, after = day[morning][until], day[evening][goes_on]
    none = day.iloc[:0]
    return before if len(before) > 1 else none, after if len(after) > 1 else none
