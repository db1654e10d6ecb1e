import { browserStorage } from "../gateway/storage";
import { Store } from "../gateway/store";
import { english, type Strings } from "./english";
import { swedish } from "./swedish";

export const languages = { en: english, sv: swedish } as const;
export type Language = keyof typeof languages;

const storageKey = "openclaw.language";

/** The language the page speaks: the chosen one, else the browser's, else English. */
export const language = new Store<Language>(startingLanguage());

export function chooseLanguage(choice: Language): void {
  browserStorage.set(storageKey, choice);
  language.set(choice);
}

/** The browser's own variant of the language, so that dates look as they do elsewhere on this device. */
export function localeOf(choice: Language): string {
  return navigator.languages.find((locale) => locale.toLowerCase().startsWith(choice)) ?? choice;
}

export function stringsOf(choice: Language): Strings {
  return languages[choice];
}

function startingLanguage(): Language {
  const chosen = browserStorage.get(storageKey);
  if (chosen === "en" || chosen === "sv") return chosen;
  return navigator.language.toLowerCase().startsWith("sv") ? "sv" : "en";
}
