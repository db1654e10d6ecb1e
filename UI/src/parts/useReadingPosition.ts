import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";

/** Closer to the end than this counts as reading the end. */
const nearEndPx = 80;
/** Where the eye is taken to rest, below the upper edge. */
const eyePx = 48;

interface ReadingPosition {
  scroller: RefObject<HTMLDivElement>;
  content: RefObject<HTMLDivElement>;
  /** Whether newer words appear below what is on screen. */
  isAway: boolean;
  onScroll: () => void;
  toEnd: () => void;
}

/** The row being read and where on screen it stands. */
interface Anchor {
  readonly row: Element;
  readonly top: number;
  /** How far down it was, for when the row is replaced. */
  readonly scrollTop: number;
}

/**
 * Follows the conversation while its end is in view, and stays put when the reader has scrolled up.
 *
 * @param rowIds Names the rows: it changes when others take their places.
 */
export function useReadingPosition(rowIds: string): ReadingPosition {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const lastTop = useRef(0);
  const anchor = useRef<Anchor>();
  const [isAway, setAway] = useState(false);

  const onScroll = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const isNearEnd = box.scrollHeight - box.scrollTop - box.clientHeight < nearEndPx;
    // Words may have come since it was scrolled: only who goes up leaves the end.
    follows.current = isNearEnd || (follows.current && box.scrollTop >= lastTop.current);
    lastTop.current = box.scrollTop;
    anchor.current = follows.current ? undefined : anchorIn(box);
    setAway(!follows.current);
  }, []);

  const toEnd = useCallback(() => {
    follows.current = true;
    setAway(false);
    scrollToEnd(scroller.current);
  }, []);

  // Older messages were put in front, or rows were replaced: what was being read must not move, neither now nor once they
  // have their height.
  useLayoutEffect(() => {
    const settle = () => {
      if (follows.current) scrollToEnd(scroller.current);
      else holdAt(scroller.current, anchor.current);
    };
    settle();
    const frame = requestAnimationFrame(settle);
    return () => cancelAnimationFrame(frame);
  }, [rowIds]);

  useEffect(() => {
    const watched = content.current;
    const box = scroller.current;
    if (!watched || !box) return undefined;
    const observer = new ResizeObserver(() => {
      if (follows.current) scrollToEnd(box);
    });
    observer.observe(watched);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  return { scroller, content, isAway, onScroll, toEnd };
}

function scrollToEnd(box: HTMLElement | null): void {
  if (box) box.scrollTop = box.scrollHeight;
}

function anchorIn(box: HTMLElement): Anchor | undefined {
  const frame = box.getBoundingClientRect();
  const atEye = document.elementFromPoint(frame.left + frame.width / 2, frame.top + eyePx)?.closest(".row");
  // At the very top the eye rests on the space above the first row.
  const row = atEye ?? box.querySelector(".row");
  return row ? { row, top: row.getBoundingClientRect().top, scrollTop: box.scrollTop } : undefined;
}

function holdAt(box: HTMLElement | null, anchor: Anchor | undefined): void {
  if (!box || !anchor) return;
  if (anchor.row.isConnected) box.scrollTop += anchor.row.getBoundingClientRect().top - anchor.top;
  else box.scrollTop = anchor.scrollTop;
}
