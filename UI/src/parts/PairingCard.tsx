import { useState } from "react";
import { troubleOf } from "../gateway/failure";
import type { LetInPerson, PairingRequest } from "../gateway/pairing";
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

/** People who were let in by a code, and may be sent away again; nothing while nobody was. */
export function LetInCard({ people, onChange }: { people: readonly LetInPerson[]; onChange: () => void }) {
  const words = useText();
  if (people.length === 0) return null;
  return (
    <section className="card">
      <h2>{words.peopleLetIn}</h2>
      <ul className="card-list">
        {people.map((person) => (
          <LetInRow key={`${person.channel}:${person.account}:${person.id}`} person={person} onChange={onChange} />
        ))}
      </ul>
    </section>
  );
}

/** `telegram` is Telegram. */
function platformName(channel: string): string {
  return channel.charAt(0).toUpperCase() + channel.slice(1);
}

function LetInRow({ person, onChange }: { person: LetInPerson; onChange: () => void }) {
  const words = useText();
  const locale = useLocale();
  const { isBusy, ask } = useDecision(onChange);
  return (
    <li>
      <span className="grow">
        <code>{person.id}</code>
        <small>
          {platformName(person.channel)} · {person.account}
          {person.since !== undefined && ` · ${shortWhen(person.since, Date.now(), locale)}`}
        </small>
      </span>
      <button
        type="button"
        className="button"
        disabled={isBusy}
        onClick={() => ask("pairing.remove", { channel: person.channel, accountId: person.account, id: person.id })}
      >
        {words.removePerson}
      </button>
    </li>
  );
}

/** Asks the gateway for something of an owner's, once at a time. */
function useDecision(onChange: () => void) {
  const words = useText();
  const gateway = useGateway();
  const [isBusy, setBusy] = useState(false);
  const ask = (method: string, params: object) => {
    setBusy(true);
    gateway
      .request(method, params)
      .then(onChange, (error: unknown) => showNotice(explained(troubleOf(error), words)))
      .finally(() => setBusy(false));
  };
  return { isBusy, ask };
}

function PairingRow({ request, onChange }: { request: PairingRequest; onChange: () => void }) {
  const words = useText();
  const locale = useLocale();
  const { isBusy, ask } = useDecision(onChange);
  const decide = (method: string) => ask(method, { channel: request.channel, code: request.code });
  return (
    <li>
      <span className="grow">
        {request.sender}
        <small>
          {platformName(request.channel)} · <code>{request.code}</code>
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
