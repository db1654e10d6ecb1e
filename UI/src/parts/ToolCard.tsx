import { memo } from "react";
import type { ToolCall } from "../gateway/message";
import type { Strings } from "../text/english";
import { useText } from "./context";
import { CopyButton } from "./CopyButton";
import { Icon } from "./Icon";
import { useOpen } from "./useOpen";

/** Longer outputs are shown in part: laying out megabytes of text would freeze the page. */
const mostOutputChars = 20_000;

/** One tool call: what was asked, how it stands, and on demand what came back. `name` is its own on the whole page. */
export const ToolCard = memo(function ToolCard({ name, call }: { name: string; call: ToolCall }) {
  const words = useText();
  const [isOpen, toggle] = useOpen(name);
  return (
    <section className={`tool tool-${call.status}`}>
      <button type="button" className="tool-head" aria-expanded={isOpen} onClick={toggle}>
        <span className="tool-icon">
          <Icon name="tool" size={16} />
        </span>
        <span className="tool-name">{call.name}</span>
        <span className="tool-summary">{summaryOf(call.args)}</span>
        <span className="tool-status">{statusOf(call, words)}</span>
        <Icon name="chevron" size={14} />
      </button>
      {isOpen && <ToolDetails call={call} />}
    </section>
  );
});

function ToolDetails({ call }: { call: ToolCall }) {
  const words = useText();
  const args = argumentsText(call.args);
  const output = call.output ?? "";
  return (
    <div className="tool-details">
      {args !== "" && <ToolText label={words.toolArguments} text={args} />}
      {call.status !== "running" || output !== "" ? (
        <ToolText label={words.toolOutput} text={output === "" ? words.toolNoOutput : output} />
      ) : null}
    </div>
  );
}

function ToolText({ label, text }: { label: string; text: string }) {
  const words = useText();
  const isCut = text.length > mostOutputChars;
  return (
    <div className="tool-text">
      <div className="tool-label">
        <span>{label}</span>
        <CopyButton text={text} label={words.copy} />
      </div>
      <pre tabIndex={0}>{isCut ? text.slice(0, mostOutputChars) : text}</pre>
      {isCut && <p className="hint">{words.toolOutputCut(Math.round(text.length / 1_000))}</p>}
    </div>
  );
}

function statusOf(call: ToolCall, words: Strings): string {
  switch (call.status) {
    case "running":
      return words.toolRunning;
    case "done":
      return words.toolDone;
    case "failed":
      return words.toolFailed;
    case "unknown":
      return words.toolUnknown;
  }
}

function argumentsText(args: unknown): string {
  if (args === undefined || args === null) return "";
  return typeof args === "string" ? args : JSON.stringify(args, null, 2);
}

/** The first argument on one line usually says it all: a path, a command, a query. */
function summaryOf(args: unknown): string {
  if (typeof args === "string") return args;
  if (typeof args !== "object" || args === null) return "";
  const first = Object.values(args).find((value) => typeof value === "string" || typeof value === "number");
  return first === undefined ? "" : String(first).replace(/\s+/g, " ").slice(0, 160);
}
