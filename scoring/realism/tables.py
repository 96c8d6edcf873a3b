"""What is compared: every statistic of the tables A to D, with its words and how it is judged."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Fatal


@dataclass(frozen=True, slots=True)
class Statistic:
    """One row.

    Attributes:
        table: A electricity, B air handler, C heat, gas, offices and weather, D water, transport.
        key: As the functions name it; unique over the tables.
        what: In words.
        unit: Empty for a share, a ratio or a correlation.
        printed: The range (and middle) that was known before these functions were written.
        tail: Share of the real units left out at either end of the band. 0 is their whole range.
        judged: Whether the campus must lie in the band; not where the value is that of the
            instrument that was bought, as a quantum is.
    """

    table: str
    key: str
    what: str
    unit: str = ""
    printed: str = ""
    tail: float = 0.05
    judged: bool = True


def _a(key: str, what: str, printed: str, unit: str = "", *, judged: bool = True) -> Statistic:
    return Statistic("A", key, what, unit, printed, judged=judged)


def _b(key: str, what: str, printed: str, unit: str = "", *, judged: bool = True) -> Statistic:
    # Twelve days, of which one hunts and one stands at a full open valve: a tenth at either end.
    return Statistic("B", key, what, unit, printed, 0.1, judged)


def _c(key: str, what: str, printed: str, unit: str = "", tail: float = 0.0) -> Statistic:
    return Statistic("C", key, what, unit, printed, tail)


def _d(key: str, what: str, printed: str, unit: str = "", *, judged: bool = True) -> Statistic:
    return Statistic("D", key, what, unit, printed, judged=judged)


STATISTICS: tuple[Statistic, ...] = (
    _a("night_day", "night 00–05 / workday 09–17", "0.22–0.53–0.93"),
    _a("min_max", "workday, least / largest hour", "0.19–0.45–0.76"),
    _a("mean_max", "workday, mean / largest hour", "0.51–0.68–0.88"),
    _a("weekend", "not worked / workday", "0.40–0.78–0.98"),
    _a("cv_03", "robust workday CV at 03 h", "0.03–0.08–0.16"),
    _a("cv_12", "robust workday CV at 12 h", "0.04–0.08–0.21"),
    _a("cv_18", "robust workday CV at 18 h", "0.04–0.09–0.24"),
    _a("raw_24", "use, lag 24 h", "0.62–0.75–0.92"),
    _a("raw_168", "use, lag 168 h", "0.51–0.87–0.94"),
    _a("residual_1", "residual, lag 1 h", "0.68–0.85–0.95"),
    _a("residual_24", "residual, lag 24 h", "0.22–0.54–0.81"),
    _a("residual_168", "residual, lag 168 h", "0.14–0.37–0.74"),
    _a("step", "residual's step, P99 / P50", "5.3–7.3–17"),
    _a("daily_sd", "daily use, robust sd of the logarithm", "0.04–0.11–0.21"),
    _a("daily_lag", "daily use, lag 1 day", "0.15–0.53–0.69"),
    _a("shape", "day's shape, distance to the usual one", "0.012–0.031–0.081"),
    _a("flat", "entropy of the day's shape / ln 24", "0.95–0.99–1.0"),
    _a("peak", "entropy of the peak's hour", "2.0–2.9–3.7", "bit"),
    _a("between_hours", "between buildings, hourly residuals", "−0.13–0.10–0.31"),
    _a("between_days", "between buildings, daily residuals", "−0.20–0.13–0.43"),
    _a("level_steps", "steps > 15 % between 4-week medians, a year", "0–1–4"),
    _a("quantum", "quantum", "0.1", "kWh", judged=False),
    _a("missing", "hours missing", "0–0.3–1.6", "%"),
    _a("gaps", "gaps a year", "0–1–3.6"),
    _b("error_sd", "supply error, 2-h trend removed: sd", "0.19–0.48", "K"),
    _b("error_lag_1", "its lag 1 min", "0.92–0.96"),
    _b("error_crossing", "its first zero crossing", "9–15", "min"),
    _b("error_lowest", "its lowest autocorrelation", "−0.62…−0.12"),
    _b("error_5min", "5-minute means, lag 1", "0.53–0.80"),
    _b("valve_reversals", "cooling valve, reversals an hour", "3–8"),
    _b("valve_travel", "cooling valve, travel an hour", "12–29", "%"),
    _b("speed_travel", "fan speed, travel an hour", "2–8", "%"),
    _b("static_sd", "duct static pressure, sd", "1.5–2.9", "%"),
    _b("settle_cool", "settling to 1 K, cooling", "13–55", "min"),
    _b("settle_heat", "settling to 1 K, heating", "72–90", "min"),
    _b("over_cool", "overshoot, cooling", "0.9–2.6", "K"),
    _b("over_heat", "overshoot, heating", "5–11", "K"),
    _b("unmixed", "mixed less outdoor air, damper wide open", "−0.1…+1.9", "K"),
    _b("outdoor_40", "outdoor air at 40 % command", "0.20–0.23"),
    _b("outdoor_47", "outdoor air at 47 % command", "0.36"),
    _b("outdoor_100", "outdoor air at 100 % command", "0.76–0.97"),
    _b("fan_rise", "supply less mixed air, valves shut", "0.5–1.2", "K"),
    _b("least_step", "least step of the supply sensor", "0.06", "K", judged=False),
    _b("equal", "successive values that are equal", "31–44", "%"),
    _c("supply_sd", "supply less reference by day, robust sd", "0.4–0.7", "K"),
    _c("supply_tail", "supply less reference by day, size P95", "1.9–3.4", "K"),
    _c("supply_step", "supply's step in 15 min, P50", "0.2–0.3", "K"),
    _c("supply_jump", "supply's step in 15 min, P99", "8", "K"),
    _c("spread_low", "supply less return by day, P10", "3.7", "K"),
    _c("spread_high", "supply less return by day, P90", "6.7", "K"),
    _c("flow_scatter", "implied flow, robust sd / median", "constant"),
    _c("crossed", "primary return 0.2 K below the secondary one", "78–83", "%"),
    _c("morning", "power 06–07 / 09–17 h", "1.5–1.6"),
    _c("power_reversals", "power reversals an hour", "1.1–1.2"),
    _c("gas_daily_cv", "gas, daily CV in winter", "0.17–0.82", tail=0.1),
    _c("gas_residual_1", "gas, residual, lag 1 h", "0.37–0.82", tail=0.1),
    _c("gas_winter_zero", "gas, winter hours of zero", "0–49", "%", tail=0.1),
    _c("gas_summer", "gas, summer / winter", "0–0.43", tail=0.1),
    _c("co2_floor", "CO₂, floor at night", "300–467", "ppm"),
    _c("co2_noise", "CO₂, noise at 1 min", "5–6", "ppm"),
    _c("co2_noise_1", "CO₂ noise, lag 1 min", "0.23–0.44"),
    _c("co2_together", "CO₂ floors of two rooms", "0.8–0.99"),
    _c("present", "presence 09–17", "0.10–0.44–0.99"),
    _c("spells", "presence, spells a day", "1–4–8"),
    _c("arrival", "presence, first arrival", "8.1–10.2–13.2", "h"),
    _c("oat_1", "outdoor anomaly, lag 1 h", "0.98", tail=0.05),
    _c("oat_24", "outdoor anomaly, lag 24 h", "0.60", tail=0.05),
    _c("oat_72", "outdoor anomaly, lag 72 h", "0.23", tail=0.05),
    _c("oat_day_1", "outdoor anomaly, 1 day", "0.70", tail=0.05),
    _c("oat_day_3", "outdoor anomaly, 3 days", "0.22", tail=0.05),
    _c("sun_low", "daily sun / clear sky, P5", "0.18", tail=0.05),
    _c("sun_mid", "daily sun / clear sky, P50", "0.60", tail=0.05),
    _c("sun_high", "daily sun / clear sky, P95", "0.97", tail=0.05),
    _c("sun_day_1", "daily sun / clear sky, lag 1 day", "0.44", tail=0.05),
    _d("zero", "hours without water, 16 homes summed", "1", "%"),
    _d("zero_night", "of those at 02–05 h, 16 homes", "", "%"),
    _d("cv_08", "CV at 08 h, 16 homes", "0.6"),
    _d("burst", "variance / mean at 08 h, 16 homes", "13–27–56", "L"),
    _d("hour_lag", "lag 1 h, hour's mean removed, 16 homes", "0.18 (8)"),
    _d("home_zero", "hours without water, one home", "28–50–79", "%", judged=False),
    _d("home_zero_night", "of those at 02–05 h, one home", "57–83–98", "%", judged=False),
    _d("home_cv_08", "CV at 08 h, one home", "1.8", judged=False),
    _d("home_burst", "variance / mean at 08 h, one home", "13–27–56", "L", judged=False),
    _d("water_missing", "water meters, hours missing", "2–13–38", "%"),
    _d("water_gaps", "water meters, gaps a year", "33–110–449"),
    _d("water_backward", "water registers, backward steps a year", "0–0–4"),
    _d("zero_episodes", "heat reader, episodes of zero rows a year", "12–74"),
)  # fmt: skip
"""In the order of the page."""

_BY_KEY = {s.key: s for s in STATISTICS}


def statistic(key: str) -> Statistic:
    """By key.

    Raises:
        Fatal: There is none.
    """
    if key not in _BY_KEY:
        raise Fatal(f"no statistic is called '{key}'")
    return _BY_KEY[key]
