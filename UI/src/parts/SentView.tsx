import { useMemo } from "react";
import type { Block } from "../gateway/message";
import type { Trouble } from "../gateway/failure";
import type { Outgoing } from "../gateway/outbox";
import type { Sent } from "../gateway/thread";
import { useGateway, useStore, useText } from "./context";
import { explained } from "./explained";
import { Icon } from "./Icon";
import { Prose } from "./Prose";
import { UserBubble } from "./UserBubble";

/** A message the history does not show yet. */
export function SentView({ sent, waiting }: { sent: Sent; waiting: boolean }) {
  const words = useText();
  const { item } = sent;
  const blocks = useMemo<Block[]>(
    () => [
      ...item.attachments.map(
        ({ mimeType, content }): Block => ({
          kind: "image",
          source: content === "" ? undefined : `data:${mimeType};base64,${content}`,
        }),
      ),
      { kind: "text", text: item.text },
    ],
    [item],
  );
  return (
    <article className={sent.state === "sending" ? "row user faint" : "row user"} aria-label={words.you}>
      <UserBubble name={item.key} blocks={blocks} />
      <SentState sent={sent} waiting={waiting} />
    </article>
  );
}

function SentState({ sent, waiting }: { sent: Sent; waiting: boolean }) {
  const words = useText();
  const online = useStore(useGateway().connection.link).state === "online";
  if (sent.state === "failed") return <NotSent sent={sent} />;
  if (sent.state === "sending" && online && sent.failure) return <NotSentYet item={sent.item} why={sent.failure} />;
  if (sent.state === "sending") {
    return <footer className="row-foot shown">{online ? words.sending : words.willSend}</footer>;
  }
  return waiting && sent.state === "accepted" ? <footer className="row-foot shown">{words.queued}</footer> : null;
}

/** The gateway cannot take it now; it goes again by itself. */
function NotSentYet({ item, why }: { item: Outgoing; why: Trouble }) {
  const words = useText();
  const { chats } = useGateway();
  return (
    <div className="not-sent" role="status">
      <Icon name="warning" size={16} />
      <span>
        {words.notSentYet}: <Prose text={explained(why, words)} />
      </span>
      <button type="button" className="link-button" onClick={() => chats.discard(item.sessionKey, item.key)}>
        {words.discard}
      </button>
    </div>
  );
}

function NotSent({ sent: { item, failure } }: { sent: Sent }) {
  const words = useText();
  const { chats } = useGateway();
  return (
    <div className="not-sent" role="alert">
      <Icon name="warning" size={16} />
      <span>
        {words.notSent}: <Prose text={failure ? explained(failure, words) : ""} />
      </span>
      <button type="button" className="link-button" onClick={() => chats.retry(item.sessionKey, item.key)}>
        {words.retry}
      </button>
      <button type="button" className="link-button" onClick={() => chats.discard(item.sessionKey, item.key)}>
        {words.discard}
      </button>
    </div>
  );
}
