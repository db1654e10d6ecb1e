import { RefusedError, UnansweredError } from "./failure";
import type { ResponseFrame } from "./frames";

/** The slowest line that is waited for: 64 kbit/s. An answer cannot come before the request and those before it are there. */
const slowestBytesPerMs = 8;

/** Asks the gateway. Rejects with `RefusedError` or `UnansweredError`. */
export type Request = (method: string, params: object, timeoutMs?: number) => Promise<unknown>;

interface Waiting {
  readonly resolve: (payload: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: number;
  readonly bytes: number;
  readonly method: string;
}

/** Whether the answer may be megabytes. */
export function hasLongAnswer(method: string): boolean {
  return method === "chat.history" || method === "sessions.list";
}

/** Answers behind which, on a slow line, nothing else comes for many seconds. */
const holdsUpLine = (method: string) => hasLongAnswer(method) || method === "logs.tail" || method === "config.get";

/** Requests on their way: pairs each response with the caller who waits for it. */
export class Requests {
  private waiting = new Map<string, Waiting>();
  private count = 0;

  /** The frame to send, and the promise of its answer. */
  add(method: string, params: object, timeoutMs: number): { id: string; frame: string; answer: Promise<unknown> } {
    this.count += 1;
    const id = `u${this.count}`;
    const frame = JSON.stringify({ type: "req", id, method, params });
    const sendingMs = this.sendingMs() + frame.length / slowestBytesPerMs;
    const answer = new Promise<unknown>((resolve, reject) => {
      const timer = window.setTimeout(() => {
        this.waiting.delete(id);
        reject(new UnansweredError("NO_ANSWER"));
      }, timeoutMs + sendingMs);
      this.waiting.set(id, { resolve, reject, timer, bytes: frame.length, method });
    });
    return { id, frame, answer };
  }

  /** How long the slowest line takes for all that is not answered yet. */
  sendingMs(): number {
    return [...this.waiting.values()].reduce((sum, { bytes }) => sum + bytes, 0) / slowestBytesPerMs;
  }

  /** Whether a long answer may be on its way. */
  awaitsLongAnswer(): boolean {
    return [...this.waiting.values()].some(({ method }) => holdsUpLine(method));
  }

  settle(response: ResponseFrame): void {
    const waiting = this.waiting.get(response.id);
    if (!waiting) return;
    this.waiting.delete(response.id);
    clearTimeout(waiting.timer);
    if ("error" in response.outcome) waiting.reject(new RefusedError(response.outcome.error));
    else waiting.resolve(response.outcome.payload);
  }

  abandonAll(): void {
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new UnansweredError("NO_CONNECTION"));
    }
    this.waiting.clear();
  }
}
