"""The catalogue of fault codes: enough of them, each complete, and the urgent ones say so."""

import re

from assistant.vehicle.can.codes import name, two_bytes
from assistant.vehicle.data import HERE
from assistant.vehicle.diagnosis import CODE
from knowledge.faults import catalogue, codes_in

CODES = catalogue()


def test_at_least_three_hundred_codes_are_explained() -> None:
    assert len(CODES) >= 300


def test_every_code_can_exist_on_the_wire() -> None:
    assert [code for code in CODES if not CODE.fullmatch(code) or name(*two_bytes(code)) != code] == []


def test_every_code_says_what_it_means_what_to_do_and_what_a_workshop_looks_at() -> None:
    one_phrase = re.compile(r"[^.]+")
    for code, fault in CODES.items():
        assert one_phrase.fullmatch(fault.means) and one_phrase.fullmatch(fault.workshop), code
        assert fault.do.endswith(".") and fault.do[0].isupper(), code


def test_a_code_that_asks_to_stop_now_says_so() -> None:
    says_so = re.compile(r"\b(stop|do not drive|breakdown assistance)\b", re.I)
    urgent = {code: fault.do for code, fault in CODES.items() if fault.severity == "stop now"}
    assert urgent and [code for code, do in urgent.items() if not says_so.search(do)] == []


def test_no_two_codes_are_explained_alike() -> None:
    said = [fault.means for fault in CODES.values()]
    assert sorted({each for each in said if said.count(each) > 1}) == []


def test_every_code_that_the_simulated_car_can_store_is_explained() -> None:
    stored = set(re.findall(r"code: (\w{5})", (HERE / "codes.yaml").read_text(encoding="utf-8")))
    assert stored and stored <= set(CODES)


def test_a_code_is_found_however_it_is_written() -> None:
    assert codes_in("what is p-0301, and P 0420?") == ["P0301", "P0420"]
