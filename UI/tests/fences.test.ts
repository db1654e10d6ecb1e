import assert from "node:assert/strict";
import { test } from "node:test";
import { withFenceClosed } from "../src/parts/fences";

const whole: readonly string[] = [
  "",
  "no code",
  "```js\nlet a\n```",
  "```js\nlet a\n```\n",
  "````\n```\n````",
  "~~~\n```\n~~~",
  "`` ``` ``",
  "```inline```",
  "    ```",
  "> ```\n> a\n\nprose",
  "- one\n  ```\n  a\n  ```\n- two",
  "1. one\n    ```sh\n    a\nprose after it",
];

for (const text of whole) {
  test(`nothing is added to ${JSON.stringify(text)}`, () => assert.equal(withFenceClosed(text), text));
}

const cut: readonly (readonly [string, string])[] = [
  ["Look:\n```python\n# not a heading", "```"],
  ["```", "```"],
  ["````md\n```\ncode\n```", "````"],
  ["~~~\na", "~~~"],
  ["> ```\n> a", "> ```"],
  ["- ```\n  a", "  ```"],
  ["1. do this:\n   ```sh\n   a\n\n   b", "   ```"],
  ["```\na\n```\nthen\n```\nb", "```"],
];

for (const [text, end] of cut) {
  test(`the block is closed in ${JSON.stringify(text)}`, () => assert.equal(withFenceClosed(text), `${text}\n${end}`));
}
