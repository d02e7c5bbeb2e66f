"""What the parts of the one screen share: the ride, the moment, and who is meant by a key or a click."""

from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from demo.dashboard.microphone import Converse, OnAir, on_this_computer
from demo.dashboard.ride import Ride
from demo.dashboard.speaker import Speaker
from demo.dashboard.widgets.talk import Talk

if TYPE_CHECKING:
    from assistant.views import Moment


class Deck(Screen[None]):
    """Every part of the screen is a class above this one; the screen itself is all of them."""

    def __init__(self, ride: Ride, speaker: Speaker | None = None, converse: Converse | None = None) -> None:
        super().__init__()
        self.ride = ride
        self.moment: Moment | None = None
        self.speaker = speaker or Speaker()
        self.on_air = OnAir(ride, converse or on_this_computer, self.zone)
        self.aloud = True

    def tick(self) -> None:
        """Look at the cabin and show it."""
        raise NotImplementedError

    def zone(self) -> Any:
        """The seat that speaks and touches."""
        from assistant.utterance import Zone

        return Zone(self.query_one(Talk).zone)
