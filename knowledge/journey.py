"""How far the car still goes, and when it wants service."""

import re

from knowledge.condition import Condition
from knowledge.finding import Found
from knowledge.readings import MILE_KM

_DISTANCE = re.compile(r"\b(\d+(?:[.,]\d+)?)\s*(km|kilomet\w+|miles?)\b", re.I)


def reach(car: Condition, question: str, reserve_percent: float) -> Found:
    """The range, and whether the distance that ``question`` names is within it, ``reserve_percent`` of charge left."""
    electric = car.variant == "electric" or not car.variant
    path = f"Vehicle.Powertrain.{'TractionBattery' if electric else 'FuelSystem'}."
    level_path = path + ("StateOfCharge.Displayed" if electric else "RelativeLevel")
    far, level = car.dashboard.number(path + "Range"), car.dashboard.number(level_path)
    section = ("Range of the electric SUV",) if electric else ("Fuel tank size and reserve",)
    if far is None:
        far = car.dashboard.number("Vehicle.Powertrain.Range")
    if far is None:
        told = "" if level is None else f" The {'charge' if electric else 'tank'} is at {level:.0f} %."
        return Found(f"I have no reading of the range now.{told}", section, (), known=False)
    signals = tuple(p for p in (path + "Range", level_path) if car.dashboard.number(p) is not None)
    say = car.dashboard.say
    state = "" if level is None else f" with {level:.0f} % {'charge' if electric else 'fuel'}"
    usable = far
    if level is not None and level > 0 and electric:
        usable = far * max(0.0, level - reserve_percent) / level
    parts = []
    distance = _DISTANCE.search(question)
    if distance:
        metres = float(distance[1].replace(",", ".")) * (MILE_KM if distance[2][0] in "mM" else 1) * 1000
        if metres <= usable:
            parts.append(f"Yes: {say(metres, 'm')} to go and a range of {say(far, 'm')}{state}.")
        elif metres <= far:
            reserve = f"the last {reserve_percent:.0f} %" if electric else "the reserve"
            parts.append(f"Only just: {say(metres, 'm')} to go, {say(far, 'm')} of range{state}; it uses {reserve}.")
        else:
            fill = "charge" if electric else "refuel"
            parts.append(
                f"No: {say(metres, 'm')} to go, but the range is {say(far, 'm')}{state}. Plan a stop to {fill}."
            )
    else:
        parts.append(f"The range is {say(far, 'm')}{state}.")
        if usable < far:
            parts.append(f"Count on {say(usable, 'm')} before the charge warning at {reserve_percent:.0f} %.")
        if re.search(r"\b(?:make it|get|reach|arrive|enough)\b", question, re.I):
            parts.append("I don't know how far it is; compare it with the distance in the navigation.")
    return Found(" ".join(parts), section, signals)


def service(car: Condition) -> Found:
    """When the next service is due."""
    base = "Vehicle.Service."
    far, days = car.dashboard.number(base + "DistanceToService"), car.dashboard.number(base + "TimeToService")
    due = car.dashboard.is_true(base + "IsServiceDue")
    if far is None and days is None and not due:
        return Found("I have no reading of the next service now.", ("Service due",), (), known=False)
    known = [(far, "km"), (days, "s")]
    over = [value for value, _ in known if value is not None and value <= 0]
    when = " or ".join(car.dashboard.say(value, unit) for value, unit in known if value is not None and value > 0)
    if over:
        text = "The service is overdue. Book it now."
    elif when:
        text = (
            f"The next service is due in {when}, whichever comes first."
            if " or " in when
            else f"The next service is due in {when}."
        )
    else:
        text = "The service is due. Book it soon."
    names = ("DistanceToService", "TimeToService", "IsServiceDue")
    return Found(text, ("Service due",), tuple(base + n for n in names if base + n in car.dashboard.readings))
