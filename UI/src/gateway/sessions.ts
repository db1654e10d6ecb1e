import type { Request } from "./requests";
import { messageOf } from "./failure";
import { flagOf, numberOf, recordOf, recordsOf, textOf, type JsonRecord } from "./read";
import { shortName } from "./sessionKey";
import { Store } from "./store";

export interface SessionRow {
  readonly key: string;
  readonly title: string;
  readonly label: string | undefined;
  readonly preview: string | undefined;
  readonly updatedAt: number | undefined;
  readonly model: string | undefined;
  readonly totalTokens: number | undefined;
  readonly contextTokens: number | undefined;
  readonly running: boolean;
}

export interface SessionList {
  readonly loaded: boolean;
  readonly failure: string | undefined;
  readonly rows: readonly SessionRow[];
  /** The model a new session would use. */
  readonly defaultModel: string | undefined;
  /** The gateway says outright that it has no model to answer with. */
  readonly lacksModel: boolean;
}

const mostRows = 200;
const refreshDelayMs = 400;

/** The list of sessions, read again whenever something happened that changes it. */
export class Sessions {
  readonly list = new Store<SessionList>({ loaded: false, failure: undefined, rows: [], defaultModel: undefined, lacksModel: false });
  private timer = 0;

  constructor(private readonly request: Request) {}

  refreshSoon = (): void => {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.refresh(), refreshDelayMs);
  };

  async refresh(): Promise<void> {
    try {
      const params = { limit: mostRows, includeGlobal: true, includeDerivedTitles: true, includeLastMessage: true };
      const payload = recordOf(await this.request("sessions.list", params));
      this.list.set({
        loaded: true,
        failure: undefined,
        rows: recordsOf(payload.sessions).flatMap(rowOf),
        defaultModel: textOf(recordOf(payload.defaults).model),
        lacksModel: recordOf(payload.defaults).model === null,
      });
    } catch (error) {
      this.list.update((list) => ({ ...list, failure: messageOf(error) }));
    }
  }

  async rename(key: string, label: string): Promise<void> {
    const trimmed = label.trim();
    await this.request("sessions.patch", { key, label: trimmed === "" ? null : trimmed });
    await this.refresh();
  }

  async reset(key: string): Promise<void> {
    await this.request("sessions.reset", { key });
    await this.refresh();
  }

  async delete(key: string): Promise<void> {
    await this.request("sessions.delete", { key, deleteTranscript: true });
    await this.refresh();
  }
}

function rowOf(row: JsonRecord): SessionRow[] {
  const key = textOf(row.key);
  if (key === undefined) return [];
  const label = textOf(row.label);
  return [
    {
      key,
      label,
      title: label ?? textOf(row.derivedTitle) ?? textOf(row.displayName) ?? shortName(key),
      preview: textOf(row.lastMessagePreview),
      updatedAt: numberOf(row.updatedAt),
      model: textOf(row.model),
      totalTokens: numberOf(row.totalTokens),
      contextTokens: numberOf(row.contextTokens),
      running: flagOf(row.hasActiveRun) ?? false,
    },
  ];
}
