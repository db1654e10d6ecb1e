import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox, parseOutbox, type Outgoing, type Shelf } from "../src/gateway/outbox";

class MemoryShelf implements Shelf {
  readonly values = new Map<string, string>();

  constructor(private readonly mostChars = Infinity) {}

  get(key: string): string | undefined {
    return this.values.get(key);
  }

  set(key: string, value: string): boolean {
    if (value.length > this.mostChars) return false;
    this.values.set(key, value);
    return true;
  }
}

function message(key: string, attachmentChars = 0): Outgoing {
  const attachments =
    attachmentChars === 0 ? [] : [{ mimeType: "image/png", fileName: "a.png", content: "A".repeat(attachmentChars) }];
  return { key, sessionKey: "agent:main:main", text: `text of ${key}`, attachments, createdAt: 1 };
}

test("messages survive a reload in order", () => {
  const shelf = new MemoryShelf();
  const before = new Outbox(shelf, "box");
  before.add(message("a"));
  before.add(message("b", 8));
  before.add(message("c"));
  before.remove("a");
  assert.deepEqual(new Outbox(shelf, "box").all(), [message("b", 8), message("c")]);
});

test("what was refused for good survives a reload and goes no more", () => {
  const shelf = new MemoryShelf();
  const before = new Outbox(shelf, "box");
  before.add(message("a"));
  before.add(message("b"));
  before.refuse("a", { code: "NO", message: "no" });
  const after = new Outbox(shelf, "box");
  assert.deepEqual(after.all(), [{ ...message("a"), refusal: { code: "NO", message: "no" } }, message("b")]);
  assert.equal(after.next("agent:main:main")?.key, "b");
});

test("an image too large to store does not take the other messages with it", () => {
  const shelf = new MemoryShelf(500);
  const outbox = new Outbox(shelf, "box");
  outbox.add(message("a"));
  outbox.add(message("b", 1_000));
  assert.equal(outbox.all().length, 2);
  assert.deepEqual(new Outbox(shelf, "box").all(), [message("a")]);
});

test("what is broken in the storage is left out", () => {
  assert.deepEqual(parseOutbox("{"), []);
  assert.deepEqual(parseOutbox('[1,null,{"key":"a"},{"key":"","sessionKey":"s","text":"t"}]'), []);
  assert.equal(parseOutbox('[{"key":"a","sessionKey":"s","text":"t"}]').length, 1);
});
