import { useText } from "./context";
import { Icon } from "./Icon";
import { Markdown } from "./Markdown";

/** The model's reasoning: there for those who want it, folded away for the others. */
export function Thinking({ text, growing }: { text: string; growing: boolean }) {
  const words = useText();
  return (
    <details className="thinking">
      <summary>
        <Icon name="thought" size={16} />
        <span className={growing ? "shimmer" : undefined}>{growing ? words.thinking : words.thoughts}</span>
        <Icon name="chevron" size={14} />
      </summary>
      <Markdown text={text} streaming={growing} />
    </details>
  );
}
