import type { WireError } from "./frames";
import { textOf } from "./read";

/** Why the gateway did not let us in, sorted by what the person can do about it. */
export type Refusal =
  | { readonly kind: "needsSecret" }
  | { readonly kind: "wrongSecret" }
  | { readonly kind: "accessExpired" }
  | { readonly kind: "rateLimited"; readonly until: number }
  | { readonly kind: "originNotAllowed" }
  | { readonly kind: "pairingRequired"; readonly requestId: string | undefined }
  | { readonly kind: "protocolMismatch" }
  | { readonly kind: "starting"; readonly retryAfterMs: number }
  | { readonly kind: "other"; readonly message: string };

const missing = new Set(["AUTH_REQUIRED", "AUTH_TOKEN_MISSING", "AUTH_PASSWORD_MISSING"]);
const wrong = new Set([
  "AUTH_TOKEN_MISMATCH",
  "AUTH_PASSWORD_MISMATCH",
  "AUTH_DEVICE_TOKEN_MISMATCH",
  "AUTH_SCOPE_MISMATCH",
  "AUTH_UNAUTHORIZED",
]);
const rateLimitWaitMs = 60_000;
const startingWaitMs = 500;

export function refusalOf(error: WireError, now: number): Refusal {
  const code = textOf(error.details.code) ?? "";
  if (missing.has(code)) return { kind: "needsSecret" };
  if (wrong.has(code)) return { kind: "wrongSecret" };
  switch (code) {
    case "AUTH_RATE_LIMITED":
      return { kind: "rateLimited", until: now + (error.retryAfterMs ?? rateLimitWaitMs) };
    case "CONTROL_UI_ORIGIN_NOT_ALLOWED":
      return { kind: "originNotAllowed" };
    case "PAIRING_REQUIRED":
      return { kind: "pairingRequired", requestId: textOf(error.details.requestId) };
    case "PROTOCOL_MISMATCH":
    case "CONTROL_UI_BUILD_MISMATCH":
      return { kind: "protocolMismatch" };
  }
  if (error.retryable) return { kind: "starting", retryAfterMs: error.retryAfterMs ?? startingWaitMs };
  return { kind: "other", message: error.message };
}
