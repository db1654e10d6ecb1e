import assert from "node:assert/strict";
import { test } from "node:test";
import { adoptedRun, blocksOfRun, newRun, withDelta, withToolEvent, type Run } from "../src/gateway/run";

function delta(deltaText: string, whole?: string, replace?: boolean): { [key: string]: unknown } {
  const message = whole === undefined ? undefined : { role: "assistant", content: [{ type: "text", text: whole }] };
  return { state: "delta", deltaText, message, replace };
}

function textOf(run: Run): string {
  return run.text;
}

test("deltas append", () => {
  const run = [delta("Hel", "Hel"), delta("lo", "Hello")].reduce(withDelta, newRun("r", 0));
  assert.equal(textOf(run), "Hello");
});

test("a dropped delta is repaired by the cumulative text", () => {
  const run = [delta("Hel", "Hel"), delta(" world", "Hello world")].reduce(withDelta, newRun("r", 0));
  assert.equal(textOf(run), "Hello world");
});

test("a cumulative text that covers only the last message does not erase the ones before", () => {
  const run = [delta("First.", "First."), delta("Second", "Second")].reduce(withDelta, newRun("r", 0));
  assert.equal(textOf(run), "First.Second");
});

test("replace takes text back", () => {
  const run = [delta("Half an ans", "Half an ans"), delta("", "", true)].reduce(withDelta, newRun("r", 0));
  assert.equal(textOf(run), "");
});

test("a tool stands where it was called", () => {
  let run = withDelta(newRun("r", 0), delta("Before.", "Before."));
  run = withToolEvent(run, { phase: "start", toolCallId: "t", name: "read", args: { path: "a" } });
  run = withDelta(run, delta(" After.", "Before. After."));
  run = withToolEvent(run, { phase: "result", toolCallId: "t", name: "read", isError: true, result: { content: [{ type: "text", text: "no" }] } });
  const blocks = blocksOfRun(run);
  assert.deepEqual(blocks.map((block) => block.kind), ["text", "tool", "text"]);
  assert.ok(blocks[1]?.kind === "tool");
  assert.deepEqual(blocks[1].call, { id: "t", name: "read", args: { path: "a" }, output: "no", status: "failed" });
});

test("reasoning written into the answer is not shown", () => {
  const run = withDelta(newRun("r", 0), delta("<think>hm</think>Yes."));
  assert.deepEqual(blocksOfRun(run), [{ kind: "text", text: "Yes." }]);
});

test("reasoning still being written is not shown, and a tag named later is", () => {
  assert.deepEqual(blocksOfRun(withDelta(newRun("r", 0), delta("<think>hm, let"))), []);
  const run = withDelta(newRun("r", 0), delta("Write `<think>` first."));
  assert.deepEqual(blocksOfRun(run), [{ kind: "text", text: "Write `<think>` first." }]);
});

test("a run picked up midway keeps the calls the transcript holds", () => {
  const call = { id: "t", name: "exec", args: {}, output: undefined, status: "unknown" } as const;
  const run = adoptedRun("r", "Look. Then", [{ kind: "text", text: "Look." }, { kind: "tool", call }], 0);
  assert.deepEqual(blocksOfRun(run).map((block) => block.kind), ["text", "tool", "text"]);
  assert.equal(run.tools[0]?.call.status, "running");
});

test("a call under an id that was used before is a call of its own", () => {
  const tool = (phase: string, rest: object) => ({ phase, toolCallId: "call_0", name: "exec", ...rest });
  let run = newRun("r", 0);
  for (const word of ["one", "two"]) {
    run = withToolEvent(run, tool("start", { args: { command: word } }));
    run = withToolEvent(run, tool("result", { result: word }));
  }
  run = withToolEvent(run, tool("start", { args: { command: "two" } }));
  assert.deepEqual(run.tools.map(({ call }) => [call.output, call.status]), [["one", "done"], ["two", "done"], [undefined, "running"]]);
});

test("a run picked up midway has its calls where they were made, whatever stands between its messages", () => {
  const call = (id: string) => ({ kind: "tool", call: { id, name: "exec", args: {}, output: "", status: "done" } }) as const;
  const text = (words: string) => ({ kind: "text", text: words }) as const;
  const written = [text("One.\n"), call("a"), text("Two."), call("b"), text("Three."), call("c")];
  const run = adoptedRun("r", "One.\n\nTwo.\n\nThree.\n\nFou", written, 0);
  const shown = (of: Run) => blocksOfRun(of).map((block) => (block.kind === "text" ? block.text : block.kind));
  assert.deepEqual(shown(run), ["One.", "tool", "Two.", "tool", "Three.", "tool", "Fou"]);
  // What was on its way while the transcript was read tells nothing new.
  assert.deepEqual(shown(withToolEvent(run, { phase: "start", toolCallId: "c", name: "exec", args: {} })), shown(run));
});
