"""What the car reports, judged by what its pack says it should: bounds, lamps and fault codes as findings."""

from collections.abc import Sequence

from knowledge import faults
from knowledge.finding import Finding, Found
from knowledge.pack import Bound, Lists, Telltale
from knowledge.readings import Dashboard
from knowledge.variants import Variants

DTC = "Vehicle.Diagnostics.DTCList"


class Condition:
    """The condition of one car: its readings beside the lists of its pack, as far as they are its variant's."""

    def __init__(self, lists: Lists, variants: Variants, dashboard: Dashboard) -> None:
        self.lists, self.variants, self.dashboard = lists, variants, dashboard
        model = dashboard.readings.get("Vehicle.VehicleIdentification.Model")
        self.variant = variants.driven(model.value if model else None)
        self.bounds = [bound for bound in lists.live if self._applies(bound)]

    def lamps(self) -> list[Telltale]:
        """The telltales that this variant has."""
        return [t for t in self.lists.telltales if not t.variants or not self.variant or self.variant in t.variants]

    def telltale(self, name: str) -> Telltale | None:
        """The telltale of this name, if this variant has it."""
        return next((t for t in self.lamps() if t.name == name), None)

    def judge(self, bound: Bound) -> Finding:
        """What is to be said of the reading that ``bound`` is about."""
        value = self.dashboard.number(bound.signal)
        name = bound.name
        if value is None:
            return Finding(4, f"There is no reading of the {name}.", bound.section)
        say = self.dashboard.say
        said = f"The {name} is {say(value, bound.unit)}"
        signals = (bound.signal,)
        for limit, below, rank, verdict in (
            (bound.critical_low, True, 0, "critically low"),
            (bound.critical_high, False, 0, "critically high"),
            (bound.low, True, 1, "low"),
            (bound.high, False, 1, "high"),
        ):
            if limit is not None and (value < limit if below else value > limit):
                edge = f", {'below' if below else 'above'} {say(limit, bound.unit)}"
                doing = next((t.do for t in self.lamps() if t.section == bound.section), "")
                # a reading says little by itself about stopping: only what its telltale forbids is rank 0
                stop = any(t.section == bound.section and t.drive_on == "no" for t in self.lamps())
                return Finding(
                    rank if stop or rank else 1, f"{said}{edge}: {verdict}. {doing}".strip(), bound.section, signals
                )
        return Finding(3, f"{said}, which is fine.", bound.section, signals)

    def faults(self, codes: Sequence[str]) -> list[Finding]:
        """One a fault code, worst first."""
        found = []
        for code in codes:
            fault = faults.catalogue().get(code)
            sections = self.lamps_of([code], self.lamps())
            if fault is None:
                found.append(
                    Finding(1, f"{code}: a code that I don't know; have it read out at a workshop.", "", (DTC,))
                )
            else:
                found.append(Finding(fault.rank, says(code, fault), sections[0] if sections else "", (DTC,)))
        return sorted(found, key=lambda finding: finding.rank)

    def lamps_of(self, codes: Sequence[str], lamps: Sequence[Telltale]) -> tuple[str, ...]:
        """The sections of the telltales that these codes light, or that the catalogue names for them."""
        known = faults.catalogue()
        return tuple(
            dict.fromkeys(
                t.section
                for t in lamps
                if any(code in t.codes or (code in known and same_lamp(known[code], t)) for code in codes)
            )
        )

    def _applies(self, bound: Bound) -> bool:
        """Bounds without variants are those of the pack's own car, unless their section is about all cars."""
        if bound.variants:
            return self.variant in bound.variants
        about = self.variants.titled(bound.section)
        return not about or self.variant in about


def joined(findings: Sequence[Finding]) -> Found:
    """Findings as one answer, in their order."""
    sections = tuple(dict.fromkeys(f.section for f in findings if f.section))
    signals = tuple(dict.fromkeys(s for f in findings for s in f.signals))
    known = any(f.rank < 4 for f in findings)
    return Found(" ".join(f.text for f in findings), sections, signals, known)


def says(code: str, fault: faults.Fault) -> str:
    """A fault code as it is told."""
    return f"{code}: {fault.means}. {fault.do}"


def same_lamp(fault: faults.Fault, telltale: Telltale) -> bool:
    """Whether the catalogue's lamp word names this telltale ("engine" and "Engine fault lamp lit steadily")."""
    return fault.lamp not in ("none", "") and telltale.name.casefold().startswith(fault.lamp.casefold())
