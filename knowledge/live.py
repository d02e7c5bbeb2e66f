"""Answers that join live readings with the manual: tyres, range, service, faults, lamps, and "is it safe to
drive on".
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge import faults, journey, telltales, tyres
from knowledge.condition import DTC, Condition, joined, same_lamp, says
from knowledge.finding import Finding, Found, listed, once
from knowledge.pack import Lists, Telltale
from knowledge.readings import Dashboard, ago
from knowledge.topics import Patterns, Topic
from knowledge.variants import Variants
from knowledge.words import contains, gist

_ASKS_NOW = re.compile(
    r"^(?:what(?:'s| is) (?:the|my|our)|how(?:'s| is| hot| high| low| full| are| worn)|is|are)\b", re.I
)
_ASKS_RULE = re.compile(r"\b(?:should|normal|recommended|usually|mean|maximum|minimum|allowed|where)\b", re.I)
_VOLT = re.compile(r"\b(?:12|twelve)[ -]?volts?\b", re.I)


class Live:
    """What one car reports now, against what its pack says it should."""

    def __init__(self, lists: Lists, variants: Variants, dashboard: Dashboard, patterns: Patterns) -> None:
        self.car = Condition(lists, variants, dashboard)
        self.dashboard, self.patterns = dashboard, patterns

    def answer(self, topic: Topic, question: str) -> Found:
        """The answer to a question about ``topic``, worst first."""
        match topic:
            case "tyres":
                found = tyres.tyres(self.car)
            case "range":
                found = journey.reach(self.car, question, self.patterns.reserve_percent)
            case "service":
                found = journey.service(self.car)
            case "faults":
                found = self._faults(question)
            case "lights":
                found = self._lights(question)
            case "safe":
                found = self._safe(question)
        age = self.dashboard.oldest(found.signals)
        if found.known and age > self.patterns.stale_after_s:
            text = f"{found.text} The last reading is {ago(age)} old."
            return Found(text, found.sections, found.signals)
        return found

    def bound(self, question: str) -> Found | None:
        """A question about readings that have bounds ("what is the battery voltage"); None when it names none.

        Of the names that stand in the question, at least two words of them, the longest counts.
        """
        if not _ASKS_NOW.match(question) or _ASKS_RULE.search(question):
            return None
        stems = gist(_VOLT.sub("12 v", question))
        scores = {
            bound.signal: _shared(stems, gist(bound.name))
            for bound in self.car.bounds
            if not tyres.PRESSURE.search(bound.signal)
        }
        best = max(scores.values(), default=0)
        if best < 2:
            return None
        named = [bound for bound in self.car.bounds if scores.get(bound.signal) == best]
        findings = [self.car.judge(bound) for bound in named]
        return joined(sorted(findings, key=lambda finding: finding.rank))

    def code(self, codes: Sequence[str]) -> Found:
        """What fault codes mean, whether stored or not."""
        known = [(code, faults.catalogue()[code]) for code in codes if code in faults.catalogue()]
        if not known:
            return Found(f"I don't know the fault code {codes[0]}. A workshop can read it out.", (), (), known=False)
        stored = self.dashboard.codes()
        known.sort(key=lambda pair: pair[1].rank)
        text = " ".join(says(code, fault) for code, fault in known)
        if stored is not None:
            missing = [code for code, _ in known if code not in stored]
            if missing:
                text += f" {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not stored in this car now."
        lamps = self.car.lamps_of([code for code, _ in known], self.car.lists.telltales)
        return Found(text, lamps or (_CODES,), (DTC,) if stored is not None else ())

    def _faults(self, question: str) -> Found:
        codes = self.dashboard.codes()
        if codes is None:
            return Found("I can't read the stored fault codes now.", (), (), known=False)
        asked = telltales.named(question, self.car.lamps()) if telltales.means_lamp(question) else []
        if asked:
            return self._why(asked[0], codes)
        if re.search(
            r"\b(?:wrong|ok|okay|fine|alright|all right|healthy|problems?|issues?|warnings?)\b", question, re.I
        ):
            return self._safe(question)
        findings = self.car.faults(codes)
        if not findings:
            return Found("No fault code is stored.", (), (DTC,))
        return joined(findings)

    def _lights(self, question: str) -> Found:
        colours = telltales.colours_in(question)
        asked = telltales.named(question, self.car.lamps())
        codes = self.dashboard.codes() or ()
        on = telltales.lit(self.car.lamps(), self.dashboard.readings, codes, self.car.variant)
        if asked and (not on or asked[0] not in on):
            return Found(f"{asked[0].name}. {telltales.explain(asked[0])}", (asked[0].section,), ())
        shown = [t for t in on if (t.colour in colours if colours else t.colour in ("red", "amber"))]
        shown = [t for t in shown if t in asked] or shown
        if not self.dashboard.readings:
            return Found(
                "I have no readings of the car now. Tell me what the symbol looks like.", (_COLOURS,), (), known=False
            )
        if not shown:
            which = f"{'amber' if 'amber' in colours else next(iter(colours))} " if colours else "red or amber "
            return Found(
                f"The car reports nothing that lights a {which}lamp. Tell me what the symbol looks like.",
                (_COLOURS,),
                (DTC,),
            )
        texts = [f"{t.name}. {telltales.explain(t)}" for t in shown[:3]]
        if len(shown) > 1:
            more = f", and {len(shown) - 3} more" if len(shown) > 3 else ""
            texts.insert(
                0, f"{len(shown)} are lit, the most urgent first: {listed([t.name for t in shown[:3]])}{more}."
            )
        signals = tuple(s for t in shown[:3] for s in telltales.lighting(t, self.dashboard.readings) or (DTC,))
        return Found(" ".join(texts), tuple(dict.fromkeys(t.section for t in shown[:3])), tuple(dict.fromkeys(signals)))

    def _safe(self, question: str) -> Found:
        codes = self.dashboard.codes()
        advice = self.car.telltale(tyres.TOO_LOW)
        soft = [
            replace(f, text=f"{f.text} {'Do not drive on.' if f.rank == 0 else advice.do if advice else ''}".strip())
            for f in tyres.findings(self.car)
            if f.rank < 2
        ]
        bounds = [self.car.judge(b) for b in self.car.bounds if not tyres.PRESSURE.search(b.signal)]
        findings = [*soft, *(f for f in bounds if f.rank < 2), *self.car.faults(codes or ())]
        said = {f.section for f in findings}
        for lamp in telltales.lit(self.car.lamps(), self.dashboard.readings, (), self.car.variant):
            if lamp.colour in ("red", "amber") and lamp.section not in said and lamp.drive_on != "yes":
                rank = 0 if lamp.drive_on == "no" else 1
                if not _at_rest(lamp):
                    findings.append(
                        Finding(
                            rank,
                            f"{lamp.name}: {telltales.explain(lamp)}",
                            lamp.section,
                            telltales.lighting(lamp, self.dashboard.readings),
                        )
                    )
        findings.sort(key=lambda finding: finding.rank)
        findings = once(findings)
        if findings:
            head = {0: "No, stop where it is safe.", 1: "With care.", 2: "Yes."}[min(findings[0].rank, 2)]
            told = joined(findings[:4])
            return Found(f"{head} {told.text}", told.sections, told.signals)
        if codes is None and not self.dashboard.readings:
            return Found("I have no readings of the car now, so I can't judge that.", (_COLOURS,), (), known=False)
        checked = ["no fault code is stored"] if codes is not None else []
        checked += ["no tyre is low"] if any(f.rank == 3 for f in tyres.findings(self.car)) else []
        checked += ["no red or amber warning is lit that I know of"]
        text = f"The car reports nothing against it: {listed(checked)}. If anything feels wrong, stop where it is safe."
        signals = (*((DTC,) if codes is not None else ()), *(s for f in tyres.findings(self.car) for s in f.signals))
        return Found(text, (_COLOURS,), signals)

    def _why(self, telltale: Telltale, codes: Sequence[str]) -> Found:
        """Why a lamp is on: the stored codes that light it, or what it means."""
        mine = [
            c
            for c in codes
            if c in telltale.codes or (c in faults.catalogue() and same_lamp(faults.catalogue()[c], telltale))
        ]
        if not mine:
            text = f"{telltale.name}. {telltales.explain(telltale)}"
            lit = telltales.lighting(telltale, self.dashboard.readings)
            if not lit:
                text += " No fault code is stored that lights it."
            return Found(text, (telltale.section,), lit or (DTC,))
        findings = self.car.faults(mine)
        told = joined(findings)
        return Found(told.text, (telltale.section, *(s for s in told.sections if s != telltale.section)), (DTC,))


_CODES = "Fault codes and what they mean"
_COLOURS = "What the colours of the warning lights mean"


def _shared(question: Sequence[str], name: Sequence[str]) -> int:
    """How many words of ``name`` stand side by side in the question; "how hot" is a question of temperature."""
    words = [*question, *(("temperatur",) if "hot" in question and name[-1:] == ("temperatur",) else ())]
    if words != list(question) and name[-2:-1] and name[-2] in question:
        return 2
    runs = (name[i:j] for i in range(len(name)) for j in range(i + 1, len(name) + 1))
    return max((len(run) for run in runs if contains(question, run)), default=0)


def _at_rest(telltale: Telltale) -> bool:
    """Lamps that are lit in any parked car say nothing about safety."""
    return telltale.signal.endswith(
        ("ParkingBrake.IsEngaged", "IsBelted", "IsOpen", "IsHandsOnWheel", "IsEyesOnRoad", "IsArmed")
    )
