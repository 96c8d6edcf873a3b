"""What the cards of the Guideline 36 faults have in common, said once."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.rules.air import OUTDOOR, chosen, names_of
from core.rulecard import Hold, Movable, Parameter, RuleCard
from core.site import EquipmentClass
from core.words import Discipline, Trade

COMMANDS = ("fan_status", "heat_valve", "cool_valve", "oa_damper")
"""Without these nothing is known of an operating state."""

AIR_FLOW = ("supply_flow", "fan_speed")
"""Used to size waste, where they are there."""

_SHARED = ("mode_delay", "valve_open", "damper_full", "damper_band", "frost")

_CLEARS = "Three days in the operating state that showed it, 30 minutes each, clear."

CLEAR_K = 0.5
"""Temperatures clear half a kelvin to the good side (domain sheet: 0.5–1 K)."""

_CLEAR = Parameter(
    value=CLEAR_K, unit="K", why="less, and a finding opens and closes with every cloud; more, "
    "and a good repair is not believed",
)  # fmt: skip


def air_card(
    *,
    id_: str,
    family: str,
    trade: Trade,
    title: str,
    explanation: str,
    roles: tuple[str, ...],
    states: tuple[int, ...],
    condition: str,
    clear_at: str,
    waste_formula: str,
    causes: tuple[str, ...],
    checks: tuple[str, ...],
    parts: tuple[str, ...],
    isolation: str,
    effort_min: int,
    numbers: tuple[str, ...],
    own: Mapping[str, Parameter] | None = None,
    optional_roles: tuple[str, ...] = (),
    exemptions: tuple[str, ...] = (),
    severity: int = 3,
    seasonal: bool = False,
    hold_min: int = 30,
    clears_when: str = _CLEARS,
    served_when: str = "",
    behind: tuple[str, ...] = (),
    movable: Movable | None = None,
    modes: tuple[str, ...] = (),
) -> RuleCard:
    """A card of an air-handler fault: 5-minute means, steady and occupied, 30 minutes' hold."""
    return RuleCard(
        id=id_,
        family=family,
        discipline=Discipline.AIR,
        trade=trade,
        severity=severity,
        title=title,
        explanation=explanation,
        applies_to=(EquipmentClass.AHU,),
        exemptions=exemptions,
        roles=(*COMMANDS, *roles),
        optional_roles=("occupied", *optional_roles),
        modes=(*names_of(states), *modes),
        interval_s=300,
        counted_in="minutes",
        longest_period_s=300,
        sufficiency=0.6,
        condition=f"{condition} Recirculating all-air units, fan on, occupied, steady for the mode "
        "delay, no frost; 5-minute means.",
        hold=Hold(minutes=hold_min),
        clear_at=clear_at,
        clears_when=clears_when,
        waste_formula=waste_formula,
        causes=causes,
        checks=checks,
        parts=parts,
        isolation=isolation,
        effort_min=effort_min,
        desk=False,
        seasonal=seasonal,
        served_when=served_when,
        behind=behind,
        movable=movable,
        outdoor={name: OUTDOOR[name] for name in names_of(states) if name in OUTDOOR},
        sources=(f"domain sheet {id_}", "ASHRAE Guideline 36 fault conditions (secondary digest)"),
        parameters={"clear": _CLEAR, **chosen(*_SHARED, *numbers), **(own or {})},
    )


HAND_THERMOMETER = "Compare the temperatures with a hand instrument at the same place"
STOP_FAN = "Stop and lock the fan before opening the unit."
VALVE_WATER = "Shut the coil's isolating valves; hot water: let it cool before opening."
