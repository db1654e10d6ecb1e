/**
 * Browser storage that a person may have switched off or filled up. What it does not take is remembered for as long as
 * the page lives, so that one can still log in.
 */
export class SafeStorage {
  private readonly unstored = new Map<string, string>();

  constructor(private readonly open: () => Storage) {}

  get(key: string): string | undefined {
    const here = this.unstored.get(key);
    if (here !== undefined) return here;
    try {
      return this.open().getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  }

  /** Says whether the value is now stored. */
  set(key: string, value: string): boolean {
    try {
      this.open().setItem(key, value);
      this.unstored.delete(key);
      return true;
    } catch {
      this.unstored.set(key, value);
      return false;
    }
  }

  remove(key: string): void {
    this.unstored.delete(key);
    try {
      this.open().removeItem(key);
    } catch {
      // Nothing was stored, so nothing needs to go.
    }
  }
}

/** Lives as long as the tab. */
export const tabStorage = new SafeStorage(() => sessionStorage);
/** Lives until the person clears it. */
export const browserStorage = new SafeStorage(() => localStorage);
