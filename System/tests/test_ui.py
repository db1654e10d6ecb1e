"""The Control UI in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from fakes import Error, FakeOpenAIChat, Silence, Text
from harness import Gateway, ModelConfig, gateway_config
from harness.browser import DESKTOP, PHONE, Tab, browser
from harness.config import TOKEN
from tests.test_chat import DOT_PNG

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]
OpenTab = Callable[..., Tab]


@pytest.fixture(scope="module")
def chrome(openclaw: Path) -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture
def ours(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> Gateway:
    return start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))


@pytest.fixture
def tab(chrome: Browser, ours: Gateway, request: pytest.FixtureRequest) -> Iterator[OpenTab]:
    """Opens tabs on the test's gateway; a picture of each is kept, and none may have logged an error."""
    contexts, opened = [], []

    def open_tab(size: dict[str, int] = DESKTOP, scheme: str = "light", logged_in: bool = True, **options: Any) -> Tab:
        context = chrome.new_context(viewport=size, color_scheme=scheme, locale="en-US", **options)  # type: ignore[arg-type]
        contexts.append(context)
        tab = Tab(context.new_page(), ours.url).open()
        opened.append(tab)
        return tab.log_in(TOKEN) if logged_in else tab

    yield open_tab
    for n, tab in enumerate(opened):
        tab.picture(f"{re.sub('[^a-z0-9]+', '-', request.node.name)}-{n}")
    for context in contexts:
        context.close()
    errors = [error for tab in opened for error in tab.errors]
    assert not errors, "the page logged:\n" + "\n".join(errors)


def test_the_token_lets_one_in_and_an_answer_streams(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    page = tab()
    page.say("[[slow]]")
    expect(page.answers.last).to_contain_text("word3")
    expect(page.answers.last).not_to_contain_text("word60")
    expect(page.answers.last).to_contain_text("word60")
    expect(page.stop_button).to_be_hidden()
    expect(page.answers).to_have_count(1)


def test_a_wrong_token_is_told_in_words(tab: OpenTab) -> None:
    page = tab(logged_in=False)
    page.page.get_by_label("Gateway token or password").fill("wrong")
    page.page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.page.get_by_text("did not accept this token")).to_be_visible()


@pytest.mark.parametrize("address", ["/#token={}", "/?token={}"])
def test_a_token_in_the_address_is_used_and_removed(tab: OpenTab, ours: Gateway, address: str) -> None:
    page = tab(logged_in=False)
    page.page.goto("about:blank")
    page.open(address.format(TOKEN))
    expect(page.message_box).to_be_visible()
    assert TOKEN not in page.page.url


def test_stop_stops(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script.append(Silence(after=3))
    page = tab()
    page.say("a long story")
    expect(page.answers.last).to_contain_text("Hello")
    page.stop_button.click()
    expect(page.page.get_by_text("Stopped", exact=True)).to_be_visible()
    assert fake_chat.requests[0].client_closed.wait(5)


def test_a_reload_shows_the_same_conversation(tab: OpenTab) -> None:
    page = tab()
    page.say("[[say:something to remember]] please")
    expect(page.answers.last).to_contain_text("something to remember")
    before = page.conversation.inner_text()
    page.page.reload()
    expect(page.answers.last).to_contain_text("something to remember")
    assert without_times(page.conversation.inner_text()) == without_times(before)


def without_times(text: str) -> str:
    """The words alone: times and the model's name stand below messages only once a turn is over."""
    return " ".join(re.sub(r"\d+ \w+ ago|just now|now|\d{1,2}:\d{2}.*|fake-1", "", text).split())


def test_a_killed_gateway_comes_back_with_everything(
    tab: OpenTab, start: Any, ours: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    page = tab()
    page.say("[[say:first answer]]")
    expect(page.answers.last).to_contain_text("first answer")
    fake_chat.script += [Silence(after=2), Text("second answer, whole")]
    page.say("second question")
    expect(page.answers.last).to_contain_text("Hello")
    ours.kill()
    expect(page.page.get_by_text(re.compile("Reconnecting|does not answer"))).to_be_visible()
    start(port=ours.port)
    expect(page.answers.last).to_contain_text("second answer, whole")
    expect(page.answers).to_have_count(2)
    assert page.conversation.inner_text().count("second question") == 1


def test_a_message_written_while_the_gateway_is_away_is_sent_once(
    tab: OpenTab, start: Any, ours: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    page = tab()
    page.say("[[say:before]]")
    expect(page.answers.last).to_contain_text("before")
    ours.kill()
    expect(page.page.get_by_text(re.compile("Reconnecting|does not answer"))).to_be_visible()
    page.say("[[say:after]] written offline")
    start(port=ours.port)
    expect(page.answers.last).to_contain_text("after")
    expect(page.answers).to_have_count(2)
    assert len([r for r in fake_chat.requests if "written offline" in str(r.body)]) == 1


def test_an_image_can_be_pasted_and_seen(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    page = tab()
    page.paste_image(DOT_PNG)
    expect(page.page.get_by_role("button", name="Remove dot.png")).to_be_visible()
    page.say("what is this?")
    expect(page.answers.last).to_contain_text("Hello from the fake model.")
    assert "image_url" in str(fake_chat.requests[0].body)
    expect(page.conversation.locator("img")).to_have_count(1)


def test_a_tool_call_is_a_card_one_can_open(tab: OpenTab) -> None:
    page = tab()
    page.say('[[tool:exec {"command":"echo from-the-tool"}]]')
    expect(page.answers.last).to_contain_text("Tool said: from-the-tool")
    page.page.get_by_role("button", name=re.compile("^exec")).first.click()
    expect(page.page.get_by_text("Output", exact=True)).to_be_visible()


def test_an_error_is_told_in_the_chat(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script += [Error(401, "no such key")] * 5
    page = tab()
    page.say("hi")
    expect(page.page.get_by_text("The answer failed")).to_be_visible()


def test_markdown_is_shown_and_harmless(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    evil = "**bold** <img src=x onerror=\"document.title='owned'\"> [link](javascript:document.title='owned') <script>document.title='owned'</script>"
    fake_chat.script.append(Text(evil, chunks=1))
    page = tab()
    page.say("show me")
    expect(page.answers.last.locator("strong")).to_have_text("bold")
    assert page.answers.last.locator("script, [onerror], a[href^='javascript']").count() == 0
    assert "owned" not in page.page.title()


def test_two_tabs_see_the_same_answer(tab: OpenTab) -> None:
    first, second = tab(), tab()
    first.say("[[say:for both of us]]")
    for page in (first, second):
        expect(page.answers.last).to_contain_text("for both of us")
        expect(page.answers).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_fits_the_screen(tab: OpenTab, size: dict[str, int], scheme: str) -> None:
    page = tab(size, scheme)
    page.say("[[say:" + "a rather long answer that has to wrap, with `code`; " * 8 + "]]")
    expect(page.answers.last).to_contain_text("a rather long answer")
    width = page.page.evaluate("document.documentElement.scrollWidth")
    assert width <= size["width"], f"the page is {width} wide on a screen of {size['width']}"
    box = page.message_box.bounding_box()
    assert box and box["y"] + box["height"] <= size["height"], "the message box is on the screen"


def test_swedish_is_spoken_to_swedes(chrome: Browser, ours: Gateway) -> None:
    context = chrome.new_context(locale="sv-SE")
    page = context.new_page()
    page.goto(ours.url)
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^sv"))
    context.close()


def test_nothing_is_asked_of_other_machines(chrome: Browser, ours: Gateway) -> None:
    context = chrome.new_context(locale="en-US")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    tab = Tab(page, ours.url).open().log_in(TOKEN)
    tab.say("hi")
    expect(tab.answers.last).to_contain_text("Hello")
    context.close()
    assert [url for url in asked if not url.startswith((ours.url, "data:", "blob:"))] == []
