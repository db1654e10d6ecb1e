import type { Attachment } from "../gateway/outbox";
import { tabStorage } from "../gateway/storage";
import { Store } from "../gateway/store";

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

export function forgetDrafts(): void {
  drafts.clear();
  draftImages.set(new Map());
  tabStorage.remove(storageKey);
}

/** The images that go with a message being written. */
export interface DraftImages {
  readonly ready: readonly Attachment[];
  /** How many are still being read and scaled down. */
  readonly preparing: number;
}

export const noImages: DraftImages = { ready: [], preparing: 0 };

/** By session. Images are too large for the browser's storage: they wait as long as the page lives. */
export const draftImages = new Store<ReadonlyMap<string, DraftImages>>(new Map());

export function changeImages(sessionKey: string, change: (images: DraftImages) => DraftImages): void {
  draftImages.update((all) => new Map(all).set(sessionKey, change(all.get(sessionKey) ?? noImages)));
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
