"""Protocols by name; a library of one is imported only where a gateway has such a bus."""

from __future__ import annotations

import importlib
from typing import cast

from core.errors import Misconfigured, Mistake
from edge.buses.contract import ProtocolDriver

MODULES = {
    "bacnet": "edge.drivers.bacnet",
    "modbus": "edge.drivers.modbus",
    "dlt645": "edge.drivers.dlt645",
    "cjt188": "edge.drivers.cjt188",
    "mbus": "edge.drivers.mbus",
}
"""The module of each protocol: a :class:`edge.buses.contract.ProtocolDriver`."""


def protocol(name: str) -> ProtocolDriver:
    """The module that speaks a protocol.

    Raises:
        Misconfigured: None does, or what it needs is not installed.
    """
    if name not in MODULES:
        raise _wrong(f"no protocol '{name}'", " or ".join(MODULES))
    try:
        return cast("ProtocolDriver", importlib.import_module(MODULES[name]))
    except ImportError as error:
        raise _wrong(f"{name} needs {error.name}", "it installed") from error


def _wrong(what: str, expected: str) -> Misconfigured:
    return Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
