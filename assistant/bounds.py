"""Whether an ask is within what the catalogue knows, before anything is planned: a language model is held to it."""

import math
from collections.abc import Callable

from assistant.units import UnitError, convert
from intents.intent import Ask
from policies.catalogue import Catalogue


def bounds(catalogue: Catalogue) -> Callable[[Ask], bool]:
    """Tells of an ask whether its signal can be set and its value lies in range; a step ends at the range's end."""

    def allows(ask: Ask) -> bool:
        if ask.signal not in catalogue or catalogue[ask.signal].kind != "actuator":
            return False
        if ask.how != "set" or ask.value is None:
            return True
        signal = catalogue[ask.signal]
        try:
            value = convert(ask.value, ask.unit, signal.unit)
            if isinstance(value, float) and "int" in signal.type and math.isfinite(value):
                value = round(value)
            signal.check(value)
        except (UnitError, ValueError):
            return False
        return True

    return allows
