import type { WireError } from "./frames";
import { isRecord, numberOf, recordsOf, textOf } from "./read";

/** The gateway answered a request with an error. Asking again unchanged will not help. */
export class RefusedError extends Error {
  constructor(readonly wire: WireError) {
    super(wire.message);
  }
}

/** No answer arrived: the connection was lost or took too long. The request may or may not have been carried out. */
export class UnansweredError extends Error {}

export interface ConfigIssue {
  readonly path: string;
  readonly message: string;
  readonly line: number | undefined;
}

/** The list of problems a refused config write carries in its details. */
export function configIssues(error: unknown): ConfigIssue[] {
  if (!(error instanceof RefusedError)) return [];
  return recordsOf(error.wire.details.issues).map((issue) => ({
    path: textOf(issue.path) ?? "",
    message: textOf(issue.message) ?? "",
    line: numberOf(issue.line),
  }));
}

export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return isRecord(error) ? textOf(error.message) ?? "" : String(error);
}
