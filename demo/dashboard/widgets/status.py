"""The line at the top: which car, scenario and time, the code while the car is shared, the driver-distraction badge."""

from typing import TYPE_CHECKING, Any

from textual.content import Content

from demo.dashboard.widgets.panel import Panel

if TYPE_CHECKING:
    from assistant.views import Moment

BRAND, MODEL = "Vehicle.VehicleIdentification.Brand", "Vehicle.VehicleIdentification.Model"


class Status(Panel):
    """The badge says how the car moves and what the screen may not do because of it."""

    scenario = ""
    pace = 1.0

    def look(self, moment: "Moment") -> Any:
        v = moment.values
        car = f"{v.get(BRAND) or ''} {v.get(MODEL) or ''}".strip()
        shared = (
            moment.shared and f"{moment.shared.code[:3]} {moment.shared.code[3:]} {time_left(moment.shared.left_s)}"
        )
        limits = moment.limits
        return car, self.scenario, self.pace, shared, limits.motion, tuple(sorted(limits.forbidden))

    def draw(self, seen: Any) -> Content:
        car, scenario, pace, shared, motion, forbidden = seen
        left = Content.assemble((" cabin ", "$background on $primary bold"), (f" {car} ", "bold"))
        if scenario:
            left = Content.assemble(left, (f"· {scenario.replace('_', ' ')} ", "$dim"))
        left = Content.assemble(left, (f"· {time_said(pace)}", "$lamp-amber" if pace != 1 else "$dim"))
        if shared:
            left = Content.assemble(left, "  ", (f" support desk {shared} ", "$background on $accent bold"))
        room = self.size.width - left.cell_length
        badge = Content.styled(f" {badge_said(motion, forbidden, room)} ", badge_style(forbidden))
        room = self.size.width - left.cell_length - badge.cell_length
        return Content.assemble(left, " " * max(1, room), badge)


def time_left(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def time_said(pace: float) -> str:
    """How fast time runs, in a word."""
    return "time paused" if pace == 0 else f"time ×{pace:g}"


def badge_style(forbidden: tuple[str, ...]) -> str:
    return "$background on $lamp-amber bold" if "NO_KEYBOARD" in forbidden else "$background on $success bold"


def badge_said(motion: str, forbidden: tuple[str, ...], room: int) -> str:
    """The badge's words, shorter where there is little ``room``, in cells."""
    if not forbidden:
        return motion.upper()
    names = [name.removeprefix("NO_").replace("_", " ").lower() for name in forbidden if name.startswith("NO_")]
    full = f"{motion.upper()} · no {', '.join(names)}"
    if len(full) <= room - 4:
        return full
    return f"{motion.upper()} · {len(forbidden)} restrictions"
