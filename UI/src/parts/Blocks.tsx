import { memo } from "react";
import type { Block } from "../gateway/message";
import { useText } from "./context";
import { Icon, type IconName } from "./Icon";
import { Markdown } from "./Markdown";
import { openPictures } from "./pictures";
import { Thinking } from "./Thinking";
import { ToolCard } from "./ToolCard";

interface BlocksProps {
  /** Of the turn: it stays the same when the answer becomes history. */
  name: string;
  blocks: readonly Block[];
  streaming?: boolean;
}

/** The assistant's blocks. While `streaming`, the last one still grows. */
export function Blocks({ name, blocks, streaming = false }: BlocksProps) {
  const names = namesOf(blocks);
  return (
    <>
      {blocks.map((block, index) => (
        <BlockView key={names[index]} name={`${name} ${names[index]}`} block={block} growing={streaming && index === blocks.length - 1} />
      ))}
    </>
  );
}

/** A tool keeps its card, open or closed, when text appears before it. Two calls of a turn may share an id. */
function namesOf(blocks: readonly Block[]): string[] {
  const uses = new Map<string, number>();
  return blocks.map((block, index) => {
    if (block.kind !== "tool") return `${block.kind}:${index}`;
    const use = (uses.get(block.call.id) ?? 0) + 1;
    uses.set(block.call.id, use);
    return `tool:${block.call.id}:${use}`;
  });
}

function BlockView({ name, block, growing }: { name: string; block: Block; growing: boolean }) {
  switch (block.kind) {
    case "text":
      return <Markdown text={block.text} streaming={growing} />;
    case "thinking":
      return <Thinking text={block.text} growing={growing} />;
    case "tool":
      return <ToolCard name={name} call={block.call} />;
    case "image":
      return <Picture source={block.source} />;
    case "file":
      return <FileName name={block.name} />;
  }
}

export const Picture = memo(function Picture({ source }: { source: string | undefined }) {
  const words = useText();
  if (source === undefined) return <FileName name={words.attachedImage} icon="image" />;
  return (
    <button type="button" className="picture-button" aria-label={words.openPicture} onClick={(event) => openPictures(event.currentTarget)}>
      <img className="picture" src={source} alt={words.attachedImage} loading="lazy" />
    </button>
  );
});

export function FileName({ name, icon = "file" }: { name: string; icon?: IconName }) {
  return (
    <span className="file-name">
      <Icon name={icon} size={16} />
      {name}
    </span>
  );
}
