"""The demo car's manual: complete, well formed, and in agreement with itself, its data files and the signals."""

import fnmatch
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import curated, pack

ROOT = Path(__file__).parents[2]
PACK = ROOT / "knowledge" / "packs" / "aurelia"
CHAPTERS = sorted((PACK / "manual").glob("*.md"))
VARIANTS = ("electric", "petrol", "diesel")

FIGURE = re.compile(r"(?<![\w.,])(-?\d[\d,]*(?:\.\d+)?) (bar|N m|kWh|kW|litres?|kg|V|Ah|A|W|°C|mm|km/h|km)(?![\w/²³])")
"""A figure with a unit that must be one of the facts."""

STEP = re.compile(r"^(\d+)\. ")


def _data(name: str) -> Any:
    return yaml.safe_load((PACK / name).read_text(encoding="utf-8"))


def _sections() -> list[tuple[str, str]]:
    found: list[tuple[str, list[str]]] = []
    for chapter in CHAPTERS:
        for line in chapter.read_text(encoding="utf-8").splitlines():
            if line.startswith("##"):
                found.append((line.lstrip("#").strip(), []))
            elif line.startswith("# "):
                found.append((line[2:].strip(), []))
            elif found and not line.startswith("<!--"):
                found[-1][1].append(line)
    return [(title, "\n".join(lines)) for title, lines in found]


SECTIONS = _sections()
BY_TITLE = dict(SECTIONS)
TEXT = "\n".join(text for _, text in SECTIONS)
FACTS: dict[str, dict[str, Any]] = {
    f"{topic}.{name}": fact for topic, facts in _data("facts.yaml").items() for name, fact in facts.items()
}
SIGNALS: dict[str, Any] = yaml.safe_load((ROOT / "policies" / "signals.yaml").read_text(encoding="utf-8"))
LISTS = {name: _data(f"{name}.yaml") for name in ("telltales", "live", "safety")}


def _number(fact: str) -> float:
    found = re.match(r"-?[\d,.]+", FACTS[fact]["figure"])
    assert found, fact
    return float(found[0].replace(",", ""))


def test_the_manual_is_long_enough_to_be_used_as_one() -> None:
    headings = [line for c in CHAPTERS for line in c.read_text(encoding="utf-8").splitlines() if line[:2] == "##"]
    assert len(headings) >= 220
    assert len(re.findall(r"[^\W_][\w.,'’/-]*", TEXT)) >= 35_000


def test_no_two_sections_share_a_heading() -> None:
    titles = [title.casefold() for title, _ in SECTIONS]
    assert sorted(titles) == sorted(set(titles))


def test_no_section_is_empty() -> None:
    groups = {"Red warning lights", "Amber warning lights", "Green, blue and white indicator lights"}
    chapters = {c.read_text(encoding="utf-8").split("# ", 1)[1].splitlines()[0] for c in CHAPTERS}
    short = [title for title, text in SECTIONS if len(text.split()) < 15 and title not in groups | chapters]
    assert short == []


def test_pages_count_up_and_chapters_start_on_a_new_one() -> None:
    pages: list[int] = []
    for chapter in CHAPTERS:
        text = chapter.read_text(encoding="utf-8")
        assert re.match(r"<!-- page \d+ -->\n\n# ", text), chapter.name
        pages += [int(n) for n in re.findall(r"^<!-- page (\d+) -->$", text, re.M)]
    assert pages == list(range(pages[0], pages[0] + len(pages)))


def test_no_page_holds_more_than_a_page_of_text() -> None:
    for chapter in CHAPTERS:
        for page in re.split(r"<!-- page \d+ -->", chapter.read_text(encoding="utf-8")):
            assert len(page.replace("|", " ").split()) < 650, page[:80]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: c.stem)
def test_tables_have_a_header_and_even_rows(chapter: Path) -> None:
    for block in chapter.read_text(encoding="utf-8").split("\n\n"):
        rows = block.strip().splitlines()
        if not rows or not rows[0].startswith("|"):
            assert not any(row.startswith("|") for row in rows), f"a table needs an empty line before it: {block}"
            continue
        assert re.fullmatch(r"\|( --- \|)+", rows[1]), block
        assert len({row.count("|") for row in rows}) == 1, block
        assert all(cell.strip() for row in rows[2:] for cell in row.strip("|").split("|")), block


def test_steps_are_numbered_from_one_without_gaps() -> None:
    for title, text in SECTIONS:
        expected = 1
        for line in text.splitlines():
            if step := STEP.match(line):
                assert int(step[1]) == expected, f"{title}: {line}"
                expected += 1
            elif line.strip():
                expected = 1


def test_warnings_begin_as_the_reader_expects() -> None:
    for line in TEXT.splitlines():
        if re.match(r"\*?\*?(Warning|Caution|Note|Danger)\b\*?\*?:", line, re.I):
            assert re.match(r"\*\*(Warning|Caution|Note):\*\* \S", line), line


def test_sections_referred_to_exist() -> None:
    named = re.findall(r'(?:see|See|under|in|section|The section|told in) "([A-Z][^"]+?)\.?"', TEXT)
    screens = {"Top up washer fluid"}
    assert [name for name in named if name not in BY_TITLE and name not in screens] == []


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_stands_in_its_sections(name: str) -> None:
    for title in FACTS[name]["in"]:
        assert re.search(rf"(?<![\d.,]){re.escape(FACTS[name]['figure'])}", BY_TITLE[title]), title


def test_every_figure_in_the_text_is_a_fact() -> None:
    known = {found for fact in FACTS.values() for found in FIGURE.findall(fact["figure"])}
    known |= {(re.findall(r"\d+", f["figure"])[1], "A") for n, f in FACTS.items() if n.startswith("fuses.")}
    strange = {(title, *figure) for title, text in SECTIONS for figure in FIGURE.findall(text) if figure not in known}
    assert strange == set()


def test_pressures_agree_in_bar_kilopascal_and_psi() -> None:
    triples = re.findall(r"([\d.]+) bar \((\d+) kPa, (\d+) psi\)", TEXT)
    assert len(triples) > 25
    for bar, kilopascal, psi in triples:
        assert (round(float(bar) * 100), round(float(bar) * 14.5038)) == (int(kilopascal), int(psi)), bar
    assert len(re.findall(r"[\d.]+ bar\b", TEXT)) == len(triples) + TEXT.count("kPa (1.0 bar")


@pytest.mark.parametrize(
    ("pattern", "factor", "offset"),
    [
        (r"([\d,]+) km \(([\d,]+) miles?\)", 0.621371, 0),
        (r"([\d,]+) km/h \(([\d,]+) mph\)", 0.621371, 0),
        (r"(-?[\d,]+) °C \((-?[\d,]+) °F\)", 1.8, 32),
        (r"([\d,]+) kg \((\d+) lb\)", 2.20462, 0),
        (r"([\d,]+) kW \((\d+) PS\)", 1.35962, 0),
    ],
)
def test_converted_figures_are_right(pattern: str, factor: float, offset: float) -> None:
    pairs = [(float(a.replace(",", "")), float(b.replace(",", ""))) for a, b in re.findall(pattern, TEXT)]
    assert pairs
    assert [(a, b) for a, b in pairs if abs(a * factor + offset - b) > 0.51] == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_weights_add_up(variant: str) -> None:
    def weight(name: str) -> float:
        return _number(f"weights.{variant}_{name}")

    assert weight("gross") - weight("kerb") == weight("payload")
    assert weight("gross") + weight("braked") == weight("train")
    assert weight("front") + weight("rear") >= weight("gross")


def test_fuses_named_anywhere_are_in_a_fuse_table() -> None:
    tables = {fact["figure"].split(" | ")[0] for name, fact in FACTS.items() if name.startswith("fuses.")}
    assert set(re.findall(r"\bF\d{1,2}\b", TEXT)) == tables


def test_control_ranges_are_those_of_the_signals() -> None:
    pairs = {
        "comfort.climate_low": ("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", "min"),
        "comfort.climate_high": ("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", "max"),
        "aids.cruise_low": ("Vehicle.ADAS.CruiseControl.SpeedSet", "min"),
        "aids.cruise_high": ("Vehicle.ADAS.CruiseControl.SpeedSet", "max"),
        "aids.distance_low": ("Vehicle.ADAS.CruiseControl.AdaptiveDistanceSet", "min"),
        "aids.distance_high": ("Vehicle.ADAS.CruiseControl.AdaptiveDistanceSet", "max"),
    }
    assert {name: _number(name) for name in pairs} == {n: SIGNALS[s][k] for n, (s, k) in pairs.items()}


@pytest.mark.parametrize("kind", LISTS)
def test_listed_sections_exist(kind: str) -> None:
    assert [entry["section"] for entry in LISTS[kind] if entry["section"] not in BY_TITLE] == []


def test_telltales_are_complete_and_distinct() -> None:
    telltales = LISTS["telltales"]
    names = [(t["name"], t["colour"]) for t in telltales]
    assert len(names) >= 70
    assert len(names) == len(set(names))
    for telltale in telltales:
        assert telltale["colour"] in {"red", "amber", "green", "blue", "white"}, telltale
        assert telltale["drive_on"] in {"no", "with care", "yes"}, telltale
        assert telltale["meaning"] and telltale["do"] and telltale["symbol"], telltale


def test_a_telltale_has_the_colour_that_its_section_tells() -> None:
    # A chapter's group heading tells the colour of the sections below it.
    text = next(c for c in CHAPTERS if "warning-lights" in c.name).read_text(encoding="utf-8")
    group = {}
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        title, body = part.split("\n", 1)
        for name in [title, *re.findall(r"^### (.+)$", body, re.M)]:
            group[name] = title.casefold()
    for telltale in LISTS["telltales"]:
        section = telltale["section"]
        told = f"{group.get(section, '')} {BY_TITLE[section].casefold()}"
        assert telltale["colour"] in told or telltale["name"].casefold() in told, telltale["name"]


@pytest.mark.parametrize("kind", ["telltales", "live"])
def test_listed_signals_are_in_the_catalogue(kind: str) -> None:
    named = [entry["signal"] for entry in LISTS[kind] if "signal" in entry]
    assert named and [signal for signal in named if not fnmatch.filter(SIGNALS, signal)] == []


def test_telltale_codes_look_like_fault_codes() -> None:
    codes = [code for telltale in LISTS["telltales"] for code in telltale.get("codes", ())]
    assert codes and [code for code in codes if not re.fullmatch(r"[PCBU][0-3][0-9A-F]{3}", code)] == []


def test_fault_codes_in_the_text_belong_to_a_telltale() -> None:
    listed = {code for telltale in LISTS["telltales"] for code in telltale.get("codes", ())}
    assert set(re.findall(r"\b[PCBU][0-3][0-9A-F]{3}\b", TEXT)) - listed == set()


def test_live_units_and_bounds_make_sense() -> None:
    for entry in LISTS["live"]:
        assert entry["unit"] == SIGNALS[entry["signal"]].get("unit"), entry["signal"]
        order = ["critical_low", "low", "recommended", "high", "critical_high"]
        bounds = [entry[key] for key in order if key in entry]
        assert bounds and bounds == sorted(bounds), entry["signal"]


@pytest.mark.parametrize(
    ("signal", "bound", "fact", "factor"),
    [
        ("Tire.Pressure", "recommended", "tyres.electric_part_front", 100),
        ("Tire.Pressure", "recommended", "tyres.electric_part_rear", 100),
        ("Tire.Pressure", "low", "tyres.electric_low", 100),
        ("Tire.Pressure", "critical_low", "tyres.never_below", 100),
        ("LowVoltageBattery.CurrentVoltage", "low", "low_voltage.low", 1),
        ("LowVoltageBattery.CurrentVoltage", "critical_low", "low_voltage.critical", 1),
        ("LowVoltageBattery.CurrentVoltage", "high", "low_voltage.charging_high", 1),
        ("LowVoltageBattery.CurrentVoltage", "critical_high", "low_voltage.too_high", 1),
        ("StateOfCharge.Displayed", "low", "traction_battery.reserve", 1),
        ("StateOfCharge.Displayed", "critical_low", "traction_battery.very_low", 1),
        ("TractionBattery.Temperature.Average", "high", "traction_battery.hot_warning", 1),
        ("TractionBattery.Temperature.Average", "critical_high", "traction_battery.hot_stop", 1),
        ("ElectricMotor.Temperature", "high", "motor.hot_warning", 1),
        ("ElectricMotor.Temperature", "critical_high", "motor.hot_limit", 1),
        ("EngineCoolant.Temperature", "critical_high", "engine.coolant_red", 1),
        ("EngineOil.Temperature", "critical_high", "engine.oil_warning", 1),
        ("CombustionEngine.EOP", "critical_low", "engine.oil_pressure_idle", 1),
        ("DistanceToService", "low", "service.due_soon", 1),
    ],
)
def test_live_bounds_are_those_of_the_manual(signal: str, bound: str, fact: str, factor: float) -> None:
    entries = [entry for entry in LISTS["live"] if entry["signal"].endswith(signal)]
    assert entries
    assert [entry[bound] for entry in entries] == pytest.approx([_number(fact) * factor] * len(entries))


def test_the_low_tyre_warning_is_a_fifth_below_the_recommended_pressure() -> None:
    share = 1 - _number("tyres.low_warning") / 100
    assert _number("tyres.electric_part_front") * share == pytest.approx(_number("tyres.electric_low"))


def test_equipment_is_never_both_there_and_missing() -> None:
    equipment = _data("equipment.yaml")
    for variant in VARIANTS:
        has = {word for e in equipment["has"] if variant in e["variants"] for word in e["words"]}
        lacks = {word for e in equipment["lacks"] if variant in e["variants"] for word in e["words"]}
        assert has & lacks == set(), variant


def test_equipment_names_real_sections_and_variants() -> None:
    equipment = _data("equipment.yaml")
    assert [e["section"] for e in equipment["has"] if e["section"] not in BY_TITLE] == []
    for entry in [*equipment["has"], *equipment["lacks"]]:
        assert entry["words"] and set(entry["variants"]) <= set(VARIANTS), entry["name"]
        assert all(word == word.casefold() for word in entry["words"]), entry["name"]


def test_safety_answers_are_two_short_sentences() -> None:
    for entry in LISTS["safety"]:
        assert len(entry["spoken"]) == 2, entry["topic"]
        assert all(len(sentence.split()) <= 20 and sentence[-1] == "." for sentence in entry["spoken"]), entry["topic"]
        assert entry["triggers"] and all(t == t.casefold() for t in entry["triggers"]), entry["topic"]


def test_no_safety_trigger_belongs_to_two_topics() -> None:
    triggers = [trigger for entry in LISTS["safety"] for trigger in entry["triggers"]]
    assert sorted(triggers) == sorted(set(triggers))


def test_the_pack_names_its_variants_and_default() -> None:
    pack = _data("pack.yaml")
    assert set(pack["variants"]) == set(pack["variant_names"]) == set(VARIANTS)
    assert pack["default_variant"] == "electric"
    assert (pack["language"], pack["licence"]) == ("en", "Apache-2.0")


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("the brake pedal sinks to the floor", "brake failure"),
        ("my brakes stopped working", "brake failure"),
        ("smoke is coming out of the bonnet", "fire"),
        ("the car keeps accelerating", "stuck accelerator"),
        ("the battery is hissing", "traction battery hot"),
        ("the red oil light is on", "oil pressure"),
        ("the brake pads are worn, says the warning", None),
        ("a brake lamp at the back is broken", None),
        ("the parking brake is not working, brakes fail", None),
    ],
)
def test_a_drivers_words_find_the_safety_topic_that_they_mean(said: str, topic: str | None) -> None:
    found = curated.safety_for(said, pack.read(PACK).lists.safety)
    assert (found.topic if found else None) == topic
