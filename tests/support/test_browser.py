"""The page in a real browser: quick, keyboard only, copied, accessible in light and dark, whole without JavaScript."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import pytest_socket

from tests.support.serving import Served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; on Debian: apt install chromium"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> Any:
    pytest_socket.enable_socket()
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
    async with playwright.async_playwright() as running:
        opened = await running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        await opened.close()


async def signed_in(browser: Any, desk: Served, **how: Any) -> Any:
    visit = await browser.new_context(**how)
    page = await visit.new_page()
    page.heard = []
    page.on("console", lambda said: page.heard.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    await page.goto(desk.url)
    await page.wait_for_selector("#key:focus")
    await page.keyboard.type(desk.keys["ask"])
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#question")
    return page


async def violations(page: Any) -> list[str]:
    """What axe finds wrong, at the levels A and AA of WCAG 2.2 and among its best practices."""
    axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe-playwright-python is not installed")
    script = Path(sys.modules[axe.__name__.rpartition(".")[0]].__file__ or "").parent / "axe.min.js"
    await page.evaluate(script.read_text("utf-8"))  # our own policy lets no script in by a tag
    found = await page.evaluate("axe.run()")
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found["violations"]]


async def test_by_keyboard_alone_an_answer_is_found_copied_and_judged(browser: Any, desk: Served) -> None:
    page = await signed_in(browser, desk, permissions=["clipboard-read", "clipboard-write"])
    await page.keyboard.type("how do I change a wheel")
    await page.wait_for_selector("#results li")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#answer mark")
    await page.focus("summary")
    await page.keyboard.press("Enter")
    await page.focus("[data-copies]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("[data-copied]:not(:empty)")
    assert "Changing a wheel, page" in await page.evaluate("navigator.clipboard.readText()")
    await page.focus("button[value=no]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".thanks")
    assert page.heard == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_wrong_in_light_or_dark(browser: Any, desk: Served, scheme: str) -> None:
    page = await signed_in(browser, desk, color_scheme=scheme)
    assert await violations(page) == []
    await page.fill("#question", "how do I change a wheel")
    await page.wait_for_selector("#results li")
    assert await violations(page) == []
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#answer mark")
    await page.fill("#dtc", "P0301")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#code article")
    assert await violations(page) == []


async def test_without_javascript_the_page_asks_answers_and_judges(browser: Any, desk: Served) -> None:
    page = await signed_in(browser, desk, java_script_enabled=False, viewport={"width": 400, "height": 800})
    await page.fill("#question", "how do I change a wheel")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#answer mark")
    await page.click("button[value=yes]")
    await page.wait_for_selector(".thanks")


async def test_the_page_never_scrolls_sideways_on_a_phone(browser: Any, desk: Served) -> None:
    page = await signed_in(browser, desk, viewport={"width": 320, "height": 640})
    await page.fill("#question", "how do I change a wheel")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#answer mark")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
