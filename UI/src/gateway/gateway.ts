import { Approvals } from "./approvals";
import { Chats } from "./chats";
import { unread, type ConfigEdit } from "./configEdit";
import { Connection } from "./connection";
import { Credentials, takeTokenFromAddress } from "./credentials";
import type { EventFrame } from "./frames";
import type { Hello } from "./hello";
import { Outbox } from "./outbox";
import type { Place } from "./place";
import { recordOf } from "./read";
import { Sessions } from "./sessions";
import { Store } from "./store";
import { tabStorage } from "./storage";

/** Everything the pages need of the gateway, put together once for the life of the page. */
export class Gateway {
  readonly connection: Connection;
  readonly sessions: Sessions;
  readonly chats: Chats;
  readonly approvals: Approvals;
  /** Kept for as long as the page lives, so that looking at another one loses nothing. */
  readonly configEdit = new Store<ConfigEdit>(unread);

  constructor(readonly place: Place) {
    const credentials = new Credentials(place.basePath);
    const tokenFromLink = takeTokenFromAddress();
    if (tokenFromLink) credentials.keepSecret(tokenFromLink);
    this.connection = new Connection(place, credentials, {
      onOnline: (hello) => this.resume(hello),
      onEvent: (event) => this.handle(event),
      onGap: () => this.catchUp(),
    });
    this.sessions = new Sessions(this.request);
    this.approvals = new Approvals(this.request);
    const outbox = new Outbox(tabStorage, `openclaw.outbox${place.basePath}`);
    this.chats = new Chats(this.request, outbox, this.sessions.refreshSoon);
  }

  start(): void {
    this.connection.onForgotten(() => this.forget());
    this.connection.start();
    // A link with a token, opened where the page is already open, changes nothing but the fragment.
    window.addEventListener("hashchange", () => {
      const token = takeTokenFromAddress();
      if (token) this.connection.useSecret(token);
    });
  }

  request = (method: string, params: object, timeoutMs?: number): Promise<unknown> =>
    this.connection.request(method, params, timeoutMs);

  /** Forgets who was here, and what they wrote. */
  signOut(): void {
    this.forget();
    this.connection.forgetAccess();
  }

  private forget(): void {
    this.configEdit.set(unread);
    this.chats.forgetAll();
  }

  private resume(hello: Hello): void {
    this.chats.resume();
    void this.sessions.refresh();
    if (hello.methods.has("sessions.subscribe")) {
      // Without the subscription the list is still read again after every run.
      this.request("sessions.subscribe", {}).catch(() => undefined);
    }
    if (hello.methods.has("exec.approval.list")) {
      // Without the list new requests still come as events.
      this.approvals.refresh().catch(() => undefined);
    }
  }

  private catchUp(): void {
    this.chats.refreshAll();
    this.sessions.refreshSoon();
  }

  private handle(event: EventFrame): void {
    if (event.event === "sessions.changed") this.noteChange(event.payload);
    this.approvals.handle(event);
    this.chats.handle(event);
  }

  private noteChange(payload: unknown): void {
    const { sessionKey, sessionId, reason } = recordOf(payload);
    this.sessions.refreshSoon();
    if (typeof sessionKey !== "string") return;
    // Another page or a program may have ended the conversation that is looked at here.
    if (reason === "reset" || reason === "delete") this.chats.forget(sessionKey);
    // A message that was sent elsewhere may wait for its turn.
    if (reason === "send") this.chats.noteMessage(sessionKey);
    if (typeof sessionId === "string") this.chats.noteConversation(sessionKey, sessionId);
  }
}
