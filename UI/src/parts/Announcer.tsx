import { useEffect, useRef, useState } from "react";
import { plainText, type Message } from "../gateway/message";
import { isBusy, type Thread } from "../gateway/thread";
import { useText } from "./context";

/** Longer answers are begun; the rest is read in the conversation itself. */
const mostChars = 600;

/**
 * Tells screen readers that the assistant works, and then what it answered, once and whole. The conversation itself
 * keeps quiet: read out word by word as it streams, or anew whenever older messages load, it would be noise.
 */
export function Announcer({ thread }: { thread: Thread }) {
  const words = useText();
  const busy = isBusy(thread);
  const wasBusy = useRef(false);
  const [said, say] = useState("");
  const last = thread.messages[thread.messages.length - 1];
  useEffect(() => {
    if (busy) say(words.working);
    else if (wasBusy.current && last?.role === "assistant") say(spoken(last, words.stopped));
    // After the last run ended its answer still has to arrive with the history.
    wasBusy.current = busy || (wasBusy.current && last?.role !== "assistant");
  }, [busy, last, words]);
  return (
    <p className="visually-hidden" role="status">
      {said}
    </p>
  );
}

function spoken(message: Message, stopped: string): string {
  const text = message.failure ?? plainText(message);
  return text === "" && message.stopped ? stopped : text.slice(0, mostChars);
}
