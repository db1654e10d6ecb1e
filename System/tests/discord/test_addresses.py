"""Files from addresses that somebody named: what is on the internet is fetched, what is inside is not."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, FakeProxy, Text, ToolCall
from fakes.discord import FakeDiscord
from harness.platforms import DiscordPlatform
from tests.discord.conftest import Connect


class Inside(http.server.ThreadingHTTPServer):
    """A server of this machine: whoever asks it has come inside. It also leads elsewhere."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.reached = 0
        self.asked: list[str] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        self.reached += 1
        super().process_request(request, client_address)


class Answers(http.server.BaseHTTPRequestHandler):
    server: Inside

    def do_GET(self) -> None:
        path = self.path.removeprefix("http://files.example")
        self.server.asked.append(path)
        if path == "/moved":
            return self._answer(302, ("Location", "/tea.txt"))
        if path == "/in":
            return self._answer(302, ("Location", f"http://127.0.0.1:{self.server.server_port}/secret"))
        return self._answer(200, ("Content-Type", "text/plain"))

    def _answer(self, status: int, header: tuple[str, str]) -> None:
        self.send_response(status)
        self.send_header(*header)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"tea")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def inside() -> Iterator[Inside]:
    with Inside() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def posted(fake: FakeDiscord, fake_chat: FakeOpenAIChat, address: str, by: str) -> tuple[str, list[str]]:
    """What the assistant posts when it is told to send a file, and the files of that."""
    general = fake.channel("general")
    before = len(fake.messages(general))
    call = ToolCall("message", {"action": "send", "message": "Here.", "media": address})
    fake_chat.script += [Text(f"Here.\nMEDIA: {address}")] if by == "line" else [call, Text("Done.")]
    fake.user("Ann").writes(general, "Show me.")
    fake.wait_for_message(general, before + 1)
    answers = fake.messages(general)[before:]
    return answers[-1].content, [file["filename"] for m in answers for file in m.attachments]


@pytest.mark.parametrize("by", ["line", "tool"])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "2130706433", "[64:ff9b::7f00:1]"])
def test_an_address_of_this_machine_is_not_asked(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, inside: Inside, host: str, by: str
) -> None:
    connect_bot()
    scheme = "https" if by == "line" else "http"
    text, files = posted(fake, fake_chat, f"{scheme}://{host}:{inside.server_port}/secret", by)
    assert inside.reached == 0 and files == [], text
    assert by == "tool" or "could not be fetched" in text


def test_through_a_proxy_files_come_and_addresses_of_the_inside_are_refused(
    platform: DiscordPlatform,
    connect_bot: Connect,
    fake_chat: FakeOpenAIChat,
    inside: Inside,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = platform.environment
    with FakeProxy({"files.example": inside.server_port}, tmp_path) as proxy:
        monkeypatch.setattr(platform, "environment", lambda token=None: own(token) | {"HTTP_PROXY": proxy.url})
        connect_bot()

        assert posted(platform.fake, fake_chat, "http://files.example/moved", "tool")[1] == ["moved"]
        assert inside.asked == ["/moved", "/tea.txt"]

        for address in ("http://files.example/in", "http://127.1/secret", "http://%6cocalhost/x", "http://[::1]./x"):
            assert posted(platform.fake, fake_chat, address, "tool")[1] == [], address
        assert inside.asked == ["/moved", "/tea.txt", "/in"] and set(proxy.hosts) == {"files.example"}
