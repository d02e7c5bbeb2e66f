"""The conversation: the latest turns as cards, the newest at the bottom."""

from typing import TYPE_CHECKING, Any

from textual.containers import VerticalScroll
from textual.widgets import Static

from demo.dashboard.widgets.turn_card import TurnCard

if TYPE_CHECKING:
    from assistant.views import Limits, Moment
    from demo.dashboard.ride import Exchange

KEPT = 40
"""Cards. Older ones are in the journal."""

WELCOME = """\
Type to the cabin with [b $primary]t[/], or let the driver say one of the ready phrases with [b $primary]f[/].

Try  [i]set the temperature to 23 degrees[/]
     [i]switch to sport mode[/]   then confirm on the card
     [i]how do I change a wheel[/]
     [i]open the trunk[/]   parked, and then at 50 km/h

Nothing leaves this computer."""


class Conversation(VerticalScroll):
    """Takes exchanges as they change; keeps the last KEPT of them."""

    BORDER_TITLE = "Conversation"
    can_focus = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._cards: dict[int, TurnCard] = {}
        self._limits: Limits | None = None

    def compose(self) -> Any:
        yield Static(WELCOME, id="welcome")

    def show(self, moment: "Moment") -> None:
        """Hide or show the words by the restrictions in force."""
        if self._limits != moment.limits:
            self._limits = moment.limits
            for card in self._cards.values():
                card.limit(moment.limits)
            self.call_after_refresh(self.scroll_end, animate=False)

    def tell(self, exchange: "Exchange") -> None:
        """An exchange began or changed."""
        card = self._cards.get(id(exchange))
        if card is None:
            for welcome in self.query("#welcome"):
                welcome.remove()
            card = self._cards[id(exchange)] = TurnCard(exchange, self._limits)
            self.mount(card)
            while len(self._cards) > KEPT:
                self._cards.pop(next(iter(self._cards))).remove()
        else:
            card.refresh(layout=True)
        self.call_after_refresh(self.scroll_end, animate=False)

    def clear(self) -> None:
        """Forget all cards: a new cabin begins."""
        for card in self._cards.values():
            card.remove()
        self._cards.clear()
