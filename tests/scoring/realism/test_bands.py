"""Bands, and that the kept ones are what the real data give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import Fatal
from scoring.realism import real
from scoring.realism.bands import (
    LEAST_UNITS,
    Band,
    Bands,
    bands_of,
    load_bands,
    outside,
    save_bands,
    share,
)
from scoring.realism.tables import STATISTICS, statistic

HUNDRED = [float(v) for v in range(101)]


def test_a_band_leaves_out_the_tail_of_its_statistic() -> None:
    made = bands_of({"night_day": HUNDRED, "gas_summer": HUNDRED, "morning": HUNDRED})
    assert made["night_day"] == Band(low=5.0, mid=50.0, high=95.0, units=101)
    assert made["gas_summer"] == Band(low=10.0, mid=50.0, high=90.0, units=101)
    assert made["morning"] == Band(low=0.0, mid=50.0, high=100.0, units=101)


def test_what_shows_nothing_is_no_unit() -> None:
    made = bands_of({"night_day": [float("nan"), 1.0, 2.0], "weekend": [float("nan")]})
    assert made["night_day"].units == 2
    assert "weekend" not in made


def test_outside_is_counted_by_statistic_and_each_weighs_the_same() -> None:
    bands = bands_of({"night_day": HUNDRED, "weekend": HUNDRED})
    counts = outside({"night_day": [50.0, 2.0], "weekend": [1.0] + [50.0] * 9}, bands)
    assert counts == {"night_day": (1, 2), "weekend": (1, 10)}
    assert share(counts) == pytest.approx((0.5 + 0.1) / 2)
    assert Band(low=1.0, mid=2.0, high=3.0, units=9).holds(3.0)


def test_few_units_and_an_instrument_s_own_figures_judge_nobody() -> None:
    few = bands_of({"night_day": [1.0] * (LEAST_UNITS - 1), "quantum": HUNDRED})
    assert outside({"night_day": [9.0], "quantum": [1000.0]}, few) == {}
    enough = bands_of({"night_day": [1.0] * LEAST_UNITS})
    assert outside({"night_day": [9.0]}, enough) == {"night_day": (1, 1)}


def test_every_statistic_has_one_name() -> None:
    keys = [s.key for s in STATISTICS]
    assert len(keys) == len(set(keys))
    with pytest.raises(Fatal, match="nothing_such"):
        statistic("nothing_such")


def test_bands_survive_their_file(tmp_path: Path) -> None:
    made = Bands(made="by hand", weeks=bands_of({"night_day": HUNDRED}), whole={}, stock={"a": 1.0})
    save_bands(tmp_path / "bands.json", made)
    assert load_bands(tmp_path / "bands.json") == made
    (tmp_path / "bands.json").write_text("{}")
    with pytest.raises(Fatal, match="holds no bands"):
        load_bands(tmp_path / "bands.json")


def test_the_kept_bands_name_known_statistics_in_order() -> None:
    kept = load_bands()
    order = [s.key for s in STATISTICS]
    for bands in (kept.weeks, kept.whole):
        assert list(bands) == [k for k in order if k in bands]
        assert all(b.low <= b.mid <= b.high for b in bands.values())
    # These need a year.
    assert set(order) - set(kept.weeks) == {"gas_summer", "level_steps"}


def test_pulses_lose_nothing_and_come_late() -> None:
    litres = np.array([[4.0, 4.0, 4.0, 0.0, 25.0, 3.0]])
    np.testing.assert_array_equal(real.pulsed(litres), [[0.0, 0.0, 10.0, 0.0, 20.0, 10.0]])


@pytest.mark.slow
@pytest.mark.data
def test_the_kept_bands_are_what_the_real_data_give(data_dir: Path) -> None:
    kept, made = load_bands(), real.bands(data_dir)
    assert made.made == kept.made
    assert made.stock == pytest.approx(kept.stock, rel=2e-3)
    for mine, theirs in ((kept.weeks, made.weeks), (kept.whole, made.whole)):
        assert mine.keys() == theirs.keys()
        for key, band in mine.items():
            again = theirs[key]
            assert again.units == band.units, key
            # Sums differ in their last digits by processor, and a kept figure has four.
            for end in ("low", "mid", "high"):
                was, now = getattr(band, end), getattr(again, end)
                assert now == pytest.approx(was, rel=2e-3, abs=1e-9), (key, end)


@pytest.mark.data
def test_healthy_days_of_the_laboratory_are_read_in_kelvin_and_percent(data_dir: Path) -> None:
    ((date, day),) = real.air_days(data_dir, {"2009-05-04"})
    assert date == "2009-05-04"
    assert 10.0 < float(day.supply[day.steady].mean()) < 16.0
    assert float(day.damper.max()) == pytest.approx(100.0)
    assert day.steady.sum() > 600


def test_a_unit_that_is_itself_the_end_of_a_band_lies_within() -> None:
    ends = (0.444780, 0.741305)
    band = bands_of({"supply_sd": ends})["supply_sd"]
    assert all(band.holds(v) for v in ends)
    assert not band.holds(0.4440)
