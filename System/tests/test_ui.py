"""The Control UI in a real browser."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from fakes import Error, FakeOpenAIChat, Hold, Silence, Text, ToolCall
from fakes.telegram import FakeTelegram
from harness import Client, Gateway, ModelConfig, connect, gateway_config
from harness.browser import DESKTOP, PHONE, PRIVATE_NAME, Tab, browser
from harness.config import TOKEN, merged
from harness.platforms import PLATFORMS, own_connector
from harness.waiting import eventually
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


def test_a_command_that_waits_is_shown_whole_and_decided_here_or_elsewhere(
    tab: OpenTab, ours: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    ours.write_config(ours.config | {"tools": {"exec": {"security": "allowlist"}}})
    command = "echo ran >> ran.txt; echo '" + "long " * 60 + "\u202e'"
    page = tab()
    card = page.page.get_by_role("region", name="Commands waiting for your decision").get_by_role("article")

    def ask() -> None:
        fake_chat.script += [ToolCall("exec", {"command": command}), Text("That was it.")]
        page.say("run it")
        expect(card).to_have_count(1)

    ask()
    expect(card.locator("pre")).to_have_text(command.replace("\u202e", "\\u{202E}"))
    expect(card).to_contain_text("Agent main")
    expect(card).to_contain_text(re.compile(r"1[01]\d s left to decide"))
    expect(card.get_by_role("button")).to_have_text(["Allow once", "Deny"])
    page.picture("approval-card")
    card.get_by_role("button", name="Allow once").click()
    expect(page.answers.last).to_contain_text("That was it.")
    assert (ours.state / "workspace/ran.txt").read_text() == "ran\n"

    ask()
    with connect(ours.port, caps=["exec-approvals"]) as other:
        [waiting] = other.request("exec.approval.list", {})
        other.request("exec.approval.resolve", {"id": waiting["id"], "decision": "deny"})
    expect(card).to_have_count(0)
    assert (ours.state / "workspace/ran.txt").read_text() == "ran\n"


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


def test_what_the_output_limit_cut_says_so_also_after_a_reload(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script.append(Text("The tea is", end="length"))
    page = tab()
    page.say("When is the tea?")
    note = page.page.get_by_text("output limit was reached")
    expect(note).to_be_visible()
    page.page.reload()
    expect(note).to_be_visible()


def test_a_reload_shows_the_same_conversation(tab: OpenTab) -> None:
    page = tab()
    page.say("[[say:something to remember]] please")
    expect(page.answers.last).to_contain_text("something to remember")
    before = page.said()
    page.page.reload()
    expect(page.answers.last).to_contain_text("something to remember")
    assert without_times(page.said()) == without_times(before)


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
    assert page.said().count("second question") == 1


@pytest.mark.parametrize("method", ["sessions.reset", "sessions.delete"])
def test_a_conversation_that_is_ended_elsewhere_is_gone_here(tab: OpenTab, ours: Gateway, method: str) -> None:
    page = tab()
    key = "agent:main:other"
    page.page.goto(f"{ours.url}/chat/{key}")
    page.say("[[say:before]]")
    expect(page.answers.last).to_contain_text("before")
    with connect(ours.port) as client:
        client.request(method, {"key": key})
    expect(page.answers).to_have_count(0)
    page.say("[[say:after]]")
    expect(page.answers.last).to_contain_text("after")
    expect(page.answers).to_have_count(1)


@pytest.mark.parametrize("way", ["sessions.reset", "/new"])
def test_a_conversation_that_is_ended_in_the_middle_of_an_answer_leaves_nothing_of_it(
    tab: OpenTab, ours: Gateway, way: str
) -> None:
    page = tab()
    page.say("[[say:before]]")
    expect(page.answers.last).to_contain_text("before")
    page.say("question [[slow]]")
    expect(page.answers.last).to_contain_text("word1")
    if way == "/new":
        page.say("/new")
    else:
        with connect(ours.port) as client:
            client.request(way, {"key": "agent:main:main"})
    expect(page.conversation).not_to_contain_text("word1")
    page.say("[[say:after]]")
    expect(page.answers.last).to_contain_text("after")
    assert "question" not in page.said() and "word1" not in page.said()


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


LONG = "\n\n".join(f"Paragraph {n}: " + "words of an answer that goes over a line or two. " * 3 for n in range(14))


@pytest.mark.parametrize("reads", ["the end", "above"])
def test_what_is_read_stays_in_view_while_an_answer_ends(
    tab: OpenTab, fake_chat: FakeOpenAIChat, reads: str
) -> None:
    page = tab()
    fake_chat.script.append(Text(LONG + "\n\nThe end.", chunks=60, pause=0.02))
    page.say("Tell me a lot.")
    expect(page.answers.last).to_contain_text("Paragraph 12")
    thread = page.page.locator(".thread")
    place = 300
    if reads == "above":
        thread.hover()
        page.page.mouse.wheel(0, -place)
        expect(page.page.get_by_role("button", name="To the latest")).to_be_visible()
    top = thread.evaluate("thread => thread.scrollTop")

    expect(page.answers.last).to_contain_text("fake-1")

    page.page.wait_for_timeout(300)
    if reads == "above":
        assert thread.evaluate("thread => thread.scrollTop") == top
    else:
        left = thread.evaluate("thread => thread.scrollHeight - thread.clientHeight - thread.scrollTop")
        assert left < 2


def test_an_image_can_be_pasted_and_seen(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    page = tab()
    page.paste_image(DOT_PNG)
    expect(page.page.get_by_role("button", name="Remove dot.png")).to_be_visible()
    page.say("what is this?")
    expect(page.answers.last).to_contain_text("Hello from the fake model.")
    assert "image_url" in str(fake_chat.requests[0].body)
    expect(page.conversation.locator("img")).to_have_count(1)


def test_an_image_opens_large_and_one_can_leaf_through_all(tab: OpenTab) -> None:
    page = tab()
    for text in ("one", "two"):
        page.paste_image(DOT_PNG)
        expect(page.page.get_by_role("button", name="Remove dot.png")).to_be_visible()
        page.say(text)
        expect(page.answers.last).to_contain_text("Hello from the fake model.")
    # A message just sent is drawn anew once the history has it, and what had focus in it is gone.
    page.page.reload()
    buttons = page.conversation.get_by_role("button", name="Open the image")
    expect(buttons).to_have_count(2)
    buttons.last.click()
    large = page.page.get_by_role("dialog", name="Image 2 of 2")
    expect(large.locator("img")).to_be_visible()
    expect(large.get_by_role("button", name="Next image")).to_be_disabled()
    page.page.keyboard.press("ArrowLeft")
    expect(page.page.get_by_role("dialog", name="Image 1 of 2")).to_be_visible()
    page.page.keyboard.press("ArrowLeft")
    page.page.keyboard.press("ArrowRight")
    expect(page.page.get_by_role("dialog", name="Image 2 of 2")).to_be_visible()
    page.page.keyboard.press("Escape")
    expect(page.page.get_by_role("dialog")).to_have_count(0)
    expect(buttons.last).to_be_focused()
    buttons.first.click()
    page.page.get_by_role("button", name="Close the image").click()
    expect(page.page.get_by_role("dialog")).to_have_count(0)
    expect(buttons.first).to_be_focused()


def test_where_a_conversation_was_summarised_can_be_read(tab: OpenTab) -> None:
    page = tab()
    for number in range(3):
        page.say(f"question {number}")
        expect(page.answers.nth(number)).to_contain_text("Hello from the fake model.")
    page.say("/compact [[say:they asked **three** times]]")
    expect(page.answers.last).to_contain_text("Compacted")
    mark = page.conversation.get_by_text("The conversation above was summarised")
    expect(mark).to_be_visible()
    mark.click()
    expect(page.conversation.locator(".compaction strong")).to_have_text("three")
    page.page.reload()
    expect(mark).to_be_visible()
    expect(page.conversation.get_by_text("question 0")).to_be_visible()


def test_a_tool_call_is_a_card_one_can_open(tab: OpenTab) -> None:
    page = tab()
    page.say('[[tool:exec {"command":"echo from-the-tool"}]]')
    expect(page.answers.last).to_contain_text("Tool said: from-the-tool")
    # A row that becomes history between press and release takes the click with it.
    expect(page.page.locator(".live")).to_have_count(0)
    page.page.get_by_role("button", name=re.compile("^exec")).first.click()
    expect(page.page.get_by_text("Output", exact=True)).to_be_visible()


def test_an_error_is_told_in_the_chat(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script += [Error(401, "no such key")] * 5
    page = tab()
    page.say("hi")
    expect(page.page.get_by_text("The model's vendor did not accept the key")).to_be_visible()


def test_markdown_is_shown_and_harmless(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    evil = "**bold** <img src=x onerror=\"document.title='owned'\"> [link](javascript:document.title='owned') <script>document.title='owned'</script>"
    fake_chat.script.append(Text(evil, chunks=1))
    page = tab()
    page.say("show me")
    expect(page.answers.last.locator("strong")).to_have_text("bold")
    assert page.answers.last.locator("script, [onerror], a[href^='javascript']").count() == 0
    assert "owned" not in page.page.title()


def test_what_is_no_link_and_no_image_is_shown_as_its_text(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    answer = (
        "[**a** script](javascript:alert(1)), [a place](else/where), [a site](https://example.com), "
        "![a page](data:text/html,x), ![half a picture](data:image/png;base64,iVBORw0KGgo=), "
        f"![a dot](data:image/png;base64,{DOT_PNG}), ![remote](https://example.com/a.png)"
    )
    fake_chat.script.append(Text(answer, chunks=1))
    page = tab()
    page.say("show me")
    shown = page.answers.last
    expect(shown).to_contain_text("a script, a place, a site, a page, half a picture, , remote")
    expect(shown.locator("strong")).to_have_text("a")
    expect(shown.locator("a")).to_have_text(["a site", "remote"])
    expect(shown.get_by_alt_text("half a picture")).to_have_count(0)
    expect(shown.get_by_alt_text("a dot")).to_have_count(1)


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


def test_a_failure_is_told_in_the_pages_language_with_the_gateways_words_below(
    chrome: Browser, ours: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    context = chrome.new_context(locale="sv-SE")
    page = context.new_page()
    page.goto(f"{ours.url}/#token={TOKEN}")
    box = page.get_by_role("textbox").first
    fake_chat.script.append(Error(401, "no such key"))
    box.fill("hej")
    box.press("Enter")
    failure = page.locator(".failure")
    expect(failure.locator("strong")).to_have_text("Modellens leverantör godtog inte nyckeln")
    expect(failure.locator("p")).not_to_be_empty()
    page.reload()
    expect(failure.locator("strong")).to_have_text("Modellens leverantör godtog inte nyckeln")
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


# What people do to it


def test_a_turn_picked_up_midway_has_its_calls_between_its_sentences(
    tab: OpenTab, ours: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    go_on = threading.Event()
    fake_chat.script += [
        ToolCall("exec", {"command": "echo RESULT-one"}, text="First I look, to the FIRST-END."),
        ToolCall("exec", {"command": "echo RESULT-two"}, text="Then I look again, to the SECOND-END."),
        Hold(go_on, Text("And that was it.")),
    ]
    page = tab()
    page.say("go")
    cards = page.conversation.locator(".tool")
    for each in (page, tab()):
        expect(cards).to_have_count(2)
        expect(each.conversation.locator(".tool").last).to_contain_text("Done")
        told = each.said()
        for words in ("to the FIRST-END.", "to the SECOND-END."):
            assert words in told, told
    go_on.set()
    expect(page.answers.last).to_contain_text("And that was it.")


def test_calls_that_are_numbered_anew_keep_their_own_outputs(
    tab: OpenTab, fake_chat: FakeOpenAIChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some servers of one's own do in every answer."""
    made = fake_chat.next_id
    monkeypatch.setattr(fake_chat, "next_id", lambda kind: "call_0" if kind == "call_" else made(kind))
    go_on = threading.Event()
    calls = [ToolCall("exec", {"command": f"echo RESULT-{word}"}) for word in ("one", "two", "three")]
    fake_chat.script += [calls[0], Text("Done first."), *calls[1:], Hold(go_on, Text("Done all."))]
    page = tab()
    page.say("once")
    expect(page.answers.last).to_contain_text("Done first.")
    page.say("twice")
    cards = page.conversation.locator(".tool")
    expect(cards).to_have_count(3)
    expect(cards.last).to_contain_text("Done")
    cards.nth(1).get_by_role("button").click()
    go_on.set()
    expect(page.answers.last).to_contain_text("Done all.")
    page.page.wait_for_timeout(500)
    expect(page.conversation.locator(".tool-details")).to_have_count(1)
    expect(cards.nth(1).locator(".tool-details")).to_contain_text("RESULT-two")
    page.page.reload()
    expect(cards).to_have_count(3)
    for n, word in enumerate(("one", "two", "three")):
        cards.nth(n).get_by_role("button").first.click()
        expect(cards.nth(n).locator("pre").last).to_have_text(f"RESULT-{word}")


@dataclass
class Cable:
    """Between a tab and the gateway; cut, it swallows everything without a word, and unplugged it lets nobody through."""

    lines: list[WebSocketRoute] = field(default_factory=list)
    dead: list[WebSocketRoute] = field(default_factory=list)
    is_unplugged: bool = False

    def connect(self, socket: WebSocketRoute) -> None:
        if self.is_unplugged:
            return socket.close()
        gateway = socket.connect_to_server()
        self.lines.append(socket)
        socket.on_message(lambda frame: None if socket in self.dead else gateway.send(frame))
        gateway.on_message(lambda frame: None if socket in self.dead else socket.send(frame))

    def cut(self) -> None:
        self.dead += self.lines

    def unplug(self) -> None:
        self.is_unplugged = True
        for line in self.lines:
            line.close()

    def plug_in(self) -> None:
        self.is_unplugged = False


@pytest.fixture
def cabled(chrome: Browser, ours: Gateway) -> Iterator[tuple[Tab, Cable]]:
    cable = Cable()
    context = chrome.new_context(locale="en-US")
    context.route_web_socket(re.compile("."), cable.connect)
    yield Tab(context.new_page(), ours.url).open().log_in(TOKEN), cable
    context.close()


def test_a_line_that_died_without_a_word_is_noticed_when_the_network_comes_back(
    cabled: tuple[Tab, Cable], fake_chat: FakeOpenAIChat
) -> None:
    page, cable = cabled
    page.say("first")
    expect(page.answers.last).to_contain_text("Hello from the fake model.")
    page.page.wait_for_timeout(500)  # the history is read once more
    cable.cut()
    page.say("into the dark")
    page.page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.answers).to_have_count(2, timeout=12_000)
    expect(page.answers.last).to_contain_text("Hello from the fake model.")
    assert sum("into the dark" in json.dumps(request.body) for request in fake_chat.requests) == 1
    assert len(cable.lines) > len(cable.dead)


def is_running(client: Client) -> bool:
    [row] = client.request("sessions.list", {})["sessions"]
    return bool(row["hasActiveRun"])


@pytest.mark.parametrize("ends", ["with more than a page of steps", "in another conversation"])
def test_a_turn_that_ends_while_nobody_can_hear_it_is_over(
    cabled: tuple[Tab, Cable], ours: Gateway, fake_chat: FakeOpenAIChat, ends: str
) -> None:
    page, cable = cabled
    go_on = threading.Event()
    step = ToolCall("read", {"path": "AGENTS.md", "limit": 1})
    fake_chat.script += [Hold(go_on, step), *[step] * 44, Text("The answer.")]
    page.say("the question")
    fake_chat.wait_for_request(1)
    expect(page.stop_button).to_be_visible()
    cable.unplug()
    with connect(ours.port) as client:
        if ends == "in another conversation":
            client.request("sessions.reset", {"key": "agent:main:main"})
        go_on.set()
        eventually("the end of the turn", lambda: not is_running(client))
    cable.plug_in()
    expect(page.stop_button).to_be_hidden()
    assert "Working" not in page.said()
    if ends == "in another conversation":
        assert "the question" not in page.said()
    else:
        expect(page.answers.last).to_contain_text("The answer.")


@pytest.mark.parametrize("size", [(360, 400), (320, 568), (740, 330), (360, 740)], ids=str)
def test_a_long_draft_and_a_command_that_waits_fit_on_a_small_screen(
    tab: OpenTab, ours: Gateway, fake_chat: FakeOpenAIChat, size: tuple[int, int]
) -> None:
    ours.write_config(ours.config | {"tools": {"exec": {"security": "allowlist"}}})
    page = tab(size={"width": size[0], "height": size[1]})
    fake_chat.script += [ToolCall("exec", {"command": "echo " + "long " * 60}), Text("That was it.")]
    page.say("run it")
    card = page.page.get_by_role("region", name="Commands waiting for your decision").get_by_role("article")
    expect(card).to_have_count(1)
    page.message_box.fill("line\n" * 30)
    for button in (page.stop_button, page.page.get_by_role("button", name="Send")):
        expect(button).to_be_in_viewport(ratio=1)
    expect(page.message_box).to_be_in_viewport(ratio=1)
    page.picture(f"approval-{size[0]}-{size[1]}")
    assert card.evaluate("(card) => card.parentElement.scrollWidth <= card.parentElement.clientWidth")
    deny = card.get_by_role("button", name="Deny")
    expect(deny).to_be_in_viewport()
    deny.press("Enter")
    expect(card).to_have_count(0)
    expect(page.page.get_by_role("main")).to_be_focused()


def test_a_reload_in_the_middle_of_an_answer_loses_and_doubles_nothing(tab: OpenTab) -> None:
    page = tab()
    page.say("[[slow]]")
    expect(page.answers.last).to_contain_text("word3")
    page.page.reload()
    expect(page.answers.last).to_contain_text("word60")
    expect(page.stop_button).to_be_hidden()
    expect(page.answers).to_have_count(1)
    assert page.said().count("word1 ") == 1


def test_another_session_can_be_read_while_an_answer_streams(tab: OpenTab) -> None:
    page = tab()
    page.say("[[slow]]")
    expect(page.answers.last).to_contain_text("word3")
    page.page.get_by_role("button", name="New chat").click()
    expect(page.page.get_by_text("What can I do for you?")).to_be_visible()
    page.say("[[say:elsewhere]]")
    expect(page.answers.last).to_contain_text("elsewhere")
    assert "word" not in page.said()
    page.page.get_by_role("navigation", name="Chats").get_by_role("link", name="Main chat").click()
    expect(page.answers.last).to_contain_text("word60")
    expect(page.answers).to_have_count(1)
    assert page.said().count("word1 ") == 1


def test_many_messages_at_once_are_answered_in_order(tab: OpenTab) -> None:
    page = tab()
    for n in range(8):
        page.say(f"[[say:answer {n}.]] question {n}.")
    expect(page.answers).to_have_count(8)
    expect(page.stop_button).to_be_hidden()
    found = re.findall(r"(question|answer) (\d)\.(?!\])", page.said())
    assert found == [(kind, str(n)) for n in range(8) for kind in ("question", "answer")]


def test_stopping_at_once_leaves_a_word_about_it(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script.append(Hold(threading.Event()))
    page = tab()
    page.say("never mind")
    page.say("nor this one, which waits in the queue")
    expect(page.page.get_by_text("Queued", exact=True)).to_be_visible()
    page.stop_button.click()
    expect(page.page.get_by_text("Stopped", exact=True)).to_have_count(2)
    expect(page.stop_button).to_be_hidden()
    told = ["never mind", "Stopped", "nor this one", "Stopped"]
    assert re.findall("never mind|nor this one|Stopped", page.said()) == told
    page.page.reload()
    for place in (page, tab()):
        expect(place.page.get_by_text("Stopped", exact=True)).to_have_count(2)
        assert re.findall("never mind|nor this one|Stopped", place.said()) == told
    page.picture("stopped")


def test_a_stop_inside_a_tool_leaves_a_word_about_it(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script.append(ToolCall("exec", {"command": "sleep 60"}))
    page = tab()
    page.say("take your time")
    expect(page.conversation).to_contain_text("sleep 60")
    page.stop_button.click()
    for place in (page, tab()):
        expect(place.conversation.get_by_text("Stopped", exact=True)).to_have_count(1)


def test_two_tabs_show_what_waits_in_one_order(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    gate = threading.Event()
    fake_chat.script.append(Hold(gate))
    page, other = tab(), tab()
    page.say("the first")
    page.say("the second")
    expect(other.conversation).to_contain_text("the second")
    other.say("the third")
    for place in (page, other):
        expect(place.page.get_by_text("Queued", exact=True)).to_have_count(2)
        assert re.findall("the (first|second|third)", place.said()) == ["first", "second", "third"]
    gate.set()


def test_all_that_waits_is_shown_after_a_reload(tab: OpenTab, ours: Gateway, fake_chat: FakeOpenAIChat) -> None:
    gate = threading.Event()
    fake_chat.script.append(Hold(gate))
    page = tab()
    with connect(ours.port) as client:
        for number in range(46):
            client.send_chat(f"question {number}.")
    page.page.reload()
    expect(page.page.get_by_text("Queued", exact=True)).to_have_count(45)
    assert re.findall(r"question (\d+)\.", page.said()) == [str(number) for number in range(46)]
    gate.set()


def test_who_signs_out_leaves_nothing_of_what_was_written(tab: OpenTab, ours: Gateway) -> None:
    page = tab()
    expect(page.message_box).to_be_visible()
    ours.kill()
    page.say("unsent words")
    page.message_box.fill("a draft")
    page.page.get_by_text("Preferences").click()
    page.page.get_by_text("Sign out of this browser").click()
    expect(page.page.get_by_label("Gateway token or password")).to_be_visible()
    left = page.page.evaluate("JSON.stringify(sessionStorage)")
    assert "unsent words" not in left and "a draft" not in left
    page.errors.clear()


def test_who_signs_out_is_out_in_every_tab_and_stays_so(tab: OpenTab, ours: Gateway) -> None:
    page = tab()
    other = Tab(page.page.context.new_page(), ours.url).open()
    expect(other.message_box).to_be_visible()
    page.page.get_by_text("Preferences").click()
    page.page.get_by_text("Sign out of this browser").click()
    for each in (page, other):
        expect(each.page.get_by_label("Gateway token or password")).to_be_visible()
    for each in (other, page):
        each.page.reload()
        expect(each.page.get_by_label("Gateway token or password")).to_be_visible()
    assert "deviceToken" not in page.page.evaluate("JSON.stringify(Object.keys(localStorage))")
    page.log_in(TOKEN)


def test_code_that_was_cut_off_is_code(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script.append(Text("Look:\n\n```python\n# no heading\nprint(1)"))
    page = tab()
    page.say("a script")
    expect(page.answers.last.locator("pre code")).to_have_text("# no heading\nprint(1)")
    expect(page.answers.last.locator("h1")).to_have_count(0)


def test_what_waits_is_there_after_a_reload_and_in_another_tab(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    gate = threading.Event()
    fake_chat.script.append(Hold(gate))
    page = tab()
    page.say("the first")
    page.say("the second, which waits")
    expect(page.page.get_by_text("Queued", exact=True)).to_be_visible()
    page.page.reload()
    expect(page.conversation.get_by_text("the second, which waits")).to_be_visible()
    expect(page.page.get_by_text("Queued", exact=True)).to_be_visible()
    other = tab()
    expect(other.conversation.get_by_text("the second, which waits")).to_be_visible()
    gate.set()
    for each in (page, other):
        expect(each.answers).to_have_count(2)
        expect(each.page.get_by_text("Queued", exact=True)).to_be_hidden()
        assert each.said().count("the second, which waits") == 1


def test_what_is_sent_in_one_tab_waits_in_the_other_as_well(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    gate = threading.Event()
    fake_chat.script.append(Hold(gate))
    page, other = tab(), tab()
    page.say("the first")
    expect(other.conversation.get_by_text("the first")).to_be_visible()
    fake_chat.wait_for_request(1)
    other.say("the second, which waits")
    for each in (page, other):
        expect(each.conversation.get_by_text("the second, which waits")).to_be_visible()
        expect(each.page.get_by_text("Queued", exact=True)).to_be_visible()
    gate.set()
    for each in (page, other):
        expect(each.answers).to_have_count(2)
        expect(each.page.get_by_text("Queued", exact=True)).to_be_hidden()
        assert each.said().count("the second, which waits") == 1


def test_ten_huge_images_become_eight_that_fit(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    page = tab()
    assert page.bring_images("drop", 10, 2600) > 19_000_000
    expect(page.page.get_by_text("At most 8 images")).to_be_visible()
    expect(page.page.get_by_role("button", name="Remove noise-7.png")).to_be_visible(timeout=60_000)
    page.say("what do they show?")
    expect(page.answers.last).to_contain_text("Hello from the fake model.", timeout=30_000)
    assert str(fake_chat.requests[0].body).count("data:image/") == 8
    expect(page.conversation.locator("img")).to_have_count(8)
    page.page.reload()
    expect(page.conversation.locator("img")).to_have_count(8)
    expect(page.conversation.get_by_text("what do they show?")).to_be_visible()


def test_a_message_waits_for_the_image_pasted_into_it(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    page = tab()
    page.bring_images("paste", 1, 2600)
    page.say("what is this?")
    expect(page.page.get_by_role("button", name="Remove noise-0.png")).to_be_visible()
    page.message_box.press("Enter")
    expect(page.answers.last).to_contain_text("Hello from the fake model.")
    assert [str(seen.body).count("data:image/") for seen in fake_chat.requests] == [1]


def test_images_wait_with_the_text_while_another_chat_is_read(tab: OpenTab) -> None:
    page = tab()
    page.paste_image(DOT_PNG)
    page.message_box.fill("a draft")
    page.page.get_by_role("button", name="New chat").click()
    expect(page.message_box).to_have_value("")
    page.page.get_by_role("navigation", name="Chats").get_by_role("link", name="Main chat").click()
    expect(page.message_box).to_have_value("a draft")
    expect(page.page.get_by_role("button", name="Remove dot.png")).to_be_visible()


def test_images_become_ready_while_another_chat_is_read(tab: OpenTab) -> None:
    page = tab()
    page.bring_images("paste", 3, 1_000)
    page.page.get_by_role("button", name="New chat").click()
    page.page.get_by_role("navigation", name="Chats").get_by_role("link", name="Main chat").click()
    expect(page.page.locator(".composer img")).to_have_count(3)


def test_what_is_refused_for_good_can_be_taken_up_after_a_reload(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    page = tab().open("/chat/agent:gone:main")
    page.say("words that took an hour")
    for _ in range(2):
        expect(page.conversation).to_contain_text("Not sent")
        expect(page.conversation).to_contain_text("words that took an hour")
        page.page.reload()
    page.page.get_by_role("button", name="Discard").click()
    expect(page.page.get_by_text("words that took an hour")).to_have_count(0)
    assert fake_chat.requests == []


def test_the_log_tells_the_time_of_the_clock_on_the_wall(tab: OpenTab) -> None:
    page = tab(timezone_id="Asia/Kolkata").open("/status")
    time_of = page.page.locator(".log-line time").last
    expect(time_of).to_have_attribute("title", re.compile(r"GMT\+0530"))
    whole, shown = time_of.evaluate("(time) => [time.title, time.textContent]")
    assert whole.split()[4] == shown


def test_a_very_long_message_is_sent_whole_and_shown_folded(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    text = "\n".join(f"line {n} of a file somebody pasted" for n in range(3_000))
    page = tab()
    page.put(text)
    page.message_box.press("Enter")
    expect(page.answers.last).to_contain_text("Hello from the fake model.")
    assert "line 2999 of" in str(fake_chat.requests[0].body)
    expect(page.conversation).not_to_contain_text("line 2999 of")
    page.page.get_by_role("button", name="Show all").click()
    expect(page.conversation).to_contain_text("line 2999 of")


def test_reading_upwards_through_a_long_history_never_jumps(tab: OpenTab, ours: Gateway) -> None:
    page = tab()
    page.say("[[say:the first answer]]")
    expect(page.answers.last).to_contain_text("the first answer")
    with connect(ours.port) as client:
        for n in range(1_000):
            text = f"note {n}. " + "words that make it taller " * (n % 7 * 4)
            client.request("chat.inject", {"sessionKey": "agent:main:main", "message": text})
    page.page.reload()
    expect(page.conversation.get_by_text("note 999.")).to_be_visible()
    thread = page.page.locator(".thread")
    for oldest in (920, 840, 760):
        anchor = page.conversation.get_by_text(f"note {oldest + 3}.").first
        thread.evaluate("(box) => { box.scrollTop = 0; }")
        expect(page.conversation.get_by_text(re.compile(rf"note {oldest - 20}\."))).to_be_attached()
        expect(anchor).to_be_in_viewport()
    thread.evaluate("(box) => { box.scrollTop = box.scrollHeight; }")
    expect(page.conversation.get_by_text("note 999.")).to_be_in_viewport()


def test_an_answer_does_not_pull_away_somebody_who_reads_above(tab: OpenTab) -> None:
    page = tab()
    page.say("[[say:" + "a long answer to read. " * 200 + "]]")
    expect(page.answers.last).to_contain_text("a long answer")
    page.say("[[slow]]")
    expect(page.answers.last).to_contain_text("word3")
    thread = page.page.locator(".thread")
    thread.evaluate("(box) => { box.scrollTop = 40; }")
    expect(page.page.get_by_role("button", name="Jump to the latest")).to_be_visible()
    expect(page.answers.last).to_contain_text("word60")
    assert thread.evaluate("(box) => box.scrollTop") == 40
    page.page.get_by_role("button", name="Jump to the latest").click()
    expect(page.page.get_by_role("button", name="Jump to the latest")).to_be_hidden()
    assert thread.evaluate("(box) => box.scrollHeight - box.scrollTop - box.clientHeight") < 2


# Browsers that are not like the others


@pytest.mark.parametrize(
    "oddity",
    [
        "for (const name of ['localStorage', 'sessionStorage']) "
        "Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });",
        "const now = Date.now; Date.now = () => now() - 3 * 365 * 86_400_000;",
        "const now = Date.now; Date.now = () => now() + 3 * 365 * 86_400_000;",
        "delete window.indexedDB; Object.defineProperty(window, 'indexedDB', { value: undefined });",
    ],
    ids=["storage is blocked", "the clock is slow", "the clock is fast", "no database"],
)
def test_it_works_in_an_odd_browser(chrome: Browser, ours: Gateway, oddity: str) -> None:
    context = chrome.new_context(locale="en-US")
    context.add_init_script(oddity)
    page = Tab(context.new_page(), ours.url).open().log_in(TOKEN)
    page.say("[[say:like any other]]")
    expect(page.answers.last).to_contain_text("like any other")
    expect(page.stop_button).to_be_hidden()
    expect(page.answers).to_have_count(1)
    assert page.errors == []
    context.close()


def test_plain_http_at_a_private_address_is_enough(chrome: Browser, ours: Gateway, fake_chat: FakeOpenAIChat) -> None:
    context = chrome.new_context(locale="en-US")
    page = Tab(context.new_page(), f"http://{PRIVATE_NAME}:{ours.port}").open()
    assert page.page.evaluate("[isSecureContext, crypto.subtle, navigator.clipboard]") == [False, None, None]
    fake_chat.script.append(Text("```sh\nmake run\n```", chunks=1))
    page.log_in(TOKEN).say("how do I start?")
    expect(page.answers.last.get_by_text("fake-1")).to_be_attached()
    page.answers.last.get_by_role("button", name="Copy", exact=True).click()
    expect(page.answers.last.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    page.message_box.focus()
    page.page.keyboard.press("Control+V")
    expect(page.message_box).to_have_value("make run")
    page.page.reload()
    expect(page.answers.last).to_contain_text("make run")
    context.close()


def test_a_link_with_a_token_works_in_a_page_already_open(tab: OpenTab) -> None:
    page = tab(logged_in=False)
    expect(page.page.get_by_label("Gateway token or password")).to_be_visible()
    page.page.evaluate("(token) => { location.hash = 'token=' + token; }", TOKEN)
    expect(page.message_box).to_be_visible()
    assert TOKEN not in page.page.url
    page.page.go_back()
    assert TOKEN not in page.page.url


def test_a_new_token_is_asked_for_and_nothing_is_lost(tab: OpenTab, start: Any, ours: Gateway, state: Path, fake_chat: FakeOpenAIChat) -> None:
    page = tab()
    page.say("[[say:remember me]]")
    expect(page.answers.last).to_contain_text("remember me")
    page.message_box.fill("half a thought")
    page.page.evaluate("localStorage.clear()")
    ours.kill()
    start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], token="another-token-0123456789"), port=ours.port)
    expect(page.page.get_by_text("did not accept this token")).to_be_visible()
    page.log_in("another-token-0123456789")
    expect(page.answers.last).to_contain_text("remember me")
    expect(page.message_box).to_have_value("half a thought")


# Words that would harm


HOSTILE = {
    "script": "<script>document.title='owned'</script>",
    "handler": "<img src=x onerror=\"document.title='owned'\">",
    "javascript link": "[click](javascript:document.title='owned')",
    "javascript link in disguise": "[click](JaVaScRiPt&colon;document.title='owned') [click](java\tscript:document.title='owned')",
    "data link": "[click](data:text/html;base64,PHNjcmlwdD5kb2N1bWVudC50aXRsZT0nb3duZWQnPC9zY3JpcHQ+)",
    "picture link": "[click](data:image/svg+xml,%3Csvg%3E) [click](data:image/png;base64,AAAA)",
    "svg": "<svg onload=\"document.title='owned'\"><script>document.title='owned'</script></svg>",
    "svg as an image": "![x](data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>)",
    "frame": "<iframe src=\"https://evil.example/\"></iframe><object data=\"https://evil.example/\"></object>",
    "style": "<style>body { display: none }</style><p style=\"position:fixed;inset:0\">over</p>",
    "form": "<form action=\"https://evil.example/\"><input name=token><button>Go</button></form>",
    "tracker": "![pixel](https://evil.example/pixel.png) <img srcset=\"https://evil.example/2x.png 2x\">",
    "tracker by reference": "![pixel][p]\n\n[p]: https://evil.example/pixel.png",
    "borrowed class": "<p class=\"dialog\">x</p>\n\n```dialog\" onclick=\"alert(1)\nx\n```",
    "mutation": "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "base": "<base href=\"https://evil.example/\"><meta http-equiv=\"refresh\" content=\"0;url=https://evil.example/\">",
}
HARMFUL = (
    "script, style, iframe, object, embed, svg, math, form, base, meta, link, input:not([type=checkbox]), [style], [srcset], "
    "a[href]:not([href^='http']):not([href^='mailto']), img:not([src^='data:image/'])"
)


HANDLERS = """(answer) => [...answer.querySelectorAll("*")].flatMap((node) => node.getAttributeNames())
    .filter((name) => name.startsWith("on"))"""


def test_hostile_markdown_is_only_words(tab: OpenTab, ours: Gateway, fake_chat: FakeOpenAIChat) -> None:
    page = tab()
    asked: list[str] = []
    dialogs: list[str] = []
    page.page.on("request", lambda request: asked.append(request.url))
    page.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for name, evil in HOSTILE.items():
        fake_chat.script.append(Text(f"{evil}\n\nthe end of: {name}", chunks=3))
        page.say(f"show me: {name}")
        answer = page.answers.last.locator(".markdown")
        expect(answer).to_contain_text(f"the end of: {name}")
        assert answer.locator(HARMFUL).count() == 0, f"{name}: {answer.inner_html()}"
        assert answer.evaluate(HANDLERS) == [], name
        for link in answer.get_by_role("link").all():
            assert link.get_attribute("rel") == "noopener noreferrer", name
        assert "owned" not in page.page.title(), name
        assert dialogs == [], name
        assert [url for url in asked if not url.startswith((ours.url, "data:"))] == [], name


@pytest.mark.parametrize("words", ["> " * 20_000, "- " * 20_000, "*a " * 20_000, "wide" + " " * 400_000], ids=lambda words: words[:4])
def test_an_answer_without_end_is_shown_and_takes_nothing_with_it(tab: OpenTab, fake_chat: FakeOpenAIChat, words: str) -> None:
    fake_chat.script.append(Text(words + "deep"))
    page = tab()
    page.say("Go on without end.")
    expect(page.answers.last).to_contain_text("deep")
    page.page.reload()
    expect(page.answers.last).to_contain_text("deep")
    page.say("And now?")
    expect(page.answers).to_have_count(2)


def test_markdown_reads_as_it_was_meant(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    written = (
        "4. fourth\n5. fifth\n\n- [x] done\n- [ ] open\n\n| a | b |\n|--:|:-:|\n| 1 | 2 |\n\n"
        "\\(a_1 * b_2 * c\\)\n\nשלום עולם, מה שלומך היום?\n\n```swift\nlet x = 1 // one\n```\n\nthe end"
    )
    fake_chat.script.append(Text(written, chunks=1))
    page = tab()
    page.say("show me")
    answer = page.answers.last
    expect(answer).to_contain_text("the end")
    expect(answer.locator("ol")).to_have_attribute("start", "4")
    expect(answer.locator("input[type=checkbox]")).to_have_count(2)
    expect(answer.locator("input[type=checkbox]").first).to_be_checked()
    expect(answer.locator("td").first).to_have_css("text-align", re.compile("right"))
    expect(answer.locator("code").first).to_have_text("a_1 * b_2 * c")
    expect(answer.get_by_text("שלום")).to_have_css("direction", "rtl")
    expect(answer.locator(".code-keyword")).to_have_text("let")
    expect(answer.locator(".code-comment")).to_have_text("// one")


# Fingers, keys and ears


UNREACHABLE = """() => [...document.querySelectorAll("button, select, input, .session-link, .nav-item, summary")].flatMap((control) => {
    const target = control.closest("label") ?? control;
    const box = target.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const isOpen = control.checkVisibility() && !control.disabled && !control.closest("[inert]");
    if (!isOpen || box.width < 2 || y < 22 || y > innerHeight - 22 || x < 0 || x > innerWidth) return [];
    const hits = [[0, -21], [0, 21], [-21, 0], [21, 0]].filter(([dx, dy]) => target.contains(document.elementFromPoint(x + dx, y + dy)));
    return hits.length === 4 ? [] : [`${control.tagName} ${control.className} ${control.ariaLabel ?? control.textContent} ${box.width}x${box.height}`];
})"""


def everything_can_be_touched(page: Page) -> None:
    """Once what moves has come to rest."""
    end = time.monotonic() + 5
    while (small := page.evaluate(UNREACHABLE)) and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert small == []


def test_everything_is_large_enough_for_fingers(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script.append(Text("Some `code`:\n\n```sh\nmake run\n```", chunks=1, thinking="hm"))
    page = tab(PHONE, has_touch=True, is_mobile=True, logged_in=False)
    everything_can_be_touched(page.page)
    page.log_in(TOKEN).say("[[tool:exec {}]]")
    expect(page.answers.last).to_contain_text("make run")
    everything_can_be_touched(page.page)
    page.page.get_by_role("button", name="Open the menu").click()
    page.page.get_by_role("button", name="Preferences").click()
    page.page.get_by_role("complementary").evaluate("(drawer) => Promise.all(drawer.getAnimations().map((a) => a.finished))")
    everything_can_be_touched(page.page)
    for name in ("Sessions", "Status"):
        page.page.get_by_role("link", name=name).click()
        # A drawer that has closed already is hidden.
        page.page.get_by_role("complementary", include_hidden=True).evaluate("(drawer) => Promise.all(drawer.getAnimations().map((a) => a.finished))")
        expect(page.page.get_by_role("heading", name=name, level=1)).to_be_visible()
        everything_can_be_touched(page.page)
        page.page.get_by_role("button", name="Open the menu").click()


def test_the_drawer_holds_the_focus_and_gives_it_back(tab: OpenTab) -> None:
    page = tab(PHONE)
    opener = page.page.get_by_role("button", name="Open the menu")
    opener.focus()
    page.page.keyboard.press("Enter")
    expect(page.page.get_by_role("button", name="Close the menu")).to_be_focused()
    expect(page.page.locator("main")).to_have_attribute("inert", "")
    page.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(page.page.locator("main")).not_to_have_attribute("inert", "")


def test_a_chat_is_renamed_with_the_keyboard_alone(tab: OpenTab) -> None:
    page = tab()
    page.message_box.type("first line")
    page.message_box.press("Shift+Enter")
    page.message_box.type("second line")
    expect(page.message_box).to_have_value("first line\nsecond line")
    page.message_box.press("Enter")
    expect(page.answers.last).to_contain_text("Hello from the fake model.")
    page.page.locator(".page-actions button").focus()
    keys = page.page.keyboard
    keys.press("Enter")
    expect(page.page.get_by_role("menuitem", name="Rename")).to_be_focused()
    keys.press("End")
    keys.press("ArrowDown")
    expect(page.page.get_by_role("menuitem", name="Rename")).to_be_focused()
    keys.press("Enter")
    expect(page.page.get_by_label("Name", exact=True)).to_be_focused()
    keys.press("Escape")
    expect(page.page.locator(".page-actions button")).to_be_focused()
    for key in ("Enter", "Enter", "Control+A"):
        keys.press(key)
    keys.type("A name of its own")
    keys.press("Enter")
    expect(page.page.get_by_role("heading", name="A name of its own", level=1)).to_be_visible()
    expect(page.page.locator(".page-actions button")).to_be_focused()


def test_an_answer_is_announced_once_it_is_whole(tab: OpenTab) -> None:
    page = tab()
    page.say("[[say:the whole answer]]")
    expect(page.page.get_by_role("status").filter(has_text="the whole answer")).to_have_count(1)
    expect(page.conversation).to_have_attribute("aria-live", "off")


def test_what_failed_can_be_asked_again(tab: OpenTab, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script.append(Error(400, "not like this"))
    page = tab()
    page.say("[[say:here it is]] tell me")
    expect(page.page.get_by_text("The model did not accept the question")).to_be_visible()
    page.page.get_by_role("button", name="Try again").click()
    expect(page.answers.last).to_contain_text("here it is")
    expect(page.page.get_by_role("button", name="Try again")).to_be_hidden()


def test_a_file_that_is_no_image_is_refused_in_words(tab: OpenTab) -> None:
    page = tab()
    for place in (".chat", ".sidebar"):
        page.page.locator(place).evaluate(
            """(place) => {
                const transfer = new DataTransfer();
                transfer.items.add(new File(["text"], "notes.txt", { type: "text/plain" }));
                const drop = new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
                if (place.dispatchEvent(drop)) throw new Error("the browser would leave the page for the file");
            }"""
        )
    expect(page.page.get_by_text("Only images can be sent")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_conversation_of_a_chat_platform_shows_its_place(
    chrome: Browser, start: Any, state: Path, fake_chat: FakeOpenAIChat, size: dict[str, int]
) -> None:
    platform = PLATFORMS["discord"]()
    with platform.fake:  # type: ignore[attr-defined]
        gateway = own_connector(start, state, fake_chat, platform)()
        ann, group = platform.person("Ann"), platform.group("general")
        for place in (platform.direct(ann), group):
            platform.ask(ann, place)
        platform.wait_until_answered()
        server = group.outer.guild.name

        context = chrome.new_context(viewport=size, locale="en-US")  # type: ignore[arg-type]
        tab = Tab(context.new_page(), gateway.url).open().log_in(TOKEN)
        tab.page.goto(f"{gateway.url}/sessions")

        row = tab.page.get_by_role("row").filter(has_text="discord:channel:")
        expect(row.locator(".session-name a")).to_have_text(f"{server} #general")
        expect(row.locator(".session-place")).to_have_text(f"Discord · {server} #general")
        expect(tab.page.locator(".session-place", has_text="Discord · ann")).to_have_count(1)
        tab.page.get_by_role("searchbox").fill("discord · ann")
        expect(tab.page.locator(".sessions-table tbody tr")).to_have_count(1)
        if size == DESKTOP:
            item = tab.page.locator(".session-item", has_text=f"{server} #general")
            expect(item.locator(".session-platform")).to_have_text("Discord")
        width = tab.page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"the page is {width} wide on a screen of {size['width']}"
        tab.picture(f"session-places-{size['width']}")
        context.close()


# The config file


def open_config(page: Tab) -> Locator:
    """The editor, with the file in it."""
    page.page.get_by_role("link", name="Config", exact=True).click()
    editor = page.page.get_by_label("Configuration file")
    expect(editor).to_have_value(re.compile("gateway"))
    return editor


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [('"loopback"', '"auto"', '"auto"'), ("__OPENCLAW_REDACTED__", "another-token-0123456789", "__OPENCLAW_REDACTED__")],
    ids=["gateway.bind", "gateway.auth.token"],
)
def test_a_save_that_restarts_the_gateway_is_a_save(tab: OpenTab, ours: Gateway, old: str, new: str, shown: str) -> None:
    page = tab()
    editor, save = open_config(page), page.page.get_by_role("button", name="Save")
    before = editor.input_value()
    editor.fill(before.replace(old, new, 1))
    save.click()
    expect(page.page.get_by_text("Saved. The gateway starts again with it.")).to_be_visible()
    expect(page.page.get_by_text("Unsaved changes")).to_have_count(0)
    assert new in ours.config_path.read_text()

    eventually("the gateway to start again", lambda: ours.output.count("listening on") == 2)
    if old == "__OPENCLAW_REDACTED__":
        expect(page.page.get_by_text("The access this browser had has ended.")).to_be_visible()
        page.page.get_by_label("Gateway token or password").fill(new)
        page.page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.page.locator(".link-dot.online")).to_be_visible()
    expect(editor).to_have_value(before.replace(old, shown, 1))
    expect(save).to_be_disabled()
    expect(page.page.get_by_text("did not accept")).to_have_count(0)


def test_what_is_typed_while_the_gateway_restarts_is_kept_and_saved_next(tab: OpenTab, ours: Gateway) -> None:
    page = tab()
    editor, save = open_config(page), page.page.get_by_role("button", name="Save")
    editor.fill(editor.input_value().replace('"loopback"', '"auto"'))
    save.click()
    expect(page.page.get_by_text("Saved. The gateway starts again with it.")).to_be_visible()
    editor.press("ControlOrMeta+End")
    editor.press_sequentially("// one more thing")

    eventually("the gateway to start again", lambda: ours.output.count("listening on") == 2)
    save.click()
    expect(page.page.get_by_text("Saved. The gateway uses it now.")).to_be_visible()
    assert ours.config_path.read_text().endswith("// one more thing")


@pytest.mark.parametrize("arrives", [True, False], ids=["saved", "lost"])
def test_a_save_without_an_answer_is_looked_up_once_the_gateway_is_back(
    chrome: Browser, ours: Gateway, arrives: bool
) -> None:
    """The connection breaks after the save was sent: before the gateway has it, or before its answer is back."""
    cut: list[str] = []
    come_back = threading.Event()

    def between(socket: WebSocketRoute) -> None:
        if cut and not come_back.is_set():
            socket.close()
            return
        gateway = socket.connect_to_server()

        def to_gateway(frame: str | bytes) -> None:
            if not cut and '"config.apply"' in str(frame):
                cut.append(json.loads(frame)["id"])
                if not arrives:
                    socket.close()
                    return
            gateway.send(frame)

        def to_page(frame: str | bytes) -> None:
            if cut and not come_back.is_set():
                socket.close()
            else:
                socket.send(frame)

        socket.on_message(to_gateway)
        gateway.on_message(to_page)

    context = chrome.new_context(locale="en-US")
    context.route_web_socket(re.compile("."), between)
    page = Tab(context.new_page(), ours.url).open().log_in(TOKEN)
    editor, save = open_config(page), page.page.get_by_role("button", name="Save")
    mine = "// mine\n" + editor.input_value().replace("__OPENCLAW_REDACTED__", TOKEN, 1)
    editor.fill(mine)
    save.click()
    expect(page.page.get_by_text("The connection broke before the gateway answered.")).to_be_visible()
    expect(save).to_be_disabled()

    come_back.set()
    if arrives:
        expect(page.page.get_by_text("Saved. The gateway uses it now.")).to_be_visible()
        expect(page.page.get_by_text("Unsaved changes")).to_have_count(0)
        expect(editor).to_have_value(re.compile("^// mine"))
    else:
        expect(page.page.get_by_text("Not saved: the connection broke")).to_be_visible()
        expect(editor).to_have_value(mine)
        save.click()
        expect(page.page.get_by_text("Saved. The gateway uses it now.")).to_be_visible()
    assert ours.config_path.read_text().startswith("// mine")
    context.close()


def test_unsaved_changes_to_the_config_survive_a_look_elsewhere_and_a_new_login(
    tab: OpenTab, ours: Gateway, start: Any
) -> None:
    page = tab()
    editor = open_config(page)
    mine = "// an hour of work\n" + editor.input_value()
    editor.fill(mine)
    page.page.go_back()
    expect(page.message_box).to_be_visible()
    expect(page.page.get_by_text("Your changes to the configuration are not saved.")).to_be_visible()
    page.page.go_forward()
    expect(editor).to_have_value(mine)

    page.page.evaluate("localStorage.clear()")
    ours.kill()
    config = json.loads(ours.config_path.read_text())
    config["gateway"]["auth"]["token"] = "another-token-0123456789"
    start(config, port=ours.port)
    page.page.get_by_label("Gateway token or password").fill("another-token-0123456789")
    page.page.get_by_role("button", name="Connect", exact=True).click()
    expect(editor).to_have_value(mine)
    expect(page.page.get_by_text("The file was changed elsewhere")).to_be_visible()
    page.page.get_by_role("button", name="Load the file").click()
    expect(page.page.get_by_text("Unsaved changes")).to_have_count(0)


def test_a_file_with_ends_of_lines_as_on_windows_keeps_them(tab: OpenTab, ours: Gateway) -> None:
    ours.config_path.write_bytes(("// mine\n" + ours.config_path.read_text()).replace("\n", "\r\n").encode())
    page = tab()
    editor = open_config(page)
    expect(editor).to_have_value(re.compile("^// mine\n"))
    editor.fill(editor.input_value().replace("// mine", "// ours"))
    page.page.get_by_role("button", name="Save").click()
    expect(page.page.get_by_text("Saved.")).to_be_visible()
    expect(page.page.get_by_text("Unsaved changes")).to_have_count(0)
    written = ours.config_path.read_bytes()
    assert written.startswith(b"// ours\r\n") and written.count(b"\n") == written.count(b"\r\n")


def test_a_file_changed_outside_is_followed_unless_one_has_typed(tab: OpenTab, ours: Gateway) -> None:
    page = tab()
    editor, text = open_config(page), ours.config_path.read_text()
    ours.write_config("// from outside\n" + text)
    expect(editor).to_have_value(re.compile("^// from outside"))

    editor.fill("// mine\n" + editor.input_value())
    mine = editor.input_value()
    ours.write_config("// outside again\n" + text)
    expect(page.page.get_by_text("The file was changed elsewhere while you were editing.")).to_be_visible()
    expect(editor).to_have_value(mine)
    page.page.get_by_role("button", name="Keep my version").click()
    expect(page.page.get_by_text("Saved. The gateway uses it now.")).to_be_visible()
    assert ours.config_path.read_text().startswith("// mine\n// from outside")


def test_a_broken_file_is_told_and_not_replaced(tab: OpenTab, ours: Gateway) -> None:
    page = tab()
    editor, text = open_config(page), ours.config_path.read_text()
    editor.fill(editor.input_value() + "// mine")
    ours.write_config("{\n  gateway: { mode: 'local',, }\n}")

    note = page.page.locator(".outcome.bad")
    for said in ("The config file has a mistake", str(ours.config_path), "openclaw.json:2:28", "last good copy", "openclaw config validate"):
        expect(note).to_contain_text(said)
    expect(note).to_contain_text("Your unsaved changes are kept here meanwhile.")
    expect(editor).to_have_count(0)
    expect(page.page.get_by_role("button", name="Save")).to_have_count(0)
    page.picture("config-broken")

    ours.write_config(text)
    page.page.get_by_role("button", name="Read again").click()
    expect(editor).to_have_value(re.compile("// mine$"))
    expect(note).to_have_count(0)
    page.page.get_by_role("button", name="Undo changes").click()
    expect(editor).not_to_have_value(re.compile("// mine"))


def test_a_file_with_mistakes_that_can_be_shown_is_mended_here(tab: OpenTab, ours: Gateway) -> None:
    page = tab()
    ours.write_config(merged(ours.config, {"messages": {"ackReaction": 5}, "gateway": {"mode": "lokal"}}))
    editor, note = open_config(page), page.page.locator(".outcome.bad")
    expect(note).to_contain_text("The config file has 2 mistakes")
    expect(note.get_by_role("listitem").filter(has_text="gateway.mode")).to_contain_text("line 3")
    note.get_by_role("button", name="line 3").click()
    assert "lokal" in editor.evaluate("(field) => field.value.slice(field.selectionStart, field.selectionEnd)")

    editor.fill(editor.input_value().replace("lokal", "local").replace('"ackReaction": 5', '"ackReaction": "x"'))
    page.page.get_by_role("button", name="Save").click()
    expect(page.page.get_by_text("Saved. The gateway uses it now.")).to_be_visible()
    expect(note).to_have_count(0)


def test_what_is_wrong_in_a_text_is_told_with_its_place(tab: OpenTab, ours: Gateway) -> None:
    page = tab()
    editor, save, note = open_config(page), page.page.get_by_role("button", name="Save"), page.page.locator(".outcome.bad")
    good = editor.input_value()
    editor.fill(good.replace('"bind"', '"bnd"', 1))
    save.click()
    item = note.get_by_role("listitem")
    expect(item).to_contain_text("gateway.bnd")
    expect(item).to_contain_text("unknown key; did you mean bind?")
    line = good[: good.index('"bind"')].count("\n") + 1
    item.get_by_role("button", name=re.compile(f"^line {line}, column \\d+$")).click()
    assert "bnd" in editor.evaluate("(field) => field.value.slice(field.selectionStart, field.selectionEnd)")
    page.picture("config-mistake")

    editor.fill("{\n  gateway: { mode: 'local',, }\n}")
    save.click()
    item.get_by_role("button", name="line 2, column 28").click()
    assert "local" in editor.evaluate("(field) => field.value.slice(field.selectionStart, field.selectionEnd)")

    editor.fill("  \n")
    save.click()
    expect(note).to_contain_text("Nothing was saved, for the text is empty.")
    assert json.loads(ours.config_path.read_text()) == ours.config


def test_who_was_let_in_on_a_platform_is_shown_and_removed(tab: OpenTab, ours: Gateway) -> None:
    with FakeTelegram() as telegram:
        section = {"botToken": telegram.token, "apiRoot": telegram.url, "dmPolicy": "pairing"}
        ours.write_config(ours.config | {"channels": {"telegram": section}})
        telegram.wait_for_poll()
        ann = telegram.user("Ann")
        ann.writes(ann.chat, "Hello?")
        page = tab()
        page.page.get_by_role("link", name="Status", exact=True).click()
        page.page.get_by_role("button", name="Let in").click()
        row = page.page.get_by_role("listitem").filter(has=page.page.get_by_role("button", name="Remove"))
        expect(row).to_contain_text(str(ann.id))
        row.get_by_role("button", name="Remove").click()
        expect(page.page.get_by_text("Let in by a code")).to_have_count(0)
        with connect(ours.port) as client:
            assert client.request("pairing.list")["allowed"] == []


def test_the_status_tells_of_a_config_that_is_not_used_whole(tab: OpenTab, ours: Gateway) -> None:
    page = tab()
    status = page.page.get_by_role("link", name="Status", exact=True)
    status.click()
    expect(page.page.get_by_text("Healthy")).to_be_visible()
    expect(page.page.get_by_text("Add Discord or Telegram in the config.")).to_be_visible()
    expect(page.page.locator(".outcome")).to_have_count(0)
    good = ours.config
    many = {name: {} for name in ("one", "two", "three", "four", "five")}
    with connect(ours.port) as client:

        def have(key: str, count: int) -> bool:
            return len(client.request("config.get", {})[key]) == count

        ours.write_config(merged(good, {"agents": many}))
        eventually("the gateway to see the unknown keys", lambda: have("warnings", 5))
        page.page.get_by_role("button", name="Refresh").click()
        note = page.page.locator(".outcome.warn")
        expect(note).to_contain_text("5 warnings about the config file")
        expect(note.get_by_role("listitem")).to_have_count(4)
        expect(note).to_contain_text("and 2 more")

        ours.write_config("{ broken,, ")
        eventually("the gateway to see the mistake", lambda: have("issues", 1))
        page.page.get_by_role("button", name="Refresh").click()
        note = page.page.locator(".outcome.bad")
        for said in ("The config file has a mistake", str(ours.config_path), "openclaw.json:1:9", "last good copy"):
            expect(note).to_contain_text(said)
        note.get_by_role("link", name="Open the config").click()
        expect(page.page.get_by_role("button", name="Read again")).to_be_visible()
