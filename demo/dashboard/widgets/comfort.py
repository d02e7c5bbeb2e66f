"""Lights, wipers and media."""

from typing import TYPE_CHECKING, Any

from textual.content import Content

from demo.dashboard.widgets.glyphs import bar, chip
from demo.dashboard.widgets.panel import Panel

if TYPE_CHECKING:
    from assistant.views import Moment

LIGHTS = "Vehicle.Body.Lights."
LAMPS = (
    ("LOW", LIGHTS + "Beam.Low.IsOn", "$lamp-green"),
    ("HIGH", LIGHTS + "Beam.High.IsOn", "$lamp-blue"),
    ("FOG", LIGHTS + "Fog.Front.IsOn", "$lamp-green"),
    ("REAR FOG", LIGHTS + "Fog.Rear.IsOn", "$lamp-amber"),
    ("HAZARD", LIGHTS + "Hazard.IsSignaling", "$lamp-red"),
    ("DOME", "Vehicle.Cabin.Light.IsDomeOn", "$lamp-white"),
)
AMBIENT = "Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide."
MEDIA = "Vehicle.Cabin.Infotainment.Media."
NAVIGATION = "Vehicle.Cabin.Infotainment.Navigation.Destination"
WIPERS = "Vehicle.Body.Windshield.Front.Wiping.Mode"
PLAYING = ("PLAY", "FAST_FORWARD", "FAST_BACKWARD", "SKIP_FORWARD", "SKIP_BACKWARD")


class Comfort(Panel):
    """What shines, wipes and plays."""

    BORDER_TITLE = "Lights, media"

    def look(self, moment: "Moment") -> Any:
        v = moment.values
        ambient = str(v.get(AMBIENT + "Color")) if v.get(AMBIENT + "IsLightOn") else ""
        return (
            tuple(bool(v.get(path)) for _, path, _ in LAMPS),
            ambient,
            str(v.get(WIPERS) or "OFF"),
            str(v.get(MEDIA + "Played.Source") or ""),
            v.get(MEDIA + "Action") in PLAYING,
            int(float(str(v.get(MEDIA + "Volume") or 0))),
            bool(v.get(MEDIA + "IsMuted")),
            str(v.get(NAVIGATION) or ""),
        )

    def draw(self, seen: Any) -> Content:
        lamps, ambient, wipers, source, playing, volume, muted, destination = seen
        width, _ = self.size
        chips: list[Content | str] = []
        for (word, _, style), on in zip(LAMPS, lamps, strict=True):
            chips += [chip(word, on, style), " "]
        words: list[Any] = [
            ("wipers ", "$dim"),
            (wipers.replace("_", " ").lower(), "$primary" if wipers != "OFF" else ""),
        ]
        words += [("   ambient ", "$dim"), ("███", ambient) if ambient else ("off", "")]
        sound: list[Any] = [
            ("▶ " if playing else "■ ", "$success" if playing else "$dim"),
            (f"{source:<10}", "bold"),
            ("muted " if muted else "volume ", "$lamp-amber" if muted else "$dim"),
            bar(0 if muted else volume / 100, max(6, min(20, width - 26))),
            f" {volume}",
        ]
        lines = [Content.assemble(*chips), Content.assemble(*words), Content.assemble(*sound)]
        if destination:
            lines.append(Content.assemble(("to ", "$dim"), (destination, "$primary")))
        return Content("\n").join(lines)
