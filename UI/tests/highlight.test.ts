import assert from "node:assert/strict";
import { test } from "node:test";
import { piecesOf } from "../src/parts/highlight";

function coloured(text: string, language: string): string[] {
  return [...piecesOf(text, language)].flatMap(([kind, piece]) => (kind ? [`${kind} ${piece}`] : []));
}

test("words, texts, numbers and remarks are told apart", () => {
  assert.deepEqual(coloured('let x = "a // b" + 0x1F // let', "swift"), [
    "keyword let",
    'string "a // b"',
    "number 0x1F",
    "comment // let",
  ]);
});

test("a number sign begins a remark only where the language says so", () => {
  assert.deepEqual(coloured("echo a#b # c", "sh"), ["keyword echo", "comment # c"]);
  assert.deepEqual(coloured("#include x", "c"), []);
});

test("an address is no number, and a name with a keyword in it no keyword", () => {
  assert.deepEqual(coloured("ping 127.0.0.1; format2 informal", "sh"), []);
});

test("SQL is known in capitals and without", () => {
  assert.deepEqual(coloured("SELECT a from b -- all", "sql"), ["keyword SELECT", "keyword from", "comment -- all"]);
});

test("nothing is lost, whatever the text", () => {
  for (const text of ["", "\"unfinished", "/* unfinished", "`a\\`b`", "'\\", "\"\"\"a\"\"\"\n", "π ≠ 3.14e-2 🦞", "a".repeat(10_000)]) {
    for (const language of ["swift", "python", "sql", "sh", "unknown"]) {
      assert.equal([...piecesOf(text, language)].map(([, piece]) => piece).join(""), text);
    }
  }
});
