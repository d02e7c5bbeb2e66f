"""Windows, sunroof and blinds, drawn moving; doors and locks."""

from typing import TYPE_CHECKING, Any

from textual.content import Content

from demo.dashboard.widgets.glide import Glide
from demo.dashboard.widgets.glyphs import bar
from demo.dashboard.widgets.panel import Panel

if TYPE_CHECKING:
    from assistant.views import Moment

DOOR = "Vehicle.Cabin.Door."
PLACES = (
    ("front left", "Row1.DriverSide"),
    ("front right", "Row1.PassengerSide"),
    ("rear left", "Row2.DriverSide"),
    ("rear right", "Row2.PassengerSide"),
)
ROOF, SHADE = "Vehicle.Cabin.Sunroof.Position", "Vehicle.Cabin.Sunroof.Shade.Position"
PACE = 40.0  # percent a second on the screen


class Openings(Panel):
    """A pane of glass sinks as its window opens: the coloured part is glass, the rest is open."""

    BORDER_TITLE = "Windows, roof, locks"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._glide = Glide(PACE)

    def look(self, moment: "Moment") -> Any:
        v = moment.values
        paths = [f"{DOOR}{place}.Window.Position" for _, place in PLACES] + [ROOF, SHADE]
        drawn = self._glide.follow({path: float(str(v.get(path) or 0)) for path in paths})
        locked = tuple(bool(v.get(f"{DOOR}{place}.IsLocked")) for _, place in PLACES)
        opened = tuple(bool(v.get(f"{DOOR}{place}.IsOpen")) for _, place in PLACES)
        return tuple(round(drawn[path], 1) for path in paths), locked, opened, ROOF in v

    def draw(self, seen: Any) -> Content:
        positions, locked, opened, has_roof = seen
        width, _ = self.size
        half = max(14, (width - 2) // 2)
        lines: list[Content] = []
        for first, second in ((0, 1), (2, 3)):
            pair = [self._window(n, positions[n], locked[n], opened[n], half) for n in (first, second)]
            lines.append(Content.assemble(pair[0].pad_right(max(0, half - pair[0].cell_length)), "  ", pair[1]))
        if has_roof:
            lines.append(self._roof(positions[4], positions[5], width))
        return Content("\n").join(lines)

    @staticmethod
    def _window(number: int, position: float, locked: bool, opened: bool, width: int) -> Content:
        name = PLACES[number][0]
        lock = ("OPEN", "$lamp-red bold") if opened else ("lock", "$dim") if locked else ("free", "$lamp-amber")
        room = max(4, width - 12 - 5 - len(lock[0]) - 1)
        return Content.assemble(
            (f"{name:<12}", "$dim"), bar(1 - position / 100, room, "$secondary"), (f"{position:>4.0f} ", ""), lock
        )

    @staticmethod
    def _roof(position: float, shade: float, width: int) -> Content:
        word = "tilted" if position < 0 else "shut" if position == 0 else f"{position:.0f} % open"
        room = max(6, width - 12 - 24)
        glass = max(1, round(room * (1 - max(0.0, position) / 100)))
        drawn = ("◢" if position < 0 else "▔") + "▔" * (glass - 1)
        return Content.assemble(
            ("sunroof     ", "$dim"),
            (drawn, "$secondary"),
            ("·" * (room - glass), "$primary"),
            (f" {word}", ""),
            (f"  shade {shade:.0f}" if shade else "", "$dim"),
        )
