"""How each kind of repair is measured: option, carriers, what is systematic, how long it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.words import Carrier


class Option(StrEnum):
    """IPMVP's options; C, the whole meter, here only reconciles."""

    KEY_PARAMETER = "A"
    """The fault's own points, with a nameplate among them."""
    ALL_PARAMETERS = "B"
    """The fault's own points, all of them measured."""


class Kind(StrEnum):
    """What is compared before and after."""

    LEAK = "leak"
    PLANT = "plant"
    CIRCUIT = "circuit"


class Term(StrEnum):
    """Why booking ends although nothing happened: the fault would have been found some day."""

    DAYS = "days"
    HEATING = "heating"
    """With the heating season."""
    COOLING = "cooling"
    """With the cooling season."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Construction:
    """Of one family of faults.

    Attributes:
        kind: See :class:`Kind`.
        option: See :class:`Option`.
        words: The formula, for a person.
        key: The parameter that the repair changes.
        groups: Systematic half-width by what is wrong alike every day, 90 %. [1]
        term: How the counterfactual ends.
        most_days: At most so long. [d]
        believed: By carrier, half-width of a factor of one on the formula, before meters are asked,
            90 %. [1]
        timed: Whether it is a schedule: a level is that of a day type, over all hours since it
            began, of which those that raised the alarm are part; the weather drives nothing.
    """

    kind: Kind
    option: Option
    words: str
    key: str
    groups: Mapping[str, float]
    term: Term
    most_days: int
    timed: bool = False
    believed: Mapping[Carrier, float] = field(default_factory=dict)


_COILS = {Carrier.ELECTRICITY: 0.75, Carrier.HEAT: 0.4}
"""Of coils: cold by its rated COP is a third of what a chiller takes that runs for one valve at a
tenth of its load, with its pumps, and twice what one more unit costs on a warm day (the part-load
curves of EnergyPlus' and Title 24's chillers). Heat is known to the air flow of a nameplate, and
where radiators give less for it not all is lost."""

_OUTDOORS = {Carrier.ELECTRICITY: 0.75, Carrier.HEAT: 0.3}
"""Of outdoor air: the air flow, and what mixed air of ± 2 K says of its share."""

_STOPPED = {Carrier.ELECTRICITY: 0.6, Carrier.HEAT: 1.0}
"""Outside the hours: half of the heat is lost, or none, or all; a fan's own heat warms too, and
fans turn less by day where rooms were kept warm all night."""

_BURNS = {Carrier.HEAT: 0.2}
"""Of a boiler in hand the heat is metered."""

_LEAKS = {Carrier.WATER: 0.3}
"""Of a night flow: it is taken to run day and night, which a float valve's does not while its
tank is drawn from."""

_AHU = "1.206·V̇·(δ before, by outdoor bin − δ now)·fan hours; cold ÷ COP"

CONSTRUCTIONS: Mapping[str, Construction] = {
    "water_night_flow": Construction(
        kind=Kind.LEAK, option=Option.ALL_PARAMETERS,
        words="24·(MNF before − MNF now)·mean[(P/P_night)^N1]",
        key="lowest night flow", groups={"meter": 0.02, "pressure": 0.04}, believed=_LEAKS,
        term=Term.DAYS, most_days=90,
    ),
    "pipe_burst": Construction(
        kind=Kind.PLANT, option=Option.ALL_PARAMETERS,
        words="24·(Q while it ran out − Q now); the day's own use is taken off with Q now",
        key="flow through the torn pipe", groups={"meter": 0.02}, term=Term.DAYS,
        # A flow that floods something is seen within days by anybody.
        most_days=3,
    ),
    "ahu_heating_valve": Construction(
        kind=Kind.PLANT, option=Option.KEY_PARAMETER, words=_AHU,
        key="temperature over the heating coil, its valve shut", groups={}, believed=_COILS,
        term=Term.DAYS, most_days=180,
    ),
    "ahu_cooling_valve": Construction(
        kind=Kind.PLANT, option=Option.KEY_PARAMETER, words=_AHU,
        key="temperature over the cooling coil, its valve shut", groups={}, believed=_COILS,
        term=Term.DAYS, most_days=180,
    ),
    "ahu_heat_against_cool": Construction(
        kind=Kind.PLANT, option=Option.KEY_PARAMETER, words=_AHU + "; δ = min(heating, cooling)",
        key="the smaller of what both coils do", groups={}, believed=_COILS,
        term=Term.HEATING, most_days=180,
    ),
    "ahu_outdoor_air": Construction(
        kind=Kind.PLANT, option=Option.KEY_PARAMETER,
        words="1.206·V̇·(ΔOAF before − ΔOAF now)·abs(RAT − OAT)",
        key="share of outdoor air beyond the declared", groups={}, believed=_OUTDOORS,
        term=Term.DAYS, most_days=180,
    ),
    "ahu_off_schedule": Construction(
        kind=Kind.PLANT, option=Option.KEY_PARAMETER,
        words="Fan kW and coil heat outside the hours, before − now, by day type",
        key="hours run outside the hours", groups={}, believed=_STOPPED, term=Term.DAYS,
        most_days=365, timed=True,
    ),
    "heating_warm_lockout": Construction(
        kind=Kind.PLANT, option=Option.KEY_PARAMETER,
        words="Heat given, before − now, by outdoor bin",
        key="heat given while it is warm", groups={"efficiency": 0.05}, believed=_BURNS,
        term=Term.HEATING, most_days=180,
    ),
    "circuit_after_hours": Construction(
        kind=Kind.CIRCUIT, option=Option.ALL_PARAMETERS,
        words="Σ over the slots whose schedule changed, by day type: kW before − kW now",
        key="draw in the slots that changed", groups={"meter": 0.01}, term=Term.DAYS,
        most_days=365,
    ),
}  # fmt: skip
"""By fault family; a family that is not here claims nothing."""
