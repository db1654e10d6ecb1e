import type { Overview } from "../gateway/status";
import { useGateway, useHello, useLocale, useText } from "./context";
import { Problem } from "./Problem";
import { fullWhen } from "./when";

export function GatewayCard({ overview }: { overview: Overview }) {
  const words = useText();
  const hello = useHello();
  const { place } = useGateway();
  const locale = useLocale();
  const { freeBytes: free, totalBytes: total } = overview;
  const volume = free === undefined || total === undefined ? undefined : words.volumeFree(Math.floor(free / 1_048_576), Math.floor(total / 1_048_576));
  const facts: [string, string | undefined][] = [
    [words.version, hello.serverVersion],
    [words.pageVersion, __VERSION__],
    [words.uptime, fullWhen(hello.startedAt, locale)],
    [words.address, place.socketUrl],
    [words.sessionsStored, overview.sessionCount?.toString()],
    [words.heartbeat, overview.heartbeatEvery ? words.heartbeatEvery(overview.heartbeatEvery) : words.off],
    [words.memory, overview.memoryBytes && `${(overview.memoryBytes / 1_048_576).toFixed(1)} MB`],
    [words.volume, volume],
  ].map(([name, value]) => [String(name), value ? String(value) : undefined]);
  return (
    <section className="card">
      <h2>
        {words.gateway}
        <span className={overview.healthy ? "badge good" : "badge bad"}>{overview.healthy ? words.healthy : words.unhealthy}</span>
      </h2>
      {overview.volumeProblem !== undefined && <Problem title={words.volumeTrouble} reason={overview.volumeProblem} />}
      <dl className="facts">
        {facts
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
