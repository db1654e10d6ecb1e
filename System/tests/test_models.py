"""Turns through all four model APIs, and what happens when a model fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from fakes import (
    Cut,
    Error,
    ErrorEvent,
    FakeAnthropic,
    FakeGemini,
    FakeOpenAIChat,
    FakeOpenAIResponses,
    FakeServer,
    OneByteChunks,
    Silence,
    Text,
    ToolCall,
)
from harness import Client, Gateway, Launch, ModelConfig, connect, gateway_config
from harness.certificates import Authority
from harness.config import APIS, TOKEN
from tests.test_chat import DOT_PNG, text_of

VENDORS: dict[str, type[FakeServer]] = {
    "anthropic": FakeAnthropic,
    "chat": FakeOpenAIChat,
    "responses": FakeOpenAIResponses,
    "gemini": FakeGemini,
}


@pytest.fixture(scope="module")
def vendors(openclaw: Path) -> Iterator[dict[str, FakeServer]]:
    fakes = {name: kind() for name, kind in VENDORS.items()}
    for fake in fakes.values():
        fake.__enter__()
    yield fakes
    for fake in fakes.values():
        fake.__exit__(None, None, None)


@pytest.fixture(scope="module")
def many(vendors: dict[str, FakeServer], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with one provider for each API."""
    state = tmp_path_factory.mktemp("models") / "state"
    with Gateway(
        Launch(state=state, config=gateway_config(state, [configured(n, f) for n, f in vendors.items()]))
    ) as gateway:
        yield gateway


def configured(name: str, fake: FakeServer, key: str = "secret-key-of-the-test", **options: Any) -> ModelConfig:
    return ModelConfig(f"fake-{name}", fake.url, APIS[type(fake).__name__], key=key, reasoning=True, **options)


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest, vendors: dict[str, FakeServer]) -> Iterator[FakeServer]:
    fake = vendors[request.param]
    fake.script.clear()
    yield fake
    violations, fake.violations = fake.violations, []
    assert not violations, "\n".join(violations)


@pytest.fixture
def talk(many: Gateway, vendor: FakeServer, session: str) -> Iterator[tuple[Client, str]]:
    """A client, and a session that uses the vendor under test."""
    name = next(n for n, kind in VENDORS.items() if isinstance(vendor, kind))
    with connect(many.port) as client:
        client.request("sessions.patch", {"key": session, "model": f"fake-{name}/fake-1"})
        yield client, session


Talk = tuple[Client, str]


def test_a_turn_streams(vendor: FakeServer, talk: Talk) -> None:
    client, session = talk
    run = client.send_chat("hi", session)
    final = client.chat_end(run)
    assert text_of(final["message"]) == "Hello from the fake model."
    assert [e for e in client.chat_events(run) if e["state"] == "delta"]


def test_a_tool_call_goes_round(vendor: FakeServer, talk: Talk) -> None:
    client, session = talk
    final = client.chat('[[tool:exec {"command":"echo round trip"}]]', session)
    assert "round trip" in text_of(final["message"])


def test_reasoning_before_a_tool_call_is_given_back(vendor: FakeServer, talk: Talk) -> None:
    client, session = talk
    vendor.script += [
        ToolCall("exec", {"command": "true"}, text="Let me see.", thinking="Hmm."),
        Text("Done.", thinking="Good."),
    ]
    assert text_of(client.chat("go", session)["message"]) == "Done."
    assert text_of(client.chat("[[say:and again]]", session)["message"]) == "and again"
    assert "Hmm." not in text_of(client.history(session)[-1])


def test_several_tool_calls_in_a_row(vendor: FakeServer, talk: Talk) -> None:
    client, session = talk
    vendor.script += [*(ToolCall("exec", {"command": f"echo {n}"}) for n in range(4)), Text("Four.")]
    assert text_of(client.chat("go", session)["message"]) == "Four."
    assert len([m for m in client.history(session) if m["role"] == "toolResult"]) == 4


def test_an_image_is_seen(vendor: FakeServer, talk: Talk) -> None:
    client, session = talk
    image = {"type": "image", "mimeType": "image/png", "fileName": "dot.png", "content": DOT_PNG}
    client.chat("what is it?", session, attachments=[image])
    assert DOT_PNG in str(vendor.requests[-1].body).replace("\\/", "/")


def test_usage_is_counted(vendor: FakeServer, talk: Talk) -> None:
    client, session = talk
    client.chat("hi", session)
    usage = client.history(session)[-1]["usage"]
    assert usage["output"] > 0 and usage["cacheRead"] == 30
    assert usage["input"] in (70, 100), "without or with the cached part, as the vendor counts"
    assert all(type(usage[key]) is int for key in ("input", "output", "cacheRead", "cacheWrite", "totalTokens"))
    row = next(r for r in client.request("sessions.list", {})["sessions"] if r["key"] == session)
    assert row["totalTokens"] > 0


def test_text_beyond_ascii_survives_one_byte_chunks(vendor: FakeServer, talk: Talk) -> None:
    client, session = talk
    vendor.script.append(OneByteChunks(Text("Grüße, 世界 🦞")))
    assert text_of(client.chat("hi", session)["message"]) == "Grüße, 世界 🦞"


FALLBACK = "Hello from the fake model."  # what the configured primary says when the session's own model fails


@pytest.mark.parametrize(
    "fault",
    [Error(500), Error(503), Error(429, retry_after=1), Error(529), ErrorEvent(after=0)],
    ids=lambda f: repr(f)[:16],
)
def test_a_passing_fault_is_tried_again(vendor: FakeServer, talk: Talk, fault: Any) -> None:
    client, session = talk
    vendor.script += [fault, Text("Recovered.")]
    answer = text_of(client.chat("hi", session, timeout=30)["message"])
    vendor.script.clear()
    assert answer in ("Recovered.", FALLBACK), "the same model again, or the configured primary in its place"


@pytest.mark.parametrize("fault", [Cut(after=2), ErrorEvent(after=2)], ids=["cut", "error event"])
def test_a_fault_after_the_first_word_ends_in_one_whole_answer_or_one_error(
    vendor: FakeServer, talk: Talk, fault: Any
) -> None:
    client, session = talk
    vendor.script += [fault, Text("Whole again.")]
    run = client.send_chat("hi", session)
    ended = client.chat_end(run, timeout=30)
    vendor.script.clear()
    if ended["state"] == "final":
        assert text_of(ended["message"]) in ("Whole again.", FALLBACK), "half an answer is not glued to another"
    else:
        assert ended["state"] == "error" and ended["errorMessage"]


def test_a_wrong_key_says_so(vendor: FakeServer, talk: Talk) -> None:
    client, session = talk
    before = len(vendor.requests)
    vendor.script.append(Error(401, "invalid key"))
    ended = client.chat("hi", session)
    assert ended["state"] == "error" and "key" in ended["errorMessage"].lower()
    assert len(vendor.requests) == before + 1, "a wrong key is not tried again"


def test_cache_marks_are_set_for_anthropic(vendors: dict[str, FakeServer], many: Gateway, session: str) -> None:
    with connect(many.port) as client:
        client.request("sessions.patch", {"key": session, "model": "fake-anthropic/fake-1"})
        client.chat("hi", session)
    marks = str(vendors["anthropic"].requests[-1].body).count("cache_control")
    assert 1 <= marks <= 4


def test_the_first_request_is_small(many: Gateway, vendors: dict[str, FakeServer], session: str) -> None:
    with connect(many.port) as client:
        client.request("sessions.patch", {"key": session, "model": "fake-chat/fake-1"})
        client.chat("hi", session)
    assert int(vendors["chat"].requests[-1].headers["content-length"]) <= 10_000


# Several models


@pytest.fixture
def pair(start: Any, state: Path, fake_anthropic: FakeAnthropic, fake_chat: FakeOpenAIChat) -> Any:
    """A gateway whose first model is Anthropic's and whose second is OpenAI's."""
    models = [configured("first", fake_anthropic), configured("second", fake_chat)]
    return start(gateway_config(state, models, fallbacks=["fake-second/fake-1"]))


@pytest.mark.parametrize(
    "fault", [Error(401), Error(403), Error(429), Error(529), Error(404)], ids=lambda f: str(f.status)
)
def test_the_second_model_answers_when_the_first_fails(
    pair: Gateway, fake_anthropic: FakeAnthropic, fake_chat: FakeOpenAIChat, fault: Error
) -> None:
    fake_anthropic.script += [fault] * 20
    fake_chat.script.append(Text("From the second."))
    with connect(pair.port) as client:
        assert text_of(client.chat("hi", timeout=40)["message"]) == "From the second."


def test_the_model_does_not_change_in_the_middle_of_an_answer(
    pair: Gateway, fake_anthropic: FakeAnthropic, fake_chat: FakeOpenAIChat
) -> None:
    fake_anthropic.script += [Cut(after=3)] * 20
    with connect(pair.port) as client:
        run = client.send_chat("hi")
        client.chat_end(run, timeout=40)
    assert fake_chat.requests == [], "the first event had been shown"


def test_a_cooldown_outlives_a_restart(
    start: Any, pair: Gateway, fake_anthropic: FakeAnthropic, fake_chat: FakeOpenAIChat
) -> None:
    fake_anthropic.script += [Error(429, retry_after=300)] * 20
    with connect(pair.port) as client:
        client.chat("hi", timeout=40)
    asked = len(fake_anthropic.requests)
    pair.stop()
    again = start(port=pair.port)
    fake_anthropic.script.clear()
    with connect(again.port) as client:
        assert client.chat("hi again")["state"] == "final"
    assert len(fake_anthropic.requests) == asked, "the first model is still resting"
    assert len(fake_chat.requests) == 2


def test_when_all_fail_each_is_named_with_its_reason(
    pair: Gateway, fake_anthropic: FakeAnthropic, fake_chat: FakeOpenAIChat
) -> None:
    fake_anthropic.script += [Error(401, "first says no")] * 20
    fake_chat.script += [Error(403, "second says no")] * 20
    with connect(pair.port) as client:
        run = client.send_chat("hi")
        ended = client.chat_end(run, timeout=40)
        errors = [e for e in client.chat_events(run) if e["state"] == "error"]
    assert len(errors) == 1
    for part in ("fake-first/fake-1", "fake-second/fake-1"):
        assert part in ended["errorMessage"], ended["errorMessage"]


@pytest.mark.slow
@pytest.mark.timeout(90)
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", None])
def test_a_server_is_trusted_when_a_variable_names_who_vouches_for_it(
    start: Any, state: Path, tmp_path: Path, variable: str | None
) -> None:
    authority = Authority(tmp_path)
    named = authority.directory if variable == "SSL_CERT_DIR" else authority.file
    with FakeOpenAIChat(tls=authority.server()) as fake:
        env = {variable: str(named)} if variable else {}
        gateway = start(gateway_config(state, [ModelConfig("fake", fake.url)]), env=env)
        with connect(gateway.port) as client:
            final = client.chat("hi")
        assert final["state"] == ("final" if variable else "error"), final
        assert len(fake.requests) == (1 if variable else 0)
        assert "is not followed" not in gateway.output


def test_a_certificate_file_that_is_not_there_is_named_and_not_followed(
    start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    env = {"NODE_EXTRA_CA_CERTS": "/nowhere.pem"}
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]), env=env)
    assert "NODE_EXTRA_CA_CERTS is not followed: `/nowhere.pem`" in gateway.output
    with connect(gateway.port) as client:
        assert client.chat("hi")["state"] == "final"


def test_silence_is_given_up_in_the_configured_time(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script += [Silence(after=1)] * 10
    more = {"agents": {"defaults": {"timeoutSeconds": 4}}}
    gateway = start(gateway_config(state, [configured("silent", fake_chat)], more=more))
    with connect(gateway.port) as client:
        begun = time.monotonic()
        ended = client.chat("hi", timeout=60)
    assert ended["state"] in ("error", "aborted")
    assert time.monotonic() - begun < 30
    assert fake_chat.requests[0].client_closed.wait(5)


# Keys


NAMES = [
    ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "anthropic/claude-opus-4-6", FakeAnthropic, ""),
    ("OPENAI_API_KEY", "OPENAI_BASE_URL", "openai/gpt-4o", None, "/v1"),
    ("GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", "google/gemini-9-newest", FakeGemini, ""),
    ("GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", "google/gemini-9-newest", FakeGemini, ""),
]


@pytest.mark.parametrize(("key", "base", "model_name", "kind", "suffix"), NAMES, ids=[n[0] for n in NAMES])
def test_a_key_in_the_environment_is_enough(
    start: Any,
    state: Path,
    openclaw: Path,
    key: str,
    base: str,
    model_name: str,
    kind: type[FakeServer] | None,
    suffix: str,
) -> None:
    config = gateway_config(state, more={"agents": {"defaults": {"model": {"primary": model_name}}}})
    with (kind or AnyOpenAI)() as fake:
        gateway = start(config, env={key: "key-from-the-environment", base: f"http://127.0.0.1:{fake.port}{suffix}"})
        with connect(gateway.port) as client:
            assert client.chat("hi")["state"] == "final"
        sent = str(fake.requests[0].headers)
    assert "key-from-the-environment" in sent


class AnyOpenAI(FakeOpenAIChat):
    """Both of OpenAI's APIs on one port: the choice between them is the gateway's."""

    def routes(self) -> list[Any]:
        self.responses = FakeOpenAIResponses()
        self.responses.requests, self.responses.violations = self.requests, self.violations
        return [*super().routes(), web.post("/v1/responses", self.responses.handle)]


def test_without_any_key_a_message_is_answered_with_what_to_set(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    with connect(gateway.port) as client:
        run = client.send_chat("hi")
        ended = client.chat_end(run)
    said = ended.get("errorMessage") or text_of(ended["message"])
    assert "ANTHROPIC_API_KEY" in said and "OPENAI_API_KEY" in said


def test_keys_stay_out_of_the_log_and_of_what_a_chat_shows(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    key = "sk-very-secret-key-0123456789"
    fake_chat.script += [Error(401, f"Incorrect API key provided: {key}")] * 3
    gateway = start(gateway_config(state, [configured("keyed", fake_chat, key=key)]), args=["--verbose"])
    with connect(gateway.port) as client:
        ended = client.chat("hi")
    assert key not in str(ended)
    assert key not in gateway.output and TOKEN not in gateway.output
    for log in (state / "logs").glob("*.log"):
        assert key not in log.read_text()
