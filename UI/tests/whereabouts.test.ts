import assert from "node:assert/strict";
import { test } from "node:test";
import { Sessions } from "../src/gateway/sessions";
import { whereaboutsOf, whereaboutsText } from "../src/gateway/whereabouts";

const rows: [string, Record<string, unknown>, string | undefined][] = [
  ["a Discord channel", { channel: "discord", chatType: "channel", origin: { label: "Den #general channel id:12" } }, "Discord · Den #general"],
  ["a Telegram group", { channel: "telegram", chatType: "group", origin: { label: "Family id:-100123" } }, "Telegram · Family"],
  ["a topic", { channel: "telegram", chatType: "group", origin: { label: "Family id:-100123 topic:7" } }, "Telegram · Family"],
  ["a person on Telegram", { lastChannel: "telegram", chatType: "direct", origin: { label: "Ann (@ann) id:7" } }, "Telegram · Ann (@ann)"],
  ["a person on Discord", { lastChannel: "discord", origin: { label: "ann user id:7" } }, "Discord · ann"],
  ["what has no label", { lastChannel: "signal", subject: "Climbers" }, "Signal · Climbers"],
  ["what has a number only", { lastChannel: "telegram", origin: { label: "id:7" } }, "Telegram"],
  ["the page", { lastChannel: "webchat", origin: { provider: "webchat" } }, undefined],
  ["what came from nowhere", {}, undefined],
  ["nonsense", { lastChannel: 7, origin: "x" }, undefined],
];

for (const [name, row, expected] of rows) {
  test(`the place of ${name}`, () => {
    const whereabouts = whereaboutsOf(row);
    assert.equal(whereabouts && whereaboutsText(whereabouts), expected);
  });
}

test("a group is called by its place, a person's chat by what was said", async () => {
  const group = { key: "agent:main:discord:channel:12", channel: "discord", chatType: "channel", origin: { label: "Den #general channel id:12" } };
  const person = { key: "agent:main:main", lastChannel: "telegram", chatType: "direct", origin: { label: "Ann id:7" } };
  const titled = { derivedTitle: "said first" };
  const sessions = new Sessions(() => Promise.resolve({ sessions: [{ ...group, ...titled }, { ...person, ...titled }, { ...group, label: "mine" }] }));

  await sessions.refresh();

  assert.deepEqual(
    sessions.list.get().rows.map((row) => row.title),
    ["Den #general", "said first", "mine"],
  );
});
