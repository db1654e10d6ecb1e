import { RefusedError, troubleOf, type Trouble } from "./failure";
import type { Request } from "./requests";
import type { Attachment, Outbox, Outgoing } from "./outbox";
import { recordOf, textOf } from "./read";
import { changeSent, type Sent, type Thread } from "./thread";
import { uniqueId } from "./unique";

/** Run ids remembered as ended: late events about them are echoes. */
const mostEndedRuns = 200;
/** Characters of images kept for showing, about 24 MB; past that the oldest go and the history names them instead. */
const mostPictureChars = 24_000_000;
const resendDelayMs = 1_000;
const silentResendDelayMs = 15_000;
/** What stops a running answer. It need not wait for a message that the gateway cannot take: that is not what it stops. */
const stopWords = new Set(["/stop", "stop", "abort", "esc", "wait", "exit", "interrupt"]);

type Change = (sessionKey: string, change: (thread: Thread) => Thread) => void;

/**
 * Brings messages from the outbox to the gateway, each exactly once whatever happens to the connection.
 *
 * Those of one session go one after the other: the next waits until the gateway has the one before it, or has refused it
 * for good.
 */
export class Sender {
  readonly pictures = new Map<string, readonly string[]>();
  private readonly endedRuns = new Set<string>();
  /** Sessions with a message on its way. */
  private readonly busy = new Set<string>();
  /** The keys of messages on their way, and of those among them that the person does not want any more. */
  private readonly underWay = new Set<string>();
  private readonly unwanted = new Set<string>();
  /** When the first message of a session goes again, by session. */
  private readonly resends = new Map<string, { readonly timer: number; readonly at: number }>();

  constructor(
    private readonly request: Request,
    private readonly outbox: Outbox,
    private readonly change: Change,
    private readonly events: {
      readonly onAccepted: () => void;
      /** The gateway had dealt with the message before it answered. */
      readonly onFinished: (sessionKey: string) => void;
    },
  ) {}

  send(sessionKey: string, text: string, attachments: readonly Attachment[]): void {
    const item: Outgoing = { key: uniqueId(), sessionKey, text, attachments, createdAt: Date.now() };
    this.rememberPictures(item);
    this.outbox.add(item);
    this.change(sessionKey, (thread) => ({
      ...thread,
      sent: [...thread.sent, { item, isOurs: true, state: "sending", failure: undefined }],
    }));
    if (!this.resends.has(sessionKey)) void this.transmitAll(sessionKey);
    else if (stopWords.has(text.trim().toLowerCase())) void this.transmit(item);
    else this.transmitLater(sessionKey, resendDelayMs);
  }

  /** Takes back a message that the gateway has not taken. One that is on its way is gone unless the gateway takes it now. */
  discard(sessionKey: string, key: string): void {
    if (this.underWay.has(key)) {
      this.unwanted.add(key);
      this.change(sessionKey, (thread) => changeSent(thread, key, (sent) => ({ ...sent, failure: undefined })));
      return;
    }
    this.drop(sessionKey, key);
    if (this.resends.has(sessionKey)) this.transmitLater(sessionKey, 0);
  }

  private drop(sessionKey: string, key: string): void {
    this.outbox.remove(key);
    this.change(sessionKey, (thread) => ({ ...thread, sent: thread.sent.filter(({ item }) => item.key !== key) }));
  }

  /** Sends a refused message again. It was never accepted, so it goes under a key of its own. */
  retry(thread: Thread, key: string): void {
    const refused = thread.sent.find(({ item }) => item.key === key)?.item;
    if (!refused) return;
    this.drop(thread.sessionKey, key);
    this.send(refused.sessionKey, refused.text, refused.attachments);
  }

  resendAll(): void {
    for (const sessionKey of new Set(this.outbox.all().map((item) => item.sessionKey))) void this.transmitAll(sessionKey);
  }

  hasEnded(runId: string): boolean {
    return this.endedRuns.has(runId);
  }

  markEnded(runId: string): void {
    this.endedRuns.add(runId);
    for (const oldest of this.endedRuns) {
      if (this.endedRuns.size <= mostEndedRuns) return;
      this.endedRuns.delete(oldest);
    }
  }

  private async transmitAll(sessionKey: string): Promise<void> {
    if (this.busy.has(sessionKey)) return;
    this.busy.add(sessionKey);
    clearTimeout(this.resends.get(sessionKey)?.timer);
    this.resends.delete(sessionKey);
    try {
      let goesOn = true;
      while (goesOn) {
        const item = this.outbox.next(sessionKey);
        goesOn = item !== undefined && (await this.transmit(item));
      }
    } finally {
      this.busy.delete(sessionKey);
    }
  }

  /** Whether the message is out of the way of those behind it. */
  private async transmit(item: Outgoing): Promise<boolean> {
    this.underWay.add(item.key);
    try {
      const answer = recordOf(await this.request("chat.send", sendParams(item)));
      this.outbox.remove(item.key);
      this.events.onAccepted();
      this.accepted(item, textOf(answer.status));
      return true;
    } catch (error) {
      if (!this.unwanted.has(item.key)) return this.isRefused(item, error);
      this.drop(item.sessionKey, item.key);
      return true;
    } finally {
      this.underWay.delete(item.key);
      this.unwanted.delete(item.key);
    }
  }

  private accepted(item: Outgoing, status: string | undefined): void {
    const stillToCome = (status === "started" || status === "in_flight") && !this.hasEnded(item.key);
    this.changeState(item, stillToCome ? "accepted" : "settled", undefined);
    if (stillToCome) return;
    this.markEnded(item.key);
    this.change(item.sessionKey, (thread) => ({
      ...thread,
      runs: thread.runs.filter(({ runId }) => runId !== item.key),
    }));
    this.events.onFinished(item.sessionKey);
  }

  /** Whether an error is the gateway's last word. Else the message goes again, at the latest with the next connection. */
  private isRefused(item: Outgoing, error: unknown): boolean {
    if (!(error instanceof RefusedError)) {
      this.transmitLater(item.sessionKey, silentResendDelayMs);
      return false;
    }
    if (error.wire.retryable) {
      this.changeState(item, "sending", troubleOf(error));
      this.transmitLater(item.sessionKey, error.wire.retryAfterMs ?? resendDelayMs);
      return false;
    }
    this.outbox.refuse(item.key, troubleOf(error));
    this.changeState(item, "failed", troubleOf(error));
    return true;
  }

  private transmitLater(sessionKey: string, delayMs: number): void {
    const at = Date.now() + delayMs;
    const planned = this.resends.get(sessionKey);
    if (planned && planned.at <= at) return;
    clearTimeout(planned?.timer);
    const resend = () => {
      this.resends.delete(sessionKey);
      void this.transmitAll(sessionKey);
    };
    this.resends.set(sessionKey, { timer: window.setTimeout(resend, delayMs), at });
  }

  private changeState(item: Outgoing, state: Sent["state"], failure: Trouble | undefined): void {
    this.change(item.sessionKey, (thread) => changeSent(thread, item.key, (sent) => ({ ...sent, state, failure })));
  }

  private rememberPictures(item: Outgoing): void {
    if (item.attachments.length === 0) return;
    this.pictures.set(item.key, item.attachments.map(({ mimeType, content }) => `data:${mimeType};base64,${content}`));
    let chars = [...this.pictures.values()].flat().reduce((sum, picture) => sum + picture.length, 0);
    for (const [oldest, pictures] of this.pictures) {
      if (chars <= mostPictureChars || this.pictures.size === 1) return;
      chars -= pictures.reduce((sum, picture) => sum + picture.length, 0);
      this.pictures.delete(oldest);
    }
  }
}

function sendParams({ sessionKey, text, key, attachments }: Outgoing): object {
  return {
    sessionKey,
    message: text,
    deliver: false,
    idempotencyKey: key,
    ...(attachments.length > 0 && { attachments: attachments.map((item) => ({ type: "image", ...item })) }),
  };
}
