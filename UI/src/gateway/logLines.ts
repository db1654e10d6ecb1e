import { recordOf, textOf, type JsonRecord } from "./read";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

export interface LogLine {
  readonly number: number;
  readonly time: string;
  readonly level: LogLevel;
  readonly subsystem: string;
  readonly text: string;
}

const levels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

/** One line of the log file, which is JSON as a rule and plain text by exception. */
export function parseLogLine(line: string, number: number): LogLine {
  const entry = parsed(line);
  if (!entry) return { number, time: "", level: "info", subsystem: "", text: line };
  const meta = recordOf(entry._meta);
  const level = (textOf(meta.logLevelName) ?? textOf(entry.level) ?? "info").toLowerCase();
  return {
    number,
    time: textOf(entry.time) ?? textOf(meta.date) ?? "",
    level: levels.find((known) => known === level) ?? "info",
    subsystem: subsystemOf(entry, meta),
    text: messageOf(entry),
  };
}

function parsed(line: string): JsonRecord | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return recordOf(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function subsystemOf(entry: JsonRecord, meta: JsonRecord): string {
  const name = textOf(meta.name) ?? "";
  const inside = parsed(name);
  if (inside) return textOf(inside.subsystem) ?? textOf(inside.module) ?? "";
  return textOf(entry.subsystem) ?? name;
}

function messageOf(entry: JsonRecord): string {
  const told = textOf(entry.message) ?? textOf(entry.msg);
  if (told !== undefined) return told;
  return ["0", "1", "2"]
    .map((key) => entry[key])
    .filter((part) => part !== undefined && !(typeof part === "string" && parsed(part)))
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)))
    .join(" ");
}
