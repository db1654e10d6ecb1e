"""Messages that the agent's tool, programs and the command line send on Telegram, and setting up its accounts."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from fakes.background import background
from fakes.relay import relay
from fakes.steps import Text, ToolCall
from fakes.telegram import FakeTelegram
from harness import Gateway, ModelConfig, connect, gateway_config
from tests.telegram.conftest import Connect


def test_the_command_line_sends_edits_reacts_asks_and_deletes(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot(reactionLevel="minimal")
    ann = fake.user("Ann")
    to = ["--channel", "telegram", "--target", str(ann.chat.id)]

    sent = gateway.command("message", "send", *to, "-m", "Hello **Ann**")
    assert sent.code == 0, sent.text
    message = fake.wait_for_message(ann.chat)
    assert message.text == "Hello Ann" and sent.out == f"Sent via telegram. Message ID: {message.id}\n"

    number = ["--message-id", str(message.id)]
    edited = gateway.command("message", "edit", *to, *number, "-m", "Hello again")
    assert edited.code == 0 and fake.messages(ann.chat)[0].text == "Hello again", edited.text
    reacted = gateway.command("message", "react", *to, *number, "--emoji", "👍")
    assert reacted.code == 0 and reacted.out == "ok (added 👍)\n", reacted.text
    asked = gateway.command(
        "message", "poll", "-t", str(ann.chat.id), "--poll-question", "When?", "--poll-option", "now", "--poll-option", "later", "--json"
    )
    assert asked.code == 0 and json.loads(asked.out)["pollId"], asked.text
    deleted = gateway.command("message", "delete", *to, *number)
    assert deleted.code == 0 and len(fake.messages(ann.chat)) == 1, deleted.text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--target", "no such place!", "-m", "x"], "is no Telegram target"),
        (["--target", "1", "--channel", "signal", "-m", "x"], "unsupported channel: signal. Set up and on: telegram."),
        (["--target", "1", "--account", "work", "-m", "x"], "telegram has no account `work`. It has: default."),
        (["--target", "1"], "needs `--message"),
        (["-m", "x"], "Say with `--target`"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words(connect_bot: Connect, words: list[str], says: str) -> None:
    refused = connect_bot().command("message", "send", *words)

    assert refused.code == 1 and says in refused.err, refused.text


def test_a_file_that_cannot_go_is_told_to_who_sends_it(
    fake: FakeTelegram, connect_bot: Connect, tmp_path: Path
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    empty = tmp_path / "empty.txt"
    empty.touch()

    words = ["--target", str(ann.chat.id), "--message", "See", "--media", str(empty)]
    sent = gateway.command("message", "send", *words)

    assert sent.code == 1 and "empty.txt" in sent.err, sent.text
    assert fake.wait_for_message(ann.chat).text.startswith("See")


def test_an_account_that_does_not_run_is_said(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot(waits=False, token="1:wrong")
    gateway.wait_for_line(r"\[telegram\] stopped")

    refused = gateway.command("message", "send", "--target", "1", "-m", "x")

    fake.violations.clear()
    assert refused.code == 1 and "is not running" in refused.err and "openclaw channels status" in refused.err, refused.text


def test_a_program_sends_once_for_each_key(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    with connect(gateway.port, 4) as client:
        params = {"to": str(ann.chat.id), "message": "once", "channel": "telegram", "idempotencyKey": "k1"}
        first, second = client.request("send", params), client.request("send", params)

        assert first == second and first["runId"] == "k1" and first["channel"] == "telegram"
        assert first["chatId"] == str(ann.chat.id) and first["messageId"] == str(fake.messages(ann.chat)[0].id)
        refused = client.refusal("send", {"message": "x", "idempotencyKey": "k2"})
        assert "must have required property 'to'" in str(refused)
        act = {"channel": "telegram", "action": "dance", "params": {"to": str(ann.chat.id)}, "idempotencyKey": "k3"}
        unknown = str(client.refusal("message.action", act))
        assert "no action `dance`" in unknown and "poll" in unknown
    assert [message.text for message in fake.messages(ann.chat)] == ["once"]


def test_a_button_needs_the_scope_of_its_command(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")

    def button(command: str) -> dict[str, Any]:
        params = {"to": str(ann.chat.id), "message": "Dinner?", "buttons": [[{"text": "Yes", "callback_data": command}]]}
        return {"channel": "telegram", "action": "send", "params": params, "idempotencyKey": command}

    with connect(gateway.port, 4, scopes=["operator.write"]) as client:
        for command, scope in [("/pairing approve ABCDEFGH", "pairing"), (" /approve x allow-once", "approvals"), ("/new", "admin")]:
            assert f"operator.{scope}" in client.refusal("message.action", button(command)).message
        client.request("message.action", button("I come"))
    with connect(gateway.port, 4) as owner:
        owner.request("message.action", button("/new"))
    assert len(fake.messages(ann.chat)) == 2


def test_the_tool_answers_here_and_writes_elsewhere(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann, bob = fake.user("Ann"), fake.user("Bob")
    bob.writes(bob.chat, "[[say:Hello Bob]]")
    fake.wait_for_message(bob.chat)
    fake_chat.script += [
        ToolCall("message", {"action": "send", "message": "The report is ready."}),
        ToolCall("message", {"action": "send", "target": str(bob.chat.id), "message": "Ann asked."}),
        Text("The report is ready."),
    ]

    ann.writes(ann.chat, "Tell me and Bob")

    assert fake.wait_for_message(bob.chat, 2).text == f"[from telegram:{ann.chat.id}] Ann asked."
    ann.writes(ann.chat, "[[say:And now this]]")
    fake.wait_until("the next answer", lambda: fake.messages(ann.chat)[-1:][0].text == "And now this")
    assert [message.text for message in fake.messages(ann.chat)] == ["The report is ready.", "And now this"]


def test_the_policy_keeps_the_tool_in_its_chat(
    start: Any, state: Path, fake: FakeTelegram, fake_chat: FakeOpenAIChat
) -> None:
    section = {"dmPolicy": "open", "allowFrom": ["*"], "apiRoot": fake.url, "botToken": fake.token}
    more = {
        "channels": {"telegram": section},
        "tools": {"message": {"crossContext": {"allowWithinProvider": False}}},
    }
    start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=more))
    fake.wait_for_poll()
    ann, bob = fake.user("Ann"), fake.user("Bob")

    call = {"action": "send", "target": str(bob.chat.id), "message": "psst"}
    ann.writes(ann.chat, f"[[tool:message {json.dumps(call)}]]")

    assert "Cross-context messaging denied" in fake.wait_for_message(ann.chat).text
    assert not fake.messages(bob.chat)

    bob.writes(bob.chat, "[[say:Hello Bob]]")
    answer = fake.wait_for_message(bob.chat)
    for action in ("edit", "delete"):
        call = {"action": action, "messageId": f"{bob.chat.id}:{answer.id}", "message": "psst"}
        count = len(fake.messages(ann.chat))
        ann.writes(ann.chat, f"[[tool:message {json.dumps(call)}]]")
        assert "Cross-context messaging denied" in fake.wait_for_message(ann.chat, count + 1).text
    assert [message.text for message in fake.messages(bob.chat)] == ["Hello Bob"]


# Accounts


def test_an_account_is_added_logged_out_and_removed_with_the_comments_kept(
    start: Any, state: Path, fake: FakeTelegram, fake_chat: FakeOpenAIChat
) -> None:
    gateway: Gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    path = gateway.config_path
    telegram = f'  channels: {{ telegram: {{ apiRoot: "{fake.url}" /* theirs */ }} }}, // mine\n'
    text = path.read_text()
    path.write_text(text[: text.index("{") + 1] + "\n" + telegram + text[text.index("{") + 1 :])

    wrong = gateway.command("channels", "add", "--channel", "telegram", "--token", "1:wrong")
    fake.violations.clear()
    assert wrong.code == 1 and "was not set up" in wrong.err and "--no-probe" in wrong.err, wrong.text
    added = gateway.command("channels", "add", "--channel", "telegram", stdin=fake.token + "\n")
    assert added.code == 0 and "is set up as @claw_bot" in added.out, added.text
    assert "/* theirs */" in path.read_text() and "// mine" in path.read_text() and fake.token in path.read_text()
    fake.wait_for_poll()
    status = gateway.command("channels", "status", "--probe")
    assert "works as @claw_bot" in status.out, status.text
    logs = gateway.command("channels", "logs", "--channel", "telegram")
    assert "starting provider" in logs.out and "listening on" not in logs.out, logs.text

    left = gateway.command("channels", "logout", "--channel", "telegram")
    assert left.code == 0 and fake.token not in path.read_text() and "/* theirs */" in path.read_text(), left.text
    off = gateway.command("channels", "remove", "--channel", "telegram")
    assert off.code == 0 and "is off" in off.out, off.text
    gone = gateway.command("channels", "remove", "--channel", "telegram", "--delete")
    assert gone.code == 0 and "apiRoot" not in path.read_text(), gone.text
    nothing = gateway.command("channels", "remove", "--channel", "telegram")
    assert nothing.code == 1 and "The config has no Telegram account" in nothing.err, nothing.text


@pytest.mark.parametrize(("words", "seconds"), [([], None), (["--poll-duration-hours", "2"], 7200)])
def test_a_poll_is_open_as_long_as_it_is_asked_for(
    fake: FakeTelegram, connect_bot: Connect, words: list[str], seconds: int | None
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")

    asked = gateway.command(
        *["message", "poll", "-t", str(ann.chat.id), "--poll-question", "When?"],
        *["--poll-option", "now", "--poll-option", "later", *words],
    )

    assert asked.code == 0, asked.text
    assert fake.wait_for_message(ann.chat).content["poll"].get("open_period") == seconds


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ({"durationHours": 2**53 - 1}, 2_628_000),
        ({"pollDurationHours": "2562047788015216"}, 2_628_000),
        ({"durationSeconds": -1}, 5),
    ],
)
def test_a_poll_cannot_be_asked_for_a_time_that_telegram_does_not_take(
    fake: FakeTelegram, connect_bot: Connect, asked: dict[str, Any], seconds: int
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    params = {"to": str(ann.chat.id), "pollQuestion": "When?", "pollOption": ["now", "later"], **asked}
    with connect(gateway.port, 4, scopes=["operator.write"]) as client:
        action = {"channel": "telegram", "action": "poll", "params": params, "idempotencyKey": "k"}
        client.request("message.action", action)
    assert fake.wait_for_message(ann.chat).content["poll"]["open_period"] == seconds


@pytest.mark.parametrize(
    "network", [{}, {"autoSelectFamily": False}, {"dnsResultOrder": "ipv4first"}], ids=["raced", "in turn", "IPv4"]
)
def test_a_name_with_two_addresses_of_which_one_refuses_is_reached(
    fake: FakeTelegram, connect_bot: Connect, network: dict[str, Any]
) -> None:
    connect_bot(apiRoot=fake.url.replace("127.0.0.1", "localhost"), network=network)
    ann = fake.user("Ann")

    ann.writes(ann.chat, "Hello. [[say:Here I am.]]")

    assert fake.wait_for_message(ann.chat).text == "Here I am."


def silent(address: str, port: int) -> list[socket.socket]:
    """Its queue is full: whoever comes next hears nothing at all."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    full = socket.socket(family)
    full.bind((address, port))
    full.listen(0)
    waiting = [socket.socket(family) for _ in range(3)]
    for one in waiting:
        one.setblocking(False)
        one.connect_ex((address, full.getsockname()[1]))
    return [full, *waiting]


@pytest.mark.parametrize("dead", ["127.0.0.1", "::1"])
def test_an_address_that_does_not_answer_holds_nobody_up(fake: FakeTelegram, connect_bot: Connect, dead: str) -> None:
    closed = silent(dead, 0)
    port = closed[0].getsockname()[1]
    living = socket.socket(socket.AF_INET if ":" in dead else socket.AF_INET6)
    living.bind(("127.0.0.1" if ":" in dead else "::1", port))
    there = background.run(relay(living, int(fake.url.rsplit(":", 1)[1].split("/")[0])))
    try:
        began = time.monotonic()
        connect_bot(apiRoot=f"http://localhost:{port}")
        ann = fake.user("Ann")
        ann.writes(ann.chat, "Hello. [[say:Here I am.]]")

        assert fake.wait_for_message(ann.chat).text == "Here I am."
        assert time.monotonic() - began < 10, "a connection takes 200 ms longer, not until it gives up"
    finally:
        background.run(stopped(there))
        for one in closed:
            one.close()


async def stopped(server: Any) -> None:
    server.close()
