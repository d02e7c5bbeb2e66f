"""One question at one car: what is curated, live or known by name comes before anything is searched."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from knowledge import curated, faults, telltales
from knowledge.answer import Answer, LiveReading
from knowledge.finding import Found
from knowledge.live import Live
from knowledge.pack import Lack, Safety
from knowledge.readings import Dashboard
from knowledge.shelf import Shelf
from knowledge.topics import Patterns, topic_of
from knowledge.wording import word

Search = Callable[[str, str, str, frozenset[str]], Answer]
"""(question, text to search for, pack, variants meant) -> the manual's answer."""

RulesOut = Callable[[str, int | None, float], bool]
"""(text, section, how likely nothing in the manual answers) -> whether the section is not what is asked about; without
a section, whether nothing in the manual is.
"""
STRANGE = 0.99
"""How likely it must be that nothing answers, for a name of what the car lacks to mean something else: "how tall is Vin
Diesel". What it lacks stands in no section either, so this is near certainty.
"""
OUTSIDE, OUTSIDE_ASKED = 0.95, 0.8
"""How likely it must be that nothing answers, for an entry to be passed over: what is told may be danger, what is asked
may be curiosity. A test puts every trigger into long sentences and none is refused; a sentence that says little beside
a trigger is never passed over.
"""

_STATE = ("is", "are", "how is", "how's", "how are", "how hot", "what is my", "what's my", "do i have", "does")


class Desk:
    """Answers one question from the lists of one pack and the readings of one car."""

    def __init__(
        self,
        shelf: Shelf,
        pack: str,
        readings: Sequence[LiveReading],
        patterns: Patterns,
        variant: str | None = None,
        rules_out: RulesOut | None = None,
    ) -> None:
        """``variant`` is that of the car where its readings do not tell, by default the pack's own. ``rules_out`` tells
        whether a question is not about a section, whatever words it shares with an entry for it.
        """
        found = shelf.packs[pack]
        self.shelf, self.pack, self.lists = shelf, pack, found.lists
        self.variants = replace(found.variants, own=variant) if variant else found.variants
        self.live = Live(found.lists, self.variants, Dashboard.of(readings, found.manifest.units), patterns)
        self.patterns = patterns
        self.has_readings = bool(readings)
        self.rules_out = rules_out

    def first(self, question: str, text: str) -> Answer | None:
        """The answer that comes before any search: fault codes, safety topics, the live car; None without one."""
        codes = faults.codes_in(text)
        if codes:
            return self._lively(question, self.live.code(codes))
        topic = topic_of(text, self.patterns)
        if topic == "faults" and self.has_readings:
            return self._lively(question, self.live.answer(topic, text))
        safety = None if curated.is_procedure(text) else self._safety(text)
        if safety:
            reading = self.live.bound(text) if self.has_readings and text.lower().startswith(_STATE) else None
            if topic in ("tyres", "safe") and self.has_readings and text.lower().startswith(_STATE):
                return self._lively(question, self.live.answer(topic, text))
            return self._lively(question, reading) if reading and reading.known else self._curated(question, safety)
        if topic and (self.has_readings or topic in ("tyres", "range", "service", "safe")):
            return self._lively(question, self.live.answer(topic, text))
        reading = self.live.bound(text)
        return self._lively(question, reading) if reading and self.has_readings else None

    def after(self, question: str, text: str, search: Search) -> Answer:
        """What the car lacks, a telltale by its name, a safety topic that asks how, then the manual."""
        variants = self.variants_meant(text)
        lack = curated.lacking(text, self.lists.equipment, variants)
        if lack and not (self.rules_out and self.rules_out(text, None, STRANGE)):
            return self._lacks(question, text, lack, search)
        if not curated.is_procedure_only(text):
            found = telltales.named(text, self.live.car.lamps()) or telltales.named(text, self.lists.telltales)
            if not telltales.means_lamp(text):
                found = [lamp for lamp in found if telltales.asks_only_for(text, lamp)]
            found = [lamp for lamp in found if self._about(text, lamp.section)]
            if found:
                lamp = found[0]
                return self._told(question, f"{lamp.name}. {telltales.explain(lamp)}", (lamp.section,))
        answer = search(question, text, self.pack, variants)
        feature = curated.asked_for(text, self.lists.equipment)
        fitted = feature is not None and bool(variants & set(feature.variants))
        if feature and (not fitted or self._about(text, feature.section)):
            return self._has(answer, feature.name, feature.section, fitted)
        if answer.outcome == "answer":
            return answer
        safety = self._safety(text)
        near = {passage.section.rpartition(", ")[2] for passage in answer.passages[:2]}
        if safety and safety.section in near:
            return replace(self._curated(question, safety), passages=answer.passages, timings_ms=answer.timings_ms)
        return answer

    def variants_meant(self, text: str) -> frozenset[str]:
        """The variants that ``text`` names, else the car's own; empty where the pack has none."""
        own = frozenset((self.live.car.variant,)) if self.live.car.variant else frozenset[str]()
        return self.variants.named(text) or own

    def _lacks(self, question: str, text: str, lack: Lack, search: Search) -> Answer:
        """An honest no; where another variant of the manual has it, with what the manual says of that one."""
        no = curated.says_lacking(lack)
        others = self.variants.all - frozenset(lack.variants) if lack.variants else frozenset[str]()
        answer = search(question, text, self.pack, others or self.variants_meant(text))
        if others and answer.outcome == "answer":
            return replace(
                answer, text=f"{no} For the {self.variants.called(others)}: {answer.text}", reason="not_fitted"
            )
        return Answer(question, no, "refused", "not_fitted", passages=answer.passages, timings_ms=answer.timings_ms)

    def _has(self, answer: Answer, name: str, section: str, fitted: bool) -> Answer:
        number = self.shelf.find(self.pack, section)
        if not fitted:
            return Answer(answer.question, f"This car has no {name[0].lower()}{name[1:]}.", "refused", "not_fitted")
        text = f"Yes, this car has it: {name[0].lower()}{name[1:]}."
        if number is None:
            return replace(answer, text=text, outcome="answer", reason="", sources=(), steps=())
        told = word(self.shelf.sections[number], self.shelf.sections[number].blocks[0])
        source = self.shelf.source(number, told.page)
        return replace(answer, text=f"{text} {told.text}", outcome="answer", reason="", sources=(source,), steps=())

    def _safety(self, text: str) -> Safety | None:
        entry = curated.safety_for(text, self.lists.safety)
        if entry is None or curated.says_little_else(text, entry) or self._about(text, entry.section):
            return entry
        return None

    def _about(self, text: str, title: str) -> bool:
        """Whether ``text`` may be about the section with this title."""
        section = self.shelf.find(self.pack, title)
        if section is None or self.rules_out is None:
            return True
        return not self.rules_out(text, section, OUTSIDE_ASKED if curated.is_asked(text) else OUTSIDE)

    def _curated(self, question: str, safety: Safety) -> Answer:
        return self._told(question, " ".join(safety.spoken), (safety.section,))

    def _lively(self, question: str, found: Found) -> Answer:
        answer = self._told(question, found.text, found.sections)
        readings = self.live.dashboard.readings
        live: dict[str, object] = {path: readings[path].value for path in found.signals if path in readings}
        if not found.known:
            return replace(answer, outcome="refused", reason="no_reading")
        return replace(answer, live=live)

    def _told(self, question: str, text: str, sections: Sequence[str]) -> Answer:
        numbers = [self.shelf.find(self.pack, title) for title in sections]
        sources = tuple(self.shelf.source(number) for number in numbers if number is not None)
        return Answer(question, text, "answer", sources=sources)
