import { Store } from "../gateway/store";

const shownMs = 6_000;

/** The one short message at the edge of the page: something a person asked for did not happen. */
export const notice = new Store<string | undefined>(undefined);
let timer = 0;

export function showNotice(text: string): void {
  clearTimeout(timer);
  notice.set(text);
  timer = window.setTimeout(() => notice.set(undefined), shownMs);
}
