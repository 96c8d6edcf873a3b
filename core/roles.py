"""Roles of points: what rules name instead of bus addresses.

Names of classes follow Brick 1.4.4, tags Project Haystack (docs/nomenclature.md). The
span is the instrument's, not the healthy range: it decides whether a number can be a
measurement at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.quantity import Kind, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRole:
    """What a point is to its equipment.

    Attributes:
        id: Name in rules, site files and point ids.
        quantity: What it measures.
        kind: How it behaves.
        brick: Brick class.
        haystack: Haystack tags, separated by spaces.
        span: Lowest and highest number the instrument can mean, canonical unit.
        lively: Least spread that a healthy reading shows in 2 h while its equipment
            runs, canonical unit; 0 where standing still proves nothing.
    """

    id: str
    quantity: Quantity
    kind: Kind
    brick: str
    haystack: str
    span: tuple[float, float]
    lively: float = 0.0


def _role(
    id_: str,
    quantity: Quantity,
    brick: str,
    haystack: str,
    span: tuple[float, float],
    kind: Kind = Kind.GAUGE,
    *,
    lively: float = 0.0,
) -> PointRole:
    return PointRole(
        id=id_, quantity=quantity, kind=kind, brick=brick, haystack=haystack, span=span,
        lively=lively,
    )  # fmt: skip


_Q = Quantity
_AIR = (-40.0, 80.0)
_OUT = (-40.0, 60.0)
_HOT = (-20.0, 150.0)
_COLD = (-5.0, 60.0)
_PCT = (0.0, 100.0)
_ON = (0.0, 1.0)
_TOTAL = (0.0, 1e12)
# Flatline limits: the domain sheet's 0.06 to 0.25 K (SEN-02) call a sensor still that goes one step
# of its converter and back in steady plant: 0.06 K at 12 bits over 250 K, 0.056 K where it is read
# by tenths of a degree Fahrenheit, 0.05 K in rooms. What is stuck makes no step at all: half of the
# least of these. [K]
_LIVELY_AIR = 0.03
# Of five real rooms, empty nights among them, none stood within 17 ppm for two hours; 2 ppm is
# below what any of their sensors' noise is, and above the quantum of most. [ppm]
_LIVELY_CO2 = 2.0

ROLES: dict[str, PointRole] = {
    role.id: role
    for role in (
        _role("energy", _Q.ACTIVE_ENERGY, "Electrical_Energy_Usage_Sensor", "elec active energy import sensor", _TOTAL, Kind.REGISTER),
        _role("export_energy", _Q.ACTIVE_ENERGY, "Energy_Usage_Sensor", "elec active energy export sensor", _TOTAL, Kind.REGISTER),
        _role("reactive_energy", _Q.REACTIVE_ENERGY, "Energy_Usage_Sensor", "elec reactive energy sensor", _TOTAL, Kind.REGISTER),
        _role("power", _Q.ACTIVE_POWER, "Active_Power_Sensor", "elec active power sensor", (-1e5, 1e5)),
        _role("reactive_power", _Q.REACTIVE_POWER, "Reactive_Power_Sensor", "elec reactive power sensor", (-1e5, 1e5)),
        _role("voltage_a", _Q.VOLTAGE, "Voltage_Sensor", 'elec volt phase:"A" sensor', (0.0, 600.0)),
        _role("voltage_b", _Q.VOLTAGE, "Voltage_Sensor", 'elec volt phase:"B" sensor', (0.0, 600.0)),
        _role("voltage_c", _Q.VOLTAGE, "Voltage_Sensor", 'elec volt phase:"C" sensor', (0.0, 600.0)),
        _role("current_a", _Q.CURRENT, "Current_Sensor", 'elec current phase:"A" sensor', (0.0, 1e4)),
        _role("current_b", _Q.CURRENT, "Current_Sensor", 'elec current phase:"B" sensor', (0.0, 1e4)),
        _role("current_c", _Q.CURRENT, "Current_Sensor", 'elec current phase:"C" sensor', (0.0, 1e4)),
        _role("power_factor", _Q.POWER_FACTOR, "Power_Factor_Sensor", "elec pf sensor", (-1.0, 1.0)),
        _role("neutral_current", _Q.CURRENT, "Current_Sensor", "elec current neutral sensor", (0.0, 1e4)),
        _role("residual_current", _Q.CURRENT, "Current_Sensor", "elec leakage sensor", (0.0, 30.0)),
        _role("demand", _Q.ACTIVE_POWER, "Peak_Demand_Sensor", "elec demand sensor", (-1e5, 1e5)),
        _role("cable_temp", _Q.TEMPERATURE, "Temperature_Sensor", "elec cable temp sensor", (-40.0, 300.0)),
        _role("frequency", _Q.FREQUENCY, "Frequency_Sensor", "elec freq sensor", (40.0, 70.0)),
        _role("volume", _Q.VOLUME, "Water_Usage_Sensor", "domestic water volume sensor", _TOTAL, Kind.REGISTER),
        _role("flow", _Q.VOLUME_FLOW, "Water_Flow_Sensor", "domestic water flow sensor", (-1e4, 1e4)),
        _role("pressure", _Q.PRESSURE, "Water_Pressure_Sensor", "water pressure sensor", (0.0, 1600.0)),
        _role("tank_level", _Q.PERCENT, "Water_Level_Sensor", "water level sensor", _PCT),
        _role("gas_volume", _Q.GAS_VOLUME, "Natural_Gas_Usage_Sensor", "natural-gas volume sensor", _TOTAL, Kind.REGISTER),
        _role("heat", _Q.HEAT_ENERGY, "Thermal_Energy_Usage_Sensor", "heat energy sensor", _TOTAL, Kind.REGISTER),
        _role("heat_power", _Q.HEAT_POWER, "Thermal_Power_Sensor", "heat power sensor", (-1e5, 1e5)),
        _role("hw_leaving", _Q.TEMPERATURE, "Leaving_Hot_Water_Temperature_Sensor", "hot water leaving temp sensor", _HOT, lively=_LIVELY_AIR),
        _role("hw_entering", _Q.TEMPERATURE, "Entering_Hot_Water_Temperature_Sensor", "hot water entering temp sensor", _HOT, lively=_LIVELY_AIR),
        _role("hw_sp", _Q.TEMPERATURE, "Leaving_Hot_Water_Temperature_Setpoint", "hot water leaving temp sp", (0.0, 120.0)),
        _role("primary_leaving", _Q.TEMPERATURE, "Leaving_Hot_Water_Temperature_Sensor", "district hot water leaving temp sensor", _HOT),
        _role("primary_entering", _Q.TEMPERATURE, "Entering_Hot_Water_Temperature_Sensor", "district hot water entering temp sensor", _HOT),
        _role("primary_flow", _Q.VOLUME_FLOW, "Hot_Water_Flow_Sensor", "district hot water flow sensor", (0.0, 1e4)),
        _role("primary_valve", _Q.PERCENT, "Valve_Position_Command", "district hot water valve cmd", _PCT, Kind.GAUGE),
        _role("branch_return", _Q.TEMPERATURE, "Return_Hot_Water_Temperature_Sensor", "hot water branch return temp sensor", _HOT),
        _role("tank_temp", _Q.TEMPERATURE, "Domestic_Hot_Water_Supply_Temperature_Sensor", "domestic hot water tank temp sensor", _HOT),
        _role("hw_flow", _Q.VOLUME_FLOW, "Hot_Water_Flow_Sensor", "hot water flow sensor", (0.0, 1e4)),
        _role("boiler_cmd", _Q.STATUS, "Boiler_Command", "boiler run cmd", _ON, Kind.COMMAND),
        _role("boiler_status", _Q.STATUS, "On_Off_Status", "boiler run sensor", _ON, Kind.STATE),
        _role("burner_status", _Q.STATUS, "On_Off_Status", "boiler burner run sensor", _ON, Kind.STATE),
        _role("pump_status", _Q.STATUS, "Pump_On_Off_Status", "pump run sensor", _ON, Kind.STATE),
        _role("pump_speed", _Q.PERCENT, "Motor_Speed_Sensor", "pump speed sensor", _PCT),
        _role("chw_leaving", _Q.TEMPERATURE, "Leaving_Chilled_Water_Temperature_Sensor", "chilled water leaving temp sensor", _COLD),
        _role("chw_entering", _Q.TEMPERATURE, "Entering_Chilled_Water_Temperature_Sensor", "chilled water entering temp sensor", _COLD),
        _role("chw_flow", _Q.VOLUME_FLOW, "Chilled_Water_Flow_Sensor", "chilled water flow sensor", (0.0, 1e4)),
        _role("cw_to_chiller", _Q.TEMPERATURE, "Entering_Condenser_Water_Temperature_Sensor", "condenser water entering temp sensor", _COLD),
        _role("cw_from_chiller", _Q.TEMPERATURE, "Leaving_Condenser_Water_Temperature_Sensor", "condenser water leaving temp sensor", _COLD),
        _role("chiller_status", _Q.STATUS, "On_Off_Status", "chiller run sensor", _ON, Kind.STATE),
        _role("sat", _Q.TEMPERATURE, "Supply_Air_Temperature_Sensor", "discharge air temp sensor", _AIR, lively=_LIVELY_AIR),
        _role("sat_sp", _Q.TEMPERATURE, "Supply_Air_Temperature_Setpoint", "discharge air temp sp", (0.0, 60.0)),
        _role("sat_heat_sp", _Q.TEMPERATURE, "Supply_Air_Temperature_Setpoint", "discharge air heating temp sp", (0.0, 60.0)),
        _role("mat", _Q.TEMPERATURE, "Mixed_Air_Temperature_Sensor", "mixed air temp sensor", _OUT, lively=_LIVELY_AIR),
        _role("rat", _Q.TEMPERATURE, "Return_Air_Temperature_Sensor", "return air temp sensor", _OUT, lively=_LIVELY_AIR),
        _role("oat", _Q.TEMPERATURE, "Outside_Air_Temperature_Sensor", "outside air temp sensor", _OUT, lively=_LIVELY_AIR),
        _role("oah", _Q.HUMIDITY, "Outside_Air_Humidity_Sensor", "outside air humidity sensor", _PCT),
        _role("ccet", _Q.TEMPERATURE, "Entering_Cooling_Coil_Air_Temperature_Sensor", "cooling coil entering air temp sensor", _AIR),
        _role("cclt", _Q.TEMPERATURE, "Leaving_Cooling_Coil_Air_Temperature_Sensor", "cooling coil leaving air temp sensor", _AIR),
        _role("hcet", _Q.TEMPERATURE, "Entering_Heating_Coil_Air_Temperature_Sensor", "heating coil entering air temp sensor", _AIR),
        _role("hclt", _Q.TEMPERATURE, "Leaving_Heating_Coil_Air_Temperature_Sensor", "heating coil leaving air temp sensor", _AIR),
        _role("sah", _Q.HUMIDITY, "Supply_Air_Humidity_Sensor", "discharge air humidity sensor", _PCT),
        _role("dsp", _Q.DUCT_PRESSURE, "Supply_Air_Static_Pressure_Sensor", "discharge air pressure sensor", (-500.0, 1500.0)),
        _role("dsp_sp", _Q.DUCT_PRESSURE, "Supply_Air_Static_Pressure_Setpoint", "discharge air pressure sp", (0.0, 1500.0)),
        _role("supply_flow", _Q.AIR_FLOW, "Supply_Air_Flow_Sensor", "discharge air flow sensor", (0.0, 200.0)),
        _role("cool_valve", _Q.PERCENT, "Valve_Position_Command", "cool valve cmd", _PCT, Kind.GAUGE),
        _role("heat_valve", _Q.PERCENT, "Valve_Position_Command", "heat valve cmd", _PCT, Kind.GAUGE),
        _role("oa_damper", _Q.PERCENT, "Damper_Position_Command", "outside damper cmd", _PCT, Kind.GAUGE),
        _role("oa_damper_fbk", _Q.PERCENT, "Damper_Position_Sensor", "outside damper sensor", _PCT),
        _role("fan_status", _Q.STATUS, "Fan_On_Off_Status", "fan run sensor", _ON, Kind.STATE),
        _role("fan_speed", _Q.PERCENT, "Fan_Speed_Command", "fan speed cmd", _PCT, Kind.GAUGE),
        _role("filter_dp", _Q.DUCT_PRESSURE, "Filter_Differential_Pressure_Sensor", "filter delta pressure sensor", (0.0, 800.0)),
        _role("occupied", _Q.STATUS, "Occupancy_Command", "occ cmd", _ON, Kind.COMMAND),
        _role("reheat_mode", _Q.STATUS, "Mode_Command", "dehumidify cmd", _ON, Kind.COMMAND),
        _role("zone_temp", _Q.TEMPERATURE, "Zone_Air_Temperature_Sensor", "zone air temp sensor", (-5.0, 45.0), lively=_LIVELY_AIR),
        _role("zone_cool_sp", _Q.TEMPERATURE, "Cooling_Zone_Air_Temperature_Setpoint", "zone cooling sp", (5.0, 40.0)),
        _role("zone_heat_sp", _Q.TEMPERATURE, "Heating_Zone_Air_Temperature_Setpoint", "zone heating sp", (5.0, 40.0)),
        _role("zone_rh", _Q.HUMIDITY, "Zone_Air_Humidity_Sensor", "zone air humidity sensor", _PCT),
        _role("zone_co2", _Q.CO2, "Zone_CO2_Level_Sensor", "zone air co2 sensor", (200.0, 5000.0), lively=_LIVELY_CO2),
        _role("zone_light", _Q.ILLUMINANCE, "Illuminance_Sensor", "light level sensor", (0.0, 1e5)),
        _role("zone_occ", _Q.STATUS, "Occupancy_Sensor", "zone occupied sensor", _ON, Kind.STATE),
        _role("machine_temp", _Q.TEMPERATURE, "Temperature_Sensor", "temp sensor", (-40.0, 300.0), lively=_LIVELY_AIR),
        _role("temp_ref", _Q.TEMPERATURE, "Leaving_Hot_Water_Temperature_Setpoint", "hot water leaving temp sp", (0.0, 150.0)),
        _role("irradiance", _Q.IRRADIANCE, "Solar_Irradiance_Sensor", "solar irradiance sensor", (0.0, 1500.0)),
    )
}  # fmt: skip
"""Every role, by id."""
