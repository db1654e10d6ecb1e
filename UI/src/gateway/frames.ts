import { isRecord, numberOf, recordOf, textOf, type JsonRecord } from "./read";

/** Why a request was not carried out, as the gateway said it. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly details: JsonRecord;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
}

export interface ResponseFrame {
  readonly type: "res";
  readonly id: string;
  readonly outcome: { readonly payload: unknown } | { readonly error: WireError };
}

export interface EventFrame {
  readonly type: "event";
  readonly event: string;
  readonly payload: unknown;
  readonly seq: number | undefined;
}

export type Frame = ResponseFrame | EventFrame;

/** One frame from the socket, or undefined when it is not one we know: such frames are ignored, as newer gateways may send more. */
export function parseFrame(data: unknown): Frame | undefined {
  if (typeof data !== "string") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  if (value.type === "event") return parseEvent(value);
  if (value.type === "res") return parseResponse(value);
  return undefined;
}

function parseEvent(value: JsonRecord): EventFrame | undefined {
  const event = textOf(value.event);
  if (event === undefined) return undefined;
  return { type: "event", event, payload: value.payload, seq: numberOf(value.seq) };
}

function parseResponse(value: JsonRecord): ResponseFrame | undefined {
  const id = textOf(value.id);
  if (id === undefined) return undefined;
  const outcome = value.ok === true ? { payload: value.payload } : { error: parseError(value.error) };
  return { type: "res", id, outcome };
}

function parseError(value: unknown): WireError {
  const error = recordOf(value);
  return {
    code: textOf(error.code) ?? "UNAVAILABLE",
    message: textOf(error.message) ?? "The gateway refused without a reason.",
    details: recordOf(error.details),
    retryable: error.retryable === true,
    retryAfterMs: numberOf(error.retryAfterMs),
  };
}

const mostBytesAChar = 3;

/** Whether a text has more bytes than `limit` in UTF-8; only the doubtful are counted. */
export function isLonger(text: string, limit: number): boolean {
  if (text.length * mostBytesAChar <= limit) return false;
  return text.length > limit || new TextEncoder().encode(text).length > limit;
}

/** The answer to a frame that is not sent: the gateway would hang up on it, and again after every reconnect. */
export function tooLarge(limit: number): WireError {
  const megabytes = Math.floor(limit / 1_048_576);
  const message = `This is more than the ${megabytes} MB the gateway takes at once. Send less text or fewer images.`;
  return { code: "TOO_LARGE", message, details: {}, retryable: false, retryAfterMs: undefined };
}
