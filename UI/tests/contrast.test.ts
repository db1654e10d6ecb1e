import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** WCAG 2.1 AA for text of ordinary size. */
const leastContrast = 4.5;
const sheet = readFileSync("src/looks/colors.css", "utf8");

const surfaces = ["ground", "side", "surface", "sunken"];
const texts = ["text", "text-soft", "text-faint", "accent", "good", "bad", "warn"];
const pairs: [string, string][] = [
  ...texts.flatMap((text) => surfaces.map((surface): [string, string] => [text, surface])),
  ...["text", "text-soft", "accent"].map((text): [string, string] => [text, "bubble"]),
  ...["code-keyword", "code-string", "code-number"].map((text): [string, string] => [text, "sunken"]),
  ["text", "raised"],
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
  ["ground", "bad"],
  ["ground", "text"],
];

for (const [theme, start] of [["light", ":root {"], ["dark", ':root[data-theme="dark"] {']] as const) {
  const block = sheet.slice(sheet.indexOf(start)).split("}")[0] ?? "";
  const colors = new Map([...block.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name, value]) => [name, value ?? ""]));
  for (const [text, surface] of pairs) {
    test(`${theme}: ${text} can be read on ${surface}`, () => {
      const ratio = contrast(luminance(colors.get(text)), luminance(colors.get(surface)));
      assert.ok(ratio >= leastContrast, `${ratio.toFixed(2)} : 1`);
    });
  }
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminance(color: string | undefined): number {
  assert.ok(color, "the colour is not named in colors.css");
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
