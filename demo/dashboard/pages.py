"""The pages: which one is shown, and what the journal, the policy matrix and the manual are filled with."""

import asyncio
from time import monotonic

from textual import work
from textual.widgets import ContentSwitcher

from demo.dashboard.deck import Deck
from demo.dashboard.ride import said
from demo.dashboard.widgets.help import Help
from demo.dashboard.widgets.journal_page import JournalPage
from demo.dashboard.widgets.manual_page import ManualPage
from demo.dashboard.widgets.page_tabs import PageTabs
from demo.dashboard.widgets.policy_page import PolicyPage

POLICY_EVERY_S = 1.0
CABIN_PAGES = ("centre", "talk", "seat")
"""Shown side by side where there is room."""


class Pages(Deck):
    """One is shown at a time, and only that one is kept up to date."""

    policy_at = float("-inf")
    """When the policy page was last filled, by the monotonic clock."""

    @property
    def page(self) -> str:
        """The page that is shown; the three of the cabin are one."""
        return self.query_one(ContentSwitcher).current or ""

    def on_page_tabs_chosen(self, event: PageTabs.Chosen) -> None:
        event.stop()
        self.action_page(event.page)

    def action_page(self, page: str) -> None:
        """Show a page; the three of the cabin stand side by side where there is room."""
        self.query_one(ContentSwitcher).current = "cabin" if page in CABIN_PAGES else page
        if page in CABIN_PAGES:
            for each in CABIN_PAGES:
                self.query_one("#cabin").set_class(page == each, f"-{each}")
        self.query_one(PageTabs).current = page
        self.set_focus(None)
        if page == "journal":
            self.fill_journal()
        elif page == "policy":
            self._fill_policy()
        elif page == "diagnostics":
            self.tick()

    def refresh_pages(self) -> None:
        """A turn is over: the journal has more."""
        if self.page == "journal":
            self.fill_journal()

    def keep_policy(self) -> None:
        """The policy of the moment follows the car, while it is looked at."""
        if self.page == "policy" and monotonic() - self.policy_at > POLICY_EVERY_S:
            self.policy_at = monotonic()
            self._fill_policy()

    def _fill_policy(self) -> None:
        if self.ride.view is not None:
            zone = self.zone()
            self.query_one(PolicyPage).fill(list(self.ride.view.policy(zone)), zone)

    @work(exclusive=True, group="journal", exit_on_error=False)
    async def fill_journal(self) -> None:
        try:
            rows = await asyncio.to_thread(self.ride.journal_tail)
        except Exception as error:
            self.notify(said(error), severity="warning")
            return
        self.query_one(JournalPage).fill(rows)

    def action_read(self, section: str) -> None:
        """Open the manual at a section, as a source or a telltale names it."""
        manual = self.ride.manual
        number = None if manual is None else manual.find(section)
        if number is None:
            self.notify("The manual is still being opened." if manual is None else f"No section “{section}”.")
            return
        self.action_page("manual")
        self.query_one(ManualPage).read(number)

    def action_help(self) -> None:
        self.app.push_screen(Help())

    def action_contrast(self) -> None:
        self.app.theme = "cabin-dark" if self.app.theme == "cabin-contrast" else "cabin-contrast"
