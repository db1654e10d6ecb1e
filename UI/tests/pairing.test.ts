import assert from "node:assert/strict";
import test from "node:test";
import { peopleLetIn } from "../src/gateway/pairing";

test("people who were let in are read, also from an answer of another gateway", () => {
  const allowed = [{ channel: "telegram", accountId: "default", id: "42", addedAt: 5 }];
  assert.deepEqual(peopleLetIn({ requests: [], allowed }), [{ channel: "telegram", account: "default", id: "42", since: 5 }]);
  assert.deepEqual(peopleLetIn({ requests: [] }), []);
  assert.deepEqual(peopleLetIn(undefined), []);
});
