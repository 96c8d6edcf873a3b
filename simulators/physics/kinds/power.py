"""Kinds of faults of power: circuits, boards, and what feeds them.

Most waste energy. Four do not, and are here for what else they cost: lost capacitors (tariff; what
copper loses more, loads that get a lower voltage take less), a source voltage that is off (wear; a
low one even saves), a lost phase (service) and a lost neutral (safety). Crooked phases cost copper
alone.
"""

from __future__ import annotations

from core.words import Discipline, Trade
from simulators.physics.faults import FaultKind, KindOfFault, Seat

_P = (Discipline.POWER, Trade.ELECTRICIAN)
_K, _S, _of = FaultKind, Seat, KindOfFault

KINDS: dict[FaultKind, KindOfFault] = {
    _K.PHASE_SHIFTED: _of(
        *_P, "phases", "1", "circuits crowd on one phase", (0.05, 0.6), "S", _S.LIT_CIRCUIT),
    _K.CAPACITOR_LOST: _of(
        *_P, "capacitors", "1", "capacitors lost", (0.1, 1.0), "SI", _S.MAIN_BOARD),
    _K.CONTACT_RESISTANCE: _of(
        *_P, "contact", "mΩ", "terminal loose or corroded", (0.1, 20.0), "C", _S.TERMINAL,
        dangerous=True),
    _K.PLUG_BASE: _of(
        _P[0], Trade.OPERATOR, "standby", "W/m²", "appliances left plugged in", (0.2, 6.0), "SC",
        _S.SOCKET_CIRCUIT),
    # 0.1 to 3 % of what a building draws by day: a contactor that has welded shut.
    _K.LIGHTS_LATCHED: _of(
        *_P, "contactor", "1", "lights cannot be switched off", (0.001, 0.03), "SI",
        _S.LIT_CIRCUIT),
    _K.EARTH_LEAKAGE: _of(
        *_P, "insulation", "mA", "current leaks to earth", (20.0, 2000.0), "CI", _S.EARTHED_BOARD,
        dangerous=True),
    _K.SOURCE_VOLTAGE: _of(
        *_P, "taps", "1", "transformer's tap is wrong", (0.02, 0.1), "SC", _S.MAIN_BOARD, True),
    _K.PHASE_LOST: _of(
        *_P, "phase", "", "a phase has no supply", (1.0, 1.0), "S", _S.LIT_CIRCUIT),
    _K.NEUTRAL_LOST: _of(
        *_P, "neutral", "1", "neutral hardly conducts", (0.9, 0.999), "S", _S.MAIN_BOARD,
        dangerous=True),
    _K.PV_STRING: _of(
        *_P, "strings", "1", "solar strings give nothing", (0.03, 0.6), "SC", _S.SOLAR_PLANT),
    _K.UPS_LOSS: _of(
        *_P, "ups", "×", "uninterruptible supply runs hot", (1.3, 4.0), "S", _S.UPS),
}  # fmt: skip
"""By kind."""
