"""The car from above: tyre pressures, open doors, lid and bonnet, and the lights."""

from typing import TYPE_CHECKING, Any

from textual.content import Content

from demo.dashboard.widgets.panel import Panel

if TYPE_CHECKING:
    from assistant.views import Moment

WHEEL = "Vehicle.Chassis.Axle.{}.Wheel.{}.Tire."
WHEELS = (("Row1", "Left"), ("Row1", "Right"), ("Row2", "Left"), ("Row2", "Right"))
DOORS = tuple(
    f"Vehicle.Cabin.Door.{row}.{side}.IsOpen" for row in ("Row1", "Row2") for side in ("DriverSide", "PassengerSide")
)
HOOD, TRUNK = "Vehicle.Body.Hood.IsOpen", "Vehicle.Body.Trunk.Rear.IsOpen"
LIGHTS = "Vehicle.Body.Lights."
UNIT = "Vehicle.Cabin.Infotainment.HMI.TirePressureUnit"
SCALE = {"BAR": (0.01, 1, "bar"), "PSI": (0.1450377, 0, "psi"), "KPA": (1.0, 0, "kPa")}


class Outline(Panel):
    """Doors are drawn open when they are; a tyre is amber when its warning is on."""

    def look(self, moment: "Moment") -> Any:
        v = moment.values
        scale, digits, unit = SCALE.get(str(v.get(UNIT)), SCALE["BAR"])
        tyres = []
        for row, side in WHEELS:
            path = WHEEL.format(row, side)
            pressure = v.get(path + "Pressure")
            text = "--" if pressure is None else f"{float(str(pressure)) * scale:.{digits}f}"
            tyres.append((text, bool(v.get(path + "IsPressureLow"))))
        hazard = bool(v.get(LIGHTS + "Hazard.IsSignaling"))
        return (
            tuple(tyres),
            unit,
            tuple(bool(v.get(path)) for path in DOORS),
            bool(v.get(HOOD)),
            bool(v.get(TRUNK)),
            bool(v.get(LIGHTS + "Beam.High.IsOn")),
            bool(v.get(LIGHTS + "Beam.Low.IsOn")),
            str(v.get(LIGHTS + "Brake.IsActive")) not in ("INACTIVE", "None"),
            hazard or bool(v.get(LIGHTS + "DirectionIndicator.Left.IsSignaling")),
            hazard or bool(v.get(LIGHTS + "DirectionIndicator.Right.IsSignaling")),
        )

    def draw(self, seen: Any) -> Content:
        tyres, unit, doors, hood, trunk, high, low, braking, left, right = seen
        width, height = self.size
        body = "$foreground 80%"

        def tyre(number: int) -> tuple[str, str]:
            return ("█", "$lamp-amber" if tyres[number][1] else "$dim")

        def pressure(number: int) -> tuple[str, str]:
            text, soft = tyres[number]
            text = f"{text:>5}" if number % 2 == 0 else f"{text:<5}"
            return (text, "$lamp-amber bold" if soft else "$foreground")

        def door(number: int) -> tuple[str, str]:
            return ("╱" if number % 2 == 0 else "╲", "$lamp-red bold") if doors[number] else ("│", body)

        def shut(number: int) -> tuple[str, str]:
            return (" ", "") if doors[number] else ("│", body)

        glow = ("░▒", "$lamp-blue" if high else "$lamp-white") if high or low else ("  ", "")
        lamp = ("◖", "$lamp-amber bold") if left else (" ", "")
        pmal = ("◗", "$lamp-amber bold") if right else (" ", "")
        tail = "$lamp-red bold" if braking else "$dim"
        blank = "      "
        rows: list[list[tuple[str, str] | str]]
        if height < 9:
            rows = [
                [pressure(0), " ", tyre(0), ("╭──╮", body), tyre(1), " ", pressure(1)],
                [blank, " ", door(0), ("▔▔▔▔", body), door(1)],
                [blank, " ", door(2), ("▁▁▁▁", body), door(3)],
                [pressure(2), " ", tyre(2), ("╰──╯", tail), tyre(3), " ", pressure(3)],
            ]
        else:
            rows = [
                [blank, lamp, " ", glow, "    ", glow, " ", pmal],
                [blank, "  ", ("╭────────╮", "$lamp-red bold" if hood else body)],
                [
                    pressure(0),
                    " ",
                    tyre(0),
                    " ",
                    ("│", body),
                    ("  ╭──╮  ", "$dim"),
                    ("│", body),
                    " ",
                    tyre(1),
                    " ",
                    pressure(1),
                ],
                [blank, tyre(0), " ", ("│", body), (" ╱    ╲ ", "$dim"), ("│", body), " ", tyre(1)],
                [blank, " ", door(0), shut(0), ("╱▔▔▔▔▔▔╲", "$dim"), shut(1), door(1)],
                [blank, "  ", ("│", body), ("│", "$dim"), "      ", ("│", "$dim"), ("│", body)],
                [blank, " ", door(2), shut(2), ("│", "$dim"), "      ", ("│", "$dim"), shut(3), door(3)],
                [blank, "  ", ("│", body), ("╲▁▁▁▁▁▁╱", "$dim"), ("│", body)],
                [pressure(2), " ", tyre(2), " ", ("│", body), " ╲    ╱ ", ("│", body), " ", tyre(3), " ", pressure(3)],
                [
                    blank,
                    tyre(2),
                    " ",
                    ("╰", body),
                    ("▄▄", tail),
                    ("────", "$lamp-red bold" if trunk else body),
                    ("▄▄", tail),
                    ("╯", body),
                    " ",
                    tyre(3),
                ],
            ]
        whole = 24 if height >= 9 else 18
        lines = [Content.assemble(*(part if part != (" ", "") else " " for part in row)) for row in rows]
        open_ = [word for word, is_open in (("bonnet open", hood), ("tailgate open", trunk)) if is_open]
        if height >= 11:
            note = ", ".join(open_) or unit
            lines.append(Content.styled(note.center(whole), "$lamp-red bold" if open_ else "$dim"))
        indent = max(0, (width - whole) // 2)
        return Content("\n").join(line.pad_left(indent) for line in lines[:height])
