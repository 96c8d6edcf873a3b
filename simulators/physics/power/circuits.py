"""What a circuit is to the supply: its power factor, its phases, how it follows the voltage.

Of each kind of circuit, by the first letters of its energy item code: 01A1 sockets and lights,
01A2 corridors, 01A3 façade, 01B1 plant, 01B2 terminals, 01B3 split units, 01C1 lifts, 01C2 pumps,
01C3 fans, 01C4 water boilers, 01D1 data room, 01D3 kitchen. Codebooks differ: where a site's has
no code for split units or water boilers, the meter's parameter ``load`` names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.batch import Floats
from core.site import Equipment
from simulators.physics.streams import fixed

SOCKETS_KW_M2, CORRIDORS_KW_M2 = 0.0055, 0.0010
"""Day levels of sockets and lights, and of corridors, per gross floor. [kW/m²]"""
LOADS: Mapping[str, str] = {"split_units": "01B3", "water_boilers": "01C4"}
"""Kind of circuit by the word of a meter's parameter ``load``."""
PHASES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitKind:
    """How circuits of one kind load the supply.

    Attributes:
        cos: Power factor of what runs.
        idle: Magnetising power as a share of the rating while energised. [kvar/kW]
        follows: Exponent n of P ∝ V^n: 0 electronics and thermostats, 2 a plain resistance.
        spread: How far a phase's share may lie from a third; 0 for three-phase loads.
        triplen: Third harmonic of its current, share of the fundamental; adds in the neutral.
    """

    cos: float
    idle: float = 0.0
    follows: float = 0.0
    spread: float = 0.0
    triplen: float = 0.0


# Power factors are those of nameplates and of switch-mode supplies with filters; exponents are
# those of measured load models (electronics 0, lamps 0.5–1.5, motors 0.1, heaters 2, thermostats
# 0 over the hour); third harmonics of offices are 10–30 % of the current. All chosen within what
# is usual: nobody has measured these buildings by the phase.
_KINDS: Mapping[str, CircuitKind] = {
    "01A1": CircuitKind(cos=0.90, follows=0.4, spread=0.10, triplen=0.15),
    "01A2": CircuitKind(cos=0.90, follows=0.6, spread=0.15, triplen=0.12),
    "01A3": CircuitKind(cos=0.90, follows=0.6, spread=0.15, triplen=0.12),
    "01B1": CircuitKind(cos=0.85, idle=0.10, follows=0.1),
    "01B2": CircuitKind(cos=0.96, idle=0.03, follows=0.1),
    "01B3": CircuitKind(cos=0.92, follows=0.1, spread=0.12),
    "01C1": CircuitKind(cos=0.70, idle=0.05),
    "01C2": CircuitKind(cos=0.83, idle=0.08, follows=0.1),
    "01C3": CircuitKind(cos=0.83, idle=0.08, follows=0.1),
    "01C4": CircuitKind(cos=1.0, spread=0.04),
    "01D1": CircuitKind(cos=0.95, spread=0.15, triplen=0.10),
    "01D3": CircuitKind(cos=0.98, follows=0.8, spread=0.08),
}
_OTHER = CircuitKind(cos=0.92, spread=0.05)


def item_of(meter: Equipment) -> str:
    """The first letters of a circuit's item code, those of its ``load`` where one is named."""
    named = LOADS.get(str(meter.parameters.get("load", "")))
    return named or (meter.meter.item[:4] if meter.meter is not None else "")


def kind_of(item: str) -> CircuitKind:
    """How a circuit loads the supply."""
    return _KINDS.get(item, _OTHER)


def shares_of(meter: Equipment, kind: CircuitKind, seed: int) -> Floats:
    """What of a circuit hangs on each of the three phases; sums to one."""
    apart = np.array(
        [fixed(seed, meter.id, f"phase {k}", -kind.spread, kind.spread) for k in range(PHASES)]
    )
    shares: Floats = 1.0 / PHASES + apart - apart.mean()
    return shares
