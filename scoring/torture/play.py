"""Scenarios played one after the other, each on an installation of its own."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import PlantroomError
from scoring.torture import servers
from scoring.torture.account import Account, account
from scoring.torture.rig import Rig, StoreKind, build
from scoring.torture.scale import Scale
from scoring.torture.scenarios import Scenario
from scoring.torture.servers import Postgres

Tell = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class Played:
    """One scenario on one store.

    Attributes:
        seconds: How long it took.
        kills: Of processes, servers too.
        failure: Why it could not be played to its end; then the account is empty.
    """

    scenario: str
    store: StoreKind
    account: Account
    seconds: float
    kills: int = 0
    failure: str = ""

    @property
    def sound(self) -> bool:
        """Whether it was played and nothing was lost, doubled or invented."""
        return not self.failure and self.account.sound


def play(
    folder: Path, scenarios: Sequence[Scenario], stores: Sequence[StoreKind], scale: Scale,
    seed: int, tell: Tell, *, keep: bool = False,
) -> Iterator[Played]:  # fmt: skip
    """Play all that mean something on these stores.

    Args:
        folder: For everything that is written; what was sound is removed from it.
        scenarios: In this order.
        stores: In this order within a scenario.
        scale: How hard.
        seed: Of when what happens.
        tell: Told what is played and the share that is done.
        keep: Also what was sound is kept.
    """
    wanted = [(s, store) for store in stores for s in scenarios if store in s.stores]
    database = servers.postgres(folder / "postgres") if "influxdb" in stores else None
    try:
        for done, (scenario, store) in enumerate(wanted):
            tell(f"{store}: {scenario.name}", done / len(wanted))
            place = folder / f"{done:02}"
            played = _played(place, scenario, store, scale, seed + done, database)
            if played.sound and not keep:
                shutil.rmtree(place, ignore_errors=True)
            yield played
        tell("done", 1.0)
    finally:
        if database is not None:
            database.stop()


def _played(
    folder: Path, scenario: Scenario, store: StoreKind, scale: Scale, seed: int,
    database: Postgres | None,
) -> Played:  # fmt: skip
    begun = time.monotonic()
    rig: Rig | None = None
    said, failure = Account(), ""
    try:
        rig = build(folder, scenario.on(store), seed, database)
        rig.start()
        published = scenario.story(rig, scale)
        rig.finish()
        said = account(rig.evidence(), published)
    except PlantroomError as error:
        failure = str(error)
    finally:
        kills = 0
        if rig is not None:
            programs = (rig.edge, *rig.workers, rig.broker, rig.influx)
            kills = sum(program.kills for program in programs if program is not None)
            if scenario.waits:
                said.notes.append(rig.waits())
            if rig.relay is not None:
                said.notes.append(
                    f"{rig.relay.passed} batches passed, {rig.relay.repeated} twice, "
                    f"{rig.relay.overtaken} overtaken"
                )
            if rig.proxy is not None:
                said.notes.append(f"{rig.proxy.spoilt} requests spoilt")
            rig.close()
    return Played(
        scenario=scenario.name, store=store, account=said, kills=kills, failure=failure,
        seconds=time.monotonic() - begun,
    )  # fmt: skip
