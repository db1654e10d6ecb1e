"""Polls."""

from __future__ import annotations

import json
import secrets
from typing import Any

from fakes.telegram.call import Call, method
from fakes.telegram.entities import Formatted
from fakes.telegram.methods.messages import send
from fakes.telegram.refusal import bad

MAXIMUM_QUESTION, MAXIMUM_OPTION, MAXIMUM_OPTIONS = 300, 100, 12


@method("sendPoll")
def send_poll(call: Call) -> dict[str, Any]:
    arguments = call.arguments
    question = arguments.formatted("question", "question_parse_mode", "question_entities").text
    options = _options(call)
    kind = arguments.text("type") or "regular"
    if kind not in ("regular", "quiz"):
        raise bad("unsupported poll type specified")
    chat = call.chat()
    if not question:
        raise bad("text must be non-empty")
    if len(question) > MAXIMUM_QUESTION:
        raise bad(f"poll question length must not exceed {MAXIMUM_QUESTION}")
    poll: dict[str, Any] = {
        "id": str(secrets.randbits(60)),
        "question": question,
        "options": [{"text": text, "voter_count": 0, "persistent_id": secrets.token_hex(4)} for text in options],
        "total_voter_count": 0,
        "is_closed": arguments.boolean("is_closed"),
        "is_anonymous": arguments.boolean("is_anonymous") if arguments.has("is_anonymous") else True,
        "type": kind,
        "allows_multiple_answers": arguments.boolean("allows_multiple_answers"),
        "allows_revoting": arguments.boolean("allows_revoting") if arguments.has("allows_revoting") else True,
        "members_only": False,
    }
    if kind == "quiz":
        _read_quiz(call, poll, len(options))
    if period := arguments.integer("open_period", 0, 0, 2_628_000):
        poll |= {"open_period": period, "close_date": int(call.world.clock.now()) + period}
    return send(call, chat, Formatted(), content={"poll": poll}).wire()


def _read_quiz(call: Call, poll: dict[str, Any], count: int) -> None:
    given = call.arguments.parsed("correct_option_ids", "correct option identifiers")
    right = given if given is not None else [call.arguments.integer("correct_option_id", -1)]
    if not right or not all(isinstance(n, int) and 0 <= n < count for n in right):
        raise bad("wrong correct option ID specified")
    poll["correct_option_ids"] = right
    poll["explanation"] = call.arguments.formatted("explanation", "explanation_parse_mode", "explanation_entities").text


def _options(call: Call) -> list[str]:
    """Objects with a text, or plain texts as clients before sent them."""
    given = call.arguments.parsed("options", "options")
    if not isinstance(given, list):
        raise bad("expected an Array of String as options")
    texts = [str(one.get("text", "")) if isinstance(one, dict) else str(one) for one in given]
    if not texts:
        raise bad("poll must have at least one answer option")
    if len(texts) > MAXIMUM_OPTIONS:
        raise bad(f"poll can't have more than {MAXIMUM_OPTIONS} options")
    if any(not text.strip() for text in texts):
        raise bad("text must be non-empty")
    if any(len(text) > MAXIMUM_OPTION for text in texts):
        raise bad(f"poll options length must not exceed {MAXIMUM_OPTION}")
    return texts


@method("stopPoll")
def stop_poll(call: Call) -> dict[str, Any]:
    message = call.message("message with poll to stop")
    if "poll" not in message.content:
        raise bad("message with poll to stop not found")
    if message.author is not call.world.bot:
        raise bad("poll can't be stopped")
    if message.content["poll"]["is_closed"]:
        raise bad("poll has already been closed")
    message.content["poll"]["is_closed"] = True
    return json.loads(json.dumps(message.content["poll"]))
