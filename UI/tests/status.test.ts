import assert from "node:assert/strict";
import test from "node:test";
import { channelAccounts, overviewOf } from "../src/gateway/status";

test("an account tells who was not answered, the newest first", () => {
  const lastTurnedAway = [
    { at: 1, sender: "Ann (5)", reason: "direct messages are off" },
    { at: 2, sender: "Bob (6)", place: "#general", reason: "the place is not in the config" },
  ];
  const accounts = [{ accountId: "default", connected: true, turnedAway: 7, lastTurnedAway }, { accountId: "second" }];

  const [first, second] = channelAccounts({ channelOrder: ["discord"], channelAccounts: { discord: accounts } });

  assert.equal(first?.turnedAway.count, 7);
  assert.deepEqual(first?.turnedAway.newest[0], { who: "Bob (6) · #general", reason: "the place is not in the config", at: 2 });
  assert.deepEqual(second?.turnedAway, { count: 0, newest: [] });
});

test("a gateway whose volume is full takes nothing in and is not well", () => {
  const healthy = (state: string) => overviewOf({ ok: true }, { volume: { state } }).healthy;

  assert.deepEqual(["ok", "low", "full", "read-only"].map(healthy), [true, true, false, false]);
});
