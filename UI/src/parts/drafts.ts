import type { Attachment } from "../gateway/outbox";
import { tabStorage } from "../gateway/storage";

/** What was being written in each session, so that looking at another one loses nothing. */
const storageKey = "openclaw.drafts";
const mostDrafts = 30;

const drafts = new Map<string, string>(saved());

export function draftOf(sessionKey: string): string {
  return drafts.get(sessionKey) ?? "";
}

export function keepDraft(sessionKey: string, text: string): void {
  drafts.delete(sessionKey);
  if (text !== "") drafts.set(sessionKey, text);
  for (const oldest of drafts.keys()) {
    if (drafts.size <= mostDrafts) break;
    drafts.delete(oldest);
  }
  tabStorage.set(storageKey, JSON.stringify([...drafts]));
}

/** Images are too large for the browser's storage: they wait as long as the page lives. */
const attachments = new Map<string, readonly Attachment[]>();

export function attachmentsOf(sessionKey: string): readonly Attachment[] {
  return attachments.get(sessionKey) ?? [];
}

export function keepAttachments(sessionKey: string, list: readonly Attachment[]): void {
  if (list.length === 0) attachments.delete(sessionKey);
  else attachments.set(sessionKey, list);
}

function saved(): [string, string][] {
  try {
    const parsed: unknown = JSON.parse(tabStorage.get(storageKey) ?? "[]");
    return Array.isArray(parsed) ? parsed.filter(isDraft) : [];
  } catch {
    // Drafts are a comfort; a broken store of them must not stop the page.
    return [];
  }
}

function isDraft(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "string";
}
