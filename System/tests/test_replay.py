"""The recorded conversations of both generations, sent again: the same keys, types, words and order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness import Client, Gateway, ModelConfig, connect, gateway_config, golden
from harness.replay import Replay

REPLAYED = [
    "chat.plain",
    "chat.second-turn",
    "chat.main-alias",
    "chat.bare-key",
    "chat.mixed-case-key",
    "chat.abort",
    "chat.abort-all",
    "chat.stop-word",
    "chat.long-stream",
    "chat.duplicate-key",
    "chat.tool-read",
    "chat.tool-read-nocap",
    "chat.tool-exec",
    "chat.tool-error",
    "chat.tool-unknown",
    "chat.attachment",
    "chat.invalid",
    "chat.inject",
    "chat.error-400",
    "chat.error-401",
    "chat.no-read-scope",
    "chat.two-watchers",
    "agent.two-responses",
    "agent.variants",
    "sessions.crud",
    "config.rpc",
    "config.patch-restart",
    "exec.approval",
]
CASES = [
    pytest.param(generation, scenario, id=f"{generation}-{scenario}")
    for generation in (3, 4)
    for scenario in REPLAYED
    if scenario in golden.scenarios(generation, scenario.partition(".")[0])
]
# Conversations that were recorded in a session somebody had spoken in before.
IN_AN_OLD_SESSION = {(3, "chat.inject"), (3, "chat.no-read-scope"), (3, "chat.tool-read-nocap"), (4, "chat.no-read-scope")}
SCOPES: dict[str | None, list[str] | None] = {"none": None, "read": ["operator.read"], "write": ["operator.write"]}
# Today's original asks only clients that say that they can be asked.
CAN_BE_ASKED = {"exec.approval": "approver"}
WITHOUT_TOOL_EVENTS = {"chat.two-watchers": "b"}


@pytest.fixture
def unhurried(openclaw: Path) -> Iterator[FakeOpenAIChat]:
    """As slow as the recorded model, so that what was asked meanwhile is still asked meanwhile."""
    with FakeOpenAIChat(pause=0.01) as fake:
        yield fake


def as_recorded(port: int, generation: int, scenario: str) -> Callable[[str | None], Client]:
    """Opens the client a recording calls by this name."""

    def open_client(name: str | None) -> Client:
        changes: dict[str, Any] = {"scopes": SCOPES[name]} if name in SCOPES else {}
        if name is not None and WITHOUT_TOOL_EVENTS.get(scenario) == name:
            changes["caps"] = []
        if name is not None and CAN_BE_ASKED.get(scenario) == name:
            changes["caps"] = ["tool-events", "exec-approvals"]
        return connect(port, generation, **changes)

    return open_client


@pytest.mark.parametrize(("replayed_generation", "scenario"), CASES)
def test_a_recorded_conversation_goes_as_recorded(
    start: Callable[..., Gateway],
    unhurried: FakeOpenAIChat,
    state: Any,
    replayed_generation: int,
    scenario: str,
) -> None:
    # A session of each failing turn had a provider of its own, so that no cooldown reached the others.
    names = ["fake", "fakeanth", "fakeresp", "fakegem", "e400", "e401", "eagent"]
    models = [ModelConfig(name, unhurried.url, price=0) for name in names]
    gateway = start(gateway_config(state, models))
    if (replayed_generation, scenario) in IN_AN_OLD_SESSION:
        with connect(gateway.port, replayed_generation) as client:
            client.chat("hi")
    replay = Replay(as_recorded(gateway.port, replayed_generation, scenario), replayed_generation, scenario)
    replay.run()
    assert not replay.problems, "\n".join(replay.problems)
