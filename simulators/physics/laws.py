"""Two physics of one campus: the first it is built with, and a plainer one to judge by.

What was tuned on the first may have learned its equations. The second has rooms of one
temperature, valves that pass water in proportion, and people that come by another pattern; its
weather, meters and faults are the same, so that a detector that knows buildings and not this
simulator does as well on both.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Misconfigured, Mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class Laws:
    """What the physics steps by.

    Attributes:
        name: Key of :data:`PHYSICS`.
        linear_valves: Whether water through a valve goes with its way, else by an equal
            percentage.
        one_node: Whether air and mass of a room have one temperature, else each its own.
        plain_people: Whether people come by :mod:`simulators.physics.people.plain_people`.
    """

    name: str
    linear_valves: bool = False
    one_node: bool = False
    plain_people: bool = False


FIRST = Laws(name="first")
PHYSICS = {
    laws.name: laws
    for laws in (FIRST, Laws(name="second", linear_valves=True, one_node=True, plain_people=True))
}
"""By name."""


def laws_of(name: str) -> Laws:
    """The laws of that name.

    Raises:
        Misconfigured: There are none.
    """
    if name not in PHYSICS:
        what, expected = f"there is no physics '{name}'", " or ".join(PHYSICS)
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
    return PHYSICS[name]
