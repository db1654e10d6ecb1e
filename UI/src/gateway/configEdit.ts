import { saysTheSame, type ConfigFile } from "./configFile";
import { configIssues, troubleOf, UnansweredError, type ConfigIssue, type Trouble } from "./failure";
import { isRecord, recordOf, textOf } from "./read";
import { same } from "./same";

export type SaveResult =
  | { readonly kind: "none" }
  | { readonly kind: "saving" }
  | { readonly kind: "saved"; readonly restarts: boolean }
  /** No answer came. The next reading tells whether the file says what was sent. */
  | { readonly kind: "unknown"; readonly sent: string }
  /** The connection broke before the gateway had the text. */
  | { readonly kind: "lost" }
  | { readonly kind: "invalid"; readonly issues: readonly ConfigIssue[] }
  | { readonly kind: "refused"; readonly reason: Trouble }
  /** The file moved on while the text was being changed. */
  | { readonly kind: "conflict" };

/** What the text began as: a save replaces this and nothing newer. */
interface Base {
  readonly raw: string;
  readonly hash: string | undefined;
}

/** The config file being edited. The functions below are all that happens to it. */
export interface ConfigEdit {
  /** As it was last read. */
  readonly file: ConfigFile | undefined;
  readonly base: Base | undefined;
  readonly text: string;
  readonly result: SaveResult;
}

const nothingToTell: SaveResult = { kind: "none" };
export const unread: ConfigEdit = { file: undefined, base: undefined, text: "", result: nothingToTell };

export function isChanged({ base, text }: ConfigEdit): boolean {
  return base !== undefined && text !== base.raw;
}

/** An unchanged text follows the file; a changed one is never touched. */
export function afterReading(edit: ConfigEdit, file: ConfigFile): ConfigEdit {
  // What is read meanwhile may be from before the save or from after it; it is read again then.
  if (edit.result.kind === "saving") return edit;
  const next = compared(edit, file);
  return same(next, edit) ? edit : next;
}

function compared(edit: ConfigEdit, file: ConfigFile): ConfigEdit {
  const { base, text, result } = edit;
  // The text waits until the file can be shown again.
  if (file.raw === undefined) return { ...edit, file, result: result.kind === "saved" ? nothingToTell : result };
  const hasMoved = file.hash !== base?.hash;
  if (result.kind === "unknown") {
    if (text === file.raw || (hasMoved && saysTheSame(file, result.sent))) return afterSaving(edit, result.sent, file);
    if (!hasMoved) return { ...edit, file, result: { kind: "lost" } };
  }
  if (!isChanged(edit) || text === file.raw) return taking(file, hasMoved ? nothingToTell : result);
  if (hasMoved) return { ...edit, file, result: { kind: "conflict" } };
  return { ...edit, file, base: { raw: file.raw, hash: file.hash }, result: result.kind === "conflict" ? nothingToTell : result };
}

function taking(file: ConfigFile, result: SaveResult): ConfigEdit {
  const raw = file.raw ?? "";
  return { file, base: { raw, hash: file.hash }, text: raw, result };
}

export function whileSaving(edit: ConfigEdit): ConfigEdit {
  return { ...edit, result: { kind: "saving" } };
}

/** The gateway took what was sent, and says so in its answer. */
export function afterAnswer(edit: ConfigEdit, sent: string, answer: unknown): ConfigEdit {
  if (!edit.file) return edit;
  const { hash, restart } = recordOf(answer);
  const file = { ...edit.file, raw: sent, hash: textOf(hash), exists: true, isValid: true, issues: [], warnings: [] };
  return afterSaving(edit, sent, file, isRecord(restart));
}

/** What was typed since it was sent stays, and is a change to what is saved now. */
function afterSaving(edit: ConfigEdit, sent: string, file: ConfigFile, restarts = false): ConfigEdit {
  const saved = taking(file, { kind: "saved", restarts });
  return edit.text === sent ? saved : { ...saved, text: edit.text };
}

export function afterFailure(edit: ConfigEdit, sent: string, error: unknown): ConfigEdit {
  const issues = configIssues(error);
  if (issues.length > 0) return { ...edit, result: { kind: "invalid", issues } };
  if (error instanceof UnansweredError) return { ...edit, result: { kind: "unknown", sent } };
  return { ...edit, result: { kind: "refused", reason: troubleOf(error) } };
}

/** Nothing is no config: it is not even sent. */
export function afterEmpty(edit: ConfigEdit): ConfigEdit {
  return { ...edit, result: { kind: "refused", reason: { code: "CONFIG_EMPTY", message: "" } } };
}

export function afterTyping(edit: ConfigEdit, text: string): ConfigEdit {
  return { ...edit, text, result: edit.result.kind === "saved" ? nothingToTell : edit.result };
}

/** The text is the file's again. */
export function afterUndo(edit: ConfigEdit): ConfigEdit {
  return edit.file ? taking(edit.file, nothingToTell) : edit;
}

/** The text is to replace the file as it is now. */
export function keepingText(edit: ConfigEdit): ConfigEdit {
  return edit.file ? { ...edit, base: { raw: edit.file.raw ?? "", hash: edit.file.hash } } : edit;
}
