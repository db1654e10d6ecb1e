/** Longer blocks stay plain: colouring them would cost more than it tells. */
const mostChars = 20_000;

type Kind = "comment" | "string" | "number" | "keyword";

const strings = String.raw`"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`;
const backquoted = "|`(?:\\\\.|[^`\\\\])*`";
const slashComments = String.raw`\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)`;
const hashComments = String.raw`(?<![^\s;])#[^\n]*`;
const numbers = String.raw`(?<![\w.])(?:0[xob][\da-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)(?!\w|\.\d)`;

/** What many languages share is enough to tell words, texts and remarks apart. */
const keywords = words(
  "abstract actor any as assert async await base break case catch chan class const continue debugger def default defer del delete do",
  "done echo elif else end enum esac except export extends extension extern false fi final finally fn for foreach from func function",
  "global go goto guard if impl implements import in init inout instanceof interface internal is lambda let local loop match mod module",
  "move mut mutating namespace new nil none nonisolated not null of open operator or override package pass private protected protocol",
  "pub public raise range readonly ref rescue return select self set static struct super switch synchronized then this throw throws",
  "trait true True False None try type typealias typeof union unless unsafe until use using val var void volatile when where while with yield",
);
const sqlKeywords = words(
  "add all alter and as asc begin between by case check commit create cross default delete desc distinct drop else end exists foreign",
  "from full group having if in index inner insert into is join key left like limit not null offset on or order outer primary",
  "references replace returning right rollback select set table then transaction union unique update using values view when where with",
);

const hashLanguages = words("bash sh shell zsh console python py ruby rb yaml yml toml ini dockerfile makefile make perl r elixir nix conf");
const dashLanguages = words("sql lua haskell hs");
/** Without words of their own, or where colours would mislead. */
const plainLanguages = words("text txt plain plaintext markdown md diff patch log csv html xml svg css");

/** Colours the text of a code element by wrapping what it recognises in `<span class="code-…">`. */
export function highlight(code: Element, language: string): void {
  const name = language.toLowerCase();
  const text = code.textContent ?? "";
  if (name === "" || plainLanguages.has(name) || text.length > mostChars) return;
  const pieces = document.createDocumentFragment();
  for (const [kind, piece] of piecesOf(text, name)) pieces.append(kind ? span(kind, piece) : piece);
  code.replaceChildren(pieces);
}

/** The text cut into pieces, in order; most have no kind. */
export function* piecesOf(text: string, language: string): Generator<[Kind | undefined, string]> {
  const known = language === "sql" ? sqlKeywords : keywords;
  const comment = commentsOf(language);
  const pattern = new RegExp(`(${comment})|(${strings}${backquoted})|(${numbers})|[A-Za-z_$][\\w$]*`, "g");
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const [piece = ""] = match;
    const kind = kindOf(match) ?? (known.has(language === "sql" ? piece.toLowerCase() : piece) ? "keyword" : undefined);
    if (kind === undefined) continue;
    const at = match.index ?? from;
    if (at > from) yield [undefined, text.slice(from, at)];
    yield [kind, piece];
    from = at + piece.length;
  }
  if (from < text.length) yield [undefined, text.slice(from)];
}

function commentsOf(language: string): string {
  if (hashLanguages.has(language)) return hashComments;
  if (dashLanguages.has(language)) return String.raw`--[^\n]*`;
  return slashComments;
}

function kindOf([, comment, string, number]: RegExpMatchArray): Kind | undefined {
  if (comment !== undefined) return "comment";
  if (string !== undefined) return "string";
  return number !== undefined ? "number" : undefined;
}

function span(kind: Kind, text: string): HTMLElement {
  const piece = document.createElement("span");
  piece.className = `code-${kind}`;
  piece.textContent = text;
  return piece;
}

function words(...lines: string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(" ")));
}
