import { blocksOf } from "./content";
import type { Block, Message } from "./message";
import { recordOf, textOf, timeOf, type JsonRecord } from "./read";
import { blocksOfRun, newRun, withDelta, withThinking, withToolEvent, type Run } from "./run";
import { changeSent, type Thread } from "./thread";

/** Oldest endings go first; the history has long shown them. */
const mostEndings = 20;

export function isTerminal(state: unknown): boolean {
  return state === "final" || state === "aborted" || state === "error";
}

/** Applies a `chat` event of this thread's session. */
export function withChatEvent(thread: Thread, payload: JsonRecord, now: number): Thread {
  const runId = textOf(payload.runId);
  if (runId === undefined) return thread;
  switch (payload.state) {
    case "status":
      return changeRun(thread, runId, now, (run) => ({ ...run, phase: textOf(payload.phase) }));
    case "delta":
      return changeRun(thread, runId, now, (run) => withDelta(run, payload));
    case "final":
    case "aborted":
    case "error":
      return withEnding(thread, runId, payload, now);
    default:
      return thread;
  }
}

/** Applies an `agent` event of this thread's session: the tools and the thinking; its text comes as `chat` events. */
export function withAgentEvent(thread: Thread, payload: JsonRecord, now: number): Thread {
  const runId = textOf(payload.runId);
  if (runId === undefined) return thread;
  const data = recordOf(payload.data);
  if (payload.stream === "tool") return changeRun(thread, runId, now, (run) => withToolEvent(run, data));
  if (payload.stream === "compaction") {
    return changeRun(thread, runId, now, (run) => ({ ...run, phase: data.phase === "start" ? "compacting" : undefined }));
  }
  if (payload.stream === "thinking") return changeRun(thread, runId, now, (run) => withThinking(run, data));
  return thread;
}

function changeRun(thread: Thread, runId: string, now: number, change: (run: Run) => Run): Thread {
  const known = thread.runs.some((run) => run.runId === runId);
  const runs = known ? thread.runs : [...thread.runs, newRun(runId, now)];
  return {
    ...thread,
    runs: runs.map((run) => (run.runId === runId ? { ...change(run), touchedAt: now } : run)),
  };
}

function withEnding(thread: Thread, runId: string, payload: JsonRecord, now: number): Thread {
  const run = thread.runs.find((candidate) => candidate.runId === runId);
  const message = endingOf(runId, run, payload);
  const worthShowing = message.blocks.length > 0 || message.failure !== undefined || message.stopped;
  const ended = {
    ...thread,
    runs: thread.runs.filter((candidate) => candidate.runId !== runId),
    endings: worthShowing ? [...thread.endings, { runId, message, at: now }].slice(-mostEndings) : thread.endings,
  };
  return changeSent(ended, runId, (sent) => ({ ...sent, state: "settled" }));
}

function endingOf(runId: string, run: Run | undefined, payload: JsonRecord): Message {
  const last = recordOf(payload.message);
  return {
    id: `ending:${runId}`,
    role: "assistant",
    blocks: finalBlocks(run, blocksOf(last)),
    timestamp: timeOf(last.timestamp),
    runId,
    sendKey: undefined,
    failure: payload.state === "error" ? textOf(payload.errorMessage) ?? "" : undefined,
    failureCode: textOf(recordOf(payload.errorDetail).failoverReason),
    stopped: payload.state === "aborted",
    cut: payload.stopReason === "length",
    model: undefined,
  };
}

/** What was streamed has the tools in place; the final message is only needed when nothing was streamed. */
function finalBlocks(run: Run | undefined, told: Block[]): Block[] {
  const streamed = run ? settledTools(blocksOfRun(run)) : [];
  return streamed.some((block) => block.kind === "text") ? streamed : [...streamed, ...told];
}

function settledTools(blocks: Block[]): Block[] {
  return blocks.map((block) =>
    block.kind === "tool" && block.call.status === "running"
      ? { kind: "tool", call: { ...block.call, status: "unknown" } }
      : block,
  );
}
