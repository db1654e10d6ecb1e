import { issuesOf, type ConfigIssue } from "./failure";
import { lineOfPath } from "./locate";
import { isRecord, recordOf, textOf } from "./read";

/** The config file as the gateway last read it. */
export interface ConfigFile {
  /** Undefined while the text cannot be shown: in a text that does not parse, nobody can tell its secrets. */
  readonly raw: string | undefined;
  /** Its lines end as on Windows. In `raw` they end with `\n` alone, as in a text field. */
  readonly endsLinesWithCRLF: boolean;
  readonly hash: string | undefined;
  readonly path: string;
  readonly exists: boolean;
  /** Without mistakes; with them the gateway goes on with the last good copy. */
  readonly isValid: boolean;
  readonly issues: readonly ConfigIssue[];
  /** What is left out or overruled, though the file as a whole is used. */
  readonly warnings: readonly ConfigIssue[];
  readonly parsed: unknown;
}

/** Stands in the gateway's answers where the file has a secret. */
const placeholder = "__OPENCLAW_REDACTED__";

export function configFileOf(payload: unknown): ConfigFile {
  const snapshot = recordOf(payload);
  const exists = snapshot.exists !== false;
  const nothing = exists ? undefined : "";
  const text = typeof snapshot.raw === "string" ? snapshot.raw : undefined;
  return {
    raw: text?.replace(/\r\n/g, "\n") ?? nothing,
    endsLinesWithCRLF: text !== undefined && /^([^\n]*\r\n)+[^\n]*$/.test(text),
    hash: textOf(snapshot.hash),
    path: textOf(snapshot.path) ?? "",
    exists,
    isValid: snapshot.valid !== false,
    issues: issuesOf(snapshot.issues),
    warnings: issuesOf(snapshot.warnings),
    parsed: snapshot.parsed,
  };
}

/** The line of the shown text that an issue is on; undefined when it is in a file that this one includes. */
export function lineOfIssue(file: ConfigFile, text: string, issue: ConfigIssue): number | undefined {
  if (issue.file !== undefined && issue.file !== file.path.split("/").pop()) return undefined;
  return issue.line ?? lineOfPath(text, issue.path);
}

/** What was typed, with the file's own ends of lines. */
export function withLineEnds(text: string, { endsLinesWithCRLF }: ConfigFile): string {
  return endsLinesWithCRLF ? text.replace(/\n/g, "\r\n") : text;
}

/** Whether the file says what was sent, apart from its secrets; plain JSON may have been written in another form. */
export function saysTheSame({ raw, parsed }: ConfigFile, sent: string): boolean {
  if (raw === undefined) return false;
  const pieces = raw.split(`"${placeholder}"`).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (new RegExp(`^${pieces.join("[^\\n]*?")}$`).test(sent)) return true;
  try {
    return meansTheSame(parsed, JSON.parse(sent));
  } catch {
    // Not plain JSON: then it was written as it was sent, or not at all.
    return false;
  }
}

function meansTheSame(shown: unknown, sent: unknown): boolean {
  if (shown === placeholder && typeof sent === "string") return true;
  if (Array.isArray(shown) && Array.isArray(sent)) {
    return shown.length === sent.length && shown.every((item, index) => meansTheSame(item, sent[index]));
  }
  if (!isRecord(shown) || !isRecord(sent)) return Object.is(shown, sent);
  const keys = Object.keys(shown);
  return keys.length === Object.keys(sent).length && keys.every((key) => meansTheSame(shown[key], sent[key]));
}
