"""Polls (poll resource)."""

from __future__ import annotations

from typing import Any

from fakes.clock import iso
from fakes.discord.form import Form

MAXIMUM_HOURS = 32 * 24


def read_poll(form: Form, now: float) -> dict[str, Any]:
    """A poll as messages carry it, from what a client asks for."""
    form.only("question", "answers", "duration", "allow_multiselect", "layout_type")
    question = form.form("question", required=True)
    text = question.string("text", 1, 300, required=True) if question else None
    answers = []
    for number, answer in enumerate(form.forms("answers", most=10, least=1, required=True), 1):
        media = answer.form("poll_media", required=True)
        if media:
            media.string("text", 1, 55, required=True)
            answers.append({"answer_id": number, "poll_media": media.value})
    hours = form.integer("duration", 1, MAXIMUM_HOURS) or 24
    form.choice("layout_type", (1,))
    return {
        "question": {"text": text},
        "answers": answers,
        "expiry": iso(now + hours * 3600),
        "allow_multiselect": form.boolean("allow_multiselect"),
        "layout_type": 1,
    }
