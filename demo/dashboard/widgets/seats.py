"""The four seats: who sits there, how warm, how far back, drawn moving."""

from typing import TYPE_CHECKING, Any

from textual.content import Content

from demo.dashboard.widgets.glide import Glide
from demo.dashboard.widgets.panel import Panel

if TYPE_CHECKING:
    from assistant.views import Moment

SEAT = "Vehicle.Cabin.Seat."
SEATS = (
    ("driver", "Row1.DriverSide"),
    ("passenger", "Row1.PassengerSide"),
    ("rear left", "Row2.DriverSide"),
    ("rear right", "Row2.PassengerSide"),
)
TRAVEL = 300.0  # mm, from the catalogue
PACE = 120.0  # mm a second on the screen
WHEEL = "Vehicle.Chassis.SteeringWheel.HeatingCooling"


class Seats(Panel):
    """A line a seat."""

    BORDER_TITLE = "Seats"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._glide = Glide(PACE)

    def look(self, moment: "Moment") -> Any:
        v = moment.values
        drawn = self._glide.follow({place: float(str(v.get(f"{SEAT}{place}.Position") or 0)) for _, place in SEATS})
        return tuple(
            (
                round(drawn[place]),
                v.get(f"{SEAT}{place}.Backrest.Recline"),
                v.get(f"{SEAT}{place}.HeatingCooling") or 0,
                v.get(f"{SEAT}{place}.Massage.Level") or 0,
                v.get(f"{SEAT}{place}.OccupancyStatus") == "OCCUPIED",
                v.get(f"{SEAT}{place}.IsBelted"),
            )
            for _, place in SEATS
        ), v.get(WHEEL) or 0

    def draw(self, seen: Any) -> Content:
        seats, wheel = seen
        width, height = self.size
        room = max(6, min(16, width - 38))
        lines = []
        for (name, _), (position, recline, heat, massage, taken, belted) in zip(SEATS, seats, strict=True):
            slot = min(room - 1, round(position / TRAVEL * (room - 1)))
            rail = "─" * slot + "●" + "─" * (room - 1 - slot)
            lean = "╱" if (recline or 0) > 25 else "|"
            who = "belted" if belted else "no belt" if taken else "empty"
            lines.append(
                Content.assemble(
                    (f"{name:<12}", "$dim"),
                    (rail, "$secondary" if taken else "$faint"),
                    (f" {lean} {recline or 0:>3.0f}° ", ""),
                    warmth(int(heat)),
                    (f" {who}", "$success" if taken and belted else "$lamp-red bold" if taken else "$dim"),
                    (" massage" if massage else "", "$primary"),
                )
            )
        if height > len(lines):
            lines.append(Content.assemble(("wheel       ", "$dim"), warmth(int(wheel))))
        return Content("\n").join(lines)


def warmth(level: int) -> Content:
    """Heating or cooling (-100 to 100) as three marks."""
    marks = min(3, -(-abs(level) // 34))
    style = "$lamp-red" if level > 0 else "$lamp-blue"
    return Content.assemble(("♨" * marks if level > 0 else "❄" * marks, style), ("·" * (3 - marks), "$dim"))
