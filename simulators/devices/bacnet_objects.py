"""The objects of simulated BACnet devices: numbers and units as their template says."""

from __future__ import annotations

from collections.abc import Mapping

from bacpypes3.basetypes import BinaryPV, EngineeringUnits, Reliability
from bacpypes3.local.analog import AnalogInputObject, AnalogOutputObject, AnalogValueObject
from bacpypes3.local.binary import BinaryInputObject, BinaryOutputObject, BinaryValueObject
from bacpypes3.local.cov import GenericCriteria
from bacpypes3.local.multistate import (
    MultiStateInputObject,
    MultiStateOutputObject,
    MultiStateValueObject,
)
from bacpypes3.local.object import Object
from bacpypes3.object import AccumulatorObject, IntegerValueObject, PositiveIntegerValueObject

from adapters.sites.bacnetwords import (
    BINARY,
    MULTI_STATE,
    NO_UNITS,
    PRESENT_VALUE,
    TYPE_NAMES,
    UNITS,
    ObjectId,
    object_of,
)
from adapters.sites.templatekeys import TemplateKeys, ValueKeys

_STATES = 16
_NUMBERS = {spelled: number for number, spelled in reversed(UNITS.items())}


class _Accumulator(Object, AccumulatorObject):  # type: ignore[misc]
    """A counter; the library serves it as it stands."""


class _Integer(Object, IntegerValueObject):  # type: ignore[misc]
    """A whole number."""


class _Positive(Object, PositiveIntegerValueObject):  # type: ignore[misc]
    """A whole number from 0."""


class _MultiStateInput(MultiStateInputObject):  # type: ignore[misc]
    """Tells of every change; the library's own looks for an increment that none has."""

    _cov_criteria = GenericCriteria


class _MultiStateOutput(MultiStateOutputObject):  # type: ignore[misc]
    """The same."""

    _cov_criteria = GenericCriteria


class _MultiStateValue(MultiStateValueObject):  # type: ignore[misc]
    """The same."""

    _cov_criteria = GenericCriteria


_CLASSES: Mapping[int, type] = {
    0: AnalogInputObject, 1: AnalogOutputObject, 2: AnalogValueObject, 3: BinaryInputObject,
    4: BinaryOutputObject, 5: BinaryValueObject, 13: _MultiStateInput,
    14: _MultiStateOutput, 19: _MultiStateValue,
}  # fmt: skip
_WHOLE: Mapping[int, type] = {23: _Accumulator, 45: _Integer, 48: _Positive}


class BacnetObjects:
    """One device's objects, each at what proves the device, else at zero.

    Args:
        template: Whose values it has; those of other properties than the present value are not
            served.
    """

    def __init__(self, template: TemplateKeys) -> None:
        self.template = template
        self._by_id: dict[ObjectId, Object] = {}
        right = {proof.value: proof.near[0] for proof in template.proof}
        for name, value in template.values.items():
            object_ = _object(value)
            if object_ not in self._by_id and _served(value):
                self._by_id[object_] = _made(object_, name, value)
        for name in template.values:
            self.set(name, right.get(name, self._rest(name)))

    @property
    def made(self) -> list[Object]:
        """All of them."""
        return list(self._by_id.values())

    def object(self, name: str) -> Object:
        """The object of a value, to be changed in the thread that serves it."""
        return self._by_id[_object(self.template.values[name])]

    def set(self, name: str, value: float | None) -> None:
        """Write a value in the unit of the template; None as a fault of its sensor."""
        keys = self.template.values[name]
        if not _served(keys):
            return
        served = self.object(name)
        served.reliability = Reliability(0 if value is not None else 1)
        _tell_of_flags(served)
        if value is None:
            return
        number = (value - keys.offset) / keys.scale
        states = (
            {there: here for here, there in reversed(keys.bacnet.states)} if keys.bacnet else {}
        )
        number = states.get(number, number)
        type_ = _object(keys).type
        if type_ in BINARY:
            served.presentValue = BinaryPV(int(number))
        elif type_ in MULTI_STATE or type_ in _WHOLE:
            served.presentValue = round(number)
        else:
            served.presentValue = number

    def _rest(self, name: str) -> float:
        """A number that the object can have when nothing was said."""
        keys = self.template.values[name]
        if keys.bacnet is not None and keys.bacnet.states:
            return keys.bacnet.states[0][1]
        return (1.0 if _object(keys).type in MULTI_STATE else 0.0) * keys.scale + keys.offset


def _tell_of_flags(served: Object) -> None:
    """The library makes the flags when they are read, and tells nobody that they changed."""
    app = served._app  # noqa: SLF001
    detection = app and app._cov_detections.get(served.objectIdentifier)  # noqa: SLF001
    if detection and list(detection.statusFlags) != list(served.statusFlags):
        detection.statusFlags = served.statusFlags
        detection.send_cov_notifications()


def _object(value: ValueKeys) -> ObjectId:
    assert value.bacnet is not None  # noqa: S101 - the template was checked
    object_ = object_of(value.bacnet.object)
    assert object_ is not None  # noqa: S101
    return object_


def _served(value: ValueKeys) -> bool:
    keys = value.bacnet
    type_ = _object(value).type
    return keys is not None and keys.property == PRESENT_VALUE and type_ in {**_CLASSES, **_WHOLE}


def _made(object_: ObjectId, name: str, value: ValueKeys) -> Object:
    plain = (value.scale, value.offset) == (1.0, 0.0)
    unit = EngineeringUnits(_NUMBERS.get(value.unit, NO_UNITS) if plain else NO_UNITS)
    common = {
        "objectIdentifier": (TYPE_NAMES[object_.type], object_.instance),
        "objectName": name,
        "description": name.replace("_", " "),
        "statusFlags": [0, 0, 0, 0],
        "eventState": "normal",
        "outOfService": False,
        "reliability": "no-fault-detected",
    }
    if object_.type in BINARY:
        return _CLASSES[object_.type](presentValue="inactive", **common)
    if object_.type in MULTI_STATE:
        return _CLASSES[object_.type](presentValue=1, numberOfStates=_STATES, **common)
    if object_.type in _WHOLE:
        return _WHOLE[object_.type](presentValue=0, units=unit, **common)
    return _CLASSES[object_.type](presentValue=0.0, units=unit, covIncrement=0.1, **common)
