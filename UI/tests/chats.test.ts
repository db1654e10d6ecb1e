import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Chats } from "../src/gateway/chats";
import { RefusedError, UnansweredError } from "../src/gateway/failure";
import { Outbox } from "../src/gateway/outbox";
import { rowsOf } from "../src/gateway/rows";

// The two things of a browser that the conversations use.
Object.assign(globalThis, {
  window: globalThis,
  requestAnimationFrame: (draw: () => void) => setTimeout(draw, 0),
  cancelAnimationFrame: clearTimeout,
});

const key = "agent:main:main";
const shelf = { get: () => undefined, set: () => true };

class Page {
  history: object = { messages: [] };
  /** What waits before a place. */
  older: (pendingBefore: number) => object = () => ({});
  /** What the gateway says to each message, in turn; then it takes all. */
  refusals: Error[] = [];
  readonly taken: string[] = [];
  /** How often a message was to be taken. */
  asked = 0;
  readonly chats = new Chats(
    async (method, params) => {
      const { pendingBefore } = params as { pendingBefore?: number };
      if (method === "chat.history") return pendingBefore === undefined ? this.history : this.older(pendingBefore);
      this.asked += 1;
      await wait(5);
      const refusal = this.refusals.shift();
      if (refusal) throw refusal;
      this.taken.push((params as { message: string }).message);
      return { status: "started" };
    },
    new Outbox(shelf, "test"),
    () => undefined,
  );

  constructor() {
    this.chats.show(key);
  }

  hear(payload: object): void {
    this.chats.handle({ type: "event", event: "chat", payload: { sessionKey: key, ...payload } });
  }

  thread = () => this.chats.thread(key).get();
  rows = () => rowsOf(this.thread()).map((row) => (row.kind === "sent" ? `sent:${row.sent.item.text}` : row.id));
}

test("nothing is left of a first conversation that ends before the history has told of it", async () => {
  const page = new Page();
  await wait(10);
  page.chats.send(key, "question", []);
  await wait(10);
  const runId = page.thread().sent[0]?.item.key;
  page.chats.noteConversation(key, "one");
  page.hear({ runId, state: "delta", deltaText: "word1" });
  page.hear({ runId, state: "aborted" });
  await wait(10);
  assert.deepEqual(page.rows(), ["sent:question", `ending:${runId}`]);

  page.history = {
    sessionId: "two",
    messages: [{ role: "assistant", content: "New", __openclaw: { id: "n1" } }],
  };
  page.chats.noteConversation(key, "two");
  await wait(200);
  assert.deepEqual(page.rows(), ["n1"]);
});

test("what is still to be answered stays when another conversation begins", async () => {
  const page = new Page();
  page.chats.noteConversation(key, "one");
  page.chats.send(key, "next", []);
  await wait(10);
  page.history = { sessionId: "two", messages: [] };
  page.chats.noteConversation(key, "two");
  await wait(200);
  assert.deepEqual(page.rows(), ["sent:next"]);
});

test("messages keep their order although the first is not taken at once", async () => {
  const full = new RefusedError({ code: "UNAVAILABLE", message: "full", details: {}, retryable: true, retryAfterMs: 40 });
  for (const refusal of [full, new UnansweredError("NO_CONNECTION")]) {
    const page = new Page();
    page.refusals = [refusal];
    page.chats.send(key, "a", []);
    page.chats.send(key, "b", []);
    await wait(15);
    assert.deepEqual(page.rows(), ["sent:a", "sent:b"]);
    assert.equal(page.thread().sent[0]?.failure?.message, refusal === full ? "full" : undefined);
    page.chats.send(key, "c", []);
    page.chats.resume();
    await wait(60);
    assert.deepEqual(page.taken, ["a", "b", "c"]);
    assert.equal(page.thread().sent[0]?.failure, undefined);
  }
});

test("what the gateway refuses for good holds up nothing", async () => {
  const page = new Page();
  page.refusals = [new RefusedError({ code: "INVALID_REQUEST", message: "no", details: {}, retryable: false, retryAfterMs: undefined })];
  page.chats.send(key, "a", []);
  page.chats.send(key, "b", []);
  await wait(30);
  assert.deepEqual(page.taken, ["b"]);
  assert.deepEqual(page.thread().sent.map(({ state }) => state), ["failed", "accepted"]);
});

test("a stop does not wait for a message that cannot be taken, and that can be taken back", async () => {
  const page = new Page();
  const full = new RefusedError({ code: "UNAVAILABLE", message: "full", details: {}, retryable: true, retryAfterMs: 5_000 });
  page.refusals = [full];
  page.chats.send(key, "a", []);
  await wait(15);
  page.chats.send(key, "/stop", []);
  page.chats.send(key, "b", []);
  await wait(15);
  assert.deepEqual(page.taken, ["/stop"]);

  page.chats.discard(key, page.thread().sent[0]?.item.key ?? "");
  await wait(30);
  assert.deepEqual(page.taken, ["/stop", "b"]);
});

test("what is discarded while it goes again is gone, unless the gateway takes it now", async () => {
  const full = new RefusedError({ code: "UNAVAILABLE", message: "full", details: {}, retryable: true, retryAfterMs: 10 });
  for (const isTaken of [false, true]) {
    const page = new Page();
    page.refusals = isTaken ? [full] : [full, full];
    page.chats.send(key, "a", []);
    await wait(8);
    assert.equal(page.thread().sent[0]?.failure?.message, "full");
    while (page.asked < 2) await wait(1);
    page.chats.discard(key, page.thread().sent[0]?.item.key ?? "");
    assert.equal(page.thread().sent[0]?.failure, undefined);
    await wait(40);
    assert.deepEqual(page.taken, isTaken ? ["a"] : []);
    assert.deepEqual(page.rows(), isTaken ? ["sent:a"] : []);
  }
});

test("what was refused for good is still there after a look elsewhere", async () => {
  const page = new Page();
  page.refusals = [new RefusedError({ code: "INVALID_REQUEST", message: "no", details: {}, retryable: false, retryAfterMs: undefined })];
  page.chats.send(key, "a", []);
  await wait(15);
  page.chats.show("agent:main:other");
  page.chats.resume();
  page.chats.show(key);
  await wait(15);
  assert.deepEqual(page.thread().sent.map(({ item, state, failure }) => [item.text, state, failure?.message]), [["a", "failed", "no"]]);
  assert.deepEqual(page.taken, []);
  page.chats.retry(key, page.thread().sent[0]?.item.key ?? "");
  await wait(15);
  assert.deepEqual([page.taken, page.rows()], [["a"], ["sent:a"]]);
});

test("all that waits is shown, however many pages the gateway tells it on", async () => {
  const page = new Page();
  const items = (from: number) => Array.from({ length: 20 }, (_, n) => ({ runId: `w${from + n}`, message: { role: "user", content: `w${from + n}` } }));
  page.history = { messages: [], pendingInputs: { items: items(40), total: 60, nextBefore: 40 } };
  page.older = (before) => ({ pendingInputs: { items: items(before - 20), total: 60, ...(before > 20 && { nextBefore: before - 20 }) } });
  await page.chats.refresh(key);
  assert.deepEqual(page.rows(), Array.from({ length: 60 }, (_, n) => `sent:w${n}`));
});

test("who signs out leaves nothing to be sent or read", async () => {
  const page = new Page();
  page.refusals = [new UnansweredError("NO_CONNECTION")];
  page.history = { messages: [{ role: "user", content: "private", __openclaw: { id: "m1" } }] };
  await page.chats.refresh(key);
  page.chats.send(key, "a", []);
  await wait(15);
  page.chats.forgetAll();
  page.chats.resume();
  await wait(15);
  assert.deepEqual([page.taken, page.thread().messages], [[], []]);
});

test("a conversation can be read back to its beginning", async () => {
  const page = new Page();
  for (let from = 5_000; from > 0; from -= 500) {
    const messages = Array.from({ length: 500 }, (_, n) => ({ role: "user", content: "x", __openclaw: { id: `m${from + n}` } }));
    page.history = { messages, hasMore: from > 500, nextOffset: 5_500 - from };
    if (from === 5_000) await page.chats.refresh(key);
    else await page.chats.loadOlder(key);
  }
  assert.equal(page.rows().length, 5_000);
});
