import type { Trouble } from "../gateway/failure";
import type { Strings } from "../text/english";

/** The page's own words for what it knows, and below them what the gateway says. */
export function explained({ code, message }: Trouble, words: Strings): string {
  const own = words.troubles[code];
  if (own === undefined) return message;
  return message === "" ? own : `${own}\n${message}`;
}
