import { memo, useEffect, useRef, useState } from "react";
import type { LogLevel, LogLine } from "../gateway/logLines";
import { useText } from "./context";
import { explained } from "./explained";
import { Skeleton } from "./Skeleton";
import { useLog } from "./useLog";

type Filter = "all" | "warnings" | "errors";

const shownLevels: Record<Filter, ReadonlySet<LogLevel>> = {
  all: new Set(["trace", "debug", "info", "warn", "error", "fatal"]),
  warnings: new Set(["warn", "error", "fatal"]),
  errors: new Set(["error", "fatal"]),
};

/** The gateway's log as it is written. */
export function LogView() {
  const words = useText();
  const [isFollowing, setFollowing] = useState(true);
  const [filter, setFilter] = useState<Filter>("all");
  const { lines, failure } = useLog(isFollowing);
  const box = useRef<HTMLDivElement>(null);
  const shown = lines?.filter((line) => shownLevels[filter].has(line.level)) ?? [];

  useEffect(() => {
    if (isFollowing && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, filter, isFollowing]);

  return (
    <section className="card log-card">
      <h2>
        {words.log}
        <span className="log-controls">
          <label>
            <span className="visually-hidden">{words.logLevel}</span>
            <select value={filter} onChange={(event) => setFilter(event.target.value as Filter)}>
              <option value="all">{words.logAll}</option>
              <option value="warnings">{words.logWarnings}</option>
              <option value="errors">{words.logErrors}</option>
            </select>
          </label>
          <label className="switch">
            <input type="checkbox" checked={isFollowing} onChange={(event) => setFollowing(event.target.checked)} />
            {words.logFollow}
          </label>
        </span>
      </h2>
      {failure !== undefined && <p className="bad-text">{`${words.logFailed}: ${explained(failure, words)}`}</p>}
      {lines === undefined && failure === undefined && <Skeleton label={words.log} lines={5} />}
      {lines !== undefined && (
        <div className="log" ref={box} tabIndex={0} role="log" aria-label={words.log} aria-live="off">
          {shown.length === 0 ? <p className="empty">{words.logEmpty}</p> : shown.map((line) => <LogRow key={line.number} line={line} />)}
        </div>
      )}
    </section>
  );
}

const LogRow = memo(function LogRow({ line }: { line: LogLine }) {
  const at = new Date(line.time);
  return (
    <div className={`log-line level-${line.level}`}>
      <time title={at.toString()}>{isNaN(at.getTime()) ? line.time.slice(11, 19) : at.toTimeString().slice(0, 8)}</time>
      <span className="log-level">{line.level}</span>
      <span className="log-subsystem">{line.subsystem}</span>
      <span className="log-text">{line.text}</span>
    </div>
  );
});
