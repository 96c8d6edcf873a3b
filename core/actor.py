"""Who acts: a person with a log-in, or a part of the system acting for itself."""

from __future__ import annotations

from dataclasses import dataclass

from core.words import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something, and where they may.

    Attributes:
        login: Log-in id, or ``system`` for the system itself.
        name: As shown to people.
        role: What they may do.
        buildings: Where; None is the whole campus.
        language: ``en`` or ``zh_Hans``.
    """

    login: str
    name: str
    role: Role
    buildings: frozenset[str] | None = None
    language: str = "en"

    def sees(self, building: str) -> bool:
        """Whether the building is in scope."""
        return self.buildings is None or building in self.buildings


SYSTEM = Actor(login="system", name="Plantroom", role=Role.ADMIN)
"""Acts for findings, clocks and proofs; never signs what a person must."""
