"""One turn in the making: what each step found, gathered into the reply and the journal's records."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from assistant.journal.entries import Entry
from assistant.utterance import Kind, Reply, Utterance, Verdict
from intents.intent import Intent
from knowledge.answer import Answer
from policies.command import Command, Modality, Value
from policies.decision import Allow, Confirm, Decision
from policies.restrictions import Restrictions


@dataclass
class Turn:
    """Filled while an utterance or a touch is dealt with; ``reply()`` at the end."""

    utterance: Utterance
    intents: tuple[Intent, ...] = ()
    sentences: list[str] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)
    """The sentences that are said in full at any speed: what was decided and why, what failed."""
    commands: list[Command] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    applied: dict[str, Value] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    """What the journal has still to keep."""
    blocked: bool = False
    """Was something that is allowed not even tried."""
    asked_back: bool = False
    """Did we propose something that a spoken yes carries out."""
    timings_ms: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=perf_counter)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside to the stage ``name``."""
        began = perf_counter()
        try:
            yield
        finally:
            self.timings_ms[name] = self.timings_ms.get(name, 0.0) + 1000 * (perf_counter() - began)

    def say(self, sentence: str, *, whole: bool = False) -> None:
        """Add a sentence to the reply, once; one that is ``whole`` is never cut for its length."""
        if sentence and sentence not in self.sentences:
            self.sentences.append(sentence)
        if whole:
            self.whole.add(sentence)

    def spoken(self, limits: Restrictions, more: str) -> tuple[str, str]:
        """What is said within ``limits``, ending in ``more`` where something was cut, and what was."""
        text = " ".join(self.sentences)
        if len(text.split()) <= limits.words:
            return text, ""
        must = " ".join(sentence for sentence in self.sentences if sentence in self.whole)
        rest = " ".join(sentence for sentence in self.sentences if sentence not in self.whole)
        left = limits.model_copy(update={"words": max(1, limits.words - len(must.split()))})
        said, later = left.spoken(rest, more)
        return f"{said} {must}".strip(), later

    def decided(self, decision: Decision) -> None:
        """Note a decision and the commands that it was about."""
        self.decisions.append(decision)
        self.commands.extend(command for command in decision.commands if command not in self.commands)

    def kind(self) -> Kind:
        """What the turn as a whole was; a command among several things makes it a command."""
        kinds = {"question" if intent.kind == "status" else intent.kind for intent in self.intents}
        for kind in ("command", "question", "dialogue"):
            if kind in kinds:
                return kind
        return "command" if self.decisions else "none"

    def reply(self, text: str) -> Reply:
        """The reply, whose words are ``text``."""
        confirm = next((d for d in self.decisions if isinstance(d, Confirm) and d.challenge), None)
        verdict: Verdict
        if confirm or self.asked_back:
            verdict = "confirm"
        elif not self.blocked and any(isinstance(decision, Allow) for decision in self.decisions):
            verdict = "allow"
        else:
            verdict = "refuse" if self.decisions else "none"
        timings = {"stt": self.utterance.stt_ms, **self.timings_ms}
        timings["total"] = self.utterance.stt_ms + 1000 * (perf_counter() - self.started)
        return Reply(
            heard=self.utterance.text,
            text=text,
            intent="+".join(intent.name for intent in self.intents),
            kind=self.kind(),
            commands=tuple({"signal": command.signal, "value": command.value} for command in self.commands),
            decision=verdict,
            by=tuple(confirm.by) if confirm else (Modality.VOICE,) if self.asked_back else (),
            challenge=confirm.challenge.id if confirm and confirm.challenge else None,
            rules=tuple(dict.fromkeys(rule for decision in self.decisions for rule in decision.rules)),
            applied=dict(self.applied),
            sources=tuple(
                {"title": source.title, "section": source.section, "page": source.page}
                for answer in self.answers
                for source in answer.sources
            ),
            timings_ms={stage: round(spent, 3) for stage, spent in timings.items()},
        )

    def record(self) -> dict[str, Any]:
        """What the journal keeps of the turn, the transcript apart."""
        return {
            "zone": self.utterance.zone,
            "engine": self.utterance.engine,
            "intents": [intent.name for intent in self.intents],
            "path": [intent.path for intent in self.intents],
            "commands": [{"signal": command.signal, "value": command.value} for command in self.commands],
        }
