import { useState } from "react";
import { troubleOf } from "../gateway/failure";
import type { PairingRequest } from "../gateway/pairing";
import { useGateway, useLocale, useText } from "./context";
import { explained } from "./explained";
import { showNotice } from "./notices";
import { shortWhen } from "./when";

/** People who wrote on a chat platform and wait to be let in; nothing while nobody does. */
export function PairingCard({ requests, onChange }: { requests: readonly PairingRequest[]; onChange: () => void }) {
  const words = useText();
  if (requests.length === 0) return null;
  return (
    <section className="card">
      <h2>{words.pairing}</h2>
      <p>{words.pairingNote}</p>
      <ul className="card-list">
        {requests.map((request) => (
          <PairingRow key={`${request.channel}:${request.code}`} request={request} onChange={onChange} />
        ))}
      </ul>
    </section>
  );
}

function PairingRow({ request, onChange }: { request: PairingRequest; onChange: () => void }) {
  const words = useText();
  const locale = useLocale();
  const gateway = useGateway();
  const [isBusy, setBusy] = useState(false);
  const decide = (method: string) => {
    setBusy(true);
    gateway
      .request(method, { channel: request.channel, code: request.code })
      .then(onChange, (error: unknown) => showNotice(explained(troubleOf(error), words)))
      .finally(() => setBusy(false));
  };
  return (
    <li>
      <span className="grow">
        {request.sender}
        <small>
          {request.channel} · <code>{request.code}</code>
          {request.since !== undefined && ` · ${shortWhen(request.since, Date.now(), locale)}`}
        </small>
      </span>
      <button type="button" className="button primary" disabled={isBusy} onClick={() => decide("pairing.approve")}>
        {words.letIn}
      </button>
      <button type="button" className="button" disabled={isBusy} onClick={() => decide("pairing.reject")}>
        {words.turnAway}
      </button>
    </li>
  );
}
