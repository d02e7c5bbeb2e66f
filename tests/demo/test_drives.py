"""The scripted drives, played through the real recogniser, gate, car, manual and voice."""

import json
import wave
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.bootstrap import Engines
from assistant.errors import DriveError, StorageError
from demo import script
from demo.command import drive as drive_command
from demo.play import Played, play
from demo.table import DriveTable, latencies, quantile, summary

MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
TCS = "Vehicle.ADAS.TCS.IsEnabled"


@pytest.fixture(scope="module", params=["commute", "winter"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def played(name: str, engines: Engines, out: Path) -> dict[str, Played]:
    """What came of each step, by what the step is there to show."""
    drive, sounds = script.load(name)
    return {row.step.shows: row async for row in play(drive, sounds, engines.rig(), out)}


async def test_a_commute_shows_what_the_cabin_does_and_what_it_never_does(engines: Engines, tmp_path: Path) -> None:
    rows = await played("commute", engines, tmp_path / "out")
    assert not [row.error for row in rows.values() if row.error]
    replies = {shows: row.reply for shows, row in rows.items() if row.reply}

    assert replies["a comfort command is done by voice"].applied
    assert replies["a relative one starts from where the car is"].applied
    assert list(replies['"my seat" is the one of who speaks'].applied) == [
        "Vehicle.Cabin.Seat.Row1.PassengerSide.HeatingCooling"
    ]
    assert replies["a voice from outside unlocks nothing"].decision == "refuse"
    assert replies["a critical setting is challenged"].decision == "confirm"
    assert replies["and done after a touch"].applied == {MODE: "SPORT"}
    assert replies["the same is asked again"].decision == "confirm"
    assert replies["a spoken word confirms nothing critical"].applied == {}
    assert replies["a touch comes too late"].decision == "refuse"
    assert replies["the trunk stays closed at 80 km/h"].decision == "refuse"
    assert replies["and a voice may confirm it"].applied == {"Vehicle.Body.Lights.Beam.High.IsOn": True}
    tyres = replies["reading and manual answer together"]
    assert "1.7 bar" in tyres.text
    assert tyres.sources
    answered = replies["an answer from the manual with its section"]
    assert answered.text.startswith("Changing a wheel")
    assert answered.sources[0]["section"].endswith("Changing a wheel")
    unknown = replies["a question that the manual cannot answer is refused"]
    assert unknown.heard.startswith("how do i") and "radio" in unknown.heard
    assert (unknown.kind, unknown.sources) == ("question", ())
    assert "can't find that in the owner's manual" in unknown.text
    lacking = replies["what this car does not have is said plainly"]
    assert lacking.heard.endswith("drive by itself")
    assert "no self-driving" in lacking.text
    noise = replies["noise does nothing"]
    assert (noise.heard, noise.applied) == ("", {})


async def test_a_winter_drive_takes_couplings_undo_and_an_eye_scan(engines: Engines, tmp_path: Path) -> None:
    rows = await played("winter", engines, tmp_path / "out")
    replies = {shows: row.reply for shows, row in rows.items() if row.reply}

    defrost = replies["one request brings fan and air conditioning along"].applied
    assert defrost["Vehicle.Cabin.HVAC.IsFrontDefrosterActive"] is True
    assert defrost["Vehicle.Cabin.HVAC.IsAirConditioningActive"] is True
    window = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
    assert replies["a window wide open with the air conditioning on is asked back"].by[0] == "voice"
    assert replies["and a voice may confirm it"].applied == {window: 50}
    assert replies["back to how it was"].applied == {window: 0}
    assert replies["a telltale is explained"].sources
    assert replies["and the driver touches no"].decision == "refuse"
    assert replies["a driver aid off is challenged"].decision == "confirm"
    assert replies["and answered by an eye scan"].applied == {TCS: False}
    assert replies["the safe direction is easy"].decision == "allow"
    for nothing in ("talk that is not for the car does nothing", "silence does nothing"):
        assert replies[nothing].applied == {}


async def test_every_reply_is_a_sound_that_can_be_heard(engines: Engines, tmp_path: Path) -> None:
    rows = await played("winter", engines, tmp_path / "out")
    for row in rows.values():
        if not (row.reply and row.reply.text):
            continue
        assert row.sound
        with wave.open(str(row.sound)) as sound:
            data = sound.readframes(sound.getnframes())
            assert sound.getnframes() > 0.3 * sound.getframerate()
        assert max(data) > 0


def files(folder: Path) -> set[Path]:
    return set(folder.iterdir())


async def test_a_step_that_says_nothing_leaves_no_reply_of_an_earlier_drive(engines: Engines, tmp_path: Path) -> None:
    (tmp_path / "18.wav").write_bytes(b"an earlier reply")
    (tmp_path / "theirs.wav").write_bytes(b"a file of the driver's own")
    rows = await played("winter", engines, tmp_path)
    said = {row.sound for row in rows.values() if row.sound}
    assert files(tmp_path) == said | {tmp_path / "theirs.wav"}


async def test_an_out_folder_that_cannot_be_made_is_told(engines: Engines, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="--out"):
        await played("commute", engines, tmp_path / "file" / "out")


def test_drives_are_enough_and_speak_with_several_voices(name: str) -> None:
    utterances = {
        (each, step.hear) for each in script.names() for step in script.load(each)[0].steps if step.hear is not None
    }
    assert len(script.names()) >= 2
    assert len(utterances) >= 16
    assert len({Path(sound).name.partition("_")[0] for _, sound in utterances}) >= 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps: [{wait: 1}]", "title"),
        ("title: x\nsteps: []", "steps"),
        ("title: x\nsteps:\n  - {wait: 1}\n  - {wait: 1, touch: touch}", "x.yaml:4"),
        ("title: x\nsteps:\n  - {wait: 1}\n  - {whistle: 1}", "x.yaml:4"),
        ("title: x\nsteps:\n  - {wait: -1}", "x.yaml:3"),
        ("title: x\nsteps:\n  - {hear: no_such.flac}", "no_such.flac"),
        ("title: x\nsteps: [", "x.yaml"),
    ],
)
def test_a_broken_drive_names_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DriveError) as error:
        script.load(str(path))
    assert said in str(error.value)


def test_an_unknown_drive_names_those_there_are() -> None:
    with pytest.raises(DriveError, match="commute"):
        script.load("moon")


async def test_a_step_that_fails_is_told_and_the_drive_goes_on(engines: Engines, tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF....not sound")
    path = tmp_path / "x.yaml"
    path.write_text(
        "title: x\nsteps:\n  - {hear: broken.wav}\n  - {vehicle: {Vehicle.Spede: 1}}\n  - {touch: touch}\n",
        encoding="utf-8",
    )
    drive, sounds = script.load(str(path))
    rows = [row async for row in play(drive, sounds, engines.rig(), tmp_path / "out")]
    assert "broken.wav" in rows[0].error
    assert "Vehicle.Speed" in rows[1].error
    assert rows[2].reply and rows[2].reply.decision == "refuse"


def test_the_command_prints_a_line_a_step_and_a_summary(tmp_path: Path) -> None:
    run = CliRunner().invoke(drive_command, ["winter", "--json", "--out", str(tmp_path / "out")])
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.exit_code == 0
    assert [line["number"] for line in lines[:-1]] == list(range(1, len(lines)))
    assert lines[-1]["type"] == "summary"
    assert {"stt", "route", "total"} <= set(lines[-1]["timings_ms"])


def test_the_command_draws_a_table_and_keeps_its_picture(tmp_path: Path) -> None:
    picture = tmp_path / "drive.svg"
    run = CliRunner().invoke(drive_command, ["winter", "--svg", str(picture), "--out", str(tmp_path / "out")])
    assert run.exit_code == 0
    assert "replies as sound in" in run.stdout
    assert "<svg" in picture.read_text(encoding="utf-8")


def test_quantiles_are_of_the_values_given() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([float(n) for n in range(1, 101)], 0.95) == 95.0
    assert latencies([]) == {}
    assert summary([], Path("x"))
    assert DriveTable(script.load("winter")[0]).render()
