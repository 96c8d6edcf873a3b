"""Whatever a gateway's line and clock do, the store holds each reading once, or it was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from adapters.settings import Settings
from core.clock import HOUR_MS, SteppedClock
from core.ports import Broker
from edge.drivers.simulated import SimulatedDriver
from plantroom.conductor import Conductor
from plantroom.loop import Loop
from plantroom.plant import BrokerAt, Plant
from plantroom.tap import Tap
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from tests.simulators.parts import SEED, SITE, START, at, fault

K = FaultKind
FROM, TO, END = at(1, 3.0), at(1, 9.0), at(1, 14.0)
DIAL = SITE.index["a.m-main.energy"]
GATEWAYS = ("gw-a", "gw-b")
"""One that is ill, and a neighbour that is not."""


@dataclass(kw_only=True)
class Looped(Plant):
    """An installation on a broker within the process."""

    loop: Loop = field(default_factory=Loop)

    def session(
        self, user: str, client_id: str, *, clean: bool = False, direct: bool = False
    ) -> Broker:
        """See :class:`plantroom.plant.Plant`."""
        del user, client_id, clean, direct
        return self.loop.session()


def ill(kind: FaultKind, severity: float) -> Fault:
    return fault(kind, "gw-a", severity=severity, onset=FROM, end=TO)


@cache
def passed() -> float:
    """What the main meter counts meanwhile, read by a line that is well. [kWh]"""
    sound = Campus(SITE, SEED, START).read("gw-a", END)
    dial = sound.value[sound.point == DIAL]
    return float(dial[-1] - dial[0])


@pytest.mark.parametrize(
    ("kind", "severity", "refused", "counted"),
    [
        (K.GATEWAY_CUT_OFF, 1.0, False, True),
        (K.GATEWAY_SILENT, 1.0, False, True),
        (K.READINGS_LOST, 0.3, False, True),
        (K.READINGS_REPEATED, 0.1, False, True),
        (K.READINGS_LATE, 60.0, False, True),
        # More than five minutes ahead is refused, as the contract says; less is stored.
        (K.CLOCK_OFF, 120.0, False, True),
        (K.CLOCK_OFF, 3600.0, True, True),
        # Dated back, later reads stand in the place of earlier ones, and what passed is not
        # known: a dial that falls back may be another meter's, so its use is not judged here.
        (K.CLOCK_OFF, -3600.0, False, False),
        (K.TIME_ZONE_WRONG, -8.0, False, False),
    ],
)
def test_nothing_is_lost_or_counted_twice(
    kind: FaultKind, severity: float, refused: bool, counted: bool, tmp_path: Path  # noqa: FBT001
) -> None:  # fmt: skip
    settings = Settings(_env_file=None).model_copy(  # type: ignore[call-arg]
        update={
            "var": tmp_path, "store": SecretStr("duckdb::memory:"), "notify": (),
            "records": SecretStr(f"sqlite:///{tmp_path}/records.sqlite"),
        }
    )  # fmt: skip
    campus, clock = Campus(SITE, SEED, START, (ill(kind, severity),)), SteppedClock(START)
    plant = Looped(settings=settings, site=SITE, clock=clock, broker=BrokerAt(host="", port=0))
    tap = Tap(SITE, campus, START, 1)
    try:
        for gateway in GATEWAYS:
            plant.agent(gateway, SimulatedDriver(tap, gateway))
        plant.ingest.start()
        Conductor(clock=clock, agents=plant.agents, parts=[], world=campus.advance).run(
            START, END, step_ms=HOUR_MS // 4
        )
        quarantined = plant.ingest.counts()["quarantined"]
        found = tap.account(plant.store, quarantined)
        use = plant.store.read_intervals([DIAL], START - 1, END).value
    finally:
        plant.stop()
    assert (quarantined > 0) is refused
    assert (found.lost, found.duplicated, found.invented) == (0, 0, 0)
    # A time that was refused while the clock was ahead comes again when it is right.
    again = found.stored + quarantined - found.sent
    assert 0 <= again <= (quarantined if refused else 0)
    assert found.sent > 10_000
    if counted:
        assert np.nansum(use) == pytest.approx(passed(), abs=0.5)
