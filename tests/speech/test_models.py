"""Models onto the disk: a real server on loopback stands for the hub, with all that can go wrong on the way."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import ModelError, StorageError
from assistant.models import pull as pulling
from assistant.models.hub import TRIES, Hub
from assistant.models.listed import Listed, listed
from assistant.models.pull import copy, pull
from assistant.models.shelf import DRAFTS, MANIFEST, forget, found, licences, named, remove, unfinished
from assistant.speech.engines import synthesizer, transcriber
from assistant.speech.models import piper_voice, whisper_model
from tests.speech.model_hub import REVISION, Shelf, serving
from tests.speech.scripted_whisper import scripted_whisper
from tests.speech.tiny_voice import tiny_voice

pytestmark = pytest.mark.enable_socket
VOICE = "en_GB-cori-medium"


@pytest.fixture(scope="session")
def whisper_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scripted_whisper(tmp_path_factory.mktemp("hub") / "tiny.en", "lock the doors")


@pytest.fixture
def shelf(whisper_files: Path, tmp_path: Path) -> Shelf:
    hub = Shelf()
    hub.add("Systran/faster-whisper-tiny.en", whisper_files)
    hub.files["Systran/faster-whisper-tiny.en/README.md"] = b"not wanted"
    voice = tiny_voice(tmp_path / "voice", VOICE)
    (voice.parent / "MODEL_CARD").write_text("* License: public domain\n")
    hub.add("rhasspy/piper-voices", voice.parent, "en/en_GB/cori/medium/")
    return hub


@pytest.fixture
def hub(shelf: Shelf) -> Iterator[Hub]:
    with serving(shelf) as url:
        yield Hub(url)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def tiny() -> Listed:
    return listed()["tiny.en"]


@pytest.fixture
def voice() -> Listed:
    return listed()[VOICE]


def nothing_of_it(models: Path) -> bool:
    """Whether nobody who looks for models finds one."""
    return not found(models) and whisper_model("auto", models)[0] is None and piper_voice("auto", models)[0] is None


# --- fetched --------------------------------------------------------------------------------------------------------


def test_a_recogniser_is_fetched_checked_and_used_by_itself(
    hub: Hub, models: Path, tiny: Listed, small: object, whisper_files: Path
) -> None:
    steps: list[tuple[str, int, int]] = []
    got = pull(tiny, hub, models, lambda *step: steps.append(step))
    assert (got.name, got.kind, got.licence) == ("tiny.en", "whisper", "MIT")
    assert REVISION in got.source and hub.url in got.source
    assert (got.place / "model.bin").read_bytes() == (whisper_files / "model.bin").read_bytes()
    assert not (got.place / "README.md").exists()
    total = (whisper_files / "model.bin").stat().st_size
    assert ("model.bin", total, total) in steps
    assert not (models / DRAFTS).exists()
    assert found(models)[0].checked and not found(models)[0].problem
    assert transcriber(small, models=models)[0].name == "faster-whisper/tiny.en"


def test_a_voice_is_fetched_and_used_by_itself(hub: Hub, models: Path, voice: Listed) -> None:
    got = pull(voice, hub, models)
    assert (got.licence, got.kind) == ("public domain", "piper")
    assert {file.name for file in got.place.iterdir()} == {
        f"{VOICE}.onnx",
        f"{VOICE}.onnx.json",
        "MODEL_CARD",
        MANIFEST,
    }
    engine, why = synthesizer(models=models)
    assert engine.name == f"piper/{VOICE}" and VOICE in why
    assert licences(models, engine.name, "pocketsphinx") == ["public domain"]


def test_what_is_here_and_well_is_not_fetched_again(hub: Hub, shelf: Shelf, models: Path, voice: Listed) -> None:
    pull(voice, hub, models)
    shelf.asked.clear()
    assert pull(voice, hub, models).name == VOICE
    assert shelf.asked == []


def test_what_is_here_and_damaged_is_fetched_again(hub: Hub, models: Path, voice: Listed) -> None:
    place = pull(voice, hub, models).place
    (place / f"{VOICE}.onnx").write_bytes(b"damaged")
    assert "bytes instead of" in found(models)[0].problem
    assert not pull(voice, hub, models).problem
    assert not found(models)[0].problem and not (models / DRAFTS).exists()


def test_a_changed_byte_is_noticed(hub: Hub, models: Path, voice: Listed) -> None:
    file = pull(voice, hub, models).place / f"{VOICE}.onnx"
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    assert "checksum differs" in found(models)[0].problem


def test_a_download_that_breaks_off_goes_on_by_itself(hub: Hub, shelf: Shelf, models: Path, tiny: Listed) -> None:
    shelf.cut_after, shelf.cuts = 1_000_000, TRIES - 1
    assert not pull(tiny, hub, models).problem
    went_on = [wanted for _, wanted in shelf.asked if wanted]
    assert len(went_on) == TRIES - 1 and all(int(wanted.strip("bytes=-")) > 0 for wanted in went_on)


def test_a_download_that_keeps_breaking_off_is_no_model_and_the_next_pull_goes_on(
    hub: Hub, shelf: Shelf, models: Path, tiny: Listed
) -> None:
    shelf.cut_after, shelf.cuts = 1_000_000, 1_000
    with pytest.raises(ModelError, match=r"broke off at [\d,]+ of [\d,]+ bytes") as problem:
        pull(tiny, hub, models)
    assert problem.value.code == "offline" and "built-in recogniser" in str(problem.value)
    assert nothing_of_it(models)
    shelf.cuts = 0
    shelf.asked.clear()
    assert not pull(tiny, hub, models).problem
    (wanted,) = [wanted for path, wanted in shelf.asked if path.endswith("model.bin")]
    assert int(wanted.removeprefix("bytes=").rstrip("-")) > 0
    assert not (models / DRAFTS).exists()


def test_what_was_pulled_in_part_can_be_taken_away(hub: Hub, shelf: Shelf, models: Path, tiny: Listed) -> None:
    shelf.cut_after, shelf.cuts = 1_000_000, 1_000
    with pytest.raises(ModelError):
        pull(tiny, hub, models)
    assert unfinished(models)["tiny.en"] > 1_000_000
    assert forget(models, "tiny.en") and not forget(models, "tiny.en")
    assert unfinished(models) == {} and not (models / DRAFTS).exists()


def test_a_voice_whose_card_names_another_licence_is_not_fetched(
    hub: Hub, shelf: Shelf, models: Path, voice: Listed
) -> None:
    shelf.files["rhasspy/piper-voices/en/en_GB/cori/medium/MODEL_CARD"] = b"* License: research only"
    with pytest.raises(ModelError, match='names the licence "research only"') as problem:
        pull(voice, hub, models)
    assert problem.value.code == "licence" and nothing_of_it(models)
    assert not any(path.endswith(".onnx") for path, _ in shelf.asked)


def test_a_server_that_knows_no_ranges_begins_again(hub: Hub, shelf: Shelf, models: Path, tiny: Listed) -> None:
    shelf.cut_after, shelf.cuts, shelf.no_ranges = 1_000_000, 1, True
    assert not pull(tiny, hub, models).problem


@pytest.mark.parametrize("name", ["model.bin", "config.json"])
def test_a_wrong_checksum_is_thrown_away(hub: Hub, shelf: Shelf, models: Path, tiny: Listed, name: str) -> None:
    place = f"Systran/faster-whisper-tiny.en/{name}"
    original = shelf.tree

    def lying(repo: str, folder: str) -> list[dict[str, object]]:
        return [
            entry | {"oid": "0" * 40} | ({"lfs": {"oid": "0" * 64, "size": entry["size"]}} if "lfs" in entry else {})
            if f"{repo}/{entry['path']}" == place
            else entry
            for entry in original(repo, folder)
        ]

    shelf.tree = lying
    with pytest.raises(ModelError, match=f"{name} .* was thrown away: its checksum") as problem:
        pull(tiny, hub, models)
    assert problem.value.code == "checksum"
    assert nothing_of_it(models)
    assert not list(models.rglob(name))


def test_a_file_that_is_larger_than_it_says_is_thrown_away(hub: Hub, shelf: Shelf, models: Path, voice: Listed) -> None:
    original = shelf.tree
    shelf.tree = lambda *where: [entry | {"size": 10} for entry in original(*where)]
    with pytest.raises(ModelError, match="larger than it says"):
        pull(voice, hub, models)
    assert nothing_of_it(models)


def test_a_model_that_the_hub_does_not_have_is_told(hub: Hub, shelf: Shelf, models: Path, tiny: Listed) -> None:
    shelf.status["/revision/"] = 404
    with pytest.raises(ModelError, match="status 404") as problem:
        pull(tiny, hub, models)
    assert problem.value.code == "missing" and nothing_of_it(models)


def test_a_hub_in_trouble_is_told(hub: Hub, shelf: Shelf, models: Path, tiny: Listed) -> None:
    shelf.status["/resolve/"] = 503
    with pytest.raises(ModelError, match="status 503; try again later"):
        pull(tiny, hub, models)
    assert nothing_of_it(models)


def test_a_hub_without_half_of_the_model_is_told(hub: Hub, shelf: Shelf, models: Path, tiny: Listed) -> None:
    del shelf.files["Systran/faster-whisper-tiny.en/tokenizer.json"]
    with pytest.raises(ModelError, match="files of it are missing"):
        pull(tiny, hub, models)


@pytest.mark.parametrize("answer", [{"sha": 5}, {"sha": "../../etc"}, {}])
def test_a_hub_that_names_no_revision_is_told(
    hub: Hub, models: Path, tiny: Listed, monkeypatch: pytest.MonkeyPatch, answer: dict[str, object]
) -> None:
    monkeypatch.setattr(Hub, "_json", lambda self, path: answer)
    with pytest.raises(ModelError, match="names no revision"):
        pull(tiny, hub, models)


def test_offline_says_so_and_what_still_works(models: Path, tiny: Listed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ModelError, match=f"127.0.0.1:{port} cannot be reached .* goes on working") as problem:
        pull(tiny, Hub(f"http://127.0.0.1:{port}"), models)
    assert problem.value.code == "offline" and nothing_of_it(models)


@pytest.mark.parametrize("url", ["http://example.org", "ftp://example.org", "example.org", ""])
def test_a_hub_without_encryption_is_refused(url: str) -> None:
    with pytest.raises(ModelError, match="not an https address"):
        Hub(url)


def test_a_hub_that_leads_away_from_encryption_is_refused(hub: Hub, shelf: Shelf, models: Path, voice: Listed) -> None:
    shelf.elsewhere = "http://127.0.0.1:1/model"
    secure = Hub("https://127.0.0.1")
    secure._json = hub._json  # type: ignore[method-assign]  # its listing is fine; its files lead elsewhere
    revision, files = secure.contents(voice)
    secure.url = hub.url.replace("http:", "HTTP:")
    models.mkdir()
    with pytest.raises(ModelError, match="without encryption"):
        secure.fetch(voice, revision, files[0], models / "file", lambda *step: None)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_disk_that_is_full_on_the_way_is_told_and_nothing_half_is_used(hub: Hub, models: Path, voice: Listed) -> None:
    draft = models / DRAFTS / f"{VOICE}-{REVISION[:12]}"
    draft.mkdir(parents=True)
    (draft / f"{VOICE}.onnx").symlink_to("/dev/full")
    with pytest.raises(StorageError, match="No space left"):
        pull(voice, hub, models)
    assert nothing_of_it(models)


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(
    hub: Hub, shelf: Shelf, models: Path, tiny: Listed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "SPARE", 10**18)
    with pytest.raises(StorageError, match="MB are needed"):
        pull(tiny, hub, models)
    assert not any("/resolve/" in path for path, _ in shelf.asked)


def test_a_folder_that_cannot_be_made_is_named(hub: Hub, tmp_path: Path, tiny: Listed) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be made"):
        pull(tiny, hub, tmp_path / "file" / "models")


def test_two_pulls_of_one_model_at_once_are_one_too_many(hub: Hub, models: Path, voice: Listed) -> None:
    lock = models / DRAFTS / f".{VOICE}.lock"
    lock.parent.mkdir(parents=True)
    held = (
        "import fcntl, sys; f = open(sys.argv[1], 'wb'); fcntl.flock(f, fcntl.LOCK_EX); print(1, flush=True); input()"
    )
    holding = subprocess.Popen([sys.executable, "-c", held, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holding.stdout and holding.stdout.readline()
    with pytest.raises(ModelError, match="being pulled already"):
        pull(voice, hub, models)
    holding.communicate(b"\n")
    assert not pull(voice, hub, models).problem


# --- copied ---------------------------------------------------------------------------------------------------------


def test_a_folder_is_copied_with_the_licence_that_is_known(models: Path, whisper_files: Path, tmp_path: Path) -> None:
    stick = tmp_path / "faster-whisper-tiny.en"
    shutil.copytree(whisper_files, stick)
    got = copy(stick, models)
    assert (got.name, got.licence, got.source) == ("tiny.en", "MIT", str(stick))
    assert found(models)[0].checked and not found(models)[0].problem


def test_a_voice_is_copied_from_its_file_or_its_folder(models: Path, tmp_path: Path) -> None:
    voice = tiny_voice(tmp_path / "stick", "en_GB-mine")
    assert copy(voice, models).licence == "unknown"
    assert copy(voice.parent, models).place == models / "piper" / "en_GB-mine"
    assert piper_voice("en_GB-mine", models)[0] == models / "piper" / "en_GB-mine" / "en_GB-mine.onnx"


def test_a_model_that_was_pulled_elsewhere_keeps_its_licence(
    hub: Hub, models: Path, voice: Listed, tmp_path: Path
) -> None:
    place = pull(voice, hub, tmp_path / "other car").place
    assert copy(place, models).licence == "public domain"


def test_a_place_without_a_model_says_what_one_looks_like(models: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no model"):
        copy(tmp_path, models)
    assert nothing_of_it(models)


def test_a_copy_without_room_is_no_model(models: Path, whisper_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "SPARE", 10**18)
    with pytest.raises(StorageError, match="MB are needed"):
        copy(whisper_files, models)
    assert nothing_of_it(models)


# --- on the shelf ---------------------------------------------------------------------------------------------------


def test_what_was_put_there_by_hand_is_used_and_its_licence_is_unknown(models: Path, whisper_files: Path) -> None:
    shutil.copytree(whisper_files, models / "whisper" / "mine")
    tiny_voice(models / "piper", "en_GB-loose")
    whisper, voice = found(models)
    assert (whisper.name, whisper.licence, whisper.checked) == ("mine", "unknown", False)
    assert (voice.name, voice.place.name) == ("en_GB-loose", "en_GB-loose.onnx")
    assert licences(models, "faster-whisper/mine") == []


def test_a_manifest_that_cannot_be_read_is_a_problem(hub: Hub, models: Path, voice: Listed) -> None:
    (pull(voice, hub, models).place / MANIFEST).write_text("{")
    assert MANIFEST in found(models)[0].problem


def test_a_removed_model_is_gone(hub: Hub, models: Path, voice: Listed) -> None:
    pull(voice, hub, models)
    tiny_voice(models / "piper", "en_GB-loose")
    assert remove(models, VOICE).name == VOICE
    assert [model.name for model in found(models)] == ["en_GB-loose"]
    remove(models, "en_GB-loose")
    assert nothing_of_it(models) and not list((models / "piper").iterdir())


@pytest.mark.parametrize("name", ["nobody", "..", "../models", ""])
def test_a_model_that_is_not_there_is_told_with_those_that_are(
    hub: Hub, models: Path, voice: Listed, name: str
) -> None:
    pull(voice, hub, models)
    for act in (named, remove):
        with pytest.raises(ModelError, match=VOICE):
            act(models, name)
    assert found(models)


def test_the_list_names_only_what_may_be_used_for_everything() -> None:
    for model in listed().values():
        assert model.licence in ("MIT", "public domain", "CC0", "CC BY 4.0"), model.name
        assert model.repo.count("/") == 1 and "lessac" not in model.name
        assert (model.kind == "piper") == bool(model.folder)
