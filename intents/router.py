"""From an utterance to what was meant: templates first, then phrases and meaning, always by the same rules."""

import re
from dataclasses import replace
from pathlib import Path

from intents import templates
from intents.clauses import parts, sentences, tidy
from intents.comfort import propose
from intents.conditions import LATER, Conditions
from intents.conversation import answer, corrects, follow, is_elaboration, revive, without_repair
from intents.dialogue import Dialogue
from intents.intent import Ask, Intent
from intents.matcher import Matcher
from intents.meaning import Embedder, Meaning
from intents.model import LanguageModel
from intents.phrases import words
from intents.reading import Mood, Reading, from_template
from intents.resolve import Resolver, camel
from intents.spotting import spotter
from intents.things import Things
from intents.wishes import Ontology

LEAST = 0.55
"""Below this share of accounted words nothing is done on phrases alone."""
ALIKE = 0.62
"""Cosine to the nearest example from which its label counts; set on the held-out paraphrases in tests/intents."""
TALK = 0.45
"""Cosine to talk of other things from which a request with words that nothing accounts for is not carried out."""
UNLIKE = 0.35
"""Cosine to the nearest talk of other things from which an unnamed request is taken for such."""
LEAD = 0.05
"""A nearest label that leads the next by less is asked about before it is done."""
AGREED = ("confirmation", "hearing")
"""What is missing of an intent that only a yes is wanted for: we proposed it ("I'm freezing"), or are not sure that we
heard it. What is critical is confirmed at the gate, whatever was said."""

FELT = "Feels"
"""How the intents begin that tell of how it feels in the car, see comfort.yaml."""

OPPOSITE = {
    "on": {"off", "down"}, "off": {"on", "up"}, "open": {"close"}, "close": {"open"}, "lock": {"unlock"},
    "unlock": {"lock"}, "up": {"down", "off"}, "down": {"up", "on"}, "heat": {"down", "off"}, "cool": {"up"},
}  # fmt: skip
"""Acts that an example must not turn a spoken one into."""
LOST: frozenset[Mood] = frozenset({"command", "status", "none"})
"""Moods of a sentence that may still be a request when nothing in it was understood."""
SAME_AS = re.compile(
    r"^(?P<left>.*?)\b(?:(?:to )?(?:the )?same (?:\w+ )?(?:level |position |setting )?as|"
    r"(?:to |and )?match(?:es|ing)?|equal to|as much as|to the level of)\b(?P<right>.+)$",
    re.I,
)

__all__ = ["Embedder", "Router"]


class Router:
    """Routes utterances of one language. Holds no conversation: that comes in with each call."""

    def __init__(
        self,
        things: Things,
        said: templates.Sentences,
        embedder: Embedder | None = None,
        model: LanguageModel | None = None,
    ) -> None:
        self._things, self._language = things, said.language
        self._templates = Matcher(said)
        self._plain = frozenset(things.intents)
        self._spotter = spotter(said)
        self._conditions = Conditions(said, things, self._spotter, self._whole)
        self._resolver = Resolver(things)
        self._meaning = Meaning.load(said.language, embedder) if embedder is not None else None
        self._modelled = model.reader(Ontology.of(things, said), self._resolver) if model is not None else None

    @staticmethod
    def load(
        language: str = "en",
        *,
        folder: Path | None = None,
        embedder: Embedder | None = None,
        model: LanguageModel | None = None,
    ) -> "Router":
        """The router of ``language``, with those of its tiers that are given. Raises SentenceError for a wrong file."""
        return Router(Things.load(), templates.sentences(language, folder), embedder, model)

    def route(self, text: str, dialogue: Dialogue) -> tuple[Intent, ...]:
        """What ``text`` means, in order. Never empty, never raises: what is nothing to us has the kind "none"."""
        clean = tidy(text)
        if not clean:
            return (Intent("None", "none", text),)
        readings = self._readings(without_repair(clean))
        proposed = self._proposed(readings, dialogue)
        if proposed is not None:
            return proposed
        readings = answer(self._chosen(readings, dialogue), dialogue)
        intents = self._intents(readings, dialogue)
        if corrects(clean, dialogue) and len(intents) == 1 and intents[0].asks and readings[0].thing != "it":
            undone = {ask.signal for ask in dialogue.last[-1].asks}
            if undone and not undone & {ask.signal for ask in intents[0].asks}:
                return (Intent("Undo", "dialogue", clean, path=intents[0].path, score=intents[0].score), *intents)
        if self._modelled is not None and self._lost(clean, readings, intents):
            intents = self._modelled(clean, dialogue) or intents
        return intents or (Intent("None", "none", clean),)

    def accounts_for(self, text: str) -> bool:
        """Whether every word of ``text`` belongs to a request that could be carried out, or to how it feels in the car.
        No language model is asked.
        """
        clean, new = tidy(text), Dialogue()
        if not clean:
            return False
        meant = self._intents(self._chosen(self._readings(without_repair(clean)), new), new)
        return bool(meant) and all(
            each.score >= 1.0
            and (each.name.startswith(FELT) or (each.kind == "command" and each.asks and not each.missing))
            for each in meant
        )

    def _lost(self, text: str, readings: list[Reading], intents: tuple[Intent, ...]) -> bool:
        """Did neither templates nor examples understand ``text``: no request, but no denial, tale or talk either?"""
        if any(reading.mood not in LOST for reading in readings):
            return False
        if any(intent.kind != "none" and intent.missing != "thing" for intent in intents):
            return False
        near = self._meaning.nearest(text) if self._meaning is not None else None
        return near is None or near.label != "none" or near.score < ALIKE

    def _proposed(self, readings: list[Reading], dialogue: Dialogue) -> tuple[Intent, ...] | None:
        """A yes to what we proposed is the request itself."""
        pending = dialogue.pending
        if pending is None or pending.missing not in AGREED or not pending.asks:
            return None
        if any(reading.intent == "Yes" for reading in readings) and not any(
            reading.thing for reading in readings if reading.mood == "command"
        ):
            return (replace(pending, kind="command", missing=None),)
        return None

    def _chosen(self, readings: list[Reading], dialogue: Dialogue) -> list[Reading]:
        """``readings`` with the choices of the thing that was asked about, or set last: only they make sense of it."""
        pending, last = dialogue.pending, dialogue.last[-1] if dialogue.last else None
        asked = pending if pending is not None and pending.missing == "choice" else None
        about = asked or (last if pending is None and last is not None and last.slots.get("choice") else None)
        if about is None:
            return readings
        thing = str(about.slots.get("thing", ""))
        found = []
        for reading in readings:
            choices = self._spotter.choices(reading.text, thing) if reading.intent is None else ()
            plain = reading.mood in ("command", "none") and (asked or (reading.thing, reading.act) == (None, None))
            known = choices and not reading.choices and plain
            named = replace(reading, thing=thing, choices=choices, places=(), mood="command")
            found.append(named if known else reading)
        return found

    def _intents(self, readings: list[Reading], dialogue: Dialogue) -> tuple[Intent, ...]:
        intents: list[Intent] = []
        asked: list[Ask] = []
        for reading in readings:
            if dialogue.pending is None or reading.thing != "it":
                reading = follow(reading, dialogue)
            elif dialogue.pending.slots.get("thing"):
                reading = replace(reading, thing=str(dialogue.pending.slots["thing"]))
            intent = self._intent(reading, dialogue, tuple(asked))
            asked.extend(intent.asks)
            intents.append(intent)
        intents = self._hinted(readings, intents, dialogue)
        useful = [intent for intent in intents if intent.kind in ("command", "status", "question")]
        useful += [intent for intent in intents if useful and intent.name == LATER]
        named = [intent for intent in useful if intent.asks or intent.reads or intent.missing != "thing"]
        if useful:
            return tuple(self._with_habits(named or useful[:1], dialogue)[:4])
        return tuple(intent for intent in intents if intent.kind == "dialogue")[:1]

    def _hinted(self, readings: list[Reading], intents: list[Intent], dialogue: Dialogue) -> list[Intent]:
        """A request that left its place open, filled by the complaint beside it: "it's fogging up, defrost please"."""
        hints = [propose(reading, dialogue, self._things) for reading in readings if reading.mood == "comfort"]
        filled = []
        for intent in intents:
            for hint in hints:
                if (
                    intent.missing == "place"
                    and hint is not None
                    and hint.thing == intent.slots.get("thing")
                    and hint.places
                ):
                    intent = self._resolver.intent(replace(revive(intent), places=hint.places), dialogue)
            filled.append(intent)
        return filled

    def _with_habits(self, intents: list[Intent], dialogue: Dialogue) -> list[Intent]:
        """What somebody always wants along with what was asked for: air on the feet when the screen is defrosted."""
        asked = {ask.signal: ask.value for intent in intents for ask in intent.asks}
        extended = []
        for intent in intents:
            more: list[Ask] = []
            for liked in dialogue.preferences:
                if liked.how != "always" or liked.when is None:
                    continue
                causes = self._things.members.get(liked.when, {}).values()
                if not any(ask.signal in causes and ask.value for ask in intent.asks):
                    continue
                wish = Reading(intent.text, thing=liked.thing, act="set", choices=(str(liked.value),))
                wished = self._resolver.intent(wish, dialogue).asks
                more.extend(ask for ask in wished if ask.signal not in asked)
            extended.append(replace(intent, asks=(*intent.asks, *more)) if more else intent)
        return extended

    def _readings(self, text: str) -> list[Reading]:
        whole = self._template(text)
        if whole is not None:
            return [whole]
        readings: list[Reading] = []
        for sentence in sentences(text):
            found = self._sentence(sentence)
            if readings and is_elaboration(sentence) and any(reading.valued for reading in found):
                readings.pop()
            readings.extend(found)
        return readings

    def _sentence(self, sentence: str) -> list[Reading]:
        sentence = self._conditions.without_courtesy(sentence)
        whole = self._template(sentence)
        if whole is not None:
            return [whole]
        for head, tail in self._conditions.heads_and_tails(sentence):
            later = self._conditions.read(tail)
            if later is not None:
                return [*(self._sentence(head) if head else ()), later]
        same = self._same(sentence)
        if same:
            return same
        readings: list[Reading] = []
        for part in parts(sentence):
            reading = self._template(part) or self._spotter.read(part)
            if readings and readings[-1].mood == "question" and self._spotter.read(part).act is None:
                continue
            if not readings or reading.intent is not None:
                readings.append(reading)
                continue
            joined = self._joined(readings[-1], reading) if not _places_on(readings[-1], reading) else None
            if joined is not None:
                readings.append(joined)
            else:
                readings[-1] = self._spotter.read(f"{readings[-1].text} and {part}")
        return self._as_a_whole(sentence, readings)

    def _as_a_whole(self, sentence: str, readings: list[Reading]) -> list[Reading]:
        """One reading of ``sentence`` where its parts name nothing but the whole is close to an example."""
        if self._meaning is None or len(readings) < 2 or any(reading.thing or reading.intent for reading in readings):
            return readings
        near = self._meaning.nearest(sentence)
        if near is None or near.score < ALIKE or " " not in near.label:
            return readings
        return [replace(self._spotter.read(sentence), mood="command", score=0.0)]

    def _joined(self, last: Reading, reading: Reading) -> Reading | None:
        """``reading`` as a request beside ``last``, with what it shares with it; None when it belongs to it."""
        if reading.path == "template" or reading.mood in ("status", "question", "comfort", "narration", "negation"):
            return reading
        belongs = last.thing and self._spotter.choices(reading.text, last.thing)
        if belongs and reading.act is None and (reading.thing in (None, last.thing) or not reading.valued):
            return None
        if reading.thing is None and reading.act is not None:
            return replace(reading, thing=last.thing)
        if reading.thing is not None:
            if reading.act is None and last.mood == "command":
                return replace(reading, act=last.act if not reading.valued else "set", mood="command")
            return reading
        if reading.places and (reading.valued or reading.amount) and (last.thing or (last.places and last.valued)):
            return replace(reading, thing=last.thing, act=last.act, mood=last.mood, score=max(reading.score, 0.8))
        return None

    def _same(self, text: str) -> list[Reading]:
        """ "the sunshade to match the sunroof": one thing's value for another."""
        match = SAME_AS.match(text)
        if match is None:
            return []
        left, right = self._spotter.read(match["left"]), self._spotter.read(match["right"])
        if left.thing is None or left.mood != "command" or not (right.thing or right.places):
            return []
        names = self._things.things[left.thing].together or (left.thing,)
        return [
            replace(left, text=text, thing=name, act="set", same_as=(right.thing or name, right.places), score=0.9)
            for name in names
        ]

    def _template(self, text: str) -> Reading | None:
        """The reading of ``text`` by a template that fits it whole, unless its free words tell when to do it."""
        reading = self._whole(text)
        return None if reading is None or (reading.words and self._conditions.cuts(reading.words)) else reading

    def _whole(self, text: str) -> Reading | None:
        match = self._templates.match(text)
        if match is None and "'" in text:
            match = self._templates.match(" ".join(words(text)))
        if match is None and (bare := self._spotter.without_leads(text)) != text:
            match = self._templates.match(bare)
            match = match if match and "words" not in match[1] else None  # "my phone ..." phones nobody
        if match is None:
            return None
        reading = from_template(*match, text, self._plain)
        mine = reading.thing is not None and not reading.places and self._spotter.owned(text)
        return replace(reading, places=("mine",)) if mine else reading

    def _intent(self, reading: Reading, dialogue: Dialogue, asked: tuple[Ask, ...]) -> Intent:
        if reading.intent is not None:
            return self._resolver.intent(reading, dialogue, asked)
        if reading.mood == "condition" and reading.condition:
            return self._on_condition(reading, dialogue, asked)
        if reading.mood == "comfort":
            return self._comfort(reading, dialogue)
        if reading.mood == "none" and self._meaning is not None and reading.length > 2:
            return self._unsure(reading, dialogue)
        if reading.mood == "question":
            return Intent("Question", "question", reading.text, path=reading.path, score=reading.score)
        if reading.mood not in ("command", "status"):
            return Intent("None", "none", reading.text, path=reading.path, score=reading.score)
        if reading.path != "template" and self._doubtful(reading):
            return self._unsure(reading, dialogue)
        return self._resolver.intent(reading, dialogue, asked)

    def _doubtful(self, reading: Reading) -> bool:
        """Is more to be asked than the phrases: too few, none that names a thing, or beside talk of other things?"""
        if reading.score < LEAST:
            return True
        if self._meaning is None or reading.mood != "command" or reading.length < 3:
            return False
        if reading.thing is None:
            return not (reading.pronoun or reading.valued or reading.act in ("heat", "cool"))
        if self._things.things[reading.thing].type == "reading":
            return True
        near = self._meaning.nearest(reading.text) if reading.rest else None
        return near is not None and near.label == "none" and near.score >= TALK

    def _unsure(self, reading: Reading, dialogue: Dialogue) -> Intent:
        """Too many words that nothing accounts for: the nearest example decides, or asks; nothing is guessed."""
        if reading.mood == "status" and reading.thing is not None:
            return self._resolver.intent(reading, dialogue)
        told = reading.thing is not None and self._things.things[reading.thing].type == "reading"
        near = self._meaning.nearest(reading.text) if self._meaning is not None else None
        none = Intent("None", "none", reading.text, path=reading.path, score=reading.score)
        if near is None:
            if reading.act is None or reading.mood != "command":
                return none
            return replace(self._resolver.intent(replace(reading, thing=None), dialogue), missing="thing")
        thing, _, act = near.label.partition(" ")
        if near.score < ALIKE or not act:
            if near.score >= ALIKE and near.label == "question":
                return Intent("Question", "question", reading.text, path="meaning", score=near.score)
            if told and near.label != "none":
                return self._resolver.intent(reading, dialogue)
            asks = reading.act is not None and reading.mood == "command" and (not act or near.score < ALIKE)
            if not asks or (near.label == "none" and near.score >= UNLIKE):
                return none
            return replace(self._resolver.intent(replace(reading, thing=None), dialogue), missing="thing")
        if reading.mood == "command" and act in OPPOSITE.get(reading.act or "", ()):
            return replace(self._resolver.intent(replace(reading, thing=None), dialogue), missing="thing", asks=())
        mood: Mood = "status" if act == "read" else "command"
        meant = replace(reading, mood=mood, thing=thing, act=act, score=round(near.score, 3))
        intent = self._resolver.intent(meant, dialogue)
        if near.margin < LEAD and intent.kind == "command" and intent.missing is None:
            return replace(intent, kind="dialogue", missing="confirmation")
        return intent

    def _on_condition(self, reading: Reading, dialogue: Dialogue, asked: tuple[Ask, ...]) -> Intent:
        holds = self._conditions.holds(reading.condition or "", dialogue)
        if holds is False:
            told = self._spotter.read(f"is {reading.condition}")
            return self._resolver.intent(replace(told, mood="status", text=reading.text), dialogue)
        intent = self._resolver.intent(replace(reading, mood="command"), dialogue, asked)
        if holds is None and intent.missing is None:
            return replace(intent, kind="dialogue", missing="confirmation")
        return intent

    def _comfort(self, reading: Reading, dialogue: Dialogue) -> Intent:
        name = f"{FELT}{camel(reading.state or '')}"
        proposal = propose(reading, dialogue, self._things)
        if proposal is None:
            return Intent(name, "dialogue", reading.text, path=reading.path, score=reading.score)
        intent = self._resolver.intent(proposal, dialogue)
        slots = {**intent.slots, "state": reading.state or ""}
        missing = intent.missing or "confirmation"
        return replace(intent, name=name, kind="dialogue", missing=missing, slots=slots, score=reading.score)


def _places_on(last: Reading, reading: Reading) -> bool:
    """Do the places of ``last`` belong to the thing of ``reading``: "open the front and rear windows"?"""
    bare = last.thing is None and bool(last.places) and not last.valued and last.intent is None
    return bare and reading.thing is not None and bool(reading.places) and reading.mood in ("command", "status")
