"""The pages by number, to click or to press."""

from typing import ClassVar

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from demo.dashboard.widgets.glyphs import link


class PageTabs(Widget):
    """One line. In a wide window the first three are one page."""

    auto_links = False
    PAGES: ClassVar[tuple[str, ...]] = ("centre", "talk", "seat", "diagnostics", "journal", "policy", "manual")

    current: reactive[str] = reactive("centre")

    class Chosen(Message):
        def __init__(self, page: str) -> None:
            super().__init__()
            self.page = page

    def render(self) -> Content:
        parts = []
        for number, page in enumerate(self.PAGES, 1):
            style = "$background on $primary bold" if page == self.current else "$dim"
            parts.append(link(Content.styled(f" {number} {page} ", style), f"choose({page!r})"))
        return Content("").join(parts) if self.size.width < 90 else Content(" ").join(parts)

    def action_choose(self, page: str) -> None:
        self.post_message(self.Chosen(page))
