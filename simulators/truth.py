"""What was really wrong, in the simulator's own words: it knows no rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import msgspec

from core.site import Site
from simulators.bouts import Bouts
from simulators.physics.cheats import WORDS, Cheat
from simulators.physics.faults import Fault
from simulators.physics.kinds.catalogue import FAULT_KINDS

Effect = Literal["effective", "partial", "useless"] | Cheat


class Mending(msgspec.Struct, frozen=True, kw_only=True):
    """One visit of a crew: ``at``, UTC ms, and what it did.

    A cheat (``valve_shut``, ``plant_stopped``, ``sensor_unplugged``, ``setpoint_moved``) hides
    the symptom and leaves the fault.
    """

    at: int
    effect: Effect


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """One fault as it really was: a line of ``truth.jsonl``.

    Attributes:
        id: Of the fault.
        kind: What it is, a stable word.
        meaning: In words.
        discipline: Part of the plant.
        trade: Who mends it.
        family: Faults of one family on one asset are one cause.
        asset: Id of the equipment or gateway.
        point: Id of the point, for faults of sensors; else empty.
        building: Where it is; empty for a gateway.
        severity: In ``unit``.
        unit: Of the severity.
        course: How it goes: ``sudden``, ``creeping`` or ``intermittent``.
        onset: UTC. [ms]
        end: When it ended, by itself or repaired; None while it lasts. [ms]
        repaired: When a repair ended it; None where none did. [ms]
        repairs: Every visit, useless ones too.
    """

    id: str
    kind: str
    meaning: str
    discipline: str
    trade: str
    family: str
    asset: str
    point: str
    building: str
    severity: float
    unit: str
    course: str
    onset: int
    end: int | None
    repaired: int | None
    repairs: tuple[Mending, ...]


@dataclass(slots=True)
class Case:
    """A fault and what became of it; ``bouts`` where it comes and goes."""

    fault: Fault
    repairs: list[Mending] = field(default_factory=list)
    bouts: Bouts | None = None

    @property
    def repaired(self) -> int | None:
        """When the first effective repair was. [ms]"""
        return next((r.at for r in self.repairs if r.effect == "effective"), None)

    @property
    def end(self) -> int | None:
        """When it ended, whichever came first. [ms]"""
        ends = [e for e in (self.fault.end, self.repaired) if e is not None]
        return min(ends, default=None)

    def there(self, at: int) -> bool:
        """Whether it lasts in the minute that begins at ``at`` [ms], between its bouts too."""
        end = self.end
        return self.fault.onset <= at and (end is None or at < end)

    def active(self, at: int) -> bool:
        """Whether it acts in the minute that begins at ``at`` [ms]."""
        return self.there(at) and (self.bouts is None or self.bouts.acting(at))

    @property
    def acts(self) -> Fault:
        """The fault as its visits have left it.

        Each partial one halves its severity. The last cheat hides it: who comes after one
        opens the valve again before doing something else.
        """
        halved = sum(r.effect == "partial" for r in self.repairs)
        cheats = [r.effect for r in self.repairs if r.effect in WORDS]
        if not (halved or cheats):
            return self.fault
        severity = self.fault.severity * 0.5**halved
        return replace(self.fault, severity=severity, hidden_by=cheats[-1] if cheats else "")

    def truth(self, site: Site) -> Truth:
        """As a line of the truth."""
        fault, kind = self.fault, FAULT_KINDS[self.fault.kind]
        equipment = site.equipment.get(fault.asset)
        return Truth(
            id=fault.id,
            kind=fault.kind.value,
            meaning=kind.meaning,
            discipline=kind.discipline.value,
            trade=kind.trade.value,
            family=kind.family,
            asset=fault.asset,
            point=fault.target if fault.point else "",
            building=equipment.building if equipment is not None else "",
            severity=fault.severity,
            unit=kind.unit,
            course=fault.course,
            onset=fault.onset,
            end=self.end,
            repaired=self.repaired,
            repairs=tuple(self.repairs),
        )


def write_truth(path: Path, truth: Iterable[Truth]) -> None:
    """Writes ``truth.jsonl``: one fault a line."""
    encode = msgspec.json.encode
    path.write_bytes(b"".join(encode(line) + b"\n" for line in truth))
