"""The policy matrix of the moment: what would happen if the speaker asked for each thing now."""

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import DataTable, Input, Static

if TYPE_CHECKING:
    from assistant.views import Limits, Moment, Policy

STYLES = {
    "at once": "$success",
    "voice": "$lamp-blue",
    "touch": "$lamp-amber",
    "eye scan": "$lamp-amber",
    "no": "$lamp-red",
}


class PolicyPage(Vertical):
    """Folded by what it takes; filtered by words. Asked of the real gate, on the car as it is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._rows: list[Policy] = []
        self._limits: Limits | None = None
        self._who = ""

    def compose(self) -> ComposeResult:
        with Horizontal(classes="filters"):
            yield Input(placeholder="what about … (window, sport, lock)", id="policy-words", compact=True)
            yield Static(id="policy-sum")
        yield DataTable(id="policy-rows", cursor_type="row", zebra_stripes=True)
        yield Static(id="policy-why")

    def on_mount(self) -> None:
        self.border_title = "What would happen if I asked now?"
        self.query_one(DataTable).add_columns("ask for", "to", "takes", "by rule")

    def show(self, moment: "Moment") -> None:
        if self._limits != moment.limits:
            self._limits = moment.limits
            self.query_one("#policy-words").disabled = not moment.limits.filtering

    def fill(self, rows: "list[Policy]", who: str) -> None:
        """The gate's decisions on everything, asked by voice from the seat ``who``."""
        if rows != self._rows or who != self._who:
            self._rows, self._who = rows, who
            self._fill()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        number = event.row_key.value if event.row_key else None
        if number and number.isdigit() and int(number) < len(self._rows):
            row = self._rows[int(number)]
            says = self._limits.line(row.says) if self._limits else row.says
            self.query_one("#policy-why", Static).update(Content.assemble((f"{row.signal}\n", "$dim"), says))

    def _fill(self) -> None:
        table, limits = self.query_one(DataTable), self._limits
        words = self.query_one("#policy-words", Input).value.casefold().split()
        if limits is not None and not limits.filtering:
            words = []
        where = table.cursor_row
        table.clear()
        count: dict[str, int] = {}
        shown = 0
        for number, row in enumerate(self._rows):
            count[row.needs] = count.get(row.needs, 0) + 1
            text = f"{row.name} {row.value} {row.needs} {row.signal}".casefold()
            if not all(word in text for word in words):
                continue
            shown += 1
            if limits is not None and not limits.long_lists and shown > limits.items:
                continue
            style = STYLES.get(row.needs, "$foreground")
            table.add_row(
                row.name, row.value, Content.styled(row.needs, f"{style} bold"), ", ".join(row.rules), key=str(number)
            )
        table.move_cursor(row=min(where, max(0, table.row_count - 1)))
        total = Content("  ").join(
            Content.assemble((f"{count[needs]} ", f"{STYLES[needs]} bold"), (needs, "$dim"))
            for needs in STYLES
            if needs in count
        )
        self.query_one("#policy-sum", Static).update(total)
        self.border_subtitle = f"{self._who.replace('_', ' ')} by voice · {shown} of {len(self._rows)} changes"
