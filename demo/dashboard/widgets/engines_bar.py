"""The engines on their way, one line: what loads, what is ready, and what failed in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from demo.dashboard.widgets.glyphs import bar

if TYPE_CHECKING:
    from demo.dashboard.ride import Part

STYLES = {"waiting": "$dim", "loading": "$primary", "ready": "$success", "failed": "$lamp-amber bold"}
MARKS = {"waiting": "○", "loading": "◐", "ready": "●", "failed": "▲"}


class EnginesBar(Widget):
    """A failed engine stays in the bar; the cabin goes on without it."""

    parts: Sequence["Part"] = ()
    trouble = ""

    def tell(self, parts: Sequence["Part"]) -> None:
        self.parts = parts
        self.display = bool(self.trouble) or not parts or any(part.standing != "ready" for part in parts)
        self.refresh()

    def fail(self, words: str) -> None:
        """Something else went wrong, in words."""
        self.trouble = words
        self.display = True
        self.refresh()

    def render(self) -> Content:
        width = self.size.width
        if not self.parts:
            return Content.styled(" starting …", "$dim")
        done = sum(part.standing in ("ready", "failed") for part in self.parts)
        pieces: list[Content | str] = [" "]
        if done < len(self.parts):
            pieces += [bar(done / len(self.parts), 12), " "]
        failed = [part for part in self.parts if part.standing == "failed"]
        loading = [part for part in self.parts if part.standing == "loading"]
        if self.trouble:
            pieces.append(Content.styled(f"▲ {self.trouble}  ", STYLES["failed"]))
        for part in (*failed, *loading):
            note = f": {part.note}" if part.note else ""
            pieces.append(Content.styled(f"{MARKS[part.standing]} {part.name}{note}  ", STYLES[part.standing]))
        ready = [part.name.removeprefix("the ") for part in self.parts if part.standing == "ready"]
        if ready:
            pieces.append(Content.assemble(("● ", "$success"), (", ".join(ready), "$dim")))
        return Content.assemble(*pieces).truncate(max(1, width - 1), ellipsis=True)
