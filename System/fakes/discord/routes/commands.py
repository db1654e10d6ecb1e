"""Registering application commands, globally and for a guild."""

from __future__ import annotations

from typing import Any

from fakes.discord.call import Call
from fakes.discord.commands import MAXIMUM_CREATES_A_DAY, check_count, check_names, read_command
from fakes.discord.form import Form
from fakes.discord.refusal import Refusal, unknown
from fakes.discord.router import NO_CONTENT, Reply, route

EVERYWHERE = "/applications/{application}/commands"
IN_GUILD = "/applications/{application}/guilds/{guild}/commands"
WRITE = "commands.write"


def _scope(call: Call) -> dict[tuple[Any, Any], dict[str, Any]]:
    if call.number("application") != call.world.application_id:
        raise Refusal(403, 20012)
    guild = call.guild().id if "guild" in call.params else None
    return call.world.commands.setdefault(guild, {})


@route("GET", EVERYWHERE)
@route("GET", IN_GUILD)
def list_commands(call: Call) -> Reply:
    return 200, list(_scope(call).values())


@route("PUT", EVERYWHERE, bucket=WRITE)
@route("PUT", IN_GUILD, bucket=WRITE)
def overwrite(call: Call) -> Reply:
    """Replaces all commands of the scope with these."""
    scope = _scope(call)
    form = Form({})
    form.ignored = call.ignored
    if not isinstance(call.body, list):
        form.fail(None, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        form.check()
    commands = [read_command(form.nested(value, str(n))) for n, value in enumerate(call.body)]
    check_names(form, commands)
    form.check()
    check_count(commands)
    kept = [_register(call, scope, command) for command in commands]
    scope.clear()
    scope.update({(command["type"], command["name"]): command for command in kept})
    return 200, kept


@route("POST", EVERYWHERE, bucket=WRITE)
@route("POST", IN_GUILD, bucket=WRITE)
def create(call: Call) -> Reply:
    """A name that is taken is overwritten: 200 then, 201 when it is new."""
    scope = _scope(call)
    form = call.form()
    command = read_command(form)
    form.check()
    key = (command["type"], command["name"])
    others = [other for at, other in scope.items() if at != key]
    check_count([*others, command])
    is_new = key not in scope
    scope[key] = _register(call, scope, command)
    return 201 if is_new else 200, scope[key]


def _register(call: Call, scope: dict[tuple[Any, Any], dict[str, Any]], command: dict[str, Any]) -> dict[str, Any]:
    world = call.world
    earlier = scope.get((command["type"], command["name"]))
    if earlier is None:
        day = int(world.clock.now() // 86400)
        world.command_creates[day] = world.command_creates.get(day, 0) + 1
        if world.command_creates[day] > MAXIMUM_CREATES_A_DAY:
            raise Refusal(400, 30034, "Maximum number of daily application command creates has been reached (200)")
    own = {"id": earlier["id"] if earlier else str(world.ids.next()), "application_id": str(world.application_id)}
    place = {"guild_id": call.params["guild"]} if "guild" in call.params else {}
    defaults = {"default_member_permissions": None, "nsfw": False, "contexts": None, "dm_permission": True}
    return defaults | command | own | place | {"version": str(world.ids.next())}


def _find(call: Call, scope: dict[tuple[Any, Any], dict[str, Any]]) -> tuple[Any, Any]:
    for key, command in scope.items():
        if command["id"] == call.params["command"]:
            return key
    raise unknown(10063)


@route("GET", EVERYWHERE + "/{command}")
@route("GET", IN_GUILD + "/{command}")
def get(call: Call) -> Reply:
    scope = _scope(call)
    return 200, scope[_find(call, scope)]


@route("PATCH", EVERYWHERE + "/{command}", bucket=WRITE)
@route("PATCH", IN_GUILD + "/{command}", bucket=WRITE)
def modify(call: Call) -> Reply:
    scope = _scope(call)
    key = _find(call, scope)
    form = Form(scope[key] | call.form().value)
    command = read_command(form)
    form.check()
    kept = scope.pop(key) | command
    scope[kept["type"], kept["name"]] = kept
    return 200, kept


@route("DELETE", EVERYWHERE + "/{command}", bucket=WRITE)
@route("DELETE", IN_GUILD + "/{command}", bucket=WRITE)
def delete(call: Call) -> Reply:
    scope = _scope(call)
    scope.pop(_find(call, scope))
    return NO_CONTENT
