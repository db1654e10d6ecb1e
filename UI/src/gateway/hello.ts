import { numberOf, recordOf, textOf, textsOf } from "./read";

/** What the gateway tells a client it has let in. */
export interface Hello {
  readonly serverVersion: string;
  readonly connectionId: string;
  readonly methods: ReadonlySet<string>;
  readonly deviceToken: string | undefined;
  readonly tickIntervalMs: number;
  /** The largest frame the gateway takes; it hangs up on a larger one. */
  readonly maxPayloadBytes: number;
  readonly mainSessionKey: string;
  readonly mainKey: string;
  readonly defaultAgentId: string;
  /** When the gateway started, by this browser's clock. */
  readonly startedAt: number;
  /** When this connection was opened, by this browser's clock. */
  readonly connectedAt: number;
}

const usualTickIntervalMs = 30_000;
const usualMaxPayloadBytes = 25 * 1_048_576;

export function parseHello(payload: unknown, now: number): Hello {
  const hello = recordOf(payload);
  const snapshot = recordOf(hello.snapshot);
  const defaults = recordOf(snapshot.sessionDefaults);
  const agent = textOf(defaults.defaultAgentId) ?? "main";
  const mainKey = textOf(defaults.mainKey) ?? "main";
  return {
    serverVersion: textOf(recordOf(hello.server).version) ?? "",
    connectionId: textOf(recordOf(hello.server).connId) ?? "",
    methods: new Set(textsOf(recordOf(hello.features).methods)),
    deviceToken: textOf(recordOf(hello.auth).deviceToken),
    tickIntervalMs: numberOf(recordOf(hello.policy).tickIntervalMs) ?? usualTickIntervalMs,
    maxPayloadBytes: numberOf(recordOf(hello.policy).maxPayload) ?? usualMaxPayloadBytes,
    mainSessionKey: textOf(defaults.mainSessionKey) ?? `agent:${agent}:${mainKey}`,
    mainKey,
    defaultAgentId: agent,
    startedAt: now - (numberOf(snapshot.uptimeMs) ?? 0),
    connectedAt: now,
  };
}
