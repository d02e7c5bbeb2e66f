"""A list to pick from: ready phrases and sound files."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option


class Pick(ModalScreen[str | None]):
    """Gives what was picked or, where ``free`` says what to write, what was written; None for Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Close")]

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], free: str = "") -> None:
        super().__init__()
        self._title, self._choices, self._free = title, choices, free

    def compose(self) -> ComposeResult:
        with Vertical(id="pick"):
            yield OptionList(*(Option(words, id=what) for what, words in self._choices))
            if self._free:
                yield Input(placeholder=self._free)

    def on_mount(self) -> None:
        self.query_one("#pick").border_title = self._title
        if not self._choices:
            self.query_one(Input).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())
