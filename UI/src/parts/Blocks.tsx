import { memo } from "react";
import type { Block } from "../gateway/message";
import { useText } from "./context";
import { Icon, type IconName } from "./Icon";
import { Markdown } from "./Markdown";
import { openPictures } from "./pictures";
import { Thinking } from "./Thinking";
import { ToolCard } from "./ToolCard";

/** The assistant's blocks. While `streaming`, the last one still grows. */
export function Blocks({ blocks, streaming = false }: { blocks: readonly Block[]; streaming?: boolean }) {
  return (
    <>
      {blocks.map((block, index) => (
        <BlockView key={keyOf(block, index)} block={block} growing={streaming && index === blocks.length - 1} />
      ))}
    </>
  );
}

/** A tool keeps its card, open or closed, when text appears before it. */
function keyOf(block: Block, index: number): string {
  return block.kind === "tool" && block.call.id ? `tool:${block.call.id}` : `${block.kind}:${index}`;
}

function BlockView({ block, growing }: { block: Block; growing: boolean }) {
  switch (block.kind) {
    case "text":
      return <Markdown text={block.text} streaming={growing} />;
    case "thinking":
      return <Thinking text={block.text} growing={growing} />;
    case "tool":
      return <ToolCard call={block.call} />;
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
