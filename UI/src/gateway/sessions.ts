import type { Request } from "./requests";
import { troubleOf, type Trouble } from "./failure";
import { flagOf, numberOf, recordOf, recordsOf, textOf, timeOf, type JsonRecord } from "./read";
import { shortName } from "./sessionKey";
import { Store } from "./store";
import { whereaboutsOf, type Whereabouts } from "./whereabouts";

export interface SessionRow {
  readonly key: string;
  readonly title: string;
  readonly label: string | undefined;
  readonly preview: string | undefined;
  /** The chat on a platform; undefined for what was written on a page. */
  readonly whereabouts: Whereabouts | undefined;
  readonly updatedAt: number | undefined;
  readonly model: string | undefined;
  readonly totalTokens: number | undefined;
  readonly contextTokens: number | undefined;
  readonly running: boolean;
}

export interface SessionList {
  readonly loaded: boolean;
  readonly failure: Trouble | undefined;
  readonly rows: readonly SessionRow[];
  /** How many there are; `rows` has the most recent of them. */
  readonly total: number;
  /** The model a new session would use. */
  readonly defaultModel: string | undefined;
  /** The gateway says outright that it has no model to answer with. */
  readonly lacksModel: boolean;
}

const rowsAPage = 200;
/** The gateway answers with no more at once; past that, sessions are found by their address. */
const mostRows = 1_000;
const refreshDelayMs = 400;

/** The list of sessions, read again whenever something happened that changes it. */
export class Sessions {
  readonly list = new Store<SessionList>({ loaded: false, failure: undefined, rows: [], total: 0, defaultModel: undefined, lacksModel: false });
  private timer = 0;
  private limit = rowsAPage;

  constructor(private readonly request: Request) {}

  refreshSoon = (): void => {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.refresh(), refreshDelayMs);
  };

  async refresh(): Promise<void> {
    try {
      const params = { limit: this.limit, includeGlobal: true, includeDerivedTitles: true, includeLastMessage: true };
      const payload = recordOf(await this.request("sessions.list", params));
      const rows = recordsOf(payload.sessions).flatMap(rowOf);
      this.list.set({
        loaded: true,
        failure: undefined,
        rows,
        total: numberOf(payload.totalCount) ?? rows.length,
        defaultModel: textOf(recordOf(payload.defaults).model),
        lacksModel: recordOf(payload.defaults).model === null,
      });
    } catch (error) {
      this.list.update((list) => ({ ...list, failure: troubleOf(error) }));
    }
  }

  get canShowMore(): boolean {
    const { rows, total } = this.list.get();
    return rows.length < total && this.limit < mostRows;
  }

  showMore(): void {
    this.limit = Math.min(this.limit + rowsAPage, mostRows);
    void this.refresh();
  }

  /** Searching looks at everything the gateway tells at once. */
  showAll(): void {
    if (!this.canShowMore) return;
    this.limit = mostRows;
    void this.refresh();
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
  const whereabouts = whereaboutsOf(row);
  // The name the gateway derives for a group is one for programs.
  const group = whereabouts?.isGroup === true ? whereabouts.name : undefined;
  return [
    {
      key,
      label,
      whereabouts,
      title: label ?? group ?? textOf(row.derivedTitle) ?? textOf(row.displayName) ?? shortName(key),
      preview: textOf(row.lastMessagePreview),
      updatedAt: timeOf(row.updatedAt),
      model: textOf(row.model),
      totalTokens: numberOf(row.totalTokens),
      contextTokens: numberOf(row.contextTokens),
      running: flagOf(row.hasActiveRun) ?? false,
    },
  ];
}
