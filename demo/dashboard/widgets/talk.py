"""The line to talk on: who speaks, what is typed, how loud it is, and what the voice does."""

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from assistant.views import Moment

OFFER = "Type to the cabin, Enter to say it"
OFF = "Keyboard off for the driver while moving: speak, pick a sound file (o), or another seat (z)"
LOADING = "The cabin is still loading; the car already drives"


class Talk(Horizontal):
    """Typing is for whoever may: the driver only while the restrictions in force allow a keyboard."""

    class Said(Message):
        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    zone = "driver"

    def compose(self) -> ComposeResult:
        yield Static(id="talk-zone")
        yield Input(placeholder=LOADING, id="say", disabled=True)
        yield Static(id="talk-ears")
        yield Static(id="talk-level")
        yield Static(id="talk-voice")

    def on_mount(self) -> None:
        self.tell_voice("voice", "$dim")
        self.tell_ears(listening=False, wake_word="", deaf=True)
        self.level(0.0)
        self._tell_zone()

    def choose(self, zone: str) -> None:
        """Who speaks from now on."""
        self.zone = zone
        self._tell_zone()

    def show(self, moment: "Moment") -> None:
        said = self.query_one("#say", Input)
        off = self.zone == "driver" and not moment.limits.keyboard
        words = OFF if off else OFFER
        if said.disabled != off or said.placeholder != words:
            if off and said.has_focus:
                self.screen.set_focus(None)
            said.disabled, said.placeholder = off, words

    def level(self, share: float) -> None:
        """How loud it is, 0 to 1."""
        lit = round(max(0.0, min(1.0, share)) * 8)
        steps = "▁▂▃▄▅▆▇█"
        self.query_one("#talk-level", Static).update(
            Content.assemble((steps[:lit], "$success"), (steps[lit:], "$faint"))
        )

    def tell_ears(self, *, listening: bool, wake_word: str, deaf: bool) -> None:
        """Whether somebody is being heard, what would make it listen, or that there is no microphone."""
        if listening:
            words, style = "● listening", "$lamp-red bold"
        elif deaf:
            words, style = "no mic", "$dim"
        else:
            words, style = (f"○ “{wake_word}”", "$success") if wake_word else ("○ mic", "$success")
        self.query_one("#talk-ears", Static).update(Content.styled(words, style))

    def tell_voice(self, words: str, style: str = "$dim") -> None:
        """What the voice does."""
        self.query_one("#talk-voice", Static).update(Content.styled(words, style))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        event.input.value = ""
        if text:
            self.post_message(self.Said(text))

    def _tell_zone(self) -> None:
        self.query_one("#talk-zone", Static).update(Content.styled(f" {self.zone.replace('_', ' ')} ▸", "$accent bold"))


def rms_levels(samples: Any, rate: int, every_s: float = 0.1) -> list[float]:
    """How loud each ``every_s`` of a sound is, 0 to 1 on a scale of 50 dB."""
    import numpy as np

    step = max(1, int(rate * every_s))
    chunks = [samples[start : start + step] for start in range(0, len(samples), step)]
    loud = [
        20 * float(np.log10(max(1e-6, float(np.sqrt(np.mean(np.square(chunk))))))) for chunk in chunks if len(chunk)
    ]
    return [max(0.0, min(1.0, (db + 50) / 50)) for db in loud]
