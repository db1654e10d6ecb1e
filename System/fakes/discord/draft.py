"""A message as a client wants it: read from the body of create, edit, interaction reply and forum post alike."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

from fakes.discord.components import read_components
from fakes.discord.embeds import read_embeds
from fakes.discord.form import Form
from fakes.discord.mentions import Allowed, read_allowed
from fakes.discord.message import COMPONENTS_V2, EPHEMERAL, VOICE_MESSAGE
from fakes.discord.polls import read_poll
from fakes.discord.refusal import Refusal
from fakes.discord.uploads import Upload, check_sizes, read_attachments

MAXIMUM_CONTENT = 2000
SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 12
SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | VOICE_MESSAGE | COMPONENTS_V2
CREATE_KEYS = (
    "content",
    "nonce",
    "tts",
    "embeds",
    "allowed_mentions",
    "message_reference",
    "components",
    "sticker_ids",
    "attachments",
    "flags",
    "enforce_nonce",
    "poll",
)
# The first message of a post in a forum: it has no nonce, and answers nothing.
POST_KEYS = ("content", "tts", "embeds", "allowed_mentions", "components", "sticker_ids", "attachments", "flags")
LEGACY_KEYS = ("content", "embeds", "sticker_ids", "poll")


@dataclass
class Draft:
    """`given` are the keys of the body: an edit changes only those."""

    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    kept: set[int] = field(default_factory=set)
    allowed: Allowed | None = None
    reference: dict[str, Any] | None = None
    poll: dict[str, Any] | None = None
    flags: int = 0
    nonce: Any = None
    enforce_nonce: bool = False
    given: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not (self.content or self.embeds or self.components or self.uploads or self.poll)


def read_post(form: Form, uploads: list[Upload], now: float) -> Draft:
    """The first message of a post in a forum."""
    form.only(*POST_KEYS)
    if ignored := (form.integer("flags", 0) or 0) & ~(SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2):
        form.ignored.append(f"the message flags {ignored} cannot be set in a post")
    form.value = {key: value for key, value in form.value.items() if key in POST_KEYS}
    return read_draft(form, uploads, now)


def read_draft(form: Form, uploads: list[Upload], now: float, interaction: bool = False) -> Draft:
    """A new message; raises with all complaints, or because it would be empty."""
    form.only(*CREATE_KEYS)
    draft = _read_parts(form, uploads, EPHEMERAL if interaction else 0)
    draft.nonce = _nonce(form)
    draft.enforce_nonce = form.boolean("enforce_nonce")
    if (poll := form.form("poll")) is not None:
        draft.poll = read_poll(poll, now)
    if (reference := form.form("message_reference")) is not None:
        draft.reference = _reference(reference)
    form.boolean("tts")
    form.values("sticker_ids", most=3)
    form.check()
    check_sizes(uploads)
    _check_voice(draft)
    forwards = bool(draft.reference and draft.reference["type"] == 1)
    if draft.is_empty and not form.has("sticker_ids") and not forwards:
        raise Refusal(400, 50006)
    return draft


def read_edit(form: Form, uploads: list[Upload], kept: set[int], layout: bool) -> Draft:
    """Changes to a message; `kept` are its attachments and `layout` says that it has the components flag."""
    form.only(*CREATE_KEYS)
    draft = _read_parts(form, uploads, COMPONENTS_V2 if layout else 0, kept, COMPONENTS_V2 if layout else 0)
    form.check()
    check_sizes(uploads)
    return draft


def _read_parts(
    form: Form, uploads: list[Upload], more_flags: int, kept: Set[int] = frozenset(), had: int = 0
) -> Draft:
    flags = form.integer("flags", 0) or 0
    if ignored := flags & ~(SETTABLE | more_flags):
        form.ignored.append(f"the message flags {ignored} cannot be set")
    flags = flags & (SETTABLE | more_flags) | had
    layout = bool(flags & COMPONENTS_V2)
    if layout:
        for key in LEGACY_KEYS:
            if form.value.get(key):
                message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                form.fail(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    new, stay = read_attachments(form, uploads, kept)
    return Draft(
        content=(form.string("content", most=MAXIMUM_CONTENT) or "").strip(),
        embeds=read_embeds(form),
        components=read_components(form, layout),
        uploads=new,
        kept=stay,
        allowed=read_allowed(form),
        flags=flags,
        given=frozenset(form.value),
    )


def _nonce(form: Form) -> Any:
    form.string("nonce", most=25)
    return form.value.get("nonce")


def _reference(form: Form) -> dict[str, Any]:
    form.only("type", "message_id", "channel_id", "guild_id", "fail_if_not_exists")
    kind = form.choice("type", (0, 1)) or 0
    reference: dict[str, Any] = {
        "type": kind,
        "message_id": form.snowflake("message_id", required=True),
        "channel_id": form.snowflake("channel_id", required=kind == 1),
        "guild_id": form.snowflake("guild_id"),
        "must_exist": form.value.get("fail_if_not_exists", True),
    }
    return reference


def _check_voice(draft: Draft) -> None:
    if not draft.flags & VOICE_MESSAGE:
        return
    if draft.content or draft.embeds or draft.components:
        raise Refusal(400, 50159, "Voice messages do not support additional content.")
    if len(draft.uploads) != 1:
        raise Refusal(400, 50160, "Voice messages must have a single audio attachment.")
    if {"duration_secs", "waveform"} - {key for key, _ in draft.uploads[0].more}:
        raise Refusal(400, 50161, "Voice messages must have supporting metadata.")
