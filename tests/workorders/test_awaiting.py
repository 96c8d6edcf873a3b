"""What a repair's proof waits for: outdoor air by real readings, a forecast by a real file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from adapters.forecast import FileForecast
from adapters.locales import translator
from api.awaited import awaited_words
from core.batch import Batch, BatchName, Columns
from core.clock import HOUR_MS, MINUTE_MS
from core.rulecard import Weather
from core.verdict import Reason, Verdict
from tests.workorders.house import CARDS, House, at, make_finding, opened, run_of
from workorders.service import WorkOrders
from workorders.views import Awaited

COLD = replace(CARDS["AC-04"], outdoor={"run": Weather.BELOW})


def waiting(house: House, path: Path) -> str:
    """A fault that is seen at 4 to 12 °C, repaired; the order that waits for its proof."""
    house.orders = WorkOrders(
        house.site, house.records, house.store, house.clock, cards={**CARDS, "AC-04": COLD},
        verdicts=house.records.verdicts, duty=house.orders._office.duty,  # noqa: SLF001
        system=house.clock, forecast=FileForecast(path=path, zone=house.site.timezone),
    )  # fmt: skip
    onset = house.now - 8 * HOUR_MS
    point = house.site.find("a.ahu1", "oat")
    assert point is not None
    times = np.arange(onset, house.now, 5 * MINUTE_MS) + 5 * MINUTE_MS
    rows = Columns.of(np.full(len(times), point, np.int32), times, np.linspace(4, 12, len(times)))
    house.store.write([Batch(name=BatchName("gw-a", "b", 1), rows=rows, received=house.now)],
                      receipted=frozenset())  # fmt: skip
    house.judge(run_of(onset, 8, Verdict.FAULT))
    house.publish(opened(make_finding(onset=onset)))
    id_ = house.only().id
    house.repair(id_)
    return id_


def needs(house: House, id_: str) -> Awaited | None:
    return house.get(id_).watches[0].needs


def words(house: House, id_: str, language: str = "en") -> str:
    told = needs(house, id_)
    assert told is not None
    return awaited_words(told, house.now, house.site, translator(language))


def forecast(path: Path, first: str, *celsius: float) -> None:
    hour = datetime.fromisoformat(first)
    rows = [f"{hour + timedelta(hours=n):%Y-%m-%dT%H:%M},{c}" for n, c in enumerate(celsius)]
    path.write_text("\n".join(["hour,outdoor_c", *rows]) + "\n")


def test_outdoor_air_is_awaited_and_the_forecast_says_when(house: House, tmp_path: Path) -> None:
    path = tmp_path / "forecast.csv"
    id_ = waiting(house, path)
    house.judge(run_of(house.now, 1, Verdict.NOT_EVALUABLE, reason=Reason.OTHER_MODE))
    house.step(1.0)
    assert words(house, id_) == "Needs outdoor air below 12 °C for 1 h; forecast unknown"
    forecast(path, "2026-03-11 11:00", *([15.0] * 12), *([9.0] * 6), *([14.0] * 6))
    assert words(house, id_).endswith("; forecast: 23:00 to 05:00")
    assert words(house, id_, "zh_Hans") == "需室外气温低于 12 °C 持续 1 小时；预报：23:00 至 05:00"
    forecast(path, "2026-03-11 11:00", *([15.0] * 24))
    assert words(house, id_).endswith("; forecast: not before tomorrow 11:00")


def test_what_comes_after_the_repair_does_not_move_the_limit(house: House, tmp_path: Path) -> None:
    id_ = waiting(house, tmp_path / "none.csv")
    house.judge(run_of(house.now, 2, Verdict.NOT_EVALUABLE, reason=Reason.OFF))
    house.step(1.0)
    first = needs(house, id_)
    point = house.site.find("a.ahu1", "oat")
    times = house.now - 9 * HOUR_MS + np.arange(20) * 1000
    late = Columns.of(np.full(20, point, np.int32), times, np.full(20, 30.0))
    house.store.write([Batch(name=BatchName("gw-a", "b", 2), rows=late, received=house.now)],
                      receipted=frozenset())  # fmt: skip
    house.step(2.0)
    told = needs(house, id_)
    assert first is not None
    assert told is not None
    assert told.below == first.below
    assert told.lacks == "off"
    assert words(house, id_).endswith("needs the plant to run; it stood still")


def test_hours_of_use_are_named_with_when_they_begin(house: House, tmp_path: Path) -> None:
    id_ = waiting(house, tmp_path / "none.csv")
    house.judge(run_of(house.now, 12, Verdict.NOT_EVALUABLE, reason=Reason.UNOCCUPIED))
    house.step(11.0)
    told = needs(house, id_)
    assert told is not None
    hours = house.orders._office.calendar.hours(house.site.equipment["a.ahu1"]).workday  # noqa: SLF001
    assert hours is not None
    assert told.next_use == at("2026-03-12 00:00") + hours[0] * MINUTE_MS
    assert "needs the hours of use; next from tomorrow 0" in words(house, id_)


def test_a_proof_that_waits_for_nothing_more_says_nothing(house: House, tmp_path: Path) -> None:
    id_ = waiting(house, tmp_path / "none.csv")
    done = house.now
    for day in range(3):
        house.judge(run_of(done + day * 24 * HOUR_MS, 20, Verdict.OK))
    house.step(72.0)
    assert needs(house, id_) is None
