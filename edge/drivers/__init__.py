"""Drivers: what reads devices. Each is a :class:`core.ports.Driver`."""
