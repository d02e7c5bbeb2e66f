"""Building the index: current or not, killed while building, wrong packs, folders that cannot be written."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge import index, states
from knowledge.embedding import Embedder, Reading
from knowledge.errors import IndexBroken, IndexMissing, KnowledgeError, PackError
from knowledge.library import Library
from knowledge.queries import elsewhere
from tests.knowledge.conftest import SAMPLE

BUILD = """
import sys
from pathlib import Path
from knowledge import index
from knowledge.embedding import Embedder
print("started", flush=True)
pack, folder = map(Path, sys.argv[1:])
index.build([pack], folder, Embedder.load(), lambda done, total: print(done, flush=True), force=True)
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    copy = tmp_path / "sample"
    shutil.copytree(SAMPLE, copy)
    return copy


def test_an_index_that_is_current_is_not_built_again(tmp_path: Path, embedder: Embedder) -> None:
    first = index.build([SAMPLE], tmp_path, embedder)
    again = index.build([SAMPLE], tmp_path, embedder)
    assert (first.built, again.built) == (True, False)
    assert again.passages == first.passages > 10


def test_a_changed_manual_makes_the_index_stale_and_the_next_build_takes_it_in(
    tmp_path: Path, pack: Path, embedder: Embedder
) -> None:
    folder = tmp_path / "index"
    index.build([pack], folder, embedder)
    chapter = pack / "manual" / "03-safety.md"
    chapter.write_text(chapter.read_text() + "\n## Opening the sunshade\n\nPull the sunshade back by its grip.\n")
    assert not index.is_current([pack], folder, embedder)
    assert index.build([pack], folder, embedder).built
    answer = Library.open(folder, embedder).answer("how do I open the sunshade")
    assert "Pull the sunshade back by its grip." in answer.text


class Counting(Embedder):
    """The real model, counting the texts that it reads."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.texts: list[str] = []

    def read(self, texts: Sequence[str]) -> list[Reading]:
        self.texts += texts
        return super().read(texts)


@pytest.fixture
def counting(embedder: Embedder) -> Counting:
    return Counting(embedder.folder)


def test_only_what_changed_is_read_by_the_model_again(tmp_path: Path, pack: Path, counting: Counting) -> None:
    folder = tmp_path / "index"
    index.build([pack], folder, counting)
    counting.texts.clear()
    chapter = pack / "manual" / "03-safety.md"
    chapter.write_text("## Opening the sunshade\n\nPull the sunshade back by its grip.\n\n" + chapter.read_text())
    index.build([pack], folder, counting)
    assert sorted(counting.texts) == [
        "Opening the sunshade",
        "Opening the sunshade. Pull the sunshade back by its grip.",
    ]
    with Library.open(folder, counting) as library:
        assert "by its grip" in library.answer("how do I open the sunshade").text


def test_an_index_built_bit_by_bit_answers_as_one_built_at_once(tmp_path: Path, pack: Path, embedder: Embedder) -> None:
    chapter = pack / "manual" / "03-safety.md"
    whole = chapter.read_text()
    chapter.write_text("# Safety\n\n## Nothing\n\nThere is nothing here yet.\n")
    index.build([pack], tmp_path / "grown", embedder)
    chapter.write_text(whole)
    index.build([pack], tmp_path / "grown", embedder)
    index.build([pack], tmp_path / "fresh", embedder)
    with Library.open(tmp_path / "grown", embedder) as grown, Library.open(tmp_path / "fresh", embedder) as fresh:
        for question in ("how do I open the bonnet", "what are the tyre pressures", "how do I change a wheel"):
            assert grown.answer(question).text == fresh.answer(question).text


def test_a_killed_build_goes_on_where_it_was_killed(
    tmp_path: Path, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "CHUNK", 4)

    def pull_the_plug(done: int, total: int) -> None:
        if done >= 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.build([SAMPLE], tmp_path, counting, pull_the_plug)
    counting.texts.clear()
    seen: list[tuple[int, int]] = []
    index.build([SAMPLE], tmp_path, counting, lambda done, total: seen.append((done, total)))
    assert seen[0][0] >= 8
    assert len(counting.texts) <= seen[0][1] - 8
    assert not (tmp_path / "parts").exists()


def test_a_forced_build_reads_everything_anew(tmp_path: Path, counting: Counting) -> None:
    index.build([SAMPLE], tmp_path, counting)
    before = len(counting.texts)
    index.build([SAMPLE], tmp_path, counting, force=True)
    ahead = len([text for texts in elsewhere().values() for text in texts])
    assert len(counting.texts) == 2 * before + ahead, "what comes with cabin too"


def test_progress_runs_from_nothing_to_all(tmp_path: Path, embedder: Embedder) -> None:
    seen: list[tuple[int, int]] = []
    index.build([SAMPLE], tmp_path, embedder, lambda done, total: seen.append((done, total)))
    ahead = len([text for texts in elsewhere().values() for text in texts])
    assert 0 < seen[0][0] <= ahead < seen[0][1], "what comes with cabin was read ahead"
    assert max(done for done, _ in seen) == seen[0][1]


@pytest.mark.parametrize("after_lines", [0, 1, 2, 4])
def test_a_first_build_killed_at_any_point_leaves_no_index_and_the_next_start_repairs_it(
    tmp_path: Path, embedder: Embedder, after_lines: int
) -> None:
    _kill_a_build(tmp_path, after_lines)
    with pytest.raises(IndexMissing):
        Library.open(tmp_path, embedder)
    assert index.build([SAMPLE], tmp_path, embedder).built
    assert len(list(tmp_path.glob("build-*"))) == 1
    assert Library.open(tmp_path, embedder).answer("how do I open the bonnet").outcome == "answer"


def test_a_later_build_killed_leaves_the_index_of_before(tmp_path: Path, embedder: Embedder) -> None:
    index.build([SAMPLE], tmp_path, embedder)
    before = index.current(tmp_path)
    _kill_a_build(tmp_path, 2)
    assert index.current(tmp_path) == before
    assert index.is_current([SAMPLE], tmp_path, embedder)
    assert Library.open(tmp_path, embedder).answer("how do I open the bonnet").outcome == "answer"


def test_an_index_whose_build_is_gone_is_broken_and_is_built_anew(tmp_path: Path, embedder: Embedder) -> None:
    index.build([SAMPLE], tmp_path, embedder)
    shutil.rmtree(index.current(tmp_path))
    with pytest.raises(IndexBroken, match="cabin knowledge build"):
        Library.open(tmp_path, embedder)
    assert index.build([SAMPLE], tmp_path, embedder).built


def test_damage_to_a_file_is_named(tmp_path: Path, embedder: Embedder) -> None:
    index.build([SAMPLE], tmp_path, embedder)
    target = index.current(tmp_path)
    assert index.damage(target) == []
    assert index.miscounted(target) == []
    (target / "manuals.json").write_text("{}")
    assert "manuals.json" in index.damage(target)[0]


def test_a_wrong_manifest_key_is_named_with_file_and_line(tmp_path: Path, pack: Path, embedder: Embedder) -> None:
    manifest = pack / "pack.yaml"
    manifest.write_text(manifest.read_text().replace("year: 2025", "year: soon"))
    with pytest.raises(PackError, match=r"pack\.yaml:5: year"):
        index.build([pack], tmp_path / "index", embedder)


def test_a_pack_without_chapters_is_named(tmp_path: Path, pack: Path, embedder: Embedder) -> None:
    shutil.rmtree(pack / "manual")
    with pytest.raises(PackError, match="no chapter"):
        index.build([pack], tmp_path / "index", embedder)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "index").write_text("a file stands in the way")
    with pytest.raises(KnowledgeError, match="cannot be written"):
        index.build([SAMPLE], tmp_path / "index", embedder)


def test_two_packs_side_by_side_do_not_mix(tmp_path: Path, pack: Path, embedder: Embedder) -> None:
    manifest = pack / "pack.yaml"
    manifest.write_text(manifest.read_text().replace("name: sample", "name: other").replace("Sparrow", "Wren"))
    chapter = pack / "manual" / "01-opening.md"
    chapter.write_text(
        chapter.read_text().replace("Pull the lever under the dashboard", "Turn the wheel in the glovebox")
    )
    folder = tmp_path / "index"
    index.build([SAMPLE, pack], folder, embedder)
    library = Library.open(folder, embedder)
    ours, theirs = (library.answer("how do I open the bonnet", pack=name) for name in ("sample", "other"))
    assert "Pull the lever" in ours.text
    assert "Turn the wheel" in theirs.text
    assert theirs.sources[0].title == "Wren Owner's Manual"


def _kill_a_build(folder: Path, after_lines: int) -> None:
    """Start a build in a process of its own and kill it after it has reported so many steps."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(SAMPLE), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert process.stdout is not None
    for _ in range(after_lines + 1):
        process.stdout.readline()
    time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
