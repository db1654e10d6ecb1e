"""A bot made with discord.py, a client that works against the real Discord."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord import app_commands


class Bot(discord.Client):
    """Answers every message with `echo`, and keeps what it was told."""

    def __init__(self, **options: Any) -> None:
        intents = options.pop("intents", None) or discord.Intents.default()
        intents.message_content = True
        super().__init__(intents=intents, guild_ready_timeout=0.05, **options)
        self.is_ready_now, self.was_resumed = asyncio.Event(), asyncio.Event()
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.echoes = True
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="status", description="Says how it is.")(status)
        self.tree.command(name="model", description="Chooses a model.")(model)

    async def on_ready(self) -> None:
        self.is_ready_now.set()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Does not wait the five seconds that discord.py leaves between two identifies."""

    async def on_resumed(self) -> None:
        self.was_resumed.set()

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user:
            return
        self.heard.put_nowait(message)
        if self.echoes:
            await message.channel.send(f"echo {message.content}", nonce=str(message.id), reference=message)

    async def on_message_edit(self, _: discord.Message, after: discord.Message) -> None:
        if after.author != self.user:
            self.heard.put_nowait(after)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.heard.put_nowait(event)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        self.heard.put_nowait(event)

    async def on_thread_create(self, thread: discord.Thread) -> None:
        self.heard.put_nowait(thread)

    async def next(self) -> Any:
        return await asyncio.wait_for(self.heard.get(), 10)


async def status(interaction: discord.Interaction, what: str = "all") -> None:
    await interaction.response.defer()
    await interaction.followup.send(f"{what} is fine")


async def model(interaction: discord.Interaction, name: str) -> None:
    await interaction.response.send_message(f"now {name}", ephemeral=True, view=Choice())


async def offer(interaction: discord.Interaction, so_far: str) -> list[app_commands.Choice[str]]:
    names = ["opus", "sonnet"]
    return [app_commands.Choice(name=name, value=name) for name in names if name.startswith(so_far)]


model = app_commands.autocomplete(name=offer)(model)


class Choice(discord.ui.View):
    @discord.ui.button(label="Approve", style=discord.ButtonStyle.success)
    async def approve(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="approved", view=None)
