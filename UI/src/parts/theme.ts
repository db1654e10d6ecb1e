import { browserStorage } from "../gateway/storage";
import { Store } from "../gateway/store";

export type Theme = "system" | "light" | "dark";

const storageKey = "openclaw.theme";
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

export const theme = new Store<Theme>(startingTheme());

export function chooseTheme(choice: Theme): void {
  browserStorage.set(storageKey, choice);
  theme.set(choice);
}

/** Keeps the document in the chosen colours, also when the system changes its mind. */
export function followTheme(): void {
  applyTheme();
  theme.subscribe(applyTheme);
  prefersDark.addEventListener("change", applyTheme);
}

function applyTheme(): void {
  const choice = theme.get();
  const dark = choice === "dark" || (choice === "system" && prefersDark.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  // The bars of a phone's browser take the colour of the page.
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--ground").trim();
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", ground);
}

function startingTheme(): Theme {
  const saved = browserStorage.get(storageKey);
  return saved === "light" || saved === "dark" ? saved : "system";
}
