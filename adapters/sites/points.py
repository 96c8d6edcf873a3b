"""Points: what their role says, and what the site says differently."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.sites.context import Context
from adapters.sites.keys import BuildingKeys, EquipmentKeys, PointKeys, RegisterKeys
from adapters.sites.log import Log
from adapters.sites.money import dated, unit_factor
from core.quantity import Kind
from core.roles import ROLES, PointRole
from core.site import Point, Register, Scale
from core.topics import valid_name

_INF = float("inf")


def points_of(
    building: BuildingKeys, equipment: EquipmentKeys, context: Context
) -> Iterator[Point]:
    """The points of a piece of equipment, in the order written."""
    for word, keys in equipment.points.items():
        role = ROLES.get(word)
        if role is None:
            place = context.log.place(equipment.points, word)
            expected = "a role of docs/nomenclature.md"
            context.log.mistake(place, f"no role '{word}'", expected, near=(word, ROLES))
            continue
        levels = (keys, equipment, building)
        _check_length(f"{building.building}.{equipment.id}.{word}", equipment, context)
        yield Point(
            id=f"{building.building}.{equipment.id}.{word}",
            role=role,
            building=building.building,
            equipment=f"{building.building}.{equipment.id}",
            gateway=_gateway(levels, context, equipment, word),
            period_s=_period(levels, context, equipment, word),
            span=_span(keys, role, context.log),
            max_rate_per_h=_INF if keys.max_rate is None else keys.max_rate,
            lively=role.lively if keys.lively is None else keys.lively,
            register=_register(keys, role, context.log),
            scales=tuple(
                Scale(start, scale.factor)
                for start, scale in dated(keys.scale, context.zone, context.log)
            ),
            safety=keys.safety,
            on_change=_on_change(keys, role, context.log),
        )


def _check_length(point: str, equipment: EquipmentKeys, context: Context) -> None:
    if not valid_name(point):
        place = context.log.place(equipment, "id")
        context.log.mistake(place, f"'{point}' is too long for a topic", "shorter ids")


_Levels = tuple[PointKeys, EquipmentKeys, BuildingKeys]


def _gateway(levels: _Levels, context: Context, equipment: EquipmentKeys, word: str) -> str:
    """The nearest gateway said; the site's own where it has only one."""
    for keys in levels:
        if keys.gateway is not None:
            return context.gateway(keys.gateway, context.log.place(keys, "gateway"))
    if any(context.log.has(keys, "gateway") for keys in levels):
        return ""
    if len(context.site.gateways) == 1:
        return next(iter(context.site.gateways))
    place = context.log.place(equipment.points, word)
    expected = "a gateway at the point, its equipment or its building"
    context.log.mistake(place, f"nobody may send '{word}'", expected)
    return ""


def _period(levels: _Levels, context: Context, equipment: EquipmentKeys, word: str) -> int:
    """The nearest period said: a guess would make silence of a slow meter. [s]"""
    for keys in levels:
        if keys.period is not None:
            return keys.period
    if not any(context.log.has(keys, "period") for keys in levels):
        place = context.log.place(equipment.points, word)
        expected = "seconds at the point, its equipment or its building"
        context.log.mistake(place, f"'{word}' has no period", expected)
    return 60


def _span(keys: PointKeys, role: PointRole, log: Log) -> tuple[float, float]:
    if keys.span is None:
        return role.span
    low, high = keys.span
    if low >= high:
        log.mistake(log.place(keys, "span"), f"{low:g} is not below {high:g}", "[lowest, highest]")
    return low, high


def _on_change(keys: PointKeys, role: PointRole, log: Log) -> bool:
    """Whether it is sent when it changes; what never stands still is no contact."""
    if keys.on_change and role.kind not in {Kind.STATE, Kind.COMMAND}:
        what = f"'{role.id}' is a {role.kind.value}: it changes with every reading"
        log.mistake(log.place(keys, "on_change"), what, "it only for a state or a command")
    return keys.on_change


def _register(keys: PointKeys, role: PointRole, log: Log) -> Register | None:
    """How it counts; a register of which nothing was said never starts again."""
    if role.kind is not Kind.REGISTER:
        if keys.register is not None or keys.scale:
            word = "register" if keys.register is not None else "scale"
            what = f"'{role.id}' is a {role.kind.value}: it has no {word}"
            log.mistake(log.place(keys, word), what, "it only where a total is counted")
        return None
    dial = keys.register
    if dial is None:
        return Register(modulus=_INF)
    unit = 1.0
    if dial.unit:
        unit = unit_factor(dial.unit, role.quantity, log.place(dial, "unit"), log)
    return Register(
        modulus=_steps(dial, log) * 10.0**-dial.decimals * unit,
        # A dial that says no width says nothing of its step either, unless it says decimals.
        quantum=10.0**-dial.decimals * unit if _counted(dial, log) else 0.0,
        rated_per_h=_INF if dial.rated is None else dial.rated,
    )


def _counted(dial: RegisterKeys, log: Log) -> bool:
    return dial.digits is not None or dial.bits is not None or log.has(dial, "decimals")


def _steps(dial: RegisterKeys, log: Log) -> float:
    """How many of its smallest steps a register counts before it starts again."""
    if dial.digits is not None and dial.bits is not None:
        what = "a register is counted in digits or in bits"
        log.mistake(log.place(dial, "bits"), what, "one of the two")
    if dial.digits is not None:
        if dial.decimals >= dial.digits:
            what = f"{dial.decimals} decimals of {dial.digits} digits"
            log.mistake(log.place(dial, "decimals"), what, "fewer decimals than digits")
        return float(10.0**dial.digits)
    return _INF if dial.bits is None else float(2.0**dial.bits)
