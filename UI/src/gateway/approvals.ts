import type { Request } from "./requests";
import type { EventFrame } from "./frames";
import { listOf, numberOf, recordOf, recordsOf, textOf, textsOf } from "./read";
import { Store } from "./store";

export type Decision = "allow-once" | "allow-always" | "deny";

/** A command the gateway holds back until a person decides. */
export interface Approval {
  readonly id: string;
  readonly command: string;
  readonly folder: string | undefined;
  readonly warning: string | undefined;
  readonly sessionKey: string | undefined;
  readonly agent: string | undefined;
  /** When nobody's answer counts any more, in milliseconds since 1970 by the gateway's clock. */
  readonly expiresAt: number | undefined;
  readonly decisions: readonly Decision[];
}

const allDecisions: readonly Decision[] = ["allow-once", "allow-always", "deny"];
/** More at once would be a runaway, and nobody would read them. */
const mostPending = 20;

/** Commands waiting for a decision. The gateway tells when one was decided elsewhere or ran out of time. */
export class Approvals {
  readonly pending = new Store<readonly Approval[]>([]);

  constructor(private readonly request: Request) {}

  /** Reads what is waiting; requests made while nobody was connected are in it. */
  async refresh(): Promise<void> {
    const list = await this.request("exec.approval.list", {});
    this.pending.set(listOf(list).flatMap(approvalOf).slice(-mostPending));
  }

  handle(event: EventFrame): void {
    if (event.event === "exec.approval.requested") {
      const asked = approvalOf(event.payload);
      this.pending.update((list) => [...list.filter(({ id }) => id !== asked[0]?.id), ...asked].slice(-mostPending));
    }
    if (event.event === "exec.approval.resolved") this.remove(textOf(recordOf(event.payload).id));
  }

  async decide(id: string, decision: Decision): Promise<void> {
    // Whatever the answer, the question is over: a refusal means that it was decided elsewhere or ran out of time.
    this.remove(id);
    await this.request("exec.approval.resolve", { id, decision });
  }

  private remove(id: string | undefined): void {
    this.pending.update((list) => list.filter((approval) => approval.id !== id));
  }
}

function approvalOf(value: unknown): Approval[] {
  const wire = recordOf(value);
  const asked = recordOf(wire.request);
  const id = textOf(wire.id);
  const command = textOf(asked.command);
  if (id === undefined || command === undefined) return [];
  const allowed = new Set(textsOf(asked.allowedDecisions));
  return [
    {
      id,
      command,
      folder: textOf(asked.cwd),
      warning: textOf(asked.warningText) ?? recordsOf([asked.commandAnalysis]).flatMap((analysis) => textsOf(analysis.warningLines))[0],
      sessionKey: textOf(asked.sessionKey),
      agent: textOf(asked.agentId),
      expiresAt: numberOf(wire.expiresAtMs),
      decisions: allDecisions.filter((decision) => allowed.size === 0 || allowed.has(decision)),
    },
  ];
}
