import { highlight } from "./highlight";

/** Words for the controls that are put around code. */
export interface CodeWords {
  readonly copy: string;
}

/** Gives every code block a bar with its language and a copy button, and lets wide tables scroll by themselves. */
export function decorate(fragment: DocumentFragment, words: CodeWords): void {
  for (const code of fragment.querySelectorAll("pre > code")) frameCode(code, words);
  for (const block of fragment.querySelectorAll<HTMLElement>("p, h1, h2, h3, h4, h5, h6, ul, ol, blockquote, table")) {
    // Each paragraph runs the way its own words do.
    block.dir = "auto";
  }
  for (const table of fragment.querySelectorAll("table")) {
    const frame = element("div", "table-frame");
    frame.tabIndex = 0;
    table.replaceWith(frame);
    frame.append(table);
  }
}

function frameCode(code: Element, words: CodeWords): void {
  const block = code.parentElement;
  if (!block) return;
  const frame = element("div", "code-frame");
  const bar = element("div", "code-bar");
  const language = element("span", "code-language");
  language.textContent = code.className.replace("language-", "");
  highlight(code, language.textContent);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "code-copy";
  button.textContent = words.copy;
  bar.append(language, button);
  block.replaceWith(frame);
  frame.append(bar, block);
}

function element(tag: string, className: string): HTMLElement {
  const created = document.createElement(tag);
  created.className = className;
  return created;
}

/** The code a copy button belongs to, or undefined when something else was clicked. */
export function codeToCopy(target: EventTarget | null): { button: HTMLElement; code: string } | undefined {
  if (!(target instanceof HTMLElement) || !target.classList.contains("code-copy")) return undefined;
  const code = target.closest(".code-frame")?.querySelector("code")?.textContent ?? "";
  return { button: target, code: code.replace(/\n$/, "") };
}
