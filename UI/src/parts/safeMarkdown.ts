import DOMPurify from "dompurify";
import { marked } from "marked";
import { withFenceClosed } from "./fences";
import { maths } from "./maths";

/** Chart of what an answer may consist of. Nothing here can run, fetch, or change the page around it. */
const allowedTags = [
  ..."p br hr strong em b i u s del ins mark sub sup small kbd abbr q cite".split(" "),
  ..."h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code a img".split(" "),
  ..."table thead tbody tfoot tr th td details summary dl dt dd input".split(" "),
];
const allowedAttributes = ["href", "src", "alt", "title", "class", "align", "start", "type", "checked", "disabled", "open"];
const safeAddresses = /^(?:https?:|mailto:|tel:|data:image\/(?:png|jpe?g|gif|webp|avif|svg\+xml)[;,])/i;
/** The sanitizer lets any `data:` through for an image; the rule for addresses asks more of it. */
const isPicture = (image: HTMLImageElement) => image.src.startsWith("data:") && safeAddresses.test(image.src);

/** Tags an answer may use without Markdown having a way to say it. They carry no attributes, so they can do nothing. */
const plainTags = /&lt;(\/?(?:br|b|i|u|s|strong|em|del|ins|mark|sub|sup|small|kbd|details|summary))\s*\/?&gt;/gi;

/** Values without a colon in them, which the rule for addresses is not meant for. */
const plainAttributes = ["align", "start", "type"];

/** Reading one text may take this long; some that a model repeats itself in would take minutes. */
const mostMs = 1_500;
/** Signs on one line beyond which a single rule of the reader may take longer than that. */
const mostSignsOnALine = 10_000;
/** One rule reads spaces in a row again from each of them: with more than these a text is not Markdown. */
const endlessBlank = " ".repeat(2_000);
let readUntil = Infinity;
const deadline = {
  name: "deadline",
  level: "inline" as const,
  tokenizer() {
    if (performance.now() > readUntil) throw new Error("the text takes too long to read");
    return undefined;
  },
};

marked.use({ extensions: [maths, deadline], gfm: true, breaks: true, headerIds: false, mangle: false, renderer: { html: asText } });

const purifier = DOMPurify(window);

purifier.addHook("afterSanitizeAttributes", (node) => {
  if (node instanceof HTMLAnchorElement) secureLink(node);
  if (node instanceof HTMLImageElement && !isPicture(node)) node.replaceWith(linkTo(node.src, node.alt));
  if (node instanceof HTMLInputElement) secureCheckbox(node);
  keepLanguageClass(node);
});

/** Markdown as nodes that are safe to show; a text that cannot be read as Markdown is shown as it is. */
export function markdownNodes(text: string): DocumentFragment {
  try {
    readUntil = performance.now() + mostMs;
    if (isEndless(text)) throw new Error("the text takes too long to read");
    return nodesOf(text);
  } catch {
    // It took or would take too long, or more quotes or lists stand in each other than the reader's stack bears.
    const plain = document.createElement("pre");
    plain.textContent = text;
    const fragment = document.createDocumentFragment();
    fragment.append(plain);
    return fragment;
  }
}

function isEndless(text: string): boolean {
  if (text.includes(endlessBlank)) return true;
  if (text.length <= mostSignsOnALine) return false;
  return text.split("\n").some((line) => line.length > mostSignsOnALine && line.replace(/[^|~[\]()*_`<>!:\\]+/g, "").length > mostSignsOnALine);
}

function nodesOf(text: string): DocumentFragment {
  return purifier.sanitize(marked.parse(withFenceClosed(text)), {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: allowedAttributes,
    ADD_URI_SAFE_ATTR: plainAttributes,
    ALLOWED_URI_REGEXP: safeAddresses,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

/** HTML inside Markdown is shown as the text it is: mostly it is code somebody forgot to mark as such. */
function asText(html: string): string {
  const escaped = html.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return escaped.replace(plainTags, "<$1>");
}

/** What leads nowhere, because its address was not safe, is the text it is. */
function secureLink(link: HTMLAnchorElement): void {
  if (!link.hasAttribute("href") || link.protocol === "data:") return link.replaceWith(...link.childNodes);
  link.target = "_blank";
  link.rel = "noopener noreferrer";
}

/** A remote image would tell its host who reads the answer and when; a link leaves that to the reader. */
function linkTo(address: string, name: string): Node {
  if (!/^https?:/i.test(address)) return document.createTextNode(name);
  const link = document.createElement("a");
  link.href = address;
  link.textContent = name || address;
  secureLink(link);
  return link;
}

/** Task lists have checkboxes; any other input would be a form in disguise. */
function secureCheckbox(input: HTMLInputElement): void {
  if (input.type !== "checkbox") input.remove();
  input.disabled = true;
}

/** The page's own classes must not be borrowed to imitate it; only the language of a code block may be named. */
function keepLanguageClass(node: Element): void {
  const name = node.getAttribute("class");
  if (name === null) return;
  if (node.tagName === "CODE" && /^language-[\w+#.-]+$/.test(name)) return;
  node.removeAttribute("class");
}
