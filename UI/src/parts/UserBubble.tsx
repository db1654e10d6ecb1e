import { useLayoutEffect, useRef, useState } from "react";
import type { Block } from "../gateway/message";
import { FileName, Picture } from "./Blocks";
import { useText } from "./context";

/** What a person wrote is shown as written: Markdown is the assistant's way of speaking. */
export function UserBubble({ blocks }: { blocks: readonly Block[] }) {
  const text = blocks.map((block) => (block.kind === "text" ? block.text : "")).join("\n\n").trim();
  return (
    <div className="bubble">
      {blocks.map((block, index) => {
        if (block.kind === "image") return <Picture key={index} source={block.source} />;
        if (block.kind === "file") return <FileName key={index} name={block.name} />;
        return null;
      })}
      {text !== "" && <BubbleText text={text} />}
    </div>
  );
}

/** A text of many lines is folded: a pasted file should not push the answer out of sight. */
function BubbleText({ text }: { text: string }) {
  const words = useText();
  const field = useRef<HTMLParagraphElement>(null);
  const [isLong, setLong] = useState(false);
  const [isOpen, setOpen] = useState(false);
  useLayoutEffect(() => {
    const shown = field.current;
    if (shown) setLong(shown.scrollHeight > shown.clientHeight + 1);
  }, [text]);
  return (
    <>
      <p className={isOpen ? "bubble-text" : "bubble-text folded"} ref={field} dir="auto">
        {text}
      </p>
      {isLong && (
        <button type="button" className="link-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? words.showLess : words.showAll}
        </button>
      )}
    </>
  );
}
