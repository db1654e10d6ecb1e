"""The bot itself: who it is, where its gateway is, and its direct channels."""

from __future__ import annotations

from typing import Any

from fakes.discord.call import Call
from fakes.discord.events import CONTENT, MEMBERS, PRESENCES
from fakes.discord.refusal import Refusal, unknown
from fakes.discord.router import Reply, route

APPLICATION_FLAGS = {PRESENCES: 1 << 13, MEMBERS: 1 << 15, CONTENT: 1 << 19}


@route("GET", "/users/@me")
def me(call: Call) -> Reply:
    return 200, call.world.bot.wire() | {"verified": True, "mfa_enabled": False, "locale": "en-US", "flags": 0}


@route("GET", "/users/{user}")
def somebody(call: Call) -> Reply:
    return 200, call.user().wire()


@route("GET", "/applications/@me")
def application(call: Call) -> Reply:
    return 200, application_wire(call)


@route("GET", "/oauth2/applications/@me")
def application_by_old_name(call: Call) -> Reply:
    return 200, application_wire(call)


def application_wire(call: Call) -> dict[str, Any]:
    world = call.world
    owner = next((user for user in world.users.values() if not user.is_bot), world.bot)
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "owner": owner.wire(),
        "team": None,
        "flags": application_flags(world.enabled_intents),
        "bot": world.bot.wire(),
    }


def application_flags(enabled_intents: int) -> int:
    """Which privileged intents the portal's switches allow, as the application's flags say it."""
    return sum(flag for intent, flag in APPLICATION_FLAGS.items() if intent & enabled_intents)


@route("GET", "/gateway", needs_bot=False)
def gateway(call: Call) -> Reply:
    return 200, {"url": call.world.gateway_address}


@route("GET", "/gateway/bot")
def gateway_bot(call: Call) -> Reply:
    return 200, {"url": call.world.gateway_address, "shards": 1, "session_start_limit": call.world.session_starts()}


@route("GET", "/users/@me/guilds")
def my_guilds(call: Call) -> Reply:
    return 200, [
        {"id": str(g.id), "name": g.name, "icon": None, "owner": False, "permissions": "0", "features": []}
        for g in call.world.guilds.values()
    ]


@route("POST", "/users/@me/channels", bucket="dms.create")
def open_direct(call: Call) -> Reply:
    form = call.form()
    form.only("recipient_id")
    recipient = form.snowflake("recipient_id", required=True)
    form.check()
    user = call.world.users.get(recipient or 0)
    if user is None:
        raise unknown(10013)
    if user is call.world.bot:
        raise Refusal(400, 50007)
    return 200, call.world.direct(user).wire()


@route("GET", "/users/{user}")
def user(call: Call) -> Reply:
    return 200, call.user().wire()
