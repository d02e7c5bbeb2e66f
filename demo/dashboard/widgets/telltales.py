"""The telltales that are lit, in their colours, worst first; each opens its page of the manual."""

from typing import TYPE_CHECKING, Any

from textual.content import Content

from demo.dashboard.widgets.glyphs import link
from demo.dashboard.widgets.panel import Panel

if TYPE_CHECKING:
    from assistant.views import Moment


class Telltales(Panel):
    """A lamp is its colour and its name: nobody has to tell red from green."""

    def look(self, moment: "Moment") -> Any:
        return tuple((lamp.name, lamp.colour, lamp.section) for lamp in moment.lamps)

    def draw(self, seen: Any) -> Content:
        width, height = self.size
        if not seen:
            return Content.styled("no lamp is lit", "$dim")
        lines = []
        room = height if len(seen) <= height else height - 1
        for name, colour, section in seen[:room]:
            lamp = "◆" if colour == "red" else "▲" if colour == "amber" else "●"
            text = f"{lamp} {name}"
            text = text if len(text) <= width - 2 else text[: width - 3] + "…"
            style = f"$background on $lamp-{colour} bold" if colour in ("red", "amber") else f"$lamp-{colour}"
            lines.append(link(Content.styled(f" {text} ", style), f"screen.read({section!r})" if section else ""))
        if len(seen) > room:
            lines.append(Content.styled(f" and {len(seen) - room} more", "$dim"))
        return Content("\n").join(lines)
