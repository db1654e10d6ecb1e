"""Whom a message mentions: what its text names, filtered by what the sender allows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fakes.discord.form import Form

KINDS = ("roles", "users", "everyone")
USER = re.compile(r"<@!?(\d+)>")
ROLE = re.compile(r"<@&(\d+)>")
EVERYONE = re.compile(r"@(everyone|here)\b")


@dataclass
class Allowed:
    """What may notify; messages of bots allow everything unless told otherwise, interactions users only."""

    kinds: set[str] = field(default_factory=lambda: set(KINDS))
    users: set[int] = field(default_factory=set)
    roles: set[int] = field(default_factory=set)
    replied_user: bool = True

    def allows_user(self, user: int) -> bool:
        return "users" in self.kinds or user in self.users

    def allows_role(self, role: int) -> bool:
        return "roles" in self.kinds or role in self.roles


def read_allowed(form: Form) -> Allowed | None:
    """`allowed_mentions`, or nothing when the sender left it out."""
    allowed = form.form("allowed_mentions")
    if allowed is None:
        return None
    allowed.only("parse", "roles", "users", "replied_user")
    kinds = {str(kind) for kind in allowed.values("parse")}
    for kind in kinds - set(KINDS):
        allowed.fail("parse", "BASE_TYPE_CHOICES", f"Value must be one of {KINDS}; found {kind!r}.")
    users = {int(user) for user in allowed.values("users", most=100)}
    roles = {int(role) for role in allowed.values("roles", most=100)}
    for kind, named in (("users", users), ("roles", roles)):
        if kind in kinds and named:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            allowed.fail(None, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
    return Allowed(kinds, users, roles, allowed.boolean("replied_user"))


def named_users(text: str) -> list[int]:
    return list(dict.fromkeys(int(user) for user in USER.findall(text)))


def named_roles(text: str) -> list[int]:
    return list(dict.fromkeys(int(role) for role in ROLE.findall(text)))


def names_everyone(text: str) -> bool:
    return EVERYONE.search(text) is not None
