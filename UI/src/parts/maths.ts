import type { marked } from "marked";

/** `\(…\)` and `$$…$$` within a paragraph, `\[…\]` over several lines. A single `$` is money more often than maths. */
const formula = /^(?:\\\(([\s\S]+?)\\\)|\\\[([\s\S]+?)\\\]|\$\$([\s\S]+?)\$\$)/;
const openings = ["\\(", "\\[", "$$"];

/** Formulas are kept as they were written: Markdown would take their underscores, stars and backslashes for its own. */
export const maths: marked.TokenizerExtension & marked.RendererExtension = {
  name: "maths",
  level: "inline",
  start: (source) => {
    const found = openings.map((opening) => source.indexOf(opening)).filter((index) => index >= 0);
    return found.length > 0 ? Math.min(...found) : undefined;
  },
  tokenizer(source) {
    const match = formula.exec(source);
    if (!match) return undefined;
    const [raw = "", ...texts] = match;
    return { type: "maths", raw, text: texts.find((text) => text !== undefined)?.trim() ?? "" };
  },
  renderer: ({ text }) => `<code>${escaped(String(text))}</code>`,
};

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
