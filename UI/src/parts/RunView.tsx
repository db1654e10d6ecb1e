import { blocksOfRun, type Run } from "../gateway/run";
import { Blocks } from "./Blocks";
import { useText } from "./context";

/** An answer in the making. */
export function RunView({ run }: { run: Run }) {
  const words = useText();
  const blocks = blocksOfRun(run);
  const last = blocks[blocks.length - 1];
  const isSilent = last === undefined || (last.kind === "tool" && last.call.status !== "running");
  return (
    <article className="row assistant live" aria-busy="true" aria-label={words.assistant}>
      <Blocks name={run.runId} blocks={blocks} streaming />
      {isSilent && <Working text={words.phases[run.phase ?? ""] ?? words.working} />}
    </article>
  );
}

export function Working({ text }: { text: string }) {
  return (
    <p className="working">
      <span className="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span className="shimmer">{text}</span>
    </p>
  );
}
