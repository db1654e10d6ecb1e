"""One REST request, read: who is asked about what, with which body and files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from fakes.delivery import Delivery
from fakes.discord.channel import Channel
from fakes.discord.form import Form, is_snowflake
from fakes.discord.guild import Guild, User
from fakes.discord.message import Message
from fakes.discord.refusal import Refusal, invalid, unknown
from fakes.discord.uploads import MAXIMUM_REQUEST_BYTES, Upload, too_large
from fakes.discord.world import World

FILE_FIELD = re.compile(r"files\[(\d+)\]")


@dataclass
class Call:
    world: World
    method: str
    params: dict[str, str]
    query: dict[str, str]
    body: Any = None
    uploads: list[Upload] = field(default_factory=list)
    delivery: Delivery | None = None
    ignored: list[str] = field(default_factory=list)
    query_lists: dict[str, list[str]] = field(default_factory=dict)

    def form(self) -> Form:
        """The body as an object; complaints about keys nobody reads are kept in `ignored`."""
        form = Form({} if self.body is None else self.body)
        form.ignored = self.ignored
        return form

    def number(self, name: str) -> int:
        value = self.params[name]
        if not is_snowflake(value):
            raise invalid(f"{name}_id", "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return int(value)

    def query_form(self) -> Form:
        return Form(self.query)

    # What a path names; each raises when it is not there or not for the bot to see

    def channel(self, *permissions: str) -> Channel:
        channel = self.world.channels.get(self.number("channel"))
        if channel is None:
            raise unknown(10003)
        if channel.denies("VIEW_CHANNEL"):
            raise Refusal(403, 50001, fair=True)
        for permission in permissions:
            if channel.denies(permission):
                raise Refusal(403, 50013, fair=True)
        return channel

    def message(self, *permissions: str) -> Message:
        return self.world.find_message(self.channel(*permissions), self.number("message"))

    def guild(self) -> Guild:
        guild = self.world.guilds.get(self.number("guild"))
        if guild is None:
            raise unknown(10004)
        return guild

    def user(self) -> User:
        if self.params["user"] == "@me":
            return self.world.bot
        user = self.world.users.get(self.number("user"))
        if user is None:
            raise unknown(10013)
        return user


async def read_body(request: web.Request) -> tuple[Any, list[Upload]]:
    """The JSON body and the files, from `application/json` or `multipart/form-data`."""
    if (request.content_length or 0) > MAXIMUM_REQUEST_BYTES:
        raise too_large()
    if not request.body_exists:
        return None, []
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request)
    raw = await request.read()
    if not raw:
        return None, []
    if request.content_type != "application/json":
        message = "Expected \"Content-Type\" header to be one of {'application/json', 'multipart/form-data'}."
        raise invalid("", "CONTENT_TYPE_INVALID", message)
    return _parsed(raw), []


async def _read_multipart(request: web.Request) -> tuple[Any, list[Upload]]:
    body, uploads = None, []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read())
        if part.name == "payload_json":
            body = _parsed(data)
        elif (found := FILE_FIELD.fullmatch(part.name or "")) and part.filename:
            uploads.append(Upload(part.filename, data, int(found.group(1))))
        else:
            message = "A file needs a name like files[0] and a filename"
            raise invalid(part.name or "files", "INVALID_FILE_ASSET", message)
    if len({upload.number for upload in uploads}) != len(uploads):
        raise invalid("files", "INVALID_FILE_ASSET", "Each file parameter must be uniquely named")
    return body, uploads


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError as error:
        raise Refusal(400, 50109) from error
