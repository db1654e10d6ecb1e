"""The other methods: the recorded answers of both generations, scopes, and bad params."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness import Client, Gateway, connect, golden, on_purpose

# Every recorded reading method that is offered here.
READS = [
    pytest.param(generation, method, id=f"{generation}-{method}")
    for generation in (3, 4)
    for method in (scenario.removeprefix("rpc.") for scenario in golden.scenarios(generation, "rpc."))
]
SCHEMAS = {
    "models.list": "ModelsListResult",
    "agents.list": "AgentsListResult",
    "agent.identity.get": "AgentIdentityResult",
    "logs.tail": "LogsTailResult",
    "channels.status": "ChannelsStatusResult",
    "config.schema": "ConfigSchemaResponse",
}
@pytest.mark.parametrize(("spoken", "method"), READS)
def test_a_method_answers_with_the_recorded_keys_and_types(gateway: Gateway, spoken: int, method: str) -> None:
    expected = recorded_answer(spoken, method)
    with connect(gateway.port, spoken) as client:
        answer = client.response(client.start(method, recorded_params(spoken, method)))
    assert answer["ok"], answer
    differs = on_purpose.fields(spoken, f"rpc.{method}")
    assert golden.difference(expected, answer.get("payload"), method, differs) == []


def recorded_answer(generation: int, method: str) -> Any:
    exchanges = golden.exchanges(golden.load(generation, f"rpc.{method}"))
    return next(
        answer["payload"] for request, answer in exchanges if request["method"] == method and answer and answer["ok"]
    )


def recorded_params(generation: int, method: str) -> Any:
    exchanges = golden.exchanges(golden.load(generation, f"rpc.{method}"))
    return next(r.get("params") for r, answer in exchanges if r["method"] == method and answer and answer["ok"])


@pytest.mark.parametrize(("method", "definition"), SCHEMAS.items())
def test_an_answer_passes_the_published_schema(gateway: Gateway, method: str, definition: str) -> None:
    with connect(gateway.port, 4) as client:
        answer = client.request(method, recorded_params(4, method) or {})
    assert golden.schema_problems(definition, answer) == []


def test_every_advertised_method_answers_something(gateway: Gateway, client: Client) -> None:
    for method in client.hello["features"]["methods"]:
        if method in ("connect", "update.run"):
            continue
        frame = client.response(client.start(method, {}))
        assert "unknown method" not in str(frame.get("error")), method


def test_errors_read_as_recorded(gateway: Gateway, generation: int) -> None:
    problems = []
    with connect(gateway.port, generation) as client:
        offered = client.hello["features"]["methods"]
        for request, expected in golden.exchanges(golden.load(generation, "errors.generic")):
            known = request["method"] in offered or request["method"] == "nope.method"
            if expected is None or not known:
                continue
            client.send(request)
            answer = client.response(request["id"])
            if answer["ok"] != expected["ok"]:
                problems.append(f"{request}: expected {expected}, got {answer}")
            elif not expected["ok"]:
                wanted = (expected["error"]["code"], expected["error"]["message"])
                found = (answer["error"]["code"], answer["error"]["message"])
                problems += [] if wanted == found else [f"{json.dumps(request)}: expected {wanted}, got {found}"]
    assert not problems, "\n".join(problems)


ADMIN, READ, WRITE, PAIRING = "operator.admin", "operator.read", "operator.write", "operator.pairing"


@pytest.mark.parametrize(
    ("scopes", "method", "params", "missing"),
    [
        ([READ], "status", {}, None),
        ([READ], "chat.send", {"sessionKey": "main", "message": "x", "idempotencyKey": "k"}, WRITE),
        ([READ], "config.set", {"raw": "{}"}, ADMIN),
        ([READ], "nope.method", {}, ADMIN),
        ([READ], "device.pair.list", {}, PAIRING),
        ([WRITE], "status", {}, None),
        ([WRITE], "sessions.delete", {"key": "agent:main:none"}, ADMIN),
        ([PAIRING], "device.pair.list", {}, None),
        ([PAIRING], "status", {}, READ),
        ([], "health", {}, None),
        ([], "status", {}, READ),
        ([], "config.get", {}, READ),
    ],
)
def test_a_scope_opens_what_it_should(
    gateway: Gateway, scopes: list[str], method: str, params: dict[str, Any], missing: str | None
) -> None:
    with connect(gateway.port, 4, scopes=scopes) as client:
        if missing is None:
            client.request(method, params)
            return
        refusal = client.refusal(method, params)
    assert (refusal.code, refusal.message) == ("FORBIDDEN", f"missing scope: {missing}")
    assert refusal.details["missingScope"] == missing


def test_a_client_of_generation_3_that_names_no_scopes_may_do_everything(gateway: Gateway) -> None:
    with connect(gateway.port, 3, scopes=None) as client:
        client.request("config.get")


def test_a_client_without_read_scope_hears_nothing_of_chats(gateway: Gateway, session: str) -> None:
    with connect(gateway.port, 4, scopes=[PAIRING]) as deaf, connect(gateway.port, 4) as client:
        client.chat("hi", session)
        deaf.request("health")
        assert not [frame for frame in deaf.frames if frame.get("event") in ("chat", "agent")]


def test_logs_come_as_lines_of_json_with_a_cursor(gateway: Gateway, client: Client, session: str) -> None:
    first = client.request("logs.tail", {"limit": 5})
    assert first["lines"] and all("_meta" in json.loads(line) for line in first["lines"])
    client.chat("[[err:400]]", session)
    more = client.request("logs.tail", {"cursor": first["cursor"]})
    assert more["cursor"] > first["cursor"] and more["lines"]


def test_presence_tells_of_clients_that_come_and_go(gateway: Gateway, client: Client) -> None:
    who = {
        "id": "gateway-client",
        "version": "1",
        "platform": "linux",
        "mode": "ui",
        "instanceId": "instance-of-the-test",
    }
    connect(gateway.port, 4, client=who).close()
    gone = client.event("presence")
    assert set(gone["stateVersion"]) == {"presence", "health"}
    assert "instance-of-the-test" in json.dumps(client.request("system-presence"))
