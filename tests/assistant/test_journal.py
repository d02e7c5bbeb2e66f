"""The journal: what was recorded stays recorded, an edit is found, words can be erased, a bad disk is said plainly."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import StorageError
from assistant.journal import Journal
from assistant.journal.texts import beside, read_texts

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]  # the fixture below skips then

DAY = 86_400.0
SPOKEN = "call my sister in Lisbon"


class Calendar:
    """A wall clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1_780_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.jsonl"


def fill(journal: Journal, turns: int = 5) -> None:
    for number in range(turns):
        journal.append_many(
            [
                ("turn", {"heard": f"{SPOKEN} {number}", "reply": "calling", "zone": "driver"}),
                ("permit", {"permit": str(number), "commands": [{"signal": "Vehicle.Speed", "value": 21.5}]}),
            ]
        )
        journal.append("outcome", permit=str(number), achieved=True)


def test_a_record_is_there_with_its_number_when_the_call_returns(file: Path) -> None:
    journal = Journal.open(file)
    assert [journal.append("turn", zone="driver"), journal.append("decision", rules=("a", "b"))] == [1, 2]
    first, second = Journal.open(file).records()
    assert (first.n, first.kind, first.fields) == (1, "turn", {"zone": "driver"})
    assert (second.n, second.kind, second.fields) == (2, "decision", {"rules": ["a", "b"]})


def test_several_records_written_at_once_keep_their_order(file: Path) -> None:
    journal = Journal.open(file)
    journal.append_many([("turn", {}), ("decision", {}), ("permit", {"permit": "x"})])
    assert [record.kind for record in journal.records()] == ["turn", "decision", "permit"]


def test_nothing_to_write_writes_nothing(file: Path) -> None:
    journal = Journal.open(file)
    journal.append_many([])
    assert list(journal.records()) == []


def test_records_carry_the_date(file: Path) -> None:
    journal = Journal.open(file, wall_clock=lambda: 0.25)
    journal.append("turn")
    assert next(journal.records()).at == "1970-01-01T00:00:00.250Z"


def test_values_that_json_has_no_word_for_are_kept_and_still_verify(file: Path) -> None:
    journal = Journal.open(file)
    journal.append("state", speed=float("nan"), far=float("inf"), key=b"\x01\xff", kinds={"b", "a"}, odd="\ud800é")
    assert journal.verify() is None
    fields = next(journal.records()).fields
    assert fields == {"speed": "nan", "far": "inf", "key": "01ff", "kinds": ["a", "b"], "odd": "\ud800é"}


def test_a_field_named_like_one_of_the_journals_own_is_refused(file: Path) -> None:
    with pytest.raises(ValueError, match="hash"):
        Journal.open(file).append("turn", hash="0")


def test_a_journal_goes_on_where_it_stopped(file: Path) -> None:
    fill(Journal.open(file))
    journal = Journal.open(file)
    assert journal.append("turn") == 16
    assert journal.verify() is None


def test_two_cabins_can_write_one_journal(file: Path) -> None:
    one, two = Journal.open(file), Journal.open(file)
    numbers = [journal.append("turn") for _ in range(5) for journal in (one, two)]
    assert numbers == list(range(1, 11))
    assert one.verify() is None


def test_a_record_longer_than_what_is_first_read_back_is_found_again(file: Path) -> None:
    Journal.open(file).append("turn", long="x" * 300_000)
    journal = Journal.open(file)
    assert journal.append("turn") == 2
    assert journal.verify() is None


# --- edits are found --------------------------------------------------------------------------------

Edit = Callable[[list[str]], list[str]]


def _replace(old: str, new: str) -> Edit:
    return lambda lines: [line.replace(old, new) if number == 7 else line for number, line in enumerate(lines)]


def _renumbered(lines: list[str]) -> list[str]:
    record = json.loads(lines[7])
    return [*lines[:7], json.dumps({**record, "zone": "outside"}, sort_keys=True, separators=(",", ":")), *lines[8:]]


@pytest.mark.parametrize(
    ("edit", "line", "reason"),
    [
        (_replace('"value":21.5', '"value":25.5'), 8, "hash does not fit"),
        (_replace('"kind":"permit"', '"kind":"outcome"'), 8, "hash does not fit"),
        (_renumbered, 8, "hash does not fit"),
        (_replace(":21.5", ": 21.5"), 8, "edited"),
        (_replace('"kind":"permit"', '"kind":"permit","kind":"permit"'), 8, "edited"),
        (lambda lines: lines[:7] + lines[8:], 8, "should be number 8"),
        (lambda lines: [*lines[:7], lines[6], *lines[7:]], 8, "should be number 8"),
        (lambda lines: [*lines[:6], lines[7], lines[6], *lines[8:]], 7, "should be number 7"),
        (lambda lines: lines[3:], 1, "should be number 1"),
        (lambda lines: [*lines[:4], "nonsense", *lines[5:]], 5, "not JSON"),
        (lambda lines: [*lines[:4], "[]", *lines[5:]], 5, "not a record"),
        (lambda lines: [*lines[:4], "{}", *lines[5:]], 5, "has no 'n'"),
    ],
)
def test_verify_names_the_first_bad_record(file: Path, edit: Edit, line: int, reason: str) -> None:
    journal = Journal.open(file)
    fill(journal)
    file.write_text("\n".join(edit(file.read_text().splitlines())) + "\n")
    bad = journal.verify()
    assert bad is not None
    assert bad.line == line
    assert reason in bad.reason


def test_a_record_taken_from_another_journal_does_not_fit(file: Path, tmp_path: Path) -> None:
    journal, other = Journal.open(file), Journal.open(tmp_path / "other.jsonl")
    fill(journal)
    fill(other)
    lines, strange = file.read_text().splitlines(), other.path.read_text().splitlines()
    file.write_text("\n".join([*lines[:7], strange[7], *lines[8:]]) + "\n")
    bad = journal.verify()
    assert bad is not None and (bad.line, "does not follow" in bad.reason) == (8, True)


def test_a_whole_chain_written_anew_is_found_by_a_head_kept_elsewhere(file: Path, tmp_path: Path) -> None:
    journal = Journal.open(file)
    fill(journal)
    head = journal.head()
    forged = Journal.open(tmp_path / "forged.jsonl")
    fill(forged, turns=7)
    assert forged.verify() is None
    assert forged.verify(expect=head) is not None
    assert journal.verify(expect=head) is None


def test_records_cut_off_at_the_end_are_found_by_a_head_kept_elsewhere(file: Path) -> None:
    journal = Journal.open(file)
    fill(journal)
    head = journal.head()
    file.write_text("".join(f"{line}\n" for line in file.read_text().splitlines()[:-2]))
    assert journal.verify() is None
    bad = journal.verify(expect=head)
    assert bad is not None and "cut off" in bad.reason


def test_words_that_were_exchanged_are_found(file: Path) -> None:
    journal = Journal.open(file)
    fill(journal)
    place = beside(file)
    place.write_text(place.read_text().replace(f"{SPOKEN} 2", "open the door"))
    bad = journal.verify()
    assert bad is not None and (bad.n, "words" in bad.reason) == (7, True)


def test_a_last_record_edited_into_rubbish_is_not_written_over(file: Path) -> None:
    fill(Journal.open(file))
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines[:-1], '{"n":15}']) + "\n")
    with pytest.raises(StorageError, match="is no record") as caught:
        Journal.open(file)
    assert caught.value.code == "bad_journal"


# --- words ------------------------------------------------------------------------------------------


def test_what_was_said_is_kept_apart_from_the_chain(file: Path) -> None:
    journal = Journal.open(file)
    fill(journal, turns=1)
    assert SPOKEN not in file.read_text()
    assert next(read_texts(file)).words == {"heard": f"{SPOKEN} 0", "reply": "calling"}


def test_words_can_be_left_out(file: Path) -> None:
    journal = Journal.open(file, keep_transcripts=False)
    fill(journal)
    assert not beside(file).exists()
    assert SPOKEN not in file.read_text()
    assert journal.verify() is None


def test_erased_words_are_gone_and_the_chain_still_verifies(file: Path) -> None:
    calendar = Calendar()
    journal = Journal.open(file, wall_clock=calendar)
    fill(journal, turns=2)
    calendar.now += 40 * DAY
    fill(journal, turns=3)
    assert journal.erase_transcripts(30) == 2
    assert [texts.n for texts in read_texts(file)] == [7, 10, 13]
    assert journal.verify() is None
    assert [dict(r.fields) for r in journal.records() if r.kind == "erasure"] == [{"older_than_days": 30, "records": 2}]


def test_the_salt_goes_with_the_words(file: Path) -> None:
    calendar = Calendar()
    journal = Journal.open(file, wall_clock=calendar)
    fill(journal, turns=1)
    salt = next(read_texts(file)).salt
    calendar.now += DAY
    journal.erase_transcripts(0)
    assert salt not in file.read_text() + beside(file).read_text()


def test_equal_words_leave_unequal_traces(file: Path) -> None:
    journal = Journal.open(file)
    journal.append_many([("turn", {"heard": "yes"}), ("turn", {"heard": "yes"})])
    first, second = journal.records()
    assert first.texts != second.texts


def test_words_are_erased_by_themselves_after_the_owners_time(file: Path) -> None:
    calendar = Calendar()
    journal = Journal.open(file, wall_clock=calendar, erase_transcripts_after_days=7)
    fill(journal, turns=1)
    calendar.now += 6 * DAY
    journal.append("turn", heard="later")
    assert len(list(read_texts(file))) == 2
    calendar.now += 2 * DAY
    journal.append("turn", zone="driver")
    assert [texts.words for texts in read_texts(file)] == [{"heard": "later"}]
    assert journal.verify() is None


def test_words_are_erased_when_the_journal_is_next_opened(file: Path) -> None:
    calendar = Calendar()
    fill(Journal.open(file, wall_clock=calendar))
    calendar.now += 8 * DAY
    Journal.open(file, wall_clock=calendar, erase_transcripts_after_days=7)
    assert list(read_texts(file)) == []


# --- a bad disk -------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"journal\.jsonl cannot be written: .*file is not a folder"):
        Journal.open(tmp_path / "file" / "journal.jsonl")


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], None]]:
    """Lets no file of this process grow past a size, as a full disk would."""
    if resource is None:
        pytest.skip("this system has no limit on the size of files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.parametrize("room", [0, 1, 100, 250])
def test_a_full_disk_is_said_plainly_and_leaves_the_journal_whole(
    file: Path, small_disk: Callable[[int], None], room: int
) -> None:
    journal = Journal.open(file, keep_transcripts=False)
    fill(journal)
    before = file.read_bytes()
    small_disk(len(before) + room)
    with pytest.raises(StorageError, match="Free space"):
        journal.append("turn", long="x" * 1000)
    small_disk(10**9)
    assert file.read_bytes() == before
    assert journal.append("turn") == 16
    assert journal.verify() is None


def test_a_journal_taken_away_while_it_is_written_begins_anew(file: Path) -> None:
    journal = Journal.open(file)
    fill(journal)
    file.unlink()
    assert journal.append("turn") == 1
    assert journal.verify() is None


# --- what a crash leaves ----------------------------------------------------------------------------


def test_a_line_cut_short_at_any_byte_costs_no_finished_record(tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    fill(Journal.open(whole), turns=2)
    data = whole.read_bytes()
    start = data.rstrip(b"\n").rfind(b"\n") + 1
    for cut in range(start + 1, len(data)):
        file = tmp_path / f"{cut}.jsonl"
        file.write_bytes(data[:cut])
        journal = Journal.open(file, keep_transcripts=False)
        assert [record.kind for record in journal.records()][4:] == ["permit", "torn"]
        assert journal.verify() is None
        assert (tmp_path / f"{cut}.torn.jsonl").read_bytes() == data[start:cut] + b"\n"


@pytest.mark.parametrize("rest", [b"\x00" * 200, b"\x00" * 200 + b"\n", b"\xff\xfe garbage\n"])
def test_an_end_that_was_never_synced_is_set_aside(file: Path, rest: bytes) -> None:
    fill(Journal.open(file))
    with file.open("ab") as end:
        end.write(rest)
    journal = Journal.open(file)
    assert journal.append("turn") == 17
    assert journal.verify() is None


def test_words_cut_short_do_not_spoil_those_after_them(file: Path) -> None:
    journal = Journal.open(file)
    fill(journal, turns=2)
    place = beside(file)
    os.truncate(place, place.stat().st_size - 10)
    journal.append("turn", heard="afterwards")
    assert [texts.words["heard"] for texts in read_texts(file)] == [f"{SPOKEN} 0", "afterwards"]
    assert journal.verify() is None


def test_a_permit_without_an_outcome_is_known_after_a_restart(file: Path) -> None:
    journal = Journal.open(file)
    fill(journal)
    journal.append("permit", permit="last", commands=[])
    assert [record.fields["permit"] for record in Journal.open(file).unfinished()] == ["last"]
