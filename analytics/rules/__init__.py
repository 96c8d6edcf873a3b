"""All rules, one module a rule or a family of them."""

from __future__ import annotations

from analytics.rule import Rule
from analytics.rules import (
    board_heat,
    coil_leaks,
    full_heat,
    heat_against_cool,
    hunting,
    late_stop,
    lost_phase,
    meter_balance,
    mixed_air,
    night_flow,
    noisy_sensor,
    off_schedule_fan,
    outdoor_air,
    pipe_burst,
    power_factor,
    register_jump,
    sensors,
    silence,
    still_damper,
    supply_air,
    supply_voltage,
    swapped_sensors,
    tank_overflow,
    warm_heating,
    wrong_clock,
    wrong_unit,
)
from core.rulecard import RuleCard

RULES: tuple[Rule, ...] = (
    late_stop.RULE,
    supply_voltage.OFF,
    power_factor.RULE,
    meter_balance.RULE,
    board_heat.LEAKAGE,
    supply_voltage.BROKEN,
    board_heat.HEAT,
    lost_phase.RULE,
    night_flow.RULE,
    pipe_burst.RULE,
    tank_overflow.RULE,
    warm_heating.RULE,
    off_schedule_fan.RULE,
    heat_against_cool.RULE,
    outdoor_air.TOO_MUCH,
    still_damper.RULE,
    hunting.RULE,
    *sorted(
        (
            outdoor_air.NONE_FREE,
            full_heat.RULE,
            *mixed_air.RULES,
            *supply_air.RULES,
            *coil_leaks.RULES,
        ),
        key=lambda rule: int(rule.id.removeprefix("FC-")),
    ),
    *sensors.RULES,
    *silence.RULES,
    register_jump.RULE,
    wrong_clock.RULE,
    wrong_unit.RULE,
    *swapped_sensors.RULES,
    noisy_sensor.RULE,
)
"""Every rule, in the order of the documentation."""


def cards() -> tuple[RuleCard, ...]:
    """The cards of all rules."""
    return tuple(rule.card for rule in RULES)


def rule(id_: str) -> Rule:
    """One rule by its id.

    Raises:
        KeyError: There is no such rule.
    """
    return {known.id: known for known in RULES}[id_]
