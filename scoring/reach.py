"""The kinds of fault that a rule of today's set can be asked to find, written down beforehand.

A kind stands here because what it changes in the plant is what a rule's condition reads, on
points that the sample campuses publish: decided from the cards of ``docs/rules.md`` and the
meanings in the truth, before any seed was run. Severity is not asked: a leak of five litres an
hour is as much within reach as one of five hundred. Whoever adds a rule adds its kinds here, in
the same change and before looking at a score.

Not here, though a rule may see them: what it would send the wrong trade to (a contactor that has
welded shut looks like lights on a schedule), what it would name one loop away (a chiller by the
coil it feeds), and sensors and meters that only some
places show (an offset, a drift, a meter's unit).
"""

from __future__ import annotations

from collections.abc import Mapping

WITHIN_REACH: Mapping[str, str] = {
    "lights_left_on": "a lit circuit has a meter of its own, and its after-hours level is judged",
    "plant_left_on": "a fan's status outside its hours is judged",
    "schedule_longer": "a fan's status outside its hours is judged",
    "fan_coil_left_on": "a fan's status outside its hours is judged",
    "water_leak": "every branch is metered, and its least flow of the night is judged",
    "water_burst": "every branch is metered, and its least flow of the night is judged",
    "flap_hangs": "a flap that hangs runs until the next flush, at night for hours",
    "urinal_runs": "every branch is metered, and its least flow of the night is judged",
    "irrigation_open": "every branch is metered, and its least flow of the night is judged",
    "float_valve_passes": "the level of a tank is judged",
    "tank_switch_sticks": "the level of a tank is judged",
    "source_voltage": "the voltage of every phase of a main board is judged",
    "neutral_lost": "how far the phases of a main board lie apart is judged",
    "capacitor_lost": "the power factor at load is judged",
    "earth_leakage": "the residual current of a main board is judged",
    "phase_lost": "a circuit's level at each hour is judged, and its balance with the meter above",
    "meter_ct_open": "the balance of a meter with those below it is judged, circuit by circuit",
    "contact_resistance": "the temperature of a board's hottest terminal is judged",
    "lockout_lost": "a boiler's enable and the outdoor temperature are published",
    "heat_valve_passes": "the rise across a shut heating coil is judged",
    "cool_valve_passes": "the drop across a shut cooling coil is judged",
    "heat_valve_held": "a heating and a cooling valve open at once are judged",
    "cool_valve_held": "a heating and a cooling valve open at once are judged",
    "heat_valve_stuck": "a rise with the valve shut, or none with it open, is judged",
    "cool_valve_stuck": "a drop with the valve shut, or none with it open, is judged",
    "damper_stuck": "the outdoor share is judged against the least that is meant",
    "damper_held": "the outdoor share is judged against the least that is meant",
    "damper_leaks": "the outdoor share is judged against the least that is meant",
    "coil_fouled": "a cooling valve full open that does not reach its setpoint is judged",
    "loop_hunts": "how far the commands to valves and damper travel in an hour is judged",
    "sensor_noisy": "how far neighbouring readings of a sensor differ is judged",
    "sensor_swapped": "two temperatures that read the wrong way round are judged",
    "sensor_unit": "a temperature that its medium cannot have is judged",
    "sensor_stuck": "a reading that stands still is judged",
    "sensor_open": "a reading beyond its span is judged",
    "sensor_silent": "a point without readings is judged",
    "readings_lost": "of what is due from a gateway the share that came is judged",
    "meter_reset": "a register that did not go on from where it was is judged",
    "meter_unit": "a register that did not go on from where it was is judged",
    "meter_one_word": "a register that did not go on from where it was is judged",
    "meter_swapped": "a register that did not go on from where it was is judged",
    "clock_off": "when a gateway's live readings came is held against what they are dated",
    "time_zone_wrong": "when a gateway's live readings came is held against what they are dated",
    "gateway_silent": "a gateway without readings is judged",
    "gateway_cut_off": "a gateway without readings is judged",
}
"""Kind, and what of it a rule reads."""

FAMILIES: Mapping[str, str] = {
    "supply_voltage": "taps",
    "supply_broken": "neutral",
    "power_factor": "capacitors",
    "earth_leakage": "insulation",
    "hot_terminal": "contact",
    "phase_dead": "phase",
    "phase_uncounted": "meter",
    "tank_overflow": "float_valve",
    "circuit_after_hours": "schedule",
    "ahu_off_schedule": "schedule",
    "water_night_flow": "leak",
    "pipe_burst": "burst",
    "heating_warm_lockout": "lockout",
    "ahu_heat_against_cool": "heating_valve",
    "ahu_heating": "heating_valve",
    "ahu_heating_valve": "heating_valve",
    "ahu_cooling": "cooling_valve",
    "ahu_cooling_valve": "cooling_valve",
    "ahu_outdoor_air": "damper",
    "ahu_hunting": "loop",
    "ahu_mixed_air_sensor": "sensor",
    "sensor_range": "sensor",
    "sensor_flatline": "sensor",
    "sensor_noise": "sensor",
    "sensors_swapped": "sensor",
    "data_missing": "sensor",
    "gateway_clock": "clock",
    "register_jump": "register",
    "data_lost": "network",
}
"""What a rule's family is called in the truth's words. It only decides between faults of one
asset; an order of a family that is not here is credited by asset and trade."""

_SILENT, _GATEWAY = "data_missing", "gateway"


def family_of(family: str, *, gateway: bool) -> str:
    """A rule's family in the truth's words; empty where the truth has no word for it.

    Args:
        family: Of the rule's card.
        gateway: Whether a gateway is what it accuses: silent whole, it is no sensor's fault.
    """
    return _GATEWAY if gateway and family == _SILENT else FAMILIES.get(family, "")
