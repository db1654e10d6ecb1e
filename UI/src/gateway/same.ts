import { isRecord } from "./read";

/** Whether two JSON-like values say the same. */
export function same(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => same(item, right[index]));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => same(left[key], right[key]));
}

/** The new list, with every item that did not change being the old object, so that React leaves it alone. */
export function keepingSame<Item extends { readonly id: string }>(old: readonly Item[], fresh: readonly Item[]): Item[] {
  const known = new Map(old.map((item) => [item.id, item]));
  return fresh.map((item) => {
    const before = known.get(item.id);
    return before && same(before, item) ? before : item;
  });
}
