"""M-Bus (EN 13757) by a master of our own: a :class:`edge.buses.contract.ProtocolDriver`."""

from edge.drivers.mbus.link import cost_s, open_link
from edge.drivers.mbus.scan import scan

__all__ = ["cost_s", "open_link", "scan"]
