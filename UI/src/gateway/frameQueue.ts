/** Hidden pages get no animation frames; they still must keep up, at a gentler pace. */
const longestWaitMs = 250;

/** Collects what arrives between two screen frames, so that a fast stream costs one render a frame. */
export class FrameQueue<Item> {
  private items: Item[] = [];
  private frame = 0;
  private timer = 0;

  constructor(private readonly handle: (items: Item[]) => void) {}

  push(item: Item): void {
    this.items.push(item);
    if (this.items.length > 1) return;
    this.frame = requestAnimationFrame(this.flush);
    this.timer = window.setTimeout(this.flush, longestWaitMs);
  }

  /** Handles what has arrived now. */
  flush = (): void => {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    const items = this.items;
    this.items = [];
    this.handle(items);
  };
}
