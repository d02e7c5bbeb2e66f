"""The report as one HTML page with a chart: no script, nothing loaded from anywhere."""

from collections.abc import Iterable, Sequence
from html import escape

from assistant.journal.report import Month, Report

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 260, 44, 34
SERIES = (
    ("allowed", "done at once", "#2e7d5b"),
    ("asked", "asked back", "#c98a1b"),
    ("refused", "refused", "#b3372f"),
)

MONTH_HEADINGS = (
    "month", "turns", "done at once", "asked back", "refused", "confirmed", "timed out", "not confirmed", "failed",
)  # fmt: skip

RULE_HEADINGS = ("rule", "done at once", "asked back", "refused", "all")

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c2430; }
table { border-collapse: collapse; margin: 0 0 2rem; }
caption { text-align: left; font-weight: 600; padding: .4rem 0; }
th, td { padding: .25rem .8rem; border-bottom: 1px solid #d5dae1; text-align: right; }
th:first-child, td:first-child { text-align: left; }
svg { max-width: 100%; height: auto; }
"""


def page(found: Report, chain: str) -> str:
    """``found`` as HTML; ``chain`` says whether the chain of records is whole."""
    months = [month_cells(month) for month in found.months]
    rules = [(rule.rule, rule.allow, rule.confirm, rule.refuse, rule.total) for rule in found.rules]
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Journal report</title>',
            f"<style>{_STYLE}</style></head><body><h1>Journal report</h1>",
            f"<p>{escape(found.summary())} {escape(chain)}</p>",
            chart(found.months),
            _table("By month", MONTH_HEADINGS, months),
            _table("By rule", RULE_HEADINGS, rules),
            _table("Refusals", ("reason", "count"), found.refusals.items()),
            _table("Overrides: confirmed by a person", ("by", "count"), found.overrides.items()),
            "</body></html>\n",
        )
    )


def chart(months: Sequence[Month]) -> str:
    """Decisions by month as stacked bars, in SVG."""
    highest = max((sum(getattr(month, key) for key, _, _ in SERIES) for month in months), default=0)
    room, step = HEIGHT - BOTTOM - 30, (WIDTH - LEFT) / max(1, len(months))
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">',
        "<title>Decisions by month</title>",
    ]
    for place, (_, label, colour) in enumerate(SERIES):
        x = LEFT + place * 150
        parts.append(f'<rect x="{x}" y="4" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18}" y="15" font-size="13">{label}</text>')
    for part in (0, 0.5, 1):
        y = HEIGHT - BOTTOM - room * part
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH}" y2="{y:.1f}" stroke="#d5dae1"/>')
        parts.append(_text(LEFT - 6, y + 4, "end", f"{highest * part:g}"))
    for number, month in enumerate(months):
        left, y = LEFT + step * (number + 0.2), float(HEIGHT - BOTTOM)
        for key, label, colour in SERIES:
            count = getattr(month, key)
            tall = room * count / highest if highest else 0.0
            y -= tall
            parts.append(
                f'<rect x="{left:.1f}" y="{y:.1f}" width="{step * 0.6:.1f}" height="{tall:.1f}" fill="{colour}">'
                f"<title>{escape(month.month)}: {count} {label}</title></rect>"
            )
        parts.append(_text(left + step * 0.3, HEIGHT - 12, "middle", escape(month.month)))
    return "".join((*parts, "</svg>"))


def month_cells(month: Month) -> tuple[str | int, ...]:
    """A row under MONTH_HEADINGS."""
    return (
        month.month, month.turns, month.allowed, month.asked, month.refused, month.confirmed, month.timed_out,
        month.not_confirmed, month.failed,
    )  # fmt: skip


def _text(x: float, y: float, anchor: str, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{anchor}">{words}</text>'


def _table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    body = body or f'<tr><td colspan="{len(headings)}">none</td></tr>'
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
