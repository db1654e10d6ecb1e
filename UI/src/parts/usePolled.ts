import { useCallback, useEffect, useState } from "react";
import { troubleOf, type Trouble } from "../gateway/failure";
import { useGateway, useStore } from "./context";

export interface Polled<Value> {
  readonly value: Value | undefined;
  readonly failure: Trouble | undefined;
}

/** Reads something now, again every `everyMs` while the page is looked at, when it comes back to sight, and after every reconnect. */
export function usePolled<Value>(read: () => Promise<Value>, everyMs: number): Polled<Value> & { refresh: () => void } {
  const online = useStore(useGateway().connection.link).state === "online";
  const [state, setState] = useState<Polled<Value>>({ value: undefined, failure: undefined });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!online) return undefined;
    let isCurrent = true;
    const load = () => {
      if (document.visibilityState !== "visible") return;
      read().then(
        (value) => isCurrent && setState({ value, failure: undefined }),
        (error: unknown) => isCurrent && setState((before) => ({ ...before, failure: troubleOf(error) })),
      );
    };
    load();
    const timer = setInterval(load, everyMs);
    document.addEventListener("visibilitychange", load);
    return () => {
      isCurrent = false;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", load);
    };
  }, [online, read, everyMs, round]);
  const refresh = useCallback(() => setRound((before) => before + 1), []);
  return { ...state, refresh };
}
