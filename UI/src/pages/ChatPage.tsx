import { useEffect, useState, type DragEvent } from "react";
import { troubleOf } from "../gateway/failure";
import { isBusy } from "../gateway/thread";
import { Composer } from "../parts/Composer";
import { useGateway, useHello, useStore, useText } from "../parts/context";
import { explained } from "../parts/explained";
import { Greeting } from "../parts/Greeting";
import { Icon } from "../parts/Icon";
import { filesIn } from "../parts/images";
import { Menu } from "../parts/Menu";
import { showNotice } from "../parts/notices";
import { PageHead } from "../parts/PageHead";
import { Problem } from "../parts/Problem";
import { titleOf } from "../parts/sessionTitle";
import { Skeleton } from "../parts/Skeleton";
import { ThreadView } from "../parts/ThreadView";
import { useSessionActions } from "../parts/useSessionActions";

/** One conversation. Give it the session as `key`. */
export function ChatPage({ sessionKey, onOpenMenu }: { sessionKey: string; onOpenMenu: () => void }) {
  const words = useText();
  const { chats } = useGateway();
  const thread = useStore(chats.thread(sessionKey));
  const drop = useDroppedFiles();
  useEffect(() => chats.show(sessionKey), [chats, sessionKey]);

  const send: typeof chats.send = (key, text, attachments) => chats.send(key, text, attachments);
  const stop = () => chats.stop(sessionKey).catch((error: unknown) => showNotice(explained(troubleOf(error), words)));
  const busy = isBusy(thread);
  return (
    <div className="chat" onDragOver={drop.onDragOver} onDragLeave={drop.onDragLeave} onDrop={drop.onDrop}>
      <ChatHead sessionKey={sessionKey} onOpenMenu={onOpenMenu} />
      <ThreadView thread={thread} onOlder={() => void chats.loadOlder(sessionKey)} onAgain={(text) => send(sessionKey, text, [])}>
        {thread.failure !== undefined && (
          <Problem title={words.historyFailed} reason={explained(thread.failure, words)} onRetry={() => void chats.refresh(sessionKey)} />
        )}
        {thread.failure === undefined && !thread.loaded && <Skeleton label={words.loadingHistory} lines={6} />}
        {thread.loaded && <Greeting onChoose={(prompt) => send(sessionKey, prompt, [])} />}
      </ThreadView>
      <Composer
        sessionKey={sessionKey}
        busy={busy}
        canStop={busy}
        dropped={drop.files}
        onSend={(text, attachments) => send(sessionKey, text, attachments)}
        onStop={() => void stop()}
      />
      {drop.isOver && <div className="drop-target">{words.dropImages}</div>}
    </div>
  );
}

function ChatHead({ sessionKey, onOpenMenu }: { sessionKey: string; onOpenMenu: () => void }) {
  const words = useText();
  const hello = useHello();
  const list = useStore(useGateway().sessions.list);
  const { itemsFor, dialog } = useSessionActions();
  const row = list.rows.find(({ key }) => key === sessionKey);
  const newTitle = sessionKey === hello.mainSessionKey ? words.mainSession : words.newChat;
  const title = row ? titleOf(row, hello, words) : newTitle;
  return (
    <PageHead title={title} detail={row?.model ?? list.defaultModel} onOpenMenu={onOpenMenu}>
      {row && (
        <Menu label={words.sessionActions(title)} className="icon-button" items={itemsFor({ ...row, title })}>
          <Icon name="more" />
        </Menu>
      )}
      {dialog}
    </PageHead>
  );
}

/** Files dropped anywhere on the conversation. Dropped text is left to the field it falls on. */
function useDroppedFiles() {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [isOver, setOver] = useState(false);
  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(true);
  };
  const onDragLeave = (event: DragEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
  };
  const onDrop = (event: DragEvent) => {
    const dropped = filesIn(event.dataTransfer);
    if (dropped.length === 0) return;
    event.preventDefault();
    setOver(false);
    setFiles(dropped);
  };
  return { files, isOver, onDragOver, onDragLeave, onDrop };
}
