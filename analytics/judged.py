"""What a rule says of a frame, and the gate every rule judges through.

Verdicts are reached in one order: exemption and points, data, mode, condition. The first
reason that excludes an interval is the one that is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.batch import Bools, Floats
from core.verdict import Reason, Verdict
from core.words import Carrier

Codes = NDArray[np.int8]

REASONS: tuple[Reason, ...] = tuple(Reason)
"""Reasons by their code in :attr:`Judged.reason`."""

_CODE = {reason: code for code, reason in enumerate(REASONS)}
_UNDECIDED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One verdict an interval of each target, with its reason, mode, waste and margin.

    Attributes:
        verdict: Codes of :class:`core.verdict.Verdict`. (targets, times) int8
        reason: Codes into :data:`REASONS`. (targets, times) int8
        mode: Index into the card's modes, −1 for none. (targets, times) int8
        waste: Wasted in the interval, by carrier, in its unit; zero where not at fault.
        margin: How far beyond the limit, negative on the good side, in the rule's unit.
        good: Share of good data on the rule's points, 0…1.
    """

    verdict: Codes
    reason: Codes
    mode: Codes
    waste: Mapping[Carrier, Floats]
    margin: Floats
    good: Floats


@dataclass(slots=True)
class Gate:
    """Decides each interval once: the first who says a word has said it."""

    shape: tuple[int, int]
    verdict: Codes = field(init=False)
    reason: Codes = field(init=False)

    def __post_init__(self) -> None:
        self.verdict = np.full(self.shape, Verdict.NOT_EVALUABLE, dtype=np.int8)
        self.reason = np.full(self.shape, _UNDECIDED, dtype=np.int8)

    def exclude(self, where: Bools, reason: Reason) -> None:
        """These are NOT EVALUABLE, for this reason."""
        self._say(where, Verdict.NOT_EVALUABLE, reason)

    def beyond(self, where: Bools) -> None:
        """These are FAULT: beyond span where that is dangerous, never silenced by it."""
        self._say(where, Verdict.FAULT, Reason.BEYOND_SPAN)

    def judge(
        self,
        fault: Bools,
        *,
        margin: Floats,
        good: Floats,
        clear: Bools | None = None,
        mode: Codes | None = None,
        waste: Mapping[Carrier, Floats] | None = None,
    ) -> Judged:
        """The rest is FAULT or OK.

        Args:
            fault: Whether the condition holds.
            margin: See :class:`Judged`.
            good: See :class:`Judged`.
            clear: Whether an OK is past the rule's clear value; all OK where absent. An
                OK short of it keeps its reason *condition* and clears nothing.
            mode: See :class:`Judged`; 0 where absent.
            waste: Per interval, as if all were at fault; kept where they are.
        """
        self._say(fault, Verdict.FAULT, Reason.CONDITION)
        if clear is not None:
            self._say(~clear, Verdict.OK, Reason.CONDITION)
        self._say(np.ones(self.shape, dtype=np.bool_), Verdict.OK, Reason.CLEAR)
        judged = self.verdict != Verdict.NOT_EVALUABLE
        condition = (self.verdict == Verdict.FAULT) & (self.reason == _CODE[Reason.CONDITION])
        modes = np.zeros(self.shape, dtype=np.int8) if mode is None else mode
        return Judged(
            verdict=self.verdict,
            reason=self.reason,
            mode=np.where(judged, modes, _UNDECIDED).astype(np.int8),
            waste={
                carrier: np.where(condition & (amount > 0), amount, 0.0)
                for carrier, amount in (waste or {}).items()
            },
            margin=np.where(judged & ~np.isnan(margin), margin, 0.0),
            good=np.broadcast_to(good, self.shape),
        )

    def _say(self, where: Bools, verdict: Verdict, reason: Reason) -> None:
        undecided = self.reason == _UNDECIDED
        chosen = undecided & where
        self.verdict[chosen] = verdict
        self.reason[chosen] = _CODE[reason]
