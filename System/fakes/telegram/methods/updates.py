"""How the bot hears of things: by asking, or at its own address."""

from __future__ import annotations

from typing import Any

from fakes.telegram.call import Call, method
from fakes.telegram.refusal import Refusal
from fakes.telegram.updates import BY_WEBHOOK, MAXIMUM_LIMIT, MAXIMUM_TIMEOUT

WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


@method("getUpdates")
async def get_updates(call: Call) -> list[dict[str, Any]]:
    arguments = call.arguments
    offset = arguments.integer("offset")
    limit = arguments.integer("limit", MAXIMUM_LIMIT, 1, MAXIMUM_LIMIT)
    timeout = arguments.integer("timeout", 0, 0, MAXIMUM_TIMEOUT)
    allowed = arguments.parsed("allowed_updates", "allowed updates")
    if call.world.webhook.webhook.url:
        call.world.updates.conflicts += 1
        raise Refusal(409, WEBHOOK_ACTIVE, fair=True)
    call.world.updates.allow(allowed)
    return [update.wire() for update in await call.world.updates.get(offset, limit, timeout)]


@method("setWebhook")
def set_webhook(call: Call) -> bool:
    """Without a URL it is taken away; the same one again changes nothing."""
    arguments = call.arguments
    url, secret = arguments.text("url"), arguments.text("secret_token")
    connections = arguments.integer("max_connections", 40, 1, 100)
    certificate = arguments.file("certificate")
    arguments.ignore("ip_address")
    if not url:
        return _remove(call)
    world = call.world
    if arguments.boolean("drop_pending_updates"):
        world.updates.clear()
    world.webhook.set(url, secret, connections)
    world.webhook.webhook.certificate = certificate is not None
    world.updates.allow(arguments.parsed("allowed_updates", "allowed updates"))
    world.updates.interrupt(BY_WEBHOOK)
    world.notify()
    return True


@method("deleteWebhook")
def delete_webhook(call: Call) -> bool:
    return _remove(call)


def _remove(call: Call) -> bool:
    call.world.webhook.remove()
    if call.arguments.boolean("drop_pending_updates"):
        call.world.updates.clear()
    call.world.notify()
    return True


@method("getWebhookInfo")
def webhook_info(call: Call) -> dict[str, Any]:
    return call.world.webhook.info()
