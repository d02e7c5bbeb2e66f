"""The page as a browser without JavaScript sees it."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from knowledge.support.snapshot import take
from tests.support.conftest import Rig
from tests.support.test_cases import CAR


def sign_in(rig: Rig, *scopes: str) -> None:
    rig.client.cookies.clear()
    key = rig.head(*scopes)["Authorization"].removeprefix("Bearer ")
    assert rig.client.post("/sign-in", data={"key": key}).status_code == 200


def test_without_a_visit_there_is_only_the_sign_in(rig: Rig) -> None:
    assert "Your key" in rig.client.get("/").text
    told = rig.client.post("/desk/ask", data={"question": "How do I change a wheel?"})
    assert (told.status_code, "Changing a wheel" in told.text) == (401, False)


def test_a_question_shows_the_answer_with_its_sentences_marked_in_their_section(rig: Rig) -> None:
    sign_in(rig, "ask")
    told = rig.client.post("/desk/ask", data={"question": "How do I change a wheel?", "vehicle": "aurelia:petrol"})
    assert told.status_code == 200
    assert "Ask the manual" in told.text
    assert len(re.findall("<mark>", told.text)) >= 5
    assert "page 108" in told.text or re.search(r"page \d+", told.text)
    assert "Copy with citation" in told.text


def test_htmx_gets_only_the_part_that_changes(rig: Rig) -> None:
    sign_in(rig, "ask")
    told = rig.client.post("/desk/search", data={"question": "bonnet"}, headers={"HX-Request": "true"})
    assert "<html" not in told.text
    assert 'class="results"' in told.text


def test_search_results_lead_to_sections_and_on_to_their_neighbours(rig: Rig) -> None:
    sign_in(rig, "ask")
    found = rig.client.post("/desk/search", data={"question": "opening the bonnet", "vehicle": "sample:"})
    link = re.search(r'href="(/desk/sections/[^"]+)"', found.text)
    assert link
    section = rig.client.get(link[1])
    assert section.status_code == 200
    assert "Section after" in section.text


def test_a_vin_counts_more_than_the_picker(rig: Rig) -> None:
    sign_in(rig, "ask")
    asked = {"question": "How do I open the bonnet?", "vehicle": "sample:electric", "vin": "HLDAURD0000000003"}
    assert "aurelia, diesel" in rig.client.post("/desk/ask", data=asked).text


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"question": "  "}, 422, "Type a question"),
        ({"question": "horn", "vin": "1"}, 422, "17 letters"),
        ({"question": "horn", "vehicle": "none:"}, 404, "no manual named"),
        ({"question": "x" * 3000}, 422, "at most 2000"),
    ],
)
def test_what_is_wrong_is_said_on_the_page(rig: Rig, asked: dict[str, str], status: int, said: str) -> None:
    sign_in(rig, "ask")
    told = rig.client.post("/desk/ask", data=asked)
    assert (told.status_code, said in told.text) == (status, True)


def test_a_fault_code_has_a_card(rig: Rig) -> None:
    sign_in(rig, "ask")
    assert "ylinder 1 misfires" in rig.client.get("/desk/code", params={"dtc": "P0301"}).text


def test_feedback_is_kept(rig: Rig) -> None:
    sign_in(rig, "ask")
    told = rig.client.post("/desk/ask", data={"question": "How do I open the bonnet?", "vehicle": "sample:"})
    id_ = re.search(r'name="question_id" value="([0-9a-f]+)"', told.text)
    assert id_
    judged = {"question_id": id_[1], "helpful": "no", "right_section": "Bonnet"}
    assert "Thank you" in rig.client.post("/desk/feedback", data=judged).text
    assert rig.desk.questions.unanswered()[0].right_sections == ("Bonnet",)


def test_a_shared_car_is_shown_only_to_keys_that_may_see_it(rig: Rig) -> None:
    code = rig.desk.cases.open(take(CAR, rig.time()))
    sign_in(rig, "ask")
    assert rig.client.post("/desk/case", data={"case_code": code}).status_code == 403
    sign_in(rig, "ask", "snapshot")
    shown = rig.client.post("/desk/case", data={"case_code": f"{code[:3]} {code[3:]}"})
    assert (shown.status_code, "180 kPa" in shown.text) == (200, True)


def test_signing_out_and_revoking_end_a_visit(rig: Rig) -> None:
    sign_in(rig, "ask")
    rig.client.post("/sign-out")
    assert "Your key" in rig.client.get("/").text
    sign_in(rig, "ask")
    assert "Ask the manual" in rig.client.get("/").text
    rig.desk.keys.revoke("ask")
    assert "Your key" in rig.client.get("/").text


def test_a_visit_ends_after_a_working_day(rig: Rig) -> None:
    sign_in(rig, "ask")
    rig.time.at += 8 * 3600 + 1
    assert rig.client.post("/desk/ask", data={"question": "horn"}).status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_is_no_key(rig: Rig) -> None:
    told = rig.client.post("/sign-in", data={"key": rig.keys["ask"]}, follow_redirects=False)
    cookie = told.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert rig.keys["ask"][-12:].lower() not in cookie


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_does_nothing(rig: Rig, headers: dict[str, str]) -> None:
    sign_in(rig, "ask")
    assert rig.client.post("/desk/ask", data={"question": "horn"}, headers=headers).status_code == 403
    assert rig.client.post("/sign-in", data={"key": rig.keys["ask"]}, headers=headers).status_code == 403


def test_the_cookie_opens_the_page_and_never_the_api(rig: Rig) -> None:
    sign_in(rig, "ask")
    assert rig.client.get("/v1/packs").status_code == 401


def test_words_of_a_question_or_a_code_are_shown_as_words(rig: Rig) -> None:
    sign_in(rig, "ask")
    nasty = '"><script>alert(1)</script>{{9973*9967}}'
    for told in (
        rig.client.post("/desk/ask", data={"question": nasty, "vehicle": "sample:", "vin": ""}),
        rig.client.post("/desk/ask", data={"question": nasty, "vehicle": nasty, "vin": nasty}),
        rig.client.get("/desk/code", params={"dtc": nasty}),
        rig.client.get("/desk/sections/" + nasty.replace("/", "")),
    ):
        assert "<script>alert" not in told.text
        assert str(9973 * 9967) not in told.text
    asked = rig.client.post("/desk/ask", data={"question": nasty, "vehicle": "sample:", "vin": ""})
    assert nasty in unescape(asked.text)


def test_the_page_loads_nothing_from_elsewhere_and_runs_no_inline_script(rig: Rig) -> None:
    sign_in(rig, "ask")
    told = rig.client.get("/")
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', told.text)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", told.text)
    assert "script-src 'self';" in told.headers["content-security-policy"]
    assert "unsafe" not in told.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["htmx.min.js", "page.js", "page.css", "icon.svg"])
def test_the_page_brings_its_own_files(rig: Rig, name: str) -> None:
    assert rig.client.get(f"/static/{name}").status_code == 200


@pytest.mark.parametrize("name", ["nothing.js", "../page.py", "..%2fpage.py", "htmx.LICENSE"])
def test_no_other_file_is_served(rig: Rig, name: str) -> None:
    assert rig.client.get(f"/static/{name}").status_code == 404


def test_behind_tls_browsers_are_told_to_stay_there(make_rig: Callable[..., Rig], tmp_path: object) -> None:
    rig = make_rig(tls_certificate="cert.pem", tls_key="key.pem")
    assert "strict-transport-security" in rig.client.get("/healthz").headers
    told = rig.client.post("/sign-in", data={"key": rig.keys["ask"]}, follow_redirects=False)
    assert told.headers["set-cookie"].startswith("__Host-desk=")
    assert "secure" in told.headers["set-cookie"].lower()
