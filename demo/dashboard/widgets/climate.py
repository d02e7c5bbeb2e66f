"""The climate of the four zones: temperature, fan, air direction, and what is switched on."""

from typing import TYPE_CHECKING, Any

from textual.content import Content

from demo.dashboard.widgets.glyphs import bar, chip
from demo.dashboard.widgets.panel import Panel

if TYPE_CHECKING:
    from assistant.views import Moment

HVAC = "Vehicle.Cabin.HVAC."
ZONES = (
    ("driver", "Row1.Driver"),
    ("passenger", "Row1.Passenger"),
    ("rear left", "Row2.Driver"),
    ("rear right", "Row2.Passenger"),
)
SWITCHES = (
    ("A/C", "IsAirConditioningActive"),
    ("AUTO", "IsAutoActive"),
    ("SYNC", "IsSyncActive"),
    ("RECIRC", "IsRecirculationActive"),
    ("FRONT ⌇", "IsFrontDefrosterActive"),
    ("REAR ⌇", "IsRearDefrosterActive"),
)
FAHRENHEIT = "Vehicle.Cabin.Infotainment.HMI.TemperatureUnit"
COOLEST, WARMEST = 16.0, 28.0


class Climate(Panel):
    """Two rows of two zones, as they sit."""

    BORDER_TITLE = "Climate"

    def look(self, moment: "Moment") -> Any:
        v = moment.values
        zones = []
        for _, place in ZONES:
            station = f"{HVAC}Station.{place}."
            zones.append(tuple(v.get(station + what) for what in ("Temperature", "FanSpeed", "AirDistribution")))
        switches = tuple(bool(v.get(HVAC + path)) for _, path in SWITCHES)
        cabin = v.get(HVAC + "AmbientAirTemperature")
        inside = None if cabin is None else round(float(str(cabin)), 1)
        outside = v.get("Vehicle.Exterior.AirTemperature")
        return tuple(zones), switches, inside, outside, v.get(FAHRENHEIT) == "F"

    def draw(self, seen: Any) -> Content:
        zones, switches, inside, outside, fahrenheit = seen
        width, height = self.size
        half = max(12, (width - 2) // 2)
        blocks = [self._zone(name, zone, half, fahrenheit) for (name, _), zone in zip(ZONES, zones, strict=True)]
        lines: list[Content] = []
        for first, second in ((0, 1), (2, 3)):
            lines += [
                Content.assemble(left.pad_right(max(0, half - left.cell_length)), "  ", right)
                for left, right in zip(blocks[first], blocks[second], strict=True)
            ]
        chips: list[Content | str] = []
        for (word, _), on in zip(SWITCHES, switches, strict=True):
            chips += [chip(word, on), " "]
        lines.append(Content.assemble(*chips))
        if height > len(lines):
            words = f"cabin {degrees(inside, fahrenheit)}   outside {degrees(outside, fahrenheit)}"
            lines.append(Content.styled(words, "$dim"))
        return Content("\n").join(lines)

    @staticmethod
    def _zone(name: str, zone: tuple[Any, Any, Any], width: int, fahrenheit: bool) -> list[Content]:
        temperature, fan, direction = zone
        warm = 0.5 if temperature is None else (float(temperature) - COOLEST) / (WARMEST - COOLEST)
        style = "$lamp-blue" if warm < 0.35 else "$lamp-red" if warm > 0.7 else "$success"
        arrows = "".join(
            arrow if word in str(direction or "").split("_") else " "
            for arrow, word in (("↑", "UP"), ("→", "MIDDLE"), ("↓", "DOWN"))
        )
        head = Content.assemble((f"{name:<10}", "$dim"), (f"{degrees(temperature, fahrenheit):>6}", f"{style} bold"))
        blow = Content.assemble(
            ("fan ", "$dim"),
            bar((fan or 0) / 100, max(4, width - 13)),
            (f" {fan or 0:>3.0f} ", ""),
            (arrows, "$primary"),
        )
        return [head, blow]


def degrees(celsius: Any, fahrenheit: bool) -> str:
    """A temperature as the driver reads it."""
    if celsius is None:
        return "--"
    return f"{float(celsius) * 9 / 5 + 32:.0f}°F" if fahrenheit else f"{float(celsius):.1f}°"
