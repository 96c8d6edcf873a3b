"""The first steps of every judgement: declarations, points, data; then the mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate
from core.batch import Bools, Floats
from core.verdict import Reason

MOSTLY = 0.5
"""A status averaged over an interval counts as on above this share."""


def data_gate(frame: Frame, roles: Sequence[str]) -> Gate:
    """A gate past which every role in ``roles`` has a value.

    Beyond the span of a safety point is FAULT, before anything can silence it.
    """
    gate = Gate(frame.shape)
    gate.exclude(frame.exempt[:, None], Reason.EXEMPT)
    for role in roles:
        gate.exclude(~frame.has_role(role), Reason.NO_POINT)
    gate.beyond(frame.beyond)
    gate.exclude(frame.coarse[:, None], Reason.COARSE)
    gate.exclude(frame.muted, Reason.MUTED)
    if roles:
        missing = np.sum([np.isnan(frame.value(role)) for role in roles], axis=0)
        gate.exclude(missing == len(roles), Reason.NO_DATA)
        gate.exclude(missing > 0, Reason.INSUFFICIENT)
    gate.exclude(frame.declared, Reason.DECLARED)
    return gate


def is_on(values: Floats) -> Bools:
    """Whether a status was on for most of each interval; not where it is missing."""
    with np.errstate(invalid="ignore"):
        on: Bools = values > MOSTLY
    return on


def some(mask: Bools) -> Bools:
    """Whether it holds in any interval of the target. (targets, 1)"""
    found: Bools = np.logical_or.reduce(mask, axis=1)[:, None]
    return found
