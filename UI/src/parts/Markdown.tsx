import { memo, useEffect, useLayoutEffect, useRef, useState, type MouseEvent, type SyntheticEvent } from "react";
import { codeToCopy, decorate } from "./codeBlocks";
import { useText } from "./context";
import { copyText } from "./copyText";
import { markdownNodes } from "./safeMarkdown";

const copiedShownMs = 1_500;
/** Parsing may take this share of the time while an answer streams: one part work, four parts rest. */
const restFactor = 4;

/** Markdown as it should be read. While `streaming`, long texts are parsed less often than they grow. */
export const Markdown = memo(function Markdown({ text, streaming = false }: { text: string; streaming?: boolean }) {
  const words = useText();
  const holder = useRef<HTMLDivElement>(null);
  const broken = useRef(new Set<string>());
  const [shown, rest] = usePaced(text, streaming);

  useLayoutEffect(() => {
    if (!holder.current) return;
    const started = performance.now();
    const fragment = markdownNodes(shown);
    replaceBroken(fragment, broken.current);
    decorate(fragment, { copy: words.copy });
    replaceChanged(holder.current, fragment);
    rest(performance.now() - started);
  }, [shown, words, rest]);

  const copyCode = (event: MouseEvent) => {
    const found = codeToCopy(event.target);
    if (!found) return;
    void copyText(found.code).then((copied) => {
      if (!copied) return;
      found.button.textContent = words.copied;
      setTimeout(() => (found.button.textContent = words.copy), copiedShownMs);
    });
  };

  const showAlternative = (event: SyntheticEvent) => {
    if (!(event.target instanceof HTMLImageElement)) return;
    broken.current.add(event.target.src);
    event.target.replaceWith(event.target.alt);
  };

  return <div className="markdown" ref={holder} onClick={copyCode} onErrorCapture={showAlternative} />;
});

/** An image that is none, because a model made it up or cut it off, stays its alternative text while the answer grows. */
function replaceBroken(fragment: DocumentFragment, broken: ReadonlySet<string>): void {
  if (broken.size === 0) return;
  for (const image of fragment.querySelectorAll("img")) {
    if (broken.has(image.src)) image.replaceWith(image.alt);
  }
}

/** Keeps the nodes that did not change, so that a selection or a scrolled code block survives the stream. */
function replaceChanged(holder: HTMLElement, fragment: DocumentFragment): void {
  const fresh = [...fragment.childNodes];
  const old = [...holder.childNodes];
  let equal = 0;
  while (equal < fresh.length && equal < old.length && old[equal]!.isEqualNode(fresh[equal]!)) equal += 1;
  for (const node of old.slice(equal)) node.remove();
  holder.append(...fresh.slice(equal));
}

/** The text to show now, and a function told how long showing it took. */
function usePaced(text: string, streaming: boolean): [string, (tookMs: number) => void] {
  const [shown, show] = useState(text);
  const readyAt = useRef(0);
  const [rest] = useState(() => (tookMs: number) => {
    readyAt.current = performance.now() + tookMs * restFactor;
  });
  useEffect(() => {
    const wait = readyAt.current - performance.now();
    if (!streaming || wait <= 0) {
      show(text);
      return undefined;
    }
    const timer = setTimeout(() => show(text), wait);
    return () => clearTimeout(timer);
  }, [text, streaming]);
  return [streaming ? shown : text, rest];
}
