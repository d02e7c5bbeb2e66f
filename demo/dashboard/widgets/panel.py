"""What all instruments share: a look taken of the moment, and a drawing made anew only when the look changed."""

from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.widget import Widget

if TYPE_CHECKING:
    from assistant.views import Moment


class Panel(Widget):
    """``look`` takes what is drawn out of the moment, cheaply and comparable; ``draw`` draws it at the present size."""

    auto_links = False
    seen: Any = None

    def look(self, moment: "Moment") -> Any:
        raise NotImplementedError

    def draw(self, seen: Any) -> Content:
        raise NotImplementedError

    def show(self, moment: "Moment") -> None:
        """Take a look; draws only what changed."""
        seen = self.look(moment)
        if seen != self.seen:
            self.seen = seen
            self.refresh()

    def render(self) -> Content:
        return Content("") if self.seen is None else self.draw(self.seen)
