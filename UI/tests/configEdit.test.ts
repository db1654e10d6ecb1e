import assert from "node:assert/strict";
import { test } from "node:test";
import { afterAnswer, afterFailure, afterReading, afterTyping, afterUndo, isChanged, unread, whileSaving, type ConfigEdit } from "../src/gateway/configEdit";
import { configFileOf, saysTheSame, withLineEnds, type ConfigFile } from "../src/gateway/configFile";
import { RefusedError, UnansweredError } from "../src/gateway/failure";

const broken = configFileOf({ path: "/c", raw: null, valid: false, hash: "b", issues: [{ path: "", message: "no" }] });

function file(raw: string, hash = raw): ConfigFile {
  return configFileOf({ path: "/c", raw, valid: true, hash });
}

/** The file `old`, with `new` typed over it and sent. */
function sending(): ConfigEdit {
  return whileSaving(afterTyping(afterReading(unread, file("old")), "new"));
}

test("an unchanged text follows the file, a changed one is told", () => {
  const read = afterReading(unread, file("old"));

  assert.equal(afterReading(read, file("newer")).text, "newer");
  const conflict = afterReading(afterTyping(read, "mine"), file("newer"));
  assert.deepEqual([conflict.text, conflict.result.kind], ["mine", "conflict"]);
  assert.equal(afterReading(conflict, file("old")).result.kind, "none");
  assert.equal(afterUndo(conflict).text, "newer");
});

test("reading the same again changes nothing at all", () => {
  const read = afterReading(unread, file("old"));

  assert.equal(afterReading(read, file("old")), read);
});

test("what the gateway took is saved, and what was typed meanwhile stays", () => {
  const saved = afterAnswer(afterTyping(sending(), "newer still"), "new", { hash: "2", restart: { ok: true } });
  const read = afterReading(saved, file("new, as written", "2"));

  assert.deepEqual(saved.result, { kind: "saved", restarts: true });
  assert.deepEqual([read.text, read.base], ["newer still", { raw: "new, as written", hash: "2" }]);
  assert.equal(read.result.kind, "saved");
});

test("what is read while a save is on its way counts for nothing", () => {
  const edit = sending();

  assert.equal(afterReading(edit, file("new")), edit);
});

test("without an answer the file tells what became of it", () => {
  const unknown = afterFailure(sending(), "new", new UnansweredError("NO_CONNECTION"));

  assert.equal(afterReading(unknown, file("new")).result.kind, "saved");
  assert.equal(isChanged(afterReading(unknown, file("new"))), false);
  const lost = afterReading(unknown, file("old"));
  assert.deepEqual([lost.text, lost.result.kind], ["new", "lost"]);
  assert.equal(afterReading(unknown, file("theirs")).result.kind, "conflict");
});

test("a refusal is a conflict when the file has moved on", () => {
  const refused = afterFailure(sending(), "new", new RefusedError({ code: "INVALID_REQUEST", message: "no", details: {} } as never));

  assert.equal(afterReading(refused, file("old")).result.kind, "refused");
  assert.equal(afterReading(refused, file("theirs")).result.kind, "conflict");
});

test("a text waits while the file cannot be shown", () => {
  const waiting = afterReading(afterTyping(afterReading(unread, file("old")), "mine"), broken);

  assert.equal(waiting.file?.raw, undefined);
  assert.equal(afterReading(waiting, file("old")).text, "mine");
  assert.equal(isChanged(afterReading(unread, broken)), false);
});

test("a secret that was sent is shown as a placeholder", () => {
  const raw = '{ // mine\n  token: "__OPENCLAW_REDACTED__", port: 1 }';

  assert.equal(saysTheSame(file(raw), '{ // mine\n  token: "s(e)cret", port: 1 }'), true);
  assert.equal(saysTheSame(file(raw), '{ // mine\n  token: "s(e)cret", port: 2 }'), false);
});

test("plain JSON says the same in another form", () => {
  const written = { ...file("{ // kept\n a: [1], token: '…' }"), parsed: { a: [1], token: "__OPENCLAW_REDACTED__" } };

  assert.equal(saysTheSame(written, '{"token": "secret", "a": [1]}'), true);
  assert.equal(saysTheSame(written, '{"token": "secret", "a": [2]}'), false);
  assert.equal(saysTheSame(written, "{ a: [1] }"), false);
});

test("a file's ends of lines are put back", () => {
  for (const raw of ["{\r\n}\r\n", "{\n}\n", "{}", ""]) {
    const shown = file(raw);
    assert.equal(shown.raw?.includes("\r"), false);
    assert.equal(withLineEnds(shown.raw ?? "", shown), raw);
  }
});
