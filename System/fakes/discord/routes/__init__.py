"""Every route of the REST API that the fake has; importing this registers them."""

from fakes.discord.routes import channels, commands, guilds, interactions, messages, own, pins, reactions, threads

__all__ = ["channels", "commands", "guilds", "interactions", "messages", "own", "pins", "reactions", "threads"]
