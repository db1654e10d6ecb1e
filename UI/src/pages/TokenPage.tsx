import { useEffect, useState, type FormEvent } from "react";
import type { Refusal } from "../gateway/refusal";
import type { Strings } from "../text/english";
import { useGateway, useText } from "../parts/context";
import { CopyButton } from "../parts/CopyButton";
import { Icon, Mark } from "../parts/Icon";
import { Prose } from "../parts/Prose";

/** The one question before the gateway lets a browser in. */
export function TokenPage({ refusal, isChecking }: { refusal: Refusal; isChecking: boolean }) {
  const words = useText();
  const { connection } = useGateway();
  const [secret, setSecret] = useState("");
  const [isVisible, setVisible] = useState(false);
  const waitSeconds = useSecondsUntil(refusal.kind === "rateLimited" ? refusal.until : 0);

  useEffect(() => {
    document.title = `${words.tokenTitle} · ${words.appName}`;
  }, [words]);
  const connect = (event: FormEvent) => {
    event.preventDefault();
    if (secret.trim() !== "") connection.useSecret(secret.trim());
  };
  return (
    <main className="token-page">
      <form className="token-card" onSubmit={connect}>
        <Mark size={44} />
        <h1>{words.tokenTitle}</h1>
        <p>
          <Prose text={words.tokenIntro} />
        </p>
        <label className="field">
          <span>{words.tokenLabel}</span>
          <span className="secret-field">
            <input
              autoFocus
              type={isVisible ? "text" : "password"}
              value={secret}
              autoComplete="current-password"
              autoCapitalize="off"
              spellCheck={false}
              onChange={(event) => setSecret(event.target.value)}
            />
            <button type="button" className="icon-button" aria-label={isVisible ? words.tokenHide : words.tokenShow} aria-pressed={isVisible} onClick={() => setVisible(!isVisible)}>
              <Icon name="eye" />
            </button>
          </span>
        </label>
        <RefusalText refusal={refusal} waitSeconds={waitSeconds} />
        <button type="submit" className="button primary wide" disabled={secret.trim() === "" || waitSeconds > 0 || isChecking}>
          {isChecking ? words.connecting : words.tokenConnect}
        </button>
        <p className="hint">{window.isSecureContext ? words.tokenFootnote : words.tokenFootnoteInsecure}</p>
      </form>
    </main>
  );
}

function RefusalText({ refusal, waitSeconds }: { refusal: Refusal; waitSeconds: number }) {
  const words = useText();
  const text = explanation(refusal, waitSeconds, words);
  if (text === undefined) return null;
  const isWaiting = refusal.kind === "pairingRequired" || (refusal.kind === "rateLimited" && waitSeconds === 0);
  return (
    <div className={isWaiting ? "refusal calm" : "refusal"} role="alert">
      <p>
        <Prose text={text} />
      </p>
      {refusal.kind === "pairingRequired" && refusal.requestId !== undefined && (
        <p className="command">
          <code>{words.pairingCommand(refusal.requestId)}</code>
          <CopyButton text={words.pairingCommand(refusal.requestId)} label={words.copy} />
        </p>
      )}
      {refusal.kind === "protocolMismatch" && (
        <button type="button" className="button" onClick={() => location.reload()}>
          {words.reload}
        </button>
      )}
    </div>
  );
}

function explanation(refusal: Refusal, waitSeconds: number, words: Strings): string | undefined {
  switch (refusal.kind) {
    case "needsSecret":
      return undefined;
    case "wrongSecret":
      return words.wrongSecret;
    case "accessExpired":
      return words.accessExpired;
    case "rateLimited":
      return waitSeconds > 0 ? words.rateLimited(waitSeconds) : words.rateLimitOver;
    case "originNotAllowed":
      return words.originNotAllowed(location.origin);
    case "pairingRequired":
      return words.pairingRequired;
    case "protocolMismatch":
      return words.protocolMismatch;
    case "starting":
      return words.unreachableHint;
    case "other":
      return refusal.message;
  }
}

function useSecondsUntil(time: number): number {
  const [now, setNow] = useState(Date.now);
  const remaining = Math.max(0, Math.ceil((time - now) / 1_000));
  useEffect(() => {
    if (time <= Date.now()) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [time]);
  return remaining;
}
