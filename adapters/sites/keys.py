"""The keys of the site files, each with its type, limits and meaning.

The one declaration from which files are read (:mod:`adapters.sites.reader`), the JSON
Schema for editors is made (:mod:`adapters.sites.schema`) and ``docs/site-model.md`` is
tested. References are as written here: words that are looked up later.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from adapters.sites.meterkeys import HEX_PATTERN
from adapters.sites.optionkeys import OptionKeys
from adapters.sites.plankeys import PlanKeys, SeasonKeys
from core.site import DayMode, EquipmentClass, MeterRole
from core.words import Carrier

DESCRIBED = {
    r"^[a-z0-9][a-z0-9_-]{0,39}$": "a short word: lower case letters, digits, - and _; "
    "it becomes part of ids and topics",
    r"^[a-z][a-z0-9]*([._-][a-z0-9]+)*$": "a log-in id, such as chen.jing",
    r"^[a-z0-9][a-z0-9._-]{0,62}$": "an id: a word of the same building, or building.word",
    r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d)?$": "a date or a date and time, local to the site: "
    "2024-01-01 or 2024-01-01T07:30",
    r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$": 'local time, quoted: "07:30"',
    r"^[A-Z]{3}$": "an ISO 4217 code, such as CNY",
    r"^([A-Z]{2})?$": "an ISO 3166 code for public holidays, such as CN, or empty",
    HEX_PATTERN: "hexadecimal digits, two a byte, in quotes",
}
"""Each pattern of a text in words; the same words go to people and into the schema."""
_WORD, LOGIN_PATTERN, _REFERENCE, _WHEN, _CLOCK, _CURRENCY, _COUNTRY, _ = DESCRIBED

Word = Annotated[str, Meta(pattern=_WORD, description=DESCRIBED[_WORD])]
Login = Annotated[str, Meta(pattern=LOGIN_PATTERN, description=DESCRIBED[LOGIN_PATTERN])]
Reference = Annotated[str, Meta(pattern=_REFERENCE, description=DESCRIBED[_REFERENCE])]
When = Annotated[str, Meta(pattern=_WHEN, description=DESCRIBED[_WHEN])]
Clock = Annotated[str, Meta(pattern=_CLOCK, description=DESCRIBED[_CLOCK])]
Hours = Annotated[
    list[Clock], Meta(min_length=2, max_length=2, description="from and to, local time")
]
Names = Annotated[
    dict[str, str] | str,
    Meta(description="a name by language, {en: Main meter, zh: 总表}, or one English name"),
]
Positive = Annotated[float, Meta(gt=0)]
Period = Annotated[
    int, Meta(ge=1, le=86400, description="nominal time between readings of a point. [s]")
]
Pair = Annotated[list[float], Meta(min_length=2, max_length=2)]


class PriceKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A price from a date on."""

    valid_from: When
    price: Annotated[float, Meta(ge=0, description="money for one unit")]
    per: Annotated[str, Meta(description="the unit, such as kWh, m³ or GJ")]


class CarbonKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A carbon factor from a date on, with where it comes from."""

    valid_from: When
    kg: Annotated[float, Meta(ge=0, description="kgCO₂ for one unit")]
    per: Annotated[str, Meta(description="the unit, such as kWh, m³ or GJ")]
    source: Annotated[str, Meta(min_length=1, description="the document the factor stands in")]


class OpenDaysKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How long faults of one family stood open before, with where that is from."""

    days: Annotated[int, Meta(ge=1, le=3650, description="median of the cases. [d]")]
    source: Annotated[
        str, Meta(min_length=1, description="the orders or the report it was read off")
    ]
    date: Annotated[When, Meta(description="of that document")]
    cases: Annotated[int, Meta(ge=5, description="how many; less than five are no median")]


class GatewayKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An edge agent's box, and how it reads its devices."""

    name: Names
    driver: Annotated[
        str, Meta(description="how it is read: simulated, csv, fieldbus, mqtt, sparkplug or hand")
    ]
    options: OptionKeys = msgspec.field(default_factory=OptionKeys)


class CalendarKeys(
    msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"start": "from", "end": "to"}
):
    """A declared exception to the calendar."""

    mode: DayMode
    start: When
    end: Annotated[When, Meta(description="a date is meant whole, the day itself included")]
    scope: Annotated[str, Meta(description="id of a building or equipment; all where absent")] = ""
    note: str = ""


class ScheduleKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Hours in use; absent means not at all."""

    workday: Hours | None = None
    offday: Hours | None = None


class RegisterKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How a register counts: where it starts again, its smallest step, its fastest pace."""

    digits: (
        Annotated[
            int,
            Meta(ge=1, le=18, description="digits of the dial, those behind the point included"),
        ]
        | None
    ) = None
    bits: Annotated[int, Meta(ge=8, le=64, description="width of a binary register")] | None = None
    decimals: Annotated[int, Meta(ge=0, le=9, description="digits behind the point")] = 0
    unit: Annotated[str, Meta(description="unit of the dial; the canonical one if absent")] = ""
    rated: (
        Annotated[
            float, Meta(gt=0, description="the most that can pass in an hour, canonical unit")
        ]
        | None
    ) = None


class ScaleKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A factor (CT·PT ratio, pulse weight) from a date on."""

    valid_from: When
    factor: Positive


class PointKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What differs from the point's role."""

    gateway: Annotated[Word | None, Meta(description="who may send it")] = None
    period: Period | None = None
    span: Annotated[
        Pair | None, Meta(description="lowest and highest possible number, canonical unit")
    ] = None
    max_rate: (
        Annotated[float, Meta(gt=0, description="fastest physical change, canonical unit an hour")]
        | None
    ) = None
    lively: (
        Annotated[
            float,
            Meta(ge=0, description="least spread in 2 h of a healthy reading, canonical unit"),
        ]
        | None
    ) = None
    register: RegisterKeys | None = None
    scale: list[ScaleKeys] = msgspec.field(default_factory=list)
    safety: Annotated[bool, Meta(description="beyond its span is a fault, not silence")] = False
    on_change: Annotated[
        bool, Meta(description="a contact that is sent when it changes too, not by period alone")
    ] = False


class MeterKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What makes a piece of equipment a meter."""

    role: MeterRole
    carrier: Carrier
    item: Annotated[str, Meta(description="energy item code of the site's codebook")] = ""
    parent: Annotated[Reference | None, Meta(description="the meter above it")] = None
    measures: Annotated[
        Reference | None, Meta(description="building, space or equipment that it measures")
    ] = None
    expression: Annotated[
        dict[str, float], Meta(description="of a virtual meter: factor by meter id")
    ] = msgspec.field(default_factory=dict)
    always_on: Annotated[
        float, Meta(ge=0, description="declared load that never stops. [kW or m³/h]")
    ] = 0.0


class WarrantyKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Who mends it without a bill, and until when."""

    until: Annotated[When, Meta(description="a date is meant whole, the day itself included")]
    by: Annotated[str, Meta(min_length=1, description="who gave it, and how they are reached")]


class EquipmentKeys(
    msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"cls": "class"}
):
    """Plant, a meter, a zone: what has points and can be repaired."""

    id: Word
    cls: EquipmentClass
    name: Names
    system: Annotated[Word | None, Meta(description="a system of the building")] = None
    location: Annotated[str, Meta(description="id of a space of the building, or free words")] = ""
    owner: Login | None = None
    part_of: Annotated[Reference | None, Meta(description="equipment it is part of")] = None
    feeds: Annotated[list[Reference], Meta(description="equipment and spaces it serves")] = (
        msgspec.field(default_factory=list)
    )
    parameters: Annotated[
        dict[str, bool | float | str], Meta(description="nameplate values and declarations")
    ] = msgspec.field(default_factory=dict)
    schedule: ScheduleKeys | None = None
    meter: MeterKeys | None = None
    warranty: WarrantyKeys | None = None
    contract: Annotated[
        str, Meta(description="the contract that its upkeep is part of: with whom, what it covers")
    ] = ""
    gateway: Annotated[Word | None, Meta(description="of all its points")] = None
    period: Period | None = None
    points: Annotated[
        dict[str, PointKeys], Meta(description="by role; {} where all is as the role says")
    ] = msgspec.field(default_factory=dict)


class RoomKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A room or other space of a floor."""

    id: Word
    name: Names


class FloorKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A floor with its spaces."""

    id: Word
    name: Names
    spaces: list[RoomKeys] = msgspec.field(default_factory=list)


class SystemKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A system of a building: air, heating, water, power."""

    id: Word
    name: Names


class BuildingKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A building: one document of a file in ``buildings/``."""

    building: Word
    name: Names
    area_m2: Annotated[float, Meta(gt=0, description="gross floor area. [m²]")]
    schedule: ScheduleKeys
    owner: Login | None = None
    gateway: Annotated[Word | None, Meta(description="of all points below")] = None
    period: Period | None = None
    floors: list[FloorKeys] = msgspec.field(default_factory=list)
    systems: list[SystemKeys] = msgspec.field(default_factory=list)
    equipment: list[EquipmentKeys] = msgspec.field(default_factory=list)


class WorthKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What things are worth when orders are ranked; what is left out keeps its default."""

    cost_raises: (
        Annotated[float, Meta(ge=0, description="waste above this a day raises a priority")] | None
    ) = None
    comfort_raises: (
        Annotated[
            float, Meta(ge=0, description="so much comfort lost does too. [person-hours a day]")
        ]
        | None
    ) = None
    comfort_value: (
        Annotated[float, Meta(ge=0, description="money for a person-hour outside comfort")] | None
    ) = None
    service_value: (
        Annotated[
            float, Meta(ge=0, description="money for a person-hour without water, power or heat")
        ]
        | None
    ) = None
    least_effort_h: (
        Annotated[float, Meta(gt=0, description="no job counts as shorter. [h]")] | None
    ) = None
    closes_for_median: (
        Annotated[
            int, Meta(ge=1, description="past repairs before their median replaces a card's time")
        ]
        | None
    ) = None
    quote_limit: (
        Annotated[float, Meta(ge=0, description="a contractor's quote above it is approved first")]
        | None
    ) = None


_Share = Annotated[float, Meta(ge=0, le=1, description="a share, 0 to 1")] | None
_Weeks = Annotated[float, Meta(ge=0, description="[weeks]")] | None


class TargetKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the work on orders is held against; what is left out keeps its default."""

    respond: _Share = None
    resolve: _Share = None
    urgent: _Share = None
    first_time: _Share = None
    reopened: _Share = None
    recurred: _Share = None
    planned: _Share = None
    planned_on_time: _Share = None
    backlog: _Weeks = None
    planned_backlog_from: _Weeks = None
    planned_backlog_to: _Weeks = None
    rating: Annotated[float, Meta(ge=1, le=5, description="mean of the stars")] | None = None
    week_h: (
        Annotated[float, Meta(gt=0, le=168, description="most hours a person works a week. [h]")]
        | None
    ) = None


class SiteKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The campus: ``site.yaml``."""

    site: Word
    name: Names
    timezone: Annotated[str, Meta(description="IANA name, such as Asia/Shanghai")]
    currency: Annotated[str, Meta(pattern=_CURRENCY, description=DESCRIBED[_CURRENCY])]
    money: Annotated[str, Meta(min_length=1, description="the symbol shown")]
    owner: Annotated[Login, Meta(description="who answers where nothing nearer says otherwise")]
    gateways: Annotated[dict[Word, GatewayKeys], Meta(min_length=1)]
    country: Annotated[str, Meta(pattern=_COUNTRY, description=DESCRIBED[_COUNTRY])] = ""
    codebook: Annotated[str, Meta(description="version of the energy item codes")] = "2008"
    prices: dict[Carrier, list[PriceKeys]] = msgspec.field(default_factory=dict)
    carbon: dict[Carrier, list[CarbonKeys]] = msgspec.field(default_factory=dict)
    calendar: list[CalendarKeys] = msgspec.field(default_factory=list)
    worth: WorthKeys | None = None
    seasons: Annotated[
        dict[Word, SeasonKeys], Meta(description="heating, cooling: what is due before they begin")
    ] = msgspec.field(default_factory=dict)
    plans: Annotated[list[PlanKeys], Meta(description="planned work")] = msgspec.field(
        default_factory=list
    )
    targets: TargetKeys | None = None
    open_days: Annotated[
        dict[Word, OpenDaysKeys],
        Meta(description="by fault family: for how long a saving counts at most"),
    ] = msgspec.field(default_factory=dict)
