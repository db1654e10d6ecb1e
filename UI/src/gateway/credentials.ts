import type { Proof } from "./handshake";
import { browserStorage, tabStorage } from "./storage";

/**
 * What this browser may show the gateway.
 *
 * A typed secret lives as long as the tab. The device token the gateway hands out afterwards stays in the browser and
 * opens later visits: it can be revoked alone, the shared secret cannot.
 */
export class Credentials {
  private readonly secretKey: string;
  private readonly deviceTokenKey: string;
  /** Says when somebody signed out of this browser last; a secret of another time than that is no longer used. */
  private readonly timeKey: string;

  constructor(basePath: string) {
    this.timeKey = `openclaw.signedOut${basePath}`;
    this.secretKey = `openclaw.secret${basePath}`;
    this.deviceTokenKey = `openclaw.deviceToken${basePath}`;
  }

  best(): Proof {
    const secret = tabStorage.get(this.secretKey);
    if (secret && tabStorage.get(this.timeKey) === browserStorage.get(this.timeKey)) return { kind: "secret", secret };
    const token = browserStorage.get(this.deviceTokenKey);
    return token ? { kind: "deviceToken", token } : { kind: "none" };
  }

  keepSecret(secret: string): void {
    tabStorage.set(this.secretKey, secret);
    const time = browserStorage.get(this.timeKey);
    if (time === undefined) tabStorage.remove(this.timeKey);
    else tabStorage.set(this.timeKey, time);
  }

  keepDeviceToken(token: string): void {
    browserStorage.set(this.deviceTokenKey, token);
  }

  /** Drops what was refused and says whether something else is left to try. */
  drop(proof: Proof): boolean {
    if (proof.kind === "secret") tabStorage.remove(this.secretKey);
    if (proof.kind === "deviceToken") browserStorage.remove(this.deviceTokenKey);
    return this.best().kind !== "none";
  }

  /** Everywhere in this browser: other tabs hear of it, also those that are asleep now. */
  forgetEverything(): void {
    this.forgetHere();
    browserStorage.set(this.timeKey, String(Date.now()));
  }

  /** What another tab has forgotten. */
  forgetHere(): void {
    tabStorage.remove(this.secretKey);
    browserStorage.remove(this.deviceTokenKey);
  }

  /** Calls back when another tab has signed out. */
  onForgotten(forgotten: () => void): void {
    window.addEventListener("storage", (event) => {
      if (event.key === this.timeKey && event.newValue !== null) forgotten();
    });
  }
}

/** Takes a token out of the address, so that it reaches neither the history, a bookmark nor a screenshot. */
export function takeTokenFromAddress(): string | undefined {
  const url = new URL(location.href);
  const hash = new URLSearchParams(url.hash.slice(1));
  const token = hash.get("token") ?? url.searchParams.get("token");
  if (token === null && !url.searchParams.has("gatewayUrl")) return undefined;
  hash.delete("token");
  url.searchParams.delete("token");
  // Never followed: a link could otherwise send the secret to somebody else's server.
  url.searchParams.delete("gatewayUrl");
  url.hash = hash.toString();
  history.replaceState(history.state, "", url);
  return token?.trim() || undefined;
}
