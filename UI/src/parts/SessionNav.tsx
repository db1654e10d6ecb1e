import { useMemo } from "react";
import { canonicalKey } from "../gateway/sessionKey";
import type { SessionRow } from "../gateway/sessions";
import { whereaboutsText } from "../gateway/whereabouts";
import type { Hello } from "../gateway/hello";
import type { Strings } from "../text/english";
import { useGateway, useHello, useStore, useText } from "./context";
import { explained } from "./explained";
import { Icon } from "./Icon";
import { Menu } from "./Menu";
import { PageLink } from "./PageLink";
import { useRouter } from "./RouterContext";
import { titleOf } from "./sessionTitle";
import { Skeleton } from "./Skeleton";
import { useSessionActions } from "./useSessionActions";
import { dayGroup } from "./when";

/** More than this is searched for on the Sessions page. */
const mostShown = 60;

export function SessionNav({ onFollow }: { onFollow: () => void }) {
  const words = useText();
  const hello = useHello();
  const list = useStore(useGateway().sessions.list);
  const route = useStore(useRouter().route);
  const shownKey = route.page === "chat" ? canonicalKey(route.session, hello) : undefined;
  const groups = useMemo(() => grouped(list.rows, shownKey, hello, words), [list.rows, shownKey, hello, words]);
  const { itemsFor, dialog } = useSessionActions();
  return (
    <nav className="session-nav" aria-label={words.sessionList}>
      {!list.loaded && list.failure === undefined && <Skeleton label={words.loadingHistory} lines={5} />}
      {list.failure !== undefined && <p className="hint">{explained(list.failure, words)}</p>}
      {groups.map(({ name, rows }) => (
        <section key={name}>
          <h2>{name}</h2>
          <ul>
            {rows.map((row) => (
              <li key={row.key} className="session-item">
                <PageLink to={{ page: "chat", session: row.key }} className="session-link" isCurrent={row.key === shownKey} title={tooltip(row)} onFollow={onFollow}>
                  {row.running && <span className="live-dot" role="img" aria-label={words.running} />}
                  <span className="session-title">{row.title}</span>
                  {row.whereabouts !== undefined && <span className="session-platform">{row.whereabouts.platform}</span>}
                </PageLink>
                <Menu label={words.sessionActions(row.title)} items={itemsFor(row)}>
                  <Icon name="more" size={16} />
                </Menu>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {dialog}
    </nav>
  );
}

type Titled = Pick<SessionRow, "key" | "title" | "label" | "whereabouts" | "running">;

function tooltip({ title, whereabouts }: Titled): string {
  return whereabouts === undefined ? title : `${title}\n${whereaboutsText(whereabouts)}`;
}

/** Sessions by day; the one on screen and the main one are there before the gateway has heard of them. */
function grouped(rows: readonly SessionRow[], shownKey: string | undefined, hello: Hello, words: Strings) {
  const now = Date.now();
  const groups = new Map<string, Titled[]>();
  const add = (name: string, row: Titled) => groups.set(name, [...(groups.get(name) ?? []), row]);
  for (const key of new Set([shownKey ?? hello.mainSessionKey, hello.mainSessionKey])) {
    if (rows.some((row) => row.key === key)) continue;
    const title = key === hello.mainSessionKey ? words.mainSession : words.newChat;
    add(words.today, { key, title, label: undefined, whereabouts: undefined, running: false });
  }
  for (const row of rows.slice(0, mostShown)) {
    add(dayGroup(row.updatedAt, now, words), { ...row, title: titleOf(row, hello, words) });
  }
  return [...groups].map(([name, inGroup]) => ({ name, rows: inGroup }));
}
