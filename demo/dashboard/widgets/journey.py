"""The rest of the cluster: where to, how far, how cold, and what drives along."""

from typing import TYPE_CHECKING, Any

from textual.content import Content

from demo.dashboard.widgets.climate import degrees
from demo.dashboard.widgets.panel import Panel

if TYPE_CHECKING:
    from assistant.views import Moment

HMI = "Vehicle.Cabin.Infotainment.HMI."
ADAS = "Vehicle.ADAS."
MILE_KM = 1.609344


class Journey(Panel):
    """A word and a value a line."""

    def look(self, moment: "Moment") -> Any:
        v = moment.values
        miles = v.get(HMI + "DistanceUnit") == "MILES"

        def number(path: str, scale: float = 1.0) -> int | None:
            value = v.get(path)
            return round(float(value) * scale) if isinstance(value, int | float) else None

        per = 1 / MILE_KM if miles else 1.0
        cruise = number(ADAS + "CruiseControl.SpeedSet", per) if v.get(ADAS + "CruiseControl.IsActive") else None
        limiter = number(ADAS + "SpeedLimiter.SpeedSet", per) if v.get(ADAS + "SpeedLimiter.IsEnabled") else None
        outside = v.get("Vehicle.Exterior.AirTemperature")
        return (
            degrees(outside, v.get(HMI + "TemperatureUnit") == "F"),
            number("Vehicle.TraveledDistance", per / 1000),
            number("Vehicle.Service.DistanceToService", per),
            number("Vehicle.AverageSpeed", per),
            cruise,
            limiter,
            number("Vehicle.Body.Raindetection.Intensity"),
            number("Vehicle.LowVoltageBattery.CurrentVoltage", 10),
            "mi" if miles else "km",
        )

    def draw(self, seen: Any) -> Content:
        outside, odometer, service, average, cruise, limiter, rain, volts, unit = seen
        rows: list[tuple[str, str, str]] = [
            ("outside", f"{outside}{f'  rain {rain} %' if rain else ''}", "$foreground"),
            ("cruise", f"{cruise} {unit}/h" if cruise is not None else "off", "$success" if cruise else "$dim"),
            ("limiter", f"{limiter} {unit}/h" if limiter is not None else "off", "$success" if limiter else "$dim"),
            ("average", f"{average or 0} {unit}/h", "$foreground"),
            ("odometer", f"{odometer:,} {unit}" if odometer is not None else "--", "$foreground"),
            ("service in", f"{service:,} {unit}" if service is not None else "--", "$foreground"),
            ("12 volt", f"{volts / 10:.1f} V" if volts is not None else "--", "$foreground"),
        ]
        lines = [Content.assemble((f"{name:<11}", "$dim"), (value, style)) for name, value, style in rows]
        return Content("\n").join(lines[: self.size.height])
