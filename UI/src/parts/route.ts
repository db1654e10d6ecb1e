import { Store } from "../gateway/store";

export type PageName = "chat" | "sessions" | "status" | "config";

export interface Route {
  readonly page: PageName;
  /** For `chat`: the session as the address names it, or empty for the main one. */
  readonly session: string;
}

const pages: readonly PageName[] = ["chat", "sessions", "status", "config"];

/** The page an address path means; whatever is unknown means the chat. */
export function routeOf(path: string, basePath: string): Route {
  const inside = path.startsWith(basePath) ? path.slice(basePath.length) : path;
  const [first = "", ...rest] = inside.replace(/^\/+|\/+$/g, "").split("/");
  const page = pages.find((name) => name === first) ?? "chat";
  return { page, session: page === "chat" ? decoded(rest.join("/")) : "" };
}

export function pathOf(route: Route, basePath: string): string {
  if (route.page !== "chat") return `${basePath}/${route.page}`;
  // A colon needs no escape inside a path, and session keys are full of them.
  const session = encodeURIComponent(route.session).replace(/%3A/gi, ":");
  return session === "" ? `${basePath}/chat` : `${basePath}/chat/${session}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address bar as state. */
export class Router {
  readonly route: Store<Route>;

  constructor(readonly basePath: string) {
    this.route = new Store(routeOf(location.pathname, basePath));
    window.addEventListener("popstate", () => this.route.set(routeOf(location.pathname, basePath)));
  }

  go(route: Route): void {
    history.pushState(null, "", pathOf(route, this.basePath));
    this.route.set(route);
  }
}
