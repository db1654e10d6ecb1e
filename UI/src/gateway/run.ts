import { outputText, withoutReasoning } from "./content";
import type { Block, ToolCall } from "./message";
import { flagOf, recordOf, textOf, type JsonRecord } from "./read";
import { same } from "./same";

/** An answer while it is being made. */
export interface Run {
  readonly runId: string;
  /** Everything said so far in this turn. */
  readonly text: string;
  readonly thinking: string;
  /** Calls in order, each with the length `text` had when it began: that is where it belongs in the answer. */
  readonly tools: readonly PlacedCall[];
  readonly phase: string | undefined;
  /** When the last event about it came. */
  readonly touchedAt: number;
}

interface PlacedCall {
  readonly at: number;
  readonly call: ToolCall;
  /** The transcript told of it: an event that was on its way meanwhile may tell of it again. */
  readonly isAdopted?: boolean;
}

export function newRun(runId: string, now: number): Run {
  return { runId, text: "", thinking: "", tools: [], phase: undefined, touchedAt: now };
}

/** Applies a `chat` delta. */
export function withDelta(run: Run, payload: JsonRecord): Run {
  const whole = cumulativeText(payload);
  if (payload.replace === true) return withText(run, whole ?? textOf(payload.deltaText) ?? "");
  const appended = run.text + (textOf(payload.deltaText) ?? "");
  // Deltas may be dropped on the way; the cumulative text repairs that. It may also cover the last message only.
  if (whole === undefined || appended.endsWith(whole)) return withText(run, appended);
  return withText(run, whole);
}

function withText(run: Run, text: string): Run {
  const tools = run.tools.some((tool) => tool.at > text.length)
    ? run.tools.map((tool) => ({ ...tool, at: Math.min(tool.at, text.length) }))
    : run.tools;
  return { ...run, text, tools, phase: undefined };
}

function cumulativeText(payload: JsonRecord): string | undefined {
  const content = recordOf(payload.message).content;
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  return content.map((block) => textOf(recordOf(block).text) ?? "").join("");
}

/** Applies an `agent` event of the stream `tool`. */
export function withToolEvent(run: Run, data: JsonRecord): Run {
  const id = textOf(data.toolCallId);
  if (id === undefined) return run;
  // Some models number the calls of each answer anew.
  const newest = run.tools.map(({ call }) => call.id).lastIndexOf(id);
  const known = run.tools[newest];
  const isNew = !known || (data.phase === "start" && known.call.status !== "running" && !(known.isAdopted && same(known.call.args, data.args)));
  const tools = isNew ? [...run.tools, { at: run.text.length, call: newCall(id, data) }] : run.tools;
  const told = isNew ? run.tools.length : newest;
  return {
    ...run,
    phase: undefined,
    tools: tools.map((tool, index) => (index === told ? { ...tool, call: advanced(tool.call, data) } : tool)),
  };
}

function newCall(id: string, data: JsonRecord): ToolCall {
  return { id, name: textOf(data.name) ?? "tool", args: data.args, output: undefined, status: "running" };
}

function advanced(call: ToolCall, data: JsonRecord): ToolCall {
  switch (data.phase) {
    case "update":
      return { ...call, output: outputText(data.partialResult) };
    case "result":
      return { ...call, output: outputText(data.result), status: flagOf(data.isError) ? "failed" : "done" };
    default:
      return call;
  }
}

/** Applies an `agent` event of the stream `thinking`. */
export function withThinking(run: Run, data: JsonRecord): Run {
  const thinking = textOf(data.text) ?? run.thinking + (textOf(data.delta) ?? "");
  return { ...run, thinking };
}

/** The run in reading order: text, then the call made at that point, then the text after it. */
export function blocksOfRun(run: Run): Block[] {
  const blocks: Block[] = run.thinking ? [{ kind: "thinking", text: run.thinking }] : [];
  let from = 0;
  for (const { at, call } of run.tools) {
    pushText(blocks, run.text.slice(from, at));
    blocks.push({ kind: "tool", call });
    from = Math.max(from, at);
  }
  pushText(blocks, run.text.slice(from));
  return blocks;
}

function pushText(blocks: Block[], text: string): void {
  const visible = withoutReasoning(text).trim();
  if (visible !== "") blocks.push({ kind: "text", text: visible });
}

/**
 * A run picked up midway, after a reload or a reconnect: the gateway tells its text, and what the transcript already
 * holds of it (`written`) tells the calls made so far.
 */
export function adoptedRun(runId: string, text: string, written: readonly Block[], now: number): Run {
  let at = 0;
  const tools: PlacedCall[] = [];
  for (const block of written) {
    if (block.kind === "text") at = endOf(block.text.trim(), text, at);
    if (block.kind !== "tool") continue;
    const call: ToolCall = block.call.status === "unknown" ? { ...block.call, status: "running" } : block.call;
    tools.push({ at, call, isAdopted: true });
  }
  return { ...newRun(runId, now), text, tools };
}

/** Where `part` ends in `text`, looked for behind `from`; what is not there ends nowhere else. */
function endOf(part: string, text: string, from: number): number {
  const start = text.indexOf(part, from);
  return start < 0 ? from : start + part.length;
}
