import { blocksOf } from "./content";
import { plainText, type Block, type Message } from "./message";
import { numberOf, recordOf, recordsOf, textOf, textsOf, type JsonRecord } from "./read";
import { adoptedRun, type Run } from "./run";
import { keepingSame } from "./same";
import type { Ending, Sent, Thread } from "./thread";
import { entriesOf, messagesOf, type Entry } from "./transcript";

/** Images of messages sent from here, by their key: the gateway may keep the bytes to itself afterwards. */
export type Pictures = ReadonlyMap<string, readonly string[]>;

export interface LatestPage {
  readonly payload: JsonRecord;
  /** When it was asked for: what happened since is newer than the page. */
  readonly askedAt: number;
  /** Whether events may have been missed before, so that only the page can say what still runs. */
  readonly afterGap: boolean;
  /** The keys of the messages that the gateway had taken by then. */
  readonly taken: ReadonlySet<string>;
}

/** Applies the newest page of `chat.history`. */
export function withLatestPage(known: Thread, page: LatestPage, pictures: Pictures): Thread {
  const thread = inConversation(known, textOf(page.payload.sessionId));
  const fresh = entriesOf(page.payload.messages);
  const overlap = thread.entries.findIndex((entry) => entry.id === fresh[0]?.id);
  const older = overlap > 0 ? thread.entries.slice(0, overlap) : [];
  const shown = withEntries(thread, [...older, ...fresh], pictures);
  // Pages are counted from the newest message, so what is new has moved the older ones away.
  const grown = shown.entries.length - thread.entries.length;
  const runs = page.afterGap ? stillRunning(shown, page) : shown.runs;
  const inHistory = new Set(shown.messages.map((message) => message.sendKey));
  const endings = shown.endings.filter((ending) => isNews(ending, shown.messages, page.askedAt));
  const isTold = ({ item, state }: Sent) => state === "settled" && runs.length === 0 && !endings.some(({ runId }) => runId === item.key);
  const isOver = (sent: Sent) => isTold(sent) || (page.afterGap && hasEndedUnheard(sent, page, runs));
  return {
    ...shown,
    loaded: true,
    loading: "no",
    failure: undefined,
    olderOffset: older.length > 0 ? moved(thread.olderOffset, grown) : olderOffset(page.payload, fresh.length),
    runs,
    sent: withWaiting(
      shown.sent.filter((sent) => sent.isOurs && !isOver(sent)),
      page,
      thread.sessionKey,
    ).filter(({ item }) => !inHistory.has(item.key)),
    endings,
  };
}

/** Whether the gateway had taken a message that neither runs nor waits any more: its end was missed. */
function hasEndedUnheard({ item, state }: Sent, { payload, taken }: LatestPage, runs: readonly Run[]): boolean {
  const { items, nextBefore } = recordOf(payload.pendingInputs);
  // Of very many that wait only the newest are told.
  if (state !== "accepted" || !taken.has(item.key) || !Array.isArray(items) || nextBefore !== undefined) return false;
  const waiting = recordsOf(items).map(({ runId }) => runId);
  return !waiting.includes(item.key) && !activeRunIds(payload).includes(item.key) && !runs.some(({ runId }) => runId === item.key);
}

function activeRunIds(payload: JsonRecord): string[] {
  return textsOf(recordOf(payload.sessionInfo).activeRunIds);
}

/**
 * Ours, with the messages that were sent elsewhere, or before this page was loaded, and wait at the gateway for their turn:
 * in the order in which they are answered.
 */
function withWaiting(ours: readonly Sent[], { payload, taken }: LatestPage, sessionKey: string): Sent[] {
  const known = new Set(ours.map(({ item }) => item.key));
  const items = recordsOf(recordOf(payload.pendingInputs).items);
  const places = new Map(items.map(({ runId }, index) => [runId, index]));
  // What the gateway had and does not name has begun, or waits before those it names; what it has not waits behind them.
  const placeOf = ({ item, state }: Sent) => places.get(item.key) ?? (state === "settled" || taken.has(item.key) ? -1 : items.length);
  const waiting = items.flatMap(({ runId, message, acceptedAt }): Sent[] => {
    const key = textOf(runId);
    if (key === undefined || known.has(key)) return [];
    const blocks = blocksOf(recordOf(message));
    const images = blocks.filter(({ kind }) => kind === "image");
    const attachments = images.map(() => ({ mimeType: "", fileName: "", content: "" }));
    const item = { key, sessionKey, text: plainText({ blocks }), attachments, createdAt: numberOf(acceptedAt) ?? 0 };
    return [{ item, isOurs: false, state: "accepted", failure: undefined }];
  });
  return [...waiting, ...ours].sort((one, other) => placeOf(one) - placeOf(other));
}

/** When another conversation has begun, only what is still to be answered is left of the one before. */
export function inConversation(thread: Thread, sessionId: string | undefined): Thread {
  const isSame = thread.sessionId === undefined || sessionId === undefined || thread.sessionId === sessionId;
  if (isSame) return { ...thread, sessionId: sessionId ?? thread.sessionId };
  const sent = thread.sent.filter(({ state }) => state !== "settled");
  return { ...thread, sessionId, entries: [], messages: [], olderOffset: undefined, endings: [], sent };
}

/** Puts an older page of `chat.history` in front. */
export function withOlderPage(thread: Thread, payload: JsonRecord, pictures: Pictures): Thread {
  const sessionId = textOf(payload.sessionId) ?? thread.sessionId;
  // It was asked for before another conversation began.
  if (sessionId !== thread.sessionId) return { ...thread, loading: "no" };
  const known = new Set(thread.entries.map((entry) => entry.id));
  const page = entriesOf(payload.messages);
  const older = page.filter((entry) => !known.has(entry.id));
  const shown = withEntries(thread, [...older, ...thread.entries], pictures);
  const offset = older.length > 0 ? olderOffset(payload, (thread.olderOffset ?? 0) + page.length) : undefined;
  return { ...shown, loading: "no", olderOffset: offset };
}

function withEntries(thread: Thread, entries: Entry[], pictures: Pictures): Thread {
  const messages = keepingSame(thread.messages, messagesOf(entries).map((message) => withPictures(message, pictures)));
  return { ...thread, entries, messages };
}

function withPictures(message: Message, pictures: Pictures): Message {
  const sources = message.sendKey === undefined ? undefined : pictures.get(message.sendKey);
  if (!sources || message.blocks.some((block) => block.kind === "image" && block.source !== undefined)) return message;
  const images = sources.map((source): Block => ({ kind: "image", source }));
  return { ...message, blocks: [...images, ...message.blocks.filter(({ kind }) => kind !== "file" && kind !== "image")] };
}

function moved(offset: number | undefined, by: number): number | undefined {
  return offset === undefined ? undefined : offset + by;
}

function olderOffset(payload: JsonRecord, loadedCount: number): number | undefined {
  if (payload.hasMore !== true) return undefined;
  return numberOf(payload.nextOffset) ?? loadedCount;
}

function stillRunning(thread: Thread, page: LatestPage): Run[] {
  const inFlight = recordOf(page.payload.inFlightRun);
  const inFlightId = textOf(inFlight.runId);
  const active = activeRunIds(page.payload);
  const runs = thread.runs.filter(
    (run) => run.runId === inFlightId || active.includes(run.runId) || run.touchedAt > page.askedAt,
  );
  if (inFlightId === undefined || runs.some((run) => run.runId === inFlightId)) return runs;
  const written = messagesOfRun(thread.messages, inFlightId).flatMap((message) => message.blocks);
  return [...runs, adoptedRun(inFlightId, textOf(inFlight.text) ?? "", written, page.askedAt)];
}

/** An ending stays while the history may lack it, and for good when nobody wrote it down: a failure or a stop. */
function isNews({ message, runId, at }: Ending, messages: readonly Message[], askedAt: number): boolean {
  const told = [...messages.filter(({ sendKey }) => sendKey === runId), ...messagesOfRun(messages, runId)];
  if (message.failure !== undefined) return !told.some(({ failure }) => failure !== undefined);
  return at > askedAt || (message.stopped && !told.some(({ stopped }) => stopped));
}

/** The assistant's messages of one run: those marked with it, or those that follow what a person sent under its id. */
export function messagesOfRun(messages: readonly Message[], runId: string): Message[] {
  const start = messages.findIndex((message) => message.sendKey === runId);
  const next = messages.findIndex((message, index) => index > start && message.role === "user");
  return messages.filter((message, index) => {
    if (message.role !== "assistant") return false;
    if (message.runId !== undefined) return message.runId === runId;
    return start >= 0 && index > start && (next < 0 || index < next);
  });
}
