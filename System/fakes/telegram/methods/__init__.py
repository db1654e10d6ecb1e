"""Every method of the Bot API that the fake has; importing this registers them."""

from fakes.telegram.methods import changes, chats, commands, media, messages, own, polls, topics, updates

__all__ = ["changes", "chats", "commands", "media", "messages", "own", "polls", "topics", "updates"]
