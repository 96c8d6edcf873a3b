"""How long a poll takes the network, from the sizes of its questions and answers."""

from __future__ import annotations

from adapters.sites.bacnetwords import is_routed
from adapters.sites.devicekeys import BusKeys
from edge.buses.device import Device
from edge.drivers.bacnet.item import items_of
from edge.drivers.bacnet.peer import batches, references_of

_IP_S = 0.02
"""Of one question over Ethernet: an estimate. Controllers answer in 5 to 50 ms."""
_BAUD = 38_400
"""Of an MS/TP line behind a router: the fastest speed that every device must know, and usual."""
_BITS_A_BYTE = 10
_FRAME = 30
"""Of each frame: preamble, addresses, sums, network and application headers. [byte]"""
_QUESTION, _ANSWER = 7, 12
"""A property in a question, and in an answer with a number of four bytes. [byte]"""
_TOKEN_S = 0.05
"""Until the router has the token again, twice a question; an estimate for a line of 30."""


def cost_s(_bus: BusKeys, device: Device) -> float:
    """Of one poll, its unit known and nothing refused. [s]"""
    most = device.template.bacnet.most if device.template.bacnet is not None else 20
    total = 0.0
    for batch in batches(items_of(device, device.wanted), most):
        properties = len(references_of(batch))
        total += _IP_S
        if is_routed(device.address):
            size = 2 * _FRAME + properties * (_QUESTION + _ANSWER)
            total += 2 * _TOKEN_S + size * _BITS_A_BYTE / _BAUD
    return total
