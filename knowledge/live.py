"""Answers that join live readings with the manual: tyres, range, service, faults, lamps, and "is it safe to
drive on".
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge import faults, telltales
from knowledge.finding import Finding, Found, listed, once
from knowledge.pack import Bound, Lists, Telltale
from knowledge.readings import MILE_KM, Dashboard, ago
from knowledge.topics import Patterns, Topic
from knowledge.variants import Variants
from knowledge.words import contains, gist

DTC = "Vehicle.Diagnostics.DTCList"
_TYRE = re.compile(r"Axle\.Row(\d)\.Wheel\.(Left|Right)\.Tire\.Pressure$")
_PLACES = {("1", "Left"): "front left", ("1", "Right"): "front right", ("2", "Left"): "rear left"} | {
    ("2", "Right"): "rear right"
}
_ASKS_NOW = re.compile(
    r"^(?:what(?:'s| is) (?:the|my|our)|how(?:'s| is| hot| high| low| full| are| worn)|is|are)\b", re.I
)
_ASKS_RULE = re.compile(r"\b(?:should|normal|recommended|usually|mean|maximum|minimum|allowed|where)\b", re.I)
_VOLT = re.compile(r"\b(?:12|twelve)[ -]?volts?\b", re.I)
_DISTANCE = re.compile(r"\b(\d+(?:[.,]\d+)?)\s*(km|kilomet\w+|miles?)\b", re.I)


class Live:
    """What one car reports now, against what its pack says it should."""

    def __init__(self, lists: Lists, variants: Variants, dashboard: Dashboard, patterns: Patterns) -> None:
        self.lists, self.variants, self.dashboard, self.patterns = lists, variants, dashboard, patterns
        model = dashboard.readings.get("Vehicle.VehicleIdentification.Model")
        self.variant = variants.driven(model.value if model else None)
        self.bounds = [bound for bound in lists.live if self._applies(bound)]

    def answer(self, topic: Topic, question: str) -> Found:
        """The answer to a question about ``topic``, worst first."""
        found: Found = getattr(self, f"_{topic}")(question)
        age = self.dashboard.oldest(found.signals)
        if found.known and age > self.patterns.stale_after_s:
            text = f"{found.text} The last reading is {ago(age)} old."
            return Found(text, found.sections, found.signals)
        return found

    def bound(self, question: str) -> Found | None:
        """A question about readings that have bounds ("what is the battery voltage"); None when it names none.

        Of the names that stand in the question, at least two words of them, the longest counts.
        """
        if not _ASKS_NOW.match(question) or _ASKS_RULE.search(question):
            return None
        stems = gist(_VOLT.sub("12 v", question))
        scores = {
            bound.signal: _shared(stems, gist(bound.name)) for bound in self.bounds if not _TYRE.search(bound.signal)
        }
        best = max(scores.values(), default=0)
        if best < 2:
            return None
        named = [bound for bound in self.bounds if scores.get(bound.signal) == best]
        findings = [self._judge(bound) for bound in named]
        return self._join(sorted(findings, key=lambda finding: finding.rank))

    def code(self, codes: Sequence[str]) -> Found:
        """What fault codes mean, whether stored or not."""
        known = [(code, faults.catalogue()[code]) for code in codes if code in faults.catalogue()]
        if not known:
            return Found(f"I don't know the fault code {codes[0]}. A workshop can read it out.", (), (), known=False)
        stored = self.dashboard.codes()
        known.sort(key=lambda pair: pair[1].rank)
        text = " ".join(_says(code, fault) for code, fault in known)
        if stored is not None:
            missing = [code for code, _ in known if code not in stored]
            if missing:
                text += f" {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not stored in this car now."
        lamps = self._lamps_of([code for code, _ in known], self.lists.telltales)
        return Found(text, lamps or (_CODES,), (DTC,) if stored is not None else ())

    # --- topics -------------------------------------------------------------------------------------

    def _tyres(self, question: str) -> Found:
        findings = self._tyre_findings()
        if all(finding.rank == 4 for finding in findings):
            return Found("I have no reading of the tyre pressures now.", self._tyre_sections(), (), known=False)
        bad = [f for f in findings if f.rank < 2]
        good = [f for f in findings if f.rank == 3]
        unknown = [f for f in findings if f.rank == 4]
        parts = [f.text for f in sorted(bad, key=lambda f: f.rank)]
        if bad:
            warning = self._telltale(_LOW)
            if any(f.rank == 0 for f in bad):
                parts.insert(1, "Do not drive on.")
            elif warning:
                parts.append(warning.do)
        if good:
            who = "All four tyres are fine" if len(good) == 4 else f"Fine: {listed([f.text for f in good])}"
            values = listed([f.text for f in good]) if len(good) == 4 else ""
            parts.append(f"{who}{': ' + values if values else ''}{self._recommended()}.")
        parts += [f.text for f in unknown]
        sections = (*((_LOW,) if bad else ()), *self._tyre_sections())
        return Found(" ".join(parts), sections, tuple(s for f in findings for s in f.signals))

    def _range(self, question: str) -> Found:
        electric = self.variant == "electric" or not self.variant
        path = f"Vehicle.Powertrain.{'TractionBattery' if electric else 'FuelSystem'}."
        level_path = path + ("StateOfCharge.Displayed" if electric else "RelativeLevel")
        far, level = self.dashboard.number(path + "Range"), self.dashboard.number(level_path)
        section = ("Range of the electric SUV",) if electric else ("Fuel tank size and reserve",)
        if far is None:
            far = self.dashboard.number("Vehicle.Powertrain.Range")
        if far is None:
            told = "" if level is None else f" The {'charge' if electric else 'tank'} is at {level:.0f} %."
            return Found(f"I have no reading of the range now.{told}", section, (), known=False)
        signals = tuple(p for p in (path + "Range", level_path) if self.dashboard.number(p) is not None)
        say = self.dashboard.say
        state = "" if level is None else f" with {level:.0f} % {'charge' if electric else 'fuel'}"
        usable = far
        if level is not None and level > 0 and electric:
            usable = far * max(0.0, level - self.patterns.reserve_percent) / level
        parts = []
        distance = _DISTANCE.search(question)
        if distance:
            metres = float(distance[1].replace(",", ".")) * (MILE_KM if distance[2][0] in "mM" else 1) * 1000
            if metres <= usable:
                parts.append(f"Yes: {say(metres, 'm')} to go and a range of {say(far, 'm')}{state}.")
            elif metres <= far:
                reserve = f"the last {self.patterns.reserve_percent:.0f} %" if electric else "the reserve"
                parts.append(
                    f"Only just: {say(metres, 'm')} to go, {say(far, 'm')} of range{state}; it uses {reserve}."
                )
            else:
                fill = "charge" if electric else "refuel"
                parts.append(
                    f"No: {say(metres, 'm')} to go, but the range is {say(far, 'm')}{state}. Plan a stop to {fill}."
                )
        else:
            parts.append(f"The range is {say(far, 'm')}{state}.")
            if usable < far:
                parts.append(
                    f"Count on {say(usable, 'm')} before the charge warning at {self.patterns.reserve_percent:.0f} %."
                )
            if re.search(r"\b(?:make it|get|reach|arrive|enough)\b", question, re.I):
                parts.append("I don't know how far it is; compare it with the distance in the navigation.")
        return Found(" ".join(parts), section, signals)

    def _service(self, question: str) -> Found:
        base = "Vehicle.Service."
        far, days = self.dashboard.number(base + "DistanceToService"), self.dashboard.number(base + "TimeToService")
        due = self.dashboard.is_true(base + "IsServiceDue")
        if far is None and days is None and not due:
            return Found("I have no reading of the next service now.", ("Service due",), (), known=False)
        known = [(far, "km"), (days, "s")]
        over = [value for value, _ in known if value is not None and value <= 0]
        when = " or ".join(self.dashboard.say(value, unit) for value, unit in known if value is not None and value > 0)
        if over:
            text = "The service is overdue. Book it now."
        elif when:
            text = (
                f"The next service is due in {when}, whichever comes first."
                if " or " in when
                else f"The next service is due in {when}."
            )
        else:
            text = "The service is due. Book it soon."
        names = ("DistanceToService", "TimeToService", "IsServiceDue")
        return Found(text, ("Service due",), tuple(base + n for n in names if base + n in self.dashboard.readings))

    def _faults(self, question: str) -> Found:
        codes = self.dashboard.codes()
        if codes is None:
            return Found("I can't read the stored fault codes now.", (), (), known=False)
        asked = telltales.named(question, self.lamps()) if telltales.means_lamp(question) else []
        if asked:
            return self._why(asked[0], codes)
        if re.search(
            r"\b(?:wrong|ok|okay|fine|alright|all right|healthy|problems?|issues?|warnings?)\b", question, re.I
        ):
            return self._safe(question)
        findings = self._fault_findings(codes)
        if not findings:
            return Found("No fault code is stored.", (), (DTC,))
        return self._join(findings)

    def _lights(self, question: str) -> Found:
        colours = telltales.colours_in(question)
        asked = telltales.named(question, self.lamps())
        codes = self.dashboard.codes() or ()
        on = telltales.lit(self.lamps(), self.dashboard.readings, codes, self.variant)
        if asked and (not on or asked[0] not in on):
            return Found(f"{asked[0].name}. {telltales.explain(asked[0])}", (asked[0].section,), ())
        shown = [t for t in on if (t.colour in colours if colours else t.colour in ("red", "amber"))]
        shown = [t for t in shown if t in asked] or shown
        if not self.dashboard.readings:
            return Found(
                "I have no readings of the car now. Tell me what the symbol looks like.", (_COLOURS,), (), known=False
            )
        if not shown:
            which = f"{'amber' if 'amber' in colours else next(iter(colours))} " if colours else "red or amber "
            return Found(
                f"The car reports nothing that lights a {which}lamp. Tell me what the symbol looks like.",
                (_COLOURS,),
                (DTC,),
            )
        texts = [f"{t.name}. {telltales.explain(t)}" for t in shown[:3]]
        if len(shown) > 1:
            more = f", and {len(shown) - 3} more" if len(shown) > 3 else ""
            texts.insert(
                0, f"{len(shown)} are lit, the most urgent first: {listed([t.name for t in shown[:3]])}{more}."
            )
        signals = tuple(s for t in shown[:3] for s in telltales.lighting(t, self.dashboard.readings) or (DTC,))
        return Found(" ".join(texts), tuple(dict.fromkeys(t.section for t in shown[:3])), tuple(dict.fromkeys(signals)))

    def _safe(self, question: str) -> Found:
        codes = self.dashboard.codes()
        advice = self._telltale(_LOW)
        tyres = [
            replace(f, text=f"{f.text} {'Do not drive on.' if f.rank == 0 else advice.do if advice else ''}".strip())
            for f in self._tyre_findings()
            if f.rank < 2
        ]
        bounds = [self._judge(b) for b in self.bounds if not _TYRE.search(b.signal)]
        findings = [*tyres, *(f for f in bounds if f.rank < 2), *self._fault_findings(codes or ())]
        said = {f.section for f in findings}
        for lamp in telltales.lit(self.lamps(), self.dashboard.readings, (), self.variant):
            if lamp.colour in ("red", "amber") and lamp.section not in said and lamp.drive_on != "yes":
                rank = 0 if lamp.drive_on == "no" else 1
                if not _at_rest(lamp):
                    findings.append(
                        Finding(
                            rank,
                            f"{lamp.name}: {telltales.explain(lamp)}",
                            lamp.section,
                            telltales.lighting(lamp, self.dashboard.readings),
                        )
                    )
        findings.sort(key=lambda finding: finding.rank)
        findings = once(findings)
        if findings:
            head = {0: "No, stop where it is safe.", 1: "With care.", 2: "Yes."}[min(findings[0].rank, 2)]
            joined = self._join(findings[:4])
            return Found(f"{head} {joined.text}", joined.sections, joined.signals)
        if codes is None and not self.dashboard.readings:
            return Found("I have no readings of the car now, so I can't judge that.", (_COLOURS,), (), known=False)
        checked = ["no fault code is stored"] if codes is not None else []
        checked += ["no tyre is low"] if any(f.rank == 3 for f in self._tyre_findings()) else []
        checked += ["no red or amber warning is lit that I know of"]
        text = f"The car reports nothing against it: {listed(checked)}. If anything feels wrong, stop where it is safe."
        signals = (*((DTC,) if codes is not None else ()), *(s for f in self._tyre_findings() for s in f.signals))
        return Found(text, (_COLOURS,), signals)

    # --- parts --------------------------------------------------------------------------------------

    def _why(self, telltale: Telltale, codes: Sequence[str]) -> Found:
        """Why a lamp is on: the stored codes that light it, or what it means."""
        mine = [
            c
            for c in codes
            if c in telltale.codes or (c in faults.catalogue() and _same_lamp(faults.catalogue()[c], telltale))
        ]
        if not mine:
            text = f"{telltale.name}. {telltales.explain(telltale)}"
            lit = telltales.lighting(telltale, self.dashboard.readings)
            if not lit:
                text += " No fault code is stored that lights it."
            return Found(text, (telltale.section,), lit or (DTC,))
        findings = self._fault_findings(mine)
        joined = self._join(findings)
        return Found(joined.text, (telltale.section, *(s for s in joined.sections if s != telltale.section)), (DTC,))

    def _fault_findings(self, codes: Sequence[str]) -> list[Finding]:
        found = []
        for code in codes:
            fault = faults.catalogue().get(code)
            sections = self._lamps_of([code], self.lamps())
            if fault is None:
                found.append(
                    Finding(1, f"{code}: a code that I don't know; have it read out at a workshop.", "", (DTC,))
                )
            else:
                found.append(Finding(fault.rank, _says(code, fault), sections[0] if sections else "", (DTC,)))
        return sorted(found, key=lambda finding: finding.rank)

    def _tyre_findings(self) -> list[Finding]:
        """One a wheel; rank 3 is fine, 4 unknown."""
        found = []
        bounds = {bound.signal: bound for bound in self.bounds}
        for (row, side), place in _PLACES.items():
            path = f"Vehicle.Chassis.Axle.Row{row}.Wheel.{side}.Tire.Pressure"
            flag = path.removesuffix("Pressure") + "IsPressureLow"
            value, bound = self.dashboard.number(path), bounds.get(path)
            wanted = (
                f" instead of {self.dashboard.say(bound.recommended, 'kPa')}" if bound and bound.recommended else ""
            )
            if value is None:
                if self.dashboard.is_true(flag):
                    found.append(Finding(1, f"The {place} tyre is reported low.", _LOW, (flag,)))
                else:
                    found.append(Finding(4, f"There is no reading of the {place} tyre."))
                continue
            said = self.dashboard.say(value, "kPa")
            if bound and bound.critical_low is not None and value < bound.critical_low:
                text = f"The {place} tyre is far too low: {said}{wanted}."
                found.append(Finding(0, text, _LOW, (path,)))
            elif (bound and bound.low is not None and value <= bound.low) or self.dashboard.is_true(flag):
                found.append(Finding(1, f"The {place} tyre is low: {said}{wanted}.", _LOW, (path,)))
            else:
                found.append(Finding(3, f"{place} {said}", "", (path,)))
        return found

    def _judge(self, bound: Bound) -> Finding:
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

    def _join(self, findings: Sequence[Finding]) -> Found:
        sections = tuple(dict.fromkeys(f.section for f in findings if f.section))
        signals = tuple(dict.fromkeys(s for f in findings for s in f.signals))
        known = any(f.rank < 4 for f in findings)
        return Found(" ".join(f.text for f in findings), sections, signals, known)

    def _applies(self, bound: Bound) -> bool:
        """Bounds without variants are those of the pack's own car, unless their section is about all cars."""
        if bound.variants:
            return self.variant in bound.variants
        about = self.variants.titled(bound.section)
        return not about or self.variant in about

    def lamps(self) -> list[Telltale]:
        """The telltales that this variant has."""
        return [t for t in self.lists.telltales if not t.variants or not self.variant or self.variant in t.variants]

    def _telltale(self, name: str) -> Telltale | None:
        return next((t for t in self.lamps() if t.name == name), None)

    def _lamps_of(self, codes: Sequence[str], lamps: Sequence[Telltale]) -> tuple[str, ...]:
        """The sections of the telltales that these codes light, or that the catalogue names for them."""
        known = faults.catalogue()
        return tuple(
            dict.fromkeys(
                t.section
                for t in lamps
                if any(code in t.codes or (code in known and _same_lamp(known[code], t)) for code in codes)
            )
        )

    def _tyre_sections(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(b.section for b in self.bounds if _TYRE.search(b.signal)))

    def _recommended(self) -> str:
        wanted = {b.recommended for b in self.bounds if _TYRE.search(b.signal) and b.recommended}
        return f"; recommended are {self.dashboard.say(wanted.pop(), 'kPa')}" if len(wanted) == 1 else ""


_LOW = "Tyre pressure too low"
_CODES = "Fault codes and what they mean"
_COLOURS = "What the colours of the warning lights mean"


def _says(code: str, fault: faults.Fault) -> str:
    return f"{code}: {fault.means}. {fault.do}"


def _same_lamp(fault: faults.Fault, telltale: Telltale) -> bool:
    """Whether the catalogue's lamp word names this telltale ("engine" and "Engine fault lamp lit steadily")."""
    return fault.lamp not in ("none", "") and telltale.name.casefold().startswith(fault.lamp.casefold())


def _shared(question: Sequence[str], name: Sequence[str]) -> int:
    """How many words of ``name`` stand side by side in the question; "how hot" is a question of temperature."""
    words = [*question, *(("temperatur",) if "hot" in question and name[-1:] == ("temperatur",) else ())]
    if words != list(question) and name[-2:-1] and name[-2] in question:
        return 2
    runs = (name[i:j] for i in range(len(name)) for j in range(i + 1, len(name) + 1))
    return max((len(run) for run in runs if contains(question, run)), default=0)


def _at_rest(telltale: Telltale) -> bool:
    """Lamps that are lit in any parked car say nothing about safety."""
    return telltale.signal.endswith(
        ("ParkingBrake.IsEngaged", "IsBelted", "IsOpen", "IsHandsOnWheel", "IsEyesOnRoad", "IsArmed")
    )
