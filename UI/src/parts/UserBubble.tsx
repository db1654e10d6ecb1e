import { useLayoutEffect, useRef, useState } from "react";
import type { Block } from "../gateway/message";
import { FileName, Picture } from "./Blocks";
import { useText } from "./context";

/** What a person wrote is shown as written: Markdown is the assistant's way of speaking. */
export function UserBubble({ blocks }: { blocks: readonly Block[] }) {
  const text = blocks.map((block) => (block.kind === "text" ? block.text : "")).join("\n\n").trim();
  const pictures = blocks.flatMap((block) => (block.kind === "image" ? [block] : []));
  const files = blocks.flatMap((block) => (block.kind === "file" ? [block] : []));
  return (
    <div className="bubble">
      {pictures.length > 0 && (
        <div className={pictures.length > 1 ? "pictures" : undefined}>
          {pictures.map(({ source }, index) => (
            <Picture key={index} source={source} />
          ))}
        </div>
      )}
      {files.map(({ name }, index) => (
        <FileName key={index} name={name} />
      ))}
      {text !== "" && <BubbleText text={text} />}
    </div>
  );
}

/** No fold shows more than this, and laying out megabytes would freeze the page. */
const mostFoldedChars = 4_000;

/** A text of many lines is folded: a pasted file should not push the answer out of sight. */
function BubbleText({ text }: { text: string }) {
  const words = useText();
  const field = useRef<HTMLParagraphElement>(null);
  const [isLong, setLong] = useState(false);
  const [isOpen, setOpen] = useState(false);
  useLayoutEffect(() => {
    const shown = field.current;
    if (shown && !isOpen) setLong(text.length > mostFoldedChars || shown.scrollHeight > shown.clientHeight + 1);
  }, [text, isOpen]);
  return (
    <>
      <p className={isOpen ? "bubble-text" : "bubble-text folded"} ref={field} dir="auto">
        {isOpen ? text : text.slice(0, mostFoldedChars)}
      </p>
      {isLong && (
        <button type="button" className="link-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? words.showLess : words.showAll}
        </button>
      )}
    </>
  );
}
