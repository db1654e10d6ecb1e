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
  const volume = free === undefined || total === undefined ? undefined : words.volumeFree(sizeText(free, locale), sizeText(total, locale));
  const facts: [string, string | undefined][] = [
    [words.version, hello.serverVersion],
    [words.pageVersion, __VERSION__],
    [words.uptime, fullWhen(hello.startedAt, locale)],
    [words.address, place.socketUrl],
    [words.sessionsStored, overview.sessionCount?.toString()],
    [words.heartbeat, overview.heartbeatEvery ? words.heartbeatEvery(overview.heartbeatEvery) : words.off],
    [words.memory, overview.memoryBytes && sizeText(overview.memoryBytes, locale)],
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

function sizeText(bytes: number, locale: string): string {
  const megabytes = bytes / 1_048_576;
  const [size, unit] = megabytes < 1000 ? [megabytes, "MB"] : [megabytes / 1024, "GB"];
  return `${size.toLocaleString(locale, { maximumFractionDigits: size < 100 ? 1 : 0 })} ${unit}`;
}
