"""The catalogue of fault codes: enough of them, each complete, and the urgent ones say so."""

import re

import pytest

from assistant.vehicle.can.codes import name, two_bytes
from assistant.vehicle.data import HERE
from assistant.vehicle.diagnosis import CODE
from knowledge.faults import catalogue, codes_in

CODES = catalogue()


def test_at_least_three_hundred_codes_are_explained() -> None:
    assert len(CODES) >= 300


@pytest.mark.parametrize("code", CODES)
def test_every_code_can_exist_on_the_wire(code: str) -> None:
    assert CODE.fullmatch(code) and name(*two_bytes(code)) == code


@pytest.mark.parametrize("code", CODES)
def test_every_code_says_what_it_means_what_to_do_and_what_a_workshop_looks_at(code: str) -> None:
    fault = CODES[code]
    assert re.fullmatch(r"[^.]+", fault.means) and re.fullmatch(r"[^.]+", fault.workshop)
    assert fault.do.endswith(".") and fault.do[0].isupper()


@pytest.mark.parametrize("code", [code for code, fault in CODES.items() if fault.severity == "stop now"])
def test_a_code_that_asks_to_stop_now_says_so(code: str) -> None:
    assert re.search(r"\b(stop|do not drive|breakdown assistance)\b", CODES[code].do, re.I)


def test_no_two_codes_are_explained_alike() -> None:
    said = [fault.means for fault in CODES.values()]
    assert sorted({each for each in said if said.count(each) > 1}) == []


def test_every_code_that_the_simulated_car_can_store_is_explained() -> None:
    stored = set(re.findall(r"code: (\w{5})", (HERE / "codes.yaml").read_text(encoding="utf-8")))
    assert stored and stored <= set(CODES)


def test_a_code_is_found_however_it_is_written() -> None:
    assert codes_in("what is p-0301, and P 0420?") == ["P0301", "P0420"]
