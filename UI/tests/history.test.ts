import assert from "node:assert/strict";
import { test } from "node:test";
import { withChatEvent } from "../src/gateway/chatEvents";
import { withLatestPage, withOlderPage } from "../src/gateway/history";
import type { JsonRecord } from "../src/gateway/read";
import { rowsOf } from "../src/gateway/rows";
import { emptyThread, type Thread } from "../src/gateway/thread";

const noPictures = new Map<string, readonly string[]>();

function user(id: string, key: string, text = id): JsonRecord {
  return { role: "user", content: text, idempotencyKey: `${key}:user`, __openclaw: { id } };
}

function assistant(id: string, text: string, extra: JsonRecord = {}): JsonRecord {
  return { role: "assistant", content: [{ type: "text", text }], __openclaw: { id }, ...extra };
}

function latest(thread: Thread, messages: JsonRecord[], extra: JsonRecord = {}, afterGap = false): Thread {
  const taken = new Set(thread.sent.map(({ item }) => item.key));
  return withLatestPage(thread, { payload: { messages, ...extra }, askedAt: 100, afterGap, taken }, noPictures);
}

function withSent(thread: Thread, key: string, state: "accepted" | "settled" = "accepted"): Thread {
  const item = { key, sessionKey: thread.sessionKey, text: key, attachments: [], createdAt: 0 };
  return { ...thread, sent: [...thread.sent, { item, isOurs: true, state, failure: undefined }] };
}

function kinds(thread: Thread): string[] {
  return rowsOf(thread).map((row) => row.id);
}

const empty = emptyThread("agent:main:main", []);

test("a message of ours disappears once the history shows it", () => {
  const thread = latest(withSent(empty, "k1"), [user("m1", "k1")]);
  assert.deepEqual(thread.sent, []);
  assert.deepEqual(kinds(thread), ["m1"]);
});

test("a message the history does not show yet stays, after what was said", () => {
  const thread = latest(withSent(empty, "k2"), [user("m1", "k1"), assistant("m2", "Hi")]);
  assert.deepEqual(kinds(thread), ["m1", "m2", "sent:k2"]);
});

test("what waits at the gateway and was sent elsewhere is shown until its turn has begun", () => {
  const waiting = (runId: string, text: string) => ({ runId, acceptedAt: 1, message: { role: "user", content: text } });
  const pendingInputs = { items: [waiting("k1", "ours"), waiting("other", "theirs")], total: 2 };
  let thread = latest(withSent(empty, "k1"), [user("m1", "k0")], { pendingInputs });
  assert.deepEqual(kinds(thread), ["m1", "sent:k1", "sent:other"]);
  assert.deepEqual(thread.sent.map(({ item, isOurs }) => [item.text, isOurs]), [["k1", true], ["theirs", false]]);
  thread = latest(thread, [user("m1", "k0"), user("m2", "other")], { pendingInputs: { items: [], total: 0 } });
  assert.deepEqual(kinds(thread), ["m1", "m2", "sent:k1"]);
});

test("what waits is shown in the order in which it is answered, whoever sent it", () => {
  const waiting = (runId: string) => ({ runId, message: { role: "user", content: runId } });
  const pendingInputs = { items: ["theirs1", "k2", "theirs2"].map(waiting), total: 4 };
  const unsent = { key: "k3", sessionKey: empty.sessionKey, text: "k3", attachments: [], createdAt: 0 };
  const begun = withSent(withSent(emptyThread(empty.sessionKey, [unsent]), "k2"), "k1");
  const page = { payload: { messages: [], pendingInputs }, askedAt: 100, afterGap: false, taken: new Set(["k1", "k2"]) };
  assert.deepEqual(kinds(withLatestPage(begun, page, noPictures)), ["sent:k1", "sent:theirs1", "sent:k2", "sent:theirs2", "sent:k3"]);
});

test("a stop is shown until the history tells it", () => {
  const stopped = withChatEvent(withSent(empty, "k1"), { runId: "k1", state: "aborted" }, 50);
  const call = { role: "assistant", content: [{ type: "toolCall", id: "t1", name: "exec" }], __openclaw: { id: "m2", runId: "k1" } };
  const shown = latest(stopped, [user("m1", "k1"), call]);
  assert.ok(rowsOf(shown).some((row) => row.kind === "message" && row.message.stopped));
  const told = latest(shown, [user("m1", "k1"), call, assistant("m3", "", { content: [], stopReason: "aborted" })]);
  assert.deepEqual([told.endings, told.messages.map(({ stopped }) => stopped)], [[], [false, true]]);
  const takenBack = latest(stopped, [{ ...user("m1", "k1"), withdrawn: true }]);
  assert.deepEqual([takenBack.endings, takenBack.messages.map(({ stopped }) => stopped)], [[], [true]]);
});

test("a running answer follows its own message, and queued messages follow it", () => {
  let thread = withSent(withSent(empty, "k1"), "k2");
  thread = withChatEvent(thread, { runId: "k1", state: "delta", deltaText: "Hi" }, 50);
  assert.deepEqual(kinds(thread), ["sent:k1", "run:k1", "sent:k2"]);
});

test("what the history already holds of a running answer is not shown twice", () => {
  let thread = withChatEvent(empty, { runId: "k1", state: "delta", deltaText: "Hi" }, 150);
  thread = latest(thread, [user("m1", "k1"), assistant("m2", "Hi")]);
  assert.deepEqual(kinds(thread), ["m1", "run:k1"]);
});

test("an answer that ended while the page was on its way is not shown twice", () => {
  let thread = withSent(empty, "k1");
  thread = withChatEvent(thread, { runId: "k1", state: "final", message: assistant("x", "Hi") }, 150);
  thread = latest(thread, [user("m1", "k1"), assistant("m2", "Hi")]);
  assert.deepEqual(kinds(thread), ["m1", "ending:k1"]);
});

test("of a conversation that was begun anew only what is still to be answered is left", () => {
  let thread = latest(withSent(withSent(empty, "k1"), "k2"), [user("m1", "k1")], { sessionId: "one" });
  thread = withChatEvent(withSent(thread, "k3"), { runId: "k1", state: "aborted", message: assistant("x", "Half") }, 150);
  thread = withChatEvent(thread, { runId: "k2", state: "aborted" }, 150);
  assert.deepEqual(kinds(latest(thread, [user("m1", "k1")], { sessionId: "one" })), ["m1", "ending:k1", "sent:k2", "ending:k2", "sent:k3"]);
  assert.deepEqual(kinds(latest(thread, [assistant("n1", "New")], { sessionId: "two" })), ["n1", "sent:k3"]);
});

test("tool results join their calls, and the turn is one message", () => {
  const thread = latest(empty, [
    user("m1", "k1"),
    { role: "assistant", content: [{ type: "toolCall", id: "t", name: "read", arguments: {} }], __openclaw: { id: "m2" } },
    { role: "toolResult", toolCallId: "t", toolName: "read", content: [{ type: "text", text: "ok" }], isError: false },
    assistant("m4", "Done"),
  ]);
  assert.deepEqual(kinds(thread), ["m1", "m2"]);
  const block = thread.messages[1]?.blocks[0];
  assert.ok(block?.kind === "tool");
  assert.equal(block.call.output, "ok");
  assert.equal(block.call.status, "done");
});

test("reading the history again keeps unchanged messages as the same objects", () => {
  const first = latest(empty, [user("m1", "k1"), assistant("m2", "Hi")]);
  const second = latest(first, [user("m1", "k1"), assistant("m2", "Hi"), user("m3", "k3")]);
  assert.equal(second.messages[0], first.messages[0]);
  assert.equal(second.messages[1], first.messages[1]);
});

test("older pages go in front and are not lost when the latest page is read again", () => {
  let thread = latest(empty, [user("m3", "k3")], { hasMore: true, nextOffset: 1 });
  assert.equal(thread.olderOffset, 1);
  thread = withOlderPage(thread, { messages: [user("m1", "k1"), user("m2", "k2")], hasMore: false }, noPictures);
  thread = latest(thread, [user("m3", "k3"), assistant("m4", "Hi")], { hasMore: true, nextOffset: 2 });
  assert.deepEqual(kinds(thread), ["m1", "m2", "m3", "m4"]);
  assert.equal(thread.olderOffset, undefined);
});

test("the way to older pages moves with what is new", () => {
  const page = [user("m3", "k3"), user("m4", "k4")];
  let thread = latest(empty, page, { hasMore: true, nextOffset: 2 });
  thread = withOlderPage(thread, { messages: [user("m2", "k2")], hasMore: true, nextOffset: 3 }, noPictures);
  thread = latest(thread, [...page, assistant("m5", "Hi")], { hasMore: true, nextOffset: 3 });
  assert.equal(thread.olderOffset, 4);
});

test("after a gap only the history says what still runs", () => {
  const running = withChatEvent(empty, { runId: "k1", state: "delta", deltaText: "Hi" }, 50);
  assert.deepEqual(latest(running, [user("m1", "k1")], {}, true).runs, []);
  const told = latest(running, [user("m1", "k1")], { inFlightRun: { runId: "k1", text: "Hi you" } }, true);
  assert.equal(told.runs.length, 1);
});

test("after a gap a message that neither runs nor waits is over, although the page does not reach back to it", () => {
  const waiting = { items: [{ runId: "k3", message: { role: "user", content: "k3" } }], total: 1 };
  const thread = withSent(withSent(withSent(withSent(empty, "k1"), "k2"), "k3"), "k4");
  const told = { pendingInputs: waiting, inFlightRun: { runId: "k2", text: "" }, sessionInfo: { activeRunIds: ["k2"] } };
  const page = { payload: { messages: [assistant("m9", "Hi")], ...told }, askedAt: 100, afterGap: true, taken: new Set(["k1", "k2", "k3"]) };
  const rows = (payload: JsonRecord, afterGap = true) => withLatestPage(thread, { ...page, payload, afterGap }, noPictures).sent.map(({ item }) => item.key);
  assert.deepEqual(rows(page.payload), ["k2", "k3", "k4"]);
  assert.deepEqual(rows(page.payload, false), ["k1", "k2", "k3", "k4"]);
  // What waits is not told whole.
  assert.deepEqual(rows({ ...page.payload, pendingInputs: { ...waiting, nextBefore: 1 } }), ["k1", "k2", "k3", "k4"]);
});

test("a failure nobody wrote down stays after its turn", () => {
  let thread = latest(empty, [user("m1", "k1")]);
  thread = withChatEvent(thread, { runId: "k1", state: "error", errorMessage: "No credit." }, 50);
  thread = latest(thread, [user("m1", "k1"), user("m2", "k2"), assistant("m3", "Hi")]);
  assert.deepEqual(kinds(thread), ["m1", "ending:k1", "m2", "m3"]);
});

test("a failure the history tells is told once", () => {
  let thread = withChatEvent(empty, { runId: "k1", state: "error", errorMessage: "No credit." }, 50);
  thread = latest(thread, [user("m1", "k1"), assistant("m2", "No credit.", { stopReason: "error", errorMessage: "No credit." })]);
  assert.deepEqual(kinds(thread), ["m1", "m2"]);
  assert.equal(thread.messages[1]?.failure, "No credit.");
});

test("a finished answer stays on screen until the history has it", () => {
  const ended = withChatEvent(
    withChatEvent(empty, { runId: "k1", state: "delta", deltaText: "Hi" }, 50),
    { runId: "k1", state: "final", message: { role: "assistant", content: [{ type: "text", text: "Hi" }] } },
    60,
  );
  assert.deepEqual(kinds(ended), ["ending:k1"]);
  assert.deepEqual(kinds(latest(ended, [user("m1", "k1"), assistant("m2", "Hi")])), ["m1", "m2"]);
});

test("an image whose bytes the gateway keeps is still a message", () => {
  const thread = latest(empty, [{ ...user("m1", "k1"), content: [{ type: "image", mimeType: "image/png", omitted: true }] }]);
  assert.deepEqual(thread.messages.map(({ blocks }) => blocks), [[{ kind: "image", source: undefined }]]);
});

test("pictures sent from here are shown in place of what the history leaves out", () => {
  const content = [{ type: "text", text: "look" }, { type: "image", mimeType: "image/png", omitted: true }];
  const pictures = new Map([["k1", ["data:image/png;base64,AA=="]]]);
  const page = { payload: { messages: [{ ...user("m1", "k1"), content }] }, askedAt: 100, afterGap: false, taken: new Set<string>() };
  assert.deepEqual(withLatestPage(empty, page, pictures).messages[0]?.blocks, [
    { kind: "image", source: "data:image/png;base64,AA==" },
    { kind: "text", text: "look" },
  ]);
});

test("a message the gateway dropped from its queue stays, with the word that it was stopped", () => {
  let thread = withSent(withSent(empty, "k1"), "k2");
  for (const runId of ["k1", "k2"]) thread = withChatEvent(thread, { runId, state: "aborted" }, 50);
  thread = latest(thread, [user("m1", "k1")]);
  assert.deepEqual(kinds(thread), ["m1", "ending:k1", "sent:k2", "ending:k2"]);
});

test("a message stopped in the queue says so for as long as the history does not", () => {
  let thread = withSent(empty, "k1");
  thread = withChatEvent(thread, { runId: "k1", state: "aborted" }, 50);
  thread = latest(thread, [user("m1", "k1")]);
  assert.deepEqual(kinds(thread), ["m1", "ending:k1"]);
  thread = latest(thread, [user("m1", "k1"), assistant("m2", "As far as it came", { stopReason: "aborted" })]);
  assert.deepEqual(kinds(thread), ["m1", "m2"]);
});

test("each call has its own result when the calls of each answer are numbered anew", () => {
  const call = (id: string, ...ids: string[]) => ({
    role: "assistant",
    content: ids.map((callId) => ({ type: "toolCall", id: callId, name: "exec", arguments: {} })),
    __openclaw: { id },
  });
  const result = (text: string) => ({ role: "toolResult", toolCallId: "call_0", content: [{ type: "text", text }] });
  const thread = latest(empty, [
    result("further back"), call("m1", "call_0", "call_0"), result("one"), result("two"),
    user("m2", "k2"), call("m3", "call_0"), call("m4", "call_0"), result("four"),
  ]);
  const outputs = thread.messages.map(({ blocks }) => blocks.map((block) => block.kind === "tool" && block.call.output));
  assert.deepEqual(outputs, [["further back", "one", "two"], [false], [undefined, "four"]]);
});

test("a time that no calendar has is left out", () => {
  const thread = latest(empty, [{ ...user("m1", "k1"), timestamp: 1e17 }, { ...user("m2", "k2"), timestamp: 5 }]);
  assert.deepEqual(thread.messages.map(({ timestamp }) => timestamp), [undefined, 5]);
});
