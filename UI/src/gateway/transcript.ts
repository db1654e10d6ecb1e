import { blocksOf, outputText, withoutReasoning } from "./content";
import type { Block, Message, ToolCall } from "./message";
import { flagOf, numberOf, recordOf, recordsOf, textOf, timeOf, type JsonRecord } from "./read";

/** One message of `chat.history`, with an id that stays the same however often it is read. */
export interface Entry {
  readonly id: string;
  readonly wire: JsonRecord;
}

export function entriesOf(messages: unknown): Entry[] {
  const seen = new Map<string, number>();
  return recordsOf(messages).map((wire) => {
    const name = nameOf(wire);
    const repeat = seen.get(name) ?? 0;
    seen.set(name, repeat + 1);
    return { id: repeat === 0 ? name : `${name}#${repeat}`, wire };
  });
}

function nameOf(wire: JsonRecord): string {
  const known = textOf(recordOf(wire.__openclaw).id) ?? textOf(wire.id);
  if (known) return known;
  return [wire.role, numberOf(wire.timestamp) ?? "", textOf(wire.toolCallId) ?? textOf(wire.idempotencyKey) ?? ""].join(":");
}

/** Messages to show: tool results join the calls they answer, and one turn's assistant messages become one. */
export function messagesOf(entries: readonly Entry[]): Message[] {
  const read = entries.map((entry) => ({ entry, blocks: isToolResult(entry.wire) ? [] : blocksOf(entry.wire) }));
  // The results of each message's calls, by their ids. Some models number the calls of each answer anew, so a result belongs
  // to the last message that calls by its id.
  const results = read.map(() => new Map<string, JsonRecord[]>());
  const callers = new Map<string, number>();
  const messages: Message[] = [];
  const orphans = new Set<Entry>();
  read.forEach(({ entry, blocks }, index) => {
    for (const block of blocks) if (block.kind === "tool") callers.set(block.call.id, index);
    if (!isToolResult(entry.wire)) return;
    const id = textOf(entry.wire.toolCallId) ?? "";
    const ofCaller = results[callers.get(id) ?? -1];
    // Its call is further back than what is loaded, so it stands alone.
    if (!ofCaller) orphans.add(entry);
    else ofCaller.set(id, [...(ofCaller.get(id) ?? []), entry.wire]);
  });
  read.forEach(({ entry, blocks }, index) => {
    if (orphans.has(entry)) append(messages, orphanedResult(entry));
    else if (!isToolResult(entry.wire)) append(messages, messageOf(entry, blocks, results[index]!));
  });
  return messages;
}

function append(messages: Message[], message: Message): void {
  if (message.blocks.length === 0 && message.failure === undefined && !message.stopped) return;
  const last = messages[messages.length - 1];
  if (!last || !belongsToTurn(last, message)) {
    messages.push(message);
    return;
  }
  messages[messages.length - 1] = {
    ...last,
    blocks: [...last.blocks, ...message.blocks],
    timestamp: message.timestamp ?? last.timestamp,
    failure: message.failure ?? last.failure,
    failureCode: message.failureCode ?? last.failureCode,
    stopped: message.stopped || last.stopped,
    cut: message.cut,
    model: message.model ?? last.model,
  };
}

/** Between a tool call and the next word of the assistant nobody else spoke: to the reader that is one answer. */
function belongsToTurn(last: Message, next: Message): boolean {
  if (last.role !== "assistant" || next.role !== "assistant") return false;
  return last.blocks[last.blocks.length - 1]?.kind === "tool" && last.failure === undefined;
}

function messageOf({ id, wire }: Entry, read: readonly Block[], results: Map<string, JsonRecord[]>): Message {
  const meta = recordOf(wire.__openclaw);
  const role = wire.role === "user" ? "user" : wire.role === "assistant" ? "assistant" : "notice";
  const stopReason = textOf(wire.stopReason);
  const failed = stopReason === "error";
  const blocks = read.map((block) => finished(block, role, results));
  const failure = failed ? textOf(wire.errorMessage) ?? textOnly(blocks) : undefined;
  return {
    id,
    role,
    blocks: failure !== undefined && failure === textOnly(blocks) ? [] : [...blocks, ...files(meta, blocks)],
    timestamp: timeOf(wire.timestamp),
    runId: textOf(meta.runId),
    sendKey: role === "user" ? sendKeyOf(wire, meta) : undefined,
    failure,
    failureCode: failed ? textOf(wire.errorCode) : undefined,
    summary: role === "notice" ? textOf(wire.summary) : undefined,
    stopped: stopReason === "aborted" || recordOf(wire.openclawAbort).aborted === true || wire.withdrawn === true,
    cut: stopReason === "length",
    model: role === "assistant" ? textOf(wire.model) : undefined,
  };
}

function finished(block: Block, role: Message["role"], results: Map<string, JsonRecord[]>): Block {
  if (block.kind === "tool") return { kind: "tool", call: withResult(block.call, results.get(block.call.id)?.shift()) };
  if (block.kind === "text" && role === "assistant") return { kind: "text", text: withoutReasoning(block.text) };
  return block;
}

function withResult(call: ToolCall, result: JsonRecord | undefined): ToolCall {
  if (!result) return call;
  return { ...call, output: outputText(result), status: flagOf(result.isError) ? "failed" : "done" };
}

function orphanedResult({ id, wire }: Entry): Message {
  const call: ToolCall = {
    id: textOf(wire.toolCallId) ?? id,
    name: textOf(wire.toolName) ?? "tool",
    args: undefined,
    output: outputText(wire),
    status: flagOf(wire.isError) ? "failed" : "done",
  };
  return {
    id,
    role: "assistant",
    blocks: [{ kind: "tool", call }],
    timestamp: timeOf(wire.timestamp),
    runId: undefined,
    sendKey: undefined,
    failure: undefined,
    stopped: false,
    model: undefined,
  };
}

/** Files the gateway keeps outside the transcript are named, as their bytes did not come along. */
function files(meta: JsonRecord, blocks: readonly Block[]): Block[] {
  if (blocks.some((block) => block.kind === "image")) return [];
  return recordsOf(meta.media).map((file) => ({ kind: "file", name: textOf(file.fileName) ?? "file" }));
}

function sendKeyOf(wire: JsonRecord, meta: JsonRecord): string | undefined {
  const key = textOf(wire.idempotencyKey) ?? textOf(meta.idempotencyKey);
  return key?.replace(/:user$/, "");
}

function isToolResult(wire: JsonRecord): boolean {
  return wire.role === "toolResult" || wire.role === "tool";
}

function textOnly(blocks: readonly Block[]): string {
  return blocks.map((block) => (block.kind === "text" ? block.text : "")).join("\n").trim();
}
