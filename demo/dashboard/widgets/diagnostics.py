"""Diagnostics: fault codes with what they mean and their freeze frames, and sensors over time."""

from collections import deque
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, Static

from demo.dashboard.widgets.glyphs import link

if TYPE_CHECKING:
    from assistant.views import Code, Moment, View

SENSORS = (
    "Vehicle.Speed",
    "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed",
    "Vehicle.Powertrain.TractionBattery.Temperature.Average",
    "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature",
    "Vehicle.Powertrain.CombustionEngine.Speed",
    "Vehicle.Powertrain.FuelSystem.RelativeLevel",
    "Vehicle.LowVoltageBattery.CurrentVoltage",
    "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure",
    "Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire.Pressure",
    "Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.Pressure",
    "Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure",
    "Vehicle.Cabin.HVAC.AmbientAirTemperature",
    "Vehicle.Exterior.AirTemperature",
)
KEPT = 240
EVERY_S = 0.5
STEPS = "▁▂▃▄▅▆▇█"


class Diagnostics(Horizontal):
    """Codes at the left, the chosen one in full below them, sensors at the right."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._history: dict[str, deque[float]] = {}
        self._taken = float("-inf")
        self._codes: tuple[Code, ...] | None = None
        self._shown: tuple[str, ...] | None = None
        self._view: View | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="faults"):
            yield DataTable(id="codes", cursor_type="row", zebra_stripes=True)
            with VerticalScroll(id="code-scroll", can_focus=False):
                yield Static(id="code")
        with VerticalScroll(id="sensors-scroll", can_focus=False):
            yield Static(id="sensors")

    def on_mount(self) -> None:
        self.query_one("#faults").border_title = "Fault codes"
        self.query_one("#sensors-scroll").border_title = "Sensors"
        self.query_one(DataTable).add_columns("code", "how urgent", "what it means")
        self.query_one("#code", Static).update(Content.styled("No fault code is stored.", "$dim"))

    def show(self, moment: "Moment", view: "View") -> None:
        """Keep the sensors' history; draw only while this page is open."""
        self._view = view
        if moment.now - self._taken >= EVERY_S or moment.now < self._taken:
            self._taken = moment.now
            for path in SENSORS:
                value = moment.values.get(path)
                if isinstance(value, int | float):
                    self._history.setdefault(path, deque(maxlen=KEPT)).append(float(value))
            if self.display:
                self._draw_sensors(moment, view)
        stored = moment.values.get("Vehicle.Diagnostics.DTCList")
        codes = stored if isinstance(stored, tuple) else ()
        if self.display and codes != self._shown:
            self._shown = codes
            self._fill(view.codes())

    def forget(self) -> None:
        """Another car."""
        self._history.clear()
        self._shown = None

    def _fill(self, codes: "tuple[Code, ...]") -> None:
        self._codes = codes
        table = self.query_one(DataTable)
        table.clear()
        for code in codes:
            table.add_row(code.code, code.severity, code.means, key=code.code)
        if not codes:
            self.query_one("#code", Static).update(Content.styled("No fault code is stored.", "$dim"))

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        wanted = event.row_key.value if event.row_key else None
        for code in self._codes or ():
            if code.code == wanted:
                self.query_one("#code", Static).update(_in_full(code))

    def _draw_sensors(self, moment: "Moment", view: "View") -> None:
        wide = max(20, self.query_one("#sensors-scroll").size.width - 3)
        lines = []
        for path, history in self._history.items():
            if path not in moment.values:
                lines.append(Content.assemble((f"{view.name(path):<26}", "$dim"), ("no reading", "$lamp-amber")))
                continue
            now = f"{view.said(path, moment.values.get(path)):>9}"
            spark = sparks(list(history)[-max(8, wide - 38) :])
            lines.append(Content.assemble((f"{view.name(path):<26}", "$dim"), (now, "bold"), "  ", (spark, "$primary")))
        self.query_one("#sensors", Static).update(Content("\n").join(lines))


def sparks(values: list[float]) -> str:
    """``values`` as a line of blocks between their least and their greatest."""
    low, high = min(values), max(values)
    span = high - low
    return "".join(STEPS[0 if span < 1e-6 else round((value - low) / span * 7)] for value in values)


def _in_full(code: "Code") -> Content:
    parts = [
        Content.assemble((f"{code.code}  ", "bold $lamp-amber"), (code.severity, "bold")),
        Content(f"{code.means[:1].upper()}{code.means[1:]}."),
        Content.styled(code.advice, "$success"),
        link(
            Content.styled(f"❏ ask the manual about {code.code}", "$secondary underline"), f"screen.ask({code.code!r})"
        ),
        Content(""),
        Content.styled("Freeze frame: the car when the fault appeared", "$dim"),
    ]
    parts += [Content.assemble((f"  {name:<26}", "$dim"), value) for name, value in code.frozen]
    if not code.frozen:
        parts.append(Content.styled("  none was kept", "$dim"))
    return Content("\n").join(parts)
