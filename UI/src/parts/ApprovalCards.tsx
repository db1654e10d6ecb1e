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
  const decide = (decision: Decision) => {
    approvals.decide(approval.id, decision).catch((error: unknown) => showNotice(explained(troubleOf(error), words)));
  };
  return (
    <article className="approval">
      <h2>
        <Icon name="warning" size={18} />
        {words.approvalTitle}
      </h2>
      <pre tabIndex={0}>{approval.command}</pre>
      {approval.warning !== undefined && (
        <p className="bad-text">
          <Prose text={approval.warning} />
        </p>
      )}
      <p className="hint">
        {approval.folder !== undefined && <code>{approval.folder}</code>}
        {approval.sessionKey !== undefined && (
          <PageLink to={{ page: "chat", session: approval.sessionKey }}>{approval.sessionKey}</PageLink>
        )}
      </p>
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
