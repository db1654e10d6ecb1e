import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";

/** Closer to the end than this counts as reading the end. */
const nearEndPx = 80;

interface ReadingPosition {
  scroller: RefObject<HTMLDivElement>;
  content: RefObject<HTMLDivElement>;
  /** Whether newer words appear below what is on screen. */
  isAway: boolean;
  onScroll: () => void;
  toEnd: () => void;
}

/** Follows the conversation while its end is in view, and stays put when the reader has scrolled up. */
export function useReadingPosition(firstRowId: string | undefined): ReadingPosition {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const fromEnd = useRef(0);
  const [isAway, setAway] = useState(false);

  const onScroll = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    fromEnd.current = box.scrollHeight - box.scrollTop;
    follows.current = fromEnd.current - box.clientHeight < nearEndPx;
    setAway(!follows.current);
  }, []);

  const toEnd = useCallback(() => {
    follows.current = true;
    setAway(false);
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, []);

  // Older messages were put in front: what was being read must not move.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box) box.scrollTop = follows.current ? box.scrollHeight : box.scrollHeight - fromEnd.current;
  }, [firstRowId]);

  useEffect(() => {
    const watched = content.current;
    const box = scroller.current;
    if (!watched || !box) return undefined;
    const observer = new ResizeObserver(() => {
      if (follows.current) box.scrollTop = box.scrollHeight;
    });
    observer.observe(watched);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  return { scroller, content, isAway, onScroll, toEnd };
}
