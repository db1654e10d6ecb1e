import { memo, useEffect, useMemo, useRef, type ReactNode } from "react";
import { plainText } from "../gateway/message";
import { isSameRow, rowsOf, type Row } from "../gateway/rows";
import { isBusy, type Thread } from "../gateway/thread";
import { Announcer } from "./Announcer";
import { useText } from "./context";
import { ErrorBoundary } from "./ErrorBoundary";
import { Icon } from "./Icon";
import { MessageView } from "./MessageView";
import { RunView, Working } from "./RunView";
import { SentView } from "./SentView";
import { useReadingPosition } from "./useReadingPosition";

interface ThreadViewProps {
  thread: Thread;
  onOlder: () => void;
  /** Asks again what was asked last. */
  onAgain: (text: string) => void;
  /** Shown while there is nothing to read. */
  children: ReactNode;
}

/** The conversation, oldest first. */
export function ThreadView({ thread, onOlder, onAgain, children }: ThreadViewProps) {
  const words = useText();
  const rows = useMemo(() => rowsOf(thread), [thread]);
  const { scroller, content, isAway, onScroll, toEnd } = useReadingPosition(
    `${rows[0]?.id} ${rows[rows.length - 1]?.id} ${rows.length}`,
  );
  const sentCount = thread.sent.filter(({ isOurs }) => isOurs).length;
  useEffect(() => {
    if (sentCount > 0) toEnd();
  }, [sentCount, toEnd]);

  const again = askedInVain(rows);
  const awaitsRun = thread.runs.length === 0 && thread.sent.some(({ state }) => state === "accepted");
  return (
    <div className="thread-frame">
      <div className="thread" ref={scroller} onScroll={onScroll} tabIndex={0}>
        <div className="thread-column" ref={content} role="log" aria-live="off" aria-label={words.thread}>
          {thread.olderOffset !== undefined && <OlderMark isLoading={thread.loading === "older"} onReach={onOlder} />}
          {rows.length === 0 ? children : rows.map((row) => <RowView key={row.id} row={row} />)}
          {again !== undefined && !isBusy(thread) && (
            <button type="button" className="button ask-again" onClick={() => onAgain(again)}>
              <Icon name="refresh" size={16} />
              {words.retry}
            </button>
          )}
          {awaitsRun && (
            <div className="row assistant live">
              <Working text={words.working} />
            </div>
          )}
        </div>
      </div>
      <Announcer thread={thread} />
      {isAway && (
        <button type="button" className="to-latest" onClick={toEnd}>
          <Icon name="down" size={16} />
          {words.latest}
        </button>
      )}
    </div>
  );
}

/** What the last message asked, when its answer failed. Images are not asked for again: their bytes may be gone. */
function askedInVain(rows: readonly Row[]): string | undefined {
  const [asked, answer] = rows.slice(-2).map((row) => (row.kind === "message" ? row.message : undefined));
  if (asked?.role !== "user" || answer?.failure === undefined) return undefined;
  return asked.blocks.every(({ kind }) => kind === "text") ? plainText(asked) : undefined;
}

/** One row; when it cannot be shown, all others still are. */
const RowView = memo(function RowView({ row }: { row: Row }) {
  const words = useText();
  return (
    <ErrorBoundary instead={() => <p className="divider">{words.unshowable}</p>}>
      <RowContent row={row} />
    </ErrorBoundary>
  );
}, (before, after) => isSameRow(before.row, after.row));

function RowContent({ row }: { row: Row }) {
  switch (row.kind) {
    case "message":
      return <MessageView message={row.message} />;
    case "sent":
      return <SentView sent={row.sent} waiting={row.waiting} />;
    case "run":
      return <RunView run={row.run} />;
  }
}

/** The place above the oldest message: once it comes into view, older ones are fetched. */
function OlderMark({ isLoading, onReach }: { isLoading: boolean; onReach: () => void }) {
  const words = useText();
  const mark = useRef<HTMLDivElement>(null);
  const reach = useRef(onReach);
  reach.current = onReach;
  useEffect(() => {
    if (!mark.current || isLoading) return undefined;
    const observer = new IntersectionObserver((seen) => {
      if (seen.some((entry) => entry.isIntersecting)) reach.current();
    });
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, [isLoading]);
  return (
    <div className="older" ref={mark}>
      {isLoading ? words.loadingOlder : " "}
    </div>
  );
}
