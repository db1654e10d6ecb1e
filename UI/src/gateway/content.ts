import type { Block } from "./message";
import { isRecord, recordOf, recordsOf, textOf, type JsonRecord } from "./read";

const toolCallTypes = new Set(["toolCall", "toolcall", "tool_call", "toolUse", "tooluse", "tool_use"]);
const leadingReasoning = /^\s*<(think|thinking|thought)>[\s\S]*?(?:<\/\1>\s*|$)/i;

/** The blocks of a message's `content`, which is a string or a list. */
export function blocksOf(message: JsonRecord): Block[] {
  const { content } = message;
  if (typeof content === "string") return textBlock(content);
  const blocks = recordsOf(content).flatMap(blockOf);
  if (blocks.length === 0 && typeof message.text === "string") return textBlock(message.text);
  return blocks;
}

function blockOf(block: JsonRecord): Block[] {
  const type = textOf(block.type) ?? "";
  if (type === "text") return textBlock(textOf(block.text) ?? "");
  if (type === "thinking") return thinkingBlock(textOf(block.thinking) ?? textOf(block.text) ?? "");
  if (type === "image" || type === "image_url") return imageBlock(block);
  if (toolCallTypes.has(type)) return [toolBlock(block)];
  return [];
}

function textBlock(text: string): Block[] {
  return text.trim() === "" ? [] : [{ kind: "text", text }];
}

function thinkingBlock(text: string): Block[] {
  return text.trim() === "" ? [] : [{ kind: "thinking", text }];
}

function toolBlock(block: JsonRecord): Block {
  const args = block.arguments ?? block.input ?? block.args;
  const id = textOf(block.id) ?? textOf(block.toolCallId) ?? "";
  return {
    kind: "tool",
    call: { id, name: textOf(block.name) ?? "tool", args, output: undefined, status: "unknown" },
  };
}

/** Only images whose bytes came with the message are shown: fetching others would tell strangers who reads it. */
function imageBlock(block: JsonRecord): Block[] {
  const source = recordOf(block.source);
  const data = textOf(block.data) ?? textOf(source.data);
  const type = textOf(block.mimeType) ?? textOf(source.media_type) ?? "image/png";
  if (data !== undefined) return [{ kind: "image", source: data.startsWith("data:") ? data : `data:${type};base64,${data}` }];
  const url = textOf(recordOf(block.image_url).url);
  if (url?.startsWith("data:image/")) return [{ kind: "image", source: url }];
  return block.omitted === true ? [{ kind: "image", source: undefined }] : [];
}

/** Some models begin the answer with their reasoning between tags; it is no part of it, finished or not. */
export function withoutReasoning(text: string): string {
  return text.replace(leadingReasoning, "");
}

/** The text of a tool's result, however it is wrapped. */
export function outputText(result: unknown): string {
  if (typeof result === "string") return result;
  if (result === undefined || result === null) return "";
  if (isRecord(result)) {
    if (typeof result.text === "string") return result.text;
    if (Array.isArray(result.content)) {
      return recordsOf(result.content).map((block) => textOf(block.text) ?? "").filter(Boolean).join("\n");
    }
  }
  return JSON.stringify(result, null, 2);
}
