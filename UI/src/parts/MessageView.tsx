import { memo } from "react";
import { plainText, type Message } from "../gateway/message";
import { Blocks } from "./Blocks";
import { useLocale, useText } from "./context";
import { CopyButton } from "./CopyButton";
import { Failure } from "./Failure";
import { Markdown } from "./Markdown";
import { UserBubble } from "./UserBubble";
import { fullWhen, shortWhen } from "./when";

/** One finished message. */
export const MessageView = memo(function MessageView({ message }: { message: Message }) {
  switch (message.role) {
    case "user":
      return <UserMessage message={message} />;
    case "assistant":
      return <AssistantMessage message={message} />;
    case "notice":
      return message.summary === undefined ? <p className="divider">{plainText(message)}</p> : <Compaction summary={message.summary} />;
  }
});

/** From here on a summary stands for what is above; it can be read. */
function Compaction({ summary }: { summary: string }) {
  const words = useText();
  return (
    <details className="compaction">
      <summary className="divider">{words.compacted}</summary>
      <Markdown text={summary} streaming={false} />
    </details>
  );
}

function UserMessage({ message }: { message: Message }) {
  const words = useText();
  return (
    <article className="row user" aria-label={words.you}>
      <UserBubble name={message.sendKey ?? message.id} blocks={message.blocks} />
      {message.stopped && <p className="stopped">{words.stopped}</p>}
      <Footer message={message} />
    </article>
  );
}

function AssistantMessage({ message }: { message: Message }) {
  const words = useText();
  return (
    <article className="row assistant" aria-label={words.assistant}>
      <Blocks name={message.runId ?? message.id} blocks={message.blocks} />
      {message.failure !== undefined && <Failure reason={message.failure} code={message.failureCode} />}
      {message.stopped && <p className="stopped">{words.stopped}</p>}
      {message.cut && <p className="stopped">{words.cut}</p>}
      <Footer message={message} />
    </article>
  );
}

function Footer({ message }: { message: Message }) {
  const words = useText();
  const text = plainText(message);
  return (
    <footer className="row-foot">
      {text !== "" && <CopyButton text={text} label={words.copyMessage} />}
      {message.timestamp !== undefined && <When time={message.timestamp} />}
      {message.model !== undefined && <span>{message.model}</span>}
    </footer>
  );
}

function When({ time }: { time: number }) {
  const locale = useLocale();
  return (
    <time dateTime={new Date(time).toISOString()} title={fullWhen(time, locale)}>
      {shortWhen(time, Date.now(), locale)}
    </time>
  );
}
