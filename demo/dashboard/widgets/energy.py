"""Charge or fuel, range, and the temperatures of the drive."""

from typing import TYPE_CHECKING, Any

from textual.content import Content

from demo.dashboard.widgets.dial import dial
from demo.dashboard.widgets.glyphs import bar, large
from demo.dashboard.widgets.panel import Panel

if TYPE_CHECKING:
    from assistant.views import Moment

POWERTRAIN = "Vehicle.Powertrain."
CHARGE = POWERTRAIN + "TractionBattery.StateOfCharge.Displayed"
CHARGING = POWERTRAIN + "TractionBattery.Charging.IsCharging"
FUEL = POWERTRAIN + "FuelSystem.RelativeLevel"
RANGE = POWERTRAIN + "Range"
COOLANT = POWERTRAIN + "CombustionEngine.EngineCoolant.Temperature"
BATTERY = POWERTRAIN + "TractionBattery.Temperature.Average"
RPM = POWERTRAIN + "CombustionEngine.Speed"
MILES = "Vehicle.Cabin.Infotainment.HMI.DistanceUnit"

LOW, RESERVE = 20, 10
"""Percent at which the ring turns amber and red."""


class Energy(Panel):
    """How far the car still goes."""

    def look(self, moment: "Moment") -> Any:
        v = moment.values
        electric = CHARGE in v
        level, metres = v.get(CHARGE if electric else FUEL), v.get(RANGE)
        miles = v.get(MILES) == "MILES"
        far = None if metres is None else round(float(str(metres)) / (1609.344 if miles else 1000.0))
        warmth = v.get(BATTERY if electric else COOLANT)
        return (
            None if level is None else round(float(str(level))),
            "battery" if electric else "fuel",
            far,
            "mi" if miles else "km",
            None if warmth is None else round(float(str(warmth))),
            bool(v.get(CHARGING)),
            None if electric else round(float(str(v.get(RPM) or 0)), -1),
        )

    def draw(self, seen: Any) -> Content:
        level, kind, far, unit, warmth, charging, rpm = seen
        width, height = self.size
        style = "$lamp-red" if (level or 0) <= RESERVE else "$lamp-amber" if (level or 0) <= LOW else "$success"
        reach = f"{'--' if far is None else far} {unit}"
        heat = "" if warmth is None else f"{kind if kind == 'battery' else 'coolant'} {warmth}°"
        figure = "--" if level is None else str(level)
        if height < 9:
            rows = large(figure)
            side = (" %", f" {reach}", " charging" if charging else "" if warmth is None else f" {warmth}°")
            lines = [
                Content.assemble((f"{row:>11}", "bold"), (text, "$dim")) for row, text in zip(rows, side, strict=True)
            ]
            lines.append(bar((level or 0) / 100, max(4, width - 1), style))
            return Content("\n").join(lines[: max(1, height)])
        caption = [(f"% {kind}", "$dim"), ("", ""), (reach, "$foreground bold")]
        marks = [(0.0, "0"), (0.25, "25"), (0.75, "75"), (1.0, "100")]
        picture = dial(width, height - 1, (level or 0) / 100, figure, caption, marks, style)
        below = Content.assemble(("⚡ charging" if charging else heat, "$success" if charging else "$dim"))
        if rpm is not None:
            below = Content.assemble(below, (f"   {rpm:.0f} rpm", "$dim"))
        return Content("\n").join([picture, below.center(width)])
