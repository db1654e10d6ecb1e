"""Where a session is talked in stands in its row of `sessions.list`, in the words of the original, for both generations."""

from __future__ import annotations

from typing import Any

import pytest

from harness import Gateway, connect
from harness.platforms import Connect, Platform

pytestmark = pytest.mark.needs("bot")

FIELDS = (
    "channel",
    "chatType",
    "subject",
    "groupChannel",
    "space",
    "displayName",
    "origin",
    "lastChannel",
    "lastTo",
    "lastAccountId",
    "lastThreadId",
    "deliveryContext",
)


def rows(gateway: Gateway, generation: int) -> dict[str, dict[str, Any]]:
    """What each session's row says of its place, by the key without the agent."""
    with connect(gateway.port, generation) as client:
        found = client.request("sessions.list", {})["sessions"]
    return {row["key"].removeprefix("agent:main:"): {k: row[k] for k in FIELDS if k in row} for row in found}


def test_rows_of_today_say_who_is_met_with_which_account(platform: Platform, connect_bot: Connect) -> None:
    gateway, *_ = written_everywhere(platform, connect_bot)
    with connect(gateway.port, 4) as client:
        found = {row["key"]: row for row in client.request("sessions.list", {})["sessions"]}
    kind = "channel" if platform.id == "discord" else "group"
    main = found.pop("agent:main:main")
    assert (main["peerKind"], main["accountId"], main["classification"]) == ("direct", "default", "main")
    assert found
    for row in found.values():
        assert (row["peerKind"], row["accountId"], row["classification"]) == (kind, "default", kind)


def expected(platform: Platform, kind: str, label: str, source: str, to: str, **more: Any) -> dict[str, Any]:
    thread = {"threadId": more["lastThreadId"]} if "lastThreadId" in more else {}
    delivery = {"channel": platform.id, "to": to, "accountId": "default"} | thread
    origin = {"label": label, "provider": platform.id, "surface": platform.id, "chatType": kind, "from": source}
    return {
        "chatType": kind,
        "origin": origin | {"to": to, "accountId": "default"} | thread,
        "lastChannel": platform.id,
        "lastTo": to,
        "lastAccountId": "default",
        "deliveryContext": delivery,
    } | more


def written_everywhere(platform: Platform, connect_bot: Connect) -> tuple[Gateway, Any, Any, Any]:
    gateway = connect_bot()
    ann, group = platform.person("Ann"), platform.group("General Talk")
    inside = platform.inside(ann, group, "Tea")
    for place in (platform.direct(ann), group, inside):
        platform.ask(ann, place)
    platform.wait_until_answered()
    return gateway, ann, group, inside


def test_rows_name_the_place_on_discord_and_telegram(
    platform: Platform, connect_bot: Connect, generation: int
) -> None:
    gateway, ann, group, inside = written_everywhere(platform, connect_bot)

    found = rows(gateway, generation)

    if platform.id == "discord":
        person, channel, thread = ann.id, group.outer, inside.outer
        space = str(channel.guild.id)
        server = channel.guild.name
        assert found == {
            "main": expected(platform, "direct", f"ann user id:{person}", f"discord:{person}", f"user:{person}")
            | {"displayName": f"ann user id:{person}"},
            f"discord:channel:{channel.id}": expected(
                platform,
                "channel",
                f"{server} #General Talk channel id:{channel.id}",
                f"discord:channel:{channel.id}",
                f"channel:{channel.id}",
                channel="discord",
                groupChannel="#general-talk",
                space=space,
                displayName=f"discord:{space}#general-talk",
            ),
            f"discord:channel:{thread.id}": expected(
                platform,
                "channel",
                f"{server} #General Talk › Tea channel id:{thread.id}",
                f"discord:channel:{thread.id}",
                f"channel:{thread.id}",
                channel="discord",
                groupChannel="#tea",
                space=space,
                displayName=f"discord:{space}#tea",
            ),
        }
    else:
        chat, topic = group.outer.id, inside.inner.id
        group_fields = {"channel": "telegram", "subject": "General Talk", "displayName": "telegram:g-general-talk"}
        main = found.pop("main")
        label = main["origin"]["label"]
        assert label.startswith("Ann") and label.endswith(f" id:{ann.id}")
        assert main == expected(platform, "direct", label, f"telegram:{ann.id}", f"telegram:{ann.id}") | {
            "displayName": label
        }
        assert found.pop(f"telegram:group:{chat}:topic:{topic}") == expected(
            platform,
            "group",
            f"General Talk id:{chat} topic:{topic}",
            f"telegram:group:{chat}:topic:{topic}",
            f"telegram:{chat}",
            lastThreadId=str(topic),
            **group_fields,
        )
        [(_, general)] = found.items()
        assert {k: general[k] for k in group_fields} == group_fields
        assert general["origin"]["from"].startswith(f"telegram:group:{chat}")


def test_a_program_can_write_to_where_a_row_says(platform: Platform, connect_bot: Connect) -> None:
    gateway, _, group, _ = written_everywhere(platform, connect_bot)
    for row in rows(gateway, 4).values():
        with connect(gateway.port) as client:
            params = {k: row["deliveryContext"][k] for k in ("channel", "to", "accountId")}
            client.request("send", params | {"message": "psst", "idempotencyKey": row["lastTo"] + row["origin"]["from"]})
    platform.fake.wait_until("the words to be there", lambda: "psst" in platform.answers(group))


def test_the_place_outlives_a_restart_and_a_reset(platform: Platform, connect_bot: Connect) -> None:
    gateway, *_ = written_everywhere(platform, connect_bot)
    before = rows(gateway, 4)
    with connect(gateway.port) as client:
        for key in before:
            client.request("sessions.reset", {"key": f"agent:main:{key}"})
    platform.kills(gateway)

    assert rows(connect_bot(again=gateway), 4) == before


@pytest.mark.parametrize("generation", [3])
def test_what_was_written_on_the_page_stays_the_pages(
    platform: Platform, connect_bot: Connect, generation: int
) -> None:
    gateway = connect_bot()
    with connect(gateway.port) as client:
        client.chat("hello", session="agent:main:mine")
    row = rows(gateway, generation)["mine"]
    assert row["lastChannel"] == "webchat" and row["deliveryContext"] == {"channel": "webchat"}
    assert "channel" not in row
