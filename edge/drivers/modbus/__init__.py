"""Modbus TCP and RTU by pymodbus: a :class:`edge.buses.contract.ProtocolDriver`."""

from edge.drivers.modbus.cost import cost_s
from edge.drivers.modbus.link import open_link

__all__ = ["cost_s", "open_link"]
