"""What people do on Discord, as a test says it: `ann.writes(general, "hello")`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from fakes.discord import commands, interaction
from fakes.discord.channel import FORUM, PUBLIC_THREAD, Channel
from fakes.discord.draft import Draft
from fakes.discord.guild import Guild, User
from fakes.discord.interaction import Interaction
from fakes.discord.message import Message
from fakes.discord.uploads import Upload
from fakes.discord.world import World

T = TypeVar("T")
OnLoop = Callable[[Callable[[], T]], T]


class Person:
    """Each of these does one thing and returns what came of it. `<@id>` in a text mentions; `fake.mention` is the bot's."""

    def __init__(self, world: World, user: User, on_loop: OnLoop[Any]) -> None:
        self.user, self._world, self._on_loop = user, world, on_loop

    @property
    def id(self) -> int:
        return self.user.id

    def writes(
        self, channel: Channel, text: str = "", attachments: Iterable[Upload] = (), reply_to: Message | None = None
    ) -> Message:
        draft = Draft(text, uploads=list(attachments))
        if reply_to is not None:
            draft.reference = {"type": 0, "message_id": reply_to.id, "channel_id": reply_to.channel.id}
            draft.reference |= {"must_exist": False}
        return self._on_loop(lambda: self._world.post(channel, self.user, draft))

    def replies(self, message: Message, text: str) -> Message:
        return self.writes(message.channel, text, reply_to=message)

    def edits(self, message: Message, text: str) -> None:
        self._on_loop(lambda: self._world.edit(message, Draft(text, given=frozenset({"content"}))))

    def deletes(self, message: Message) -> None:
        self._on_loop(lambda: self._world.delete(message))

    def reacts(self, message: Message, emoji: str) -> None:
        self._on_loop(lambda: self._world.react(message, self.user, emoji))

    def unreacts(self, message: Message, emoji: str) -> None:
        self._on_loop(lambda: self._world.unreact(message, self.user, emoji))

    def votes(self, message: Message, answer: int) -> None:
        self._on_loop(lambda: self._world.vote(message, self.user, answer))

    def types(self, channel: Channel) -> None:
        self._on_loop(lambda: self._world.typing(channel, self.user))

    def starts_thread(self, channel: Channel, name: str, message: Message | None = None) -> Channel:
        if message is not None:
            return self._on_loop(lambda: self._world.start_thread(message, name, self.user, PUBLIC_THREAD))
        return self._on_loop(lambda: self._world.add_thread(channel, name, self.user, PUBLIC_THREAD))

    def opens_post(self, forum: Channel, title: str, text: str) -> Message:
        """A post in a forum: a thread and its first message."""
        assert forum.type == FORUM, f"#{forum.name} is no forum"
        return self._on_loop(lambda: self._world.open_post(forum, title, self.user, Draft(text)))

    def clicks(self, message: Message, which: str, values: Iterable[str] = ()) -> Interaction:
        """Presses the button with this label or custom id, or chooses `values` in the select with this custom id."""
        part = next((p for p in message.buttons if which in (p.get("label"), p["custom_id"])), None)
        assert part, f"nothing called {which!r} to click; there is {[p['custom_id'] for p in message.buttons]}"
        assert not part.get("disabled"), f"{which!r} is disabled"
        data: dict[str, Any] = {"component_type": part["type"], "custom_id": part["custom_id"], "id": 1}
        if part["type"] != 2:
            data["values"] = list(values)
        kind = interaction.COMPONENT
        return self._on_loop(lambda: self._world.interact(kind, self.user, message.channel, data, message=message))

    def runs(self, command: str, channel: Channel, **options: Any) -> Interaction:
        """Runs a registered slash command: `ann.runs("/model set", general, name="opus")`."""
        data = self._command_data(command, channel, options)
        self._world.ledger.asked(channel.id, " ".join(map(str, options.values())))
        return self._on_loop(lambda: self._world.interact(interaction.COMMAND, self.user, channel, data))

    def completes(self, command: str, channel: Channel, option: str, so_far: str) -> Interaction:
        """Types into an option that offers choices."""
        data = self._command_data(command, channel, {option: so_far}, focused=option)
        return self._on_loop(lambda: self._world.interact(interaction.AUTOCOMPLETE, self.user, channel, data))

    def submits(self, opened: Interaction, **fields: str) -> Interaction:
        """Fills in the modal that `opened` was answered with."""
        assert opened.modal, "no modal was shown"
        inputs = [{"type": 4, "custom_id": name, "value": value} for name, value in fields.items()]
        rows = [{"type": 1, "components": [field]} for field in inputs]
        data = {"custom_id": opened.modal["custom_id"], "components": rows}
        kind = interaction.MODAL
        return self._on_loop(
            lambda: self._world.interact(kind, self.user, opened.channel, data, message=opened.message)
        )

    def _command_data(
        self, command: str, channel: Channel, options: dict[str, Any], focused: str | None = None
    ) -> dict[str, Any]:
        name, *path = command.removeprefix("/").split()
        registered = self._registered(channel.guild)
        assert name in registered, f"/{name} is not registered; there is {sorted(registered)}"
        wire = registered[name]
        given = _given(wire["options"], path, options, focused)
        return {"id": wire["id"], "name": name, "type": commands.CHAT_INPUT, "options": given}

    def _registered(self, guild: Guild | None) -> dict[str, dict[str, Any]]:
        """Commands of a guild hide global ones of the same name."""
        scopes = [self._world.commands.get(None, {}), self._world.commands.get(guild.id, {}) if guild else {}]
        return {n: c for scope in scopes for (kind, n), c in scope.items() if kind == commands.CHAT_INPUT}


def _given(
    declared: list[dict[str, Any]], path: list[str], options: dict[str, Any], focused: str | None
) -> list[dict[str, Any]]:
    by_name = {option["name"]: option for option in declared}
    if path:
        assert path[0] in by_name, f"no subcommand {path[0]!r}; there is {sorted(by_name)}"
        inner = by_name[path[0]]
        nested = _given(inner.get("options", []), path[1:], options, focused)
        return [{"name": path[0], "type": inner["type"], "options": nested}]
    unknown = set(options) - set(by_name)
    assert not unknown, f"no options {sorted(unknown)}; there is {sorted(by_name)}"
    missing = {n for n, o in by_name.items() if o.get("required")} - set(options)
    assert focused or not missing, f"Discord's own client demands {sorted(missing)}"
    given = [{"name": n, "type": by_name[n]["type"], "value": value} for n, value in options.items()]
    for option in given:
        if option["name"] == focused:
            option["focused"] = True
    return given
