/**
 * The line a config path such as `gateway.auth.token` stands on, counted from 1, or undefined when it is not there.
 *
 * Follows the keys in order through the text. That is not a parser, and need not be: a wrong guess costs a glance.
 */
export function lineOfPath(text: string, path: string): number | undefined {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "" && !/^\d+$/.test(key));
  if (keys.length === 0) return undefined;
  let position = 0;
  let found = false;
  for (const key of keys) {
    const next = positionOfKey(text, key, position);
    if (next === undefined) break;
    position = next;
    found = true;
  }
  return found ? text.slice(0, position).split("\n").length : undefined;
}

function positionOfKey(text: string, key: string, from: number): number | undefined {
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = new RegExp(`(?<![\\w$])(["']?)${escaped}\\1\\s*:`, "g");
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match ? pattern.lastIndex : undefined;
}
