import type { Trouble } from "./failure";
import type { Message } from "./message";
import type { Outgoing } from "./outbox";
import type { Run } from "./run";
import type { Entry } from "./transcript";

/** A message until the history shows it. */
export interface Sent {
  readonly item: Outgoing;
  /** Whether it was sent from here: others wait at the gateway, and only its pages tell of them. */
  readonly isOurs: boolean;
  /** `settled`: its run has ended. */
  readonly state: "sending" | "accepted" | "settled" | "failed";
  /** Why it failed, or why it is not sent yet. */
  readonly failure: Trouble | undefined;
}

/** How a run ended, until the history tells it better. */
export interface Ending {
  readonly runId: string;
  readonly message: Message;
  readonly at: number;
}

/** Everything the page knows about one session. */
export interface Thread {
  readonly sessionKey: string;
  /** The conversation that the history told of last: a session that begins anew has another one. */
  readonly sessionId: string | undefined;
  readonly loading: "no" | "latest" | "older";
  /** Whether the history was read at least once. */
  readonly loaded: boolean;
  readonly failure: Trouble | undefined;
  readonly entries: readonly Entry[];
  readonly messages: readonly Message[];
  /** Where older messages begin, or undefined when all are here. */
  readonly olderOffset: number | undefined;
  readonly sent: readonly Sent[];
  readonly runs: readonly Run[];
  readonly endings: readonly Ending[];
}

export function emptyThread(sessionKey: string, unsent: readonly Outgoing[]): Thread {
  return {
    sessionKey,
    sessionId: undefined,
    loading: "no",
    loaded: false,
    failure: undefined,
    entries: [],
    messages: [],
    olderOffset: undefined,
    sent: unsent.map((item) => ({ item, isOurs: true, state: item.refusal ? "failed" : "sending", failure: item.refusal })),
    runs: [],
    endings: [],
  };
}

export function isBusy(thread: Thread): boolean {
  return thread.runs.length > 0 || thread.sent.some(({ state }) => state === "accepted");
}

export function changeSent(thread: Thread, key: string, change: (sent: Sent) => Sent): Thread {
  return { ...thread, sent: thread.sent.map((sent) => (sent.item.key === key ? change(sent) : sent)) };
}
