import { createContext, useContext, useSyncExternalStore } from "react";
import type { Gateway } from "../gateway/gateway";
import type { Hello } from "../gateway/hello";
import type { Store } from "../gateway/store";
import type { Strings } from "../text/english";
import { language, localeOf, stringsOf } from "../text/language";

export const GatewayContext = createContext<Gateway | undefined>(undefined);
/** Set while pages are shown: they exist only once the gateway has said hello. */
export const HelloContext = createContext<Hello | undefined>(undefined);

export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.get);
}

export function useGateway(): Gateway {
  const gateway = useContext(GatewayContext);
  if (!gateway) throw new Error("A component outside GatewayContext asks for the gateway.");
  return gateway;
}

export function useHello(): Hello {
  const hello = useContext(HelloContext);
  if (!hello) throw new Error("A component outside HelloContext asks what the gateway said.");
  return hello;
}

/** For dates and numbers. */
export function useLocale(): string {
  return localeOf(useStore(language));
}

export function useText(): Strings {
  return stringsOf(useStore(language));
}
