"""How hard a torture is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much of each: the long form's figures are those of the contract.

    Attributes:
        ingest_kills: SIGKILLs of ingest.
        edge_kills: Of the edge.
        broker_kills: Of the broker, and as many polite restarts.
        outage_s: How long the store is down. [s]
        calm_s: Undisturbed time before and after. [s]
    """

    ingest_kills: int = 100
    edge_kills: int = 10
    broker_kills: int = 5
    outage_s: float = 60.0
    calm_s: float = 5.0
