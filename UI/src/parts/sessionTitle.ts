import type { Hello } from "../gateway/hello";
import { shortName } from "../gateway/sessionKey";
import type { SessionRow } from "../gateway/sessions";
import type { Strings } from "../text/english";

/** The main session is always there, so it has a name of its own until a person gives it another. */
export function titleOf(row: SessionRow, hello: Hello, words: Strings): string {
  if (row.label !== undefined) return row.label;
  if (row.key === hello.mainSessionKey) return words.mainSession;
  return row.title === shortName(row.key) && row.title.startsWith("chat-") ? words.newChat : row.title;
}
