/** A conversation as the page shows it. */

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly args: unknown;
  readonly output: string | undefined;
  /** `unknown`: the transcript ends before the result, so nobody can say. */
  readonly status: "running" | "done" | "failed" | "unknown";
}

export type Block =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "thinking"; readonly text: string }
  | { readonly kind: "tool"; readonly call: ToolCall }
  /** Without a `source` the gateway kept the bytes to itself. */
  | { readonly kind: "image"; readonly source: string | undefined }
  | { readonly kind: "file"; readonly name: string };

export interface Message {
  /** Stable across reloads of the history. */
  readonly id: string;
  readonly role: "user" | "assistant" | "notice";
  readonly blocks: readonly Block[];
  readonly timestamp: number | undefined;
  readonly runId: string | undefined;
  /** For what a person sent: the key it was sent with. */
  readonly sendKey: string | undefined;
  readonly failure: string | undefined;
  /** The gateway's code for why it failed, where it tells one. */
  readonly failureCode?: string | undefined;
  /** The text that stands for the older part of the conversation, where it was summarised. */
  readonly summary?: string | undefined;
  readonly stopped: boolean;
  /** The model's output limit cut it. */
  readonly cut?: boolean | undefined;
  readonly model: string | undefined;
}

export function plainText({ blocks }: Pick<Message, "blocks">): string {
  return blocks
    .map((block) => (block.kind === "text" ? block.text : ""))
    .filter((text) => text !== "")
    .join("\n\n");
}
