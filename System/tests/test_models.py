"""Turns through all four model APIs, and what happens when a model fails."""

from __future__ import annotations

import email.utils
import inspect
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import google.genai._gaos.types.interactions.model as google_models
import pytest
from aiohttp import web
from anthropic.types.model_param import ModelParam
from openai.types.shared.responses_model import ResponsesModel

from fakes import (
    Cut,
    Error,
    ErrorEvent,
    FakeAnthropic,
    FakeGemini,
    FakeOpenAIChat,
    FakeOpenAIResponses,
    FakeProxy,
    FakeServer,
    Lingering,
    OneByteChunks,
    Silence,
    Text,
    ToolCall,
)
from fakes.server import Seen
from fakes.steps import Step
from harness import Client, Gateway, Launch, ModelConfig, connect, eventually, gateway_config
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


def test_tool_calls_side_by_side_all_have_their_results(vendor: FakeServer, talk: Talk) -> None:
    client, session = talk
    first, *others = (ToolCall("exec", {"command": f"echo {n}"}) for n in "123")
    vendor.script += [replace(first, beside=tuple(others)), Text("Three.")]
    assert text_of(client.chat("go", session)["message"]) == "Three."
    results = [m for m in client.history(session) if m["role"] == "toolResult"]
    assert [text_of(m).strip() for m in results] == ["1", "2", "3"]


def test_what_was_sent_once_is_sent_the_same_way_again(vendor: FakeServer, talk: Talk) -> None:
    """A vendor's prompt cache finds the longest beginning that is the same, byte by byte."""
    client, session = talk
    seen = len(vendor.requests)
    vendor.script += [
        ToolCall("exec", {"command": "echo one"}, text="Look.", thinking="Hmm."), Text("One.", thinking="So."),
        ToolCall("exec", {"command": "echo two"}, thinking="Two?"), Text("Two."),
    ]
    client.chat("first", session)
    client.chat("second", session)
    client.chat("third", session)
    bodies = [request.body for request in vendor.requests[seen:]]
    assert len(bodies) == 5
    for earlier, later in zip(bodies, bodies[1:], strict=False):
        (before, said), (after, says) = beginning(earlier), beginning(later)
        assert before == after, "model, system prompt, tools and limits"
        assert says[: len(said)] == said, "the conversation only grows"


def beginning(body: dict[str, Any]) -> tuple[str, list[str]]:
    """What comes before the conversation, and the conversation's entries, as bytes but for the marks of the cache."""
    unmarked = json.loads(json.dumps(body).replace(', "cache_control": {"type": "ephemeral"}', ""))
    key = next(name for name in ("messages", "input", "contents") if name in unmarked)
    conversation = unmarked.pop(key)
    if key == "contents":  # Google's turns are taken apart: results and questions share one
        conversation = [part for content in conversation for part in content["parts"]]
    return json.dumps(unmarked), [json.dumps(entry) for entry in conversation]


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


@pytest.mark.parametrize("name", VENDORS)
def test_a_wrong_key_says_so(name: str, start: Any, state: Path) -> None:
    with VENDORS[name]() as fake, connect(start(gateway_config(state, [configured(name, fake)])).port) as client:
        fake.script.append(Error(401, "invalid key"))
        ended = client.chat("hi", "agent:main:main")
        assert ended["state"] == "error" and "key" in ended["errorMessage"].lower(), ended
        assert len(fake.requests) == 1, "a wrong key is not tried again"
        assert not fake.violations


@pytest.mark.parametrize("name", VENDORS)
def test_an_answer_that_was_cut_says_so(name: str, start: Any, state: Path) -> None:
    with VENDORS[name]() as fake, connect(start(gateway_config(state, [configured(name, fake)])).port) as client:
        fake.script += [Text("Half an answer", end="length"), Text("", end="length")]
        half = client.chat("hi", "agent:main:cut")
        assert (half["state"], half["stopReason"]) == ("final", "length"), half
        assert text_of(half["message"]) == "Half an answer"
        nothing = client.chat("hi", "agent:main:nothing")
        assert nothing["state"] == "error" and "output limit" in nothing["errorMessage"], nothing


@pytest.mark.parametrize("name", VENDORS)
def test_an_answer_that_a_filter_ended_says_so_and_keeps_what_was_seen(name: str, start: Any, state: Path) -> None:
    with VENDORS[name]() as fake, connect(start(gateway_config(state, [configured(name, fake)])).port) as client:
        fake.script += [Text("Half an answer", end="filter"), Text("Well.")]
        ended = client.chat("hi", "agent:main:main")
        assert ended["state"] == "error", ended
        assert any(word in ended["errorMessage"] for word in ("refusal", "content_filter", "SAFETY")), ended
        said = client.request("chat.history", {"sessionKey": "agent:main:main"})["messages"][-1]
        assert text_of(said) == "Half an answer" and said["stopReason"] == "error"
        assert client.chat("again", "agent:main:main")["state"] == "final"
        assert not fake.violations


@pytest.mark.parametrize("name", ["chat", "gemini"])
def test_an_answer_is_whole_though_its_server_keeps_the_line(name: str, start: Any, state: Path) -> None:
    with VENDORS[name]() as fake, connect(start(gateway_config(state, [configured(name, fake)])).port) as client:
        fake.script.append(Lingering("All of it."))
        ended = client.chat("hi", "agent:main:main")
        assert (ended["state"], text_of(ended["message"])) == ("final", "All of it."), ended
        eventually("the line to be cut", fake.requests[0].client_closed.is_set)
        assert len(fake.requests) == 1 and not fake.violations


@pytest.mark.parametrize("generation", [3, 4])
def test_an_answer_without_end_is_broken_off_and_what_was_said_is_kept(
    generation: int, start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    with connect(start(gateway_config(state, [configured("chat", fake_chat)])).port, generation) as client:
        fake_chat.script += [Text(("x" * 99 + " ") * 30_000, chunks=3_000)]
        run = client.send_chat("go", "agent:main:main")
        ended = client.chat_end(run)
        assert ended["state"] == "error" and "no end" in ended["errorMessage"], ended
        assert len(fake_chat.requests) == 1, "asked again, it would hardly come to an end either"
        said = client.history("agent:main:main")[-1]
        assert said["stopReason"] == "error" and 2 << 20 <= len(text_of(said)) < 3_000_000
        told = sum(len(json.dumps(frame)) for frame in client.frames if frame.get("event") in ("agent", "chat"))
        assert told < 60_000_000, "not the whole text again for each of 3,000 pieces"
        assert client.chat("hi", "agent:main:main")["state"] == "final"


def test_cache_marks_stand_where_anthropic_wants_them(
    vendors: dict[str, FakeServer], many: Gateway, session: str
) -> None:
    with connect(many.port) as client:
        client.request("sessions.patch", {"key": session, "model": "fake-anthropic/fake-1"})
        client.chat("hi", session)
    body = vendors["anthropic"].requests[-1].body
    marked = [body["tools"][-1], body["system"][-1], body["messages"][-1]["content"][-1]]
    assert all(block["cache_control"] == {"type": "ephemeral"} for block in marked)
    assert json.dumps(body).count('"cache_control"') == len(marked)


def test_openai_is_given_one_cache_key_for_each_session(
    start: Any, state: Path, fake_responses: FakeOpenAIResponses
) -> None:
    model = ModelConfig("openai", fake_responses.url, "openai-responses")
    with connect(start(gateway_config(state, [model])).port) as client:
        for key in ("agent:main:one", "agent:main:one", "agent:main:two"):
            client.chat("hi", key)
    first, second, other = (request.body["prompt_cache_key"] for request in fake_responses.requests)
    assert first == second != other


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
    fake_anthropic.script += [Cut(after=3), Text("Whole again.")]
    with connect(pair.port) as client:
        assert text_of(client.chat("hi", timeout=40)["message"]) == "Whole again."
    assert fake_chat.requests == [], "the first event had been shown"


@pytest.mark.parametrize("fault", [Cut(after=3), ErrorEvent(after=2)], ids=["cut", "error event"])
def test_a_stream_that_always_breaks_is_taken_back_and_the_second_model_answers(
    pair: Gateway, fake_anthropic: FakeAnthropic, fake_chat: FakeOpenAIChat, fault: Step
) -> None:
    fake_anthropic.script += [fault] * 20
    fake_chat.script.append(Text("From the second."))
    with connect(pair.port) as client:
        run = client.send_chat("hi")
        ended = client.chat_end(run, timeout=40)
        assert ended["state"] == "final" and text_of(ended["message"]) == "From the second.", ended
        shown = [text_of(e["message"]) for e in client.chat_events(run) if e["state"] == "delta"]
        taken_back = next(place for place, text in enumerate(shown) if "From".startswith(text[:4]) and text)
        assert all("From the second.".startswith(text) for text in shown[taken_back:]), shown
        assert len(fake_anthropic.requests) == 2
        fake_anthropic.script.clear()
        client.chat("hi", "agent:main:other")
        client.chat("again")
    assert (len(fake_anthropic.requests), len(fake_chat.requests)) == (4, 1), "the first model does not rest"


def test_the_broken_streams_of_one_conversation_count_also_while_others_are_answered(
    pair: Gateway, fake_anthropic: FakeAnthropic, fake_chat: FakeOpenAIChat
) -> None:
    fake_chat.script.append(Text("From the second."))

    def cuts() -> int:
        return sum("[[cut]]" in str(request.body) for request in fake_anthropic.requests)

    with connect(pair.port) as client:
        run = client.send_chat("[[cut]]", "agent:main:broken")
        deadline = time.monotonic() + 20
        while cuts() < 2 and time.monotonic() < deadline:
            client.chat("hi", "agent:main:whole")
        client.chat("hi", "agent:main:whole")
        ended = client.chat_end(run, timeout=40)
    assert ended["state"] == "final" and text_of(ended["message"]) == "From the second.", ended
    assert (cuts(), len(fake_chat.requests)) == (2, 1)


def test_a_model_that_breaks_off_is_not_asked_again_in_the_same_turn(
    pair: Gateway, fake_anthropic: FakeAnthropic, fake_chat: FakeOpenAIChat
) -> None:
    fake_anthropic.script += [Cut(after=3)] * 20
    fake_chat.script += [ToolCall("read", {"path": "AGENTS.md"}), Text("From the second.")]
    with connect(pair.port) as client:
        assert text_of(client.chat("hi", timeout=40)["message"]) == "From the second."
    assert (len(fake_anthropic.requests), len(fake_chat.requests)) == (2, 2)


def test_a_model_that_the_key_may_not_use_rests_alone(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    with FakeAnthropic() as first:
        models = [configured("first", first), configured("second", fake_chat)]
        config = gateway_config(state, models, fallbacks=["fake-second/fake-1"])
        entries = config["models"]["providers"]["fake-first"]["models"]
        entries.append({**entries[0], "id": "premium"})
        with connect(start(config).port) as client:
            client.request("sessions.patch", {"key": "agent:main:b", "model": "fake-first/premium"})
            first.script.append(Error(403, "This key may not use premium."))
            client.chat("hi", "agent:main:b")
            assert len(fake_chat.requests) == 1
            assert text_of(client.chat("[[say:healthy]]", "agent:main:a")["message"]) == "healthy"
            told = text_of(client.chat("/model status", "agent:main:b")["message"])
        asked = [first.model_of(request) for request in first.requests]
    assert asked[0] == "premium" and asked[-1] == "fake-1", "the key is still good for the other model"
    assert "premium" in told and "not open to this key" in told
    assert len(fake_chat.requests) == 1


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


def test_a_date_in_retry_after_is_waited_for(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    when = int(time.time()) + 3
    fake_chat.script += [Error(429, retry_after=email.utils.formatdate(when, usegmt=True)), Text("Later.")]
    gateway = start(gateway_config(state, [configured("only", fake_chat)]))
    with connect(gateway.port) as client:
        assert text_of(client.chat("hi", timeout=30)["message"]) == "Later."
        assert time.time() >= when - 1


@pytest.mark.timeout(60)
def test_a_provider_has_its_own_longest_silence(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script += [Silence()] * 3
    patient = configured("silent", fake_chat)
    gateway = start(gateway_config(state, [patient], more=provider("fake-silent", timeoutSeconds=1)))
    with connect(gateway.port) as client:
        ended = client.chat("hi", timeout=40)
    assert ended["state"] == "error" and "fake-silent/fake-1" in ended["errorMessage"]


def provider(name: str, **fields: Any) -> dict[str, Any]:
    return {"models": {"providers": {name: fields}}}


# Headers and proxies


def test_headers_of_the_config_go_along_and_overrule_ours(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    headers = {"X-Team": "red", "Authorization": "Bearer another-key"}
    gateway = start(gateway_config(state, [configured("mine", fake_chat)], more=provider("fake-mine", headers=headers)))
    with connect(gateway.port) as client:
        client.chat("hi")
    sent = fake_chat.requests[0].headers
    assert sent["x-team"] == "red" and sent["authorization"] == "Bearer another-key"


@pytest.fixture
def proxied(start: Any, state: Path, tmp_path: Path, fake_chat: FakeOpenAIChat) -> Iterator[Any]:
    """A provider at a name that only the proxy knows."""
    with FakeProxy({"model.example": fake_chat.port}, tmp_path) as proxy:

        def launch(env: dict[str, str], **request: Any) -> str:
            model = configured("far", fake_chat)
            more = provider("fake-far", baseUrl="http://model.example/v1", **request)
            gateway = start(gateway_config(state, [model], more=more), env=env)
            with connect(gateway.port) as client:
                ended = client.chat("hi", timeout=30)
            return ended.get("errorMessage") or text_of(ended["message"])

        launch.proxy = proxy  # type: ignore[attr-defined]
        yield launch


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_the_environments_proxy_is_used(proxied: Any, name: str) -> None:
    assert proxied({name: proxied.proxy.url}) == FALLBACK
    assert proxied.proxy.hosts == ["model.example"]


def test_what_no_proxy_names_is_asked_directly(proxied: Any) -> None:
    said = proxied({"HTTP_PROXY": proxied.proxy.url, "NO_PROXY": "other.example,.example"})
    assert "fake-far/fake-1" in said and proxied.proxy.hosts == []


def test_a_provider_has_its_own_proxy(proxied: Any) -> None:
    own = {"request": {"proxy": {"mode": "explicit-proxy", "url": proxied.proxy.url}}}
    assert proxied({"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "*"}, **own) == FALLBACK
    assert proxied.proxy.hosts == ["model.example"]


# Models that are not there


@pytest.mark.parametrize("kind", VENDORS.values(), ids=VENDORS)
def test_an_unknown_model_is_answered_with_the_setting_and_the_nearest_there_are(
    start: Any, state: Path, openclaw: Path, kind: type[FakeServer]
) -> None:
    with kind(models=("grand-2", "grand-3-mini", "other-1")) as fake:
        api = APIS[kind.__name__]
        gateway = start(gateway_config(state, [ModelConfig("mine", fake.url, api, model="grand-3")]))
        with connect(gateway.port) as client:
            ended = client.chat("hi")
    said = ended["errorMessage"]
    assert "`mine/grand-3` is not known" in said and "`agents.defaults.model.primary`" in said
    assert said.endswith("the nearest there are: `mine/grand-2`, `mine/grand-3-mini`."), said


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        ("127.0.0.1:9", "could not be reached"),
        ("nowhere.invalid", "Could not resolve host"),
        ("127.0.0.1:{}", "404"),
    ],
    ids=["closed", "unknown", "wrong"],
)
def test_an_address_that_is_wrong_is_named_with_its_setting(start: Any, state: Path, host: str, problem: str) -> None:
    with FakeOpenAIChat() as fake:
        url = f"http://{host.format(fake.port)}/nothing/here"
        gateway = start(gateway_config(state, [ModelConfig("mine", url, "openai-completions")]))
        with connect(gateway.port) as client:
            said = client.chat("hi", timeout=30)["errorMessage"]
        fake.violations.clear()  # that it was asked at a wrong path is what this is about
    assert problem in said and f"Check `models.providers.mine.baseUrl` (`{url}`)." in said, said


class Moved(FakeOpenAIChat):
    async def _play(self, request: web.Request, seen: Seen, step: Step) -> web.StreamResponse:
        place = "http://user:secret-of-it@moved.example/v1/chat/completions?key=abcdefgh01234567"
        return web.Response(status=308, headers={"location": place})


def test_a_server_that_has_moved_is_named_with_its_new_address_and_the_setting(start: Any, state: Path) -> None:
    with Moved() as fake, connect(start(gateway_config(state, [ModelConfig("moved", fake.url)])).port) as client:
        said = client.chat("hi", "agent:main:main")["errorMessage"]
        assert "moved.example/v1/chat/completions`" in said and "`models.providers.moved.baseUrl`" in said
        assert "secret-of-it" not in said and "abcdefgh" not in said
        assert len(fake.requests) == 1


class Own(FakeOpenAIChat):
    """A server of one's own, which says byte for byte what the test wrote, and then what the fake says."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, bytes]] = []

    async def _play(self, request: web.Request, seen: Seen, step: Step) -> web.StreamResponse:
        if not self.said:
            return await super()._play(request, seen, step)
        kind, body = self.said.pop(0)
        seen.answered.set()
        return web.Response(body=body, headers={"content-type": kind})

    def says(self, *deltas: dict[str, Any], reason: str | None = None, end: str | None = "stop") -> None:
        """Streams the deltas, each with `reason` beside it, and one more with the reason for the end."""
        chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]} for delta in deltas]
        chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": end}]}] if end else []
        events = [*map(json.dumps, chunks), *(["[DONE]"] if end else [])]
        self.said.append(("text/event-stream", "".join(f"data: {event}\n\n" for event in events).encode()))


@pytest.fixture
def own(start: Any, state: Path) -> Iterator[tuple[Own, Client]]:
    with Own() as fake:
        gateway = start(gateway_config(state, [ModelConfig("own", fake.url)]))
        with connect(gateway.port) as client:
            yield fake, client
            assert gateway.running
        assert not fake.violations


def piece(call: str, command: str, **fields: Any) -> dict[str, Any]:
    function = {"name": "exec", "arguments": json.dumps({"command": command})}
    return {"tool_calls": [{"id": call, "type": "function", "function": function, **fields}]}


@pytest.mark.parametrize(
    "indices", [(0, 0), (None, None), (2**63 - 1, None), (-(2**63), 2**63 - 1)], ids=["same", "none", "last", "odd"]
)
def test_every_call_of_an_answer_runs_whatever_number_it_has(
    own: tuple[Own, Client], indices: tuple[int | None, int | None]
) -> None:
    fake, client = own
    numbers = [{} if index is None else {"index": index} for index in indices]
    fake.says(piece("a", "echo one", **numbers[0]), piece("b", "echo two", **numbers[1]), end="tool_calls")
    assert client.chat("go", "agent:main:main")["state"] == "final"
    results = [text_of(m) for m in client.history("agent:main:main") if m["role"] == "toolResult"]
    assert results == ["one", "two"]


@pytest.mark.parametrize("reason", ["", "null"])
def test_a_reason_that_says_nothing_ends_no_answer(own: tuple[Own, Client], reason: str) -> None:
    fake, client = own
    thought = [{"content": part} for part in ("<think>", "a secret plan", "</think>", "Here I am.")]
    fake.says(*thought, reason=reason)
    assert text_of(client.chat("hi", "agent:main:main")["message"]) == "Here I am."
    fake.says({"content": "Half of"}, reason=reason, end=None)
    assert text_of(client.chat("hi", "agent:main:main")["message"]) == "Hello from the fake model."


def test_an_answer_of_nothing_but_empty_thoughts_at_first_is_read(own: tuple[Own, Client]) -> None:
    fake, client = own
    fake.says({"content": "<think></think>" * 60_000 + "Here I am."})
    assert text_of(client.chat("hi", "agent:main:main", timeout=30)["message"]) == "Here I am."


OTHER = "sent no stream of events (HTTP 200): Check `models.providers.own.baseUrl` (`http://127.0.0.1:"
PAID = b'{"error":{"message":"You have no credit left","type":"insufficient_quota","code":"insufficient_quota"}}'


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("text/html", b"<!doctype html>\n\n<title>Welcome</title>", OTHER),
        ("text/plain", b"It works!\n", OTHER),
        ("application/json", b'{"object":"list"}', OTHER),
        ("application/x-ndjson", b'{"done":true}\n', OTHER),
        ("text/event-stream", PAID, "wants payment first (HTTP 200): You have no credit left"),
        ("text/plain", PAID, "wants payment first (HTTP 200): You have no credit left"),
        ("application/json", b'{"error":{"code":402,"message":"Pay"}}', "wants payment first (HTTP 402): Pay."),
    ],
    ids=["page", "text", "json", "lines", "error-as-stream", "error-as-text", "error-with-number"],
)
def test_what_is_no_stream_of_events_says_so_and_is_asked_once(
    own: tuple[Own, Client], kind: str, body: bytes, words: str
) -> None:
    fake, client = own
    fake.said = [(kind, body)] * 3
    said = client.chat("hi", "agent:main:main")["errorMessage"]
    assert words in said, said
    assert len(fake.requests) == 1


def test_a_page_in_the_place_of_an_answer_is_nothing_against_an_image(own: tuple[Own, Client]) -> None:
    fake, client = own
    image = {"type": "image", "mimeType": "image/png", "fileName": "dot.png", "content": DOT_PNG}
    fake.said = [("text/html", b"<title>Welcome</title>")]
    assert client.chat("what is it?", "agent:main:main", attachments=[image])["state"] == "error"
    assert len(fake.requests) == 1
    assert client.chat("and now?", "agent:main:main")["state"] == "final"
    assert DOT_PNG in str(fake.requests[-1]).replace("\\/", "/")


def test_a_stream_that_breaks_off_in_its_first_line_is_asked_for_again(own: tuple[Own, Client]) -> None:
    fake, client = own
    fake.said = [("text/event-stream", b'data: {"choices":[')]
    assert client.chat("hi", "agent:main:main")["state"] == "final"


def test_a_fallback_without_a_key_is_named_when_all_fail(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script += [Error(403, "no")] * 9
    config = gateway_config(state, [configured("chat", fake_chat)], fallbacks=["nope/x", "openai/gpt-9"])
    with connect(start(config).port) as client:
        said = client.chat("hi")["errorMessage"]
    assert "fake-chat/fake-1" in said and "nope/x: No provider `nope`" in said and "Set `OPENAI_API_KEY`" in said, said


def test_a_first_model_without_a_key_is_named_in_the_log(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    config = gateway_config(state, [configured("chat", fake_chat)])
    config["agents"]["defaults"]["model"] = {"primary": "openai/gpt-9", "fallbacks": ["fake-chat/fake-1"]}
    gateway = start(config)
    with connect(gateway.port) as client:
        assert client.chat("hi")["state"] == "final"
    assert "openai/gpt-9" in gateway.output and "OPENAI_API_KEY" in gateway.output, gateway.output


def test_a_summary_that_a_filter_broke_off_takes_nobodys_place(
    start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    with connect(start(gateway_config(state, [configured("chat", fake_chat)])).port) as client:
        for number in range(4):
            client.chat(f"the code of door {number} is {1000 + number} " + "x" * 30_000, "agent:main:main")
        fake_chat.script.append(Text("I am sorry, but", end="filter"))
        said = text_of(client.chat("/compact", "agent:main:main")["message"])
        assert "did not finish the summary" in said, said
        client.chat("which is the code of door 0?", "agent:main:main")
        asked = json.dumps(fake_chat.requests[-1].body)
        assert "1000" in asked and "I am sorry" not in asked


def test_who_must_pay_is_told_where(start: Any, state: Path, fake_anthropic: FakeAnthropic) -> None:
    fake_anthropic.script.append(Error(402, "Your credit balance is too low"))
    base = f"http://127.0.0.1:{fake_anthropic.port}"
    gateway = start(gateway_config(state), env={"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": base})
    with connect(gateway.port) as client:
        said = client.chat("hi")["errorMessage"]
    assert "wants payment first (HTTP 402): Your credit balance is too low" in said
    assert "https://platform.claude.com/settings/billing" in said


def test_a_rest_is_told_and_ends_when_the_model_is_chosen(
    pair: Gateway, fake_anthropic: FakeAnthropic, fake_chat: FakeOpenAIChat
) -> None:
    fake_anthropic.script.append(Error(402))
    with connect(pair.port) as client:
        assert client.chat("hi")["state"] == "final"
        told = text_of(client.chat("/model status")["message"])
        assert "Resting:" in told and "payment needed" in told
        client.chat("/model default")
        asked = len(fake_anthropic.requests)
        assert client.chat("hi again")["state"] == "final"
    assert len(fake_anthropic.requests) == asked + 1, "the first model is asked again"


def test_signatures_of_gemini_go_back_on_their_parts(start: Any, state: Path) -> None:
    with FakeGemini() as fake:
        gateway = start(gateway_config(state, [configured("gemini", fake)]))
        with connect(gateway.port) as client:
            for word in ("hi", "again"):
                assert text_of(client.chat(word)["message"]) == FALLBACK
        parts = fake.requests[1].body["contents"][1]["parts"]
        assert not fake.violations
    assert [part["text"] for part in parts] == [FALLBACK, ""]
    assert parts[1]["thoughtSignature"] and "thoughtSignature" not in parts[0]


USUAL = [
    ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", FakeAnthropic, "", "claude-opus-5"),
    ("OPENAI_API_KEY", "OPENAI_BASE_URL", FakeOpenAIResponses, "/v1", "gpt-6-sol"),
    ("GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", FakeGemini, "", "gemini-3.7-flash"),
]


@pytest.mark.parametrize(("key", "base", "kind", "suffix", "nearest"), USUAL, ids=[row[0] for row in USUAL])
def test_a_key_alone_is_answered_even_when_its_usual_model_is_gone(
    start: Any, state: Path, openclaw: Path, key: str, base: str, kind: type[FakeServer], suffix: str, nearest: str
) -> None:
    with kind(models=(nearest, "old-1")) as fake:
        gateway = start(gateway_config(state), env={key: "k", base: f"http://127.0.0.1:{fake.port}{suffix}"})
        with connect(gateway.port) as client:
            assert text_of(client.chat("hi")["message"]) == FALLBACK
            assert text_of(client.chat("hi")["message"]) == FALLBACK
        asked = [fake.model_of(request) for request in fake.requests]
    assert asked[1:] == [nearest] * 2 and asked[0] != nearest
    assert "agents.defaults.model.primary" in gateway.output


def test_every_usual_and_listed_model_is_one_that_the_vendors_own_sdk_names(start: Any, state: Path) -> None:
    keys = {name: "k" for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY")}
    with connect(start(gateway_config(state), env=keys).port) as client:
        listed = client.request("models.list", {})["models"]
    for vendor_name, known in sdk_models().items():
        ours = {model["id"] for model in listed if model["provider"] == vendor_name}
        assert ours and ours - known <= NEWER_THAN_OTHERS_SAY, f"{vendor_name}: {sorted(ours - known)}"


NEWER_THAN_OTHERS_SAY = {"gpt-5.3-codex", "gpt-5.4-pro"}
"""In OpenClaw's own catalogue and OpenRouter's, though OpenAI's SDK does not spell them out."""


def sdk_models() -> dict[str, set[str]]:
    return {
        "anthropic": spelled_out(ModelParam),
        "openai": spelled_out(ResponsesModel),
        "google": set(re.findall(r'"(gem[a-z]+-[^"]+)"', inspect.getsource(google_models))),
    }


def spelled_out(hint: Any) -> set[str]:
    found: set[str] = set()
    for part in get_args(hint):
        found |= {part} if isinstance(part, str) else spelled_out(part)
    return found


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


@pytest.fixture
def ollama(openclaw: Path) -> Iterator[FakeOpenAIChat]:
    """At Ollama's own port, where the gateway looks for it."""
    fake = FakeOpenAIChat(models=("llama3.2:3b",))
    fake.ports, fake.wants_key = [11434], False
    try:
        fake.__enter__()
    except OSError:
        pytest.skip("port 11434 is taken")
    yield fake
    fake.__exit__(None, None, None)


def test_an_ollama_is_found_offered_and_works_as_offered(start: Any, state: Path, ollama: FakeOpenAIChat) -> None:
    gateway = start(gateway_config(state))
    with connect(gateway.port) as client:
        ended = client.chat("hi")
        said = ended.get("errorMessage") or text_of(ended["message"])
        assert "Set `agents.defaults.model.primary` to `ollama/llama3.2:3b`" in said
    gateway.stop()
    chosen = start(gateway_config(state, more={"agents": {"defaults": {"model": {"primary": "ollama/llama3.2:3b"}}}}))
    with connect(chosen.port) as client:
        assert text_of(client.chat("hi")["message"]) == FALLBACK


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
