import { withAgentEvent, withChatEvent, isTerminal } from "./chatEvents";
import { troubleOf } from "./failure";
import { FrameQueue } from "./frameQueue";
import type { EventFrame } from "./frames";
import { inConversation, withLatestPage, withOlderPage } from "./history";
import { Sender } from "./sender";
import type { Attachment, Outbox, Outgoing } from "./outbox";
import { recordOf, recordsOf, textOf, type JsonRecord } from "./read";
import type { Request } from "./requests";
import { Store } from "./store";
import { emptyThread, type Thread } from "./thread";

const pageSize = 80;
/** Between two attempts to read what is older, when the first one failed. */
const olderAgainMs = 2_000;
/** Threads kept in memory besides the one on screen; the history brings the others back. */
const mostThreads = 8;
/** Older pages of what waits that are asked for at once: with these, two hundred messages are shown. */
const mostWaitingPages = 9;
/** Events that call for the history come in bursts. */
const refreshDelayMs = 120;

/** The conversations: reads their histories, applies what the gateway broadcasts, sends and stops. */
export class Chats {
  private readonly threads = new Map<string, Store<Thread>>();
  private readonly queue = new FrameQueue<EventFrame>((events) => this.apply(events));
  private readonly refreshTimers = new Map<string, number>();
  private readonly sender: Sender;
  /** The request whose answer counts, by session: answers may overtake each other. */
  private readonly newestRequest = new Map<string, number>();
  private requestCount = 0;
  /** When events were last missed, by session, until a page of the history asked for later has told what still runs. */
  private readonly gaps = new Map<string, number>();
  private visibleKey: string | undefined;

  constructor(
    private readonly request: Request,
    private readonly outbox: Outbox,
    /** Called when a session was written to: lists of sessions want to know. */
    private readonly onSessionsChanged: () => void,
  ) {
    this.sender = new Sender(request, outbox, (sessionKey, change) => this.change(sessionKey, change), {
      onAccepted: onSessionsChanged,
      onFinished: (sessionKey) => this.refreshSoon(sessionKey),
    });
  }

  thread(sessionKey: string): Store<Thread> {
    const known = this.threads.get(sessionKey);
    if (known) return known;
    const store = new Store(emptyThread(sessionKey, this.unsent(sessionKey)));
    this.threads.set(sessionKey, store);
    this.forgetOldest();
    return store;
  }

  private unsent(sessionKey: string): Outgoing[] {
    return this.outbox.all().filter((item) => item.sessionKey === sessionKey);
  }

  /** The person looks at this session now. */
  show(sessionKey: string): void {
    this.visibleKey = sessionKey;
    const store = this.thread(sessionKey);
    // Most recently shown last, so that the first is the one to forget.
    this.threads.delete(sessionKey);
    this.threads.set(sessionKey, store);
    this.gaps.set(sessionKey, Date.now());
    void this.refresh(sessionKey);
  }

  /** A new connection: events were missed, and messages may be waiting. */
  resume(): void {
    this.sender.resendAll();
    this.refreshAll();
  }

  refreshAll(): void {
    for (const sessionKey of this.threads.keys()) {
      if (sessionKey !== this.visibleKey) {
        this.threads.delete(sessionKey);
        continue;
      }
      this.gaps.set(sessionKey, Date.now());
      this.refreshSoon(sessionKey);
    }
  }

  handle(event: EventFrame): void {
    if (event.event === "chat" || event.event === "agent") this.queue.push(event);
  }

  send(sessionKey: string, text: string, attachments: readonly Attachment[]): void {
    this.thread(sessionKey);
    this.sender.send(sessionKey, text, attachments);
  }

  retry(sessionKey: string, key: string): void {
    this.sender.retry(this.thread(sessionKey).get(), key);
  }

  discard(sessionKey: string, key: string): void {
    this.sender.discard(sessionKey, key);
  }

  async stop(sessionKey: string): Promise<void> {
    await this.request("chat.abort", { sessionKey });
  }

  /** After a reset or a deletion, here or elsewhere, nothing of the old conversation may remain but what is still to be sent. */
  forget(sessionKey: string): void {
    // What was said before the end belongs to it.
    this.queue.flush();
    this.threads.get(sessionKey)?.set(emptyThread(sessionKey, this.unsent(sessionKey)));
    if (sessionKey === this.visibleKey) void this.refresh(sessionKey);
  }

  /** Whoever uses this browser next neither reads nor sends anything of all this. */
  forgetAll(): void {
    this.outbox.clear();
    for (const [sessionKey, thread] of this.threads) thread.set(emptyThread(sessionKey, []));
  }

  /**
   * The gateway has named the conversation that a session is in. A history that was read before the first message names
   * none, and without a name nobody could tell that another one has begun.
   */
  noteConversation(sessionKey: string, sessionId: string): void {
    const known = this.threads.get(sessionKey)?.get();
    if (!known || known.sessionId === sessionId) return;
    this.queue.flush();
    this.change(sessionKey, (thread) => inConversation(thread, sessionId));
    if (known.sessionId !== undefined) void this.refresh(sessionKey);
  }

  /** Something was said in a session: the history tells of what waits. Another session's is read once it is shown. */
  noteMessage(sessionKey: string): void {
    if (sessionKey === this.visibleKey) this.refreshSoon(sessionKey);
  }

  async loadOlder(sessionKey: string): Promise<void> {
    const { olderOffset, loading } = this.thread(sessionKey).get();
    if (olderOffset === undefined || loading !== "no") return;
    this.change(sessionKey, (thread) => ({ ...thread, loading: "older" }));
    try {
      const payload = await this.request("chat.history", { sessionKey, limit: pageSize, offset: olderOffset });
      this.change(sessionKey, (thread) => withOlderPage(thread, recordOf(payload), this.sender.pictures));
    } catch {
      // The newer messages are worth more than an error over them. Whoever still looks at the oldest one asks again then.
      setTimeout(() => {
        this.change(sessionKey, (thread) => (thread.loading === "older" ? { ...thread, loading: "no" } : thread));
      }, olderAgainMs);
    }
  }

  async refresh(sessionKey: string): Promise<void> {
    const askedAt = Date.now();
    const taken = takenKeys(this.thread(sessionKey).get());
    const requestNumber = (this.requestCount += 1);
    this.newestRequest.set(sessionKey, requestNumber);
    this.change(sessionKey, (thread) => ({ ...thread, loading: "latest" }));
    try {
      const payload = await this.withAllWaiting(sessionKey, recordOf(await this.request("chat.history", { sessionKey, limit: pageSize })));
      if (this.newestRequest.get(sessionKey) !== requestNumber) return;
      this.newestRequest.delete(sessionKey);
      const afterGap = (this.gaps.get(sessionKey) ?? Infinity) <= askedAt;
      if (afterGap) this.gaps.delete(sessionKey);
      this.change(sessionKey, (thread) =>
        withLatestPage(thread, { payload, askedAt, afterGap, taken }, this.sender.pictures),
      );
    } catch (error) {
      this.change(sessionKey, (thread) => ({ ...thread, loading: "no", failure: troubleOf(error) }));
    }
  }

  /** A page tells the newest of those that wait; the others are asked for. */
  private async withAllWaiting(sessionKey: string, payload: JsonRecord): Promise<JsonRecord> {
    let waiting = recordOf(payload.pendingInputs);
    for (let page = 0; page < mostWaitingPages && waiting.nextBefore !== undefined; page += 1) {
      const answer = await this.request("chat.history", { sessionKey, limit: 1, pendingBefore: waiting.nextBefore });
      const { items, nextBefore } = recordOf(recordOf(answer).pendingInputs);
      waiting = { ...waiting, items: [...recordsOf(items), ...recordsOf(waiting.items)], nextBefore };
    }
    return { ...payload, pendingInputs: waiting };
  }

  private refreshSoon(sessionKey: string): void {
    clearTimeout(this.refreshTimers.get(sessionKey));
    const timer = window.setTimeout(() => {
      this.refreshTimers.delete(sessionKey);
      void this.refresh(sessionKey);
    }, refreshDelayMs);
    this.refreshTimers.set(sessionKey, timer);
  }

  private apply(events: EventFrame[]): void {
    const bySession = new Map<string, EventFrame[]>();
    for (const event of events) {
      const payload = recordOf(event.payload);
      const sessionKey = textOf(payload.sessionKey);
      if (sessionKey === undefined || payload.isHeartbeat === true) continue;
      if (event.event === "chat" && isTerminal(payload.state)) this.onSessionsChanged();
      if (!this.threads.has(sessionKey)) continue;
      bySession.set(sessionKey, [...(bySession.get(sessionKey) ?? []), event]);
    }
    for (const [sessionKey, ofSession] of bySession) this.applyTo(sessionKey, ofSession);
  }

  private applyTo(sessionKey: string, events: EventFrame[]): void {
    const before = this.thread(sessionKey).get();
    this.change(sessionKey, (thread) => events.reduce((current, event) => this.applied(current, event), thread));
    const after = this.thread(sessionKey).get();
    const ours = new Set(after.sent.map(({ item }) => item.key));
    const foreignStart = after.runs.some(
      ({ runId }) => !ours.has(runId) && !before.runs.some((run) => run.runId === runId),
    );
    const ended = events.some(({ event, payload }) => event === "chat" && isTerminal(recordOf(payload).state));
    // A run somebody else began has a prompt we have not seen; an ended one is in the history by now.
    if (foreignStart || ended) this.refreshSoon(sessionKey);
  }

  private applied(thread: Thread, event: EventFrame): Thread {
    const payload: JsonRecord = recordOf(event.payload);
    const runId = textOf(payload.runId);
    if (runId !== undefined && this.sender.hasEnded(runId)) return thread;
    if (event.event === "agent") return withAgentEvent(thread, payload, Date.now());
    if (runId !== undefined && isTerminal(payload.state)) this.sender.markEnded(runId);
    return withChatEvent(thread, payload, Date.now());
  }

  private change(sessionKey: string, change: (thread: Thread) => Thread): void {
    this.threads.get(sessionKey)?.update(change);
  }

  private forgetOldest(): void {
    for (const sessionKey of this.threads.keys()) {
      if (this.threads.size <= mostThreads) return;
      if (sessionKey !== this.visibleKey) this.threads.delete(sessionKey);
    }
  }
}

function takenKeys({ sent }: Thread): ReadonlySet<string> {
  return new Set(sent.filter(({ state }) => state === "accepted").map(({ item }) => item.key));
}
