import { useEffect, useState } from "react";
import type { SessionRow } from "../gateway/sessions";
import { whereaboutsText } from "../gateway/whereabouts";
import { useGateway, useHello, useLocale, useStore, useText } from "../parts/context";
import { explained } from "../parts/explained";
import { Icon } from "../parts/Icon";
import { Menu, type MenuItem } from "../parts/Menu";
import { PageHead } from "../parts/PageHead";
import { PageLink } from "../parts/PageLink";
import { Problem } from "../parts/Problem";
import { useRouter } from "../parts/RouterContext";
import { titleOf } from "../parts/sessionTitle";
import { Skeleton } from "../parts/Skeleton";
import { useSessionActions } from "../parts/useSessionActions";
import { compactNumber, fullWhen, shortWhen } from "../parts/when";

/** All sessions, with what they cost and what can be done about them. */
export function SessionsPage({ onOpenMenu }: { onOpenMenu: () => void }) {
  const words = useText();
  const hello = useHello();
  const { sessions } = useGateway();
  const list = useStore(sessions.list);
  const [search, setSearch] = useState("");
  const { itemsFor, dialog } = useSessionActions();
  useEffect(() => {
    if (search !== "") sessions.showAll();
  }, [search, sessions]);
  const rows = list.rows
    .map((row) => ({ ...row, title: titleOf(row, hello, words) }))
    .filter((row) => `${row.title} ${row.whereabouts === undefined ? "" : whereaboutsText(row.whereabouts)} ${row.key} ${row.model ?? ""}`.toLowerCase().includes(search.toLowerCase()));
  return (
    <>
      <PageHead title={words.sessionsPage} detail={words.sessionCount(list.total)} onOpenMenu={onOpenMenu} />
      <div className="page-body">
        <label className="search-field">
          <Icon name="search" size={18} />
          <input type="search" placeholder={words.search} aria-label={words.search} value={search} onChange={(event) => setSearch(event.target.value)} />
        </label>
        {list.failure !== undefined && <Problem title={words.statusFailed} reason={explained(list.failure, words)} onRetry={() => void sessions.refresh()} />}
        {!list.loaded && list.failure === undefined && <Skeleton label={words.sessionsPage} lines={6} />}
        {list.loaded && rows.length === 0 && <p className="empty">{search === "" ? words.noSessions : words.nothingFound}</p>}
        {rows.length > 0 && <SessionTable rows={rows} itemsFor={itemsFor} />}
        {sessions.canShowMore && (
          <button type="button" className="button wide show-more" onClick={() => sessions.showMore()}>
            {words.showMore}
          </button>
        )}
      </div>
      {dialog}
    </>
  );
}

function SessionTable({ rows, itemsFor }: { rows: readonly SessionRow[]; itemsFor: (row: SessionRow) => MenuItem[] }) {
  const words = useText();
  return (
    <table className="sessions-table">
      <thead>
        <tr>
          <th scope="col">{words.columnName}</th>
          <th scope="col">{words.columnModel}</th>
          <th scope="col" className="numeric">
            {words.columnTokens}
          </th>
          <th scope="col">{words.columnUpdated}</th>
          <th scope="col">
            <span className="visually-hidden">{words.columnActions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <SessionLine key={row.key} row={row} items={itemsFor(row)} />
        ))}
      </tbody>
    </table>
  );
}

function SessionLine({ row, items }: { row: SessionRow; items: readonly MenuItem[] }) {
  const words = useText();
  const locale = useLocale();
  const router = useRouter();
  const open: MenuItem = { label: words.open, onChoose: () => router.go({ page: "chat", session: row.key }) };
  return (
    <tr>
      <td className="session-name">
        <PageLink to={{ page: "chat", session: row.key }}>
          {row.running && <span className="live-dot" role="img" aria-label={words.running} />}
          {row.title}
        </PageLink>
        {row.whereabouts !== undefined && <span className="session-place">{whereaboutsText(row.whereabouts)}</span>}
        <code>{row.key}</code>
      </td>
      <td className="session-model">{row.model ?? "–"}</td>
      <td className="numeric">
        <Tokens row={row} />
      </td>
      <td className="session-updated">
        {row.updatedAt === undefined ? "–" : <time title={fullWhen(row.updatedAt, locale)}>{shortWhen(row.updatedAt, Date.now(), locale)}</time>}
      </td>
      <td className="session-actions">
        <Menu label={words.sessionActions(row.title)} items={[open, ...items]}>
          <Icon name="more" />
        </Menu>
      </td>
    </tr>
  );
}

function Tokens({ row: { totalTokens, contextTokens } }: { row: SessionRow }) {
  const locale = useLocale();
  if (totalTokens === undefined) return <>–</>;
  return (
    <span className="tokens">
      {compactNumber(totalTokens, locale)}
      {contextTokens !== undefined && <span className="of"> / {compactNumber(contextTokens, locale)}</span>}
      {contextTokens !== undefined && contextTokens > 0 && <meter min={0} max={contextTokens} value={totalTokens} />}
    </span>
  );
}
