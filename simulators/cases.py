"""All faults of a run: checked against the site, active or not, repaired or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.clock import HOUR_MS, MINUTE_MS
from core.errors import Misconfigured, Mistake, Refused
from core.site import Site
from simulators.bouts import bouts_of
from simulators.causes import causes_of
from simulators.lines import on_line
from simulators.physics.cheats import WORDS, cheats
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.kinds.catalogue import FAULT_KINDS
from simulators.physics.pieces import Acting
from simulators.places import places
from simulators.truth import Case, Effect, Mending, Truth

_STRETCHES = frozenset({
    FaultKind.SENSOR_STUCK, FaultKind.SENSOR_SILENT, FaultKind.GATEWAY_SILENT
})  # fmt: skip


class Cases:
    """The faults of one run; bouts of those that come and go are drawn from ``seed``.

    Raises:
        Misconfigured: A fault that the site has no place for; all of them at once.
    """

    def __init__(self, site: Site, faults: Iterable[Fault], seed: int = 0) -> None:
        self._site = site
        self._cases = [Case(fault, bouts=bouts_of(fault, seed)) for fault in faults]
        mistakes = [m for case in self._cases for m in _mistakes(site, case.fault)]
        ids = [case.fault.id for case in self._cases]
        mistakes += [_mistake(f"two faults are called '{i}'") for i in _twice(ids)]
        if mistakes:
            raise Misconfigured(mistakes)

    @property
    def faults(self) -> list[Fault]:
        """All, in the order given."""
        return [case.fault for case in self._cases]

    @property
    def repairs(self) -> list[list[Mending]]:
        """Of each fault, in the same order."""
        return [list(case.repairs) for case in self._cases]

    def remember(self, repairs: Sequence[Sequence[Mending]]) -> None:
        """Takes up what :attr:`repairs` gave."""
        for case, done in zip(self._cases, repairs, strict=True):
            case.repairs.extend(done)

    def active(self, at: int) -> list[Fault]:
        """Those that act in the minute that begins at ``at`` [ms]."""
        return [case.acts for case in self._cases if case.active(at)]

    def acting(self, start: int, end: int) -> list[Acting]:
        """Since when which faults act within a time before whose end none but bouts turn. [ms]"""
        moments = {start}
        for case in self._cases:
            if case.bouts is not None and case.there(start):
                turn = case.bouts.next_turn(start)
                while turn < end:
                    moments.add(turn)
                    turn = case.bouts.next_turn(turn)
        return [Acting(at, self.active(at)) for at in sorted(moments)]

    def causes(self, target: str, at: int) -> tuple[str, ...]:
        """Ids of the faults nearest to a target; who comes between two bouts finds the cause."""
        there = [case.fault for case in self._cases if case.there(at)]
        return tuple(f.id for f in causes_of(self._site, there, target))

    def next_change(self, at: int, until: int) -> int:
        """The first minute after ``at`` in which a fault begins or ends. [ms]

        Or in which one that nobody can take in pieces turns, or one of a line has grown; others
        grow within a stretch by the hour, and come and go as :meth:`acting` says.
        """
        moments = [until]
        for case in self._cases:
            moments += [m + -m % MINUTE_MS for m in (case.fault.onset, case.end) if m is not None]
            if case.fault.grows and on_line(case.fault) and case.active(at):
                moments.append(at - at % HOUR_MS + HOUR_MS)
            if case.bouts is not None and case.there(at) and _whole(case.fault):
                moments.append(case.bouts.next_turn(at))
        return min(m for m in moments if m > at)

    def repair(
        self, at: int, effect: Effect, *, fault: str = "", asset: str = "", family: str = ""
    ) -> tuple[str, ...]:
        """Notes a visit with every fault that lasts and is meant; their ids.

        Raises:
            Refused: Half of one of these faults is not less of it, or no such cheat hides it.
        """
        meant = [
            case
            for case in self._cases
            if case.there(at) and _meant(case.fault, fault, asset, family)
        ]
        whole = [c.fault.id for c in meant if not FAULT_KINDS[c.fault.kind].halves]
        open_ = [c.fault.id for c in meant if effect in WORDS and effect not in cheats(c.fault)]
        if effect == "partial" and whole:
            raise Refused(f"fault '{whole[0]}' cannot be mended in part", code="whole")
        if open_:
            raise Refused(f"fault '{open_[0]}' cannot be hidden by {effect}", code="open")
        for case in meant:
            case.repairs.append(Mending(at=at, effect=effect))
        return tuple(case.fault.id for case in meant)

    def truth(self) -> list[Truth]:
        """Every fault, by onset."""
        cases = sorted(self._cases, key=lambda c: (c.fault.onset, c.fault.id))
        return [case.truth(self._site) for case in cases]


def _whole(fault: Fault) -> bool:
    """Whether the time in which it acts is a stretch of its own.

    What a line does is asked once a stretch; what is silent, and what sticks at what it said last,
    is not known before the time in front has been read.
    """
    return on_line(fault) or fault.kind in _STRETCHES


def _meant(fault: Fault, id_: str, asset: str, family: str) -> bool:
    if id_:
        return fault.id == id_
    of_family = family in {"", FAULT_KINDS[fault.kind].family}
    return of_family and asset in {fault.target, fault.asset}


def _mistakes(site: Site, fault: Fault) -> Iterable[Mistake]:
    """Why a fault cannot be where it is said to be; nothing where it can."""
    if fault.asset not in site.equipment and fault.asset not in site.gateways:
        yield _mistake(f"fault '{fault.id}': no equipment or gateway '{fault.asset}'")
    elif (fault.asset, fault.point) not in places(site, fault.kind):
        at = f"'{fault.point}' of '{fault.asset}'" if fault.point else f"'{fault.asset}'"
        yield _mistake(f"fault '{fault.id}': {at} cannot have {fault.kind}")


def _mistake(what: str) -> Mistake:
    return Mistake(file="", line=0, what=what)


def _twice(ids: Sequence[str]) -> list[str]:
    return sorted({i for i in ids if ids.count(i) > 1})
