"""Each fault of an air handler or a box acts in the equations and wastes in its carrier."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from core.batch import Columns, Floats
from core.clock import DAY_MS, HOUR_MS
from core.words import Carrier
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.worlds import one_building
from tests.simulators.parts import SEED, SITE, Readings, same

K = FaultKind
ONE = one_building(SITE, "d")
AHU, ROOM = "d.ahu1", "d.z-foyer"
DAYS = 2
WINTER, SPRING, SUMMER = datetime(2026, 1, 12), datetime(2026, 4, 13), datetime(2026, 7, 6)  # noqa: DTZ001


@cache
def origin(season: datetime) -> Campus:
    """A campus on a Monday morning with three days behind it."""
    start = int(season.replace(tzinfo=ZoneInfo(SITE.timezone)).timestamp() * 1000)
    campus = Campus(ONE, SEED, start)
    for _ in campus.history(3, 1):
        pass
    return campus


@cache
def lived(
    season: datetime, kind: FaultKind | None = None, severity: float = 0.0, asset: str = AHU
) -> tuple[dict[Carrier, float], Columns]:
    """What the building used in two working days, and what its points said."""
    before = origin(season)
    faults = [] if kind is None else [
        Fault(id="f", kind=kind, asset=asset, onset=before.now, severity=severity)
    ]  # fmt: skip
    campus = before.twin(faults)
    start = campus.consumed()
    end = before.now + DAYS * DAY_MS
    rows = Columns.joined([campus.read(g, end) for g in sorted(ONE.gateways)])
    used = {c: amount - start[b, c] for (b, c), amount in campus.consumed().items()}
    return used, rows


def minutes(rows: Columns, point: str, hours: tuple[float, float] = (9.0, 17.0)) -> Floats:
    """A point's values within some hours of the days."""
    when, values = Readings(rows, ONE).of(point)
    hour = ((when + 8 * HOUR_MS) % DAY_MS) / HOUR_MS
    return values[(hour > hours[0]) & (hour < hours[1])]


@pytest.mark.parametrize(
    ("kind", "severity", "season", "carrier", "asset"),
    [
        (K.DAMPER_LEAKS, 0.4, WINTER, Carrier.GAS, AHU),
        (K.DAMPER_HELD, 1.0, WINTER, Carrier.GAS, AHU),
        (K.LINKAGE_SLIPS, 0.6, SPRING, Carrier.ELECTRICITY, AHU),
        (K.FILTER_CLOGGED, 1.0, SUMMER, Carrier.ELECTRICITY, AHU),
        (K.BELT_SLIPS, 0.2, SUMMER, Carrier.ELECTRICITY, AHU),
        (K.DUCT_LEAKS, 0.2, SUMMER, Carrier.ELECTRICITY, AHU),
        (K.COIL_FOULED, 0.4, SUMMER, Carrier.ELECTRICITY, AHU),
        (K.RESET_DISABLED, 1.0, SPRING, Carrier.ELECTRICITY, AHU),
        (K.SETPOINT_OFF, 4.0, WINTER, Carrier.GAS, AHU),
        (K.SCHEDULE_LONGER, 4.0, SUMMER, Carrier.ELECTRICITY, AHU),
        (K.COOL_VALVE_HELD, 0.9, SUMMER, Carrier.ELECTRICITY, AHU),
        (K.BOX_LEAST_HIGH, 0.9, SPRING, Carrier.ELECTRICITY, ROOM),
        (K.BOX_STUCK, 1.0, SPRING, Carrier.ELECTRICITY, ROOM),
        (K.ROOM_COOLING_PASSES, 0.4, SPRING, Carrier.ELECTRICITY, ROOM),
        (K.ROOM_HEATING_PASSES, 0.4, SPRING, Carrier.GAS, ROOM),
        (K.REHEAT_LEFT_ON, 0.8, SPRING, Carrier.GAS, ROOM),
    ],
)
def test_it_wastes_in_its_carrier(
    kind: FaultKind, severity: float, season: datetime, carrier: Carrier, asset: str
) -> None:
    healthy, ill = lived(season)[0], lived(season, kind, severity, asset)[0]
    assert ill[carrier] > 1.002 * healthy[carrier]


@pytest.mark.parametrize(
    ("kind", "asset"),
    [
        (K.DAMPER_LEAKS, AHU), (K.LINKAGE_SLIPS, AHU), (K.FILTER_CLOGGED, AHU),
        (K.BELT_SLIPS, AHU), (K.DUCT_LEAKS, AHU), (K.COIL_FOULED, AHU), (K.LOOP_HUNTS, AHU),
        (K.SETPOINT_OFF, AHU), (K.SCHEDULE_LONGER, AHU), (K.BOX_LEAST_HIGH, ROOM),
        (K.ROOM_COOLING_PASSES, ROOM), (K.ROOM_HEATING_PASSES, ROOM), (K.REHEAT_LEFT_ON, ROOM),
    ],
)  # fmt: skip
def test_nothing_of_it_is_health_itself(kind: FaultKind, asset: str) -> None:
    assert same(lived(SPRING, kind, 0.0, asset)[1], lived(SPRING)[1])


def test_a_fouled_coil_opens_its_valve_and_holds_the_supply() -> None:
    healthy, ill = lived(SUMMER)[1], lived(SUMMER, K.COIL_FOULED, 0.3)[1]
    opened = [minutes(rows, f"{AHU}.cool_valve").mean() for rows in (healthy, ill)]
    assert opened[1] > opened[0] + 3.0
    error = minutes(ill, f"{AHU}.sat") - minutes(ill, f"{AHU}.sat_sp")
    assert abs(error.mean()) < 0.5


def test_a_hunting_loop_travels_and_hardly_moves_the_mean() -> None:
    healthy, ill = lived(SUMMER)[1], lived(SUMMER, K.LOOP_HUNTS, 20.0)[1]
    way = [np.abs(np.diff(minutes(rows, f"{AHU}.cool_valve"))).sum() for rows in (healthy, ill)]
    assert way[1] > 4.0 * way[0]
    supply = [minutes(rows, f"{AHU}.sat").mean() for rows in (healthy, ill)]
    assert abs(supply[1] - supply[0]) < 1.0


def test_a_slack_belt_and_a_full_filter_are_turned_faster_until_there_is_no_more() -> None:
    healthy = minutes(lived(SUMMER)[1], f"{AHU}.fan_speed").mean()
    for kind, severity in ((K.BELT_SLIPS, 0.2), (K.FILTER_CLOGGED, 2.0)):
        assert minutes(lived(SUMMER, kind, severity)[1], f"{AHU}.fan_speed").mean() > healthy + 3.0
    slack = lived(SUMMER, K.BELT_SLIPS, 0.5)[1]
    assert minutes(slack, f"{AHU}.fan_speed").max() == 100.0
    flow = [minutes(rows, f"{AHU}.supply_flow").mean() for rows in (lived(SUMMER)[1], slack)]
    assert flow[1] < 0.95 * flow[0]


def test_a_leaking_damper_shows_while_it_is_told_to_shut() -> None:
    def outdoor(rows: Columns) -> float:
        mat, rat, oat = (
            minutes(rows, f"{AHU}.{r}", (8.5, 11.0)).mean() for r in ("mat", "rat", "oat")
        )
        return float((mat - rat) / (oat - rat))

    healthy, ill = lived(WINTER)[1], lived(WINTER, K.DAMPER_LEAKS, 0.4)[1]
    assert outdoor(ill) > outdoor(healthy) + 0.15


def test_a_longer_schedule_says_occupied_before_and_after() -> None:
    rows = lived(SPRING, K.SCHEDULE_LONGER, 4.0)[1]
    early = minutes(rows, f"{AHU}.occupied", (5.6, 7.0))
    assert early.min() == 1.0
    assert minutes(lived(SPRING)[1], f"{AHU}.occupied", (5.6, 7.0)).max() == 0.0


def test_what_is_held_stays_told_at_night() -> None:
    rows = lived(WINTER, K.DAMPER_HELD, 0.7)[1]
    assert set(minutes(rows, f"{AHU}.oa_damper", (0.5, 24.0))) == {70.0}
