"""Tyres: what their pressures are, what they should be, and what to do."""

import re

from knowledge.condition import Condition
from knowledge.finding import Finding, Found, listed

PRESSURE = re.compile(r"Axle\.Row(\d)\.Wheel\.(Left|Right)\.Tire\.Pressure$")
TOO_LOW = "Tyre pressure too low"
"""The telltale for it, and the section that explains it."""
_PLACES = {("1", "Left"): "front left", ("1", "Right"): "front right", ("2", "Left"): "rear left"} | {
    ("2", "Right"): "rear right"
}


def tyres(car: Condition) -> Found:
    """How the tyres are, worst first."""
    told = findings(car)
    if all(finding.rank == 4 for finding in told):
        return Found("I have no reading of the tyre pressures now.", _sections(car), (), known=False)
    bad = [f for f in told if f.rank < 2]
    good = [f for f in told if f.rank == 3]
    unknown = [f for f in told if f.rank == 4]
    parts = [f.text for f in sorted(bad, key=lambda f: f.rank)]
    if bad:
        warning = car.telltale(TOO_LOW)
        if any(f.rank == 0 for f in bad):
            parts.insert(1, "Do not drive on.")
        elif warning:
            parts.append(warning.do)
    if good:
        who = "All four tyres are fine" if len(good) == 4 else f"Fine: {listed([f.text for f in good])}"
        values = listed([f.text for f in good]) if len(good) == 4 else ""
        parts.append(f"{who}{': ' + values if values else ''}{_recommended(car)}.")
    parts += [f.text for f in unknown]
    sections = (*((TOO_LOW,) if bad else ()), *_sections(car))
    return Found(" ".join(parts), sections, tuple(s for f in told for s in f.signals))


def findings(car: Condition) -> list[Finding]:
    """One a wheel; rank 3 is fine, 4 unknown."""
    found = []
    bounds = {bound.signal: bound for bound in car.bounds}
    for (row, side), place in _PLACES.items():
        path = f"Vehicle.Chassis.Axle.Row{row}.Wheel.{side}.Tire.Pressure"
        flag = path.removesuffix("Pressure") + "IsPressureLow"
        value, bound = car.dashboard.number(path), bounds.get(path)
        wanted = f" instead of {car.dashboard.say(bound.recommended, 'kPa')}" if bound and bound.recommended else ""
        if value is None:
            if car.dashboard.is_true(flag):
                found.append(Finding(1, f"The {place} tyre is reported low.", TOO_LOW, (flag,)))
            else:
                found.append(Finding(4, f"There is no reading of the {place} tyre."))
            continue
        said = car.dashboard.say(value, "kPa")
        if bound and bound.critical_low is not None and value < bound.critical_low:
            text = f"The {place} tyre is far too low: {said}{wanted}."
            found.append(Finding(0, text, TOO_LOW, (path,)))
        elif (bound and bound.low is not None and value <= bound.low) or car.dashboard.is_true(flag):
            found.append(Finding(1, f"The {place} tyre is low: {said}{wanted}.", TOO_LOW, (path,)))
        else:
            found.append(Finding(3, f"{place} {said}", "", (path,)))
    return found


def _sections(car: Condition) -> tuple[str, ...]:
    return tuple(dict.fromkeys(b.section for b in car.bounds if PRESSURE.search(b.signal)))


def _recommended(car: Condition) -> str:
    wanted = {b.recommended for b in car.bounds if PRESSURE.search(b.signal) and b.recommended}
    return f"; recommended are {car.dashboard.say(wanted.pop(), 'kPa')}" if len(wanted) == 1 else ""
