"""Devices that speak real protocols, for readers to be tried on; served from templates."""
