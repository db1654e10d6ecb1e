"""People who write through the gateway's own socket, as the page does: what is not acknowledged is sent again, with its
key, when the socket is open again."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import aiohttp

from fakes.ledger import Ledger
from harness.client import Client, Refused, connect

T = TypeVar("T")


@dataclass(frozen=True)
class WebPerson:
    name: str

    @property
    def id(self) -> str:
        return self.name.lower()


@dataclass
class Said:
    """A message with its key, and whether the gateway has it."""

    session: str
    text: str
    key: str
    is_taken: bool = False


class WebChat:
    """All their sockets in one, with a ledger of what the conversations say."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.violations: list[str] = []
        self._said: list[Said] = []
        self._known: dict[str, int] = {}
        self._count = 0
        self._port: int | None = None
        self._client: Client | None = None

    def __enter__(self) -> WebChat:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        assert not self.violations, "; ".join(self.violations)

    # The socket

    def open(self, port: int) -> None:
        self.close()
        self._port = port
        self._client = connect(port)
        self._send_open()

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            self.violations += client.envelope_problems
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                client.close()

    def killed(self) -> None:
        self.close()

    def drop(self) -> None:
        assert self._port is not None
        self.open(self._port)

    # Writing

    def user(self, name: str) -> WebPerson:
        return WebPerson(name)

    def says(self, session: str, text: str) -> Said:
        said = Said(session, text, str(uuid.uuid4()))
        self._said.append(said)
        self.ledger.asked(session, text)
        self._send_open()
        return said

    def _send_open(self) -> None:
        for said in self._said:
            if not said.is_taken and not self._send(said):
                return

    def tell_again(self) -> None:
        """All that was ever said is sent once more."""
        for said in self._said:
            assert self._send(said)

    def _send(self, said: Said) -> bool:
        if self._client is None or self._client.close_code is not None:
            return False
        try:
            self._client.send_chat(said.text, said.session, said.key)
        except Refused:
            raise
        except (AssertionError, aiohttp.ClientError, ConnectionError):
            return False  # the socket has closed; it is sent again
        said.is_taken = True
        return True

    # Reading

    def answers(self, session: str) -> list[str]:
        assert self._client is not None
        return [words for m in self._client.history(session) if m["role"] == "assistant" and (words := flat(m))]

    def look(self) -> None:
        """Takes into the ledger what the conversations say beyond what they said before."""
        if self._client is None or self._client.close_code is not None:
            return
        for session in sorted({said.session for said in self._said}):
            answers = self.answers(session)
            for words in answers[self._known.get(session, 0) :]:
                self._count += 1
                self.ledger.posted(session, self._count, words, None)
            self._known[session] = len(answers)

    def wait_until(self, what: str, probe: Callable[[], T], timeout: float = 20) -> T:
        deadline = time.monotonic() + timeout
        while True:
            self.look()
            if found := probe():
                return found
            assert time.monotonic() < deadline, f"expected {what} within {timeout} s"
            time.sleep(0.05)

    @contextlib.contextmanager
    def outage(self) -> Iterator[None]:
        self.close()
        yield
        if self._port is not None:
            self.open(self._port)


def flat(message: dict[str, object]) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    assert isinstance(content, list)
    return "".join(block.get("text", "") for block in content if block.get("type") == "text")
