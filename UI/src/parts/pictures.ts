import { Store } from "../gateway/store";

/** The pictures of a conversation one can leaf through, and the one that is looked at. */
export interface Opened {
  readonly sources: readonly string[];
  readonly index: number;
}

/** What the lightbox shows. It stands outside the conversation, whose rows change while an answer comes. */
export const openedPictures = new Store<Opened | undefined>(undefined);

const buttonClass = ".picture-button";

function pictureButtons(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`.thread ${buttonClass}`)];
}

/** Opens the picture of a button, with all others of the conversation in reading order. */
export function openPictures(button: HTMLElement): void {
  const buttons = pictureButtons();
  const sources = buttons.map((each) => each.querySelector("img")?.src ?? "");
  openedPictures.set({ sources, index: Math.max(buttons.indexOf(button), 0) });
}

/** Gives focus back to where it was: the same picture, also when its row was drawn anew meanwhile. */
export function closePictures(): void {
  const opened = openedPictures.get();
  openedPictures.set(undefined);
  if (opened) pictureButtons()[opened.index]?.focus();
}
