import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOfPath } from "../src/gateway/locate";
import { parseLogLine } from "../src/gateway/logLines";
import { basePathFrom } from "../src/gateway/place";
import { canonicalKey } from "../src/gateway/sessionKey";
import { parseHello } from "../src/gateway/hello";
import { signedPayload } from "../src/gateway/handshake";
import { pathOf, routeOf } from "../src/parts/route";

const scripts: [string, string][] = [
  ["http://h/assets/app.js", ""],
  ["http://h/chat/assets/app.js", ""],
  ["http://h/claw/assets/app.js", "/claw"],
  ["http://h/claw/chat/assets/app.js", "/claw"],
  ["http://[fdaa::3]:3000/deep/base/chat/assets/app.js", "/deep/base"],
];

for (const [script, base] of scripts) {
  test(`the page of ${script} is under "${base}"`, () => assert.equal(basePathFrom(script, null), base));
}

test("a declared base path settles it", () => {
  assert.equal(basePathFrom("http://h/assets/app.js", "/claw/"), "/claw");
  assert.equal(basePathFrom("http://h/x/assets/app.js", "/"), "");
});

test("session keys survive the address bar", () => {
  for (const session of ["agent:main:main", "agent:main:discord:dm:å/ä", ""]) {
    const path = pathOf({ page: "chat", session }, "/claw");
    assert.deepEqual(routeOf(path, "/claw"), { page: "chat", session });
  }
  assert.equal(routeOf("/status", "").page, "status");
  assert.equal(routeOf("/nothing/here", "").page, "chat");
});

test("short session names become full keys", () => {
  const hello = parseHello({}, 0);
  assert.equal(canonicalKey("", hello), "agent:main:main");
  assert.equal(canonicalKey("main", hello), "agent:main:main");
  assert.equal(canonicalKey("trip", hello), "agent:main:trip");
  assert.equal(canonicalKey("agent:other:x", hello), "agent:other:x");
});

test("the device signs generation 3 of the payload", () => {
  const payload = signedPayload("id", { nonce: "n", ts: 5 }, { kind: "deviceToken", token: "t" });
  assert.equal(
    payload,
    "v3|id|openclaw-control-ui|ui|operator|operator.admin,operator.read,operator.write,operator.approvals,operator.pairing|5|t|n|web|",
  );
});

test("a config path is found in JSON5", () => {
  const text = '{\n  // gateway: no\n  gateway: {\n    port: 1,\n    "auth": { token: "x" },\n  },\n}\n';
  assert.equal(lineOfPath(text, "gateway.port"), 4);
  assert.equal(lineOfPath(text, "gateway.auth.token"), 5);
  assert.equal(lineOfPath(text, "nothing"), undefined);
  assert.equal(lineOfPath(text, ""), undefined);
});

test("log lines are read as JSON or shown as they are", () => {
  const line = parseLogLine(
    '{"0":"{\\"subsystem\\":\\"gateway\\"}","1":"starting","_meta":{"logLevelName":"WARN","name":"{\\"subsystem\\":\\"gateway\\"}"},"time":"2026-11-22T14:54:27.032+00:00"}',
    1,
  );
  assert.deepEqual(line, { number: 1, time: "2026-11-22T14:54:27.032+00:00", level: "warn", subsystem: "gateway", text: "starting" });
  assert.equal(parseLogLine("plain words", 2).text, "plain words");
});
