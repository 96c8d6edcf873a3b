"""An air handler's controller and actuators: split range, economiser, dead bands.

One supply controller drives the heating valve, then the outdoor damper, then the cooling
valve. Actuators take 90 s for their whole way and rest within 1.2 %.
"""

from __future__ import annotations

from simulators.physics.conditions import AirFaults
from simulators.physics.state import AirState

_GAIN, _INTEGRAL = 0.05, 60.0 / 350.0
_WAY_A_STEP, _REST = 60.0 / 90.0, 0.012
# Supply setpoint follows the return: 17 °C at 22 °C, so that rooms that warm get colder air.
_SP_LOW, _SP_HIGH, _SP_AT, _SP_BASE, _SP_SLOPE, _SP_KEEPS = 15.0, 28.0, 22.0, 17.0, 4.0, 1 / 30
# The economiser compares dry bulbs, with half a kelvin of hysteresis either side.
_ECON_ON_K, _ECON_OFF_K = 1.5, 0.5
# Air handlers ask for no heat above this. [°C]
_HEAT_UNTIL_C = 16.0
_SPEED_LOW, _SPEED_COOL_AT, _SPEED_HEAT_AT, _SPEED_SLOPE, _SPEED_KEEPS = 0.6, 22.3, 20.5, 0.16, 0.1
_SPEED_LEAST = 0.4


def sense(state: AirState, now: AirFaults, noise: tuple[float, float]) -> None:
    """What supply and return sensors say now, offsets included in the bias."""
    if now.supply_says is None:
        state.said_supply = state.felt_supply + now.supply_bias + noise[0]
    elif now.supply_says == now.supply_says:
        state.said_supply = now.supply_says
    if now.return_says is None:
        felt = state.mixed if now.return_mixed else state.felt_return
        state.said_return = felt + now.return_bias + noise[1]
    elif now.return_says == now.return_says:
        state.said_return = now.return_says


def aim(state: AirState, now: AirFaults, wander: float) -> None:
    """Moves setpoint and fan speed after the return air."""
    said = state.said_return
    wanted = min(max(_SP_BASE + _SP_SLOPE * (_SP_AT - said), _SP_LOW), _SP_HIGH)
    wanted += now.setpoint_moved
    state.setpoint += _SP_KEEPS * (wanted - state.setpoint)
    need = max(said - _SPEED_COOL_AT, _SPEED_HEAT_AT - said, 0.0)
    speed = min(_SPEED_LOW + _SPEED_SLOPE * need, 1.0)
    moved = state.speed + _SPEED_KEEPS * (speed - state.speed) + 0.2 * wander
    state.speed = min(max(moved, _SPEED_LEAST), 1.0)


def command(
    state: AirState, now: AirFaults, oat: float, least: float
) -> tuple[float, float, float]:
    """Commands of heating valve, cooling valve and damper, 0…1.

    Args:
        state: Its controllers move on.
        now: What is held by hand.
        oat: As read. [°C]
        least: Smallest damper position while people are there; 0 when nobody is.
    """
    gap = state.said_return - oat
    economising = state.economising
    if gap > _ECON_ON_K:
        economising = 1.0
    elif gap < _ECON_OFF_K:
        economising = 0.0
    integral = state.integral
    if integral > 0.0:
        # Where the damper leaves or enters the range, the cooling valve keeps its place.
        integral = max(integral + economising - state.economising, 0.0)
    state.economising = economising
    low, high = (-1.0 if oat < _HEAT_UNTIL_C else 0.0), 1.0 + economising
    error = state.said_supply - state.setpoint
    state.integral = min(max(integral + _GAIN * _INTEGRAL * error, low), high)
    drive = min(max(state.integral + _GAIN * error, low), high)
    heat = max(-drive, 0.0) if now.heat_held is None else now.heat_held
    damper = least + (1.0 - least) * min(max(drive, 0.0), 1.0) * economising if least else 0.0
    return heat, max(drive - economising, 0.0), damper


def actuate(
    state: AirState, now: AirFaults, wanted: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Moves the actuators; gives how far each is open to the stream, leaks included."""
    heat = state.heat = moved(state.heat, wanted[0], now.heat_stuck)
    cool = state.cool = moved(state.cool, wanted[1], now.cool_stuck)
    damper = state.damper = moved(state.damper, wanted[2], now.damper_stuck)
    return (
        now.heat_passes + (1.0 - now.heat_passes) * heat,
        now.cool_passes + (1.0 - now.cool_passes) * cool,
        now.damper_passes + (1.0 - now.damper_passes) * damper,
    )


def moved(position: float, wanted: float, stuck: float | None) -> float:
    """Where an actuator is a minute later. Driven shut it goes home: an end switch decides."""
    if stuck is not None:
        return stuck
    if wanted == position:
        return position
    way = wanted - position
    if -_REST <= way <= _REST and wanted > 0.0:
        return position
    return position + min(max(way, -_WAY_A_STEP), _WAY_A_STEP)
