const firstDelayMs = 800;
const growth = 1.7;
/** A person watching the page should not wait longer than this once the gateway is back. */
const longestDelayMs = 15_000;

/** How long to wait before the next connection attempt: grows with every failure, starts over after a success. */
export class Backoff {
  private failures = 0;

  next(): number {
    const delay = Math.min(firstDelayMs * growth ** this.failures, longestDelayMs);
    this.failures += 1;
    return Math.round(delay);
  }

  reset(): void {
    this.failures = 0;
  }
}
