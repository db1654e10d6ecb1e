import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Chats } from "../src/gateway/chats";
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
  readonly chats = new Chats(
    async (method) => (method === "chat.history" ? this.history : { status: "started" }),
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
