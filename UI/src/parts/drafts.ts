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
