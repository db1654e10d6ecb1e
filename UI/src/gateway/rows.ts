import { messagesOfRun } from "./history";
import type { Message } from "./message";
import type { Run } from "./run";
import type { Sent, Thread } from "./thread";

/** One line of the conversation, in the order it is read. */
export type Row =
  | { readonly kind: "message"; readonly id: string; readonly message: Message }
  | { readonly kind: "sent"; readonly id: string; readonly sent: Sent; readonly waiting: boolean }
  | { readonly kind: "run"; readonly id: string; readonly run: Run };

/** Whether two rows show the same thing: rows are made anew each time, what they hold is not. */
export function isSameRow(left: Row, right: Row): boolean {
  if (left.kind === "message") return right.kind === "message" && left.message === right.message;
  if (left.kind === "run") return right.kind === "run" && left.run === right.run;
  return right.kind === "sent" && left.sent === right.sent && left.waiting === right.waiting;
}

/** What was said, what is being said, and what waits to be said. */
export function rowsOf(thread: Thread): Row[] {
  const told = historyRows(thread);
  const placed = new Set(told.map((row) => row.id));
  const sentKeys = new Set(thread.sent.map(({ item }) => item.key));
  const rest = (runId: string) => [...endingRows(thread, runId), ...runRows(thread, runId)].filter(({ id }) => !placed.has(id));
  const runIds = new Set([...thread.endings, ...thread.runs].map(({ runId }) => runId));
  const ofOthers = [...runIds].filter((runId) => !sentKeys.has(runId)).flatMap(rest);
  const begun = thread.sent.filter(({ item }) => runIds.has(item.key));
  const queued = thread.sent.filter(({ item }) => !runIds.has(item.key));
  return [
    ...told,
    ...ofOthers,
    ...begun.flatMap((sent) => [sentRow(sent, false), ...rest(sent.item.key)]),
    ...queued.map((sent) => sentRow(sent, thread.runs.length > 0)),
  ];
}

/** The history without what a run or its ending shows better, and with each failure after the turn it belongs to. */
function historyRows(thread: Thread): Row[] {
  const whole = thread.endings.filter(({ message }) => message.failure === undefined);
  const live = new Set([...thread.runs, ...whole].flatMap(({ runId }) => messagesOfRun(thread.messages, runId)));
  const rows: Row[] = [];
  let turn: string | undefined;
  for (const message of thread.messages) {
    if (live.has(message)) continue;
    if (message.role === "user") {
      if (turn !== undefined) rows.push(...endingRows(thread, turn));
      turn = message.sendKey;
    }
    rows.push({ kind: "message", id: message.id, message });
  }
  if (turn !== undefined) rows.push(...endingRows(thread, turn));
  return rows;
}

function endingRows(thread: Thread, runId: string): Row[] {
  return thread.endings
    .filter((ending) => ending.runId === runId)
    .map(({ message }) => ({ kind: "message", id: message.id, message }));
}

function runRows(thread: Thread, runId: string): Row[] {
  return thread.runs.filter((run) => run.runId === runId).map((run) => ({ kind: "run", id: `run:${runId}`, run }));
}

function sentRow(sent: Sent, waiting: boolean): Row {
  return { kind: "sent", id: `sent:${sent.item.key}`, sent, waiting };
}
