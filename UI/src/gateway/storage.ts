/** Browser storage that a person may have switched off or filled up: then nothing is remembered, and nothing breaks. */
class SafeStorage {
  constructor(private readonly open: () => Storage) {}

  get(key: string): string | undefined {
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
      return true;
    } catch {
      return false;
    }
  }

  remove(key: string): void {
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
