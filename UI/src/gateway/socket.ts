import { RefusedError } from "./failure";
import { isLonger, parseFrame, tooLarge, type EventFrame, type WireError } from "./frames";
import { connectParams, type Challenge, type Proof } from "./handshake";
import { parseHello, type Hello } from "./hello";
import type { Identity } from "./identity";
import { numberOf, recordOf, textOf } from "./read";
import { hasLongAnswer, Requests } from "./requests";

/** A gateway that accepts sockets but says nothing for this long is not working. */
const handshakeTimeoutMs = 15_000;
const answerTimeoutMs = 30_000;
/** Silence for this many tick intervals means the connection is dead though nobody closed it. */
const silentIntervals = 2.5;
/** Within this something comes back on any line, once what was sent before is there. */
const probeTimeoutMs = 5_000;
/** A request without an answer for this long calls for a probe. */
const doubtMs = 10_000;
const restartCloseCode = 1012;

export interface SocketEvents {
  onHello(hello: Hello): void;
  onRefused(error: WireError): void;
  onEvent(event: EventFrame): void;
  /** Events went missing between two sequence numbers. */
  onGap(): void;
  /** Called once, whatever ended the socket. */
  onEnd(restarting: boolean): void;
}

/** One WebSocket from opening to closing: the handshake, then requests, events and a watch on silence. */
export class GatewaySocket {
  private readonly socket: WebSocket;
  private readonly requests = new Requests();
  private watchdog = 0;
  private silenceMs = handshakeTimeoutMs;
  private mostBytes = Infinity;
  private lastSeq: number | undefined;
  private announcedRestart = false;
  private isProbing = false;
  private ended = false;

  constructor(
    url: string,
    private readonly proof: Proof,
    private readonly identity: Identity | undefined,
    private readonly instanceId: string,
    private readonly events: SocketEvents,
  ) {
    this.socket = new WebSocket(url);
    this.socket.onmessage = (message) => this.receive(message.data);
    this.socket.onclose = (close) => this.end(close.code === restartCloseCode);
    this.listenForSilence();
  }

  request(method: string, params: object, timeoutMs = answerTimeoutMs): Promise<unknown> {
    const answer = this.ask(method, params, timeoutMs);
    if (hasLongAnswer(method)) return answer;
    const doubt = window.setTimeout(() => this.probe(), doubtMs + this.requests.sendingMs());
    const settle = () => clearTimeout(doubt);
    answer.then(settle, settle);
    return answer;
  }

  /** Ends unless anything at all comes back soon. Behind a long answer that takes longer. Asking again gives it no more time. */
  probe(): void {
    if (this.isProbing || this.socket.readyState !== WebSocket.OPEN) return;
    this.isProbing = true;
    const timeoutMs = this.requests.awaitsLongAnswer() ? answerTimeoutMs : probeTimeoutMs;
    this.ask("health", {}, answerTimeoutMs).catch(() => undefined);
    this.listenForSilence(Math.min(this.silenceMs, timeoutMs + this.requests.sendingMs()));
  }

  private ask(method: string, params: object, timeoutMs: number): Promise<unknown> {
    const { id, frame, answer } = this.requests.add(method, params, timeoutMs);
    if (isLonger(frame, this.mostBytes)) this.requests.settle({ type: "res", id, outcome: { error: tooLarge(this.mostBytes) } });
    // What is asked while it closes is not sent, and told so with the others at the end.
    else if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame);
    return answer;
  }

  close(): void {
    this.end(false);
  }

  private receive(data: unknown): void {
    this.isProbing = false;
    this.listenForSilence();
    const frame = parseFrame(data);
    if (!frame) return;
    if (frame.type === "res") this.requests.settle(frame);
    else this.receiveEvent(frame);
  }

  private receiveEvent(frame: EventFrame): void {
    if (frame.event === "connect.challenge") {
      void this.introduce(frame.payload);
      return;
    }
    if (frame.event === "shutdown") this.announcedRestart = true;
    this.watchSequence(frame.seq);
    this.events.onEvent(frame);
  }

  private watchSequence(seq: number | undefined): void {
    if (seq === undefined) return;
    const missed = this.lastSeq !== undefined && seq > this.lastSeq + 1;
    this.lastSeq = seq;
    if (missed) this.events.onGap();
  }

  private async introduce(payload: unknown): Promise<void> {
    const challenge: Challenge = {
      nonce: textOf(recordOf(payload).nonce) ?? "",
      ts: numberOf(recordOf(payload).ts) ?? Date.now(),
    };
    try {
      const params = await connectParams(challenge, this.proof, this.identity, this.instanceId);
      const hello = parseHello(await this.ask("connect", params, answerTimeoutMs), Date.now());
      if (this.ended) return;
      this.silenceMs = hello.tickIntervalMs * silentIntervals;
      this.mostBytes = hello.maxPayloadBytes;
      this.listenForSilence();
      this.events.onHello(hello);
    } catch (error) {
      if (this.ended) return;
      if (error instanceof RefusedError) this.events.onRefused(error.wire);
      this.end(false);
    }
  }

  private listenForSilence(forMs = this.silenceMs): void {
    clearTimeout(this.watchdog);
    this.watchdog = window.setTimeout(() => this.end(false), forMs);
  }

  private end(restarting: boolean): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.watchdog);
    this.socket.onmessage = null;
    this.socket.onclose = null;
    this.socket.close();
    this.requests.abandonAll();
    this.events.onEnd(restarting || this.announcedRestart);
  }
}
