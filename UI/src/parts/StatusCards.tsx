import type { ChannelAccount, ChannelState, Client, Model, TurnedAway } from "../gateway/status";
import { useLocale, useText } from "./context";
import { Prose } from "./Prose";
import { compactNumber, shortWhen } from "./when";

const stateLook: Record<ChannelState, string> = {
  connected: "good",
  running: "good",
  stopped: "plain",
  off: "plain",
  unconfigured: "plain",
  failed: "bad",
};

export function ChannelsCard({ accounts }: { accounts: readonly ChannelAccount[] }) {
  const words = useText();
  return (
    <section className="card">
      <h2>{words.channels}</h2>
      {accounts.length === 0 && <p className="empty">{words.noChannels}</p>}
      <ul className="card-list">
        {accounts.map((account) => (
          <li key={account.id}>
            <span className="grow">
              {account.label}
              {account.error !== undefined && (
                <small className="bad-text">
                  <Prose text={account.error} />
                </small>
              )}
              {account.turnedAway.count > 0 && <TurnedAwayList turnedAway={account.turnedAway} />}
            </span>
            <span className={`badge ${stateLook[account.state]}`}>{words.channelStates[account.state]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who was not answered, and why: folded away, for most of it is as the config wants it. */
function TurnedAwayList({ turnedAway }: { turnedAway: TurnedAway }) {
  const words = useText();
  const locale = useLocale();
  return (
    <details>
      <summary>{words.turnedAway(turnedAway.count)}</summary>
      {turnedAway.newest.map((entry, index) => (
        <small key={index}>
          {entry.who}
          {entry.at !== undefined && ` · ${shortWhen(entry.at, Date.now(), locale)}`}: <Prose text={entry.reason} />
        </small>
      ))}
    </details>
  );
}

export function ModelsCard({ models }: { models: readonly Model[] }) {
  const words = useText();
  const locale = useLocale();
  return (
    <section className="card">
      <h2>{words.models}</h2>
      {models.length === 0 && <p className="empty">{words.noModels}</p>}
      <ul className="card-list">
        {models.map((model) => (
          <li key={`${model.provider}/${model.id}`}>
            <span className="grow">
              {model.name}
              <small>
                {model.provider}/{model.id}
              </small>
            </span>
            {model.isDefault && <span className="badge accent">{words.defaultModel}</span>}
            {!model.isAvailable && <span className="badge bad">{words.unavailableModel}</span>}
            {model.contextWindow !== undefined && (
              <span className="quiet">{words.contextTokens(compactNumber(model.contextWindow, locale))}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ClientsCard({ clients }: { clients: readonly Client[] }) {
  const words = useText();
  const locale = useLocale();
  return (
    <section className="card">
      <h2>{words.presence}</h2>
      {clients.length === 0 && <p className="empty">{words.noPresence}</p>}
      <ul className="card-list">
        {clients.map((client) => (
          <li key={client.id}>
            <span className="grow">
              {client.name}
              <small>{client.detail}</small>
            </span>
            {client.since !== undefined && <span className="quiet">{shortWhen(client.since, Date.now(), locale)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
