import { useLayoutEffect, useRef, useState } from "react";
import type { Block } from "../gateway/message";
import { FileName, Picture } from "./Blocks";
import { useText } from "./context";
import { useOpen } from "./useOpen";

/** What a person wrote is shown as written: Markdown is the assistant's way of speaking. `name` is the same before and after it is history. */
export function UserBubble({ name, blocks }: { name: string; blocks: readonly Block[] }) {
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
      {files.map((file, index) => (
        <FileName key={index} name={file.name} />
      ))}
      {text !== "" && <BubbleText name={name} text={text} />}
    </div>
  );
}

/** No fold shows more than this, and laying out megabytes would freeze the page. */
const mostFoldedChars = 4_000;

/** A text of many lines is folded: a pasted file should not push the answer out of sight. */
function BubbleText({ name, text }: { name: string; text: string }) {
  const words = useText();
  const field = useRef<HTMLParagraphElement>(null);
  const [isLong, setLong] = useState(false);
  const [isOpen, toggle] = useOpen(`message:${name}`);
  useLayoutEffect(() => {
    const shown = field.current;
    if (shown) setLong(isOpen || text.length > mostFoldedChars || shown.scrollHeight > shown.clientHeight + 1);
  }, [text, isOpen]);
  return (
    <>
      <p className={isOpen ? "bubble-text" : "bubble-text folded"} ref={field} dir="auto">
        {isOpen ? text : text.slice(0, mostFoldedChars)}
      </p>
      {isLong && (
        <button type="button" className="link-button" aria-expanded={isOpen} onClick={toggle}>
          {isOpen ? words.showLess : words.showAll}
        </button>
      )}
    </>
  );
}
