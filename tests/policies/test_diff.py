"""What a change of the rules changes: who gets more, who gets less, in as few lines as say it."""

from pathlib import Path

import pytest

from policies.command import Means, Zone
from policies.diff import Difference, difference
from policies.motion import Motion
from policies.rules import HERE, RuleTable

HEARD = tuple(means for means in Means if means is not Means.SUPPORT)
DOME = "Vehicle.Cabin.Light.IsDomeOn"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
HEAD = "version: 1\nanswers: {attention: [driver, asker], critical: [driver]}\nrules:\n"


def table(folder: Path, text: str) -> RuleTable:
    file = folder / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    return RuleTable.load(file)


def rule(id_: str = "lamp", signal: str = DOME, **said: str) -> str:
    keys = {"id": id_, "signals": signal, "class": "comfort", "who": "driver", "motion": "any"} | said
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}\n"


def compared(folder: Path, old: str, new: str) -> list[Difference]:
    return difference(table(folder, HEAD + old), table(folder, HEAD + new))


def test_nothing_differs_from_itself_or_by_a_sentence(tmp_path: Path) -> None:
    assert difference(RuleTable.load(), RuleTable.load()) == []
    assert compared(tmp_path, rule(), rule(because="It is bright.")) == []


def test_who_is_let_in_is_looser_and_the_way_back_is_stricter(tmp_path: Path) -> None:
    (one,) = compared(tmp_path, rule(), rule(who="[driver, passenger]"))
    assert one == Difference(
        "looser", "no", "at once", (f"{DOME}=true", f"{DOME}=false"), HEARD, (Zone.PASSENGER,), tuple(Motion), 192
    )
    assert one.who == "passenger by all but support, any motion"
    (back,) = compared(tmp_path, rule(who="[driver, passenger]"), rule())
    assert (back.way, back.before, back.after, back.rows) == ("stricter", "at once", "no", 192)


def test_looser_ones_come_first_then_the_larger(tmp_path: Path) -> None:
    still = "[parked, standing]"
    old = rule(who="[driver, rear_left]", **{"class": "attention"}, motion=still)
    new = rule(who="[driver, passenger]", **{"class": "attention"}, motion="[parked]")
    told = [(one.way, one.zones, one.motions) for one in compared(tmp_path, old, new)]
    assert told == [
        ("looser", (Zone.PASSENGER,), (Motion.PARKED,)),
        ("stricter", (Zone.REAR_LEFT,), (Motion.PARKED, Motion.STANDING)),
        ("stricter", (Zone.DRIVER,), (Motion.STANDING,)),
    ]


def test_a_signal_that_gains_or_loses_its_rule_is_told(tmp_path: Path) -> None:
    horn = rule("horn", "Vehicle.Body.Horn.IsActive")
    (gained,) = compared(tmp_path, rule(), rule() + horn)
    assert (gained.way, gained.commands[0]) == ("looser", "Vehicle.Body.Horn.IsActive=true")
    (lost,) = compared(tmp_path, rule() + horn, rule())
    assert lost.way == "stricter"


def test_values_that_only_one_table_tells_apart_are_compared(tmp_path: Path) -> None:
    plain = rule("window", WINDOW)
    wide = rule("window", WINDOW, to="{at_most: 40}") + rule("wide", WINDOW, to="{above: 40}", **{"class": "critical"})
    (one,) = compared(tmp_path, plain, wide)
    assert (one.way, one.before, one.after) == ("stricter", "at once", "touch")
    assert set(one.commands) == {f"{WINDOW}={value} ({way})" for value in (41, 100) for way in ("safe", "unsafe")}


def test_a_caution_is_compared_in_each_world(tmp_path: Path) -> None:
    rain = "{signal: Vehicle.Body.Raindetection.Intensity, above: 0}"
    wet = f"cautions:\n  - {{id: wet, signals: {DOME}, class: attention, motion: any, when: [{rain}]}}\n"
    told = compared(tmp_path, rule(), rule() + wet)
    assert {(one.way, one.before, one.after) for one in told} == {("stricter", "at once", "voice")}
    assert {command for one in told for command in one.commands} == {
        f"{DOME}={value} ({world})" for value in ("true", "false") for world in ("rough", "silent")
    }


def test_what_a_command_brings_is_compared_with_it(tmp_path: Path) -> None:
    roof = rule("roof", "Vehicle.Cabin.Sunroof.Switch")
    contrary = rule("fog", "Vehicle.Body.Lights.Fog.Front.IsOn")
    shade = "Vehicle.Cabin.Sunroof.Shade.Position"
    old, new = (roof + contrary + rule("shade", shade, who=who) for who in ("[driver]", "[driver, passenger]"))
    told = compared(tmp_path, old.replace("who: driver", "who: inside"), new.replace("who: driver", "who: inside"))
    commands = {command.partition("=")[0] for one in told for command in one.commands}
    assert commands == {shade, "Vehicle.Cabin.Sunroof.Switch"}
    assert "Vehicle.Cabin.Sunroof.Switch=CLOSE" not in {command for one in told for command in one.commands}


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        ("attention: [driver, asker]", "attention: [driver]", "stricter"),
        ("attention: [driver]", "attention: [driver, asker]", "looser"),
        ("attention: [driver]", "attention: [asker]", "looser"),
    ],
)
def test_who_may_answer_is_compared(tmp_path: Path, old: str, new: str, way: str) -> None:
    text = HERE.read_text(encoding="utf-8")
    tables = [table(tmp_path, text.replace("attention: [driver, asker]", said)) for said in (old, new)]
    (one,) = difference(*tables)
    assert (one.way, one.commands, one.rows) == (way, ("who answers a challenge: attention",), 0)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "moves: 2, within: 5", ("stricter", "no limit", "2 times in 5 s")),
        ("moves: 2, within: 5", "", ("looser", "2 times in 5 s", "no limit")),
        ("moves: 2, within: 5", "moves: 3, within: 5", ("looser", "2 times in 5 s", "3 times in 5 s")),
        ("moves: 2, within: 5", "moves: 2, within: 4", ("looser", "2 times in 5 s", "2 times in 4 s")),
        ("moves: 2, within: 5", "moves: 1, within: 6", ("stricter", "2 times in 5 s", "1 times in 6 s")),
    ],
)
def test_how_often_is_compared(tmp_path: Path, old: str, new: str, told: tuple[str, str, str]) -> None:
    window = rule("window", WINDOW)
    texts = [window + (f"rates:\n  - {{id: pace, signals: {WINDOW}, {said}}}\n" if said else "") for said in (old, new)]
    (one,) = compared(tmp_path, *texts)
    assert (one.way, one.before, one.after) == told
    assert one.commands == (f"{WINDOW} (how often)",)
