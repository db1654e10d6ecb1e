import { flagOf, isRecord, listOf, numberOf, recordOf, recordsOf, textOf, textsOf, timeOf, type JsonRecord } from "./read";

export type ChannelState = "connected" | "running" | "stopped" | "off" | "unconfigured" | "failed";

export interface ChannelAccount {
  readonly id: string;
  readonly label: string;
  readonly state: ChannelState;
  readonly error: string | undefined;
  readonly turnedAway: TurnedAway;
}

/** Messages that were not answered since the account started; the newest ones first, with who wrote them and why. */
export interface TurnedAway {
  readonly count: number;
  readonly newest: readonly { readonly who: string; readonly reason: string; readonly at: number | undefined }[];
}

/** Every account of every channel, in the gateway's order. */
export function channelAccounts(payload: unknown): ChannelAccount[] {
  const status = recordOf(payload);
  const accounts = recordOf(status.channelAccounts);
  const channels = recordOf(status.channels);
  const order = textsOf(status.channelOrder);
  const ids = order.length > 0 ? order : Object.keys(channels);
  return ids.flatMap((id) => {
    const label = textOf(recordOf(status.channelLabels)[id]) ?? id;
    const known = listOf(accounts[id]).filter(isRecord);
    if (known.length === 0) return [accountOf(id, label, recordOf(channels[id]))];
    return known.map((account) => {
      const name = textOf(account.name) ?? textOf(account.accountId) ?? "";
      return accountOf(`${id}:${name}`, known.length > 1 ? `${label} · ${name}` : label, account);
    });
  });
}

function accountOf(id: string, label: string, account: JsonRecord): ChannelAccount {
  const error = textOf(account.lastError);
  return { id, label, state: stateOf(account, error), error, turnedAway: turnedAwayOf(account) };
}

function turnedAwayOf(account: JsonRecord): TurnedAway {
  const newest = recordsOf(account.lastTurnedAway).map((entry) => ({
    who: [textOf(entry.sender), textOf(entry.place)].filter(Boolean).join(" · "),
    reason: textOf(entry.reason) ?? "",
    at: timeOf(entry.at),
  }));
  return { count: numberOf(account.turnedAway) ?? 0, newest: newest.reverse() };
}

function stateOf(account: JsonRecord, error: string | undefined): ChannelState {
  if (flagOf(account.connected) === true) return "connected";
  if (flagOf(account.configured) === false) return "unconfigured";
  if (flagOf(account.enabled) === false) return "off";
  if (error !== undefined) return "failed";
  return flagOf(account.running) === true ? "running" : "stopped";
}

export interface Model {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly contextWindow: number | undefined;
  readonly isDefault: boolean;
  readonly isAvailable: boolean;
}

export function modelsOf(payload: unknown): Model[] {
  return recordsOf(recordOf(payload).models).map((model) => ({
    id: textOf(model.id) ?? "",
    name: textOf(model.name) ?? textOf(model.id) ?? "",
    provider: textOf(model.provider) ?? "",
    contextWindow: numberOf(model.contextWindow),
    isDefault: textsOf(model.tags).includes("default"),
    isAvailable: flagOf(model.available) ?? true,
  }));
}

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  readonly since: number | undefined;
}

/** Who is connected, the gateway itself left out. */
export function clientsOf(payload: unknown): Client[] {
  return recordsOf(payload)
    .filter((entry) => entry.mode !== "gateway" && entry.reason !== "disconnect")
    .map((entry, index) => ({
      id: textOf(entry.instanceId) ?? textOf(entry.deviceId) ?? String(index),
      name: textOf(entry.host) ?? textOf(entry.clientId) ?? textOf(entry.text) ?? "",
      detail: [entry.mode, entry.platform, entry.version, entry.ip].map((part) => textOf(part) ?? "").filter(Boolean).join(" · "),
      since: timeOf(entry.onlineSince) ?? timeOf(entry.ts),
    }));
}

export interface Overview {
  /** Whether it runs and takes in messages. */
  readonly healthy: boolean;
  readonly sessionCount: number | undefined;
  /** Such as `30m`, or undefined when there is no heartbeat. */
  readonly heartbeatEvery: string | undefined;
  readonly memoryBytes: number | undefined;
  /** Of the state directory's file system. */
  readonly freeBytes: number | undefined;
  readonly totalBytes: number | undefined;
  /** That it is nearly full, full or read-only, and what helps. */
  readonly volumeProblem: string | undefined;
}

export function overviewOf(health: unknown, status: unknown): Overview {
  const summary = recordOf(status);
  const volume = recordOf(summary.volume);
  const beat = recordsOf(recordOf(summary.heartbeat).agents)[0];
  return {
    healthy: recordOf(health).ok === true && volume.state !== "full" && volume.state !== "read-only",
    sessionCount: numberOf(recordOf(summary.sessions).count) ?? numberOf(recordOf(recordOf(health).sessions).count),
    heartbeatEvery: beat && flagOf(beat.enabled) ? textOf(beat.every) : undefined,
    memoryBytes: numberOf(recordOf(summary.processMemory).rssBytes),
    freeBytes: numberOf(volume.freeBytes),
    totalBytes: numberOf(volume.totalBytes),
    volumeProblem: textOf(volume.problem),
  };
}
