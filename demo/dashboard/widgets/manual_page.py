"""The owner's manual: its sections, and a reader with the page."""

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from assistant.views import Limits, Manual, Moment, Page

NOTICES = {
    "warning": ("WARNING", "$lamp-red bold"),
    "caution": ("CAUTION", "$lamp-amber bold"),
    "note": ("NOTE", "$secondary"),
}


class ManualPage(Horizontal):
    """Long text is for a car that stands: while it moves, the reader shows a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._manual: Manual | None = None
        self._limits: Limits | None = None
        self._page: Page | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="contents"):
            yield Input(placeholder="look for …", id="manual-words", compact=True)
            yield OptionList(id="sections")
        with VerticalScroll(id="reader"):
            yield Static(Content.styled("The manual is still being opened.", "$dim"), id="manual-text")

    def on_mount(self) -> None:
        self.query_one("#contents").border_title = "Contents"
        self.query_one("#reader").border_title = "Manual"

    def show(self, moment: "Moment") -> None:
        if self._limits != moment.limits:
            self._limits = moment.limits
            self.query_one("#manual-words").disabled = not moment.limits.filtering
            self._list()
            self._draw()

    def open(self, manual: "Manual") -> None:
        """The manual is there."""
        if self._manual is not manual:
            self._manual = manual
            self._list()
            self.read(0)

    def read(self, section: int) -> None:
        """Open a section by its number."""
        if self._manual is not None:
            self._page = self._manual.page(section)
            self._draw()
            self.query_one("#reader", VerticalScroll).scroll_home(animate=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id:
            self.read(int(event.option_id))

    def _list(self) -> None:
        if self._manual is None:
            return
        words = self.query_one("#manual-words", Input).value.strip()
        wanted = set(self._manual.matching(words)) if words else None
        most = None if self._limits is None or self._limits.long_lists else self._limits.items
        options = []
        for number, path, page in self._manual.headings():
            if wanted is None or number in wanted:
                indent = "  " * (len(path) - 1)
                tail = f"  {page}" if page else ""
                options.append(Option(Content.assemble(f"{indent}{path[-1]}", (tail, "$dim")), id=str(number)))
        sections = self.query_one("#sections", OptionList)
        sections.clear_options()
        sections.add_options(options[:most])

    def _draw(self) -> None:
        page, limits = self._page, self._limits
        if page is None:
            return
        parts = [Content.styled(page.heading.rpartition(", ")[2], "$primary bold"), Content("")]
        if limits is not None and not limits.long_text:
            first = " ".join(text for _, text in page.blocks)
            parts += [Content(limits.line(first)), Content(""), Content.styled("More when parked.", "$lamp-amber")]
        else:
            for kind, text in page.blocks:
                if kind in NOTICES:
                    word, style = NOTICES[kind]
                    parts.append(Content.assemble((f"{word}  ", style), text))
                else:
                    parts.append(Content(text))
                parts.append(Content(""))
        where = f"{page.title} · page {page.page}" if page.page else page.title
        reader = self.query_one("#reader")
        reader.border_title = page.heading
        reader.border_subtitle = where
        self.query_one("#manual-text", Static).update(Content("\n").join(parts))
