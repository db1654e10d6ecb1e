import { createContext, useContext } from "react";
import type { Router } from "./route";

export const RouterContext = createContext<Router | undefined>(undefined);

export function useRouter(): Router {
  const router = useContext(RouterContext);
  if (!router) throw new Error("A component outside RouterContext asks for the router.");
  return router;
}
