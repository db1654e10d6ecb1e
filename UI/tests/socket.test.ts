import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewaySocket } from "../src/gateway/socket";

class DeadLine {
  static readonly OPEN = 1;
  readonly readyState = 1;
  readonly sent: string[] = [];
  send(frame: string): void {
    this.sent.push(frame);
  }
  close(): void {}
}

test("a page that asks again and again gives a dead line no more time", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  Object.assign(globalThis, { window: globalThis, WebSocket: DeadLine });
  let hasEnded = false;
  const events = { onHello() {}, onRefused() {}, onEvent() {}, onGap() {}, onEnd: () => (hasEnded = true) };
  const socket = new GatewaySocket("ws://gateway", { kind: "none" } as never, undefined, "tab", events as never);
  Object.assign(socket, { silenceMs: 75_000 });
  socket["receive"]('{"type":"event","event":"tick"}');
  let seconds = 0;
  while (!hasEnded && seconds < 300) {
    socket.request("logs.tail", {}).catch(() => undefined);
    context.mock.timers.tick(2000);
    seconds += 2;
  }
  assert.ok(seconds <= 45, `noticed after ${seconds} s`);
});
