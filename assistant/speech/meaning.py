"""What a sentence means by anybody's hassil templates: intent and slots."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hassil import Intents


def meaning(text: str, intents: "Intents") -> tuple[str, dict[str, Any]]:
    """The intent's name and its slots (name → value); ("", {}) when no template matches ``text``."""
    if not text:
        return "", {}
    from hassil import recognize_best

    found = recognize_best(text, intents)
    if found is None:
        return "", {}
    return found.intent.name, {name: entity.value for name, entity in sorted(found.entities.items())}
