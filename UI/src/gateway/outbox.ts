import type { Trouble } from "./failure";
import { isRecord, listOf, numberOf, recordsOf, textOf } from "./read";

export interface Attachment {
  readonly mimeType: string;
  readonly fileName: string;
  /** Base64. */
  readonly content: string;
}

export interface Outgoing {
  /** The idempotency key: the same message sent twice under one key is carried out once. */
  readonly key: string;
  readonly sessionKey: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly createdAt: number;
  /** Why the gateway will never take it: then it waits for the person, to be sent anew or discarded. */
  readonly refusal?: Trouble;
}

/** What the outbox needs of a storage; `tabStorage` is one. */
export interface Shelf {
  get(key: string): string | undefined;
  set(key: string, value: string): boolean;
}

/**
 * Messages the gateway has not acknowledged yet, or has refused for good.
 *
 * They survive a reload of the tab, so that a message is neither lost nor, thanks to its key, doubled. Large images
 * may exceed what the browser stores: then the message still survives a reconnect, though not a reload.
 */
export class Outbox {
  private items: Outgoing[];

  constructor(
    private readonly shelf: Shelf,
    private readonly name: string,
  ) {
    this.items = parseOutbox(shelf.get(name));
  }

  all(): readonly Outgoing[] {
    return this.items;
  }

  add(item: Outgoing): void {
    this.items = [...this.items, item];
    this.save();
  }

  /** The message of a session that goes next. */
  next(sessionKey: string): Outgoing | undefined {
    return this.items.find((item) => item.sessionKey === sessionKey && !item.refusal);
  }

  refuse(key: string, refusal: Trouble): void {
    this.items = this.items.map((item) => (item.key === key ? { ...item, refusal } : item));
    this.save();
  }

  remove(key: string): void {
    this.items = this.items.filter((item) => item.key !== key);
    this.save();
  }

  clear(): void {
    this.items = [];
    this.save();
  }

  private save(): void {
    if (this.shelf.set(this.name, JSON.stringify(this.items))) return;
    const small = this.items.filter((item) => item.attachments.length === 0);
    this.shelf.set(this.name, JSON.stringify(small));
  }
}

export function parseOutbox(saved: string | undefined): Outgoing[] {
  if (saved === undefined) return [];
  try {
    return listOf(JSON.parse(saved)).flatMap(parseOutgoing);
  } catch {
    // Only this page writes here; what it cannot read any more it cannot send either.
    return [];
  }
}

function parseOutgoing(value: unknown): Outgoing[] {
  if (!isRecord(value)) return [];
  const key = textOf(value.key);
  const sessionKey = textOf(value.sessionKey);
  if (key === undefined || sessionKey === undefined || typeof value.text !== "string") return [];
  const attachments = recordsOf(value.attachments).flatMap((item) => {
    const content = textOf(item.content);
    if (content === undefined) return [];
    return [{ content, mimeType: textOf(item.mimeType) ?? "image/png", fileName: textOf(item.fileName) ?? "image" }];
  });
  const item = { key, sessionKey, text: value.text, attachments, createdAt: numberOf(value.createdAt) ?? 0 };
  if (!isRecord(value.refusal)) return [item];
  const { code, message } = value.refusal;
  return [{ ...item, refusal: { code: textOf(code) ?? "", message: textOf(message) ?? "" } }];
}
