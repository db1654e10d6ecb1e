import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Requests } from "../src/gateway/requests";

Object.assign(globalThis, { window: globalThis });

test("an answer is late only when its request, and those before it, can have arrived", async () => {
  const requests = new Requests();
  const late: string[] = [];
  const ask = (name: string, text: string) => {
    requests.add("chat.send", { text }, 5).answer.catch(() => late.push(name));
  };
  ask("small", "x");
  await wait(40);
  assert.deepEqual(late, ["small"]);

  // 1,600 bytes on the slowest line: 200 ms.
  ask("large", "x".repeat(1_600));
  ask("behind it", "x");
  await wait(80);
  assert.deepEqual(late, ["small"]);
  await wait(300);
  assert.deepEqual(late, ["small", "large", "behind it"]);
});

test("a long answer that may be coming is known", () => {
  const requests = new Requests();
  requests.add("chat.send", {}, 1_000).answer.catch(() => undefined);
  assert.equal(requests.awaitsLongAnswer(), false);
  requests.add("chat.history", {}, 1_000).answer.catch(() => undefined);
  assert.equal(requests.awaitsLongAnswer(), true);
  requests.abandonAll();
  assert.equal(requests.awaitsLongAnswer(), false);
});
