"""The matrix as one HTML page for safety engineers: dark, self-contained, readable without its script."""

from collections.abc import Iterable, Iterator
from html import escape

from policies.command import Zone
from policies.rule import Class
from policies.table import Line, needs

# Words and shapes carry the meaning; the colours (blue, yellow, orange, grey) can be told apart by everybody.
_MARKS = {
    "at once": ("now", "●"),
    "voice": ("say", "◐"),
    "touch": ("hand", "◧"),
    "eye scan": ("hand", "◎"),
    "no": ("no", "–"),
}

_STYLE = """
:root { color-scheme: dark; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 0; background: #0b0e13; color: #c9d1da; }
header { padding: 1rem 1.5rem; max-width: 70rem; }
h1 { font-size: 1.3rem; font-weight: 600; color: #eef2f6; margin: 0 0 .5rem; }
form { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .8rem; align-items: center;
  padding: .6rem 1.5rem; background: #11161d; border-block: 1px solid #232b36; }
form[hidden] { display: none; }
input, select { font: inherit; background: #0b0e13; color: inherit; border: 1px solid #39434f; border-radius: 4px;
  padding: .25rem .5rem; }
input { width: 22rem; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: #93a1b0; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #1a212a; vertical-align: top; }
th:first-child, td:first-child { padding-left: 1.5rem; }
td:first-child { font-family: ui-monospace, monospace; font-size: 12px; overflow-wrap: anywhere; min-width: 16rem; }
td.mark { white-space: nowrap; }
.now { color: #6cb2ff; } .say { color: #f0c948; } .hand { color: #ff9a4d; font-weight: 600; } .no { color: #5d6977; }
td.rules { font-size: 12px; color: #93a1b0; }
tr[hidden] { display: none; }
"""

_SCRIPT = """
const form = document.querySelector('form'), rows = [...document.querySelectorAll('tbody tr')];
const count = document.querySelector('output');
form.hidden = false;
function show() {
  const words = form.text.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !(words.every(word => text.includes(word))
      && (!form.cls.value || row.dataset.class === form.cls.value)
      && (!form.zone.value || row.dataset.zones.split(' ').includes(form.zone.value))
      && (!form.need.value || row.dataset.needs.split(';').includes(form.need.value)));
    shown += !row.hidden;
  }
  count.textContent = `${shown} of ${rows.length} lines`;
}
form.addEventListener('input', show);
form.addEventListener('submit', event => event.preventDefault());
show();
"""

_LEGEND = (
    "Each cell says the least evidence that lets a change happen: stronger evidence does too, weaker or none is "
    "answered with a question. In brackets after a command: the direction, where it depends on where the actuator "
    "stands, and how the rest of the car is where a rule asks for it (calm: none of its cautions holds, rough: all of "
    "them hold, silent: nobody knows). Motion unknown: the speed is missing, stale or out of range."
)


def page(lines: Iterable[Line]) -> Iterator[str]:
    """The page in pieces, one for each line of the table."""
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>What may happen</title>'
        f"<style>{_STYLE}</style></head><body>\n<header><h1>What may happen</h1><p>{_LEGEND}</p>"
        f"<p>{_legend()}</p></header>"
        f"{_form()}\n"
    )
    heading = ""
    for line in lines:
        if not heading:
            heading = "".join(f"<th>{motion}</th>" for motion, _ in line.outcomes)
            yield (
                f"<table><thead><tr><th>command</th><th>class</th><th>asked by</th>{heading}<th>rules</th></tr></thead>"
                "<tbody>\n"
            )
        yield _row(line)
    yield "</tbody></table>" if heading else "<p>Nothing passes these filters.</p>"
    yield f"<script>{_SCRIPT}</script></body></html>\n"


def _row(line: Line) -> str:
    found = [needs(outcomes) for _, outcomes in line.outcomes]
    cls = line.cls or "no rule"
    data = (
        f'data-class="{cls}" data-zones="{" ".join(line.zones)}" data-needs="{escape(";".join(dict.fromkeys(found)))}"'
    )
    marks = "".join(f'<td class="mark">{_mark(need)}</td>' for need in found)
    return (
        f"<tr {data}><td>{escape(line.command)}</td><td>{cls}</td><td>{escape(line.who)}</td>{marks}"
        f'<td class="rules">{escape(", ".join(line.rules))}</td></tr>\n'
    )


def _mark(need: str) -> str:
    kind, shape = _MARKS.get(need, ("say", "?"))
    return f'<span class="{kind}">{shape} {escape(need)}</span>'


def _legend() -> str:
    return " &nbsp; ".join(_mark(need) for need in _MARKS)


def _form() -> str:
    """Hidden until the script runs: without it there is nothing to filter with."""
    return (
        '<form hidden><input name="text" type="search" placeholder="command, asker or rule" aria-label="Text">'
        f"{_choice('cls', 'every class', (*Class, 'no rule'))}{_choice('zone', 'every zone', Zone)}"
        f"{_choice('need', 'any evidence', _MARKS)}<output></output></form>"
    )


def _choice(name: str, every: str, options: Iterable[str]) -> str:
    listed = "".join(f"<option>{escape(option)}</option>" for option in options)
    return f'<select name="{name}" aria-label="{every}"><option value="">{every}</option>{listed}</select>'
