"""A permit at the vehicle's door: honoured once, in order, in time, by its own car."""

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from policies.command import Command
from policies.permit import LIFE, REMEMBERED, Permit, PermitRefused, Signer, Verifier

LAMP = (Command("Vehicle.Cabin.Light.IsDomeOn", True),)
KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def signer() -> Signer:
    return Signer(KEY)


@pytest.fixture
def door() -> Verifier:
    return Verifier(KEY.public_key().public_bytes_raw(), "car", 0.0)


def refusal(door: Verifier, permit: Permit, now: float) -> str:
    """Why ``permit`` is refused; empty when it is honoured."""
    try:
        door.redeem(permit, now)
    except PermitRefused as refused:
        return refused.reason
    except Exception as error:
        pytest.fail(f"raised {error!r} instead of refusing")
    return ""


def by_hand(**fields: object) -> Permit:
    """A permit that our own signer would not issue, with a good signature."""
    plain = {"id": "00", "vehicle": "car", "commands": LAMP, "issued_at": 1.0, "expires_at": 3.0, "signature": b""}
    blank = Permit(**(plain | fields))
    return dataclasses.replace(blank, signature=KEY.sign(blank.signed_bytes()))


def test_a_permit_lives_two_seconds(signer: Signer) -> None:
    permit = signer.sign("car", LAMP, 5.0)
    assert LIFE == 2.0
    assert (permit.issued_at, permit.expires_at) == (5.0, 7.0)


def test_permits_are_counted_from_one_and_told_apart_by_id(signer: Signer) -> None:
    permits = [signer.sign("car", LAMP, 0.0) for _ in range(3)]
    assert [permit.number for permit in permits] == [1, 2, 3]
    assert len({permit.id for permit in permits}) == 3
    assert all(len(permit.id) == 16 for permit in permits)


@pytest.mark.parametrize(
    ("now", "why"), [(5.0, ""), (6.999, ""), (7.0, ""), (7.001, "expired"), (4.999, "clock"), (4.0, "clock")]
)
def test_a_permit_is_honoured_from_its_issue_to_its_end(signer: Signer, door: Verifier, now: float, why: str) -> None:
    assert refusal(door, signer.sign("car", LAMP, 5.0), now) == why


def test_a_permit_that_claims_a_longer_life_dies_after_two_seconds_all_the_same(door: Verifier) -> None:
    permit = by_hand(number=1, expires_at=100.0)
    assert refusal(door, permit, 3.001) == "expired"
    assert refusal(door, permit, 3.0) == "clock"


def test_a_permit_that_claims_a_shorter_life_dies_then(door: Verifier) -> None:
    assert refusal(door, by_hand(number=1, expires_at=1.5), 1.6) == "expired"


def test_a_permit_is_for_one_car(signer: Signer, door: Verifier) -> None:
    assert refusal(door, signer.sign("cab", LAMP, 1.0), 1.0) == "vehicle"
    assert refusal(door, signer.sign("van", LAMP, 1.0), 1.0) == "vehicle"


def test_a_permit_without_a_number_is_never_due(door: Verifier) -> None:
    assert by_hand().number == 0
    assert refusal(door, by_hand(), 1.0) == "reordered"


def test_the_first_permit_is_due_and_a_gap_is_none_of_the_doors_business(signer: Signer, door: Verifier) -> None:
    assert refusal(door, signer.sign("car", LAMP, 1.0), 1.0) == ""
    signer.sign("car", LAMP, 1.0)
    assert refusal(door, signer.sign("car", LAMP, 1.0), 1.0) == ""


def test_a_permit_held_back_is_refused_when_a_later_one_went_first(signer: Signer, door: Verifier) -> None:
    first, second = signer.sign("car", LAMP, 1.0), signer.sign("car", LAMP, 1.0)
    assert refusal(door, second, 1.0) == ""
    assert refusal(door, first, 1.0) == "reordered"


def test_a_permit_with_a_number_that_was_spent_is_reordered_whatever_its_id(signer: Signer, door: Verifier) -> None:
    assert refusal(door, signer.sign("car", LAMP, 1.0), 1.0) == ""
    assert refusal(door, by_hand(number=1), 1.0) == "reordered"


def test_a_spent_permit_stays_spent_however_many_follow(signer: Signer, door: Verifier) -> None:
    permits = [signer.sign("car", LAMP, 1.0) for _ in range(REMEMBERED + 1)]
    assert REMEMBERED == 256
    assert {refusal(door, permit, 1.0) for permit in permits} == {""}
    assert refusal(door, permits[1], 1.0) == "replayed"
    assert refusal(door, permits[0], 1.0) == "reordered"


def test_a_refused_permit_is_not_spent(signer: Signer, door: Verifier) -> None:
    permit = signer.sign("car", LAMP, 5.0)
    assert refusal(door, permit, 4.0) == "clock"
    assert refusal(door, permit, 5.0) == ""


@pytest.mark.parametrize(("started", "why"), [(0.999, ""), (1.0, ""), (1.001, "before_start")])
def test_a_permit_from_before_the_door_started_is_refused(signer: Signer, started: float, why: str) -> None:
    door = Verifier(signer.public_key, "car", started)
    assert refusal(door, signer.sign("car", LAMP, 1.0), 2.0) == why


def test_the_clock_may_stand_still_but_not_go_back(signer: Signer, door: Verifier) -> None:
    assert refusal(door, signer.sign("car", LAMP, 1.0), 2.0) == ""
    assert refusal(door, signer.sign("car", LAMP, 1.0), 2.0) == ""
    assert refusal(door, signer.sign("car", LAMP, 1.0), 1.999) == "clock"


def test_a_clock_that_jumped_ahead_on_an_expired_permit_may_not_go_back_either(signer: Signer, door: Verifier) -> None:
    assert refusal(door, signer.sign("car", LAMP, 1.0), 9.0) == "expired"
    assert refusal(door, signer.sign("car", LAMP, 8.0), 8.5) == "clock"


@pytest.mark.parametrize(
    "edit",
    [
        {"id": "ff"},
        {"vehicle": "van"},
        {"commands": (Command("Vehicle.Cabin.Light.IsDomeOn", False),)},
        {"commands": ()},
        {"issued_at": 1.5},
        {"expires_at": 2.5},
        {"number": 9},
        {"signature": b""},
        {"signature": "text"},
        {"signature": None},
        {"commands": None},
        {"commands": (Command("Vehicle.Cabin.Light.IsDomeOn", float("nan")),)},
        {"commands": (Command("Vehicle.Cabin.Light.IsDomeOn", object()),)},
    ],
)
def test_an_edited_permit_is_a_forgery(signer: Signer, door: Verifier, edit: dict[str, object]) -> None:
    permit = dataclasses.replace(signer.sign("car", LAMP, 1.0), **edit)
    assert refusal(door, permit, 1.0) == "forged"


def test_a_value_that_is_no_number_is_not_signed() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        by_hand(commands=(Command("Vehicle.Cabin.Light.IsDomeOn", float("nan")),))


def test_what_is_signed_is_one_line_without_spaces() -> None:
    fields = b'["00",0,"car",[["Vehicle.Cabin.Light.IsDomeOn",true]],1.0,3.0]'
    assert by_hand().signed_bytes() == fields


def test_a_start_makes_a_key_of_its_own() -> None:
    try:
        keys = {Signer.fresh().public_key for _ in range(2)}
    except Exception as error:
        pytest.fail(f"raised {error!r}")
    assert len(keys) == 2


def test_a_permit_of_an_earlier_start_is_a_forgery() -> None:
    door = Verifier(Signer.fresh().public_key, "car", 0.0)
    assert refusal(door, Signer.fresh().sign("car", LAMP, 1.0), 1.0) == "forged"


def test_nobody_edits_a_permit_in_place(signer: Signer) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        signer.sign("car", LAMP, 1.0).number = 2


def test_a_refusal_says_why_in_words(signer: Signer, door: Verifier) -> None:
    with pytest.raises(PermitRefused, match="older than 2 s"):
        door.redeem(signer.sign("car", LAMP, 1.0), 9.0)
