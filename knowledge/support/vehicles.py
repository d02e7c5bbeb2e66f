"""Which manual is meant: by pack, by brand, model and year, or by VIN."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.shelf import Shelved
from knowledge.support.problems import Problem

_VIN = re.compile(r"^[A-HJ-NPR-Z0-9]{17}$")


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A manual and the variant of the car that is meant; ``note`` says where it is not quite that car's."""

    pack: str
    variant: str
    note: str = ""


def find(
    packs: Mapping[str, Shelved],
    *,
    pack: str | None = None,
    variant: str | None = None,
    brand: str | None = None,
    model: str | None = None,
    year: int | None = None,
    vin: str | None = None,
) -> Vehicle:
    """The vehicle that these words mean. Raises Problem: 404 where no manual fits, 422 where none is named or
    the VIN is no VIN.
    """
    if vin:
        found = _by_vin(packs, vin)
    elif pack:
        if pack not in packs:
            raise Problem(404, "no-such-pack", f"There is no manual named {pack[:64]}; /v1/packs lists them.")
        found = Vehicle(pack, packs[pack].manifest.default_variant)
    elif brand or model:
        found = _by_name(packs, brand or "", model or "", year)
    elif len(packs) == 1:
        only = next(iter(packs))
        found = Vehicle(only, packs[only].manifest.default_variant)
    else:
        raise Problem(422, "no-vehicle", "Name a vehicle: by pack, by brand, model and year, or by VIN.")
    if variant:
        if variant not in packs[found.pack].manifest.variants:
            names = ", ".join(packs[found.pack].manifest.variants) or "none"
            raise Problem(422, "no-such-variant", f"{found.pack} has no variant {variant[:64]}; it has {names}.")
        found = Vehicle(found.pack, variant, found.note)
    return found


def _by_vin(packs: Mapping[str, Shelved], vin: str) -> Vehicle:
    number = re.sub(r"[\s-]", "", vin).upper()
    if not _VIN.match(number):
        raise Problem(422, "no-vin", "A VIN has 17 letters and digits, and never I, O or Q.")
    for name, shelved in packs.items():
        variant = shelved.manifest.fits(number)
        if variant is not None:
            return Vehicle(name, variant or shelved.manifest.default_variant)
    raise Problem(404, "no-such-vehicle", "No manual here belongs to a vehicle with this VIN.")


def _by_name(packs: Mapping[str, Shelved], brand: str, model: str, year: int | None) -> Vehicle:
    found: list[tuple[int, str, str]] = []
    for name, shelved in packs.items():
        manifest = shelved.manifest
        if brand and manifest.brand.casefold() != brand.strip().casefold():
            continue
        wanted = model.strip().casefold()
        variants = {v: title.partition(",")[0].strip().casefold() for v, title in manifest.variant_names.items()}
        variant = next((v for v, title in variants.items() if title == wanted), "")
        if wanted and not variant and manifest.model.casefold() != wanted:
            continue
        found.append((abs(manifest.year - year) if year else -manifest.year, name, variant))
    if not found:
        raise Problem(404, "no-such-vehicle", "No manual here belongs to that brand and model; /v1/packs lists them.")
    _, name, variant = min(found)
    manifest = packs[name].manifest
    note = f"This is the manual of {manifest.year}; none is for {year}." if year and manifest.year != year else ""
    return Vehicle(name, variant or manifest.default_variant, note)
