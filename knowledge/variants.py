"""Which of a pack's variants a text is about: the electric SUV, the diesel van ..."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.pack import Manifest
from knowledge.words import contains, phrase, stem

_CAR = tuple(map(stem, ("car", "model", "version", "variant", "engine", "one", "vehicle")))
_FUELS = frozenset(map(stem, ("petrol", "diesel")))
"""Fuels tell the variant by themselves in a heading; "electric" does not: every car has electric windows."""


@dataclass(frozen=True)
class Variants:
    """The variants of one pack by what they are called."""

    own: str
    _names: Mapping[str, tuple[tuple[str, ...], ...]]
    _models: Mapping[str, str]
    _titles: Mapping[str, str]

    @property
    def all(self) -> frozenset[str]:
        return frozenset(self._names)

    def called(self, variants: frozenset[str]) -> str:
        """Variants by their titles, in the pack's order: "petrol hatchback and diesel van"."""
        return " and ".join(title for variant, title in self._titles.items() if variant in variants)

    @classmethod
    def of(cls, manifest: Manifest) -> "Variants":
        """Names come from the titles: "Aurelia Van 2.0 D, diesel van" is a "diesel van", a "diesel car", a
        "van".
        """
        names: dict[str, tuple[tuple[str, ...], ...]] = {}
        kinds = {v: phrase(manifest.variant_names.get(v, "").rpartition(",")[2]) for v in manifest.variants}
        for variant, kind in kinds.items():
            body = kind[-1:]
            alone = sum(other[-1:] == body for other in kinds.values()) == 1
            named: list[tuple[str, ...]] = [(stem(variant), car) for car in _CAR]
            named += [kind] if kind else []
            named += [body] if body and alone and body[0] not in _CAR else []
            names[variant] = tuple(named)
        models = {v: name.partition(",")[0].strip().casefold() for v, name in manifest.variant_names.items()}
        titles = {v: manifest.variant_names.get(v, v).rpartition(",")[2].strip() for v in manifest.variants}
        return cls(manifest.default_variant, names, models, titles)

    def named(self, text: str) -> frozenset[str]:
        """The variants that a question names as cars; a fuel alone ("where do I put petrol in") names none."""
        stems = phrase(text)
        return frozenset(v for v, names in self._names.items() if any(contains(stems, n) for n in names))

    def titled(self, text: str) -> frozenset[str]:
        """The variants that a heading is about; empty when it is about all."""
        stems = phrase(text)
        fuels = {v for v in self._names if stem(v) in _FUELS and stem(v) in stems}
        return self.named(text) | frozenset(fuels)

    def driven(self, model: object) -> str:
        """The variant of a car that reports itself as ``model``; by default the pack's own."""
        if isinstance(model, str):
            for variant, name in self._models.items():
                if model.strip().casefold() == name:
                    return variant
        return self.own
