"""What a simulated BACnet device answers, and what it gets wrong on purpose."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bacpypes3.apdu import (
    APDU,
    AbortPDU,
    ConfirmedRequestPDU,
    Error,
    ReadPropertyMultipleRequest,
    ReadPropertyRequest,
    RejectPDU,
    SubscribeCOVRequest,
    UnconfirmedRequestPDU,
)
from bacpypes3.app import Application


@dataclass
class BacnetFaults:
    """What goes wrong on purpose; may be changed while it serves.

    Attributes:
        silent: Whether it says nothing at all.
        lose: How many of the next questions get lost on the way.
        late_s: How long every answer takes. [s]
        most: Properties that one answer may hold; more is aborted.
        busy: Whether it reads no property now.
        no_multiple: Whether it does not know ReadPropertyMultiple.
        no_cov: Whether it refuses subscriptions.
        no_confirmed: Whether it refuses those whose notices want an answer.
        deaf_cov: Whether it acknowledges subscriptions and then tells nothing.
    """

    silent: bool = False
    lose: int = 0
    late_s: float = 0.0
    most: int | None = None
    busy: bool = False
    no_multiple: bool = False
    no_cov: bool = False
    no_confirmed: bool = False
    deaf_cov: bool = False


@dataclass
class Load:
    """What was asked at the same time of a device, or of all that share a line.

    Attributes:
        under_way: Questions that are not answered yet.
        most: The most there ever were.
    """

    under_way: int = 0
    most: int = 0


class ServedApplication(Application):  # type: ignore[misc]
    """One device's application."""

    faults: BacnetFaults
    asked: list[APDU]
    load: Load

    async def indication(self, apdu: APDU) -> None:
        faults = self.faults
        if faults.silent:
            return
        if isinstance(apdu, ConfirmedRequestPDU | UnconfirmedRequestPDU):
            self.asked.append(apdu)
        if faults.lose and isinstance(apdu, ConfirmedRequestPDU):
            faults.lose -= 1
            return
        self.load.under_way += isinstance(apdu, ConfirmedRequestPDU)
        self.load.most = max(self.load.most, self.load.under_way)
        await asyncio.sleep(faults.late_s)
        self.load.under_way -= isinstance(apdu, ConfirmedRequestPDU)
        if isinstance(apdu, ReadPropertyMultipleRequest):
            size = sum(len(s.listOfPropertyReferences) for s in apdu.listOfReadAccessSpecs)
            if faults.no_multiple:
                await self.response(RejectPDU(reason="unrecognized-service", context=apdu))
                return
            if faults.most is not None and size > faults.most:
                abort = AbortPDU(reason="segmentation-not-supported", context=apdu)
                abort.apduSrv = True
                await self.response(abort)
                return
        if isinstance(apdu, ReadPropertyRequest | ReadPropertyMultipleRequest) and faults.busy:
            await self.response(
                Error(
                    errorClass="device",
                    errorCode="device-busy",
                    service_choice=apdu.apduService,
                    context=apdu,
                )
            )
            return
        if isinstance(apdu, SubscribeCOVRequest) and (
            faults.no_cov or (faults.no_confirmed and apdu.issueConfirmedNotifications)
        ):
            await self.response(RejectPDU(reason="unrecognized-service", context=apdu))
            return
        await super().indication(apdu)

    def cov_notification(self, cov: object, apdu: APDU) -> None:
        if not self.faults.silent and not self.faults.deaf_cov:
            super().cov_notification(cov, apdu)

    def cov_confirmation(self, _cov: object, future: asyncio.Future[APDU]) -> None:
        """A notice that was refused or got lost is the reader's loss: as in a real device."""
        if not future.cancelled():
            future.exception()

    @property
    def subscriptions(self) -> int:
        """How many stand now: of each object and reader one."""
        return sum(len(d.cov_subscriptions) for d in list(self._cov_detections.values()))

    def forget_subscriptions(self) -> None:
        for detection in list(self._cov_detections.values()):
            for subscription in list(detection.cov_subscriptions):
                self.cancel_subscription(subscription)
