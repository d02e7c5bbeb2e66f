"""The MCP server through the package's own client: in process, over standard input and output, and over HTTP."""

import sys

import pytest
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError

from knowledge.support.copilot import mcp_server
from tests.support.conftest import Rig
from tests.support.serving import Served


async def test_the_tools_are_the_four_and_say_that_they_only_read(rig: Rig) -> None:
    async with Client(mcp_server(rig.desk)) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"ask_manual", "search_manual", "explain_fault_code", "list_vehicles"}
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())


async def test_an_answer_comes_with_its_source(rig: Rig) -> None:
    async with Client(mcp_server(rig.desk)) as client:
        told = await client.call_tool("ask_manual", {"question": "How do I change a wheel?", "pack": "aurelia"})
        assert told.structured_content
        assert told.structured_content["outcome"] == "answer"
        assert "Changing a wheel" in told.structured_content["sources"][0]["section"]


async def test_a_search_a_code_and_the_vehicles_are_told(rig: Rig) -> None:
    async with Client(mcp_server(rig.desk)) as client:
        found = await client.call_tool("search_manual", {"query": "tyre pressure", "pack": "sample", "limit": 2})
        assert found.structured_content
        assert len(found.structured_content["passages"]) == 2
        code = await client.call_tool("explain_fault_code", {"code": "P0301"})
        assert code.structured_content
        assert "misfires" in code.structured_content["means"]
        cars = await client.call_tool("list_vehicles", {})
        assert cars.structured_content
        assert {each["pack"] for each in cars.structured_content["vehicles"]} == {"aurelia", "sample"}


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("ask_manual", {"question": "horn", "pack": "none"}),
        ("ask_manual", {"question": ""}),
        ("ask_manual", {}),
        ("search_manual", {"query": "horn", "pack": "sample", "limit": 1000}),
        ("explain_fault_code", {"code": "hello"}),
        ("open_the_door", {}),
    ],
)
async def test_what_is_wrong_is_told_and_the_session_goes_on(rig: Rig, tool: str, given: dict[str, object]) -> None:
    async with Client(mcp_server(rig.desk)) as client:
        try:
            assert (await client.call_tool(tool, given)).is_error
        except MCPError as error:
            assert "open_the_door" in str(error)
        assert not (await client.call_tool("list_vehicles", {})).is_error


async def test_the_contents_lead_to_every_sections_text(rig: Rig) -> None:
    async with Client(mcp_server(rig.desk)) as client:
        contents = await client.read_resource("manual://sample/contents")
        lines = contents.contents[0].text.splitlines()
        heading, _, address = lines[-1].rpartition(": ")
        section = await client.read_resource(address)
        assert heading.rpartition(", ")[2] in section.contents[0].text
        assert len(lines) > 3


@pytest.mark.parametrize(
    "address", ["manual://none/contents", "manual://sample/sections/none", "manual://sample/sections/../../etc"]
)
async def test_an_address_that_leads_nowhere_is_an_error(rig: Rig, address: str) -> None:
    async with Client(mcp_server(rig.desk)) as client:
        with pytest.raises(MCPError):
            await client.read_resource(address)


async def test_over_standard_input_and_output_as_a_copilot_starts_it(two_manuals_at_home: dict[str, str]) -> None:
    started = StdioServerParameters(
        command=sys.executable,
        args=["-c", "from assistant.cli.main import main; main()", "support", "mcp"],
        env=two_manuals_at_home,
    )
    async with Client(started, read_timeout_seconds=60) as client:
        told = await client.call_tool("ask_manual", {"question": "How do I open the bonnet?", "pack": "sample"})
    assert told.structured_content
    assert told.structured_content["vehicle"]["pack"] == "sample"


@pytest.mark.enable_socket
async def test_over_http_with_a_key_and_never_without(desk: Served) -> None:
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    async with httpx2.AsyncClient(headers=desk.head("ask")) as http:
        async with Client(streamable_http_client(f"{desk.url}/mcp", http_client=http)) as client:
            told = await client.call_tool("ask_manual", {"question": "How do I open the bonnet?", "pack": "sample"})
    assert told.structured_content
    assert told.structured_content["outcome"] == "answer"
    ping = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    head = {"Accept": "application/json, text/event-stream"}
    for key, status in ((None, 401), ("admin", 403)):
        assert (
            httpx2.post(f"{desk.url}/mcp", json=ping, headers=head | (desk.head(key) if key else {})).status_code
            == status
        )
