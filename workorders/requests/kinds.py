"""What people at a place may report: in their words, with the trade and priority behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.site import EquipmentClass
from core.words import Trade


class Kind(StrEnum):
    """What is wrong, as people see it."""

    LEAK = "leak"
    POWER = "power"
    BURNING = "burning"
    GAS = "gas"
    LIFT = "lift"
    NO_WATER = "no_water"
    COLD = "cold"
    WARM = "warm"
    TAP = "tap"
    DRAIN = "drain"
    LIGHT = "light"
    DOOR = "door"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCard:
    """One thing that people report.

    Attributes:
        asked: What stands on the button, in the first person's words.
        title: Of the order; ``{target}`` is the place.
        trade: Who mends it.
        severity: 1 to 4, by the examples of crews.md.
        effort_min: Expected work. [min]
        trades: Orders of these trades may be its cause.
        plant: What of the whole building may be its cause, beside what serves the place.
        first: What to do before anything else; empty where there is nothing.
    """

    asked: str
    title: str
    trade: Trade
    severity: int
    effort_min: int
    trades: frozenset[Trade]
    plant: tuple[EquipmentClass, ...] = ()
    first: str = ""


_E, _P, _H, _T, _O = (
    Trade.ELECTRICIAN, Trade.PLUMBER, Trade.HVAC, Trade.HEATING, Trade.OPERATOR,
)  # fmt: skip
_WATER = (EquipmentClass.TANK, EquipmentClass.PUMP)

KINDS: Mapping[Kind, KindCard] = {
    Kind.LEAK: KindCard(
        asked="Water is running out", title="Water runs out at {target}", trade=_P, severity=1,
        effort_min=60, trades=frozenset({_P}),
    ),
    Kind.POWER: KindCard(
        asked="There is no power", title="No power at {target}", trade=_E, severity=1,
        effort_min=60, trades=frozenset({_E}), plant=(EquipmentClass.ELECTRIC_METER,),
    ),
    Kind.BURNING: KindCard(
        asked="It sparks, smokes or smells of burning", title="Sparks or smoke at {target}",
        trade=_E, severity=1, effort_min=60, trades=frozenset({_E}),
        first="If it burns, leave and call the fire brigade first.",
    ),
    Kind.GAS: KindCard(
        asked="It smells of gas", title="Smell of gas at {target}", trade=_T, severity=1,
        effort_min=60, trades=frozenset({_T}),
        first="Touch no switch, open the windows, leave, and warn others.",
    ),
    Kind.LIFT: KindCard(
        asked="Somebody is stuck in the lift", title="Somebody is stuck in the lift at {target}",
        trade=_E, severity=1, effort_min=30, trades=frozenset({_E}),
        first="Press the alarm button in the lift too, and stay where you are.",
    ),
    Kind.NO_WATER: KindCard(
        asked="No water comes", title="No water at {target}", trade=_P, severity=2,
        effort_min=60, trades=frozenset({_P}), plant=_WATER,
    ),
    Kind.COLD: KindCard(
        asked="It is too cold", title="Too cold at {target}", trade=_T, severity=3, effort_min=45,
        trades=frozenset({_H, _T, _O}),
        plant=(EquipmentClass.BOILER, EquipmentClass.SUBSTATION),
    ),
    Kind.WARM: KindCard(
        asked="It is too warm", title="Too warm at {target}", trade=_H, severity=3, effort_min=45,
        trades=frozenset({_H, _T, _O}),
        plant=(EquipmentClass.CHILLER, EquipmentClass.COOLING_TOWER),
    ),
    Kind.TAP: KindCard(
        asked="A tap or a toilet drips or runs", title="A tap or a toilet runs at {target}",
        trade=_P, severity=3, effort_min=30, trades=frozenset({_P}),
    ),
    Kind.DRAIN: KindCard(
        asked="A drain or a toilet is blocked", title="A drain is blocked at {target}", trade=_P,
        severity=3, effort_min=45, trades=frozenset({_P}),
    ),
    Kind.LIGHT: KindCard(
        asked="A lamp or a socket does not work", title="A lamp or a socket is dead at {target}",
        trade=_E, severity=3, effort_min=30, trades=frozenset({_E}),
    ),
    Kind.DOOR: KindCard(
        asked="A door, a window or a lock", title="A door, a window or a lock at {target}",
        trade=_O, severity=4, effort_min=30, trades=frozenset({_O}),
    ),
    Kind.OTHER: KindCard(
        asked="Something else", title="Something is wrong at {target}", trade=_O, severity=4,
        effort_min=30, trades=frozenset({_O}),
    ),
}  # fmt: skip
"""In the order of the page: what cannot wait stands first."""

FAMILY = "request_"
"""Families of faults that people report begin so; a finding never has one."""


def family(kind: Kind) -> str:
    """The fault family of an order that a request opened."""
    return f"{FAMILY}{kind}"
