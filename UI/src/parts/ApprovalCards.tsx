import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Approval, Decision } from "../gateway/approvals";
import { troubleOf } from "../gateway/failure";
import type { Strings } from "../text/english";
import { useGateway, useStore, useText } from "./context";
import { explained } from "./explained";
import { Icon } from "./Icon";
import { showNotice } from "./notices";
import { PageLink } from "./PageLink";
import { Prose } from "./Prose";

/** Commands that wait for a person, above whatever page is open: the assistant stands still until then. */
export function ApprovalCards() {
  const words = useText();
  const pending = useStore(useGateway().approvals.pending);
  if (pending.length === 0) return null;
  return (
    <section className="approvals" aria-label={words.approvals} role="region" aria-live="assertive">
      {pending.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} />
      ))}
    </section>
  );
}

function ApprovalCard({ approval }: { approval: Approval }) {
  const words = useText();
  const { approvals } = useGateway();
  const card = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const shown = card.current;
    // The focus would be lost with the card.
    return () => void (shown?.contains(document.activeElement) && shown.closest("main")?.focus());
  }, []);
  const decide = (decision: Decision) => {
    approvals.decide(approval.id, decision).catch((error: unknown) => showNotice(explained(troubleOf(error), words)));
  };
  return (
    <article className="approval" ref={card}>
      <h2>
        <Icon name="warning" size={18} />
        {words.approvalTitle}
      </h2>
      <pre tabIndex={0}>{plainly(approval.command)}</pre>
      {approval.warning !== undefined && (
        <p className="bad-text">
          <Prose text={approval.warning} />
        </p>
      )}
      <p className="hint">
        {approval.agent !== undefined && <span>{words.approvalAgent(approval.agent)}</span>}
        {approval.folder !== undefined && <code>{approval.folder}</code>}
        {approval.sessionKey !== undefined && (
          <PageLink to={{ page: "chat", session: approval.sessionKey }}>{approval.sessionKey}</PageLink>
        )}
      </p>
      {approval.expiresAt !== undefined && <Countdown until={approval.expiresAt} />}
      <div className="approval-buttons">
        {approval.decisions.map((decision) => (
          <button
            type="button"
            key={decision}
            className={decision === "allow-once" ? "button primary" : "button"}
            onClick={() => decide(decision)}
          >
            {nameOf(decision, words)}
          </button>
        ))}
      </div>
    </article>
  );
}

/** The seconds that are left; a screen reader is not told each of them. */
function Countdown({ until }: { until: number }) {
  const words = useText();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="hint" aria-live="off">
      {words.approvalTime(Math.max(0, Math.ceil((until - now) / 1000)))}
    </p>
  );
}

/** Characters that cannot be seen, or change what is seen, as what they are. */
export function plainly(command: string): string {
  return command.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (hidden) => `\\u{${hidden.codePointAt(0)?.toString(16).toUpperCase()}}`);
}

function nameOf(decision: Decision, words: Strings): string {
  switch (decision) {
    case "allow-once":
      return words.allowOnce;
    case "allow-always":
      return words.allowAlways;
    case "deny":
      return words.deny;
  }
}
