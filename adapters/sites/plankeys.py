"""The keys of planned work in ``site.yaml``: seasons, plans, triggers, checklists."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from core.plans import Unit
from core.site import EquipmentClass
from core.words import Licence, Permit, Trade

Texts = Annotated[
    dict[str, str] | str,
    Meta(description="a text by language, {en: Belt tension, zh: 皮带张力}, or one English text"),
]
Day = Annotated[str, Meta(description="a date, 2026-03-01")]
MonthDay = Annotated[str, Meta(description='month and day, quoted: "11-15"')]
Id = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$",
        description="a short word that stays; what was done is kept under it",
    ),
]


class SeasonKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A season of every year, as the site heats or cools."""

    begins: MonthDay
    ends: MonthDay


class NumberKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A number that a step asks for; beyond its limits it asks for a note."""

    unit: Annotated[str, Meta(description="shown behind the number")]
    low: Annotated[float, Meta(description="least that is well")] | None = None
    high: Annotated[float, Meta(description="most that is well")] | None = None


class StepKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A step of a checklist: a tick, a number or a photo."""

    id: Id
    ask: Texts
    number: NumberKeys | None = None
    photo: Annotated[bool, Meta(description="asks for a photo")] = False


class EveryKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A step of the calendar."""

    unit: Unit
    count: Annotated[int, Meta(ge=1, le=730, description="so many of them")] = 1


class RunningKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """So many hours of running."""

    hours: Annotated[float, Meta(gt=0, le=200_000, description="of running. [h]")]
    point: Annotated[str, Meta(description="role of a run status or of a power")]
    above: Annotated[float, Meta(description="it runs while the point is above it")] = 0.5


class ConditionKeys(
    msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"during": "while"}
):
    """A point beyond a value for so long."""

    point: Annotated[str, Meta(description="role of the point")]
    hours: Annotated[float, Meta(gt=0, le=168, description="without a break. [h]")]
    above: Annotated[float, Meta(description="beyond is above it; canonical unit")] | None = None
    below: Annotated[float, Meta(description="or below it")] | None = None
    during: Annotated[
        str, Meta(description="role of a run status: only hours in which it is on count")
    ] = ""


class BeforeKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """So long before a season."""

    season: Annotated[str, Meta(description="a key of `seasons`")]
    days: Annotated[int, Meta(ge=0, le=180, description="before it begins. [d]")]


class PlanKeys(
    msgspec.Struct,
    forbid_unknown_fields=True,
    kw_only=True,
    rename={"cls": "class", "start": "from"},
):
    """Planned work; exactly one of every, running, condition, advice, before, dates says when."""

    id: Id
    name: Texts
    trade: Trade
    assets: Annotated[
        list[str], Meta(description="ids of equipment, rooms or buildings; one order each")
    ] = msgspec.field(default_factory=list)
    cls: Annotated[
        EquipmentClass | None, Meta(description="instead of assets: all of this class")
    ] = None
    start: Annotated[
        Day | None, Meta(description="first day that counts: anchor of dates, zero of hours")
    ] = None
    every: EveryKeys | None = None
    running: RunningKeys | None = None
    condition: ConditionKeys | None = None
    advice: Annotated[
        str | None, Meta(description="id of a rule: a finding of it that opened no order")
    ] = None
    before: BeforeKeys | None = None
    dates: Annotated[list[Day] | None, Meta(description="declared ones")] = None
    workdays: Annotated[bool, Meta(description="a day off is moved to a working day")] = True
    priority: Annotated[int, Meta(ge=3, le=4, description="3 or 4")] = 4
    minutes: Annotated[int, Meta(ge=1, le=10_000, description="expected work. [min]")] = 60
    lead_days: Annotated[
        int, Meta(ge=0, le=180, description="the order is made so long before. [d]")
    ] = 14
    grace_days: Annotated[
        int, Meta(ge=0, le=180, description="later than this it is missed. [d]")
    ] = 7
    checklist: list[StepKeys] = msgspec.field(default_factory=list)
    parts: Annotated[list[Texts], Meta(description="to take along")] = msgspec.field(
        default_factory=list
    )
    licences: Annotated[list[Licence], Meta(description="who does it must hold")] = msgspec.field(
        default_factory=list
    )
    permits: Annotated[list[Permit], Meta(description="before it begins")] = msgspec.field(
        default_factory=list
    )
    people: Annotated[int, Meta(ge=1, le=9, description="so many are needed")] = 1
