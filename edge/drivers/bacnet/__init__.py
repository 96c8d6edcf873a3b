"""BACnet/IP by bacpypes3: a :class:`edge.buses.contract.ProtocolDriver`."""

from edge.drivers.bacnet.cost import cost_s
from edge.drivers.bacnet.discovery import scan
from edge.drivers.bacnet.link import open_link

__all__ = ["cost_s", "open_link", "scan"]
