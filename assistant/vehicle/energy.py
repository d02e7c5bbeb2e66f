"""Charge, fuel, range and the temperatures of what drives the car."""

from assistant.vehicle.physics import GEAR, IGNITION, SPEED, Values
from assistant.vehicle.profile import Battery, Engine, Fuel, Profile
from assistant.vehicle.world import Hidden, World

OUTSIDE = "Vehicle.Exterior.AirTemperature"
ENGINE = "Vehicle.Powertrain.CombustionEngine."
TANK = "Vehicle.Powertrain.FuelSystem."
PACK = "Vehicle.Powertrain.TractionBattery."
CHARGING = PACK + "Charging."
CABLE = CHARGING + "ChargingPort.AnyPosition.IsChargingCableConnected"
MOTOR = "Vehicle.Powertrain.ElectricMotor.Temperature"
RANGE = "Vehicle.Powertrain.Range"
VOLTAGE = "Vehicle.LowVoltageBattery.CurrentVoltage"

RECUPERATION = 0.65  # share of the braking energy that returns to the battery
AUXILIARY_KW = 0.4  # control units, pumps, lights
LOW_VOLTAGE_KWH = 0.72  # 60 Ah at 12 V
COMPRESSOR_L_PER_KWH = 0.3  # fuel for the air conditioning on the belt
SMOOTHING_M = 20_000.0  # distance over which consumption is averaged


def toward(value: float, target: float, seconds: float, dt: float) -> float:
    """First-order approach to ``target`` with the time constant ``seconds``; stable for any ``dt``."""
    return value + (target - value) * dt / (seconds + dt)


def spend(v: Values, p: Profile, w: World, h: Hidden, dt: float, climate_kw: float) -> None:
    """Take the step's energy out of battery or tank, charge, and warm up."""
    _low_voltage(v, p, w, h, dt)
    if p.battery:
        _electric(v, p, p.battery, w, h, dt, climate_kw)
    if p.fuel and p.engine:
        _combustion(v, p, p.fuel, p.engine, w, h, dt, climate_kw)


def _electric(v: Values, p: Profile, b: Battery, w: World, h: Hidden, dt: float, climate_kw: float) -> None:
    ready = v[IGNITION] in ("ON", "START")
    wheel = h.wheel_kw / p.efficiency if h.wheel_kw > 0 else h.wheel_kw * RECUPERATION
    drawn = wheel + (AUXILIARY_KW + climate_kw) * ready
    usable = b.capacity_kwh * max(1.0, v[PACK + "StateOfHealth"]) / 100
    charge = v[PACK + "StateOfCharge.Displayed"]
    limit = v[CHARGING + "ChargeLimit"]
    wanted = v[CHARGING + "StartStopCharging"] == "START" and v[CABLE]
    charging = bool(wanted and not v[SPEED] and charge < limit)
    if wanted and not charging and charge >= limit:
        v[CHARGING + "StartStopCharging"] = "STOP"
    v[CHARGING + "IsCharging"] = charging
    drawn -= b.charge_kw * charging
    v[CHARGING + "TimeToComplete"] = max(0.0, limit - charge) / 100 * usable / b.charge_kw * 3600 if charging else 0
    charge = max(0.0, min(100.0, charge - 100 * drawn * dt / 3600 / usable))
    v[PACK + "StateOfCharge.Displayed"] = charge
    _smooth(v, h, drawn * dt / 3600, dt, b.nominal_kwh_per_100km)
    v[PACK + "Range"] = v[RANGE] = charge / 100 * usable / h.consumption * 100_000
    load, hot = abs(drawn), 1 - w.cooling
    settled = v[OUTSIDE] + 0.25 * load + 6 * (v[SPEED] != 0) + hot * (12 + 1.2 * load)
    v[PACK + "Temperature.Average"] = toward(v[PACK + "Temperature.Average"], settled, 1500, dt)
    settled = v[OUTSIDE] + 1.2 * load + hot * (20 + 6 * load)
    v[MOTOR] = toward(v[MOTOR], settled, 300, dt)


def _combustion(v: Values, p: Profile, f: Fuel, e: Engine, w: World, h: Hidden, dt: float, climate_kw: float) -> None:
    running = bool(v[ENGINE + "IsRunning"] and v[IGNITION] in ("ON", "START") and v[TANK + "RelativeLevel"] > 0)
    v[ENGINE + "IsRunning"] = running
    load = max(0.0, h.wheel_kw) / p.power_kw
    outside, coolant, oil = (
        v[OUTSIDE],
        v[ENGINE + "EngineCoolant.Temperature"],
        v[ENGINE + "EngineOil.Temperature"],
    )
    burnt = 0.0
    if running:
        cold = 1 + 0.35 * max(0.0, e.warm_celsius - coolant) / e.warm_celsius
        litres_per_h = f.idle_l_per_h + max(0.0, h.wheel_kw) / p.efficiency / f.energy_kwh_per_l
        burnt = (litres_per_h * cold + COMPRESSOR_L_PER_KWH * climate_kw) * dt / 3600
        v[TANK + "RelativeLevel"] = max(0.0, v[TANK + "RelativeLevel"] - 100 * burnt / f.tank_l)
        thermostat = e.warm_celsius + (1 - w.cooling) * (45 + 120 * load)
        coolant = toward(coolant, thermostat, 330 / (0.6 + 3 * load), dt)
        oil = toward(oil, coolant + 8 + 40 * load, 420, dt)
        ratio = e.rpm_per_kmh[min(max(1, v[GEAR]), len(e.rpm_per_kmh)) - 1]
        v[ENGINE + "Speed"] = max(e.idle_rpm, abs(v[SPEED]) * ratio)
        v[ENGINE + "EOP"] = 120 + 0.09 * v[ENGINE + "Speed"] - 0.6 * max(0.0, oil - 90)
        v[ENGINE + "EngineOil.LifeRemaining"] -= dt
    else:
        coolant, oil = toward(coolant, outside, 5400, dt), toward(oil, outside, 6000, dt)
        v[ENGINE + "Speed"], v[ENGINE + "EOP"] = 0.0, 0.0
    v[ENGINE + "EngineCoolant.Temperature"], v[ENGINE + "EngineOil.Temperature"] = coolant, oil
    _smooth(v, h, burnt, dt, f.nominal_l_per_100km)
    v[TANK + "IsFuelLevelLow"] = v[TANK + "RelativeLevel"] < f.low_percent
    v[TANK + "Range"] = v[RANGE] = v[TANK + "RelativeLevel"] / 100 * f.tank_l / h.consumption * 100_000


def _smooth(v: Values, h: Hidden, used: float, dt: float, nominal: float) -> None:
    """Consumption over the last kilometres, never so low that the range loses its meaning."""
    h.consumption = h.consumption or nominal
    metres = abs(v[SPEED]) / 3.6 * dt
    if metres:
        h.consumption += (used / metres * 100_000 - h.consumption) * metres / (SMOOTHING_M + metres)
        h.consumption = max(0.4 * nominal, h.consumption)


def _low_voltage(v: Values, p: Profile, w: World, h: Hidden, dt: float) -> None:
    """The 12 V side: charged while the car is ready or its engine runs, drained otherwise."""
    on = v[IGNITION] in ("ON", "START")
    feeds = w.alternator and on and (p.battery is not None or v[ENGINE + "IsRunning"])
    awake = 0.35 if v[SPEED] or v[ENGINE + "IsRunning"] else 0.05  # kW: driving, or standing with the ignition on
    flow = 0.25 if feeds else -(awake if on else 0.0005)
    h.low_voltage_charge = max(0.0, min(1.0, h.low_voltage_charge + flow * dt / 3600 / LOW_VOLTAGE_KWH))
    resting = 11.3 + 1.4 * h.low_voltage_charge
    v[VOLTAGE] = 14.3 if feeds else resting - (0.25 if awake > 0.1 and on else 0.0)
