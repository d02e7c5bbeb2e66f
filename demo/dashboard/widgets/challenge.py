"""The challenge: what will change from what to what, a countdown, and two large targets. Its default is no."""

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from demo.dashboard.widgets.glyphs import bar

if TYPE_CHECKING:
    from assistant.views import Asked, Moment

SHOWN = 5
"""Changes that are listed; more are counted."""


class Challenge(Vertical):
    """Lies over the centre while the gate waits for an answer. Only a hand or an eye answers here."""

    class Answered(Message):
        """``by`` is touch or biometric, or empty for no."""

        def __init__(self, challenge: str, by: str) -> None:
            super().__init__()
            self.challenge, self.by = challenge, by

    class RanOut(Message):
        """Nobody answered in time."""

        def __init__(self, changes: str) -> None:
            super().__init__()
            self.changes = changes

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.asked: Asked | None = None
        self._left = -1

    def compose(self) -> ComposeResult:
        yield Static("Please confirm", id="challenge-title")
        yield Static(id="challenge-changes")
        yield Static(id="challenge-why")
        yield Static(id="challenge-countdown")
        with Horizontal(id="challenge-targets"):
            yield Button("No, leave it", id="no", variant="default")
            yield Button("Yes, change it", id="yes", variant="warning")
        yield Static(id="challenge-keys")

    def show(self, moment: "Moment") -> None:
        asked = moment.asked
        if asked is not None and (self.asked is None or asked.id != self.asked.id):
            self._open(asked)
        elif asked is None and self.asked is not None:
            gone, self.asked = self.asked, None
            self.display = False
            if moment.now > gone.expires_at:
                self.post_message(self.RanOut(", ".join(change.name for change in gone.changes)))
        if self.asked is not None:
            self._count(self.asked, moment.now)

    def answer(self, by: str) -> None:
        """Answer what is shown: ``touch``, ``biometric``, or empty for no."""
        if self.asked is not None:
            self.post_message(self.Answered(self.asked.id, by))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.answer("touch" if event.button.id == "yes" else "")

    def _open(self, asked: "Asked") -> None:
        self.asked, self._left = asked, -1
        lines = []
        for change in asked.changes[:SHOWN]:
            lines.append(
                Content.assemble(
                    (f"{change.name}   ", "bold"),
                    (change.before or "?", "$dim"),
                    ("   →   ", "$accent"),
                    (change.after, "$accent bold"),
                )
            )
        if len(asked.changes) > SHOWN:
            lines.append(Content.styled(f"and {len(asked.changes) - SHOWN} more", "$dim"))
        self.query_one("#challenge-changes", Static).update(Content("\n").join(lines))
        self.query_one("#challenge-why", Static).update(
            Content.assemble((asked.says, ""), ("\n" + ", ".join(asked.rules), "$dim"))
        )
        ways = {"voice": "say yes", "touch": "touch, or y", "biometric": "e eye scan"}
        keys = "   ".join(ways[by] for by in asked.by if by in ways)
        self.query_one("#challenge-keys", Static).update(Content.styled(f"{keys}   esc no", "$dim"))
        self.display = True
        self.query_one("#no", Button).focus()

    def _count(self, asked: "Asked", now: float) -> None:
        """Drawn in eighths of a cell, so that it runs down evenly."""
        span = asked.expires_at - asked.asked_at
        left = max(0.0, asked.expires_at - now)
        width = max(10, self.size.width - 12)
        step = round(left / span * width * 8)
        if step != self._left:
            self._left = step
            style = "$lamp-red" if left < 3 else "$lamp-amber"
            self.query_one("#challenge-countdown", Static).update(
                Content.assemble(bar(left / span, width, style), (f" {left:4.1f} s", style))
            )
