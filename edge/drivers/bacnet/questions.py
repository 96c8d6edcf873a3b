"""Reads and subscriptions as BACnet's services, and what their refusals mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby

from bacpypes3.apdu import (
    APDU,
    AbortPDU,
    Error,
    ErrorRejectAbortNack,
    ReadPropertyACK,
    ReadPropertyMultipleACK,
    ReadPropertyMultipleRequest,
    ReadPropertyRequest,
    RejectPDU,
    SubscribeCOVRequest,
    WritePropertyRequest,
)
from bacpypes3.basetypes import (
    ErrorType,
    PropertyIdentifier,
    PropertyReference,
    ReadAccessSpecification,
)
from bacpypes3.constructeddata import Any, SequenceOf
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import Enumerated, Null, ObjectIdentifier, Real, Unsigned

from adapters.sites.bacnetwords import (
    BINARY,
    MULTI_STATE,
    PRESENT_VALUE,
    PROPERTIES,
    ObjectId,
)
from edge.buses.contract import Denied, Garbled, NoAnswer
from edge.drivers.bacnet.decode import Decoded, decoded
from edge.drivers.bacnet.item import Missing, Reference
from edge.drivers.bacnet.station import Station, nobody

PROCESS = 0x504C
"""Our number in every subscription: the same after a restart, so that it renews those it had."""
_SILENT = frozenset({"tsm-timeout", "server-timeout", "no-response"})
_SERVICE = frozenset(
    {"unrecognized-service", "service-request-denied", "optional-functionality-not-supported"}
)
Answers = dict[Reference, list[Decoded] | Missing]


@dataclass(frozen=True, slots=True)
class Asked:
    """A device that is asked something.

    Attributes:
        station: Through which.
        address: Where it is.
        timeout_s: How long each answer is waited for. [s]
        took: Told how long each took. [s]
    """

    station: Station
    address: Address
    timeout_s: float
    took: Callable[[float], None] = nobody

    async def ask(self, apdu: APDU) -> APDU:
        """The answer.

        Raises:
            NoAnswer: None came.
            ErrorRejectAbortNack: It was refused.
        """
        return await self.station.ask(self.address, apdu, self.timeout_s, self.took)


class Kind(Enum):
    """What a refusal means for the next question."""

    TOO_MUCH = auto()
    """The answer does not fit: ask for less at once."""
    NO_SERVICE = auto()
    """It does not know this kind of question."""
    OTHER = auto()


class Unwilling(Exception):
    """The device answered, and refused the whole question.

    Args:
        kind: What that means.
        why: In the standard's words.
        code: Its error code, where it told one.
    """

    def __init__(self, kind: Kind, why: str, code: int | None = None) -> None:
        super().__init__(why)
        self.kind, self.code = kind, code


async def read_many(peer: Asked, wanted: Sequence[Reference]) -> Answers:
    """Several properties at once (ReadPropertyMultiple).

    Raises:
        NoAnswer: It is silent.
        Garbled: What came is no answer to this.
        Unwilling: It refuses.
    """
    specifications = [
        ReadAccessSpecification(
            objectIdentifier=_object(object_),
            listOfPropertyReferences=[_property(reference) for reference in group],
        )
        for object_, group in groupby(wanted, key=lambda r: r.object)
    ]
    request = ReadPropertyMultipleRequest(
        listOfReadAccessSpecs=SequenceOf(ReadAccessSpecification)(specifications)
    )
    try:
        answer = await peer.ask(request)
    except ErrorRejectAbortNack as nack:
        raise _refusal(nack) from None
    if not isinstance(answer, ReadPropertyMultipleACK):
        raise Garbled(f"{type(answer).__name__} for ReadPropertyMultiple")
    found: Answers = {}
    for result in answer.listOfReadAccessResults:
        object_ = ObjectId(*map(int, result.objectIdentifier))
        for element in result.listOfResults:
            index = element.propertyArrayIndex
            place = Reference(
                object_, int(element.propertyIdentifier), None if index is None else int(index)
            )
            error = element.readResult.propertyAccessError
            value = element.readResult.propertyValue
            found[place] = _missing(error) if error is not None else decoded(value)
    if not found.keys() & set(wanted):
        raise Garbled("an answer with none of the properties that were asked for")
    return found


async def read_one(peer: Asked, wanted: Reference) -> list[Decoded] | Missing:
    """One property (ReadProperty); missing where the device says so.

    Raises:
        NoAnswer: It is silent.
        Garbled: What came is no answer to this.
        Unwilling: The answer does not fit, or it refuses for another reason than the property.
    """
    request = ReadPropertyRequest(
        objectIdentifier=_object(wanted.object),
        propertyIdentifier=PropertyIdentifier(wanted.property),
    )
    if wanted.element is not None:
        request.propertyArrayIndex = wanted.element
    try:
        answer = await peer.ask(request)
    except ErrorRejectAbortNack as nack:
        if isinstance(nack, Error):
            return _missing(nack)
        raise _refusal(nack) from None
    if not isinstance(answer, ReadPropertyACK) or (
        ObjectId(*map(int, answer.objectIdentifier)),
        int(answer.propertyIdentifier),
    ) != (wanted.object, wanted.property):
        raise Garbled("an answer to another question")
    return decoded(answer.propertyValue)


async def read_all(peer: Asked, wanted: Sequence[Reference]) -> Answers:
    """Properties of a device of which nothing is known yet: at once, by halves, or alone.

    Raises:
        NoAnswer: It is silent.
        Garbled: What came is no answer to this.
    """
    if not wanted:
        return {}
    try:
        if len(wanted) == 1:
            return {wanted[0]: await read_one(peer, wanted[0])}
        return await read_many(peer, wanted)
    except Unwilling as unwilling:
        if len(wanted) == 1:
            return {wanted[0]: Missing(str(unwilling), unwilling.code)}
    middle = len(wanted) // 2
    first = await read_all(peer, wanted[:middle])
    return {**first, **await read_all(peer, wanted[middle:])}


async def subscribe(peer: Asked, object_: ObjectId, lifetime_s: int, *, confirmed: bool) -> None:
    """Ask to be told of an object's changes, from now on for a while. [s]

    Confirmed ones are sent again by the device where they were lost on the way.

    Raises:
        NoAnswer: It is silent.
        Unwilling: It refuses.
    """
    request = SubscribeCOVRequest(
        subscriberProcessIdentifier=PROCESS,
        monitoredObjectIdentifier=_object(object_),
        issueConfirmedNotifications=confirmed,
        lifetime=lifetime_s,
    )
    try:
        await peer.ask(request)
    except ErrorRejectAbortNack as nack:
        raise _refusal(nack) from None


async def unsubscribe(peer: Asked, object_: ObjectId) -> None:
    """Cancel a subscription: one without lifetime and kind of notice (clause 13.14.1).

    Raises:
        NoAnswer: It is silent.
        Unwilling: It refuses.
    """
    request = SubscribeCOVRequest(
        subscriberProcessIdentifier=PROCESS, monitoredObjectIdentifier=_object(object_)
    )
    try:
        await peer.ask(request)
    except ErrorRejectAbortNack as nack:
        raise _refusal(nack) from None


async def write_present(
    peer: Asked, object_: ObjectId, number: float | None, priority: int
) -> None:
    """Command an object at a priority (WriteProperty); None relinquishes it.

    Raises:
        NoAnswer: It is silent: whether it was written is not known.
        Denied: It refuses.
    """
    request = WritePropertyRequest(
        objectIdentifier=_object(object_),
        propertyIdentifier=PropertyIdentifier(PROPERTIES[PRESENT_VALUE]),
        propertyValue=Any(_atom(object_, number)),
        priority=priority,
    )
    try:
        await peer.ask(request)
    except ErrorRejectAbortNack as nack:
        refusal = _refusal(nack)
        if isinstance(refusal, NoAnswer):
            raise refusal from None
        raise Denied(f"will not be written: {refusal}") from None


def _atom(object_: ObjectId, number: float | None) -> Null | Real | Enumerated | Unsigned:
    if number is None:
        return Null(())
    if object_.type in BINARY:
        return Enumerated(round(number))
    return Unsigned(round(number)) if object_.type in MULTI_STATE else Real(number)


def _object(object_: ObjectId) -> ObjectIdentifier:
    return ObjectIdentifier((object_.type, object_.instance))


def _property(reference: Reference) -> PropertyReference:
    made = PropertyReference(propertyIdentifier=PropertyIdentifier(reference.property))
    if reference.element is not None:
        made.propertyArrayIndex = reference.element
    return made


def _missing(error: Error | ErrorType) -> Missing:
    return Missing(str(error.errorCode), int(error.errorCode))


def _refusal(nack: ErrorRejectAbortNack) -> NoAnswer | Unwilling:
    if isinstance(nack, Error):
        word = str(nack.errorCode)
        kind = Kind.NO_SERVICE if word in _SERVICE else Kind.OTHER
        return Unwilling(kind, word, int(nack.errorCode))
    word = str(nack.apduAbortRejectReason)
    if isinstance(nack, AbortPDU):
        # Which reason devices give for too much differs: buffer, segmentation, length, resources.
        return NoAnswer(word) if word in _SILENT else Unwilling(Kind.TOO_MUCH, word)
    assert isinstance(nack, RejectPDU)  # noqa: S101 - there are three
    if word in _SERVICE:
        return Unwilling(Kind.NO_SERVICE, word)
    return Unwilling(Kind.TOO_MUCH if word == "buffer-overflow" else Kind.OTHER, word)
