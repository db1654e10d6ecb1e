import type { Block } from "../gateway/message";
import { FileName, Picture } from "./Blocks";

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
      {text !== "" && <p className="bubble-text">{text}</p>}
    </div>
  );
}
