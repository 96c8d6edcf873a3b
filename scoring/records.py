"""What is scored, as plain records: alarms of anybody, causes that were really there."""

from __future__ import annotations

import msgspec


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """An order, or anybody's alarm: somebody was told that something is wrong somewhere.

    Attributes:
        id: Its name; unique over all runs that are scored together.
        asset: Id of the equipment or gateway it names.
        start: When it was raised, UTC. [ms]
        end: When it went; None while it stands. Nothing is credited by it. [ms]
        trade: Letter of who is sent; empty where nobody is named.
        family: Kind or family of the fault in the truth's words, where it says one.
        rule: What found it; empty for other people's.
        discipline: Part of the plant it speaks of, where it says one.
        building: Where; empty for a gateway.
        paged: Whether anybody was told. One that was withdrawn before does not count.
        waste: Its estimate a day by carrier. [kWh, m³]
    """

    id: str
    asset: str
    start: int
    end: int | None = None
    trade: str = ""
    family: str = ""
    rule: str = ""
    discipline: str = ""
    building: str = ""
    paged: bool = True
    waste: dict[str, float] = {}


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """A fault as it really was in the run that is scored.

    Attributes:
        id: Its name; unique within a run.
        kind: A stable word.
        family: Faults of one family on one asset are one cause.
        discipline: Part of the plant.
        trade: Letter of who mends it.
        asset: Id of the equipment or gateway.
        building: Where; empty for a gateway.
        severity: ``mild``, ``middle`` or ``severe``: thirds of what is drawn for its kind.
        onset: When it began, UTC. [ms]
        end: When it ended, by itself or repaired; None while it lasts. [ms]
        visible: End of the first hour in which anything published could show it; None where
            it stayed dormant. [ms]
        waste: What it really wasted a day while it lasted, by carrier. [kWh, m³]
        use: What its building uses a day of each carrier. [kWh, m³]
    """

    id: str
    kind: str
    family: str
    discipline: str
    trade: str
    asset: str
    building: str
    severity: str
    onset: int
    end: int | None
    visible: int | None
    waste: dict[str, float] = {}
    use: dict[str, float] = {}


class Distractor(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is no fault and must raise no order.

    Attributes:
        id: Its name.
        assets: Ids of the equipment that may look wrong by it.
        start: From when, UTC. [ms]
        end: Until when. [ms]
    """

    id: str
    assets: tuple[str, ...]
    start: int
    end: int


class Saving(msgspec.Struct, frozen=True, kw_only=True):
    """What one repair truly saved, as the worlds say: R_(j-1) - R_j.

    Attributes:
        cause: Id of the fault that was mended.
        order: Id of the order it was done for.
        at: When, UTC. [ms]
        saved: From then to the end of the run, by carrier, on physical energy before any
            meter's error; nothing where the repair was useless. [kWh, m³]
        days: The same by day of the run. [kWh, m³]
    """

    cause: str
    order: str
    at: int
    saved: dict[str, float] = {}
    days: dict[str, list[float]] = {}


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger booked for one order and carrier, counter-entries taken off.

    Attributes:
        order: Id of the order.
        done: When the repair that is booked was said to be done, UTC; an order that was sent
            back has several. [ms]
        rule: That found it.
        carrier: Word of it.
        days: Days of the run that are booked, from 0.
        saving: Signed, over these days. [kWh, m³]
        u: Half-width of it, 90 %. [kWh, m³]
        use: Of its cell over these days. [kWh, m³]
        price: Of a unit; 0 where it has none. [site currency]
        disputed: Days that its cell refused.
        blind: Days that were not estimable.
    """

    order: str
    done: int
    rule: str
    carrier: str
    days: tuple[int, ...]
    saving: float
    u: float
    use: float
    price: float = 0.0
    disputed: int = 0
    blind: int = 0


class Placebo(msgspec.Struct, frozen=True, kw_only=True):
    """One reckoning on an asset that nobody touched, with a date of a repair that never was.

    Attributes:
        carrier: Word of it.
        saving: What it would have booked. [kWh, m³]
        u: Half-width, 90 %. [kWh, m³]
        use: Of the cell over the same days. [kWh, m³]
    """

    carrier: str
    saving: float
    u: float
    use: float


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What a repair was in truth, and what the chain said of it.

    Attributes:
        cause: Id of the fault that was worked on.
        order: Id of the order it was done for.
        at: When, UTC. [ms]
        effect: ``effective``, ``partial``, ``useless`` or a cheat, as in the truth.
        said: ``verified``, ``refused``, ``returned`` (its points gave nothing any more),
            ``inconclusive`` or ``waiting``.
        judged: Whether the fault's own hours came on three days within seven: only then
            can anybody tell.
    """

    cause: str
    order: str
    at: int
    effect: str
    said: str
    judged: bool
