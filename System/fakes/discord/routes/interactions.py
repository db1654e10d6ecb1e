"""Answers to interactions, and what may follow them for fifteen minutes."""

from __future__ import annotations

from typing import Any

from fakes.discord import message as messages
from fakes.discord.call import Call
from fakes.discord.commands import read_choices
from fakes.discord.components import read_modal
from fakes.discord.draft import Draft, read_draft, read_edit
from fakes.discord.form import Form
from fakes.discord.interaction import (
    ANSWERS,
    CHOICES,
    COMMAND,
    DEFERRED,
    REPLY,
    SHOW_MODAL,
    UPDATE,
    Interaction,
)
from fakes.discord.message import COMPONENTS_V2, EPHEMERAL, LOADING, Message
from fakes.discord.refusal import unknown
from fakes.discord.router import NO_CONTENT, Reply, route
from fakes.discord.routes.messages import change

HOOK = "/webhooks/{webhook}/{token}"
ORIGINAL = HOOK + "/messages/@original"
FOLLOWUP = HOOK + "/messages/{message}"
BUCKET = "webhook.messages"


@route("POST", "/interactions/{interaction}/{token}/callback", bucket="interaction.callback", needs_bot=False)
def callback(call: Call) -> Reply:
    """The first answer. 204, or what it made when `with_response` is true."""
    interaction = call.world.interactions.get(call.params["token"])
    if interaction is None or interaction.id != call.number("interaction"):
        raise unknown(10062)
    interaction.check_can_answer(call.world.clock.now())
    form = call.form()
    kind = form.choice("type", ANSWERS[interaction.kind], required=True)
    data = form.form("data", required=kind in (REPLY, CHOICES, SHOW_MODAL))
    form.check()
    _answer(call, interaction, kind, data or Form({}))
    interaction.answered_with = kind
    call.world.notify()
    if call.query.get("with_response") not in ("true", "True", "1"):
        return NO_CONTENT
    return 200, _with_response(call, interaction)


def _answer(call: Call, interaction: Interaction, kind: int, data: Form) -> None:
    world = call.world
    if kind == CHOICES:
        choices = read_choices(data, call.world.focused_kind(interaction))
        data.check()
        interaction.choices = choices
    elif kind == SHOW_MODAL:
        read_modal(data)
        data.check()
        interaction.modal = data.value
    elif kind == REPLY:
        draft = read_draft(data, call.uploads, world.clock.now(), interaction=True)
        interaction.original = _post(call, interaction, draft)
    elif kind == DEFERRED:
        flags = (data.integer("flags", 0) or 0) & EPHEMERAL
        data.check()
        interaction.original = _post(call, interaction, Draft(flags=flags | LOADING))
    else:
        interaction.original = interaction.message
        if kind == UPDATE and interaction.message is not None:
            _edit(call, interaction.message, data)


def _post(call: Call, interaction: Interaction, draft: Draft) -> Message:
    world = call.world
    more: dict[str, Any] = {"interaction": interaction.metadata(), "application_id": world.application_id}
    more |= {"webhook_id": world.application_id}
    if interaction.kind == COMMAND:
        more["type"] = messages.COMMAND
    return world.post(interaction.channel, world.bot, draft, call.delivery, **more)


def _edit(call: Call, message: Message, form: Form) -> None:
    kept = {int(attachment["id"]) for attachment in message.attachments}
    draft = read_edit(form, call.uploads, kept, bool(message.flags & COMPONENTS_V2))
    call.world.edit(message, draft, call.delivery)


def _with_response(call: Call, interaction: Interaction) -> dict[str, Any]:
    about: dict[str, Any] = {"id": str(interaction.id), "type": interaction.kind}
    answer: dict[str, Any] = {"interaction": about}
    if message := interaction.original:
        about["response_message_id"] = str(message.id)
        about["response_message_loading"] = bool(message.flags & LOADING)
        about["response_message_ephemeral"] = bool(message.flags & EPHEMERAL)
    if interaction.answered_with in (REPLY, UPDATE) and interaction.original:
        wire = interaction.original.wire(call.world.bot)
        answer["resource"] = {"type": interaction.answered_with, "message": wire}
    return answer


# Webhook messages


def _interaction(call: Call) -> Interaction:
    interaction = call.world.interactions.get(call.params["token"])
    if call.number("webhook") != call.world.application_id or interaction is None:
        raise unknown(10015)
    interaction.check_token(call.world.clock.now())
    return interaction


def _original(call: Call) -> Message:
    original = _interaction(call).original
    if original is None or original.deleted:
        raise unknown(10008)
    return original


def _followup(call: Call) -> Message:
    interaction = _interaction(call)
    own = [*interaction.followups, *([interaction.original] if interaction.original else [])]
    for message in own:
        if message.id == call.number("message") and not message.deleted:
            return message
    raise unknown(10008)


@route("POST", HOOK, bucket=BUCKET, needs_bot=False)
def follow_up(call: Call) -> Reply:
    """After a deferred reply the first of these fills that reply, as it always has."""
    interaction = _interaction(call)
    draft = read_draft(call.form(), call.uploads, call.world.clock.now(), interaction=True)
    if interaction.answered_with == DEFERRED and interaction.original and interaction.original.flags & LOADING:
        return 200, _fill(call, interaction.original, draft)
    message = _post(call, interaction, draft)
    interaction.followups.append(message)
    call.world.notify()
    return 200, message.wire(call.world.bot)


def _fill(call: Call, message: Message, draft: Draft) -> dict[str, Any]:
    """Turns "thinking" into an answer; whether only one person sees it was settled when it was deferred."""
    message.flags = message.flags & EPHEMERAL | draft.flags & COMPONENTS_V2
    draft.given -= {"flags"}
    call.world.edit(message, draft, call.delivery)
    return message.wire(call.world.bot)


@route("GET", ORIGINAL, bucket=BUCKET, needs_bot=False)
def get_original(call: Call) -> Reply:
    return 200, _original(call).wire(call.world.bot)


@route("PATCH", ORIGINAL, bucket=BUCKET, needs_bot=False)
def edit_original(call: Call) -> Reply:
    message = _original(call)
    if message.flags & LOADING:
        draft = read_draft(call.form(), call.uploads, call.world.clock.now(), interaction=True)
        return 200, _fill(call, message, draft)
    change(call, message)
    return 200, message.wire(call.world.bot)


@route("DELETE", ORIGINAL, bucket=BUCKET, needs_bot=False)
def delete_original(call: Call) -> Reply:
    call.world.delete(_original(call))
    return NO_CONTENT


@route("GET", FOLLOWUP, bucket=BUCKET, needs_bot=False)
def get_followup(call: Call) -> Reply:
    return 200, _followup(call).wire(call.world.bot)


@route("PATCH", FOLLOWUP, bucket=BUCKET, needs_bot=False)
def edit_followup(call: Call) -> Reply:
    message = _followup(call)
    change(call, message)
    return 200, message.wire(call.world.bot)


@route("DELETE", FOLLOWUP, bucket=BUCKET, needs_bot=False)
def delete_followup(call: Call) -> Reply:
    message = _followup(call)
    call.world.delete(message)
    return NO_CONTENT
