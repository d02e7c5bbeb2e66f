"""The speedometer, with gear and driving mode."""

from typing import TYPE_CHECKING, Any

from textual.content import Content

from demo.dashboard.widgets.dial import dial
from demo.dashboard.widgets.glyphs import bar, large
from demo.dashboard.widgets.panel import Panel

if TYPE_CHECKING:
    from assistant.views import Moment

SPEED = "Vehicle.Speed"
SELECTED = "Vehicle.Powertrain.Transmission.SelectedGear"
GEAR = "Vehicle.Powertrain.Transmission.CurrentGear"
MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
PEDAL = "Vehicle.Chassis.Accelerator.PedalPosition"
BRAKE = "Vehicle.Chassis.Brake.PedalPosition"
MILES = "Vehicle.Cabin.Infotainment.HMI.DistanceUnit"

TOP = 200.0
LETTERS = {126: "P", 127: "D", 0: "N", -1: "R"}
MODES = {"SPORT": "$error", "ECONOMY": "$success", "SNOW": "$secondary", "RAIN": "$secondary"}


class Speed(Panel):
    """A dial where there is room for one, large figures where there is not."""

    def look(self, moment: "Moment") -> Any:
        v = moment.values
        speed = v.get(SPEED)
        miles = v.get(MILES) == "MILES"
        shown = None if speed is None else abs(float(str(speed))) / (1.609344 if miles else 1.0)
        pedals = tuple(round(float(str(v.get(path) or 0))) for path in (PEDAL, BRAKE))
        return (
            None if shown is None else round(shown),
            "mph" if miles else "km/h",
            gear(v.get(SELECTED), v.get(GEAR)),
            str(v.get(MODE, "")),
            pedals,
        )

    def draw(self, seen: Any) -> Content:
        speed, unit, gears, mode, (pedal, brake) = seen
        width, height = self.size
        figure = "--" if speed is None else str(speed)
        style = MODES.get(mode, "$primary")
        top = TOP if unit == "km/h" else 120.0
        share = 0.0 if speed is None else speed / top
        if height < 9:
            rows = large(figure)
            side = (f" {unit}", f" {gears}", f" {mode.lower()}")
            lines = [
                Content.assemble((f"{row:>11}", "bold"), (text, "$dim")) for row, text in zip(rows, side, strict=True)
            ]
            lines.append(bar(share, max(4, width - 1), style))
            return Content("\n").join(lines[: max(1, height)])
        marks = [(place / top, f"{place:g}") for place in (0, 50, 100, 150, 200) if place <= top]
        picture = dial(
            width, height - 1, share, figure, [(unit, "$dim"), ("", ""), (mode.lower(), style)], marks, style
        )
        letters = Content("   ").join(
            Content.styled(f" {g} ", f"$background on {style} bold") if g == gears[:1] else Content.styled(g, "$dim")
            for g in "PRND"
        )
        push = Content.assemble(bar(brake / 100, 5, "$error"), "  ", letters, "  ", bar(pedal / 100, 5, "$success"))
        return Content("\n").join([picture, push.center(width)])


def gear(selected: object, current: object) -> str:
    """The letter of the selector, with the gear behind a D of a car that has gears."""
    letter = LETTERS.get(selected) if isinstance(selected, int) else None
    if letter is None:
        letter = "D" if isinstance(current, int) and current > 0 else "N"
    return letter
