"""Every case there is, and what holds in each of them."""

from itertools import islice

from policies.matrix import Sight, cases
from policies.rules import RuleTable
from tests.policies import lifecycle
from tests.policies.invariants import broken_by_enumeration
from tests.policies.proof import new_gate


def test_no_case_of_the_whole_input_space_breaks_an_invariant() -> None:
    assert list(islice(broken_by_enumeration(new_gate()), 5)) == []


def test_the_whole_input_space_is_at_least_100_000_cases() -> None:
    assert sum(1 for _ in cases(RuleTable.load(), sights=Sight)) >= 100_000


def test_a_challenge_is_answered_in_time_once_by_the_right_hand_on_fresh_state() -> None:
    assert list(islice(lifecycle.broken_by_challenges(new_gate), 5)) == []


def test_a_permit_is_honoured_once_in_order_in_time_by_its_own_car() -> None:
    assert list(lifecycle.broken_by_permits()) == []


def test_a_request_of_several_parts_is_done_whole_or_not_at_all() -> None:
    assert list(lifecycle.broken_by_wholes(new_gate)) == []


def test_rain_cold_air_and_unknown_positions_make_the_gate_ask() -> None:
    assert list(lifecycle.broken_by_weather(new_gate)) == []


def test_a_window_is_not_worn_out_but_always_closes() -> None:
    assert list(lifecycle.broken_by_pace(new_gate)) == []


def test_the_car_is_parked_creeping_or_fast_exactly_where_the_figures_say() -> None:
    assert list(lifecycle.broken_by_motion()) == []
