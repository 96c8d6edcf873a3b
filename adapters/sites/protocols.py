"""What the site files can say of each protocol: how it is reached, how devices are addressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.sites import bacnetmap, metermap, modbusmap
from adapters.sites.bacnetwords import ADDRESS, ADDRESS_WORDS
from adapters.sites.devicekeys import BusKeys, DeviceKeys
from adapters.sites.log import Log
from adapters.sites.templatekeys import TemplateKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolRules:
    """The rules of one protocol.

    Attributes:
        reached_by: Keys of a bus by which it can be reached.
        address: Pattern of a device's address.
        address_words: The same in words.
        check: Notes what is wrong with a template's values for this protocol; each value has
            the key named as the protocol.
        check_bus: Notes what is wrong with a bus, beside how it is reached.
        check_device: Notes what is wrong with a device on its bus, polled at a period [s].
        options: Words of a device's ``options``; None where nothing is said of them.
    """

    reached_by: tuple[str, ...]
    address: str
    address_words: str
    check: Callable[[TemplateKeys, Log], None]
    check_bus: Callable[[BusKeys, Log], None] | None = None
    check_device: Callable[[DeviceKeys, float, BusKeys, TemplateKeys, Log], None] | None = None
    options: frozenset[str] | None = None


PROTOCOLS: Mapping[str, ProtocolRules] = {
    "modbus": ProtocolRules(
        reached_by=("tcp", "serial"),
        # 0 is for everybody and answered by nobody; 255 means the TCP device itself.
        address=r"[1-9]\d?|1\d\d|2[0-3]\d|24[0-7]|255",
        address_words="a unit id, 1 to 247, or 255 for the TCP device itself",
        check=modbusmap.check,
        options=frozenset(),
    ),
    "dlt645": ProtocolRules(
        reached_by=("serial", "tcp"),
        address=r"\d{12}",
        address_words="the twelve digits on the meter, in quotes",
        check=metermap.check_dlt645,
    ),
    "cjt188": ProtocolRules(
        reached_by=("serial", "tcp"),
        address=r"\d{14}",
        address_words="the fourteen digits on the meter, in quotes",
        check=metermap.check_cjt188,
    ),
    "mbus": ProtocolRules(
        reached_by=("serial", "tcp"),
        # 251 to 255 are reserved or for everybody.
        address=r"[1-9]\d?|1\d\d|2[0-4]\d|250|\d{8}([0-9A-Fa-f]{8})?",
        address_words="a primary address, 1 to 250, or a secondary one of 8 digits (or all 16)",
        check=metermap.check_mbus,
    ),
    "bacnet": ProtocolRules(
        reached_by=("udp",),
        address=ADDRESS,
        address_words=ADDRESS_WORDS,
        check=bacnetmap.check,
        options=frozenset(bacnetmap.OPTIONS),
        check_bus=bacnetmap.check_bus,
        check_device=bacnetmap.check_device,
    ),
}
"""By the word of a bus's ``protocol``."""
