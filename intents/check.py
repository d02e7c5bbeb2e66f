"""Looks over the sentence files: two templates that claim the same words for different meanings."""

from collections.abc import Iterator
from pathlib import Path

from intents import templates
from intents.phrases import words


def claims(language: str = "en", folder: Path | None = None) -> Iterator[str]:
    """A line for each sentence that two templates of ``language`` read differently, with both intents named.

    One sentence of every template is tried, its options left out. Raises SentenceError for a file that cannot be read.
    """
    from hassil.intents import WildcardSlotList
    from hassil.recognize import recognize_all
    from hassil.sample import sample_expression

    whole = templates.load(language, folder)
    lists = {name: values for name, values in whole.slot_lists.items() if not isinstance(values, WildcardSlotList)}
    seen: set[str] = set()
    for intent in whole.intents.values():
        for block in intent.data:
            for sentence in block.sentences:
                if any(name not in lists for name in sentence.list_names(whole.expansion_rules)):
                    continue
                samples = sample_expression(
                    sentence.expression, lists, whole.expansion_rules, language=language, skip_optionals=True
                )
                text = " ".join(next(iter(samples), "").split())
                if not text or text in seen:
                    continue
                seen.add(text)
                read: dict[tuple[int, str], set[str]] = {}
                results = list(recognize_all(text, whole, language=language))
                closed = [each for each in results if not any(entity.is_wildcard for entity in each.entities_list)]
                for result in closed or results:  # free words never win over a sentence without them
                    slots = " ".join(f"{e.name}={e.value}" for e in sorted(result.entities_list, key=lambda e: e.name))
                    key = (result.text_chunks_matched, slots)
                    read.setdefault(key, set()).add(result.intent.name)
                most = max((literal for literal, _ in read), default=0)
                best = {slots: names for (literal, slots), names in read.items() if literal == most}
                if len(best) > 1 and len(words(text)) > 1:
                    told = "; ".join(f"{'/'.join(sorted(names))} ({slots})" for slots, names in best.items())
                    yield f"{text!r} is claimed by {told}"
