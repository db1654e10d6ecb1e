import type { WireError } from "./frames";
import { numberOf, recordsOf, textOf } from "./read";

/** The gateway answered a request with an error. Asking again unchanged will not help. */
export class RefusedError extends Error {
  constructor(readonly wire: WireError) {
    super(wire.message);
  }
}

/** No answer arrived: the connection was lost or took too long. The request may or may not have been carried out. */
export class UnansweredError extends Error {
  constructor(readonly code: "NO_ANSWER" | "NO_CONNECTION") {
    super(code);
  }
}

/** What went wrong: a code the page may have words for, and what the gateway says about it. */
export interface Trouble {
  readonly code: string;
  /** In the gateway's language; empty when the page itself knows all there is to know. */
  readonly message: string;
}

/** Refusals the page makes before it asks the gateway. */
const ownCodes = new Set(["TOO_LARGE"]);

export function troubleOf(error: unknown): Trouble {
  if (error instanceof UnansweredError) return { code: error.code, message: "" };
  if (error instanceof RefusedError) {
    const { code, message, details } = error.wire;
    return { code: textOf(details.reason) ?? code, message: ownCodes.has(code) ? "" : message };
  }
  return { code: "", message: error instanceof Error ? error.message : String(error) };
}

export interface ConfigIssue {
  readonly path: string;
  readonly message: string;
  /** The name of the file it is in, where that is known. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** The list of problems a refused config write carries in its details. */
export function configIssues(error: unknown): ConfigIssue[] {
  return error instanceof RefusedError ? issuesOf(error.wire.details.issues) : [];
}

/** With the words that people are told, where the gateway has them beside those of the protocol. */
export function issuesOf(list: unknown): ConfigIssue[] {
  return recordsOf(list).map((issue) => ({
    path: textOf(issue.key) ?? textOf(issue.path) ?? "",
    message: textOf(issue.detail) ?? textOf(issue.message) ?? "",
    file: textOf(issue.file),
    line: numberOf(issue.line),
    column: numberOf(issue.column),
  }));
}
