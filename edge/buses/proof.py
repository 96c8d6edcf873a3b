"""Whether a device is what its template says: asked before a value of it is believed."""

from __future__ import annotations

import math
from collections.abc import Mapping

from edge.buses.device import Device, in_unit


def disproof(device: Device, numbers: Mapping[str, float | None]) -> str | None:
    """What speaks against it, in words; None where all holds.

    Args:
        device: With its template.
        numbers: Of the values named by its proofs, as they stand in the device.
    """
    for proof in device.template.proof:
        value = device.template.values[proof.value]
        number = in_unit(value, numbers.get(proof.value))
        if not any(abs(number - right) <= proof.within for right in proof.near):
            shown = "nothing" if math.isnan(number) else f"{number:g} {value.unit}"
            right = " or ".join(f"{r:g}" for r in proof.near)
            within = f" ± {proof.within:g}" if proof.within else ""
            name = f"{device.template.make} {device.template.model}"
            return f"is no {name}: {proof.value} is {shown}, expected {right}{within}"
    return None
