"""Modbus TCP and RTU by pymodbus: a :class:`edge.buses.contract.ProtocolDriver`."""

from edge.drivers.modbus.cost import cost_s
from edge.drivers.modbus.link import open_link
from edge.drivers.modbus.scan import scan

__all__ = ["cost_s", "open_link", "scan"]
