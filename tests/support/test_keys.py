"""Keys and who may do what: every endpoint with every scope, rotation, revocation, pace, and nothing in logs."""

import logging
from collections.abc import Callable

import pytest

from knowledge.errors import KnowledgeError
from knowledge.support.serving import refuse_to_be_open
from knowledge.support.setup import Setup
from tests.support.conftest import SCOPES, Rig

NEEDS = {
    ("POST", "/v1/ask"): "ask",
    ("GET", "/v1/search"): "ask",
    ("GET", "/v1/passages/{id}"): "ask",
    ("GET", "/v1/packs"): "ask",
    ("GET", "/v1/codes/{dtc}"): "ask",
    ("POST", "/v1/feedback"): "ask",
    ("GET", "/v1/gaps"): "admin",
    ("POST", "/v1/cases/{code}/snapshot"): "snapshot",
    ("POST", "/mcp"): "ask",
    ("GET", "/healthz"): None,
    ("GET", "/readyz"): None,
}
"""Every endpoint and the scope that it needs; None: no key at all."""


def reach(rig: Rig, method: str, path: str, headers: dict[str, str]) -> int:
    status: int = rig.client.request(
        method, path.format(id="x", dtc="P0301", code="000000"), headers=headers
    ).status_code
    return status


def test_every_endpoint_is_in_the_table(rig: Rig) -> None:
    paths = rig.client.get("/v1/openapi.json").json()["paths"]
    found = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert found | {("POST", "/mcp")} == set(NEEDS)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("method", "path"), NEEDS)
def test_a_key_reaches_what_its_scope_allows_and_nothing_else(rig: Rig, method: str, path: str, scope: str) -> None:
    may = NEEDS[method, path] in (None, scope)
    assert (reach(rig, method, path, rig.head(scope)) == 403) is not may


PAGE = {
    ("POST", "/desk/ask"): "ask",
    ("POST", "/desk/search"): "ask",
    ("GET", "/desk/sections/x"): "ask",
    ("GET", "/desk/code"): "ask",
    ("POST", "/desk/feedback"): "ask",
    ("POST", "/desk/case"): "snapshot",
}
"""Every address of the page behind a visit, and the scope that the visit's key needs."""
FORM = {"question": "horn", "question_id": "x", "helpful": "yes", "case_code": "000000"}


@pytest.mark.parametrize("scope", [*SCOPES, ""])
@pytest.mark.parametrize(("method", "path"), PAGE)
def test_a_visit_reaches_what_its_key_allows_and_nothing_else(rig: Rig, method: str, path: str, scope: str) -> None:
    if scope:
        rig.client.post("/sign-in", data={"key": rig.keys[scope]})
    status = rig.client.request(method, path, data=FORM if method == "POST" else None).status_code
    assert (status in (401, 403)) is (PAGE[method, path] != scope)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer nonsense", "Basic YTpi", "Bearer cabin_000000000000_" + "A" * 43]
)
@pytest.mark.parametrize(("method", "path"), NEEDS)
def test_without_a_valid_key_nothing_is_reached_but_health(rig: Rig, method: str, path: str, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    status = reach(rig, method, path, headers)
    assert (status == 401) is (NEEDS[method, path] is not None)


def test_a_key_in_the_address_opens_nothing(rig: Rig) -> None:
    assert rig.client.get("/v1/packs", params={"key": rig.keys["ask"], "token": rig.keys["ask"]}).status_code == 401


def test_on_this_machine_questions_need_no_key_until_one_is_made_and_snapshots_always_do(
    make_rig: Callable[..., Rig],
) -> None:
    rig = make_rig()
    rig.desk.database.write("DELETE FROM keys")
    assert rig.client.get("/v1/packs").status_code == 200
    assert rig.client.post("/v1/cases/000000/snapshot").status_code == 401
    assert rig.client.get("/v1/gaps").status_code == 401
    rig.desk.keys.add("anna", ["ask"])
    assert rig.client.get("/v1/packs").status_code == 401
    rig.desk.keys.revoke("anna")
    assert rig.client.get("/v1/packs").status_code == 401


def test_another_sites_page_cannot_ask_through_a_browser_on_this_machine(rig: Rig) -> None:
    rig.desk.database.write("DELETE FROM keys")
    assert rig.client.get("/v1/packs", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401
    assert rig.client.get("/v1/packs", headers={"Host": "rebound.example"}).status_code == 421


def test_a_revoked_key_ends_with_the_next_request(rig: Rig) -> None:
    assert rig.client.get("/v1/packs", headers=rig.head("ask")).status_code == 200
    assert rig.desk.keys.revoke("ask") == 1
    assert rig.client.get("/v1/packs", headers=rig.head("ask")).status_code == 401


def test_a_rotated_key_goes_on_beside_its_successor_for_a_day_and_then_ends(rig: Rig) -> None:
    successor = {"Authorization": f"Bearer {rig.desk.keys.rotate('ask')}"}
    statuses = []
    for _ in range(2):
        statuses.append([rig.client.get("/v1/packs", headers=h).status_code for h in (rig.head("ask"), successor)])
        rig.time.at += 86_401
    assert statuses == [[200, 200], [401, 200]]


def test_the_records_hold_no_key_that_could_be_sent(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    secret = rig.keys["ask"].rpartition("_")[2].encode()
    rig.client.get("/v1/packs", headers=rig.head("ask"))
    files = [path for path in rig.setup.records.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if secret in path.read_bytes()]


def test_no_log_line_holds_a_key_a_question_or_an_address(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    headers = rig.head("ask")
    asked = {"question": "where is the horn", "vehicle": {"vin": "HLDAURE0000000001"}}
    rig.client.post("/v1/ask", json=asked, headers=headers)
    rig.client.get("/v1/search", params={"q": "horn", "pack": "sample"}, headers=headers)
    rig.client.get("/v1/codes/P0301", headers={"Authorization": "Bearer wrong-one"})
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name == "cabin.support")
    assert "/v1/ask" in ours
    for secret in (rig.keys["ask"], "wrong-one", "horn", "HLDAURE", "testclient"):
        assert secret not in ours


def test_a_key_that_asks_too_often_is_told_when_to_come_back_and_others_are_not(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(rate=0.5, burst=3)
    statuses = [rig.client.get("/v1/packs", headers=rig.head("ask")) for _ in range(4)]
    assert [told.status_code for told in statuses] == [200, 200, 200, 429]
    assert 1 <= int(statuses[-1].headers["Retry-After"]) <= 2
    assert rig.client.get("/v1/gaps", headers=rig.head("admin")).status_code == 200


@pytest.mark.parametrize(
    ("name", "scopes"), [("", ["ask"]), ("x" * 65, ["ask"]), ("a\nb", ["ask"]), ("bot", []), ("bot", ["root"])]
)
def test_a_wrong_name_or_scope_makes_no_key(rig: Rig, name: str, scopes: list[str]) -> None:
    with pytest.raises(KnowledgeError):
        rig.desk.keys.add(name, scopes)


def test_a_name_has_one_key(rig: Rig) -> None:
    with pytest.raises(KnowledgeError, match="rotate"):
        rig.desk.keys.add("ask", ["ask"])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_the_desk_does_not_listen_beyond_this_machine_without_a_key(rig: Rig, host: str) -> None:
    setup = Setup(index_folder=rig.setup.index_folder, records=rig.setup.records, host=host)
    refuse_to_be_open(setup)
    for name in SCOPES:
        rig.desk.keys.revoke(name)
    with pytest.raises(KnowledgeError, match="keys add"):
        refuse_to_be_open(setup)
