"""CJ/T 188 water, heat and gas meters: a :class:`edge.buses.contract.ProtocolDriver`."""

from edge.drivers.cjt188.link import cost_s, open_link
from edge.drivers.cjt188.scan import scan

__all__ = ["cost_s", "open_link", "scan"]
