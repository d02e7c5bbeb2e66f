"""Where the time of a turn went: a bar a stage, each beginning where the one before ended."""

from collections.abc import Mapping

from textual.content import Content

STAGES = ("stt", "route", "plan", "decide", "journal", "apply", "answer")
STYLES = {
    "stt": "$secondary",
    "route": "$primary",
    "plan": "$success",
    "decide": "$accent",
    "journal": "$dim",
    "apply": "$lamp-green",
    "answer": "$lamp-blue",
}


def waterfall(timings_ms: Mapping[str, float], width: int) -> Content:
    """One line: the stages in their colours along the turn's whole time, then the slowest two by name."""
    spent = [(stage, timings_ms[stage]) for stage in STAGES if timings_ms.get(stage, 0) >= 0.005]
    total = max(timings_ms.get("total", 0.0), sum(ms for _, ms in spent), 0.001)
    words = "  ".join(f"{stage} {_ms(ms)}" for stage, ms in sorted(spent, key=lambda each: -each[1])[:3])
    tail = f" {_ms(total)} ms  {words}"
    room = max(8, width - len(tail))
    parts: list[tuple[str, str]] = []
    drawn, passed = 0, 0.0
    for stage, ms in spent:
        passed += ms
        end = max(drawn + 1, round(passed / total * room))
        parts.append(("━" * min(end - drawn, room - drawn), STYLES[stage]))
        drawn = min(end, room)
    parts.append(("─" * (room - drawn), "$faint"))
    return Content.assemble(*(part for part in parts if part[0]), (tail, "$dim"))


def _ms(ms: float) -> str:
    return f"{ms:.0f}" if ms >= 10 else f"{ms:.1f}"
