import { Backoff } from "./backoff";
import { Credentials } from "./credentials";
import { UnansweredError } from "./failure";
import type { EventFrame, WireError } from "./frames";
import type { Proof } from "./handshake";
import type { Hello } from "./hello";
import { loadIdentity, type Identity } from "./identity";
import { helloOf, type Link } from "./link";
import type { Place } from "./place";
import { refusalOf, type Refusal } from "./refusal";
import { GatewaySocket } from "./socket";
import { Store } from "./store";
import { uniqueId } from "./unique";

export interface ConnectionEvents {
  onOnline(hello: Hello): void;
  onEvent(event: EventFrame): void;
  onGap(): void;
}

/** Approval happens on another device, so the page looks for it by itself. */
const pairingRetryMs = 4_000;

/** Keeps one socket to the gateway alive for as long as the page lives. */
export class Connection {
  readonly link = new Store<Link>({ state: "connecting" });
  private socket: GatewaySocket | undefined;
  private identity: Promise<Identity | undefined> | undefined;
  private readonly backoff = new Backoff();
  private readonly instanceId = uniqueId();
  private retry = 0;
  private attempt = 0;

  constructor(
    private readonly place: Place,
    private readonly credentials: Credentials,
    private readonly events: ConnectionEvents,
  ) {}

  start(): void {
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.hurry();
    });
    void this.open();
  }

  /** Connects with what a person typed. */
  useSecret(secret: string): void {
    this.credentials.keepSecret(secret);
    this.link.set({ state: "checking" });
    this.reopen();
  }

  forgetAccess(): void {
    this.credentials.forgetEverything();
    this.leave();
  }

  /** Calls back when another tab of this browser has signed out; this one is out then, too. */
  onForgotten(forgotten: () => void): void {
    this.credentials.onForgotten(() => {
      this.credentials.forgetHere();
      this.leave();
      forgotten();
    });
  }

  private leave(): void {
    clearTimeout(this.retry);
    this.attempt += 1;
    this.link.set({ state: "refused", refusal: { kind: "needsSecret" } });
    this.socket?.close();
  }

  request(method: string, params: object, timeoutMs?: number): Promise<unknown> {
    if (this.link.get().state !== "online" || !this.socket) {
      return Promise.reject(new UnansweredError("NO_CONNECTION"));
    }
    return this.socket.request(method, params, timeoutMs);
  }

  /** Somebody is looking or the network came back: do not sit out the delay. */
  private hurry(): void {
    const { state } = this.link.get();
    if (state === "interrupted" || state === "unreachable") this.reopen();
    // The line may have died without a word.
    if (state === "online") this.socket?.probe();
  }

  private reopen(): void {
    this.backoff.reset();
    void this.open();
  }

  private async open(): Promise<void> {
    clearTimeout(this.retry);
    this.attempt += 1;
    const attempt = this.attempt;
    this.identity ??= loadIdentity();
    const identity = await this.identity;
    if (attempt !== this.attempt) return;
    this.socket?.close();
    const proof = this.credentials.best();
    let refused = false;
    const socket = new GatewaySocket(this.place.socketUrl, proof, identity, this.instanceId, {
      onHello: (hello) => this.welcome(hello),
      onRefused: (error) => {
        refused = true;
        this.refuse(error, proof);
      },
      onEvent: (event) => this.events.onEvent(event),
      onGap: () => this.events.onGap(),
      onEnd: (restarting) => {
        if (this.socket === socket) this.socket = undefined;
        if (!refused && attempt === this.attempt) this.interrupt(restarting);
      },
    });
    this.socket = socket;
  }

  private welcome(hello: Hello): void {
    this.backoff.reset();
    if (hello.deviceToken) this.credentials.keepDeviceToken(hello.deviceToken);
    this.link.set({ state: "online", hello });
    this.events.onOnline(hello);
  }

  private refuse(error: WireError, proof: Proof): void {
    const refusal = refusalOf(error, Date.now());
    if (refusal.kind === "starting") {
      this.schedule(Math.max(refusal.retryAfterMs, this.backoff.next()));
      return;
    }
    if (refusal.kind === "pairingRequired") this.schedule(pairingRetryMs);
    if (refusal.kind === "wrongSecret" && this.credentials.drop(proof)) {
      void this.open();
      return;
    }
    this.link.set({ state: "refused", refusal: inContext(refusal, proof) });
  }

  private interrupt(restarting: boolean): void {
    const link = this.link.get();
    if (link.state === "refused" && link.refusal.kind !== "pairingRequired") return;
    const hello = helloOf(link);
    if (hello) {
      const stillRestarting = restarting || (link.state === "interrupted" && link.restarting);
      this.link.set({ state: "interrupted", hello, restarting: stillRestarting });
    } else if (link.state === "connecting" || link.state === "checking") {
      this.link.set({ state: "unreachable" });
    }
    this.schedule(this.backoff.next());
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.retry);
    this.retry = window.setTimeout(() => void this.open(), delayMs);
  }
}

/** A person who typed nothing has made no mistake: their saved access has merely ended. */
function inContext(refusal: Refusal, proof: Proof): Refusal {
  return refusal.kind === "wrongSecret" && proof.kind === "deviceToken" ? { kind: "accessExpired" } : refusal;
}
