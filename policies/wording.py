"""The gate's sentences for the driver: plain templates from wording.yaml, and values said aloud."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from policies.catalogue import Catalogue, Signal
from policies.command import Modality, Value
from policies.decision import Change
from policies.motion import Motion
from policies.rule import EVIDENCE, RuleError, Strict
from policies.source import Source

HERE = Path(__file__).parent / "wording.yaml"

CODES = (
    *("unlisted", "read_only", "value", "contradiction", "forbidden", "caution", "means", "zone", "zone_outside"),
    *("motion", "state", "rate", "fault", "nothing", "unknown_challenge", "expired", "spent", "replaced", "cancelled"),
    *("wrong_modality", "wrong_zone", "changed"),
)
"""Every code of a Refuse, and zone_outside, which words the code zone for somebody outside."""

_FIELDS = dict.fromkeys(("name", "Name", "now", "then", "because", "changes", "count", "when"), "")
_PAIRS = {
    "IsOpen": ("open", "closed"),
    "IsLocked": ("locked", "unlocked"),
    "IsFolded": ("folded", "unfolded"),
}
_UNITS = {"Celsius": "degrees", "km/h": "kilometres per hour", "m": "metres", "mm": "millimetres"}


def _template(text: str) -> str:
    try:
        text.format_map(_FIELDS)
    except (KeyError, IndexError, ValueError, AttributeError) as cause:
        raise ValueError(f"a sentence may use {', '.join(_FIELDS)} in braces, not {cause}") from None
    return text


Template = Annotated[str, AfterValidator(_template)]


class _Others(Strict):
    one: Template
    many: Template


class Wording(Strict):
    """All sentences of wording.yaml."""

    version: Literal[1]
    change: Template
    change_unknown: Template
    others: _Others
    allow: Template
    confirm: Mapping[Modality, Template]
    refuse: Mapping[str, Template]
    when: Mapping[Motion, Template]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for key, wanted, there in (
            ("refuse", CODES, self.refuse),
            ("confirm", EVIDENCE[1:], self.confirm),
            ("when", tuple(Motion), self.when),
        ):
            missing = [str(one) for one in wanted if one not in there]
            if missing:
                raise ValueError(f"{key} has no sentence for {', '.join(missing)}")
        return self

    @classmethod
    def load(cls, path: Path | str | None = None) -> "Wording":
        """From ``path``, or the one that is shipped. Raises RuleError naming file, line and key."""
        return _shipped() if path is None else Source.read(Path(path), RuleError).fill(cls)

    def changes(self, changes: Sequence[Change], catalogue: Catalogue) -> str:
        """What will change: the first in full, the others counted."""
        first, *others = changes
        signal = catalogue[first.signal]
        template = self.change_unknown if first.before is None else self.change
        said = _say(template, signal, now=first.before, then=first.after)
        if len(others) == 1:
            said += " " + _say(self.others.one, catalogue[others[0].signal])
        elif others:
            said += " " + self.others.many.format_map(_FIELDS | {"count": str(len(others))})
        return said

    def question(self, weakest: Modality, changes: str, because: str) -> str:
        """What is asked before a change, with ``weakest`` the least that will confirm it."""
        words = {"changes": changes, "because": because}
        return " ".join(self.confirm[weakest].format_map(_FIELDS | words).split())

    def refusal(self, code: str, signal: Signal | None = None, because: str = "", when: Motion | None = None) -> str:
        """Why not, and what would help."""
        template = self.refuse[code]
        name = signal.name if signal else "that"
        words = {
            "name": name,
            "Name": _capital(name),
            "because": because,
            "when": self.when[when] if when else "",
        }
        return " ".join(template.format_map(_FIELDS | words).split())


def aloud(signal: Signal, value: Value) -> str:
    """``value`` as it is said: ``50 percent``, ``21.5 degrees``, ``open``, ``on``, ``rain sensor``."""
    if isinstance(value, bool):
        yes, no = _PAIRS.get(signal.path.rsplit(".", 1)[-1], ("on", "off"))
        return yes if value else no
    if isinstance(value, str):
        return value.replace("_", " ").lower() if signal.allowed else value or "nothing"
    unit = _UNITS.get(signal.unit or "", signal.unit or "")
    return f"{value:g} {unit}".strip()


def _say(template: str, signal: Signal, now: Value | None = None, then: Value | None = None) -> str:
    words = {"name": signal.name, "Name": _capital(signal.name)}
    if now is not None:
        words["now"] = aloud(signal, now)
    if then is not None:
        words["then"] = aloud(signal, then)
    return template.format_map(_FIELDS | words)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def _shipped() -> Wording:
    return Wording.load(HERE)
