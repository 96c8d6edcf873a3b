"""Setting one value and giving it back, on a link that whoever calls has at that moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Refused
from edge.buses.contract import Denied, Garbled, Link, NoAnswer, WritingLink
from edge.buses.pace import Pace
from edge.writing.journal import Journal, State, Written
from edge.writing.opening import Opening

_NEAR = 1e-6
"""Relative: a float32 register gives back seven digits of what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be written, and over what; numbers as they stand in the device.

    Attributes:
        old: What stands where it would be written; None where that priority is free.
        was: What the point shows, in its unit; None where it has no value.
        number: What would be written.
        value: What the point would show: whole numbers of a device may round it.
    """

    old: float | None
    was: float | None
    number: float
    value: float


def plan(
    opening: Opening, value: float, link: Link, pace: Pace, standing: Sequence[Written] = ()
) -> Plan:
    """Read what stands there, and what would be written.

    Raises:
        Refused: One stands written already; or it could not be given back, since somebody else
            commands at that priority, or the register has no value that could be restored.
        NoAnswer, Garbled, Denied, Retryable: The device cannot be read.
    """
    to = _writing(link, opening)
    if any(one.point == opening.point.id for one in standing):
        raise _stands(opening)
    device, name = opening.device, opening.channel.value
    old = to.held(device, name, pace, opening.keys.priority)
    shown: float | None = None
    for values in link.poll(device, (name,), pace):
        shown = opening.value(values.get(name))
    slots = opening.bus.protocol == "bacnet"
    id_ = opening.point.id
    if slots and old is not None:
        raise Refused(
            f"somebody commands '{id_}' at priority {opening.keys.priority} already, with "
            f"{opening.value(old):g}; another priority: in the site file leaves theirs alone",
            code="conflict",
        )
    if not slots and old is None:
        raise Refused(f"'{id_}' has no value now that could be restored")
    number = _as_in_device(opening, value)
    canonical = opening.value(number)
    assert canonical is not None  # noqa: S101 - a number gives one
    was = None if shown is None or math.isnan(shown) else shown
    return Plan(old=old, was=was, number=number, value=canonical)


def put(
    opening: Opening, planned: Plan, link: Link, pace: Pace, journal: Journal, *,
    by: str, why: str, now: int, for_s: float,
) -> Written:  # fmt: skip
    """Note it, write it, read it back.

    Raises:
        Refused: One stands on the point already, or the device has another value now.
        NoAnswer: It is silent; what may have been written is given back at its end.
    """
    begun = journal.begin(
        point=opening.point.id, device=opening.device.id, by=by, why=why, at=now,
        ends=opening.ends(now, for_s), priority=opening.keys.priority, old=planned.old,
        number=planned.number, value=planned.value, was=planned.was,
    )  # fmt: skip
    if begun is None:
        raise _stands(opening)
    to = _writing(link, opening)
    device, name, priority = opening.device, opening.channel.value, opening.keys.priority
    try:
        to.write(device, name, planned.number, pace, priority)
    except Denied as error:
        journal.became(begun.id, State.REFUSED, str(error), at=now, by=by)
        raise
    except (NoAnswer, Garbled):
        pass  # perhaps it has it: what it holds tells
    held = to.held(device, name, pace, priority)
    if not _same(held, planned.number):
        # It may still be under way in the device, so it stays to be given back.
        journal.became(begun.id, State.BEGUN, f"holds {_said(held)} after the write")
        raise Refused(
            f"{device.id} took the write and holds {_said(held)}, not {planned.number:g}; it is "
            "given back at its end", code="conflict",
        )  # fmt: skip
    journal.became(begun.id, State.STANDING, "")
    return next(one for one in journal.standing() if one.id == begun.id)


def release(
    opening: Opening, written: Written, link: Link, pace: Pace, journal: Journal, *,
    by: str, now: int,
) -> State:  # fmt: skip
    """Give back what stands, unless somebody else wrote there since.

    Raises:
        NoAnswer, Garbled, Denied, Retryable: It stands still, and is tried again.
    """
    to = _writing(link, opening)
    device, name, priority = opening.device, opening.channel.value, written.priority
    held = to.held(device, name, pace, priority)
    if _same(held, written.old):
        state, said = State.RELEASED, "it stood so already"
    elif not _same(held, written.number):
        state, said = State.LEFT, f"somebody wrote {_said(held)} since"
    else:
        to.write(device, name, written.old, pace, priority)
        held = to.held(device, name, pace, priority)
        if not _same(held, written.old):
            raise Denied(f"holds {_said(held)} after it was given back")
        state, said = State.RELEASED, ""
    journal.became(written.id, state, said, at=now, by=by)
    return state


def _stands(opening: Opening) -> Refused:
    id_ = opening.point.id
    return Refused(
        f"'{id_}' stands written already; plantroom edge release {id_} gives it back first",
        code="conflict",
    )


def _writing(link: Link, opening: Opening) -> WritingLink:
    if not isinstance(link, WritingLink):
        raise Refused(f"{opening.bus.protocol} is only read here")
    return link


def _as_in_device(opening: Opening, value: float) -> float:
    """The number in the device: whole where it has whole numbers alone."""
    number = opening.number(value)
    keys = opening.device.template.values[opening.channel.value].modbus
    whole = keys is not None and not keys.type.startswith("float")
    return float(round(number)) if whole else number


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=_NEAR, abs_tol=1e-9)


def _said(number: float | None) -> str:
    return "nothing" if number is None else f"{number:g}"
