"""Pinned messages, by today's paths and by the ones before."""

from __future__ import annotations

from fakes.clock import iso
from fakes.discord.call import Call
from fakes.discord.router import NO_CONTENT, Reply, route

PIN, OLD_PIN = "/channels/{channel}/messages/pins", "/channels/{channel}/pins"


@route("GET", PIN)
def list_pins(call: Call) -> Reply:
    """Latest pinned first; `before` is a time."""
    channel = call.channel()
    form = call.query_form()
    limit = form.integer("limit", 1, 50) or 50
    form.check()
    before = call.query.get("before", "9999")
    pinned = sorted(channel.pins.items(), key=lambda pin: pin[1], reverse=True)
    found = [(message, iso(at)) for message, at in pinned if iso(at) < before]
    items = [{"pinned_at": at, "message": channel.messages[m].wire(call.world.bot)} for m, at in found[:limit]]
    return 200, {"items": items, "has_more": len(found) > limit}


@route("GET", OLD_PIN)
def list_pins_before(call: Call) -> Reply:
    channel = call.channel()
    pinned = sorted(channel.pins, key=lambda message: channel.pins[message], reverse=True)
    return 200, [channel.messages[message].wire(call.world.bot) for message in pinned[:50]]


@route("PUT", PIN + "/{message}", bucket="pins.change")
@route("PUT", OLD_PIN + "/{message}", bucket="pins.change")
def pin(call: Call) -> Reply:
    call.world.pin(call.message("PIN_MESSAGES"))
    return NO_CONTENT


@route("DELETE", PIN + "/{message}", bucket="pins.change")
@route("DELETE", OLD_PIN + "/{message}", bucket="pins.change")
def unpin(call: Call) -> Reply:
    call.world.unpin(call.message("PIN_MESSAGES"))
    return NO_CONTENT
