import assert from "node:assert/strict";
import { test } from "node:test";
import { isLonger, parseFrame } from "../src/gateway/frames";
import { parseHello } from "../src/gateway/hello";
import { refusalOf } from "../src/gateway/refusal";

test("a response carries its payload", () => {
  const frame = parseFrame('{"type":"res","id":"u1","ok":true,"payload":{"a":1}}');
  assert.deepEqual(frame, { type: "res", id: "u1", outcome: { payload: { a: 1 } } });
});

test("an error keeps code, details and the time to wait", () => {
  const frame = parseFrame(
    '{"type":"res","id":"u1","ok":false,"error":{"code":"UNAVAILABLE","message":"later","retryable":true,"retryAfterMs":500}}',
  );
  assert.ok(frame?.type === "res" && "error" in frame.outcome);
  assert.equal(frame.outcome.error.retryAfterMs, 500);
  assert.equal(frame.outcome.error.retryable, true);
  assert.deepEqual(frame.outcome.error.details, {});
});

test("an event carries its sequence number", () => {
  const frame = parseFrame('{"type":"event","event":"tick","payload":{"ts":1},"seq":7}');
  assert.deepEqual(frame, { type: "event", event: "tick", payload: { ts: 1 }, seq: 7 });
});

for (const data of ["", "{", "[]", "null", '{"type":"event"}', '{"type":"res","ok":true}', '{"type":"req","id":"1"}', 5]) {
  test(`what is no frame is ignored: ${JSON.stringify(data)}`, () => {
    assert.equal(parseFrame(data), undefined);
  });
}

test("a hello with nothing in it still gives a main session", () => {
  const hello = parseHello({ type: "hello-ok" }, 1_000);
  assert.equal(hello.mainSessionKey, "agent:main:main");
  assert.equal(hello.tickIntervalMs, 30_000);
  assert.equal(hello.deviceToken, undefined);
  assert.equal(hello.methods.size, 0);
});

const refusals: [string, string][] = [
  ["AUTH_TOKEN_MISSING", "needsSecret"],
  ["AUTH_PASSWORD_MISSING", "needsSecret"],
  ["AUTH_TOKEN_MISMATCH", "wrongSecret"],
  ["AUTH_RATE_LIMITED", "rateLimited"],
  ["CONTROL_UI_ORIGIN_NOT_ALLOWED", "originNotAllowed"],
  ["PAIRING_REQUIRED", "pairingRequired"],
  ["PROTOCOL_MISMATCH", "protocolMismatch"],
  ["SOMETHING_NEW", "other"],
];

for (const [code, kind] of refusals) {
  test(`${code} means ${kind}`, () => {
    const error = { code: "X", message: "m", details: { code }, retryable: false, retryAfterMs: undefined };
    assert.equal(refusalOf(error, 0).kind, kind);
  });
}

test("a gateway that is starting is not a refusal to show", () => {
  const error = { code: "UNAVAILABLE", message: "m", details: {}, retryable: true, retryAfterMs: 500 };
  assert.deepEqual(refusalOf(error, 0), { kind: "starting", retryAfterMs: 500 });
});

test("a frame's size is counted in bytes, not in characters", () => {
  assert.equal(isLonger("abcd", 4), false);
  assert.equal(isLonger("abcde", 4), true);
  assert.equal(isLonger("ää", 4), false);
  assert.equal(isLonger("äää", 4), true);
  assert.equal(isLonger("🦞", 3), true);
});
