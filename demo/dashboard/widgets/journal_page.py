"""The journal: what happened, newest first, filtered by kind and words."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, Input, Select, Static

if TYPE_CHECKING:
    from assistant.journal.record import Record
    from assistant.views import Limits, Moment

KINDS = ("turn", "decision", "challenge", "answer", "permit", "outcome")


class JournalPage(Vertical):
    """Rows as the restrictions allow: fewer, and unfiltered, while the car moves."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._rows: list[tuple[Record, Mapping[str, str]]] = []
        self._limits: Limits | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(classes="filters"):
            yield Select([(kind, kind) for kind in KINDS], prompt="every kind", id="journal-kind", compact=True)
            yield Input(placeholder="words to look for", id="journal-words", compact=True)
        yield DataTable(id="journal-rows", cursor_type="row", zebra_stripes=True)
        with VerticalScroll(id="record-scroll", can_focus=False):
            yield Static(id="record")

    def on_mount(self) -> None:
        self.border_title = "Journal"
        self.query_one(DataTable).add_columns("n", "time", "kind", "what")

    def show(self, moment: "Moment") -> None:
        if self._limits != moment.limits:
            self._limits = moment.limits
            for widget in (self.query_one("#journal-kind"), self.query_one("#journal-words")):
                widget.disabled = not moment.limits.filtering
            self._fill()

    def fill(self, rows: "list[tuple[Record, Mapping[str, str]]]") -> None:
        """The records to choose from, newest first."""
        self._rows = rows
        self._fill()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill()

    def on_select_changed(self, event: Select.Changed) -> None:
        event.stop()
        self._fill()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        number = event.row_key.value if event.row_key else None
        for record, words in self._rows:
            if str(record.n) == number:
                whole = {**json.loads(record.line()), **words}
                self.query_one("#record", Static).update(Content(json.dumps(whole, indent=2, ensure_ascii=False)))

    def _fill(self) -> None:
        limits = self._limits
        kind, words = self.query_one("#journal-kind", Select).value, self.query_one("#journal-words", Input).value
        if limits is not None and not limits.filtering:
            kind, words = None, ""
        table = self.query_one(DataTable)
        table.clear()
        found = 0
        for record, said in self._rows:
            what = summary(record.kind, record.fields, said)
            if isinstance(kind, str) and record.kind != kind:
                continue
            if words and words.casefold() not in f"{what} {record.line()}".casefold():
                continue
            found += 1
            if limits is not None and not limits.long_lists and found > limits.items:
                table.add_row("", "", "", "more when parked")
                break
            text = limits.line(what) if limits else what
            table.add_row(str(record.n), record.at[11:19], record.kind, text, key=str(record.n))
        self.query_one("#record-scroll").display = limits is None or limits.long_text
        self.border_subtitle = f"{found} of {len(self._rows)} records"


def summary(kind: str, fields: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """A record in a line."""
    if kind == "turn":
        return (
            f"“{words.get('heard', '')}” → {words.get('reply', '')}" if words else ", ".join(fields.get("intents", ()))
        )
    if kind == "decision":
        return f"{fields.get('decision')}: {', '.join(fields.get('rules', ()))}"
    if kind == "challenge":
        changes = (f"{change['signal']} → {change['after']}" for change in fields.get("changes", ()))
        return f"asks for {' or '.join(fields.get('by', ()))}: {', '.join(changes)}"
    if kind == "answer":
        return f"{fields.get('by')}: {fields.get('result')}"
    if kind == "permit":
        return ", ".join(f"{command['signal']} = {command['value']}" for command in fields.get("commands", ()))
    if kind == "outcome":
        return fields.get("problem") or ("achieved" if fields.get("achieved") else "not achieved")
    return json.dumps(dict(fields), ensure_ascii=False)
