"""One turn as a card: heard, understood, decided and why, said with its sources, and where the time went."""

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.widget import Widget

from demo.dashboard.widgets.glyphs import link
from demo.dashboard.widgets.waterfall import waterfall

if TYPE_CHECKING:
    from assistant.views import Limits
    from demo.dashboard.ride import Exchange

VERDICTS = {"allow": ("✓ allowed", "$success"), "confirm": ("? confirm", "$warning"), "refuse": ("✗ refused", "$error")}
ICONS = {"touch": "☝", "eye scan": "◉", "no": "✗", "typed": "⌨", "time": "⌛", "button": "❝", "microphone": "●"}
NOTHING = "(nothing that is speech)"


def shorten(text: str, width: int) -> str:
    """A heading path as far as it fits: its end matters most, the section and its page."""
    while len(text) > width and ", " in text:
        shorter = text.partition(", ")[2]
        if shorter.startswith("p. "):
            break
        text = shorter
    return text if len(text) <= width else text[: width - 1] + "…"


class TurnCard(Widget):
    """Grows while the cabin works on the turn; shrinks to what a driver may read while the car moves."""

    auto_links = False

    def __init__(self, exchange: "Exchange", limits: "Limits | None") -> None:
        super().__init__()
        self.exchange, self.limits = exchange, limits

    def limit(self, limits: "Limits") -> None:
        """Show what these limits leave."""
        self.limits = limits
        self.refresh(layout=True)

    def render(self) -> Content:
        width = self.parent.scrollable_content_region.width if isinstance(self.parent, Widget) else 0
        return Content("\n").join(self._lines(max(20, width)))

    def _lines(self, width: int) -> Any:
        turn, limits = self.exchange, self.limits
        short = limits is not None and not limits.long_text
        yield self._heard(limits is None or limits.transcript)
        if turn.understood and not short:
            words = " + ".join(f"{name}" for name, _, _ in turn.understood)
            path, score = turn.understood[0][1:]
            yield Content.assemble(("  understood ", "$dim"), words, (f"  by {path} {score:.2f}", "$dim"))
        for verdict, rules, says in turn.decided[-1:] if short else turn.decided:
            word, style = VERDICTS[verdict]
            yield Content.assemble("  ", (word, f"{style} bold"), ("  " + ", ".join(rules), "$dim"))
            if verdict != "allow" and not short and says and (turn.reply is None or says not in turn.reply.text):
                yield Content.styled(f"  {says}", "$dim")
        if turn.error:
            yield Content.styled(f"  {turn.error}", "$lamp-amber")
        reply = turn.reply
        if reply is None:
            if not turn.error:
                yield Content.styled("  …", "$dim")
            return
        if reply.text:
            text = limits.line(reply.text) if limits else reply.text
            first, *others = wrap(text, width - 5) or [""]
            yield Content.assemble(("  ▸ ", "$primary bold"), first)
            yield from (Content(f"    {line}") for line in others)
        if short:
            return
        for source in reply.sources[:3]:
            page = f", p. {source['page']}" if source["page"] else ""
            place = shorten(f"{source['section']}{page}", width - 6)
            found = link(Content.styled(place, "$secondary underline"), f"screen.read({source['section']!r})")
            yield Content.assemble(("  ❏ ", "$secondary"), found)
        if reply.timings_ms.get("total"):
            yield Content.assemble("  ", waterfall(dict(reply.timings_ms), width - 4))

    def _heard(self, may: bool) -> Content:
        turn = self.exchange
        icon = ICONS.get(turn.how, "♪")
        who = turn.zone.replace("_", " ")
        if turn.how == "touch":
            return Content.assemble((f"{icon} ", "$accent"), (f"{who} touches the screen: yes", "italic"))
        if turn.how == "eye scan":
            return Content.assemble((f"{icon} ", "$accent"), (f"{who}'s eye is scanned: yes", "italic"))
        if turn.how == "no":
            return Content.assemble((f"{icon} ", "$accent"), (f"{who} touches the screen: no", "italic"))
        if turn.how == "time":
            return Content.assemble((f"{icon} ", "$accent"), ("time is up", "italic"))
        head = [(f"{icon} ", "$accent"), (who, "$accent bold")]
        if not may:
            return Content.assemble(*head, ("  transcript hidden while moving", "$dim italic"))
        by_ear = turn.how == "microphone" or turn.how not in ICONS
        on_its_way = by_ear and not turn.understood and turn.reply is None and not turn.error
        if turn.heard:
            heard = f"“{turn.heard} …" if on_its_way else f"“{turn.heard}”"
        else:
            heard = "listening …" if on_its_way else NOTHING
        tail = f"   {turn.how}" if turn.how not in ICONS else ""
        return Content.assemble(*head, "  ", (heard, ""), (tail, "$dim"))
