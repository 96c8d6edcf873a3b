"""Kinds of faults of sensors, meters and gateways."""

from __future__ import annotations

from core.words import Discipline, Trade
from simulators.physics.faults import FaultKind, KindOfFault, Seat

_I = (Discipline.INSTRUMENT, Trade.INSTRUMENT)
_K, _S, _of = FaultKind, Seat, KindOfFault

KINDS: dict[FaultKind, KindOfFault] = {
    _K.SENSOR_STUCK: _of(*_I, "sensor", "", "reading frozen", (1.0, 1.0), "SI", _S.SENSOR),
    _K.SENSOR_OPEN: _of(*_I, "sensor", "", "wire broken", (1.0, 1.0), "SI", _S.SENSOR),
    _K.SENSOR_OFFSET: _of(
        *_I, "sensor", "K", "reads too high", (0.2, 5.0), "SC", _S.TEMPERATURE, True),
    _K.SENSOR_DRIFT: _of(
        *_I, "sensor", "K/month", "reads higher every month", (0.05, 1.0), "C",
        _S.TEMPERATURE, True),
    _K.SENSOR_NOISY: _of(*_I, "sensor", "×", "reading jitters", (2.0, 20.0), "SI", _S.SENSOR),
    _K.SENSOR_SPIKES: _of(
        *_I, "sensor", "1/d", "single readings far off", (0.1, 10.0), "SI", _S.SENSOR),
    _K.SENSOR_SWAPPED: _of(
        *_I, "sensor", "", "two sensors change places", (1.0, 1.0), "S", _S.PAIR),
    _K.SENSOR_SUNLIT: _of(
        *_I, "sensor", "K", "sun on an outdoor sensor", (1.0, 12.0), "S",
        _S.OUTDOOR_TEMPERATURE),
    _K.SENSOR_UNIT: _of(
        *_I, "unit", "", "°F sent as °C", (1.0, 1.0), "S", _S.TEMPERATURE),
    _K.SENSOR_SILENT: _of(*_I, "sensor", "", "no reading", (1.0, 1.0), "SI", _S.POINT),
    _K.METER_RATIO: _of(
        *_I, "meter", "×", "CT ratio or pulse weight wrong", (0.5, 1000.0), "S", _S.METER),
    # One of three phases is lost: a third of a balanced load.
    _K.METER_CT_OPEN: _of(
        _I[0], Trade.ELECTRICIAN, "meter", "1", "one CT open", (0.33, 0.33), "S",
        _S.ELECTRIC_METER),
    _K.METER_UNIT: _of(
        *_I, "unit", "", "values in another unit", (1.0, 1.0), "S", _S.METER),
    _K.METER_RESET: _of(
        *_I, "register", "", "register lost its count", (1.0, 1.0), "S", _S.METER),
    _K.METER_SWAPPED: _of(
        *_I, "register", "", "meter changed and nobody told", (1.0, 1.0), "S", _S.METER),
    _K.METER_FLOAT_AS_INTEGER: _of(
        *_I, "reading", "", "bytes of a float taken as a whole number", (1.0, 1.0), "SI", _S.METER),
    _K.METER_ONE_WORD: _of(
        *_I, "reading", "", "half of a register's bits are read", (1.0, 1.0), "S", _S.METER),
    _K.GATEWAY_SILENT: _of(*_I, "gateway", "", "no readings", (1.0, 1.0), "SI", _S.GATEWAY),
    _K.GATEWAY_CUT_OFF: _of(
        *_I, "gateway", "", "line down, readings come later", (1.0, 1.0), "SI", _S.GATEWAY),
    _K.READINGS_LOST: _of(
        *_I, "network", "1", "some readings never come", (0.01, 0.3), "SI", _S.GATEWAY),
    _K.READINGS_REPEATED: _of(
        *_I, "network", "1", "some readings come twice", (0.001, 0.1), "SI", _S.GATEWAY),
    _K.READINGS_LATE: _of(
        *_I, "network", "min", "readings come late and overtake each other", (1.0, 60.0), "SI",
        _S.GATEWAY),
    _K.CLOCK_OFF: _of(
        *_I, "clock", "s", "times too late", (30.0, 28800.0), "SC", _S.GATEWAY, True),
    # Whole hours, as between UTC and local time; in China eight.
    _K.TIME_ZONE_WRONG: _of(
        *_I, "clock", "h", "times of another time zone", (1.0, 8.0), "S", _S.GATEWAY, True),
}  # fmt: skip
"""By kind."""
