/** What may stand before a fence: quotes and list marks, each with the blanks behind it. */
const containers = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*/;
const opening = /^(`{3,}(?=[^`]*$)|~{3,})/;

interface Fence {
  mark: string;
  /** What its lines begin with: quotes stay, list marks become blanks. */
  indent: string;
}

/**
 * The text with its last code block closed, when it is open at the end: an answer in the making, or one that was cut off.
 *
 * Without that, the reader takes code for prose until its last line is there.
 */
export function withFenceClosed(text: string): string {
  let open: Fence | undefined;
  for (const line of text.split("\n")) {
    if (open && !isLeft(open, line)) {
      if (isClosing(open, line)) open = undefined;
      continue;
    }
    open = fenceOn(line);
  }
  return open ? `${text}\n${open.indent}${open.mark}` : text;
}

function fenceOn(line: string): Fence | undefined {
  const before = containers.exec(line)?.[0] ?? "";
  const mark = opening.exec(line.slice(before.length))?.[1];
  // Four blanks without a list or quote make a code block of their own.
  if (mark === undefined || /^(?: {4}|\t)/.test(before)) return undefined;
  return { mark, indent: before.replace(/[^>\s]/g, " ") };
}

/** The quote or list that the block stands in has ended, and the block with it. */
function isLeft(fence: Fence, line: string): boolean {
  if (fence.indent.includes(">")) return !line.trimStart().startsWith(">");
  return line.trim() !== "" && line.length - line.trimStart().length < fence.indent.length && fence.indent.length > 3;
}

function isClosing(fence: Fence, line: string): boolean {
  const rest = line.replace(/^[ \t>]*/, "").trimEnd();
  return rest.length >= fence.mark.length && rest === fence.mark.charAt(0).repeat(rest.length);
}
