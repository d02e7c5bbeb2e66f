"""The help screen: every key, and what is real here."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

WORDS = """\
[b $primary]Talking[/]
  [b]t[/] or [b]⏎[/]      type; Enter says it, Escape leaves the line
  [b]f[/]           let the speaker say a ready phrase
  [b]o[/]           a sound file, through the real recogniser
  [b]space[/]       hold to talk, or tap to begin and tap again to end (a terminal tells no key-up)
  [b]w[/]           the wake word on or off
  [b]z[/]           the next seat speaks
  [b]esc[/]         stop the voice; on a card: no
[b $primary]A card asks[/]
  [b]y[/] touch: yes   [b]n[/] or [b]esc[/] no   [b]e[/] simulated eye scan   Enter presses the target in focus: no
[b $primary]Driving[/]
  [b]↑[/] gas   [b]↓[/] brake   [b]r[/] release the pedals   [b]p[/] stop and park   [b]‹ ›[/] slower, faster time
[b $primary]Pages[/]
  [b]1[/] cabin   [b]2[/] talk   [b]3[/] driver's seat   [b]4[/] diagnostics
  [b]5[/] journal   [b]6[/] policy   [b]7[/] manual
[b $primary]Looks[/]
  [b]x[/] high contrast   [b]v[/] voice on or off   [b]ctrl+p[/] everything, by name   [b]q[/] leave

The cabin is the real one: the same router, gate, journal and manual as every other command. The car is
simulated, and the driver's seat moves it. While it moves, the screen keeps to the driver-distraction
rules in force: the badge at the top names them.

[$dim]Escape closes this.[/]"""


class Help(ModalScreen[None]):
    """Closed by Escape, the question mark, or a click."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,question_mark,q", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(WORDS)

    def on_mount(self) -> None:
        self.query_one("#help").border_title = "Help"

    def on_click(self) -> None:
        self.dismiss()
