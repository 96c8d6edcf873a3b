"""DL/T 645-2007 electricity meters: a :class:`edge.buses.contract.ProtocolDriver`."""

from edge.drivers.dlt645.link import cost_s, open_link
from edge.drivers.dlt645.scan import scan

__all__ = ["cost_s", "open_link", "scan"]
