"""The limits of embeds (message resource, "Embed Limits")."""

from __future__ import annotations

from typing import Any

from fakes.discord.form import Form

MAXIMUM_EMBEDS = 10
MAXIMUM_CHARACTERS = 6000
KEYS = (
    "title",
    "type",
    "description",
    "url",
    "timestamp",
    "color",
    "footer",
    "image",
    "thumbnail",
    "video",
    "provider",
    "author",
    "fields",
    "flags",
)
SCHEMES = r"(https?|attachment)://.+"


def read_embeds(form: Form) -> list[dict[str, Any]]:
    """The message's embeds; all their text together must stay within 6,000 characters."""
    embeds = [_read(embed) for embed in form.forms("embeds", most=MAXIMUM_EMBEDS)]
    if sum(characters for _, characters in embeds) > MAXIMUM_CHARACTERS:
        form.fail("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MAXIMUM_CHARACTERS}")
    return [embed for embed, _ in embeds]


def _read(form: Form) -> tuple[dict[str, Any], int]:
    form.only(*KEYS)
    texts = [form.string("title", most=256), form.string("description", most=4096)]
    form.string("url", most=2048, pattern=SCHEMES)
    form.integer("color", 0, 0xFFFFFF)
    if footer := form.form("footer"):
        texts.append(footer.string("text", most=2048, required=True))
    if author := form.form("author"):
        texts.append(author.string("name", most=256, required=True))
    for field in form.forms("fields", most=25):
        texts += [field.string("name", 1, 256, required=True), field.string("value", 1, 1024, required=True)]
    for key in ("image", "thumbnail"):
        if picture := form.form(key):
            picture.string("url", most=2048, required=True, pattern=SCHEMES)
    return form.value | {"type": "rich"}, sum(len(text.strip()) for text in texts if text)
