/**
 * Where the gateway serves this page.
 *
 * Assets are referenced relative to the page, so a script loaded from `/base/chat/assets/app.js` belongs to a page
 * under `/base/`. A `<meta name="base-path">` from the server settles the matter where there is one.
 */
export function basePathFrom(scriptUrl: string, declared: string | null): string {
  if (declared !== null) return trimmed(declared);
  const path = new URL(scriptUrl).pathname;
  const folder = path.slice(0, path.lastIndexOf("/assets/"));
  return trimmed(folder.replace(/\/(chat|sessions|status|config)(\/.*)?$/, ""));
}

function trimmed(path: string): string {
  const bare = path.replace(/^\/+|\/+$/g, "");
  return bare === "" ? "" : `/${bare}`;
}

export interface Place {
  /** Empty, or a path that starts with a slash and does not end with one. */
  readonly basePath: string;
  readonly socketUrl: string;
}

export function placeOfPage(): Place {
  const declared = document.querySelector('meta[name="base-path"]')?.getAttribute("content") ?? null;
  const basePath = basePathFrom(import.meta.url, declared);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return { basePath, socketUrl: `${scheme}://${location.host}${basePath}/` };
}
